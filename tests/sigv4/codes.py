"""The code and the status that each fault has in each protocol (A11, A12), written down apart from the engine."""

from __future__ import annotations

from iamkit.sigv4 import Fault, Protocol

SERVICES = {
    "iam": Protocol.QUERY,
    "ec2": Protocol.EC2,
    "dynamodb": Protocol.JSON,
    "lambda": Protocol.REST_JSON,
    "s3": Protocol.S3,
}

_QUERY = {
    "MissingAuthenticationToken": (Fault.NO_CREDENTIALS,),
    "IncompleteSignature": (
        Fault.UNSUPPORTED_ALGORITHM,
        Fault.INCOMPLETE,
        Fault.BAD_DATE,
        Fault.BAD_EXPIRES,
        Fault.BAD_CREDENTIAL,
    ),
    "SignatureDoesNotMatch": (
        Fault.TWO_MECHANISMS,
        Fault.HOST_NOT_SIGNED,
        Fault.HEADERS_NOT_SIGNED,
        Fault.EXPIRED,
        Fault.NOT_YET_CURRENT,
        Fault.URL_EXPIRED,
        Fault.URL_NOT_YET_VALID,
        Fault.WRONG_SCOPE,
        Fault.PAYLOAD_MISMATCH,
        Fault.SIGNATURE_MISMATCH,
    ),
    "InvalidClientTokenId": (Fault.BAD_TOKEN, Fault.UNKNOWN_KEY, Fault.INACTIVE_KEY),
    "ExpiredToken": (Fault.EXPIRED_TOKEN,),
}
_CODES = {fault: code for code, faults in _QUERY.items() for fault in faults}
_JSON_NAMES = {
    "SignatureDoesNotMatch": "InvalidSignatureException",
    "InvalidClientTokenId": "UnrecognizedClientException",
}

# EC2 tells little apart ("Error codes for the Amazon EC2 API").
_EC2 = {
    **dict.fromkeys(
        (
            Fault.BAD_TOKEN,
            Fault.UNKNOWN_KEY,
            Fault.INACTIVE_KEY,
            Fault.WRONG_SCOPE,
            Fault.PAYLOAD_MISMATCH,
            Fault.SIGNATURE_MISMATCH,
        ),
        ("AuthFailure", 401),
    ),
    **dict.fromkeys(
        (
            Fault.EXPIRED,
            Fault.NOT_YET_CURRENT,
            Fault.URL_EXPIRED,
            Fault.URL_NOT_YET_VALID,
            Fault.EXPIRED_TOKEN,
        ),
        ("RequestExpired", 400),
    ),
}
# S3 says another thing of nearly every fault. Where the header and the query differ, the query stands below.
_S3 = {
    Fault.MALFORMED_REQUEST: ("InvalidURI", 400),
    Fault.NO_CREDENTIALS: ("AccessDenied", 403),
    Fault.TWO_MECHANISMS: ("InvalidArgument", 400),
    Fault.INCOMPLETE: ("AuthorizationHeaderMalformed", 400),
    Fault.BAD_CREDENTIAL: ("AuthorizationHeaderMalformed", 400),
    Fault.WRONG_SCOPE: ("AuthorizationHeaderMalformed", 400),
    Fault.BAD_DATE: ("AccessDenied", 403),
    Fault.HOST_NOT_SIGNED: ("AccessDenied", 403),
    Fault.HEADERS_NOT_SIGNED: ("AccessDenied", 403),
    Fault.EXPIRED: ("RequestTimeTooSkewed", 403),
    Fault.NOT_YET_CURRENT: ("RequestTimeTooSkewed", 403),
    Fault.URL_EXPIRED: ("AccessDenied", 403),
    Fault.URL_NOT_YET_VALID: ("AccessDenied", 403),
    Fault.BAD_TOKEN: ("InvalidToken", 400),
    Fault.EXPIRED_TOKEN: ("ExpiredToken", 400),
    Fault.UNKNOWN_KEY: ("InvalidAccessKeyId", 403),
    Fault.INACTIVE_KEY: ("InvalidAccessKeyId", 403),
    Fault.PAYLOAD_MISMATCH: ("XAmzContentSHA256Mismatch", 400),
    Fault.SIGNATURE_MISMATCH: ("SignatureDoesNotMatch", 403),
}
_S3_QUERY = dict.fromkeys(
    (
        Fault.UNSUPPORTED_ALGORITHM,
        Fault.INCOMPLETE,
        Fault.BAD_CREDENTIAL,
        Fault.WRONG_SCOPE,
        Fault.BAD_DATE,
        Fault.BAD_EXPIRES,
    ),
    ("AuthorizationQueryParametersError", 400),
)


def code_and_status(fault: Fault, protocol: Protocol, *, presigned: bool) -> tuple[str, int] | None:
    """Say the code and the status of a fault, or None where no source settles them."""
    if protocol is Protocol.S3:
        return (_S3_QUERY.get(fault) if presigned else None) or _S3.get(fault)
    if protocol is Protocol.EC2 and fault in _EC2:
        return _EC2[fault]
    code = _CODES.get(fault)
    if code is None:
        return None
    if protocol in (Protocol.QUERY, Protocol.EC2):
        return code, 400 if code == "IncompleteSignature" else 403
    return _JSON_NAMES.get(code, code + "Exception"), 400 if protocol is Protocol.JSON else 403

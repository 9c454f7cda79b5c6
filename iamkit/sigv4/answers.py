"""What AWS answers to each fault: code, status and text (A12, A13); S3 has answers of its own.

The texts are those that services send. Where none is documented (repeated parameters, an expiry of 0, headers that are
not signed in other services than S3) the sentence is ours and the code that of the nearest fault.
"""

from __future__ import annotations

from typing import NamedTuple

from iamkit.sigv4.faults import Fault


class Answer(NamedTuple):
    """An answer's code, HTTP status and text, in which words in braces are filled in."""

    code: str
    status: int
    text: str


_NOT_MATCHING = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
_SHOULD_HAVE_BEEN = (
    "\n\nThe Canonical String for this request should have been\n'{canonical}'"
    "\n\nThe String-to-Sign should have been\n'{to_sign}'\n"
)

# Query protocol; the JSON protocols send the same texts under names of their own.
ANSWERS: dict[tuple[Fault, str], Answer] = {
    (Fault.MALFORMED_REQUEST, ""): Answer("MalformedQueryString", 400, "The request cannot be read: {problem}"),
    (Fault.NO_CREDENTIALS, ""): Answer("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    (Fault.TWO_MECHANISMS, ""): Answer(
        "SignatureDoesNotMatch",
        403,
        "Found both '{parameter}' as a query-string param and 'Authorization' as HTTP header.",
    ),
    (Fault.UNSUPPORTED_ALGORITHM, ""): Answer(
        "IncompleteSignature", 400, "Unsupported AWS 'algorithm': '{algorithm}'."
    ),
    (Fault.INCOMPLETE, ""): Answer("IncompleteSignature", 400, "{problems} Authorization={header}"),
    (Fault.INCOMPLETE, "query"): Answer(
        "IncompleteSignature", 400, "{problems} Re-examine the query-string parameters."
    ),
    (Fault.INCOMPLETE, "no-equals-sign"): Answer(
        "IncompleteSignature",
        400,
        "'{piece}' not a valid key=value pair (missing equal-sign) in Authorization header: '{header}'.",
    ),
    (Fault.INCOMPLETE, "unknown-part"): Answer(
        "IncompleteSignature", 400, "'{piece}' is no parameter of an Authorization header: '{header}'."
    ),
    (Fault.INCOMPLETE, "repeated"): Answer("IncompleteSignature", 400, "'{name}' must be given exactly once."),
    (Fault.INCOMPLETE, "repeated-query"): Answer("IncompleteSignature", 400, "'{name}' must be given exactly once."),
    (Fault.BAD_EXPIRES, ""): Answer("IncompleteSignature", 400, "{problem}"),
    (Fault.HOST_NOT_SIGNED, ""): Answer(
        "SignatureDoesNotMatch", 403, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
    ),
    (Fault.HEADERS_NOT_SIGNED, ""): Answer("SignatureDoesNotMatch", 403, "{sentences}"),
    (Fault.BAD_DATE, ""): Answer(
        "IncompleteSignature",
        400,
        "Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601",
    ),
    (Fault.EXPIRED, ""): Answer(
        "SignatureDoesNotMatch",
        403,
        "Signature expired: {signed} is now earlier than {limit} ({now} - {minutes} min.)",
    ),
    (Fault.NOT_YET_CURRENT, ""): Answer(
        "SignatureDoesNotMatch",
        403,
        "Signature not yet current: {signed} is still later than {limit} ({now} + {minutes} min.)",
    ),
    (Fault.BAD_CREDENTIAL, ""): Answer(
        "IncompleteSignature",
        400,
        "Credential must have exactly {parts} slash-delimited elements, e.g. {example}, got '{credential}'",
    ),
    (Fault.WRONG_SCOPE, ""): Answer("SignatureDoesNotMatch", 403, "{problems}"),
    (Fault.BAD_TOKEN, ""): Answer("InvalidClientTokenId", 403, "The security token included in the request is invalid"),
    (Fault.EXPIRED_TOKEN, ""): Answer("ExpiredToken", 403, "The security token included in the request is expired"),
    (Fault.UNKNOWN_KEY, ""): Answer(
        "InvalidClientTokenId", 403, "The security token included in the request is invalid."
    ),
    (Fault.BAD_PAYLOAD_HASH, ""): Answer(
        "SignatureDoesNotMatch", 403, "x-amz-content-sha256 must be a valid sha256 value, not '{stated}'."
    ),
    (Fault.PAYLOAD_MISMATCH, ""): Answer("SignatureDoesNotMatch", 403, _NOT_MATCHING),
    (Fault.SIGNATURE_MISMATCH, ""): Answer("SignatureDoesNotMatch", 403, _NOT_MATCHING + _SHOULD_HAVE_BEEN),
}
ANSWERS[Fault.URL_EXPIRED, ""] = ANSWERS[Fault.EXPIRED, ""]
ANSWERS[Fault.URL_NOT_YET_VALID, ""] = ANSWERS[Fault.NOT_YET_CURRENT, ""]
ANSWERS[Fault.INACTIVE_KEY, ""] = ANSWERS[Fault.UNKNOWN_KEY, ""]
ANSWERS[Fault.BAD_CHUNK, ""] = ANSWERS[Fault.PAYLOAD_MISMATCH, ""]

_NOT_VALIDATED = Answer("AuthFailure", 401, "AWS was not able to validate the provided access credentials")
_EXPIRED = Answer("RequestExpired", 400, "Request has expired.")
_TOO_LATE = (
    Fault.EXPIRED, Fault.NOT_YET_CURRENT, Fault.URL_EXPIRED, Fault.URL_NOT_YET_VALID, Fault.EXPIRED_TOKEN
)  # fmt: skip
# EC2 says less than the other services (its page of API error codes).
EC2_ANSWERS = {
    **ANSWERS,
    **dict.fromkeys(
        [
            (fault, "")
            for fault in (
                Fault.UNKNOWN_KEY, Fault.INACTIVE_KEY, Fault.BAD_TOKEN, Fault.SIGNATURE_MISMATCH,
                Fault.PAYLOAD_MISMATCH, Fault.BAD_CHUNK, Fault.WRONG_SCOPE,
            )
        ],
        _NOT_VALIDATED,
    ),
    **dict.fromkeys(
        [(fault, "") for fault in _TOO_LATE],
        _EXPIRED,
    ),
}  # fmt: skip

_HEADER, _QUERY = "AuthorizationHeaderMalformed", "AuthorizationQueryParametersError"
_IN_HEADER, _IN_QUERY = "The authorization header is malformed; ", "Error parsing the X-Amz-Credential parameter; "
_FIVE_PARTS = 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
_NOT_SIGNED = Answer("AccessDenied", 403, "There were headers present in the request which were not signed")
_SKEWED = Answer(
    "RequestTimeTooSkewed", 403, "The difference between the request time and the current time is too large."
)

S3_ANSWERS: dict[tuple[Fault, str], Answer] = {
    (Fault.MALFORMED_REQUEST, ""): Answer("InvalidURI", 400, "Couldn't parse the specified URI."),
    (Fault.NO_CREDENTIALS, ""): Answer("AccessDenied", 403, "Access Denied"),
    (Fault.NO_CREDENTIALS, "foreign"): Answer("InvalidArgument", 400, "Unsupported Authorization Type"),
    (Fault.TWO_MECHANISMS, ""): Answer(
        "InvalidArgument",
        400,
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter "
        "or the Authorization header should be specified",
    ),
    (Fault.UNSUPPORTED_ALGORITHM, ""): Answer("InvalidArgument", 400, "Unsupported Authorization Type"),
    (Fault.UNSUPPORTED_ALGORITHM, "query"): Answer(
        _QUERY, 400, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256"'
    ),
    (Fault.INCOMPLETE, ""): Answer(_HEADER, 400, _IN_HEADER + "missing {first}."),
    (Fault.INCOMPLETE, "no-date"): Answer(
        "AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"
    ),
    (Fault.INCOMPLETE, "query"): Answer(
        _QUERY,
        400,
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
        "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
    ),
    (Fault.INCOMPLETE, "no-equals-sign"): Answer(
        _HEADER, 400, _IN_HEADER + 'the authorization component "{piece}" is malformed.'
    ),
    (Fault.INCOMPLETE, "unknown-part"): Answer(
        _HEADER,
        400,
        _IN_HEADER + "the authorization header requires three components: Credential, SignedHeaders, and Signature.",
    ),
    (Fault.INCOMPLETE, "repeated"): Answer(_HEADER, 400, _IN_HEADER + "'{name}' must be given exactly once."),
    (Fault.INCOMPLETE, "repeated-query"): Answer(_QUERY, 400, "{name} must be given exactly once."),
    (Fault.BAD_EXPIRES, ""): Answer(_QUERY, 400, "{problem}"),
    (Fault.HOST_NOT_SIGNED, ""): _NOT_SIGNED,
    (Fault.HEADERS_NOT_SIGNED, ""): _NOT_SIGNED,
    (Fault.BAD_DATE, ""): Answer("AccessDenied", 403, "AWS authentication requires a valid Date or x-amz-date header"),
    (Fault.BAD_DATE, "query"): Answer(
        _QUERY, 400, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
    ),
    (Fault.EXPIRED, ""): _SKEWED,
    (Fault.NOT_YET_CURRENT, ""): _SKEWED,
    (Fault.URL_EXPIRED, ""): Answer("AccessDenied", 403, "Request has expired"),
    (Fault.URL_NOT_YET_VALID, ""): Answer("AccessDenied", 403, "Request is not yet valid"),
    (Fault.BAD_CREDENTIAL, ""): Answer(_HEADER, 400, _IN_HEADER + _FIVE_PARTS),
    (Fault.BAD_CREDENTIAL, "query"): Answer(_QUERY, 400, _IN_QUERY + _FIVE_PARTS),
    (Fault.WRONG_SCOPE, ""): Answer(_HEADER, 400, _IN_HEADER + "{first}"),
    (Fault.WRONG_SCOPE, "query"): Answer(_QUERY, 400, _IN_QUERY + "{first}"),
    (Fault.BAD_TOKEN, ""): Answer("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    (Fault.EXPIRED_TOKEN, ""): Answer("ExpiredToken", 400, "The provided token has expired."),
    (Fault.UNKNOWN_KEY, ""): Answer(
        "InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."
    ),
    (Fault.BAD_PAYLOAD_HASH, ""): Answer(
        "InvalidArgument",
        400,
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER "
        "or a valid sha256 value.",
    ),
    (Fault.BAD_PAYLOAD_HASH, "missing"): Answer(
        "InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256"
    ),
    (Fault.PAYLOAD_MISMATCH, ""): Answer(
        "XAmzContentSHA256Mismatch",
        400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
    ),
    (Fault.BAD_CHUNK, ""): Answer("IncompleteBody", 400, "The request body terminated unexpectedly"),
    (Fault.BAD_CHUNK, "trailer"): Answer(
        "MalformedTrailerError",
        400,
        "The request contained trailing data that was not well-formed or did not conform to our published schema.",
    ),
    (Fault.BAD_CHUNK, "small"): Answer(
        "InvalidChunkSizeError", 403, "Only the last chunk is allowed to have a size less than 8192 bytes"
    ),
    (Fault.BAD_CHUNK, "length"): Answer(
        "MissingContentLength", 411, "You must provide the x-amz-decoded-content-length HTTP header."
    ),
    (Fault.SIGNATURE_MISMATCH, ""): Answer(
        "SignatureDoesNotMatch",
        403,
        "The request signature we calculated does not match the signature you provided. Check your key and signing "
        "method.",
    ),
}
S3_ANSWERS[Fault.INACTIVE_KEY, ""] = S3_ANSWERS[Fault.UNKNOWN_KEY, ""]
S3_ANSWERS[Fault.BAD_CHUNK, "signature"] = S3_ANSWERS[Fault.SIGNATURE_MISMATCH, ""]

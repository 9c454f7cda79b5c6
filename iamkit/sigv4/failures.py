"""What can be wrong with a request's proof of identity, and how each protocol says so (A11–A14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from iamkit.sigv4.answers import ANSWERS, EC2_ANSWERS, S3_ANSWERS
from iamkit.sigv4.faults import Fault, Protocol

if TYPE_CHECKING:
    from iamkit.sigv4.explaining import Explanation
    from iamkit.sigv4.wire import ErrorResponse


class AuthenticationFailure(PermissionError):
    """The request's proof of identity was refused."""

    def __init__(
        self,
        fault: Fault,
        protocol: Protocol,
        message: str,
        code: str,
        status: int,
        details: Mapping[str, str] | None = None,
        explain: Callable[[], Explanation] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.fault = fault
        self.protocol = protocol
        self.message = message
        self.code = code
        self.status = status
        self.details = dict(details or {})
        self._explain = explain
        self._explanation: Explanation | None = None

    @property
    def explanation(self) -> Explanation | None:
        """Work out which mistake led to a wrong signature; None for every other fault."""
        if self._explanation is None and self._explain is not None:
            self._explanation = self._explain()
        return self._explanation

    def response(self, request_id: str = "00000000-0000-0000-0000-000000000000") -> ErrorResponse:
        """Write the failure as its protocol has it on the wire (A11, A14)."""
        from iamkit.sigv4.wire import error_response

        return error_response(self, request_id)


def failure(
    fault: Fault,
    protocol: Protocol,
    variant: str = "",
    details: Mapping[str, str] | None = None,
    explain: Callable[[], Explanation] | None = None,
    **words: object,
) -> AuthenticationFailure:
    """Make the failure that a protocol has for a fault (A12), its text filled with words (A13).

    A variant names one of several answers to the same fault. Details are the further fields that S3 sends (A14).
    """
    if protocol is Protocol.S3:
        code, status, text = S3_ANSWERS.get((fault, variant)) or S3_ANSWERS[fault, ""]
        return AuthenticationFailure(fault, protocol, text.format(**words), code, status, details, explain)
    answers = EC2_ANSWERS if protocol is Protocol.EC2 else ANSWERS
    code, status, text = answers.get((fault, variant)) or answers[fault, ""]
    if protocol in (Protocol.JSON, Protocol.REST_JSON):
        code = _JSON_NAMES.get(code, f"{code}Exception")
        status = 400 if protocol is Protocol.JSON else 403
    return AuthenticationFailure(fault, protocol, text.format(**words), code, status, None, explain)


_JSON_NAMES = {
    "InvalidClientTokenId": "UnrecognizedClientException",
    "SignatureDoesNotMatch": "InvalidSignatureException",
}

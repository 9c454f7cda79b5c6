"""The verifying side, and the words in which it refuses (A12–A14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from iamkit.sigv4.credentials import AccessKey
from iamkit.sigv4.failures import AuthenticationFailure, failure
from iamkit.sigv4.faults import Fault, Protocol
from iamkit.sigv4.presented import Flaw, Presented, Unreadable
from iamkit.sigv4.rules import ServiceRules
from iamkit.sigv4.scheme import TERMINATOR
from iamkit.sigv4.times import shifted, write_time

if TYPE_CHECKING:
    from iamkit.sigv4.explaining import Explanation

# How far the clocks of client and server may be apart (A9.6).
SKEW = timedelta(minutes=15)


class Scope(NamedTuple):
    """The parts of a credential scope; the region is a region set where the algorithm has no region (A8)."""

    date: str
    region: str
    service: str
    terminator: str


class Server(NamedTuple):
    """What the verifying side knows: where it stands, its clock and its service's rules."""

    region: str
    service: str
    now: datetime
    rules: ServiceRules
    protocol: Protocol | None

    def refuse(
        self,
        fault: Fault,
        variant: str = "",
        details: Mapping[str, str] | None = None,
        explain: Callable[[], Explanation] | None = None,
        **words: object,
    ) -> AuthenticationFailure:
        """Make the failure that this server answers with."""
        return failure(fault, self.protocol or Protocol.of(self.service), variant, details, explain, **words)


_MISSING = {
    "Credential": "Authorization header requires 'Credential' parameter.",
    "Signature": "Authorization header requires 'Signature' parameter.",
    "SignedHeaders": "Authorization header requires 'SignedHeaders' parameter.",
    "Date": "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
}
_EXPIRES = {
    "number": "X-Amz-Expires should be a number",
    "negative": "X-Amz-Expires must be non-negative",
    "zero": "X-Amz-Expires must be greater than zero",
    "long": "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than "
    "604800 seconds",
}


def unreadable(problem: Unreadable, server: Server) -> AuthenticationFailure:
    """Answer a proof that is missing, doubled or malformed (A9.2, A9.3)."""
    what, given = problem.flaw, problem.given
    first = given[0] if given else ""
    authorization = {"ArgumentName": "Authorization", "ArgumentValue": problem.header}
    if what is Flaw.NONE:
        return server.refuse(Fault.NO_CREDENTIALS)
    if what is Flaw.FOREIGN:
        return server.refuse(Fault.NO_CREDENTIALS, "foreign", authorization)
    if what is Flaw.BOTH:
        return server.refuse(Fault.TWO_MECHANISMS, "", authorization, parameter=first)
    if what is Flaw.ALGORITHM:
        variant = "" if problem.header else "query"
        return server.refuse(Fault.UNSUPPORTED_ALGORITHM, variant, authorization, algorithm=first)
    if what is Flaw.EXPIRES:
        return server.refuse(Fault.BAD_EXPIRES, problem=_EXPIRES[first])
    if what is Flaw.INCOMPLETE_QUERY:
        sentences = [f"AWS query-string parameters must include '{name}'." for name in given]
        return server.refuse(Fault.INCOMPLETE, "query", problems=" ".join(sentences))
    if what is Flaw.INCOMPLETE_HEADER:
        variant = "no-date" if first == "Date" else ""
        problems = " ".join(_MISSING[name] for name in given)
        return server.refuse(Fault.INCOMPLETE, variant, problems=problems, header=problem.header, first=first)
    return server.refuse(Fault.INCOMPLETE, what.value, header=problem.header, piece=first, name=first)


def time_details(presented: Presented, signed: datetime, server: Server) -> dict[str, str]:
    """List what S3 tells of the two clocks (A14)."""
    now = _extended(server.now)
    if presented.expires is None:
        milliseconds = str(SKEW // timedelta(milliseconds=1))
        return {"RequestTime": presented.timestamp, "ServerTime": now, "MaxAllowedSkewMilliseconds": milliseconds}
    expires = {"Expires": _extended(shifted(signed, timedelta(seconds=presented.expires))), "ServerTime": now}
    if signed > server.now:
        return {"X-Amz-Date": str(int(signed.timestamp()) * 1000), **expires}
    return {"X-Amz-Expires": str(presented.expires), **expires}


def _extended(at: datetime) -> str:
    text = write_time(at)
    return f"{text[:4]}-{text[4:6]}-{text[6:11]}:{text[11:13]}:{text[13:]}"


def wrong_scope(scope: Scope, here: bool, presented: Presented, server: Server) -> AuthenticationFailure:
    """Name all that is wrong with a scope in one message; S3 names the first."""
    day, stamp = presented.timestamp[:8], presented.timestamp
    problems, first = [], ""
    if not here:
        problems.append(f"Credential should be scoped to a valid region, not '{scope.region}'.")
        first = first or f"the region '{scope.region}' is wrong; expecting '{server.region}'"
    if scope.service != server.service:
        problems.append(f"Credential should be scoped to correct service: '{server.service}'.")
        first = first or f'incorrect service "{scope.service}". This endpoint belongs to "{server.service}".'
    if scope.terminator != TERMINATOR:
        problems.append(
            f"Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{scope.terminator}'."
        )
        first = first or f'incorrect terminal "{scope.terminator}". This endpoint uses "{TERMINATOR}".'
    if scope.date != day:
        problems.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{scope.date}' != '{day}', from '{stamp}'."
        )
        first = first or f'Invalid credential date "{scope.date}". This date is not the same as X-Amz-Date: "{day}".'
    details = {} if here else {"Region": server.region}
    variant = "query" if presented.presigned else ""
    return server.refuse(Fault.WRONG_SCOPE, variant, details, problems=" ".join(problems), first=first)


def compare_hashes(stated: str, computed: str, server: Server) -> None:
    if stated != computed:
        details = {"ClientComputedContentSHA256": stated, "S3ComputedContentSHA256": computed}
        raise server.refuse(Fault.PAYLOAD_MISMATCH, details=details)


def mismatch_details(access_key: AccessKey, signature: str, canonical: str, to_sign: str) -> dict[str, str]:
    """List what S3 tells of a signature that it does not find (A14)."""
    canonical_bytes = canonical.encode("utf-8", "surrogateescape")
    return {
        "AWSAccessKeyId": access_key.credentials.access_key_id,
        "StringToSign": to_sign,
        "SignatureProvided": signature,
        "StringToSignBytes": to_sign.encode().hex(" "),
        "CanonicalRequest": canonical,
        "CanonicalRequestBytes": canonical_bytes.hex(" "),
    }

"""Read what a request presents as proof: an Authorization header, or the parameters of a presigned URL (A9.2, A9.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from iamkit.sigv4.canonical import canonical_pairs, decode_parameter, header_values, refuse_bad_escapes
from iamkit.sigv4.http_request import HttpRequest
from iamkit.sigv4.parameters import (
    ALGORITHM,
    CONTENT_SHA256,
    CREDENTIAL,
    DATE,
    EXPIRES,
    LONGEST_EXPIRES,
    PARAMETERS,
    REGION_SET,
    SIGNATURE,
    SIGNED_HEADERS,
    TOKEN,
)
from iamkit.sigv4.rules import ECDSA_ALGORITHM, HMAC_ALGORITHM

# In the order in which AWS lists those that are missing.
_OF_HEADER = ("Credential", "Signature", "SignedHeaders")
_OF_QUERY = (ALGORITHM, CREDENTIAL, SIGNATURE, SIGNED_HEADERS, DATE, EXPIRES)
# Any one of these in a query says that it is signed.
_OF_SIGNATURE = frozenset({ALGORITHM, CREDENTIAL, SIGNATURE})
_ALONE = ("host", "authorization", "x-amz-date", "x-amz-security-token", "x-amz-region-set", CONTENT_SHA256)
# HTTP knows no other blanks.
_SEPARATORS = re.compile(r"[ \t,]+")
_ALGORITHMS = frozenset({HMAC_ALGORITHM, ECDSA_ALGORITHM})


class Received(NamedTuple):
    """A request taken apart once, for all who look at it."""

    request: HttpRequest
    path: str
    query: str
    values: dict[str, str]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """List the query's pairs, encoded, in their order."""
        return canonical_pairs(self.query)


class Presented(NamedTuple):
    """What the client says of its signature; nothing of it is believed yet."""

    algorithm: str
    credential: str
    signed_headers: str
    signature: str
    timestamp: str
    token: str | None
    region_set: str | None
    expires: int | None
    presigned: bool


class Flaw(Enum):
    """Why a proof cannot be read."""

    NONE = "none"
    FOREIGN = "foreign"
    BOTH = "both"
    ALGORITHM = "algorithm"
    INCOMPLETE_HEADER = "incomplete-header"
    INCOMPLETE_QUERY = "incomplete-query"
    NO_EQUALS_SIGN = "no-equals-sign"
    UNKNOWN_PART = "unknown-part"
    REPEATED = "repeated"
    REPEATED_QUERY = "repeated-query"
    EXPIRES = "expires"


class Unreadable(Exception):
    """The proof is missing, doubled or malformed."""

    def __init__(self, flaw: Flaw, *given: str, header: str = "") -> None:
        super().__init__(flaw, *given)
        self.flaw = flaw
        self.given = given
        self.header = header


def receive(request: HttpRequest) -> Received:
    """Take a request apart (A9.1); raises InvalidHttpRequest."""
    path, _, query = request.target.partition("?")
    if "%" in request.target:
        refuse_bad_escapes(request.target)
    return Received(request, path, query, header_values(request.headers))


def read_presented(received: Received) -> Presented:
    """Read the proof of a request from its header or its query; raises Unreadable."""
    request, _, query, values = received
    header = values.get("authorization")
    if len(request.headers) != len(values):
        _refuse_repeats(received)
    if "X-Amz-" in query or "%" in query:
        parameters = [pair for pair in received.pairs if pair[0] in PARAMETERS]
        presigned = [name for name, _ in parameters if name in _OF_SIGNATURE]
        if presigned and header is not None:
            raise Unreadable(Flaw.BOTH, presigned[0], header=header)
        if presigned:
            return _from_query(parameters)
    if header is None:
        raise Unreadable(Flaw.NONE)
    return _from_header(header, values)


def _refuse_repeats(received: Received) -> None:
    """Refuse a second header where one counts: a server and its proxy might read different ones."""
    names = [name.lower() for name, _ in received.request.headers]
    for name in _ALONE:
        if names.count(name) > 1:
            raise Unreadable(Flaw.REPEATED, name)


def _from_header(header: str, values: Mapping[str, str]) -> Presented:
    timestamp = values.get("x-amz-date") or values.get("date") or ""
    algorithm, credential, names, signature = _usual(header) or _unusual(header)
    if not (credential and names and signature and timestamp):
        missing = dict(zip(_OF_HEADER, (credential, signature, names), strict=True)) | {"Date": timestamp}
        raise Unreadable(Flaw.INCOMPLETE_HEADER, *(name for name, text in missing.items() if not text), header=header)
    token, region_set = values.get("x-amz-security-token"), values.get("x-amz-region-set")
    return Presented(algorithm, credential, names, signature, timestamp, token, region_set, None, False)


def _usual(header: str) -> tuple[str, str, str, str] | None:
    """Read the header as nearly every client writes it."""
    algorithm, _, rest = header.partition(" Credential=")
    credential, _, rest = rest.partition(", SignedHeaders=")
    names, _, signature = rest.partition(", Signature=")
    usual = header.count(" ") == 3 and header.count("=") == 3 and header.count(",") == 2
    return (algorithm, credential, names, signature) if usual and signature and algorithm in _ALGORITHMS else None


def _unusual(header: str) -> tuple[str, str, str, str]:
    """Read the header piece by piece, in any order."""
    algorithm, _, rest = header.partition(" ")
    if not algorithm.startswith("AWS4-"):
        raise Unreadable(Flaw.FOREIGN, algorithm, header=header)
    if algorithm not in _ALGORITHMS:
        raise Unreadable(Flaw.ALGORITHM, algorithm, header=header)
    parts: dict[str, str] = {}
    for piece in _SEPARATORS.split(rest):
        if not piece:
            continue
        name, equals, value = piece.partition("=")
        if not equals:
            raise Unreadable(Flaw.NO_EQUALS_SIGN, piece, header=header)
        if name in parts:
            raise Unreadable(Flaw.REPEATED, name, header=header)
        parts[name] = value
    unknown = [name for name in parts if name not in _OF_HEADER]
    if unknown and parts.keys() >= set(_OF_HEADER):
        raise Unreadable(Flaw.UNKNOWN_PART, unknown[0], header=header)
    return algorithm, parts.get("Credential", ""), parts.get("SignedHeaders", ""), parts.get("Signature", "")


def _from_query(parameters: Sequence[tuple[str, str]]) -> Presented:
    found: dict[str, str] = {}
    for name, value in parameters:
        if name in found:
            raise Unreadable(Flaw.REPEATED_QUERY, name)
        found[name] = decode_parameter(value)
    missing = [name for name in _OF_QUERY if not found.get(name)]
    if missing:
        raise Unreadable(Flaw.INCOMPLETE_QUERY, *missing)
    if found[ALGORITHM] not in _ALGORITHMS:
        raise Unreadable(Flaw.ALGORITHM, found[ALGORITHM])
    return Presented(
        found[ALGORITHM],
        found[CREDENTIAL],
        found[SIGNED_HEADERS],
        found[SIGNATURE],
        found[DATE],
        found.get(TOKEN),
        found.get(REGION_SET),
        _seconds(found[EXPIRES]),
        True,
    )


def _seconds(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()):
        raise Unreadable(Flaw.EXPIRES, "number")
    if text != digits:
        raise Unreadable(Flaw.EXPIRES, "negative")
    if len(digits) > 9 or int(digits) > LONGEST_EXPIRES:
        raise Unreadable(Flaw.EXPIRES, "long")
    if int(digits) == 0:
        raise Unreadable(Flaw.EXPIRES, "zero")
    return int(digits)


def stated_payload(received: Received, presented: Presented) -> str | None:
    """Give what the request itself says of its body (A4): a header, or the same as a parameter of a presigned URL."""
    stated = received.values.get(CONTENT_SHA256)
    if stated is None and presented.presigned:
        stated = next((value for name, value in received.pairs if name.lower() == CONTENT_SHA256), None)
    return stated

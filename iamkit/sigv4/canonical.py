"""The canonical request: one text for every way in which the same request can be written (A1, A2, A3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from iamkit.sigv4.http_request import HttpRequest, InvalidHttpRequest
from iamkit.sigv4.rules import DEFAULT_RULES, ServiceRules

# What clients and proxies change on the way, and what carries the signature itself (A3).
NEVER_SIGNED = frozenset(
    {
        "authorization",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    }
)

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_QUERY = {byte: f"%{byte:02X}" for byte in range(256) if byte not in _UNRESERVED}
_IN_PATH = {byte: escape for byte, escape in _IN_QUERY.items() if byte != ord("/")}

# Most paths and queries are in canonical form already, which one match tells.
_PLAIN_PATH = re.compile(r"/|(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+/?").fullmatch
_PLAIN_QUERY = re.compile(r"[A-Za-z0-9._~-]+=[A-Za-z0-9._~-]*(?:&[A-Za-z0-9._~-]+=[A-Za-z0-9._~-]*)*").fullmatch
_ESCAPE = re.compile(rb"%([0-9A-Fa-f]{2})")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SPACES = re.compile(r"[ \t\r\n]+")
_BAD_VALUE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)|\n(?![ \t])")
_PRINTABLE = bytes(range(ord(" "), ord("~") + 1))
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+").fullmatch
_USUAL_METHODS = frozenset({"DELETE", "GET", "HEAD", "POST", "PUT"})
_METHOD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+").fullmatch


class CanonicalRequest(NamedTuple):
    """The six parts of a canonical request; `str()` joins them into the text that is hashed."""

    method: str
    path: str
    query: str
    headers: str
    signed_headers: str
    payload_hash: str

    def __str__(self) -> str:
        return "\n".join(self)


def canonical_request(
    request: HttpRequest,
    *,
    signed_headers: Iterable[str] | None = None,
    payload_hash: str | None = None,
    rules: ServiceRules = DEFAULT_RULES,
) -> CanonicalRequest:
    """Put a request in canonical form (A1).

    All headers sent are signed, but those that A3 leaves out, unless their names are given. The payload hash is that of
    the body unless given. Raises InvalidHttpRequest.
    """
    values = header_values(request.headers)
    names = signable(values) if signed_headers is None else signed_names(";".join(signed_headers).lower())
    values = dict.fromkeys(names.ordered, "") | values
    if payload_hash is None:
        payload_hash = sha256(request.body or b"").hexdigest()
    path, _, query = request.target.partition("?")
    return assemble(request.method, path, canonical_query(query), values, names, payload_hash, rules)


def assemble(
    method: str,
    path: str,
    query: str,
    values: Mapping[str, str],
    names: SignedNames,
    payload_hash: str,
    rules: ServiceRules,
) -> CanonicalRequest:
    """Put a canonical request together from a raw path, a canonical query and trimmed header values."""
    if method not in _USUAL_METHODS and not _METHOD(method):
        raise InvalidHttpRequest(f"method `{method}` is not a word", "write it as HTTP does: `GET`")
    if names.bad is not None:
        raise InvalidHttpRequest(f"`{names.bad}` is no name of a header", "a name has letters, digits and hyphens")
    lines = "".join([f"{name}:{values[name]}\n" for name in names.ordered])
    return CanonicalRequest(method, canonical_path(path, rules), query, lines, names.listed, payload_hash)


def canonical_path(path: str, rules: ServiceRules = DEFAULT_RULES) -> str:
    """Encode a raw path as a service does (A2): S3 once and as it is, all others twice and normalized.

    >>> canonical_path("/my%20files/../report")
    '/report'
    >>> canonical_path("/my%20files/"), canonical_path("/my%20files/", ServiceRules.of("s3"))
    ('/my%2520files/', '/my%20files/')
    """
    if _PLAIN_PATH(path):
        return path
    refuse_bad_escapes(path)
    if path[:1] != "/":
        if path:
            raise InvalidHttpRequest(f"path `{path}` does not begin with `/`", "give the target as `/path?query`")
        path = "/"
    if rules.normalize_path:
        path = _normalize(path)
    raw = _bytes(path)
    if not rules.encode_path_twice:
        raw = _decode(raw)
    return raw.decode("latin-1").translate(_IN_PATH)


def _normalize(path: str) -> str:
    """Resolve `.` and `..` and drop empty segments; unlike RFC 3986, AWS ends `/a/.` without a slash."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    return f"/{'/'.join(kept)}{'/' if kept and not segments[-1] else ''}"


def canonical_pairs(query: str) -> list[tuple[str, str]]:
    """Split a raw query into encoded pairs, in their order; `acl` is `acl=`, a plus is a plus (A2)."""
    if not query:
        return []
    if _PLAIN_QUERY(query):
        return [tuple(piece.split("=")) for piece in query.split("&")]  # type: ignore[misc]
    refuse_bad_escapes(query)
    pairs = []
    for piece in query.split("&"):
        if piece:
            name, _, value = piece.partition("=")
            pairs.append((_encode(name), _encode(value)))
    return pairs


def canonical_query(query: str) -> str:
    """Put a raw query in canonical form: encoded, then sorted by name and then by value (A2)."""
    if not query:
        return ""
    if _PLAIN_QUERY(query):
        # NUL sorts before everything that a name can have, as the end of a name does.
        return "&".join(sorted(query.replace("=", "\0").split("&"))).replace("\0", "=")
    return join_pairs(canonical_pairs(query))


def join_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Join encoded pairs, sorted by name and then by value (A2)."""
    return "&".join(map("=".join, sorted(pairs)))


def _encode(text: str) -> str:
    return _decode(_bytes(text)).decode("latin-1").translate(_IN_QUERY)


def encode_parameter(text: str) -> str:
    """Percent-encode a text that is not encoded yet, for a query."""
    return _bytes(text).decode("latin-1").translate(_IN_QUERY)


def decode_parameter(text: str) -> str:
    """Undo `encode_parameter`."""
    return _decode(_bytes(text)).decode("utf-8", "surrogateescape")


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise InvalidHttpRequest(f"{text!a} is not text", "encode it as UTF-8") from None


def _decode(raw: bytes) -> bytes:
    return _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()), raw) if b"%" in raw else raw


def refuse_bad_escapes(text: str) -> None:
    """Refuse a percent sign that two hexadecimal digits do not follow (A9.1)."""
    bad = _BAD_ESCAPE.search(text)
    if bad:
        escape = text[bad.start() : bad.start() + 3]
        raise InvalidHttpRequest(
            f"column {bad.start() + 1} of `{text}`: malformed percent escape `{escape}`",
            "two hexadecimal digits follow a `%`; a percent sign itself is `%25`",
        )


def header_values(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Map lower-case names to trimmed values; those of repeated headers are joined in their order (A3)."""
    values = {name.lower(): value for name, value in headers}
    # Most requests have each name once and values without a blank too many, which one look at all of them tells.
    every = " ".join(["", *values.values(), ""])
    plain = "  " not in every and every.isascii() and not every.encode().translate(None, _PRINTABLE)
    if plain and len(values) == len(headers):
        return values
    values = {}
    for name, value in headers:
        name, value = name.lower(), _trim(name, value)
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _trim(name: str, value: str) -> str:
    bad = _BAD_VALUE.search(value)
    if bad:
        raise InvalidHttpRequest(
            f"header `{name}` has the character {bad[0]!r}, which no value can hold",
            "a line break must be followed by a space, which continues the value",
        )
    _bytes(value)
    return _SPACES.sub(" ", value).strip(" ")


class SignedNames(NamedTuple):
    """The names of signed headers: as a set, sorted, listed as in `host;x-amz-date`, and one that is no name."""

    names: frozenset[str]
    ordered: tuple[str, ...]
    listed: str
    bad: str | None


# Clients send few different lists, and each list over and over.
@lru_cache(maxsize=256)
def signed_names(listed: str) -> SignedNames:
    """Read a list of signed headers (A3)."""
    names = frozenset(listed.split(";"))
    ordered = tuple(sorted(names))
    return SignedNames(names, ordered, ";".join(ordered), next((name for name in ordered if not _NAME(name)), None))


def signable(values: Mapping[str, str]) -> SignedNames:
    """List the headers that a client signs (A3)."""
    if not NEVER_SIGNED.isdisjoint(values):
        values = {name: value for name, value in values.items() if name not in NEVER_SIGNED}
    return signed_names(";".join(values))

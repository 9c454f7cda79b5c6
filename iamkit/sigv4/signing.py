"""Sign a request, in its headers or in its query (A1, A6, A7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from iamkit.sigv4.canonical import (
    CanonicalRequest,
    assemble,
    canonical_pairs,
    canonical_query,
    encode_parameter,
    header_values,
    join_pairs,
    signable,
)
from iamkit.sigv4.chunks import ChunkContext
from iamkit.sigv4.credentials import Credentials
from iamkit.sigv4.http_request import HttpRequest, InvalidHttpRequest
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
from iamkit.sigv4.rules import EMPTY_SHA256, HMAC_ALGORITHM, UNSIGNED_PAYLOAD, ServiceRules
from iamkit.sigv4.scheme import KeyChain, Scheme, string_to_sign
from iamkit.sigv4.times import write_time

_REPLACED = frozenset({"authorization", "x-amz-date", "x-amz-security-token", "x-amz-region-set"})


class Signed(NamedTuple):
    """Hold a signature with every value that led to it.

    `added_headers` are those that signing added, but Authorization; `to_send` is the request without its signature.
    """

    canonical: CanonicalRequest
    canonical_request: str
    string_to_sign: str
    signature: str
    timestamp: str
    access_key_id: str
    scheme: Scheme
    added_headers: tuple[tuple[str, str], ...]
    presigned: bool
    to_send: HttpRequest

    @property
    def algorithm(self) -> str:
        """Give the name of the algorithm."""
        return self.scheme.algorithm

    @property
    def scope(self) -> str:
        """Give the credential scope, as `20150830/us-east-1/iam/aws4_request`."""
        return self.scheme.scope

    @property
    def keys(self) -> KeyChain | None:
        """Give the chain of keys; None where the algorithm has none (A8)."""
        return self.scheme.keys

    @property
    def signed_headers(self) -> str:
        """Give the names of the signed headers, as `host;x-amz-date`."""
        return self.canonical.signed_headers

    @property
    def payload_hash(self) -> str:
        """Give what the last line of the canonical request says of the body (A4)."""
        return self.canonical.payload_hash

    @property
    def authorization(self) -> str | None:
        """Give the value of the Authorization header; None in a presigned URL."""
        if self.presigned:
            return None
        return (
            f"{self.scheme.algorithm} Credential={self.access_key_id}/{self.scheme.scope}, "
            f"SignedHeaders={self.canonical.signed_headers}, Signature={self.signature}"
        )

    @property
    def request(self) -> HttpRequest:
        """Give the signed request, ready to be sent."""
        unsigned = self.to_send
        authorization = self.authorization
        if authorization is None:
            target, headers = f"{unsigned.target}&{SIGNATURE}={self.signature}", unsigned.headers
        else:
            target = unsigned.target
            headers = (*unsigned.headers, *self.added_headers, ("Authorization", authorization))
        return HttpRequest(unsigned.method, target, headers, unsigned.body)

    @property
    def url(self) -> str:
        """Give the https URL of the signed request."""
        request = self.request
        return f"https://{request.header('host')[0].strip()}{request.target}"

    @property
    def chunks(self) -> ChunkContext:
        """Give what the signatures of an aws-chunked body start from (A5); raises ValueError without a key chain."""
        if self.keys is None:
            raise ValueError(f"chunks are not signed with {self.algorithm}\n  help: sign with {HMAC_ALGORITHM}")
        return ChunkContext(self.signature, self.keys.signing, self.timestamp, self.scope)


def sign(
    request: HttpRequest,
    credentials: Credentials,
    *,
    region: str,
    service: str,
    at: datetime,
    payload: str | None = None,
    rules: ServiceRules | None = None,
) -> Signed:
    """Sign a request in its headers (A1).

    The payload is the SHA-256 of the body, or what the request's x-amz-content-sha256 header says, unless it is given:
    a digest in hex or one of the words of A4. Headers of an earlier signature are replaced. Raises InvalidHttpRequest
    for what has no canonical form and ValueError for a naive datetime.
    """
    stamp = write_time(at)
    scheme = credentials.scheme(stamp[:8], region, service)
    return sign_headers(request, credentials, scheme, stamp, payload, rules or ServiceRules.of(service))


def presign(
    request: HttpRequest,
    credentials: Credentials,
    *,
    region: str,
    service: str,
    at: datetime,
    expires: int | timedelta = 3600,
    payload: str | None = None,
    rules: ServiceRules | None = None,
) -> Signed:
    """Sign a request in its query, for 1 to 604,800 seconds (A6).

    The payload of S3 is UNSIGNED-PAYLOAD and else the SHA-256 of the body, unless it is given (A4). S3 learns of
    another payload only from an x-amz-content-sha256 header or parameter, which the request then needs. Raises as
    `sign`.
    """
    stamp = write_time(at)
    scheme = credentials.scheme(stamp[:8], region, service)
    return sign_query(request, credentials, scheme, stamp, expires, payload, rules or ServiceRules.of(service))


def sign_headers(
    request: HttpRequest,
    credentials: Credentials,
    scheme: Scheme,
    stamp: str,
    payload: str | None,
    rules: ServiceRules,
) -> Signed:
    """Add the headers that carry a signature, and sign."""
    values = header_values(request.headers)
    if not _REPLACED.isdisjoint(values):
        request = _without(request, _REPLACED)
        values = {name: value for name, value in values.items() if name not in _REPLACED}
    _refuse_host(request, values)

    values["x-amz-date"] = stamp
    added = [(DATE, stamp)]
    token = credentials.session_token
    if token is not None:
        added = [(TOKEN, token), (DATE, stamp)]
    if scheme.region_set is not None:
        added.append((REGION_SET, scheme.region_set))
    if len(added) > 1:
        values.update(header_values(added))
    if payload is None:
        payload = values.get(CONTENT_SHA256) or _hash_of_body(request)
    if rules.content_sha256_header:
        if values.get(CONTENT_SHA256, payload) != payload:
            request = _without(request, {CONTENT_SHA256})
            del values[CONTENT_SHA256]
        if CONTENT_SHA256 not in values:
            added.append((CONTENT_SHA256, payload))
        values[CONTENT_SHA256] = payload
    names = signable(values)
    if token is not None and not rules.sign_session_token:
        names = signable({name: value for name, value in values.items() if name != TOKEN.lower()})

    path, _, query = request.target.partition("?")
    canonical = assemble(request.method, path, canonical_query(query), values, names, payload, rules)
    return _signed(canonical, scheme, stamp, credentials, tuple(added), request, presigned=False)


def sign_query(
    request: HttpRequest,
    credentials: Credentials,
    scheme: Scheme,
    stamp: str,
    expires: int | timedelta,
    payload: str | None,
    rules: ServiceRules,
) -> Signed:
    """Add the query parameters that carry a signature, and sign."""
    values = header_values(request.headers)
    _refuse_host(request, values)
    path, _, query = request.target.partition("?")
    pairs = canonical_pairs(query)
    _refuse_signed(pairs, values)
    names = signable(values)
    if payload is None:
        payload = values.get(CONTENT_SHA256) or (UNSIGNED_PAYLOAD if rules.unsigned_payload else _hash_of_body(request))

    added = [
        (ALGORITHM, scheme.algorithm),
        (CREDENTIAL, encode_parameter(f"{credentials.access_key_id}/{scheme.scope}")),
        (DATE, stamp),
        (SIGNED_HEADERS, encode_parameter(names.listed)),
        (EXPIRES, str(_seconds(expires))),
    ]
    if credentials.session_token is not None:
        added.append((TOKEN, encode_parameter(credentials.session_token)))
    if scheme.region_set is not None:
        added.append((REGION_SET, encode_parameter(scheme.region_set)))

    pairs += [pair for pair in added if rules.sign_session_token or pair[0] != TOKEN]
    canonical = assemble(request.method, path, join_pairs(pairs), values, names, payload, rules)
    parameters = "&".join([f"{name}={value}" for name, value in added])
    target = f"{path or '/'}?{query}{'&' if query else ''}{parameters}"
    to_send = HttpRequest(request.method, target, request.headers, request.body)
    return _signed(canonical, scheme, stamp, credentials, (), to_send, presigned=True)


def _signed(
    canonical: CanonicalRequest,
    scheme: Scheme,
    stamp: str,
    credentials: Credentials,
    added: tuple[tuple[str, str], ...],
    request: HttpRequest,
    *,
    presigned: bool,
) -> Signed:
    text = "\n".join(canonical)
    to_sign = string_to_sign(scheme.algorithm, stamp, scheme.scope, text)
    signature = scheme.signature(to_sign.encode())
    return Signed(
        canonical, text, to_sign, signature, stamp, credentials.access_key_id, scheme, added, presigned, request
    )


def _without(request: HttpRequest, names: Set[str]) -> HttpRequest:
    headers = tuple(pair for pair in request.headers if pair[0].lower() not in names)
    return HttpRequest(request.method, request.target, headers, request.body)


def _hash_of_body(request: HttpRequest) -> str:
    if request.body is None:
        raise InvalidHttpRequest(
            "the body is not read yet, so it has no hash",
            f"give `payload=`: its SHA-256 in hex, {UNSIGNED_PAYLOAD}, or a STREAMING- word",
        )
    return sha256(request.body).hexdigest() if request.body else EMPTY_SHA256


def _seconds(expires: int | timedelta) -> int:
    seconds = int(expires.total_seconds()) if isinstance(expires, timedelta) else expires
    if not 1 <= seconds <= LONGEST_EXPIRES:
        raise ValueError(
            f"a presigned URL cannot be valid for {seconds} seconds\n  help: choose 1 to {LONGEST_EXPIRES} (a week)"
        )
    return seconds


def _refuse_host(request: HttpRequest, values: Mapping[str, str]) -> None:
    """Refuse a request that does not say once where it goes: `host` must be signed (A3)."""
    if "host" not in values:
        raise InvalidHttpRequest("the request has no Host header", "add the one that your HTTP client will send")
    if "," in values["host"] and len(request.header("host")) > 1:
        raise InvalidHttpRequest("the request has more than one Host header", "send one")


def _refuse_signed(pairs: Sequence[tuple[str, str]], values: Mapping[str, str]) -> None:
    """Refuse to sign what is signed already: a server would not know which signature counts (A9)."""
    for name, _ in pairs:
        if name in PARAMETERS:
            raise InvalidHttpRequest(f"the query has `{name}` already", "presign the URL without its old signature")
    if "authorization" in values:
        raise InvalidHttpRequest("the request has an Authorization header", "a presigned URL replaces it: remove it")

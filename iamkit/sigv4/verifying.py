"""Verify who signed a request: one function a check, in the order of A9; the first that fails answers."""

from __future__ import annotations

import hmac
import re
from datetime import datetime, timedelta
from hashlib import sha256

from iamkit.sigv4.canonical import SignedNames, assemble, canonical_query, join_pairs, signed_names
from iamkit.sigv4.credentials import AccessKey, Lookup
from iamkit.sigv4.explaining import explain
from iamkit.sigv4.failures import AuthenticationFailure
from iamkit.sigv4.faults import Fault, Protocol
from iamkit.sigv4.http_request import HttpRequest, InvalidHttpRequest
from iamkit.sigv4.parameters import CONTENT_SHA256, SIGNATURE, TOKEN
from iamkit.sigv4.presented import Presented, Received, Unreadable, read_presented, receive, stated_payload
from iamkit.sigv4.rules import ECDSA_ALGORITHM, EMPTY_SHA256, STREAMING, UNSIGNED_PAYLOAD, ServiceRules
from iamkit.sigv4.scheme import TERMINATOR, Scheme, string_to_sign
from iamkit.sigv4.server import (
    SKEW,
    Scope,
    Server,
    compare_hashes,
    mismatch_details,
    time_details,
    unreadable,
    wrong_scope,
)
from iamkit.sigv4.times import read_time, shifted, write_time
from iamkit.sigv4.verified import Verified

_DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch


def verify(
    request: HttpRequest,
    lookup: Lookup,
    *,
    region: str,
    service: str,
    now: datetime,
    rules: ServiceRules | None = None,
    protocol: Protocol | None = None,
) -> Verified:
    """Verify a request that was signed in its headers or in its query (A9).

    Raises AuthenticationFailure with the answer of the service's protocol. A request whose body is None must have an
    x-amz-content-sha256 header or be presigned for an unsigned payload, and its body is checked by `Verified.read`;
    otherwise it raises ValueError, since the signature covers the body.
    """
    server = Server(region, service, now, rules or ServiceRules.of(service), protocol)
    try:
        received = receive(request)
        presented = read_presented(received)
        names = _check_signed_headers(received, presented, server)
        _check_time(presented, server)
        access_key_id = _check_scope(presented, server)
        access_key = _check_key(access_key_id, presented.token, lookup, server)
        payload = _check_payload(received, presented, server)
        verified = _check_signature(received, presented, names, access_key, payload, server)
    except Unreadable as problem:
        raise unreadable(problem, server) from None
    except InvalidHttpRequest as problem:
        raise server.refuse(Fault.MALFORMED_REQUEST, problem=problem.problem) from None
    if payload in STREAMING and request.body is not None:
        return _check_chunks(verified, request.body)
    return verified


def _check_signed_headers(received: Received, presented: Presented, server: Server) -> SignedNames:
    """A9.4: host is signed, and every x-amz-* header that was sent."""
    signed = signed_names(presented.signed_headers.lower())
    sent = received.values
    if "host" not in signed.names or "host" not in sent:
        raise server.refuse(Fault.HOST_NOT_SIGNED, details={"HeadersNotSigned": "host"})
    unsigned = [name for name in sent if name not in signed.names and name.startswith("x-amz-")]
    if unsigned and not server.rules.sign_session_token:
        unsigned = [name for name in unsigned if name != TOKEN.lower()]
    if unsigned:
        unsigned.sort()
        sentences = [f"'{name}' must be a 'SignedHeader' in the AWS Authorization." for name in unsigned]
        raise server.refuse(
            Fault.HEADERS_NOT_SIGNED, details={"HeadersNotSigned": ", ".join(unsigned)}, sentences=" ".join(sentences)
        )
    return signed


def _check_time(presented: Presented, server: Server) -> None:
    """A9.5 and A9.6: the date is one, and the signature is neither too old nor from the future."""
    signed = read_time(presented.timestamp)
    now = server.now
    if signed is None:
        variant = "query" if presented.presigned else ""
        raise server.refuse(Fault.BAD_DATE, variant, date=presented.timestamp)
    valid = SKEW if presented.expires is None else timedelta(seconds=presented.expires)
    if now - signed > valid:
        fault = Fault.URL_EXPIRED if presented.presigned else Fault.EXPIRED
        limit, minutes = shifted(now, -valid), valid / timedelta(minutes=1)
    elif signed - now > SKEW:
        fault = Fault.URL_NOT_YET_VALID if presented.presigned else Fault.NOT_YET_CURRENT
        limit, minutes = shifted(now, SKEW), 15
    else:
        return
    raise server.refuse(
        fault,
        "",
        time_details(presented, signed, server),
        signed=presented.timestamp,
        limit=write_time(limit),
        now=write_time(now),
        minutes=f"{minutes:g}",
    )


def _check_scope(presented: Presented, server: Server) -> str:
    """A9.7 and A9.8: the credential has its parts, and the scope is this server's; give the access key ID."""
    day, region, service = presented.timestamp[:8], server.region, server.service
    regional = presented.algorithm != ECDSA_ALGORITHM
    expected = f"/{day}/{region}/{service}/{TERMINATOR}" if regional else f"/{day}/{service}/{TERMINATOR}"
    here = regional or _in_region_set(region, presented.region_set or "")
    access_key_id = presented.credential.removesuffix(expected)
    if here and access_key_id != presented.credential and access_key_id and "/" not in access_key_id:
        return access_key_id
    raise _refused_scope(presented, regional, server)


def _refused_scope(presented: Presented, regional: bool, server: Server) -> AuthenticationFailure:
    parts = presented.credential.split("/")
    if not regional:
        parts.insert(2, presented.region_set or "")
    if len(parts) == 5 and parts[0]:
        scope = Scope(*parts[1:])
        here = scope.region == server.region if regional else _in_region_set(server.region, scope.region)
        return wrong_scope(scope, here, presented, server)
    variant = "query" if presented.presigned else ""
    count, example = ("5", "keyid/date/region/service/term") if regional else ("4", "keyid/date/service/term")
    return server.refuse(Fault.BAD_CREDENTIAL, variant, parts=count, example=example, credential=presented.credential)


def _in_region_set(region: str, region_set: str) -> bool:
    """Tell whether a region is in `us-east-1,eu-*`."""
    patterns = (re.escape(pattern.strip()).replace(r"\*", ".*") for pattern in region_set.split(","))
    return any(re.fullmatch(pattern, region) for pattern in patterns)


def _check_key(access_key_id: str, token: str | None, lookup: Lookup, server: Server) -> AccessKey:
    """A9.9 and A9.10: the token is the key's own and has not expired; the key is known and active."""
    access_key = lookup(access_key_id)
    if access_key is None:
        raise server.refuse(Fault.UNKNOWN_KEY, details={"AWSAccessKeyId": access_key_id})
    own = access_key.credentials.session_token
    if token is not None or own is not None:
        sent, expected = (token or "").encode("utf-8", "surrogatepass"), (own or "").encode("utf-8", "surrogatepass")
        if not sent or not hmac.compare_digest(sent, expected):
            raise server.refuse(Fault.BAD_TOKEN, details={"Token-0": token or ""})
        if access_key.expires is not None and access_key.expires <= server.now:
            raise server.refuse(Fault.EXPIRED_TOKEN, details={"Token-0": token or ""})
    if not access_key.active:
        raise server.refuse(Fault.INACTIVE_KEY, details={"AWSAccessKeyId": access_key_id})
    return access_key


def _check_payload(received: Received, presented: Presented, server: Server) -> str:
    """A9.11: what stands for the body in the canonical request is true, as far as the body has been read."""
    stated = stated_payload(received, presented)
    body, rules = received.request.body, server.rules
    if stated is None:
        if rules.unsigned_payload and presented.presigned:
            return UNSIGNED_PAYLOAD
        if rules.content_sha256_header and not presented.presigned:
            raise server.refuse(Fault.BAD_PAYLOAD_HASH, "missing", stated="")
        if body is None:
            raise ValueError(
                "the signature covers a body that was not read\n  help: give HttpRequest the body, as no "
                "x-amz-content-sha256 header says its hash"
            )
        return sha256(body).hexdigest() if body else EMPTY_SHA256
    if stated == UNSIGNED_PAYLOAD or stated in STREAMING:
        if rules.unsigned_payload and (stated not in STREAMING or presented.algorithm != ECDSA_ALGORITHM):
            return stated
    elif _DIGEST(stated):
        if body is not None:
            compare_hashes(stated, sha256(body).hexdigest(), server)
        return stated
    details = {"ArgumentName": CONTENT_SHA256, "ArgumentValue": stated}
    raise server.refuse(Fault.BAD_PAYLOAD_HASH, "", details, stated=stated)


def _check_signature(
    received: Received,
    presented: Presented,
    names: SignedNames,
    access_key: AccessKey,
    payload: str,
    server: Server,
) -> Verified:
    """A9.12: the signature is the one that this very request and this very key give."""
    request, path, raw_query, values = received
    if presented.presigned:
        unsigned = (SIGNATURE,) if server.rules.sign_session_token else (SIGNATURE, TOKEN)
        query = join_pairs([pair for pair in received.pairs if pair[0] not in unsigned])
    else:
        query = canonical_query(raw_query)
    complete = True
    try:
        canonical = assemble(request.method, path, query, values, names, payload, server.rules)
    except KeyError:
        complete = False
        values = dict.fromkeys(names.ordered, "") | values
        canonical = assemble(request.method, path, query, values, names, payload, server.rules)
    text = "\n".join(canonical)
    scheme = _scheme(presented, access_key, server)
    to_sign = string_to_sign(scheme.algorithm, presented.timestamp, scheme.scope, text)
    matches = scheme.matches(to_sign.encode(), presented.signature)
    if not (matches and complete and canonical.signed_headers == presented.signed_headers):
        raise _mismatch(request, presented, access_key, text, to_sign, server)
    return Verified(access_key, presented, canonical, text, to_sign, scheme, request.body, (), received, server)


def _mismatch(
    request: HttpRequest, presented: Presented, access_key: AccessKey, canonical: str, to_sign: str, server: Server
) -> AuthenticationFailure:
    return server.refuse(
        Fault.SIGNATURE_MISMATCH,
        "",
        mismatch_details(access_key, presented.signature, canonical, to_sign),
        lambda: explain(request, access_key, region=server.region, service=server.service, rules=server.rules),
        canonical=canonical,
        to_sign=to_sign,
    )


def _scheme(presented: Presented, access_key: AccessKey, server: Server) -> Scheme:
    day = presented.timestamp[:8]
    if presented.algorithm == ECDSA_ALGORITHM:
        # Needs the `cryptography` package, which few servers want.
        from iamkit.sigv4.v4a import ecdsa_scheme

        return ecdsa_scheme(access_key.credentials, day, server.service, presented.region_set or "")
    return access_key.credentials.scheme(day, server.region, server.service)


def _check_chunks(verified: Verified, body: bytes) -> Verified:
    """A5: every chunk of a body that is there already carries its signature."""
    trailers: list[tuple[tuple[str, str], ...]] = []
    decoded = b"".join(verified.read([body], trailers.append))
    return verified._replace(body=decoded, trailers=trailers[-1] if trailers else ())

"""The public AWS signing test suite: 76 cases, each signed in the header and in the query."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from iamkit.sigv4 import (
    EMPTY_SHA256,
    AccessKey,
    Credentials,
    HttpRequest,
    ServiceRules,
    Signed,
    presign,
    presign_v4a,
    sign,
    sign_v4a,
    verify,
)

Json = dict[str, Any]
VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors" / "sigv4.json"
WAYS = ("header", "query")


@cache
def suite() -> tuple[Json, ...]:
    """Read the suite, which is not part of the project: empty where it is not at hand."""
    return tuple(json.loads(VECTORS.read_text("utf-8"))["cases"]) if VECTORS.exists() else ()


def vectors(suite_name: str) -> list[Any]:
    """Name each case and each way of signing it."""
    found = [
        pytest.param(case, way, id=f"{case['name']}: {way}")
        for case in suite()
        if case["suite"] == suite_name
        for way in WAYS
    ]
    return found or [pytest.param({}, "", marks=pytest.mark.skip(f"no vectors at {VECTORS}"), id="absent")]


def test_the_suite_is_complete() -> None:
    """All 152 signatures are at hand, and both suites hold the same requests."""
    if not suite():
        pytest.skip(f"the public signing test suite is not at {VECTORS}: 152 signatures are NOT compared")
    assert len(vectors("v4")) + len(vectors("v4a")) == 152
    named = [{case["name"] for case in suite() if case["suite"] == kind} for kind in ("v4", "v4a")]
    assert named[0] == named[1]


def request_of(case: Json) -> HttpRequest:
    """Build the request of a case, unsigned."""
    given = case["request"]
    headers = tuple((name, value) for name, value in given["headers"])
    return HttpRequest(given["method"], given["target"], headers, given["body"].encode())


def credentials_of(case: Json) -> Credentials:
    """Build the keys of a case."""
    given = case["credentials"]
    return Credentials(given["access_key_id"], given["secret_access_key"], given["token"])


def instant(case: Json) -> datetime:
    """Read the time of a case."""
    return datetime.fromisoformat(case["timestamp"])


def rules_of(case: Json) -> ServiceRules:
    """Turn the flags of a case into what a service wants."""
    flags = case["flags"]
    return ServiceRules(
        encode_path_twice=flags["double_uri_encode"],
        normalize_path=flags["normalize"],
        content_sha256_header=flags["sign_body"],
        sign_session_token=not flags["omit_session_token"],
    )


def signed_by_us(case: Json, way: str) -> Signed:
    """Sign a case; where the suite does not sign the body, the hash is that of nothing."""
    request, credentials = request_of(case), credentials_of(case)
    at, service, rules = instant(case), case["service"], rules_of(case)
    payload = None if case["flags"]["sign_body"] else EMPTY_SHA256
    expires = case["flags"]["expiration_in_seconds"]
    region, region_set = case["region"], [case["region"]]
    if case["suite"] == "v4a" and way == "header":
        return sign_v4a(
            request, credentials, region_set=region_set, service=service, at=at, payload=payload, rules=rules
        )
    if case["suite"] == "v4a":
        return presign_v4a(
            request, credentials, region_set=region_set, service=service, at=at, expires=expires, payload=payload,
            rules=rules,
        )  # fmt: skip
    if way == "header":
        return sign(request, credentials, region=region, service=service, at=at, payload=payload, rules=rules)
    return presign(
        request, credentials, region=region, service=service, at=at, expires=expires, payload=payload, rules=rules
    )


def recorded(case: Json, way: str) -> HttpRequest:
    """Build the signed request that the suite recorded."""
    request = request_of(case)
    if way == "query":
        return HttpRequest(request.method, case["query"]["signed_target"], request.headers, request.body)
    added = [(name, value) for name, value in case["header"]["signed_headers_added"]]
    headers = (*request.headers, *added, ("Authorization", case["header"]["authorization"]))
    return HttpRequest(request.method, request.target, headers, request.body)


def check(case: Json, request: HttpRequest, way: str) -> None:
    """Verify a signed request at the time of its signature."""
    credentials = credentials_of(case)
    if not case["flags"]["sign_body"]:
        request = HttpRequest(request.method, request.target, request.headers, b"")
    verified = verify(
        request,
        {credentials.access_key_id: AccessKey(credentials, principal="arn:aws:iam::111122223333:user/alice")}.get,
        region=case["region"],
        service=case["service"],
        now=instant(case),
        rules=rules_of(case),
    )
    wanted = case[way]
    assert wanted["canonical_request"] == str(verified.canonical_request)
    assert wanted["string_to_sign"] == verified.string_to_sign
    assert (way == "query", credentials.access_key_id) == (verified.presigned, verified.access_key_id)
    assert verified.principal == "arn:aws:iam::111122223333:user/alice"


def parameters(target: str) -> dict[str, str]:
    """Take a query apart; their order in a URL says nothing."""
    pieces = target.partition("?")[2].split("&")
    pairs = dict(piece.partition("=")[::2] for piece in pieces)
    assert len(pairs) == len(pieces)
    return pairs


@pytest.mark.parametrize(("case", "way"), vectors("v4"))
def test_sigv4_signature_is_the_recorded_one(case: Json, way: str) -> None:
    """Every step of a SigV4 signature is byte for byte what the suite says."""
    wanted, signed = case[way], signed_by_us(case, way)
    assert wanted["canonical_request"] == signed.canonical_request == str(signed.canonical)
    assert wanted["string_to_sign"] == signed.string_to_sign
    assert wanted["signature"] == signed.signature
    if way == "header":
        assert [tuple(pair) for pair in wanted["signed_headers_added"]] == list(signed.added_headers)
        assert wanted["authorization"] == signed.authorization
        assert sorted(recorded(case, way).headers) == sorted(signed.request.headers)
        assert case["request"]["target"] == signed.request.target
    else:
        assert signed.authorization is None
        assert wanted["signed_target"].partition("?")[0] == signed.request.target.partition("?")[0]
        assert parameters(wanted["signed_target"]) == parameters(signed.request.target)
        assert wanted["signed_url"].partition("?")[0] == signed.url.partition("?")[0]
        assert request_of(case).headers == tuple(signed.request.headers)


@pytest.mark.parametrize(("case", "way"), [*vectors("v4"), *vectors("v4a")])
def test_recorded_request_verifies(case: Json, way: str) -> None:
    """The signed request that the suite recorded is accepted at its own time."""
    check(case, recorded(case, way), way)


@pytest.mark.parametrize(("case", "way"), [*vectors("v4"), *vectors("v4a")])
def test_own_request_verifies(case: Json, way: str) -> None:
    """The request that we sign is accepted too."""
    check(case, signed_by_us(case, way).request, way)


def is_signed_by(case: Json, string_to_sign: str, signature: str) -> bool:
    """Check an elliptic-curve signature with the public key of the suite."""
    x, y = (int(case["public_key"][axis], 16) for axis in "XY")
    key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    try:
        key.verify(bytes.fromhex(signature), string_to_sign.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


@pytest.mark.parametrize(("case", "way"), vectors("v4a"))
def test_sigv4a_signature_is_the_public_keys(case: Json, way: str) -> None:
    """SigV4A signs the same text, and with the same key: an independent library checks both signatures."""
    wanted, signed = case[way], signed_by_us(case, way)
    assert wanted["canonical_request"] == signed.canonical_request
    assert wanted["string_to_sign"] == signed.string_to_sign
    assert signed.keys is None
    assert is_signed_by(case, wanted["string_to_sign"], wanted["signature"])
    assert is_signed_by(case, signed.string_to_sign, signed.signature)
    assert not is_signed_by(case, signed.string_to_sign + " ", signed.signature)
    if way == "header":
        assert {tuple(pair) for pair in wanted["signed_headers_added"]} == set(signed.added_headers)
    else:
        theirs, ours = parameters(wanted["signed_target"]), parameters(signed.request.target)
        assert theirs.pop("X-Amz-Signature") != ours.pop("X-Amz-Signature")
        assert theirs == ours

"""Discovery and key sets: what an issuer must publish, how long it is kept, how often it is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from iamkit.cloud.federation import keys as module
from iamkit.cloud.federation.fetching import NotFetched, NotOnLoopback
from iamkit.cloud.federation.keys import KeyCache
from iamkit.cloud.federation.oidc import check
from iamkit.cloud.federation.refusing import NO_KEY
from tests.cloud.federation.forge import GITHUB, NOW, Documents, Oidc, Refusal, base64url, issuer, refusal, with_header


def refused(documents: Callable[[str], bytes], token: str) -> Refusal:
    """Check a token that must be refused for what its issuer publishes."""
    return refusal(lambda: check(token, (Oidc(),), documents, NOW))


@pytest.mark.parametrize(
    ("discovery", "why"),
    [
        ({"issuer": GITHUB + "/"}, f"the discovery document is of the issuer `{GITHUB}/`, not `{GITHUB}`"),
        ({"issuer": "https://evil.example.com"}, "the discovery document is of the issuer `https://evil.example.com`"),
        ({"issuer": None}, "the discovery document is of the issuer `None`"),
        ({"jwks_uri": None}, "jwks_uri `None` is not on this laptop"),
        ({"jwks_uri": ["http://127.0.0.1/"]}, "jwks_uri `['http://127.0.0.1/']` is not on this laptop"),
        ({"jwks_uri": f"{GITHUB}/jwks"}, f"jwks_uri `{GITHUB}/jwks` is not on this laptop"),
        ({"jwks_uri": "http://169.254.169.254/latest"}, "jwks_uri `http://169.254.169.254/latest` is not on"),
        ({"jwks_uri": "file:///etc/passwd"}, "jwks_uri `file:///etc/passwd` is not on this laptop"),
        ({"jwks_uri": "http://127.0.0.1@evil.example.com/"}, "jwks_uri `http://127.0.0.1@evil.example.com/` is not"),
    ],
)
def test_bad_discovery(discovery: dict[str, Any], why: str) -> None:
    """The document names the issuer to the letter, and a place on loopback."""
    made = issuer()
    documents = Documents(made, **discovery)
    answer = refused(documents, made.token("alice"))
    assert (answer.code, answer.status, answer.message) == ("InvalidIdentityToken", 400, NO_KEY)
    assert answer.why.startswith(why)
    assert documents.fetched == [f"{GITHUB}/.well-known/openid-configuration"]


def _weak() -> dict[str, str]:
    numbers = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key().public_numbers()
    return {"kty": "RSA", "n": base64url(numbers.n.to_bytes(128, "big")), "e": "AQAB", "kid": "weak"}


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({}, "the key set has no list of keys"),
        ({"keys": "all"}, "the key set has no list of keys"),
        ({"keys": ["one"]}, "the key set has no list of keys"),
        ({"keys": []}, "the key set has no keys with the ID"),
        ({"keys": [{"kty": "EC"}] * 201}, "the key set has more than 200 keys"),
    ],
)
def test_bad_key_set(keys: Any, why: str) -> None:
    """A key set is an object with a list of keys, and not a long one."""
    made = issuer()
    documents = Documents(made)
    documents.keys = keys
    answer = refused(documents, made.token("alice"))
    assert (answer.code, answer.message) == ("InvalidIdentityToken", NO_KEY)
    assert answer.why.startswith(why)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"use": "enc"}, "is not for ES256"),
        ({"alg": "ES384"}, "is not for ES256"),
        ({"kty": "oct", "k": "AAAA"}, "is not for ES256"),
        ({"crv": "P-384"}, "is not for ES256"),
        ({"crv": "secp256k1"}, "is not for ES256"),
        ({"x": "AA"}, "cannot be read"),
        ({"x": None}, "cannot be read"),
        ({"y": ["AA"]}, "cannot be read"),
    ],
)
def test_key_that_does_not_fit(change: dict[str, Any], why: str) -> None:
    """A published key is good for what it says, and must be a point of its curve."""
    made = issuer()
    documents = Documents(made)
    documents.keys = {"keys": [made.keys[0].jwk | change]}
    answer = refused(documents, made.token("alice"))
    assert (answer.code, answer.message) == ("InvalidIdentityToken", NO_KEY)
    assert why in answer.why


def test_weak_key() -> None:
    """An RSA key of 1,024 bits is no key."""
    made = issuer(algorithm="RS256")
    documents = Documents(made)
    documents.keys = {"keys": [_weak()]}
    answer = refused(documents, with_header(made, made.token("alice"), kid="weak"))
    assert answer.why == "the key `weak` has fewer than 2048 bits"


def test_two_keys_of_one_name() -> None:
    """An ID that two keys have names neither."""
    made, other = issuer(), issuer(seed=8)
    documents = Documents(made)
    documents.keys = {"keys": [other.keys[0].jwk | {"kid": made.keys[0].kid}, made.keys[0].jwk]}
    assert refused(documents, made.token("alice")).why.startswith("the key set has 2 keys with the ID")


def test_other_keys_of_the_set_do_not_matter() -> None:
    """A key of an unknown kind beside the right one is passed over."""
    made = issuer()
    documents = Documents(made)
    documents.keys = {"keys": [{"kty": "AKP", "kid": "new"}, made.keys[0].jwk]}
    assert check(made.token("alice"), (Oidc(),), documents, NOW).subject == "alice"


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b'{"issuer":1,"issuer":2}', bytes([0xFF])])
def test_documents_that_cannot_be_read(raw: bytes) -> None:
    """What is not a JSON object is no discovery document."""
    made = issuer()
    answer = refused(lambda url: raw, made.token("alice"))
    assert (answer.code, answer.message) == ("InvalidIdentityToken", NO_KEY)
    assert f"{GITHUB}/.well-known/openid-configuration cannot be read" in answer.why


@pytest.mark.parametrize(
    "error", [NotFetched("`it` does not answer"), NotOnLoopback("`it` is elsewhere"), TimeoutError("slow")]
)
def test_issuer_does_not_answer(error: Exception) -> None:
    """AWS has a code of its own for an issuer that cannot be reached."""
    made = issuer()

    def fetch(url: str) -> bytes:
        raise error

    message = f"The identity provider could not be reached: {error}"
    assert Refusal("IDPCommunicationError", 400, message, str(error)) == refused(fetch, made.token("alice"))


def test_keys_are_kept() -> None:
    """Keys are fetched once, and again after five minutes."""
    made, cache = issuer(), KeyCache()
    documents = Documents(made)
    token = made.token("alice", lifetime=timedelta(hours=1))
    for seconds in (0, 60, 299):
        check(token, (Oidc(),), documents, NOW + timedelta(seconds=seconds), cache)
    assert len(documents.fetched) == 2
    check(token, (Oidc(),), documents, NOW + timedelta(seconds=300), cache)
    assert len(documents.fetched) == 4


def test_rotation() -> None:
    """A new key is found at once; one that is published no more goes with the next fetch."""
    made, cache = issuer(), KeyCache()
    documents = Documents(made)
    old = made.token("old")
    check(old, (Oidc(),), documents, NOW, cache)
    made.rotate(keep=0)
    assert check(made.token("new"), (Oidc(),), documents, NOW, cache).subject == "new"
    answer = refusal(lambda: check(old, (Oidc(),), documents, NOW, cache))
    assert answer.why.startswith("the key set has no keys with the ID")


def test_unknown_keys_are_not_asked_for_without_end() -> None:
    """Tokens with made-up keys make the cloud ask ten times a minute and no more."""
    made, cache = issuer(), KeyCache()
    documents = Documents(made)
    token = made.token("alice", lifetime=timedelta(hours=1))
    answers = [
        refusal(lambda n=n: check(with_header(made, token, kid=f"made-up-{n}"), (Oidc(),), documents, NOW, cache))  # type: ignore[misc]
        for n in range(30)
    ]
    assert len(documents.fetched) == 20
    assert f"{GITHUB} was asked 10 times within a minute" == answers[-1].why
    # A known key is not held up by it, and after a minute it goes on.
    assert check(token, (Oidc(),), documents, NOW, cache).subject == "alice"
    made.rotate()
    later = NOW + timedelta(minutes=1)
    new = with_header(made, token, kid=made.keys[0].kid)
    assert check(new, (Oidc(),), documents, later, cache).subject == "alice"


def test_no_more_issuers_than_fit() -> None:
    """The cache forgets the issuer that was asked for longest ago."""
    cache, first = KeyCache(), issuer(url="https://0.example.com")
    documents = Documents(first)
    check(first.token("alice"), (Oidc("0.example.com"),), documents, NOW, cache)
    for number in range(1, module.MOST_ISSUERS + 1):
        made = issuer(url=f"https://{number}.example.com")
        check(made.token("alice"), (Oidc(f"{number}.example.com"),), Documents(made), NOW, cache)
    check(first.token("alice"), (Oidc("0.example.com"),), documents, NOW, cache)
    assert len(documents.fetched) == 4


def test_private_parts_are_not_read() -> None:
    """An issuer that publishes its private key by mistake is still just verified."""
    made = issuer()
    documents = Documents(made)
    documents.keys = json.loads(json.dumps({"keys": [made.keys[0].jwk | {"d": "AAAA"}]}))
    assert check(made.token("alice"), (Oidc(),), documents, NOW).subject == "alice"

"""The issuer: a real server on loopback, keys that can be foretold, tokens as known services give them."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from iamkit.cloud.federation.fetching import LoopbackFetch, NotFetched
from iamkit.cloud.federation.issuer import Issuer
from iamkit.cloud.federation.keys import KeyCache
from iamkit.cloud.federation.oidc import check
from tests.cloud.federation.forge import GITHUB, NOW, Oidc, issuer, parts_of, refusal

START = int(NOW.timestamp())


def get(made: Issuer, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> tuple[int, Any]:
    """Ask the issuer's server."""
    connection = http.client.HTTPConnection(made.address.removeprefix("http://"), timeout=5)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        response = connection.getresponse()
        body = response.read()
        return response.status, json.loads(body) if response.headers["Content-Type"] == "application/json" else body
    finally:
        connection.close()


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_served_and_checked(algorithm: str) -> None:
    """A token is checked over HTTP, with discovery and keys from the server."""
    with Issuer(lambda: NOW, algorithm=algorithm) as made:
        provider = Oidc(made.url.removeprefix("http://"))
        claims = check(made.token("alice"), (provider,), LoopbackFetch(), NOW)
    assert (claims.subject, claims.issuer) == ("alice", provider.url)


def test_stands_in_for_an_issuer_elsewhere() -> None:
    """GitHub's name is in the tokens, while the documents come from loopback."""
    with Issuer(lambda: NOW, url=GITHUB) as made:
        claims = check(made.github_token("octo-org/app"), (Oidc(),), made.fetch, NOW)
        assert claims.issuer == "token.actions.githubusercontent.com"
        # Without the stand-in nobody is asked at all.
        answer = refusal(lambda: check(made.token("alice"), (Oidc(),), LoopbackFetch(), NOW))
    assert (answer.code, answer.status) == ("IDPCommunicationError", 400)


def test_issuer_with_a_path() -> None:
    """Discovery is below the issuer's own path."""
    url = "https://idp.example.com/realms/one"
    with Issuer(lambda: NOW, url=url) as made:
        provider = Oidc("idp.example.com/realms/one")
        fetch = LoopbackFetch({"https://idp.example.com": made.address})
        assert check(made.token("alice"), (provider,), fetch, NOW).issuer == provider.url


def test_documents() -> None:
    """Discovery names the issuer and its keys, the key set has public parts alone."""
    with Issuer(lambda: NOW, seed=7) as made:
        discovery = get(made, "/.well-known/openid-configuration")[1]
        keys = get(made, "/.well-known/jwks")[1]["keys"]
        assert (discovery["issuer"], discovery["jwks_uri"]) == (made.url, f"{made.address}/.well-known/jwks")
    assert [set(key) for key in keys] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}]


@pytest.mark.parametrize(
    ("path", "headers", "method", "status"),
    [
        ("/", {}, "GET", 404),
        ("/.well-known/jwks/../../etc/passwd", {}, "GET", 404),
        ("/.well-known/jwks", {"Host": "evil.example.com"}, "GET", 421),
        ("/.well-known/jwks", {"Host": "127.0.0.1"}, "GET", 421),
        ("/.well-known/jwks", {}, "POST", 501),
        ("/.well-known/jwks", {}, "DELETE", 501),
    ],
)
def test_nothing_else_is_served(path: str, headers: dict[str, str], method: str, status: int) -> None:
    """Two documents, to those who ask for this host by its address."""
    with Issuer(lambda: NOW) as made:
        assert get(made, path, headers, method)[0] == status


def test_stops_by_itself() -> None:
    """After the block nobody answers, no thread is left, and the address is gone."""
    before = threading.active_count()
    with Issuer(lambda: NOW) as made:
        address = made.address
    assert threading.active_count() == before
    with pytest.raises(NotFetched):
        LoopbackFetch()(f"{address}/.well-known/jwks")
    with pytest.raises(RuntimeError, match="the issuer does not run"):
        _ = made.url


def test_seeded_tokens_are_the_same() -> None:
    """With a seed, keys, IDs and signatures are the same in every run; with another seed they are not."""
    tokens = [issuer(seed=seed).github_token("octo-org/app") for seed in (1, 1, 2)]
    assert tokens[0] == tokens[1]
    assert tokens[0].split(".")[2] != tokens[2].split(".")[2]
    assert Issuer(lambda: NOW).keys[0].kid != Issuer(lambda: NOW).keys[0].kid


def test_ids_differ() -> None:
    """Each token has an ID of its own."""
    made = issuer()
    assert len({parts_of(made.token("alice"))[1]["jti"] for _ in range(5)}) == 5


def test_rotation_keeps_some_keys() -> None:
    """The newest key signs; as many of the old ones as wanted stay published."""
    with Issuer(lambda: NOW, seed=7) as made:
        provider, cache = Oidc(made.url.removeprefix("http://")), KeyCache()
        old, first = made.token("old"), made.keys[0]
        second = made.rotate()
        assert [key["kid"] for key in made.jwks()["keys"]] == [second.kid, first.kid]
        for token in (old, made.token("new")):
            check(token, (provider,), made.fetch, NOW, cache)
        made.rotate(keep=0)
        assert len(made.keys) == 1
        answer = refusal(lambda: check(old, (provider,), made.fetch, NOW))
    assert answer.why.startswith("the key set has no keys with the ID")


def test_claims_of_a_token() -> None:
    """A token has OpenID Connect's claims and those that are given; None leaves one out."""
    token = issuer().token("alice", ["one", "two"], timedelta(hours=1), amr=["pwd"], nbf=None, jti="fixed")
    expected = {
        "iss": GITHUB,
        "sub": "alice",
        "aud": ["one", "two"],
        "iat": START,
        "exp": START + 3600,
        "jti": "fixed",
        "amr": ["pwd"],
    }
    assert parts_of(token)[1] == expected


@pytest.mark.parametrize(
    ("more", "subject", "ref", "ref_type"),
    [
        ({}, "repo:octo-org/app:ref:refs/heads/main", "refs/heads/main", "branch"),
        ({"ref": "refs/tags/v1"}, "repo:octo-org/app:ref:refs/tags/v1", "refs/tags/v1", "tag"),
        ({"ref": "pull_request"}, "repo:octo-org/app:pull_request", "refs/pull/1/merge", "branch"),
        ({"environment": "prod"}, "repo:octo-org/app:environment:prod", "refs/heads/main", "branch"),
    ],
)
def test_subjects_as_github_writes_them(more: dict[str, Any], subject: str, ref: str, ref_type: str) -> None:
    """The subject says which branch, tag, pull request or environment a job runs for."""
    claims = parts_of(issuer().github_token("octo-org/app", **more))[1]
    assert (subject, ref, ref_type) == (claims["sub"], claims["ref"], claims["ref_type"])
    assert (claims["aud"], claims["repository_owner"]) == ("sts.amazonaws.com", "octo-org")


def test_token_as_kubernetes_writes_it() -> None:
    """A pod's subject is its service account."""
    claims = parts_of(issuer().kubernetes_token("shop", "checkout"))[1]
    assert (claims["sub"], claims["aud"]) == ("system:serviceaccount:shop:checkout", ["sts.amazonaws.com"])
    assert claims["exp"] - claims["iat"] == 86400


def test_unknown_algorithm() -> None:
    """An issuer signs with one of two algorithms."""
    with pytest.raises(ValueError, match="unknown algorithm `none`"):
        Issuer(lambda: NOW, algorithm="none")


def test_an_issuer_without_a_block_serves_until_it_is_stopped() -> None:
    """A notebook has no block that lasts over several cells."""
    made = Issuer(lambda: NOW, seed=6).start()
    assert get(made, "/.well-known/openid-configuration")[1]["issuer"] == made.url
    made.stop()
    made.stop()
    with pytest.raises(RuntimeError, match="does not run"):
        _ = made.address

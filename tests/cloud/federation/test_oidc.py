"""ID tokens: what is read of a good one, and each way in which one is not good (E22)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from iamkit.cloud.federation.issuer import Issuer
from iamkit.cloud.federation.oidc import NOT_A_JWT, SOURCE_IDENTITY, TAGS, Claims, check
from iamkit.cloud.federation.refusing import NO_KEY, NOT_VALIDATED
from tests.cloud.federation.forge import (
    AUDIENCE,
    GITHUB,
    NOW,
    Documents,
    Oidc,
    Refusal,
    base64url,
    issuer,
    parts_of,
    refusal,
    signed_text,
    with_header,
)

START = int(NOW.timestamp())


def checked(token: str, made: Issuer, provider: Oidc | None = None, after: float = 0) -> Claims:
    """Check a token against one provider, some seconds after it was signed."""
    return check(token, (provider or Oidc(),), Documents(made), NOW + timedelta(seconds=after))


def refused(token: str, made: Issuer | None = None, provider: Oidc | None = None, after: float = 0) -> Refusal:
    """Check a token that must be refused."""
    return refusal(lambda: checked(token, made or issuer(), provider, after))


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_good_token(algorithm: str) -> None:
    """All that a good token says is there, with the issuer as condition keys name it."""
    made = issuer(algorithm=algorithm)
    claims = checked(made.github_token("octo-org/app", amr=["authenticated", "mfa"]), made)
    expected = (
        "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
        "token.actions.githubusercontent.com",
        "repo:octo-org/app:ref:refs/heads/main",
        AUDIENCE,
        None,
        ("authenticated", "mfa"),
    )
    assert expected == (claims.provider, claims.issuer, claims.subject, claims.audience, claims.azp, claims.amr)
    assert claims.values["repository"] == "octo-org/app"


def test_tags_and_source_identity() -> None:
    """Session tags, transitive keys and the source identity come in AWS's claims."""
    made = issuer()
    token = made.token("alice", principal_tags={"team": "red"}, transitive_tag_keys=["team"], source_identity="alice")
    claims = checked(token, made)
    assert (
        claims.principal_tags,
        claims.transitive_tag_keys,
        claims.source_identity,
    ) == ({"team": "red"}, ("team",), "alice")


def test_flat_tags() -> None:
    """Session tags may come in a claim for each; one with several values is none."""
    made = issuer()
    flat: dict[str, Any] = {
        f"{TAGS}/principal_tags/team": "red",
        f"{TAGS}/principal_tags/cost": ["a", "b"],
        f"{TAGS}/transitive_tag_keys": ["team"],
        SOURCE_IDENTITY: 7,
    }
    claims = checked(made.token("alice", **flat), made)
    assert (
        claims.principal_tags,
        claims.transitive_tag_keys,
        claims.source_identity,
    ) == ({"team": "red"}, ("team",), None)


@pytest.mark.parametrize(
    ("audience", "azp", "expected"),
    [
        (AUDIENCE, None, (AUDIENCE, None)),
        (["unknown", AUDIENCE], None, (AUDIENCE, None)),
        ("server", "other-client", ("server", "other-client")),
        (["unknown", AUDIENCE], "other-client", (AUDIENCE, "other-client")),
    ],
)
def test_audiences(audience: Any, azp: str | None, expected: tuple[str, str | None]) -> None:
    """One of the audiences is a client ID; where there is an authorized party, that is what must be one."""
    made = issuer()
    claims = checked(made.token("alice", audience, azp=azp), made)
    assert expected == (claims.audience, claims.azp)


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "unknown"}, "no client ID is among unknown"),
        ({"aud": ["unknown", "unknown-2"]}, "no client ID is among unknown, unknown-2"),
        ({"aud": AUDIENCE.upper()}, "no client ID is among STS.AMAZONAWS.COM"),
        ({"aud": [AUDIENCE, 7]}, "`aud` is neither a text nor a list of texts"),
        ({"aud": {AUDIENCE: AUDIENCE}}, "`aud` is neither a text nor a list of texts"),
        ({"azp": "unknown"}, "the authorized party `unknown` is no client ID"),
        ({"azp": ""}, "the authorized party `` is no client ID"),
        ({"azp": [AUDIENCE]}, "the authorized party `['sts.amazonaws.com']` is no client ID"),
    ],
)
def test_wrong_audience(claims: dict[str, Any], why: str) -> None:
    """A token for somebody else is refused, in AWS's words."""
    made = issuer()
    assert Refusal("InvalidIdentityToken", 400, "Incorrect token audience", why) == refused(
        made.token("alice", **claims), made
    )


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "exp", "iat"])
@pytest.mark.parametrize("value", [None, "", []])
def test_missing_claim(name: str, value: Any) -> None:
    """Five claims must be there."""
    made = issuer()
    expected = Refusal(
        "InvalidIdentityToken", 400, f"Missing a required claim: {name}", f"the token has no claim `{name}`"
    )
    header, claims = parts_of(made.token("alice"))
    changed = {key: each for key, each in (claims | {name: value}).items() if each is not None}
    assert expected == refused(made.keys[0].sign(header, changed), made)


@pytest.mark.parametrize(
    "claimed",
    [
        GITHUB + "/",
        GITHUB.upper(),
        "http://token.actions.githubusercontent.com",
        "token.actions.githubusercontent.com",
        "https://token.actions.githubusercontent.com.evil.example.com",
        "https://evil.example.com/token.actions.githubusercontent.com",
        "https://token.actions.githubusercontent.com:443",
    ],
)
def test_other_issuer(claimed: str) -> None:
    """The issuer is compared to the letter."""
    made = issuer()
    message = f"No OpenIDConnect provider found in your account for {claimed}"
    assert Refusal("InvalidIdentityToken", 400, message, "no provider has this URL") == refused(
        made.token("alice", iss=claimed), made
    )


@pytest.mark.parametrize("url", ["127.0.0.1:9", "http://localhost:9", "http://127.0.0.1:9/realms/one"])
def test_plain_http_on_loopback_alone(url: str) -> None:
    """An issuer without TLS is taken where it is on this laptop."""
    full = url if "://" in url else f"http://{url}"
    made = issuer(url=full)
    assert full.partition("://")[2] == checked(made.token("alice"), made, Oidc(url)).issuer


def test_plain_http_elsewhere() -> None:
    """A provider without TLS elsewhere is never taken, whatever IAM keeps."""
    made = issuer(url="http://idp.example.com")
    assert refused(made.token("alice"), made, Oidc("http://idp.example.com")).why == "no provider has this URL"


@pytest.mark.parametrize("after", [300, 300.001, 86400])
def test_expired(after: float) -> None:
    """A token ends at the second that it names, in AWS's words (without a space before the time)."""
    made = issuer()
    message = (
        f"Token expired: current date/time {int(START + after)} must be before the expiration date/time{START + 300}"
    )
    assert Refusal("ExpiredTokenException", 400, message, "the token has expired") == refused(
        made.token("alice"), made, after=after
    )


def test_good_until_the_last_moment() -> None:
    """A token is good right before it ends."""
    made = issuer()
    assert checked(made.token("alice"), made, after=299.999).subject == "alice"


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"iat": START + 1}, "the token is issued in the future (`iat`)"),
        ({"nbf": START + 1}, "the token is not valid yet (`nbf`)"),
        ({"exp": "2030"}, "the claim `exp` cannot be read"),
        ({"exp": True}, "the claim `exp` cannot be read"),
        ({"exp": 10**400}, "the claim `exp` cannot be read"),
        ({"iat": [START]}, "the claim `iat` cannot be read"),
        ({"nbf": {}}, "the claim `nbf` cannot be read"),
        ({"sub": 7}, "the claim `sub` cannot be read"),
        ({"iss": [GITHUB]}, "the claim `iss` cannot be read"),
    ],
)
def test_bad_times_and_types(claims: dict[str, Any], why: str) -> None:
    """Times in the future, and claims of another type, are refused."""
    made = issuer()
    assert Refusal("InvalidIdentityToken", 400, NOT_VALIDATED, why) == refused(made.token("alice", **claims), made)


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "NONE", "nOnE", "", "HS256", "PS256", "EdDSA", "ES256K", 7, None]
)
def test_algorithm_not_taken(algorithm: Any) -> None:
    """No token is unsigned, and no key is taken for a shared secret."""
    made = issuer()
    answer = refused(with_header(made, made.token("alice"), alg=algorithm), made)
    assert (answer.code, answer.message) == ("InvalidIdentityToken", NOT_VALIDATED)
    assert answer.why == f"the algorithm `{algorithm}` is not taken, only RS256, RS384, RS512, ES256, ES384, ES512"


@pytest.mark.parametrize("signature", ["", "AA"])
def test_unsigned(signature: str) -> None:
    """`alg: none` with an empty signature, or any other, is refused."""
    made = issuer()
    _, claims = parts_of(made.token("alice"))
    head = json.dumps({"alg": "none", "kid": made.keys[0].kid})
    assert refused(f"{base64url(head)}.{base64url(json.dumps(claims))}.{signature}", made).message == NOT_VALIDATED


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
@pytest.mark.parametrize("form", ["pem", "jwk"])
def test_key_confusion(algorithm: str, form: str) -> None:
    """A token under HMAC with the public key for a secret is refused."""
    made = issuer(algorithm=algorithm)
    key = made.keys[0]
    pem = key.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = pem if form == "pem" else json.dumps(key.jwk).encode()
    _, claims = parts_of(made.token("alice"))
    data = f"{base64url(json.dumps({'alg': 'HS256', 'kid': key.kid}))}.{base64url(json.dumps(claims))}"
    token = f"{data}.{base64url(hmac.digest(secret, data.encode(), hashlib.sha256))}"
    assert refused(token, made).why.startswith("the algorithm `HS256` is not taken")


@pytest.mark.parametrize("algorithm", ["RS256", "ES384", "ES512"])
def test_algorithm_of_another_key(algorithm: str) -> None:
    """The published key says what it signs; the token cannot say otherwise."""
    made = issuer()
    expected = f"the key `{made.keys[0].kid}` is not for {algorithm}"
    answer = refused(with_header(made, made.token("alice"), alg=algorithm), made)
    assert Refusal("InvalidIdentityToken", 400, NO_KEY, expected) == answer


def test_rsa_algorithm_of_another_size() -> None:
    """A key that is published for RS256 does not sign RS512."""
    made = issuer(algorithm="RS256")
    answer = refused(with_header(made, made.token("alice"), alg="RS512"), made)
    assert f"the key `{made.keys[0].kid}` is not for RS512" == answer.why


@pytest.mark.parametrize(
    ("kid", "why"),
    [
        ("unknown", "the key set has no keys with the ID `unknown`"),
        ("../../etc/passwd", "the key set has no keys with the ID `../../etc/passwd`"),
        ("", "the header names no key (`kid`)"),
        (None, "the header names no key (`kid`)"),
        (7, "the header names no key (`kid`)"),
    ],
)
def test_unknown_key(kid: Any, why: str) -> None:
    """A key that the issuer does not publish is not looked for anywhere else."""
    made = issuer()
    answer = refused(with_header(made, made.token("alice"), kid=kid), made)
    assert Refusal("InvalidIdentityToken", 400, NO_KEY, why) == answer


def test_other_key_under_the_same_name() -> None:
    """A forger's key with the real key's ID does not sign for the issuer."""
    made, forger = issuer(), issuer(seed=8)
    token = with_header(forger, forger.token("alice"), kid=made.keys[0].kid)
    answer = refused(token, made)
    expected = Refusal("InvalidIdentityToken", 400, NOT_VALIDATED, "the signature is not good: BadSignatureError")
    assert expected == answer


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jku", "http://127.0.0.1:9/evil"),
        ("x5u", "http://127.0.0.1:9/evil"),
        ("x5c", ["MIIB"]),
        ("jwk", issuer(seed=8).keys[0].jwk),
        ("crit", ["exp"]),
        ("crit", []),
        ("b64", False),
        ("zip", "DEF"),
        ("enc", "A128GCM"),
    ],
)
@pytest.mark.parametrize("signer", [7, 8])
def test_header_that_brings_its_own_key(name: str, value: Any, signer: int) -> None:
    """A header with keys, places of keys or demands is refused, whoever signed it; nothing is fetched."""
    made, other = issuer(), issuer(seed=signer)
    documents = Documents(made)
    token = with_header(other, other.token("alice"), **{name: value})
    answer = refusal(lambda: check(token, (Oidc(),), documents, NOW))
    assert Refusal("InvalidIdentityToken", 400, NOT_VALIDATED, f"the header has `{name}`") == answer
    assert documents.fetched == []


def test_harmless_header() -> None:
    """Members of a header that mean nothing here are passed over, as RFC 7515 wants."""
    made = issuer()
    token = with_header(made, made.token("alice"), x5t="abc", tenant="one", cty="JWT")
    assert checked(token, made).subject == "alice"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda token: token.replace(".", "", 1), "a token has three parts, not 2"),
        (lambda token: token + ".e30", "a token has three parts, not 4"),
        (lambda token: "", "a token has three parts, not 1"),
        (lambda token: "." + token.split(".", 1)[1], "the token cannot be read: it is not base64url"),
        (lambda token: token.replace(".", "=.", 1), "the token cannot be read: it is not base64url"),
        (lambda token: token.replace(".", "\n.", 1), "the token cannot be read: it is not base64url"),
        (lambda token: token.replace(".", "+.", 1), "the token cannot be read: it is not base64url"),
        (lambda token: "é" + token, "the token cannot be read: it is not base64url"),
        (lambda token: "A" + token, "the token cannot be read"),
        (lambda token: token + "A" * 20_000, "the token has more than 20,000 characters"),
    ],
)
def test_malformed_token(change: Callable[[str], str], why: str) -> None:
    """What is not a token to the letter is told so as AWS does."""
    made = issuer()
    answer = refused(change(made.token("alice")), made)
    assert (answer.code, answer.status, answer.message) == ("InvalidIdentityToken", 400, NOT_A_JWT)
    assert answer.why.startswith(why)


@pytest.mark.parametrize("ending", ["=", "==", "+", "/", " ", "\n", "A", "!"])
def test_malformed_signature(ending: str) -> None:
    """The signature is base64url to the letter as well."""
    made = issuer()
    assert refused(made.token("alice") + ending, made).message == NOT_VALIDATED


def test_loose_bits_in_base64() -> None:
    """Of the characters that decode to the same last byte, one is right."""
    made = issuer()
    token = made.token("alice")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    # 64 bytes of a signature leave four bits over.
    other = alphabet[alphabet.index(token[-1]) ^ 1]
    assert refused(token[:-1] + other, made).message == NOT_VALIDATED


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"sub":"a","sub":"b"}', "a name is there twice"),
        ('{"sub":"a","x":{"y":1,"y":2}}', "a name is there twice"),
        ("[]", "it is not a JSON object"),
        ('"text"', "it is not a JSON object"),
        ("{", "Expecting property name"),
        ('{"exp":NaN}', "NaN is not JSON"),
        ('{"exp":Infinity}', "Infinity is not JSON"),
        ('{"sub":"\\ud800"}', "'utf-8' codec can't encode"),
        ("[" * 9000, "it is nested too deeply"),
        ('{"exp":' + "9" * 5000 + "}", "Exceeds the limit"),
    ],
)
@pytest.mark.parametrize("part", ["claims", "header"])
def test_bad_json(text: str, why: str, part: str) -> None:
    """Claims and header are read strictly; a claim that is there twice is not chosen from."""
    made = issuer()
    token = signed_text(made, text) if part == "claims" else signed_text(made, "{}", text)
    answer = refused(token, made)
    assert (answer.code, answer.message) == ("InvalidIdentityToken", NOT_A_JWT)
    assert answer.why.startswith(f"the token cannot be read: {why}")


def test_bytes_that_are_no_text() -> None:
    """Claims are UTF-8."""
    made = issuer()
    header, _, signature = made.token("alice").split(".")
    assert refused(f"{header}.{base64url(bytes([0xFF, 0xFE]))}.{signature}", made).message == NOT_A_JWT


def test_provider_is_chosen_by_its_url() -> None:
    """Of several providers the one counts whose URL the issuer is, with its own client IDs."""
    made = issuer()
    providers = (Oidc("idp.example.com"), Oidc(client_ids=("third",)))
    assert check(made.token("alice", "third"), providers, Documents(made), NOW).provider == providers[1].arn
    assert (
        refusal(lambda: check(made.token("alice"), providers, Documents(made), NOW)).message
        == "Incorrect token audience"
    )


def test_token_of_another_issuer_with_a_key_of_its_own() -> None:
    """An issuer signs for itself alone: another one's name brings the other one's keys."""
    mine, other = issuer(seed=8, url="https://mine.example.com"), issuer()
    token = mine.token("alice", iss=other.url)
    assert refused(token, other).message == NO_KEY

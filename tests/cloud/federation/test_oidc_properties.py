"""Whatever is changed in a token, it is not taken any more (E22)."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.federation.issuer import Issuer
from iamkit.cloud.federation.oidc import Claims, check
from tests.cloud.federation.forge import NOW, Documents, Oidc, base64url, issuer, parts_of, refusal

_MADE = {name: issuer(algorithm=name) for name in ("ES256", "RS256")}
_TOKENS = {name: made.token("alice", principal_tags={"team": "red"}) for name, made in _MADE.items()}
_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=.+/\n é"


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.sampled_from(["ES256", "RS256"]), st.data())
def test_one_character_changed(name: str, data: st.DataObject) -> None:
    """A character of a token replaced by another is refused, wherever it is."""
    token = _TOKENS[name]
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from(_CHARACTERS).filter(lambda character: character != token[at]))
    answer = refusal(lambda: check(token[:at] + other + token[at + 1 :], (Oidc(),), Documents(_MADE[name]), NOW))
    assert answer.code in {"InvalidIdentityToken", "ExpiredTokenException"}


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.integers(0, 2), st.integers(0, 10_000), st.integers(1, 255))
def test_one_byte_changed(part: int, position: int, flip: int) -> None:
    """A byte of header, claims or signature replaced and written again in good base64 is refused."""
    parts = _TOKENS["ES256"].split(".")
    raw = bytearray(base64.urlsafe_b64decode(parts[part] + "=="))
    raw[position % len(raw)] ^= flip
    parts[part] = base64url(bytes(raw))
    refusal(lambda: check(".".join(parts), (Oidc(),), Documents(_MADE["ES256"]), NOW))


def outcome(token: str, made: Issuer) -> Claims | ServiceError:
    """Check a token that may be good or not."""
    try:
        return check(token, (Oidc(),), Documents(made), NOW)
    except ServiceError as error:
        return error


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
_NAMES = st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "azp", "amr", "https://aws.amazon.com/tags"])


@settings(derandomize=True, max_examples=400, deadline=None)
@given(st.dictionaries(_NAMES, _JSON, max_size=3))
def test_any_signed_claims(changes: dict[str, Any]) -> None:
    """Whatever an issuer signs is refused with a code of STS, or read as what it is."""
    made = _MADE["ES256"]
    header, claims = parts_of(_TOKENS["ES256"])
    merged = claims | changes
    read = outcome(made.keys[0].sign(header, merged), made)
    if isinstance(read, ServiceError):
        assert read.code in {"InvalidIdentityToken", "ExpiredTokenException"}
        return
    assert (merged["sub"], merged["iss"], merged) == (read.subject, made.url, dict(read.values))
    assert all(
        isinstance(value, str) for value in (*read.principal_tags.values(), *read.transitive_tag_keys, *read.amr)
    )
    assert merged["exp"] > NOW.timestamp() >= merged["iat"]

"""AssumeRoleWithSAML: the trust decision and the session, once the assertion's checks are done (E23)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from iamkit.cloud.calls import ServiceError
from tests.cloud.sts.world import HOME, START, FakeAssertion, Json, Provider, World, allow, session_of, trust

PROVIDER = f"arn:aws:iam::{HOME}:saml-provider/ExampleCorp"
ROLE = f"arn:aws:iam::{HOME}:role/staff"
ACTION = "sts:AssumeRoleWithSAML"
PREFIX = "https://aws.amazon.com/SAML/Attributes/"
ASKED = {"RoleArn": ROLE, "PrincipalArn": PROVIDER, "SAMLAssertion": "PHNhbWw+"}
DENIED = ("AccessDenied", 403, f"Not authorized to perform {ACTION}")
ISSUER = "https://idp.example.com/metadata"


def attributes(**more: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Write AWS's attributes: the role and session name that are needed, and others."""
    own = {"Role": (f"{ROLE},{PROVIDER}",), "RoleSessionName": ("carol@example.com",), **more}
    return {f"{PREFIX}{name.replace('__', ':')}": values for name, values in own.items()}


def prepared(*actions: str, conditions: Json = None, **more: tuple[str, ...]) -> World:
    """Give a world with the provider, a role that trusts it, and a good assertion with these attributes."""
    world = World()
    world.saml_metadata[HOME] = (Provider(PROVIDER),)
    condition = {} if conditions is None else {"Condition": conditions}
    world.add_role("staff", trust({"Federated": PROVIDER}, *(actions or (ACTION,)), **condition), allow("s3:*"))
    world.assertion = FakeAssertion(attributes(**more))
    return world


def test_answer_and_session() -> None:
    """The answer says who the identity provider means; the session has three of its keys (E4, E23)."""
    world = prepared()
    answer = world.call("AssumeRoleWithSAML", None, **ASKED)
    session = session_of(world.held(answer))
    qualifier = base64.b64encode(hashlib.sha1(f"{ISSUER}{HOME}/ExampleCorp".encode()).digest()).decode()
    expected = {
        "Subject": "_carol",
        "SubjectType": "persistent",
        "Issuer": ISSUER,
        "Audience": "https://signin.aws.amazon.com/saml",
        "NameQualifier": qualifier,
    }
    assert {name: answer[name] for name in expected} == expected
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{HOME}:assumed-role/staff/carol@example.com"
    assert session.context == {
        "aws:TokenIssueTime": "2026-03-01T12:00:00Z",
        "aws:MultiFactorAuthPresent": "false",
        "aws:FederatedProvider": PROVIDER,
        "saml:namequalifier": qualifier,
        "saml:sub": "_carol",
        "saml:sub_type": "persistent",
    }
    assert (session.kind, session.maker) == ("AssumeRoleWithSAML", PROVIDER)


@pytest.mark.parametrize(
    ("key", "value", "allowed"),
    [
        ("SAML:aud", "https://signin.aws.amazon.com/saml", True),
        ("SAML:aud", "https://example.com/saml", False),
        ("saml:iss", ISSUER, True),
        ("saml:iss", "https://evil.example.com", False),
        ("saml:sub", "_carol", True),
        ("saml:sub_type", "transient", False),
        ("saml:doc", f"{HOME}/ExampleCorp", True),
        ("sts:RoleSessionName", "carol@example.com", True),
    ],
)
def test_trust_policy_sees_the_assertion(key: str, value: str, allowed: bool) -> None:
    """The assertion's values are condition keys (E23)."""
    world = prepared(conditions={"StringEquals": {key: value}})
    if allowed:
        assert world.call("AssumeRoleWithSAML", None, **ASKED)
    else:
        assert world.refuses("AssumeRoleWithSAML", None, **ASKED) == DENIED


@pytest.mark.parametrize(
    ("roles", "allowed"),
    [
        ((f"{ROLE},{PROVIDER}",), True),
        ((f"{PROVIDER},{ROLE}",), True),
        ((f"{ROLE}-2,{PROVIDER}", f" {ROLE} , {PROVIDER} "), True),
        ((f"{ROLE}-2,{PROVIDER}",), False),
        ((f"{ROLE},{PROVIDER}-2",), False),
        ((ROLE,), False),
        ((), False),
    ],
)
def test_assertion_names_the_role_and_the_provider(roles: tuple[str, ...], allowed: bool) -> None:
    """Only a pair that the identity provider has signed can be assumed (E23)."""
    world = prepared(Role=roles)
    if allowed:
        assert world.call("AssumeRoleWithSAML", None, **ASKED)
    else:
        assert world.refuses("AssumeRoleWithSAML", None, **ASKED) == DENIED


def test_trust_policy_that_does_not_trust_the_provider() -> None:
    """What an assertion says does not help where the role trusts another provider, or is not there (E13)."""
    world = prepared()
    world.add_role("staff", trust({"Federated": f"{PROVIDER}-2"}, ACTION))
    assert world.refuses("AssumeRoleWithSAML", None, **ASKED) == DENIED
    del world.roles[ROLE]
    assert world.refuses("AssumeRoleWithSAML", None, **ASKED) == DENIED


def test_provider_that_is_not_there() -> None:
    """The provider is one of the role's account (E23)."""
    world = prepared()
    asked = {**ASKED, "PrincipalArn": PROVIDER.replace(HOME, "444455556666")}
    expected = ("InvalidIdentityToken", 400, "Specified provider doesn't exist")
    assert world.refuses("AssumeRoleWithSAML", None, **asked) == expected


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"RoleSessionName": ()}, "RoleSessionName is required in AuthnResponse"),
        ({"RoleSessionName": ("a b",)}, "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"),
        (
            {"SourceIdentity": ("aws:carol",)},
            'Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"',
        ),
        ({"PrincipalTag__Team": ("a", "b")}, "PrincipalTag:Team has more than one value in AuthnResponse"),
    ],
)
def test_attributes_that_cannot_be_taken(more: dict[str, tuple[str, ...]], message: str) -> None:
    """What AWS reads from an assertion has AWS's forms (E23)."""
    world = prepared(**more)
    assert world.refuses("AssumeRoleWithSAML", None, **ASKED) == ("InvalidIdentityToken", 400, message)


def test_tags_and_source_identity_of_an_assertion() -> None:
    """They need actions of their own and go into the session (E21, E23)."""
    more: dict[str, tuple[str, ...]] = {
        "PrincipalTag__Project": ("app",),
        "PrincipalTag__Team": ("blue",),
        "TransitiveTagKeys": ("Project",),
        "SourceIdentity": ("carol",),
    }
    world = prepared(ACTION, "sts:TagSession", "sts:SetSourceIdentity", **more)
    holder = world.held(world.call("AssumeRoleWithSAML", None, **ASKED))
    assert holder.caller.tags == {"Project": "app", "Team": "blue"}
    assert (session_of(holder).transitive, session_of(holder).source_identity) == (frozenset({"Project"}), "carol")
    for lacking in ("sts:TagSession", "sts:SetSourceIdentity"):
        given = {ACTION, "sts:TagSession", "sts:SetSourceIdentity"} - {lacking}
        refused = prepared(*sorted(given), **more).refuses("AssumeRoleWithSAML", None, **ASKED)
        assert refused == ("AccessDenied", 403, f"Not authorized to perform {lacking}")


@pytest.mark.parametrize(
    ("end", "asked", "lasts"),
    [
        (None, {}, 3600),
        (START + timedelta(minutes=20), {}, 1200),
        (START + timedelta(hours=2), {"DurationSeconds": 900}, 900),
        (START + timedelta(hours=2), {"DurationSeconds": 43200}, 7200),
    ],
)
def test_session_ends_with_the_assertions_session(end: datetime | None, asked: dict[str, Any], lasts: int) -> None:
    """The session lasts as asked, but not longer than SessionNotOnOrAfter (E23)."""
    world = prepared()
    world.roles[ROLE] = replace(world.roles[ROLE], max_session_duration=43200)
    assert isinstance(world.assertion, FakeAssertion)
    world.assertion = replace(world.assertion, session_not_on_or_after=end)
    expires = world.call("AssumeRoleWithSAML", None, **ASKED, **asked)["Credentials"]["Expiration"]
    assert expires == START + timedelta(seconds=lasts)


def test_error_of_the_check_is_the_answer() -> None:
    """What is wrong with an assertion is said as the check says it, and no session is made."""
    world = prepared()
    world.assertion = ServiceError("InvalidIdentityToken", "Response signature invalid")
    expected = ("InvalidIdentityToken", 400, "Response signature invalid")
    assert world.refuses("AssumeRoleWithSAML", None, **ASKED) == expected
    assert len(world.sessions) == 0

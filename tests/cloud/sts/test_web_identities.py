"""AssumeRoleWithWebIdentity: the trust decision and the session, once the token's checks are done (E22)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sts import context_of
from tests.cloud.sts.world import (
    HOME,
    OTHER,
    START,
    FakeClaims,
    Json,
    Provider,
    World,
    account_root,
    allow,
    session_of,
    token_of,
    trust,
)

ISSUER = "https://token.example.com/main"
NAME = "token.example.com/main"
PROVIDER = f"arn:aws:iam::{HOME}:oidc-provider/{NAME}"
ROLE = f"arn:aws:iam::{HOME}:role/deploy"
ASKED = {"RoleArn": ROLE, "RoleSessionName": "build-42", "WebIdentityToken": token_of(ISSUER)}
ACTION = "sts:AssumeRoleWithWebIdentity"
TAGS = "https://aws.amazon.com/tags"
REPO = "repo:octo-org/app:ref:refs/heads/main"
DENIED = ("AccessDenied", 403, f"Not authorized to perform {ACTION}")


def prepared(*actions: str, conditions: Json = None, url: str = ISSUER, **values: Any) -> World:
    """Give a world with the provider, a role that trusts it, and a good token with these claims."""
    world = World()
    world.oidc[HOME] = (Provider(PROVIDER, url),)
    more = {} if conditions is None else {"Condition": conditions}
    world.add_role("deploy", trust({"Federated": PROVIDER}, *(actions or (ACTION,)), **more), allow("s3:*"))
    world.claims = FakeClaims(ISSUER, REPO, "sts.amazonaws.com", values)
    return world


def test_answer_and_session() -> None:
    """The answer names subject, audience and provider; the session carries the provider's keys (E4, E22)."""
    world = prepared(amr=["mfa", "pwd"])
    answer = world.call("AssumeRoleWithWebIdentity", None, **ASKED)
    session = session_of(world.held(answer))
    assert tuple(answer[name] for name in ("SubjectFromWebIdentityToken", "Audience", "Provider")) == (
        REPO,
        "sts.amazonaws.com",
        PROVIDER,
    )
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{HOME}:assumed-role/deploy/build-42"
    assert session.context == {
        "aws:TokenIssueTime": "2026-03-01T12:00:00Z",
        "aws:MultiFactorAuthPresent": "false",
        "aws:FederatedProvider": PROVIDER,
        f"{NAME}:sub": REPO,
        f"{NAME}:aud": "sts.amazonaws.com",
        f"{NAME}:amr": ("mfa", "pwd"),
    }
    assert (session.kind, session.maker, session.maker_session) == ("AssumeRoleWithWebIdentity", PROVIDER, None)
    assert session.access_key.expires == START + timedelta(hours=1)


# what the trust policy asks of the token, and whether the token has it
CONDITIONS: list[tuple[str, Json, dict[str, Any], bool]] = [
    ("the audience", {"StringEquals": {f"{NAME}:aud": "sts.amazonaws.com"}}, {}, True),
    ("another audience", {"StringEquals": {f"{NAME}:aud": "app-2"}}, {}, False),
    ("the repository", {"StringLike": {f"{NAME}:sub": "repo:octo-org/app:*"}}, {}, True),
    ("another repository", {"StringLike": {f"{NAME}:sub": "repo:octo-org/other:*"}}, {}, False),
    ("the subject of another issuer", {"StringLike": {"other.example.com:sub": "*"}}, {}, False),
    ("a method", {"ForAnyValue:StringEquals": {f"{NAME}:amr": "mfa"}}, {"amr": ["pwd", "mfa"]}, True),
    ("a method that was not used", {"ForAnyValue:StringEquals": {f"{NAME}:amr": "mfa"}}, {"amr": ["pwd"]}, False),
    ("the authorized party", {"StringEquals": {f"{NAME}:aud": "hybrid-app"}}, {"azp": "hybrid-app"}, True),
    ("the original audience", {"StringEquals": {f"{NAME}:oaud": "sts.amazonaws.com"}}, {"azp": "hybrid-app"}, True),
    ("the session name", {"StringLike": {"sts:RoleSessionName": "build-*"}}, {}, True),
    ("MFA, which AWS cannot know", {"Bool": {"aws:MultiFactorAuthPresent": "true"}}, {}, False),
]


@pytest.mark.parametrize(
    ("condition", "claims", "allowed"), [r[1:] for r in CONDITIONS], ids=[r[0] for r in CONDITIONS]
)
def test_trust_policy_sees_the_claims(condition: Json, claims: dict[str, Any], allowed: bool) -> None:
    """The issuer's claims are condition keys under its name (E22)."""
    world = prepared(conditions=condition, **claims)
    if allowed:
        assert world.call("AssumeRoleWithWebIdentity", None, **ASKED)
    else:
        assert world.refuses("AssumeRoleWithWebIdentity", None, **ASKED) == DENIED


@pytest.mark.parametrize(
    "document",
    [
        trust({"Federated": f"arn:aws:iam::{HOME}:oidc-provider/other.example.com"}, ACTION),
        trust({"Federated": PROVIDER}, "sts:AssumeRole"),
        trust(account_root(), ACTION),
    ],
    ids=["another provider", "another action", "the account"],
)
def test_trust_policy_that_does_not_trust_the_provider(document: Json) -> None:
    """The trust policy names the provider as Federated, with this action (E13, E22)."""
    world = prepared()
    world.add_role("deploy", document)
    assert world.refuses("AssumeRoleWithWebIdentity", None, **ASKED) == DENIED


def test_role_that_does_not_exist_is_denied_alike() -> None:
    """Who holds a good token does not learn which roles there are."""
    world = prepared()
    asked = {**ASKED, "RoleArn": f"{ROLE}-gone"}
    assert world.refuses("AssumeRoleWithWebIdentity", None, **asked) == DENIED


@pytest.mark.parametrize("url", [ISSUER, NAME])
def test_provider_is_found_with_and_without_scheme(url: str) -> None:
    """IAM keeps a provider's URL without its scheme."""
    assert prepared(url=url).call("AssumeRoleWithWebIdentity", None, **ASKED)


def test_provider_belongs_to_the_account_of_the_role() -> None:
    """A provider of another account does not count, though the role trusts it (E22)."""
    world = prepared()
    away = world.add_role("deploy", trust({"Federated": PROVIDER}, ACTION), account=OTHER)
    expected = ("InvalidIdentityToken", 400, f"No OpenIDConnect provider found in your account for {ISSUER}")
    assert world.refuses("AssumeRoleWithWebIdentity", None, **{**ASKED, "RoleArn": away}) == expected


@pytest.mark.parametrize("token", ["abcd", "a.b.c", "a.W10.c", "a.e30.c", "a.eyJpc3MiOjF9.c", "a.é.c"])
def test_token_that_is_none(token: str) -> None:
    """What has no issuer to be read is no token (E22)."""
    asked = {**ASKED, "WebIdentityToken": token}
    code, status, _ = prepared().refuses("AssumeRoleWithWebIdentity", None, **asked)
    assert (code, status) == ("InvalidIdentityToken", 400)


@pytest.mark.parametrize(
    "error",
    [
        ServiceError("ExpiredTokenException", "Token expired: current date/time must be before the expiration"),
        ServiceError("InvalidIdentityToken", "Couldn't retrieve verification key from your identity provider"),
        ServiceError("IDPRejectedClaim", "Incorrect token audience", 403),
    ],
    ids=lambda error: error.code,
)
def test_error_of_the_check_is_the_answer(error: ServiceError) -> None:
    """What is wrong with a token is said as the check says it, and no session is made."""
    world = prepared()
    world.claims = error
    expected = (error.code, error.status, error.message)
    assert world.refuses("AssumeRoleWithWebIdentity", None, **ASKED) == expected
    assert len(world.sessions) == 0


NESTED = {TAGS: {"principal_tags": {"Project": ["app"], "Team": "blue"}, "transitive_tag_keys": ["Project"]}}
FLAT = {
    f"{TAGS}/principal_tags/Project": "app",
    f"{TAGS}/principal_tags/Team": ["blue"],
    f"{TAGS}/transitive_tag_keys": ["Project"],
}


@pytest.mark.parametrize("claims", [NESTED, FLAT], ids=["one claim", "a claim for each"])
def test_tags_of_a_token(claims: dict[str, Any]) -> None:
    """Session tags come in the token, need sts:TagSession, and can be transitive (E21)."""
    world = prepared(ACTION, "sts:TagSession", **claims)
    holder = world.held(world.call("AssumeRoleWithWebIdentity", None, **ASKED))
    assert holder.caller.tags == {"Project": "app", "Team": "blue"}
    assert session_of(holder).transitive == frozenset({"Project"})
    world = prepared(**claims)
    expected = ("AccessDenied", 403, "Not authorized to perform sts:TagSession")
    assert world.refuses("AssumeRoleWithWebIdentity", None, **ASKED) == expected


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({TAGS: "Project"}, "InvalidIdentityToken"),
        ({TAGS: {"principal_tags": {"Project": ["a", "b"]}}}, "InvalidIdentityToken"),
        ({TAGS: {"principal_tags": {"Project": 1}}}, "InvalidIdentityToken"),
        ({TAGS: {"principal_tags": {"Project": "a"}, "transitive_tag_keys": "Project"}}, "InvalidIdentityToken"),
        ({TAGS: {"principal_tags": {f"k{n}": "a" for n in range(51)}}}, "InvalidIdentityToken"),
        ({TAGS: {"principal_tags": {"k" * 129: "a"}}}, "ValidationError"),
        ({TAGS: {"principal_tags": {"Team": "a", "team": "b"}}}, "InvalidParameterValue"),
        ({TAGS: {"principal_tags": {}, "transitive_tag_keys": ["Team"]}}, "InvalidParameterValue"),
        ({"https://aws.amazon.com/source_identity": 1}, "InvalidIdentityToken"),
        ({"https://aws.amazon.com/source_identity": "aws:x"}, "ValidationError"),
    ],
)
def test_claims_that_cannot_be_taken(claims: dict[str, Any], code: str) -> None:
    """Tags and source identity of a token keep to the same limits as those of a request (E21)."""
    world = prepared(ACTION, "sts:TagSession", "sts:SetSourceIdentity", **claims)
    assert world.refuses("AssumeRoleWithWebIdentity", None, **ASKED)[:2] == (code, 400)


def test_source_identity_of_a_token() -> None:
    """It needs sts:SetSourceIdentity and is in the session's context (E21)."""
    claims = {"https://aws.amazon.com/source_identity": "octocat"}
    world = prepared(ACTION, "sts:SetSourceIdentity", **claims)
    answer = world.call("AssumeRoleWithWebIdentity", None, **ASKED)
    assert answer["SourceIdentity"] == session_of(world.held(answer)).context["aws:SourceIdentity"] == "octocat"
    expected = ("AccessDenied", 403, "Not authorized to perform sts:SetSourceIdentity")
    assert prepared(**claims).refuses("AssumeRoleWithWebIdentity", None, **ASKED) == expected


def test_chain_after_a_token() -> None:
    """The next session is no longer of the identity provider, and knows where it came from (E4)."""
    world = prepared()
    first = world.held(world.call("AssumeRoleWithWebIdentity", None, **ASKED))
    world.add_role("deploy", trust({"Federated": PROVIDER}, ACTION), allow("sts:AssumeRole"))
    second = session_of(world.assume(first, world.add_role("next", trust(account_root()))))
    assert "aws:FederatedProvider" not in second.context
    assert second.maker_session is not None
    assert second.maker_session.maker == PROVIDER


def test_signature_of_somebody_does_not_count() -> None:
    """A request that is signed all the same is decided as the token's: nothing of the signer's is in the context."""
    world = prepared(conditions={"Null": {"aws:TokenIssueTime": "true", "aws:SourceIdentity": "true"}})
    alice = world.add_user("alice")
    role = world.add_role("own", trust(alice.caller.arn, "sts:AssumeRole", "sts:SetSourceIdentity"))
    signer = world.assume(alice, role, SourceIdentity="alice")
    assert "aws:TokenIssueTime" in context_of(session_of(signer), world.now)
    session = session_of(world.held(world.call("AssumeRoleWithWebIdentity", signer, **ASKED)))
    assert (session.maker, session.source_identity) == (PROVIDER, None)


def test_access_tokens_are_not_modelled() -> None:
    """Only ID tokens of OpenID Connect are taken."""
    refused = prepared().refuses("AssumeRoleWithWebIdentity", None, **ASKED, ProviderId="www.amazon.com")
    assert refused[:2] == ("NotModelled", 501)


def test_resource_control_policy_guards_the_role() -> None:
    """An RCP that denies foreign repositories has its say about web identities too (E7)."""
    world = prepared()
    foreign = {"StringNotLike": {f"{NAME}:sub": "repo:octo-org/*"}}
    guard = {"Effect": "Deny", "Principal": "*", "Action": ACTION, "Resource": "*", "Condition": foreign}
    world.resource_control = {"root": [allow("*", Principal="*"), {"Version": "2012-10-17", "Statement": guard}]}
    assert world.call("AssumeRoleWithWebIdentity", None, **ASKED)
    world.claims = FakeClaims(ISSUER, "repo:evil/app:ref:refs/heads/main", "sts.amazonaws.com")
    assert world.refuses("AssumeRoleWithWebIdentity", None, **ASKED) == DENIED

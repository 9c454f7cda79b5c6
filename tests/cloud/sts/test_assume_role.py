"""AssumeRole: who may, with what, for how long, and what the session is then (E13, E21, E26)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from iamkit.cloud.calls import ServiceError
from tests.cloud.sts.world import HOME, OTHER, START, Json, World, account_root, allow, session_of, trust

ALICE = f"arn:aws:iam::{HOME}:user/alice"
TARGET = f"arn:aws:iam::{HOME}:role/target"
MAY_ASSUME = allow("sts:AssumeRole")
DENY = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}}
NO_TRUST = "because no role trust policy allows the sts:AssumeRole action"
NO_IDENTITY = "because no identity-based policy allows the sts:AssumeRole action"

# name, trust policy, the caller's policies, the caller's account, end of the denial ("" = allowed)
WHO: list[tuple[str, Json, tuple[Json, ...], str, str]] = [
    ("the trust policy names the user's ARN (E13)", trust(ALICE), (), HOME, ""),
    ("the trust policy names everyone (E8)", trust("*"), (), HOME, ""),
    ("the trust policy names the account and the user may (E13)", trust(account_root()), (MAY_ASSUME,), HOME, ""),
    ("the trust policy names the account by its ID and the user may (P16)", trust(HOME), (MAY_ASSUME,), HOME, ""),
    ("the trust policy names the account and the user may not (E13)", trust(account_root()), (), HOME, NO_IDENTITY),
    (
        "the user may assume another role only (E13)",
        trust(account_root()),
        (allow("sts:AssumeRole", resource=f"{TARGET}-2"),),
        HOME,
        NO_IDENTITY,
    ),
    ("the trust policy names somebody else (E13)", trust(f"{ALICE}2"), (MAY_ASSUME,), HOME, NO_TRUST),
    ("the trust policy names a service (E13)", trust({"Service": "ec2.amazonaws.com"}), (MAY_ASSUME,), HOME, NO_TRUST),
    ("the trust policy allows another action (E13)", trust(ALICE, "sts:TagSession"), (MAY_ASSUME,), HOME, NO_TRUST),
    (
        "a Deny of the user's overrides the trust policy (E6)",
        trust(ALICE),
        (DENY,),
        HOME,
        "with an explicit deny in an identity-based policy",
    ),
    (
        "both sides allow across accounts (E15)",
        trust(account_root(OTHER)),
        (MAY_ASSUME,),
        OTHER,
        "",
    ),
    (
        "the user's ARN in the trust policy is not enough across accounts (E15)",
        trust(f"arn:aws:iam::{OTHER}:user/alice"),
        (),
        OTHER,
        NO_IDENTITY,
    ),
    ("the other account is not trusted (E15)", trust(account_root()), (MAY_ASSUME,), OTHER, NO_TRUST),
    ("everyone is trusted, but the user may not, across accounts (E15)", trust("*"), (), OTHER, NO_IDENTITY),
]


@pytest.mark.parametrize(("trusted", "own", "account", "end"), [row[1:] for row in WHO], ids=[row[0] for row in WHO])
def test_who_may_assume_a_role(trusted: Json, own: tuple[Json, ...], account: str, end: str) -> None:
    """The trust policy must always allow, and the caller's own policies too where it does not name the caller."""
    world = World()
    alice = world.add_user("alice", *own, account=account)
    role = world.add_role("target", trusted)
    if not end:
        assert f"arn:aws:sts::{HOME}:assumed-role/target/s1" == world.assume(alice, role).caller.arn
        return
    message = f"User: {alice.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {role} {end}"
    assert ("AccessDenied", 403, message) == world.refuses("AssumeRole", alice, RoleArn=role, RoleSessionName="s1")
    assert not world.evaluations[-1].allowed


def test_permissions_boundary_limits_the_identity_side() -> None:
    """A boundary that does not know sts stops a user whom only its own policy lets assume the role (E10)."""
    world = World()
    alice = world.add_user("alice", MAY_ASSUME)
    role = world.add_role("target", trust(account_root()))
    world.boundaries[alice.caller.arn] = allow("s3:*")
    code, status, message = world.refuses("AssumeRole", alice, RoleArn=role, RoleSessionName="s1")
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith("because no permissions boundary allows the sts:AssumeRole action")


@pytest.mark.parametrize(
    ("control", "end"),
    [
        ("service_control", "because no service control policy allows the sts:AssumeRole action"),
        ("resource_control", "because no resource control policy allows the sts:AssumeRole action"),
    ],
)
def test_organization_limits_assuming(control: str, end: str) -> None:
    """Neither an SCP nor an RCP without the Allow lets anybody assume a role (E7)."""
    world = World()
    alice = world.add_user("alice")
    role = world.add_role("target", trust(ALICE))
    principal = {"Principal": "*"} if control == "resource_control" else {}
    setattr(world, control, {"root": [allow("s3:*", **principal)]})
    assert world.refuses("AssumeRole", alice, RoleArn=role, RoleSessionName="s1")[2].endswith(end)


def test_root_user_assumes_no_role() -> None:
    """The root user cannot call AssumeRole, not even with the session that it may have (E21)."""
    world = World()
    root = world.add_root()
    role = world.add_role("target", trust("*"))
    expected = ("AccessDenied", 403, "Roles may not be assumed by root accounts.")
    assert expected == world.refuses("AssumeRole", root, RoleArn=role, RoleSessionName="s1")
    session = world.held(world.call("GetSessionToken", root))
    assert expected == world.refuses("AssumeRole", session, RoleArn=role, RoleSessionName="s1")


def test_unknown_role_is_denied_like_one_that_trusts_others() -> None:
    """Who may not assume a role does not learn whether it exists."""
    world = World()
    alice = world.add_user("alice", MAY_ASSUME)
    there = world.add_role("there", trust(f"{ALICE}2"), max_session_duration=3600)
    gone = there.replace("there", "gone")
    asked: dict[str, Any] = {"RoleSessionName": "s1", "DurationSeconds": 40000, "Policy": "{"}
    code, status, message = world.refuses("AssumeRole", alice, RoleArn=there, **asked)
    assert (code, status, message.replace(there, gone)) == world.refuses("AssumeRole", alice, RoleArn=gone, **asked)


def test_unsigned_request_is_nobody() -> None:
    """AssumeRole needs a signature."""
    expected = ("MissingAuthenticationToken", 403, "Request is missing Authentication Token")
    assert expected == World().refuses("AssumeRole", None, RoleArn=TARGET, RoleSessionName="s1")


def test_answer_of_assume_role() -> None:
    """The answer has the credentials, the session's names, and nothing of what was not asked for (E2, E3)."""
    world = World()
    answer = world.call(
        "AssumeRole",
        world.add_user("alice"),
        RoleArn=world.add_role("path/target", trust(ALICE)),
        RoleSessionName="s1",
    )
    credentials = answer.pop("Credentials")
    assert {
        "AssumedRoleUser": {
            "AssumedRoleId": "AROATARGETXXXXXXXXXXX:s1",
            "Arn": f"arn:aws:sts::{HOME}:assumed-role/target/s1",
        },
        "SessionTokenSize": 360,
        "SessionTokenUtilization": 8,
    } == answer
    assert (len(credentials["AccessKeyId"]), len(credentials["SecretAccessKey"])) == (20, 40)
    assert credentials["AccessKeyId"].startswith("ASIA")
    assert START + timedelta(hours=1) == credentials["Expiration"]


def test_session_knows_what_it_is() -> None:
    """The session is of its role, carries when it was issued, and that nobody used MFA (E2, E4, E25)."""
    world = World()
    alice = world.add_user("alice")
    holder = world.assume(alice, world.add_role("path/target", trust(ALICE), tags={"Team": "blue"}))
    session = session_of(holder)
    assert session.context == {"aws:TokenIssueTime": "2026-03-01T12:00:00Z", "aws:MultiFactorAuthPresent": "false"}
    assert f"arn:aws:iam::{HOME}:role/path/target" == holder.caller.role_arn
    assert holder.caller.tags == {"Team": "blue"}
    assert (session.kind, session.maker, session.maker_session) == ("AssumeRole", ALICE, None)
    assert session.session_policies is None
    assert START + timedelta(hours=1) == holder.access_key.expires


def test_revoked_session_is_denied() -> None:
    """A Deny on an earlier aws:TokenIssueTime stops old sessions and lets new ones pass (E25)."""
    world = World()
    alice = world.add_user("alice")
    revoke = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"DateLessThan": {"aws:TokenIssueTime": "2026-03-01T12:10:00Z"}},
        },
    }
    role = world.add_role("target", trust(ALICE), allow("s3:*"), revoke)
    old = world.assume(alice, role)
    world.pass_time(minutes=15)
    new = world.assume(alice, role)
    bucket = "arn:aws:s3:::amzn-s3-demo-bucket/a"
    assert (world.may(old, "s3:GetObject", bucket), world.may(new, "s3:GetObject", bucket)) == (False, True)


# What trust policies can ask of a request: condition, the parameters that meet it, those that do not.
CONDITIONS: list[tuple[str, Json, dict[str, Any], dict[str, Any]]] = [
    ("external ID (E26)", {"sts:ExternalId": "Example987"}, {"ExternalId": "Example987"}, {"ExternalId": "Example986"}),
    ("external ID is missing (E26)", {"sts:ExternalId": "Example987"}, {"ExternalId": "Example987"}, {}),
    ("session name (E21)", {"sts:RoleSessionName": "${aws:username}"}, {"RoleSessionName": "alice"}, {}),
    (
        "passed tag (E21)",
        {"aws:RequestTag/team": "blue"},
        {"Tags": [{"Key": "Team", "Value": "blue"}]},
        {"Tags": [{"Key": "Team", "Value": "red"}]},
    ),
    ("source identity (E21)", {"sts:SourceIdentity": "DevUser"}, {"SourceIdentity": "DevUser"}, {}),
    ("tag of the role (E4)", {"aws:ResourceTag/Stage": "test"}, {}, {"RoleArn": f"{TARGET}-untagged"}),
    ("tag of the role, IAM's key (E4)", {"iam:ResourceTag/Stage": "test"}, {}, {"RoleArn": f"{TARGET}-untagged"}),
]


@pytest.mark.parametrize(("condition", "good", "bad"), [row[1:] for row in CONDITIONS], ids=[c[0] for c in CONDITIONS])
def test_trust_policy_sees_the_request(condition: Json, good: dict[str, Any], bad: dict[str, Any]) -> None:
    """The trust policy decides with the parameters of the request and the tags of the role."""
    world = World()
    alice = world.add_user("alice")
    every = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
    document = trust(ALICE, *every, Condition={"StringEquals": condition})
    world.add_role("target", document, tags={"Stage": "test"})
    world.add_role("target-untagged", document)
    usual = {"RoleArn": TARGET, "RoleSessionName": "s1"}
    assert world.call("AssumeRole", alice, **{**usual, **good})["Credentials"]
    assert world.refuses("AssumeRole", alice, **{**usual, **bad})[0] == "AccessDenied"


def test_confused_deputy_is_stopped_by_the_external_id() -> None:
    """A third party that passes each customer's own ID cannot be talked into another customer's role (E26)."""
    world = World()
    vendor = world.add_user("vendor", MAY_ASSUME, account=OTHER)
    victim = world.add_role(
        "monitored", trust(account_root(OTHER), Condition={"StringEquals": {"sts:ExternalId": "victim-42"}})
    )
    assert world.assume(vendor, victim, ExternalId="victim-42")
    asked = {"RoleArn": victim, "RoleSessionName": "s1", "ExternalId": "attacker-1"}
    assert world.refuses("AssumeRole", vendor, **asked)[0] == "AccessDenied"


SERVICE_TRUST = trust({"Service": "lambda.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceAccount": HOME}})


def test_service_assumes_its_role() -> None:
    """A service gets a session where the trust policy names its principal, for resources of the account (E26)."""
    world = World()
    role = world.add_role("function", SERVICE_TRUST)
    function = {"lambda:SourceFunctionArn": f"arn:aws:lambda:us-east-1:{HOME}:function:report"}
    session = world.sts.assume_as_service(
        "lambda.amazonaws.com", role, "report", {"aws:SourceAccount": HOME}, session_keys=function
    )
    assert f"arn:aws:sts::{HOME}:assumed-role/function/report" == session.caller.arn
    assert session.maker == "lambda.amazonaws.com"
    assert session.context.items() >= function.items()
    assert "aws:SourceAccount" not in session.context


@pytest.mark.parametrize(
    ("service", "source"), [("lambda.amazonaws.com", OTHER), ("ec2.amazonaws.com", HOME)], ids=["deputy", "service"]
)
def test_service_is_refused_for_others(service: str, source: str) -> None:
    """Another service, or one that acts for another account, is not trusted (E26)."""
    world = World()
    role = world.add_role("function", SERVICE_TRUST)
    with pytest.raises(ServiceError) as refused:
        world.sts.assume_as_service(service, role, "report", {"aws:SourceAccount": source})
    assert (refused.value.code, refused.value.status) == ("AccessDenied", 403)


def test_sessions_of_services_last_as_long_as_the_service_wants() -> None:
    """The role's maximum limits whoever asks for a duration, not services of AWS; their keys stay with the session."""
    world = World()
    role = world.add_role("function", SERVICE_TRUST)
    session = world.sts.assume_as_service(
        "lambda.amazonaws.com",
        role,
        "report",
        {"aws:SourceAccount": HOME},
        session_keys={"lambda:SourceFunctionArn": "arn:aws:lambda:us-east-1:111122223333:function:report"},
        seconds=21_600,
    )
    assert session.access_key.expires == session.issued + timedelta(hours=6)
    assert session.context["lambda:SourceFunctionArn"] == "arn:aws:lambda:us-east-1:111122223333:function:report"
    assert "aws:SourceAccount" not in session.context


def test_services_need_to_be_trusted_with_tags() -> None:
    """Session tags that a service passes need sts:TagSession, and go on through chains."""
    world = World()
    principal = {"Service": "pods.eks.amazonaws.com"}
    plain = world.add_role("plain", trust(principal))
    tagged = world.add_role("tagged", trust(principal, Action=["sts:AssumeRole", "sts:TagSession"]))
    tags = {"kubernetes-namespace": "shop"}
    with pytest.raises(ServiceError) as refused:
        world.sts.assume_as_service(principal["Service"], plain, "pod", tags=tags)
    assert "sts:TagSession" in refused.value.message
    session = world.sts.assume_as_service(principal["Service"], tagged, "pod", tags=tags)
    assert dict(session.caller.tags) == tags
    assert session.transitive == frozenset(tags)


def test_trust_policy_sees_the_organization() -> None:
    """The keys of the organization come from the gateway, for the caller and the account of the role (E4)."""
    world = World()
    inside, outside = (
        world.add_user("alice", MAY_ASSUME, account=OTHER),
        world.add_user("bob", MAY_ASSUME, account="9" * 12),
    )
    world.organization = {OTHER: "o-a1b2c3d4e5"}
    members = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    role = world.add_role("target", trust("*", Condition=members))
    assert world.assume(inside, role)
    assert world.refuses("AssumeRole", outside, RoleArn=role, RoleSessionName="s1")[:2] == ("AccessDenied", 403)


def test_operation_that_is_not_modelled() -> None:
    """What STS has and this cloud has not is refused as such, never allowed."""
    world = World()
    alice = world.add_user("alice")
    assert world.refuses("AssumeRoot", alice, TargetPrincipal=HOME)[:2] == ("NotModelled", 501)
    asked = {"RoleArn": TARGET, "RoleSessionName": "s1", "ProvidedContexts": [{"ProviderArn": "arn"}]}
    assert world.refuses("AssumeRole", alice, **asked)[:2] == ("NotModelled", 501)

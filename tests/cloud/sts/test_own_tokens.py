"""GetSessionToken and GetFederationToken: a user's own permissions, with limits (E11, E24)."""

from __future__ import annotations

import json

import pytest

from iamkit.cloud.sessions import Holder
from iamkit.cloud.sts import refused_for
from tests.cloud.sts.test_mfa import SERIAL, code
from tests.cloud.sts.world import HOME, Device, Json, World, account_root, allow, session_of, trust

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket/a"
CAROL = f"arn:aws:sts::{HOME}:federated-user/carol"


def test_session_token_keeps_the_user() -> None:
    """The credentials are the user's own: same ARN, same ID, same permissions (E2, E24)."""
    world = World()
    alice = world.add_user("alice", allow("s3:*"))
    answer = world.call("GetSessionToken", alice)
    holder = world.held(answer)
    assert {"Credentials", "SessionTokenSize", "SessionTokenUtilization"} == set(answer)
    assert alice.caller == holder.caller
    assert (world.may(holder, "s3:GetObject", BUCKET), world.may(holder, "sqs:SendMessage", "*")) == (True, False)


def test_session_token_needs_no_permission() -> None:
    """No policy can keep a user from GetSessionToken: it is how MFA is shown (E24)."""
    world = World()
    deny: Json = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
    assert world.call("GetSessionToken", world.add_user("alice", deny))
    assert world.evaluations == []


def test_federation_token_answer() -> None:
    """The federated user has names of its own, the user's tags and those passed (E2, E24)."""
    world = World()
    alice = world.add_user("alice", allow("sts:*"), tags={"Team": "red", "Floor": "3"})
    answer = world.call("GetFederationToken", alice, Name="carol", Tags=[{"Key": "team", "Value": "blue"}])
    caller = world.held(answer).caller
    assert {"FederatedUserId": f"{HOME}:carol", "Arn": CAROL} == answer["FederatedUser"]
    assert (CAROL, alice.caller.arn) == (caller.arn, caller.user_arn)
    assert caller.tags == {"team": "blue", "Floor": "3"}
    assert 0 < answer["PackedPolicySize"] <= 100


@pytest.mark.parametrize(
    ("policies", "tags", "denied"),
    [
        ((allow("sts:GetFederationToken"),), [], ""),
        ((allow("sts:GetFederationToken", resource=f"arn:aws:sts::{HOME}:federated-user/c*"),), [], ""),
        (
            (allow("sts:GetFederationToken", resource=f"arn:aws:sts::{HOME}:federated-user/d*"),),
            [],
            "GetFederationToken",
        ),
        ((), [], "GetFederationToken"),
        ((allow("sts:GetFederationToken"),), [{"Key": "a", "Value": "b"}], "TagSession"),
        ((allow("sts:GetFederationToken", "sts:TagSession"),), [{"Key": "a", "Value": "b"}], ""),
    ],
)
def test_federation_token_needs_permission(policies: tuple[Json, ...], tags: list[dict[str, str]], denied: str) -> None:
    """The user needs sts:GetFederationToken on the federated user, and sts:TagSession for tags (E24)."""
    world = World()
    alice = world.add_user("alice", *policies)
    if not denied:
        assert world.call("GetFederationToken", alice, Name="carol", Tags=tags)
        return
    expected = (
        f"User: {alice.caller.arn} is not authorized to perform: sts:{denied} on resource: {CAROL} because no "
        f"identity-based policy allows the sts:{denied} action"
    )
    refused = world.refuses("GetFederationToken", alice, Name="carol", Tags=tags)
    assert ("AccessDenied", 403, expected) == refused


@pytest.mark.parametrize(
    ("policy", "get", "put"),
    [(None, False, False), (allow("*"), True, False), (allow("s3:PutObject"), False, False)],
    ids=["no policy", "everything", "what the user may not"],
)
def test_federated_user_may_what_both_allow(policy: Json, get: bool, put: bool) -> None:
    """Permissions are the user's, cut down to the session policies; without those there are none (E11)."""
    world = World()
    alice = world.add_user("alice", allow("sts:GetFederationToken", "s3:GetObject"))
    asked = {} if policy is None else {"Policy": json.dumps(policy)}
    holder = world.held(world.call("GetFederationToken", alice, Name="carol", **asked))
    assert (get, put) == (world.may(holder, "s3:GetObject", BUCKET), world.may(holder, "s3:PutObject", BUCKET))


def test_root_user_makes_no_federated_users_here() -> None:
    """GetFederationToken with the root user's keys is not modelled, and so refused."""
    world = World()
    assert world.refuses("GetFederationToken", world.add_root(), Name="carol")[:2] == ("NotModelled", 501)


INVALID = ("InvalidClientTokenId", 403, "The security token included in the request is invalid")
STS = (
    "AssumeRole", "GetCallerIdentity", "GetSessionToken", "GetFederationToken", "GetAccessKeyInfo",
    "DecodeAuthorizationMessage",
)  # fmt: skip
# who asks: which operations of STS it may call, and whether it may call IAM
MAY: list[tuple[str, frozenset[str], bool]] = [
    ("key", frozenset(STS), True),
    ("GetSessionToken", frozenset({"AssumeRole", "GetCallerIdentity"}), False),
    ("GetSessionToken with MFA", frozenset({"AssumeRole", "GetCallerIdentity"}), True),
    ("GetFederationToken", frozenset({"GetCallerIdentity"}), False),
    ("AssumeRole", frozenset(STS) - {"GetSessionToken", "GetFederationToken"}, True),
]


def credentials(world: World, kind: str) -> Holder:
    """Give credentials of a kind, whose policies would allow everything."""
    alice = world.add_user("alice", allow("*"))
    world.devices[alice.caller.arn] = (Device(SERIAL),)
    match kind:
        case "key":
            return alice
        case "GetSessionToken":
            return world.held(world.call(kind, alice))
        case "GetSessionToken with MFA":
            mfa = {"SerialNumber": SERIAL, "TokenCode": code(world)}
            return world.held(world.call("GetSessionToken", alice, **mfa))
        case "GetFederationToken":
            return world.held(world.call(kind, alice, Name="carol", Policy=json.dumps(allow("*"))))
    return world.assume(alice, world.add_role("target", trust(account_root()), allow("*")))


@pytest.mark.parametrize(("kind", "sts", "iam"), MAY, ids=[row[0] for row in MAY])
def test_what_credentials_may_not_even_ask(kind: str, sts: frozenset[str], iam: bool) -> None:
    """Sessions of a user's own keep off IAM and most of STS, whatever their policies say (E24)."""
    session = credentials(World(), kind).session
    for operation in STS:
        refusal = refused_for(session, "sts", operation)
        assert (refusal is None) is (operation in sts), operation
        if refusal is not None:
            expected = ("AccessDenied", 403, f"Cannot call {operation} with session credentials")
            assert expected == (refusal.code, refusal.status, refusal.message)
    refusal = refused_for(session, "iam", "ListUsers")
    assert (refusal is None) is iam
    if refusal is not None:
        assert (refusal.code, refusal.status, refusal.message) == INVALID
    assert refused_for(session, "s3", "ListBuckets") is None


@pytest.mark.parametrize("kind", ["GetSessionToken", "GetFederationToken", "AssumeRole"])
def test_sts_itself_keeps_to_the_limits(kind: str) -> None:
    """The service refuses what the gateway might have forgotten to ask about (E24)."""
    world = World()
    holder = credentials(world, kind)
    expected = ("AccessDenied", 403, "Cannot call GetSessionToken with session credentials")
    assert expected == world.refuses("GetSessionToken", holder)
    assert session_of(holder).kind == kind

"""Session tags and source identity, and what becomes of them when roles are chained (E21)."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit.cloud.sessions import Holder
from tests.cloud.sts.world import HOME, OTHER, Json, World, account_root, allow, session_of, trust

EVERY = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
CONFLICT = (
    "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the "
    "calling session."
)


def tag(**tags: str) -> list[dict[str, str]]:
    """Write tags as boto3 takes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def chain() -> tuple[World, Holder, list[str]]:
    """Give alice and the three roles of the IAM User Guide's example, each with a tag of its own."""
    world = World()
    alice = world.add_user("alice", allow(*EVERY), tags={"User": "alice"})
    roles = [
        world.add_role(name, trust(account_root(), *EVERY), allow(*EVERY), tags=tags)
        for name, tags in (("Role1", {"heart": "1"}), ("Role2", {"Sun": "2"}), ("Role3", {"Star": "3", "Bolt": "3"}))
    ]
    return world, alice, roles


def test_chain_of_three_keeps_transitive_tags() -> None:
    """The guide's example: transitive tags go on and on, role tags stay where they are, inherited ones win."""
    world, alice, (one, two, three) = chain()
    first = world.assume(alice, one, Tags=tag(Star="1", Heart="1", Moon="1"), TransitiveTagKeys=["Star", "Heart"])
    second = world.assume(first, two, "s2")
    third = world.assume(second, three, "s3")
    assert first.caller.tags == {"Star": "1", "Heart": "1", "Moon": "1"}
    assert second.caller.tags == {"Star": "1", "Heart": "1", "Sun": "2"}
    assert third.caller.tags == {"Star": "1", "Heart": "1", "Bolt": "3"}
    assert frozenset({"Star", "Heart"}) == session_of(third).transitive


def test_chain_can_be_followed_back() -> None:
    """A session names its maker, and the maker's session theirs."""
    world, alice, (one, two, three) = chain()
    first = world.assume(alice, one)
    third = world.assume(world.assume(first, two, "s2"), three, "s3")
    session = session_of(third)
    assert f"arn:aws:sts::{HOME}:assumed-role/Role2/s2" == session.maker
    assert session.maker_session is not None
    assert f"arn:aws:sts::{HOME}:assumed-role/Role1/s1" == session.maker_session.maker
    assert session_of(first) == session.maker_session.maker_session
    assert alice.caller.arn == session_of(first).maker


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"Tags": tag(Heart="3")}, CONFLICT),
        ({"Tags": tag(HEART="3")}, CONFLICT),
        (
            {"Tags": [*tag(Team="a"), *tag(team="b")]},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        (
            {"Tags": tag(Team="a"), "TransitiveTagKeys": ["Project"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
        (
            {"TransitiveTagKeys": ["Team"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
        (
            {"Tags": [{"Key": "AWS:team", "Value": "a"}]},
            "aws: prefixed tag key names are not allowed for external use.",
        ),
    ],
    ids=["inherited", "inherited in capitals", "twice", "transitive but not passed", "no tags", "reserved"],
)
def test_tags_that_are_refused(asked: dict[str, Any], message: str) -> None:
    """An inherited tag cannot be overridden, and no key comes twice, in any case (E21)."""
    world, alice, (one, two, _) = chain()
    first = world.assume(alice, one, Tags=tag(Heart="1"), TransitiveTagKeys=["heart"])
    refused = world.refuses("AssumeRole", first, RoleArn=two, RoleSessionName="s2", **asked)
    assert ("InvalidParameterValue", 400, message) == refused


# which sides allow sts:TagSession or sts:SetSourceIdentity: the trust policy, the caller; the accounts; allowed?
SIDES = [
    ("both sides, two accounts", account_root(OTHER), True, True, OTHER, True),
    ("the trust policy alone, two accounts", account_root(OTHER), True, False, OTHER, False),
    ("the caller alone, two accounts", account_root(OTHER), False, True, OTHER, False),
    ("both sides, one account", account_root(), True, True, HOME, True),
    ("the trust policy alone, which names the account", account_root(), True, False, HOME, False),
    ("the caller alone, one account", account_root(), False, True, HOME, False),
    ("the trust policy alone, which names the user", f"arn:aws:iam::{HOME}:user/alice", True, False, HOME, True),
    ("the caller alone, whom the trust policy names", f"arn:aws:iam::{HOME}:user/alice", False, True, HOME, False),
]


@pytest.mark.parametrize(
    ("action", "asked"),
    [("sts:TagSession", {"Tags": tag(Team="blue")}), ("sts:SetSourceIdentity", {"SourceIdentity": "alice"})],
)
@pytest.mark.parametrize(
    ("who", "trusted", "own", "account", "allowed"), [row[1:] for row in SIDES], ids=[row[0] for row in SIDES]
)
def test_second_action_is_needed_as_well(
    action: str, asked: dict[str, Any], who: str, trusted: bool, own: bool, account: str, allowed: bool
) -> None:
    """Tags and a source identity each need an action of their own, decided like sts:AssumeRole (E13, E21)."""
    world = World()
    alice = world.add_user("alice", allow("sts:AssumeRole", *((action,) if own else ())), account=account)
    role = world.add_role("target", trust(who, "sts:AssumeRole", *((action,) if trusted else ())))
    assert world.assume(alice, role)
    if allowed:
        assert world.assume(alice, role, **asked)
        return
    code, status, message = world.refuses("AssumeRole", alice, RoleArn=role, RoleSessionName="s1", **asked)
    assert (code, status) == ("AccessDenied", 403)
    assert message.startswith(f"User: {alice.caller.arn} is not authorized to perform: {action} on resource: {role}")


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        ("sts:TagSession", {"Tags": tag(Team="blue"), "TransitiveTagKeys": ["Team"]}),
        ("sts:SetSourceIdentity", {"SourceIdentity": "alice"}),
    ],
)
def test_what_is_inherited_needs_the_action_too(action: str, asked: dict[str, Any]) -> None:
    """A role further down the chain must let transitive tags and a source identity in, though nobody passes them."""
    world, alice, (one, _, _) = chain()
    last = world.add_role("last", trust(account_root()), allow("s3:*"))
    assert world.assume(world.assume(alice, one), last)
    first = world.assume(alice, one, **asked)
    message = world.refuses("AssumeRole", first, RoleArn=last, RoleSessionName="s2")[2]
    assert f"is not authorized to perform: {action} on resource: {last}" in message


def test_source_identity_sticks() -> None:
    """It goes through the whole chain, in the context of every request, and nobody can change it (E4, E21)."""
    world, alice, (one, two, three) = chain()
    first = world.assume(alice, one, SourceIdentity="DiegoRamirez")
    answer = world.call("AssumeRole", first, RoleArn=two, RoleSessionName="s2", SourceIdentity="DiegoRamirez")
    third = world.assume(world.held(answer), three, "s3")
    assert answer["SourceIdentity"] == "DiegoRamirez"
    assert "DiegoRamirez" == session_of(third).source_identity == session_of(third).context["aws:SourceIdentity"]
    asked = {"RoleArn": two, "RoleSessionName": "s2", "SourceIdentity": "Saanvi"}
    code, status, message = world.refuses("AssumeRole", first, **asked)
    assert (code, status) == ("AccessDenied", 403)
    assert message.endswith("because the source identity of a session cannot be changed")


def test_tags_are_principal_tags_of_the_session() -> None:
    """Session tags decide as aws:PrincipalTag, over a role tag of the same key in any case (E4)."""
    world = World()
    alice = world.add_user("alice", allow(*EVERY))
    own: Json = allow("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}})
    role = world.add_role("target", trust(account_root(), *EVERY), own, tags={"TEAM": "red"})
    bucket = "arn:aws:s3:::amzn-s3-demo-bucket/a"
    assert not world.may(world.assume(alice, role), "s3:GetObject", bucket)
    assert world.may(world.assume(alice, role, Tags=tag(Team="blue")), "s3:GetObject", bucket)


def test_trust_policy_limits_tags() -> None:
    """The guide's example: only these keys may be passed, and only these made transitive (E21)."""
    world = World()
    alice = world.add_user("alice")
    document = trust(alice.caller.arn)
    limits = {
        "ForAllValues:StringEquals": {
            "aws:TagKeys": ["Project", "Department"],
            "sts:TransitiveTagKeys": ["Project"],
        }
    }
    tagging = trust(alice.caller.arn, "sts:TagSession", Condition=limits)["Statement"]
    document["Statement"] = [document["Statement"], tagging]
    role = world.add_role("target", document)
    usual = {"RoleArn": role, "RoleSessionName": "s1"}
    good = {"Tags": tag(Project="a", Department="b"), "TransitiveTagKeys": ["Project"]}
    assert world.call("AssumeRole", alice, **usual, **good)
    for bad in ({**good, "TransitiveTagKeys": ["Department"]}, {"Tags": tag(Project="a", CostCenter="c")}):
        assert world.refuses("AssumeRole", alice, **usual, **bad)[0] == "AccessDenied"


def test_inherited_tags_take_room() -> None:
    """What a chain hands down counts for the packed size, though the request passes nothing (E21)."""
    world, alice, (one, two, _) = chain()
    first = world.assume(alice, one, Tags=tag(Star="1"), TransitiveTagKeys=["Star"])
    assert world.call("AssumeRole", first, RoleArn=two, RoleSessionName="s2")["PackedPolicySize"] > 0
    other = world.assume(alice, one, Tags=tag(Star="1"))
    assert "PackedPolicySize" not in world.call("AssumeRole", other, RoleArn=two, RoleSessionName="s2")

"""A user or a group under another name or path."""

from __future__ import annotations

from typing import Any

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.iam.asking import ACCOUNT, allow, arn, keys, refused, session, trust, user


def test_a_renamed_user_is_the_same_user(cloud: LocalCloud, iam: Any) -> None:
    """Keys, tags, groups, policies and trust go with it (P21); the ID stays."""
    user(iam, "alice", allow("sqs:*"), Tags=[{"Key": "Team", "Value": "blue"}])
    before = iam.get_user(UserName="alice")["User"]
    held = keys(iam, "alice")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(arn("user/alice")))
    iam.update_user(UserName="alice", NewUserName="alicia", NewPath="/staff/")
    after = iam.get_user(UserName="alicia")["User"]
    assert (after["Arn"], after["UserId"], after["Tags"]) == (
        arn("user/staff/alicia"),
        before["UserId"],
        before["Tags"],
    )
    assert cloud.client("sts", held).get_caller_identity()["Arn"] == arn("user/staff/alicia")
    cloud.client("sqs", held).list_queues()
    session(cloud, held, arn("role/app"))
    stored = iam.get_role(RoleName="app")["Role"]["AssumeRolePolicyDocument"]
    assert stored["Statement"][0]["Principal"] == {"AWS": [arn("user/staff/alicia")]}


def test_the_next_of_the_old_name_gets_nothing(cloud: LocalCloud, iam: Any) -> None:
    """Neither the keys nor the trust of who had the name before."""
    user(iam, "bob")
    held = keys(iam, "bob")
    iam.create_role(RoleName="batch", AssumeRolePolicyDocument=trust(arn("user/bob")))
    iam.update_user(UserName="bob", NewUserName="robert")
    user(iam, "bob", allow("sqs:*"))
    assert cloud.client("sts", held).get_caller_identity()["Arn"] == arn("user/robert")
    assert refused(cloud.client("sqs", held).list_queues)[0] == "AccessDeniedException"
    assert (
        refused(cloud.client("sts", keys(iam, "bob")).assume_role, RoleArn=arn("role/batch"), RoleSessionName="no")[0]
        == "AccessDenied"
    )


def test_nobody_is_pushed_aside(iam: Any) -> None:
    """A name that is taken stays with who has it; a user that is not there cannot be renamed."""
    user(iam, "carol")
    taken = user(iam, "dave")
    assert refused(iam.update_user, UserName="carol", NewUserName="dave")[:2] == ("EntityAlreadyExists", 409)
    assert iam.get_user(UserName="dave")["User"]["Arn"] == taken
    assert refused(iam.update_user, UserName="nobody", NewUserName="x")[:2] == ("NoSuchEntity", 404)
    iam.update_user(UserName="carol", NewUserName="carol")


def test_a_group_moves(iam: Any) -> None:
    """UpdateGroup with a path alone."""
    iam.create_group(GroupName="staff")
    iam.update_group(GroupName="staff", NewPath="/all/")
    assert iam.get_group(GroupName="staff")["Group"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/all/staff"
    iam.update_group(GroupName="staff", NewGroupName="people", NewPath="/")
    assert iam.get_group(GroupName="people")["Group"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:group/people"
    assert refused(iam.update_group, GroupName="none", NewPath="/all/")[:2] == ("NoSuchEntity", 404)

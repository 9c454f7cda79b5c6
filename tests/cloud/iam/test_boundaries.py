"""Permissions boundaries of users and roles, set, shown, dropped and counted (E10)."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.store import backends
from tests.cloud.iam.asking import ACCOUNT, OTHER, allow, arn, keys, refused, session, trust, user

QUEUES = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
SHOWN = {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": QUEUES}


def test_a_user_has_it_from_the_first_moment(cloud: LocalCloud, iam: Any) -> None:
    """CreateUser answers with it, GetUser and the account's details show it, ListUsers does not (API reference)."""
    tags = [{"Key": "Team", "Value": "blue"}]
    made = iam.create_user(UserName="alice", PermissionsBoundary=QUEUES, Tags=tags)["User"]
    assert (made["PermissionsBoundary"], made["Tags"]) == (SHOWN, tags)
    found = iam.get_user(UserName="alice")["User"]
    assert {name: found[name] for name in made} == made
    details = iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
    assert next(each for each in details if each["UserName"] == "alice")["PermissionsBoundary"] == SHOWN
    assert all("PermissionsBoundary" not in each for each in iam.list_users()["Users"])
    iam.put_user_policy(UserName="alice", PolicyName="all", PolicyDocument=allow("*"))
    alice = cloud.client("iam", keys(iam, "alice"))
    code, status, message = refused(alice.list_users)
    assert (code, status) == ("AccessDenied", 403)
    assert "because no permissions boundary allows the iam:ListUsers action" in message
    iam.delete_user_permissions_boundary(UserName="alice")
    assert "PermissionsBoundary" not in iam.get_user(UserName="alice")["User"]
    assert alice.list_users()["Users"]
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=QUEUES)
    assert refused(alice.list_users)[0] == "AccessDenied"


def test_a_role_is_bounded_as_well(cloud: LocalCloud, iam: Any) -> None:
    """CreateRole with a boundary, its replacement, and its end."""
    user(iam, "bob")
    bob = keys(iam, "bob")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(arn("user/bob")), PermissionsBoundary=QUEUES)
    assert iam.get_role(RoleName="app")["Role"]["PermissionsBoundary"] == SHOWN
    details = iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert details[0]["PermissionsBoundary"] == SHOWN
    iam.put_role_policy(RoleName="app", PolicyName="all", PolicyDocument=allow("iam:*", "sqs:*"))
    app = session(cloud, bob, arn("role/app"))
    assert "no permissions boundary allows" in refused(cloud.client("iam", app).list_users)[2]
    cloud.client("sqs", app).list_queues()
    iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    assert cloud.client("iam", app).list_users()["Users"]
    assert "no permissions boundary allows" in refused(cloud.client("sqs", app).list_queues)[2]
    iam.delete_role_permissions_boundary(RoleName="app")
    cloud.client("sqs", app).list_queues()


@pytest.mark.parametrize(
    ("boundary", "code", "status"),
    [
        (f"{QUEUES}x", "NoSuchEntity", 404),
        (f"arn:aws:iam::{ACCOUNT}:policy/none", "NoSuchEntity", 404),
        (f"arn:aws:iam::{OTHER}:policy/theirs", "InvalidInput", 400),
        ("AmazonSQSFullAccess-is-no-arn", "ValidationError", 400),
    ],
)
def test_what_cannot_be_a_boundary(iam: Any, boundary: str, code: str, status: int) -> None:
    """For users and for roles, when they are made and later; nothing is made then."""
    document = trust(ACCOUNT)
    calls: tuple[tuple[Any, dict[str, str]], ...] = (
        (iam.create_user, {"UserName": "carol"}),
        (iam.create_role, {"RoleName": "batch", "AssumeRolePolicyDocument": document}),
        (iam.put_user_permissions_boundary, {"UserName": "administrator"}),
        (iam.put_role_permissions_boundary, {"RoleName": "app"}),
    )
    for call, given in calls:
        assert refused(call, PermissionsBoundary=boundary, **given)[:2] == (code, status)
    assert refused(iam.get_user, UserName="carol")[0] == refused(iam.get_role, RoleName="batch")[0] == "NoSuchEntity"


def test_a_user_that_is_not_there(iam: Any) -> None:
    """NoSuchEntity."""
    for call in (iam.put_user_permissions_boundary, iam.delete_user_permissions_boundary):
        given = {"PermissionsBoundary": QUEUES} if call == iam.put_user_permissions_boundary else {}
        assert refused(call, UserName="nobody", **given)[:2] == ("NoSuchEntity", 404)


def test_a_boundary_that_is_gone_allows_nothing(cloud: LocalCloud, iam: Any) -> None:
    """IAM does not let go of it; were it gone all the same, everything would be denied."""
    own = iam.create_policy(PolicyName="own", PolicyDocument=allow("sqs:*"))["Policy"]["Arn"]
    user(iam, "dave", allow("*"), PermissionsBoundary=own)
    dave = cloud.client("sqs", keys(iam, "dave"))
    dave.list_queues()
    assert refused(iam.delete_policy, PolicyArn=own)[:2] == ("DeleteConflict", 409)
    backends.backend("iam", ACCOUNT).managed_policies.pop(own)
    assert "no permissions boundary allows" in refused(dave.list_queues)[2]
    given = iam.simulate_principal_policy(PolicySourceArn=arn("user/dave"), ActionNames=["sqs:ListQueues"])
    assert given["EvaluationResults"][0]["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}


def test_whoever_makes_users_can_be_made_to_bound_them(cloud: LocalCloud, iam: Any) -> None:
    """The condition key iam:PermissionsBoundary, as delegating administration needs it."""
    condition = {"StringEquals": {"iam:PermissionsBoundary": QUEUES}}
    user(iam, "erin", allow("iam:CreateUser", "iam:PutUserPolicy", Condition=condition))
    erin = cloud.client("iam", keys(iam, "erin"))
    assert refused(erin.create_user, UserName="free")[0] == "AccessDenied"
    erin.create_user(UserName="bound", PermissionsBoundary=QUEUES)
    erin.put_user_policy(UserName="bound", PolicyName="all", PolicyDocument=allow("*"))
    assert (
        refused(erin.put_user_policy, UserName="erin", PolicyName="all", PolicyDocument=allow("*"))[0] == "AccessDenied"
    )

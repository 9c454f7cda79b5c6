"""Accounts in a tree of units, and the policies above each (E7)."""

from __future__ import annotations

import json

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.store import Organization
from iamkit.cloud.store.organization import UnknownTarget
from tests.cloud.test_local_cloud import allow, refused, user

MANAGEMENT, MEMBER = "444455556666", "111122223333"
NO_SQS = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}})


def organization() -> tuple[Organization, str]:
    """A unit below the root, with one member."""
    made = Organization(MANAGEMENT)
    unit = made.add_unit("workloads")
    made.add_account(MEMBER, unit)
    return made, unit


def test_levels_go_from_the_root_to_the_account() -> None:
    """FullAWSAccess is attached everywhere at first; an account outside has no levels."""
    made, unit = organization()
    levels = made.levels(MEMBER, "service_control")
    assert levels is not None
    assert [name.rpartition("(")[2].rstrip(")") for name in levels] == [made.root, unit, MEMBER]
    assert {policy.name for policies in levels.values() for policy in policies} == {"FullAWSAccess"}
    assert made.levels("777788889999", "service_control") is None
    assert made.levels(None, "resource_control") is None
    assert made.paths(MEMBER) == (f"o-exampleorgid/r-ab12/{unit}/",)
    assert made.paths(MANAGEMENT) == ("o-exampleorgid/r-ab12/",)
    assert MEMBER in made
    assert made.paths("777788889999") == ()


def test_policies_come_and_go() -> None:
    """Attached and detached by name; moving an account changes what is above it."""
    made, unit = organization()
    made.attach(NO_SQS, unit, "service_control", "NoQueues")
    assert "NoQueues" in {policy.name for policy in list((made.levels(MEMBER, "service_control") or {}).values())[1]}
    made.detach("NoQueues", unit, "service_control")
    with pytest.raises(UnknownTarget, match="not attached"):
        made.detach("NoQueues", unit, "service_control")
    made.add_account(MEMBER)
    assert len(made.levels(MEMBER, "service_control") or {}) == 2
    with pytest.raises(UnknownTarget, match="has no `ou-none`"):
        made.attach(NO_SQS, "ou-none", "service_control", "x")


def test_a_service_control_policy_bounds_a_whole_account() -> None:
    """Even its administrator and its root user; the management account is exempt."""
    made, unit = organization()
    made.attach(NO_SQS, unit, "service_control", "NoQueues")
    with LocalCloud(accounts=(MEMBER, MANAGEMENT), organization=made, seed=5) as cloud:
        for keys in (cloud.administrator(MEMBER), cloud.root(MEMBER)):
            message = refused(cloud.client("sqs", keys).list_queues)["Error"]["Message"]
            assert message.endswith("with an explicit deny in a service control policy")
        cloud.client("sqs", cloud.administrator(MANAGEMENT)).list_queues()
        cloud.client("sns", cloud.administrator(MEMBER)).list_topics()


def test_the_organization_is_in_the_context() -> None:
    """aws:PrincipalOrgID and aws:PrincipalOrgPaths (E4)."""
    made, unit = organization()
    condition = {
        "StringEquals": {"aws:PrincipalOrgID": made.id},
        "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{made.id}/{made.root}/{unit}/*"},
    }
    with LocalCloud(accounts=(MEMBER, MANAGEMENT), organization=made, seed=5) as cloud:
        policy = allow("sqs:ListQueues", Condition=condition)
        cloud.client("sqs", user(cloud, "alice", policy)).list_queues()
        outside = user(cloud, "bob", policy, account=MANAGEMENT)
        assert refused(cloud.client("sqs", outside).list_queues)["Error"]["Code"] == "AccessDeniedException"

"""Policies in force are compiled once, and never taken for others."""

from __future__ import annotations

from typing import Any

from iamkit import Policies, Policy, Request, evaluate
from iamkit.cloud.policy_sets import MOST_SETS, PolicySets

ALICE = "arn:aws:iam::111122223333:user/alice"


def policy(action: str) -> Policy:
    """Allow one action."""
    return Policy.parse({"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}, name=action)


def allowed(made: Policies, action: str) -> bool:
    return evaluate(Request(ALICE, action), made).allowed


def test_the_same_policies_are_the_same_set() -> None:
    """Whatever holds them."""
    sets, read = PolicySets(), policy("s3:ListAllMyBuckets")
    first = sets.of(identity_based=(read,), groups={"g": (read,)}, resource_based="{}", session=None)
    assert first is sets.of(identity_based=[read], groups={"g": [read]}, resource_based="{}", session=None)


def test_another_place_or_policy_is_another_set() -> None:
    """A boundary is no identity-based policy, an empty list is not None, a group is not another one."""
    sets, read = PolicySets(), policy("s3:ListAllMyBuckets")
    parts: list[dict[str, Any]] = [
        {"identity_based": (read,), "permissions_boundary": None, "groups": {}},
        {"identity_based": (), "permissions_boundary": (read,), "groups": {}},
        {"identity_based": (), "permissions_boundary": (), "groups": {}},
        {"identity_based": (), "permissions_boundary": None, "groups": {"a": (read,)}},
        {"identity_based": (), "permissions_boundary": None, "groups": {"b": (read,)}},
        {"identity_based": (policy("s3:ListAllMyBuckets"),), "permissions_boundary": None, "groups": {}},
    ]
    assert len({id(sets.of(**each)) for each in parts}) == len(parts)


def test_policies_that_are_gone_lend_their_identity_to_nobody() -> None:
    """Python gives the address of what is gone to what comes next; more sets than are kept come and go here."""
    sets = PolicySets()
    for number in range(3 * MOST_SETS):
        action = f"s3:Action{number}"
        made = sets.of(identity_based=(policy(action),), resource_based=None)
        assert allowed(made, action)
        assert not allowed(made, f"s3:Action{number - 1}" if number else "s3:Other")
    assert len(sets._known) == MOST_SETS

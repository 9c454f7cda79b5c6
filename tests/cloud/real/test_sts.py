"""STS, row by row, with boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.cloud.real.harness import Need, Row, World, a_world, check, without_entry

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        },
    }
)


def a_role(world: World) -> Mapping[str, Any]:
    """Make a role that trusts its account."""
    name = world.name("role")
    role = world.admin("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
    return {"role": role["Arn"]}


ASSUMED = {"RoleArn": "{role}", "RoleSessionName": "one"}
AS_ONE = {"sts:RoleSessionName": "one"}
ROWS = (
    Row("sts", "AssumeRole", ASSUMED, (Need("sts:AssumeRole", "{role}", AS_ONE),), a_role),
    Row(
        "sts",
        "AssumeRole",
        {**ASSUMED, "ExternalId": "e-1", "SourceIdentity": "ann", "Tags": [{"Key": "team", "Value": "a"}]},
        (
            Need("sts:AssumeRole", "{role}", {"sts:ExternalId": "e-1", "sts:SourceIdentity": "ann"}),
            Need("sts:TagSession", "{role}", {"aws:RequestTag/team": "a", "aws:TagKeys": ["team"]}),
            Need("sts:SetSourceIdentity", "{role}", {"sts:SourceIdentity": "ann"}),
        ),
        a_role,
        note="tagged",
    ),
    Row(
        "sts",
        "GetFederationToken",
        {"Name": "ann"},
        (Need("sts:GetFederationToken", "arn:aws:sts::{account}:federated-user/ann"),),
    ),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(world: World, row: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, row)


def test_every_row_has_an_entry() -> None:
    """A row that nobody tries may be wrong."""
    assert not without_entry("sts", ROWS)

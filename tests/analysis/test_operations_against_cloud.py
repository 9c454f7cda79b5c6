"""What is derived from an event is what the local cloud decided for the call: two tables, written apart, agree."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

import pytest

from iamkit.analysis.activity import Logged
from iamkit.analysis.calls import call_of
from iamkit.cloud.trail import Event
from iamkit.policy import CallerKind
from iamkit.policy.patterns import arn_glob
from tests.cloud.real.harness import Row, Trial, World, a_world

MODULES = (
    "awslambda",
    "dynamodb",
    "iam",
    "kms",
    "logs",
    "s3_buckets",
    "s3_objects",
    "secretsmanager",
    "sns",
    "sqs",
    "sts",
)
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# What an event does not tell; each is left out as unknown, or rests on something that is not in the request.
UNTOLD = {
    "dynamodb-ExecuteStatement*": "PartiQL: the action and the table stand in the text of the statement",
    "dynamodb-BatchExecuteStatement*": "PartiQL",
    "dynamodb-ExecuteTransaction*": "PartiQL",
    "kms-UpdateAlias*": "the key that the alias had before",
    "kms-DeleteAlias*": "the key behind the alias",
    "iam-UpdateUser*": "the new name",
    "iam-UpdateGroup*": "the new name",
    "s3-CopyObject": "the tags of the source, which are copied",
}


def rows() -> list[Row]:
    """List every entry of the tests of the local cloud's own table."""
    found: list[Row] = []
    for name in MODULES:
        found += importlib.import_module(f"tests.cloud.real.test_{name}").ROWS
    return [row for row in found if not any(fnmatchcase(str(row), untold) for untold in UNTOLD)]


class Pair(NamedTuple):
    """An action and its resource, a pattern where it was derived."""

    action: str
    resource: str

    def covers(self, other: Pair) -> bool:
        """Tell whether a derived pair allows a decided one."""
        return self.action == other.action and (
            self.resource in ("*", other.resource) or bool(arn_glob(self.resource, True)(other.resource))
        )


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


def decided(event: Event) -> set[Pair]:
    """List what the engine decided, but what a service asked for itself."""
    asked = [each.request for each in event.evaluations if each.request.principal.kind is not CallerKind.SERVICE]
    return {Pair(each.action, each.resource.arn) for each in asked}


@pytest.mark.parametrize("row", rows(), ids=str)
def test_derived_as_decided(world: World, row: Row) -> None:
    """All that was decided is covered; no action is added, and no resource that is said to be certain."""
    trial = Trial(world, row)
    world.permit(EVERYTHING)
    trial.call()
    *_, event = world.cloud.trail
    expected = decided(event)
    derived = [use for record in event.records() for use in call_of(Logged("here", record)).uses]
    pairs = [Pair(use.action, use.resource) for use in derived]
    assert [each for each in expected if not any(pair.covers(each) for pair in pairs)] == []
    assert {each.action for each in pairs} <= {each.action for each in expected}
    certain = [Pair(use.action, use.resource) for use in derived if use.sure]
    assert [pair for pair in certain if not any(pair.covers(each) for each in expected)] == []

"""What is derived from an event is what the local cloud decided for the call: two tables, written apart, agree."""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import pytest

from iamkit.analysis.activity import Logged
from iamkit.analysis.calls import call_of
from iamkit.policy import CallerKind
from iamkit.policy.patterns import arn_glob
from tests.cloud.real.harness import Row, Trial, World, a_world

MODULES = ("awslambda", "dynamodb", "ec2", "encryption", "iam", "kms", "logs", "s3_buckets", "s3_objects",
           "secretsmanager", "sns", "sqs", "sts")  # fmt: skip
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def rows() -> list[Row]:
    """List every entry of the tests of the local cloud's own table."""
    found: list[Row] = []
    for name in MODULES:
        found += getattr(importlib.import_module(f"tests.cloud.real.test_{name}"), "ROWS", ())
    return found


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("row", rows(), ids=str)
def test_derived_as_decided(world: World, row: Row) -> None:
    trial = Trial(world, row)
    world.permit(EVERYTHING)
    trial.call()
    *_, event = world.cloud.trail
    decided = {
        (e.request.action, e.request.resource.arn)
        for e in event.evaluations
        if e.request.principal.kind is not CallerKind.SERVICE
    }
    record = {**event.as_json()}
    record.pop("resources")
    derived = [(use.action, use.resource, use.sure) for use in call_of(Logged("here", record)).uses]
    missing = [
        each
        for each in decided
        if not any(a == each[0] and (p == each[1] or arn_glob(p, True)(each[1])) for a, p, _ in derived)
    ]
    extra = [d for d in derived if not any(d[0] == a for a, _ in decided)]
    wrong = [
        d
        for d in derived
        if d[2] and not any(d[0] == a and (d[1] == "*" or arn_glob(d[1], True)(r)) for a, r in decided)
    ]
    assert not missing and not extra and not wrong, (
        f"missing {missing} extra {extra} wrong {wrong} | {record['requestParameters']}"
    )

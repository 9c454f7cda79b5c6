"""Pairs that hold of every condition operator: what is said of one is said of all of P25, from one table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from iamkit import Policies, Policy, PolicyType, Request
from tests.analysis.reading import Pair

ALICE = "arn:aws:iam::111122223333:user/alice"
REPORT = "arn:aws:s3:::reports/a.csv"
TOPIC = "arn:aws:sns:us-east-1:111122223333:orders"


@dataclass(frozen=True, slots=True)
class Row:
    """A positive operator with its negation, if it has one, on a key.

    `listed` are two values that a policy lists; `inside` are values of a request: one that the first matches, one that
    only the second does, one that neither does.
    """

    operator: str
    negation: str
    key: str
    listed: tuple[str, str]
    inside: tuple[str, str, str]


_ARNS = (TOPIC, "arn:aws:sns:us-east-1:111122223333:refunds", "arn:aws:sns:us-east-1:111122223333:invoices")
_DAYS = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
_BEFORE = ("2025-12-31T00:00:00Z", "2026-01-15T00:00:00Z", "2026-02-01T00:00:01Z")
_AFTER = ("2026-02-02T00:00:00Z", "2026-01-15T00:00:00Z", "2025-12-31T00:00:00Z")

ROWS = (
    Row("StringEquals", "StringNotEquals", "aws:RequestTag/team", ("red", "blue"), ("red", "blue", "green")),
    Row(
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "aws:RequestTag/team",
        ("red", "BLUE"),
        ("Red", "blue", "x"),
    ),
    Row("StringLike", "StringNotLike", "s3:prefix", ("home/*", "tmp/?"), ("home/alice/", "tmp/a", "tmp/ab")),
    Row("NumericEquals", "NumericNotEquals", "s3:max-keys", ("10", "20"), ("10.0", "20", "15")),
    Row("NumericLessThan", "", "s3:max-keys", ("10", "20"), ("9.5", "10", "20")),
    Row("NumericLessThanEquals", "", "s3:max-keys", ("10", "20"), ("10", "20", "20.5")),
    Row("NumericGreaterThan", "", "s3:max-keys", ("20", "10"), ("21", "20", "10")),
    Row("NumericGreaterThanEquals", "", "s3:max-keys", ("20", "10"), ("20", "10", "-10")),
    Row("DateEquals", "DateNotEquals", "aws:TokenIssueTime", _DAYS, (*_DAYS, "2026-03-01T00:00:00Z")),
    Row("DateLessThan", "", "aws:TokenIssueTime", _DAYS, _BEFORE),
    Row("DateLessThanEquals", "", "aws:TokenIssueTime", _DAYS, (*_DAYS, _BEFORE[2])),
    Row("DateGreaterThan", "", "aws:TokenIssueTime", (_DAYS[1], _DAYS[0]), _AFTER),
    Row("DateGreaterThanEquals", "", "aws:TokenIssueTime", (_DAYS[1], _DAYS[0]), (_DAYS[1], _DAYS[0], _AFTER[2])),
    Row("Bool", "", "aws:MultiFactorAuthPresent", ("true", "false"), ("TRUE", "false", "maybe")),
    Row("BinaryEquals", "", "example:Digest", ("cmVk", "Ymx1ZQ=="), ("cmVk", "Ymx1ZQ==", "Z3JlZW4=")),
    Row(
        "IpAddress",
        "NotIpAddress",
        "aws:SourceIp",
        ("203.0.113.0/24", "2001:db8::/32"),
        ("203.0.113.9", "2001:db8::1", "198.51.100.7"),
    ),
    Row("ArnEquals", "ArnNotEquals", "aws:SourceArn", _ARNS[:2], _ARNS),
    Row("ArnLike", "ArnNotLike", "aws:SourceArn", ("arn:aws:sns:*:*:orders", "arn:aws:sns:*:*:re*"), _ARNS),
)
SEVERAL = "aws:TagKeys"


def family_pairs() -> Iterator[Pair]:
    """Give the pairs of every operator."""
    for row in ROWS:
        yield from _one_value(row)
        yield from _several_values(row)
        if row.negation:
            yield from _negated(row)


def _statement(effect: str, condition: dict[str, Any] | None) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
    return statement | ({"Condition": condition} if condition else {})


def _allow(*conditions: dict[str, Any] | None) -> list[dict[str, Any]]:
    return [_statement("Allow", condition) for condition in conditions]


def _unless(condition: dict[str, Any]) -> list[dict[str, Any]]:
    """Allow everything here but where the condition holds."""
    return [_statement("Allow", None), _statement("Deny", condition)]


def _side(statements: list[dict[str, Any]]) -> Policies:
    return Policies.of(Policy.parse({"Version": "2012-10-17", "Statement": statements}, type=PolicyType.IDENTITY_BASED))


def _pair(
    name: str,
    source: str,
    mine: list[dict[str, Any]],
    theirs: list[dict[str, Any]],
    only_mine: dict[str, Any] | None = None,
    only_theirs: dict[str, Any] | None = None,
) -> Pair:
    return Pair(name, source, _side(mine), _side(theirs), _request(only_mine), _request(only_theirs))


def _request(context: dict[str, Any] | None) -> Request | None:
    return None if context is None else Request(ALICE, "s3:GetObject", REPORT, context)


def _one_value(row: Row) -> Iterator[Pair]:
    operator, key, (first, second) = row.operator, row.key, row.listed
    inside, other, _ = row.inside
    test = {operator: {key: first}}
    both = {operator: {key: [first, second]}}
    exists = {f"{operator}IfExists": {key: first}}
    present = {"Null": {key: "false"}}
    yield _pair(
        f"{operator}: two values are two statements", "P22", _allow(both), _allow(test, {operator: {key: second}})
    )
    yield _pair(f"{operator}: in another order", "P22", _allow(both), _allow({operator: {key: [second, first]}}))
    yield _pair(f"{operator}: one value twice", "P22", _allow(test), _allow({operator: {key: [first, first]}}))
    yield _pair(f"{operator}: one value less", "P22", _allow(test), _allow(both), None, {key: other})
    yield _pair(f"{operator}: needs the key", "P24", _allow(test), _allow(exists), None, {})
    yield _pair(f"{operator}: implies the key", "P24, P31", _allow(test), _allow({**test, **present}))
    yield _pair(f"{operator}: IfExists, and the key is there", "P24, P31", _allow({**exists, **present}), _allow(test))
    yield _pair(
        f"{operator}: IfExists is a missing key too", "P24, P31", _allow(exists), _allow(test, {"Null": {key: "true"}})
    )
    yield _pair(f"{operator}: a Deny needs the key", "P24", _unless(exists), _unless(test), None, {})
    yield _pair(f"{operator}: a Deny of one value less", "P22, E6", _unless(test), _unless(both), {key: other})
    yield _pair(f"{operator}: not asked for", "P22", _allow(None), _allow(test), {key: other})
    yield _pair(f"{operator}: Allow and Deny of the same", "E6", _unless(test), _allow(test), {}, {key: inside})


def _several_values(row: Row) -> Iterator[Pair]:
    operator, (first, second) = row.operator, row.listed
    inside, other, outside = row.inside
    every, some = f"ForAllValues:{operator}", f"ForAnyValue:{operator}"
    mixed = {SEVERAL: [inside, outside]}
    all_of, any_of = {every: {SEVERAL: first}}, {some: {SEVERAL: first}}
    present = {"Null": {SEVERAL: "false"}}
    yield _pair(f"{every}: and ForAnyValue", "P30", _allow(all_of), _allow(any_of), {}, mixed)
    yield _pair(f"{every}: holds without the key", "P30", _allow(all_of), _allow({**all_of, **present}), {})
    yield _pair(
        f"{every}: IfExists adds nothing", "P30", _allow({f"{every}IfExists": {SEVERAL: first}}), _allow(all_of)
    )
    yield _pair(
        f"{every}: a second value",
        "P30",
        _allow({every: {SEVERAL: [first, second]}}),
        _allow(all_of),
        {SEVERAL: [other]},
    )
    yield _pair(f"{some}: implies the key", "P30", _allow(any_of), _allow({**any_of, **present}))
    yield _pair(f"{some}: IfExists", "P30, P24", _allow({f"{some}IfExists": {SEVERAL: first}}), _allow(any_of), {})
    yield _pair(
        f"{some}: two values are two statements",
        "P30",
        _allow({some: {SEVERAL: [first, second]}}),
        _allow(any_of, {some: {SEVERAL: second}}),
    )


def _negated(row: Row) -> Iterator[Pair]:
    negation, key, (first, second) = row.negation, row.key, row.listed
    inside, other, outside = row.inside
    test, positive = {negation: {key: first}}, {row.operator: {key: first}}
    yield _pair(f"{negation}: as a Deny of the opposite", "P22, P24", _allow(test), _unless(positive))
    yield _pair(f"{negation}: its Deny is the opposite", "P22, P24", _unless(test), _allow(positive))
    yield _pair(
        f"{negation}: IfExists adds nothing", "P24", _allow({f"{negation}IfExists": {key: first}}), _allow(test)
    )
    yield _pair(f"{negation}: with its opposite, everything", "P24", _allow(test, positive), _allow(None))
    yield _pair(
        f"{negation}: with its opposite in one statement, nothing",
        "P22",
        _allow({**test, **positive}),
        _unless({"Null": {key: ["true", "false"]}}),
    )
    yield _pair(
        f"{negation}: NOR over two values",
        "P22",
        _allow({negation: {key: [first, second]}}),
        _allow(test),
        None,
        {key: other},
    )
    every, some = {f"ForAllValues:{negation}": {SEVERAL: first}}, {f"ForAnyValue:{negation}": {SEVERAL: first}}
    yield _pair(
        f"{negation}: all values are not is no value is",
        "P30",
        _allow(every),
        _unless({f"ForAnyValue:{row.operator}": {SEVERAL: first}}),
    )
    yield _pair(
        f"{negation}: some value is not is not all values are",
        "P30",
        _allow(some),
        _unless({f"ForAllValues:{row.operator}": {SEVERAL: first}}),
    )
    yield _pair(f"{negation}: some and all", "P30", _allow(some), _allow(every), {SEVERAL: [inside, outside]}, {})

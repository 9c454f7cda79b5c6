"""Expressions of DynamoDB: the attributes that they name."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit.cloud.actions.expressions import attributes, equal_to, plain

NAMES = {"#s": "status", "#n": "name.with.dots"}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("a, b.c, d[0].e", ["a", "b", "d"]),
        ("#s = :v AND begins_with(t, :p)", ["status", "t"]),
        ("attribute_exists(#n) OR size(b) > :n", ["name.with.dots", "b"]),
        ("SET a = if_not_exists(b, :z) + :one REMOVE c ADD d :x DELETE e :y", ["a", "b", "c", "d", "e"]),
        ("SET a=b-:v", ["a", "b"]),
        ("a BETWEEN :x AND :y AND NOT b IN (:p, c)", ["a", "b", "c"]),
        ("#unknown = :v", []),
        ("", []),
    ],
)
def test_attributes_of_an_expression(expression: str, expected: list[str]) -> None:
    """Top-level attributes, placeholders replaced; no functions, no keywords, no members."""
    assert list(attributes(expression, NAMES)) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("pk = :a", ["A"]),
        (":a = pk", ["A"]),
        ("#k = :a AND sk > :b", ["A"]),
        ("pk = :a AND pk = :b", ["A", "B"]),
        ("sk = :a", []),
        ("pk > :a", []),
        ("pk = :missing", []),
    ],
)
def test_values_of_the_partition_key(expression: str, expected: list[str]) -> None:
    """Every value that the condition asks for counts, on either side of the sign."""
    assert equal_to("pk", expression, {"#k": "pk"}, {":a": "A", ":b": "B"}) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"S": "a"}, "a"), ({"N": "1"}, "1"), ({"B": b"\x00"}, "AA=="), ({"BOOL": True}, None), ("a", None), ({}, None)],
)
def test_key_as_text(value: Any, expected: str | None) -> None:
    """Strings, numbers and bytes can be keys."""
    assert plain(value) == expected

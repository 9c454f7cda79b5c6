"""The JSON reader: the same values as the standard library, with places, and no silence about repeated keys."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit import InvalidPolicy, Policy, Problem
from iamkit.policy.source import MAX_DEPTH, from_values, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
PIECES = st.lists(
    st.sampled_from(
        ("{", "}", "[", "]", ",", ":", '"a"', '"Statement"', "1", "-0.5e3", "true", "null", " ", "\n", '"', "\\")
    )
).map("".join)


@given(VALUES, st.sampled_from((None, 2)))
def test_reads_what_the_standard_library_writes(value: Any, indent: int | None) -> None:
    """Every value comes back as it was, and every value has a place."""
    source = read_json(json.dumps(value, indent=indent))
    assert source.problems == []
    assert source.value == value
    assert "" in source.values


@given(st.text() | PIECES)
def test_refuses_what_the_standard_library_refuses(text: str) -> None:
    """Text is JSON for us when it is JSON for the standard library; repeated keys are refused on top of that."""
    source = read_json(text)
    try:
        expected = json.loads(text, parse_constant=_no_constant)
    except ValueError:
        assert source.problems
    else:
        assert source.value == expected or any("twice" in problem.message for problem in source.problems)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def problems_of(document: Any) -> tuple[Problem, ...]:
    """Parse, and return the problems; a refusal without any is a fault of ours."""
    try:
        Policy.parse(document)
    except InvalidPolicy as error:
        return error.problems or (Problem(""),)
    return ()


@given(st.text() | PIECES | st.binary())
def test_parsing_policies_raises_nothing_but_invalid_policy(text: str | bytes) -> None:
    """Whatever the text is, the answer is a policy or a list of problems with places."""
    assert all(problem.message for problem in problems_of(text))


@given(VALUES)
def test_parsing_any_values_raises_nothing_but_invalid_policy(value: Any) -> None:
    """Whatever the document is, the answer is a policy or a list of problems."""
    assert all(problem.message for problem in problems_of(value))


def test_places() -> None:
    """Line and column are those of the value, counted from 1; keys have places of their own."""
    source = read_json('{\n  "Statement": [\n    {"Effect": "Allow"}\n  ]\n}')
    assert source.values["/Statement/0/Effect"] == (3, 16)
    assert source.keys["/Statement/0/Effect"] == (3, 6)
    assert source.values["/Statement"] == (2, 16)


def test_pointer_escapes_slashes() -> None:
    """A key with a slash or a tilde is escaped in its pointer (RFC 6901)."""
    assert "/a~1b~0c" in read_json('{"a/b~c": 1}').values


@pytest.mark.parametrize("key", ['"Effect"', '"\\u0045ffect"'])
def test_repeated_key_is_a_problem(key: str) -> None:
    """The same key twice is refused, also when one of the two is written with an escape (P3)."""
    (problem,) = read_json(f'{{"Effect": "Allow", {key}: "Deny"}}').problems
    assert (problem.pointer, problem.line, problem.column) == ("/Effect", 1, 21)
    assert "twice" in problem.message


def test_deep_text_is_refused_not_followed() -> None:
    """A hostile text cannot exhaust the stack."""
    (problem,) = read_json("[" * 100_000).problems
    assert f"deeper than {MAX_DEPTH} levels" in problem.message
    deep: Any = []
    for _ in range(5_000):
        deep = [deep]
    assert f"deeper than {MAX_DEPTH} levels" in str(from_values(deep).problems[0])


def test_long_number_is_refused() -> None:
    """A number that Python would not convert is a problem at its place."""
    (problem,) = read_json('{"a": ' + "9" * 5_000 + "}").problems
    assert (problem.pointer, problem.message) == ("/a", "the number is too large")


def test_byte_order_mark_is_skipped() -> None:
    """Editors on Windows write one; it is no part of the policy."""
    assert read_json('\ufeff{"a": 1}').value == {"a": 1}


@pytest.mark.parametrize("value", [{1: 2}, {"a": {1, 2}}, {"a": b"x"}, {"a": float("nan")}, {"a": float("inf")}])
def test_values_that_json_cannot_say(value: Any) -> None:
    """A Python object that is no JSON value is refused with its pointer."""
    assert from_values(value).problems

"""Positions of statements, against those that AWS's own outputs show."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.iam.statement_places import Span, spans

STATEMENT = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def test_one_statement_without_brackets() -> None:
    """The AWS CLI's example: column 38 is behind the opening brace."""
    text = '{"Version":"2012-10-17","Statement":' + json.dumps(STATEMENT) + "}"
    assert spans(text) == (Span((1, 38), (1, len(text))),)


def test_statements_over_several_lines() -> None:
    """The other example: line 3, column 19, to line 9, column 10."""
    text = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "codecommit:ListRepositories",
            "Resource": "*"

        },
        {"Effect": "Deny", "Action": "*", "Resource": "*"}
    ]
}"""
    assert spans(text) == (Span((3, 19), (9, 10)), Span((9, 10), (10, 59)))


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4), st.sampled_from([None, 1, 4]), st.booleans())
def test_the_end_is_behind_the_closing_brace(texts: list[str], indent: int | None, plain: bool) -> None:
    """Whatever the text holds and however it is laid out."""
    conditions = [{"StringEquals": {"aws:username": text}} for text in texts]
    document = {"Statement": [{**STATEMENT, "Condition": each} for each in conditions]}
    written = json.dumps(document, indent=indent, ensure_ascii=plain)
    lines = written.split("\n")
    found = spans(written)
    assert len(found) == len(texts)
    for (line, column), before in zip([each.end for each in found], [None, *found], strict=False):
        assert lines[line - 1][column - 2] == "}"
        assert before is None or before.end < (line, column)


@pytest.mark.parametrize("key", ["statement", "STATEMENT"])
def test_the_element_goes_by_any_case(key: str) -> None:
    """P3."""
    assert len(spans(json.dumps({key: [STATEMENT, STATEMENT]}))) == 2

"""AWS's well-known example policies have no errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamkit.analysis.findings import Severity, findings
from tests.analysis.findings.cases import TYPES
from tests.analysis.findings.examples import EXAMPLES


def test_there_are_many() -> None:
    """The guides' examples of every type stand here."""
    assert len(EXAMPLES) >= 60
    assert {type for _, type, _ in EXAMPLES} == set(TYPES)


@pytest.mark.parametrize(("title", "type", "statements"), EXAMPLES, ids=[title for title, _, _ in EXAMPLES])
def test_example_has_no_error(title: str, type: str, statements: list[dict[str, Any]]) -> None:
    """What AWS teaches is no mistake."""
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    errors = [str(each) for each in findings(text, type=TYPES[type]) if each.severity is Severity.ERROR]
    assert errors == [], title

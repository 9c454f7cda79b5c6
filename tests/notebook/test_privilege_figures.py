"""The figure of lesson 10 counts what the report counts, level by level, in the image's words as well."""

from __future__ import annotations

import re
from typing import Any

import pytest

from iamkit.analysis.unused import Unused, unused
from iamkit.notebook.display import View
from iamkit.notebook.privilege_figures import granted_and_used
from iamkit.reference import ACCESS_LEVELS
from tests.analysis.events import event, get


def report(*statements: dict[str, Any]) -> Unused:
    allowing = [{"Effect": "Allow", "Resource": "*", **each} for each in statements]
    return unused({"Version": "2012-10-17", "Statement": allowing}, [get("a"), event("sqs", "ListQueues")])


def drawn(found: Unused) -> View:
    view = granted_and_used(found)
    assert view is not None
    return view


def test_every_number_is_the_reports() -> None:
    """A row for each pattern, a column for each level that one of them gives, and their sum."""
    found = report({"Action": ["s3:*", "sqs:List*"]})
    title, *lines = drawn(found).text.splitlines()
    assert title == "Actions granted and used, by access level (2 events)"
    headers, *rows = [re.split(r"\s{2,}", line) for line in lines[:3]]
    assert headers == ["Pattern", *ACCESS_LEVELS, "All"]
    for row, use in zip(rows, found.statements[0].actions, strict=True):
        levels = {each.name: f"{len(each.used)} of {each.given}" for each in use.levels}
        given = sum(each.given for each in use.levels)
        assert row == [use.pattern, *(levels.get(name, "-") for name in ACCESS_LEVELS), f"1 of {given}"]


def test_a_pattern_of_two_statements_has_two_rows() -> None:
    """Each counts what its own statement gives; `NotAction` has no pattern and is told of below."""
    text = drawn(report({"Action": "s3:GetObject"}, {"Action": "s3:GetObject"}, {"NotAction": "iam:*"})).text
    assert re.search(r"^s3:GetObject \(statement 0\) +1 of 1 +1 of 1$", text, re.MULTILINE)
    assert re.search(r"^s3:GetObject \(statement 1\) +1 of 1 +1 of 1$", text, re.MULTILINE)
    assert "it gives all but what it names: its parts are not told apart." in text


def test_a_star_says_of_which_services_it_is_counted() -> None:
    assert "counted for the services that were used" in drawn(report({"Action": "*"})).text
    assert "counted for the services" not in drawn(report({"Action": "s3:*"})).text


def test_the_image_has_alternative_text_and_a_table() -> None:
    shown = drawn(report({"Action": ["s3:*", "iam:PassRole"]})).html
    (image,) = re.findall(r'<img alt="([^"]+)" width="(\d+)" src="data:image/png;base64,', shown)
    assert "table below" in image[0]
    assert 300 < int(image[1]) <= 900
    assert shown.count("<tr>") == 3


def test_the_same_report_gives_the_same_bytes() -> None:
    found = report({"Action": "s3:Get*"})
    assert drawn(found).html == drawn(found).html


def test_nothing_to_draw_is_said_without_an_image(capsys: pytest.CaptureFixture[str]) -> None:
    """An action that the reference does not have keeps its row; what is no report is told, not raised."""
    view = drawn(report({"Action": "nosuchservice:Do"}))
    assert "<img" not in view.html
    assert re.search(r"^nosuchservice:Do +-$", view.text, re.MULTILINE)
    capsys.readouterr()
    assert granted_and_used("report") is None  # type: ignore[arg-type]
    assert "granted_and_used" in capsys.readouterr().out

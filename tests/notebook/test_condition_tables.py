"""A learner's own condition block as a table: which requests it tells apart, and what is said of nonsense."""

from __future__ import annotations

import re
from typing import Any

import pytest

from iamkit.notebook.condition_tables import condition_table

OFFICE = "203.0.113.0/24"
IP, TAGS, THEIR_TEAM = "aws:SourceIp", "aws:TagKeys", "${aws:PrincipalTag/team}"


def rows(*given: Any) -> list[list[str]]:
    """Read the rows of a table; the last cell says whether the block holds."""
    view = condition_table(*given)
    assert view is not None
    lines = view.text.splitlines()
    end = next(place for place, line in enumerate(lines) if line.startswith("All lines must hold"))
    return [re.split(r"\s{2,}", line) for line in lines[2:end]]


def ends(found: list[list[str]]) -> dict[str, str]:
    """Give for each request, by the values of its keys, whether the block holds."""
    return {row[0]: row[-1] for row in found}


def test_there_is_a_row_for_each_way_in_which_a_line_can_hold() -> None:
    """One address inside, one outside, and none: a request through a VPC endpoint has no such key."""
    inside, outside, none = rows({"IpAddress": {IP: OFFICE}})
    assert inside[0].startswith("203.0.113.")
    assert inside[1:] == ["yes", "holds"]
    assert outside[1:] == ["no", "does not hold"]
    assert none == ["(no key)", "no", "does not hold"]


def test_a_not_holds_where_the_key_is_missing() -> None:
    """P24."""
    assert ends(rows({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}))["(no key)"] == "holds"


def test_a_key_that_is_always_there_is_never_missing() -> None:
    """E4."""
    assert ends(rows({"Bool": {"aws:SecureTransport": "true"}})) == {"true": "holds", "false": "does not hold"}


def test_lines_are_joined_by_and() -> None:
    """P22: every combination of the two keys has its row."""
    found = rows({"IpAddress": {IP: OFFICE}, "Bool": {"aws:SecureTransport": "true"}})
    assert len(found) == 3 * 2
    assert [row[-1] for row in found].count("holds") == 1
    assert all((row[-1] == "holds") is (row[2:4] == ["yes", "yes"]) for row in found)


def test_two_lines_on_one_key_share_its_values() -> None:
    """A window of time: before, inside, after."""
    june = {"DateGreaterThan": {"aws:CurrentTime": "2026-06-01"}, "DateLessThan": {"aws:CurrentTime": "2026-07-01"}}
    assert sorted(tuple(row[1:]) for row in rows(june)) == [
        ("no", "yes", "does not hold"), ("yes", "no", "does not hold"), ("yes", "yes", "holds")
    ]  # fmt: skip


def test_several_values_are_tried_where_a_key_can_have_them() -> None:
    """P30: all of no values are fine, and Null closes that (P31)."""
    open_ = ends(rows({"ForAllValues:StringEquals": {TAGS: ["team", "cost"]}}))
    assert open_["[team, cost]"] == open_["(no key)"] == "holds"
    assert "does not hold" in open_.values()
    closed = ends(rows({"ForAllValues:StringEquals": {TAGS: ["team", "cost"]}, "Null": {TAGS: "false"}}))
    assert closed == {**open_, "(no key)": "does not hold"}


def test_a_variable_is_filled_or_has_no_value() -> None:
    """P38: two missing tags are not the same team."""
    found = {(row[0], row[1]): row[-1] for row in rows({"StringEquals": {"aws:ResourceTag/team": THEIR_TEAM}})}
    assert found["example", "example"] == "holds"
    assert {end for pair, end in found.items() if pair != ("example", "example")} == {"does not hold"}
    assert ("(no key)", "(no key)") in found
    assert ("example", "other") in found


def test_contexts_of_ones_own_are_the_rows() -> None:
    """Also keys that the block does not ask for are shown, as they were spelled."""
    view = condition_table(
        {"IpAddress": {IP: "10.0.0.0/8"}}, {"AWS:sourceIP": "10.0.3.7"}, {"aws:VpcSourceIp": "10.0.3.7"}
    )
    assert view is not None
    assert "aws:VpcSourceIp" in view.text
    assert "1 line, 2 requests" in view.text
    assert re.search(r"^10\.0\.3\.7 +\(no key\) +yes +holds$", view.text, re.MULTILINE)
    assert re.search(r"^\(no key\) +10\.0\.3\.7 +no +does not hold$", view.text, re.MULTILINE)


def test_too_many_requests_are_counted() -> None:
    """Nothing is left out in silence."""
    block = {"StringEquals": {f"aws:RequestTag/{letter}": "x" for letter in "abcd"}}
    view = condition_table(block)
    assert view is not None
    assert len(rows(block)) == 27
    assert f"{3**4 - 27} more requests left out" in view.text


def test_a_value_that_cannot_be_read_is_named() -> None:
    """P27."""
    view = condition_table({"IpAddress": {IP: "203.0.113.x"}})
    assert view is not None
    assert "`203.0.113.x` is nothing that IpAddress can compare: it never matches." in view.text


@pytest.mark.parametrize(
    ("block", "told"),
    [
        ({"IpAdress": {IP: OFFICE}}, "/Statement/Condition/IpAdress: `IpAdress` is no condition operator"),
        ("IpAddress", "/Statement/Condition: `Condition` is not a string"),
        ({}, "the block is empty: it always holds"),
    ],
)
def test_nonsense_is_answered_with_a_sentence(block: Any, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    condition_table(block)
    assert told in capsys.readouterr().out


def test_the_table_is_html_with_headers() -> None:
    """A request may hold anything: what stands in it is text."""
    view = condition_table({"StringEquals": {"aws:UserAgent": "<b>"}}, {"aws:UserAgent": "<b>"})
    assert view is not None
    assert "&lt;b&gt;" in view.html
    assert "<b>" not in view.html
    assert view.html.count('scope="col"') == 3

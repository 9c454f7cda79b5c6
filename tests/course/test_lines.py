"""Where two texts part: the first line and column, one line above the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.course.lines import first_difference

TEXTS = st.text(st.sampled_from("ab \n\té"), max_size=12)


@given(TEXTS, TEXTS)
def test_up_to_the_place_the_texts_are_the_same(expected: str, got: str) -> None:
    """And not at the place."""
    found = first_difference(expected, got)
    if expected == got:
        assert found is None
        return
    assert found is not None
    lines, others = expected.split("\n"), got.split("\n")
    row = found.line - 1
    assert lines[:row] == others[:row]
    assert (found.expected, found.got) == (*lines[row : row + 1], None)[:1] + (*others[row : row + 1], None)[:1]
    if found.expected is not None and found.got is not None:
        column = found.column - 1
        assert found.expected[:column] == found.got[:column]
        assert found.expected[column : column + 1] != found.got[column : column + 1]


@pytest.mark.parametrize(
    ("expected", "got", "sentence"),
    [
        ("ab", "ac", "line 1, column 2: expected `b`, got `c`"),
        ("a\nb c", "a\nbc", "line 2, column 2: expected a space, got `c`"),
        ("a", "a ", "line 1, column 2: expected the end of the line, got a space"),
        ("a\t", "a", "line 1, column 2: expected a tab, got the end of the line"),
        ("a", "a\r", "line 1, column 2: expected the end of the line, got a carriage return"),
        ("-", "\u00ad", r"line 1, column 1: expected `-`, got soft hyphen `\xad`"),
        ("a\nb", "a", "line 2 is missing"),
        ("a", "a\n", "line 2 is one line too many"),
    ],
)
def test_the_difference_is_said_in_words(expected: str, got: str, sentence: str) -> None:
    """What cannot be seen has its name."""
    found = first_difference(expected, got)
    assert found is not None
    assert found.sentence == sentence


def test_the_lines_stand_one_above_the_other() -> None:
    found = first_difference("GET\n/a\n", "GET\n/\tb\n")
    assert repr(found) == (
        "line 2, column 2: expected `a`, got a tab\n  expected: /a\n  got:      /\\tb\n             ^"
    )


def test_of_long_lines_the_part_around_the_place_is_shown() -> None:
    """With the mark still below it."""
    found = first_difference("x" * 300 + "a" + "y" * 300, "x" * 300 + "b" + "y" * 300)
    assert found is not None
    expected, got, mark = found.rows
    assert (expected[mark.index("^")], got[mark.index("^")]) == ("a", "b")
    assert len(expected) < 110
    assert expected.startswith("…x")
    assert expected.endswith("y…")

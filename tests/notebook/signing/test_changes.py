"""Texts are compared so that what is marked is what changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.notebook.signing.changes import Compared, Part, compare


def marked(compared: Compared) -> str:
    """Write the parts with what changed in brackets."""
    return "".join(f"[{part.text}]" if part.changed else part.text for part in compared.parts)


@pytest.mark.parametrize(
    ("before", "after", "expected", "changed"),
    [
        (None, "abc", "abc", 0),
        ("abc", "abc", "abc", 0),
        ("", "", "", 0),
        ("abc", "abd", "ab[d]", 1),
        ("0a1b", "0c1d", "0[c]1[d]", 2),
        ("ac", "abc", "a[b]c", 1),
        ("abc", "ac", "a[]c", 1),
        ("abc", "", "[]", 3),
        ("", "abc", "[abc]", 3),
        ("/a", "/aa", "/a[a]", 1),
        ("aXXc", "aYc", "a[Y]c", 2),
        ("naïve", "naïf", "naï[f]", 2),
    ],
)
def test_what_changed_is_marked_and_counted(before: str | None, after: str, expected: str, changed: int) -> None:
    """Equal lengths place by place, others as one stretch; an empty mark stands where something is gone."""
    compared = compare(before, after)
    assert expected == marked(compared)
    assert changed == compared.changed


@given(st.text(alphabet="ab/%", max_size=12), st.text(alphabet="ab/%", max_size=12))
def test_nothing_is_lost_and_equal_means_unmarked(before: str, after: str) -> None:
    """The parts make up the text, and something is marked exactly where the two differ."""
    compared = compare(before, after)
    assert after == compared.text
    assert (before != after) == any(part.changed for part in compared.parts)
    assert (before != after) == (compared.changed > 0)


@given(st.text(max_size=20), st.text(min_size=1, max_size=5), st.text(max_size=20))
def test_one_stretch_typed_in_is_found(start: str, typed: str, end: str) -> None:
    """As many characters are marked as were typed."""
    compared = compare(start + end, start + typed + end)
    assert len(typed) == compared.changed
    assert [len(typed)] == [len(part.text) for part in compared.parts if part.changed]


def test_parts_are_none_too_many() -> None:
    """Nothing empty stands between marks but where something is gone."""
    assert (Part("a"), Part("b", True)) == compare("a", "ab").parts

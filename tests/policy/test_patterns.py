"""Wildcards: compared with a slow and plain reference, and safe from patterns made to be slow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iamkit.policy.patterns import arn_glob, escape, glob, unescape

TEXTS = st.text("ab:/*?$", max_size=12)


def reference(pattern: str, text: str, any_char: str = "") -> bool:
    """Match by trying everything."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return reference(pattern[1:], text) or (bool(text) and reference(pattern, text[1:]))
    return bool(text) and pattern[0] in ("?", text[0]) and reference(pattern[1:], text[1:])


@given(TEXTS, TEXTS)
def test_glob_is_the_reference(pattern: str, text: str) -> None:
    """`*` covers any run of characters, `?` exactly one, anything else itself."""
    assert bool(glob(pattern)(text)) is reference(pattern, text)


@given(st.lists(st.text("a*?", max_size=4), min_size=6, max_size=6), st.lists(st.text("a:/", max_size=4), min_size=6))
def test_arn_glob_compares_segment_by_segment(pattern: list[str], text: list[str]) -> None:
    """The first five segments stay apart; the sixth takes all that is left (P11, P26)."""
    value = ":".join(text)
    segments = value.split(":", 5)
    expected = len(segments) == 6 and all(map(reference, pattern, segments))
    assert bool(arn_glob(":".join(pattern))(value)) is expected


@given(TEXTS, TEXTS)
def test_escaped_text_matches_only_itself(value: str, other: str) -> None:
    """A substituted variable's own wildcards are literal (P37)."""
    assert unescape(escape(value)) == value
    assert glob(escape(value), True)(value)
    assert bool(glob(escape(value), True)(other)) is (value == other)
    assert bool(glob(f"a{escape(value)}*", True)(f"a{value}b"))


def test_hostile_pattern_takes_no_time_worth_speaking_of() -> None:
    """Forty stars against a long text would keep a backtracking matcher busy for longer than the universe."""
    text = "a" * 5_000 + "b"
    assert not glob("*a" * 40 + "*c")(text)
    assert not arn_glob("arn:aws:s3:::" + "*a" * 40 + "*c")("arn:aws:s3:::" + text)
    assert glob("*a" * 40 + "*b")(text)

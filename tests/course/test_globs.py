"""Examples of patterns, against the engine's own matcher."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.course.globs import ONE, RUN, tokens, witnesses
from iamkit.policy.patterns import glob

PATTERNS = st.lists(st.text("ab*?", max_size=4), min_size=1, max_size=3)


def test_escapes_are_literal_characters() -> None:
    """`${*}` is a star, `*` a wildcard (P37)."""
    assert tokens("a${*}*?${$}") == ("a", "*", RUN, ONE, "$")


@given(PATTERNS)
def test_every_set_of_patterns_that_a_text_matches_has_a_witness(patterns: list[str]) -> None:
    """Whatever short text there is, some witness matches exactly the same patterns."""
    matchers = [glob(pattern) for pattern in patterns]
    found = witnesses([tokens(pattern) for pattern in patterns])

    def matched(text: str) -> tuple[bool, ...]:
        return tuple(bool(matches(text)) for matches in matchers)

    covered = {matched(text) for text in found}
    texts = ("".join(letters) for length in range(1, 6) for letters in product("abc", repeat=length))
    assert {matched(text) for text in texts} <= covered


@given(PATTERNS)
def test_witnesses_match_different_sets(patterns: list[str]) -> None:
    """No two witnesses stand for the same set of patterns."""
    matchers = [glob(pattern) for pattern in patterns]
    signatures = [tuple(bool(matches(text)) for matches in matchers) for text in witnesses(list(map(tokens, patterns)))]

    assert len(signatures) == len(set(signatures))


@pytest.mark.parametrize("budget", [0, 30])
def test_the_walk_is_bounded(budget: int) -> None:
    """Hostile patterns cost no more than the budget."""
    assert len(witnesses([tokens("*a*b*c*a*b*c*")] * 3, budget)) <= budget // 3

"""The automata agree with the engine's own matchers, and a partition leaves nothing out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.analysis.symbolic.globs import (
    Automaton,
    TooManyStates,
    Universe,
    arn_pattern,
    fixed_text,
    glob_pattern,
    literal,
    partition,
)
from iamkit.analysis.symbolic.universes import Actions, Arns
from iamkit.policy.patterns import arn_glob, glob

PIECES = st.sampled_from(["a", "b", ":", "/", "*", "?", "arn", "${*}", "$", ""])
GLOBS = st.lists(PIECES, max_size=6).map("".join)
TEXTS = st.lists(st.sampled_from("ab:/*?$"), max_size=7).map("".join)
ARN_GLOBS = st.lists(PIECES, max_size=4).map(lambda pieces: "arn:a*:s?:" + "".join(pieces) + ":b:a*")
ARNS = st.lists(st.sampled_from("ab:/"), max_size=4).map(lambda chars: "arn:ab:sa:" + "".join(chars) + ":b:a/b")


@given(GLOBS, TEXTS, st.booleans())
def test_a_glob_matches_what_the_engine_matches(pattern: str, text: str, escapes: bool) -> None:
    """Any text is matched by the automaton exactly where it is by the engine."""
    assert bool(Automaton([glob_pattern(pattern, escapes=escapes)]).read(text)) is bool(glob(pattern, escapes)(text))


@given(ARN_GLOBS, ARNS, st.booleans(), st.booleans())
def test_an_arn_pattern_matches_what_the_engine_matches(
    pattern: str, text: str, escapes: bool, open_ended: bool
) -> None:
    """Segments and the open end are those of the engine."""
    automaton = Automaton([arn_pattern(pattern, escapes=escapes, open_ended=open_ended)])
    assert bool(automaton.read(text)) is bool(arn_glob(pattern, escapes, open_ended)(text))


@given(st.lists(GLOBS, min_size=1, max_size=4), TEXTS)
def test_every_text_falls_into_a_class(patterns: list[str], text: str) -> None:
    """A combination of patterns that a text matches is one of the partition's."""
    read = [glob_pattern(pattern) for pattern in patterns]
    classes = partition(read, Universe())
    assert Automaton(read).read(text) in classes
    assert all(Automaton(read).read(texts[0]) == vector for vector, texts in classes.items())


def test_classes_of_actions_are_actions() -> None:
    """What stands for a class of actions has the form of one."""
    classes = partition([glob_pattern("s3:*"), glob_pattern("*:get*")], Actions())
    assert sorted(classes) == [0, 1, 2, 3]
    assert all(Actions().holds(text) for texts in classes.values() for text in texts)


def test_disjoint_patterns_have_no_class_together() -> None:
    """Two buckets are never one."""
    patterns = [arn_pattern("arn:aws:s3:::a/*"), arn_pattern("arn:aws:s3:::b/*")]
    assert sorted(partition(patterns, Arns(["111122223333"], star=True))) == [0, 1, 2]


def test_a_partition_stays_within_a_pattern() -> None:
    """Only texts of one more pattern are looked at, where that is asked for."""
    classes = partition([glob_pattern("*a"), glob_pattern("b*")], Universe(), within=glob_pattern("b?"))
    assert sorted(classes) == [2, 3]


def test_a_pattern_knows_its_only_text() -> None:
    """Literal text is one text, a wildcard or any case is not."""
    assert fixed_text(glob_pattern("a${*}", escapes=True)) == "a*"
    assert fixed_text(glob_pattern("a*")) is None
    assert fixed_text(literal("a", ignore_case=True)) is None


def test_too_many_combinations_are_refused() -> None:
    """A product that explodes is given up rather than cut short."""
    with pytest.raises(TooManyStates, match="too many ways"):
        partition([glob_pattern(f"*{char}" + "?" * 18) for char in "abc"], Universe())

"""Patterns as automata: which combinations of patterns can match one and the same text.

All patterns of a place are run together: a set of positions is one integer, a step a few operations on it. The states
reached from the start are finitely many, so what they accept is an exact partition of all texts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iamkit.policy.patterns import segments, tokens

MAX_STATES = 40_000

NOTHING_LEFT_OUT = frozenset[str]()
_COLON = frozenset(":")


class TooManyStates(ValueError):
    """The patterns can be combined in more ways than can be looked at."""


@dataclass(frozen=True, slots=True)
class Token:
    """One place of a pattern: one of `chars`, or a wildcard for any text without the characters of `without`."""

    chars: frozenset[str] | None = None
    run: bool = False
    without: frozenset[str] = NOTHING_LEFT_OUT


Pattern = tuple[Token, ...]
"""A pattern; None in its place matches nothing."""


@lru_cache(maxsize=8192)
def literal(text: str, *, ignore_case: bool = False) -> Pattern:
    """Match a text, with `ignore_case` (which folds the text's own case too) in any case."""
    if not ignore_case:
        return tuple(Token(frozenset(char)) for char in text)
    return tuple(Token(frozenset((char, *_raised(char)))) for char in text.lower())


def _raised(char: str) -> Iterator[str]:
    upper = char.upper()
    if len(upper) == 1 and upper.lower() == char:
        yield upper


@lru_cache(maxsize=8192)
def anything(*, without: Iterable[str] = (), nonempty: bool = False) -> Pattern:
    """Match any text, or any without some characters."""
    left_out = frozenset(without)
    run = Token(run=True, without=left_out)
    return (Token(without=left_out), run) if nonempty else (run,)


@lru_cache(maxsize=8192)
def glob_pattern(text: str, *, escapes: bool = False, without: Iterable[str] = ()) -> Pattern:
    """Read a pattern as `policy.patterns.glob` does."""
    return tuple(_places(tokens(text, escapes), frozenset(without)))


@lru_cache(maxsize=8192)
def arn_pattern(text: str, *, escapes: bool = False, open_ended: bool = False) -> Pattern | None:
    """Read an ARN pattern as `policy.patterns.arn_glob` does."""
    parts = segments(tokens(text, escapes))
    last = parts[-1]
    if len(parts) < 6 and not (open_ended and last and last[-1] == ("*", False)):
        return None
    places: list[Token] = []
    for at, part in enumerate(parts):
        if at:
            places += literal(":")
        places += _places(part, _COLON if at < len(parts) - 1 else NOTHING_LEFT_OUT)
    return tuple(places)


def _places(read: Iterable[tuple[str, bool]], without: frozenset[str]) -> Iterator[Token]:
    for text, is_literal in read:
        if is_literal:
            yield from literal(text)
        else:
            yield Token(run=text == "*", without=without)


def confined(pattern: Pattern, without: Iterable[str]) -> Pattern:
    """Return the pattern with wildcards that do not cover some characters; its literals must not hold them."""
    left_out = frozenset(without)
    return tuple(
        Token(token.chars, token.run, token.without | left_out if token.chars is None else token.without)
        for token in pattern
    )


def fixed_text(pattern: Pattern) -> str | None:
    """Return the only text that the pattern matches; None where there are several."""
    if all(token.chars is not None and len(token.chars) == 1 for token in pattern):
        return "".join(next(iter(token.chars or ())) for token in pattern)
    return None


@dataclass(frozen=True, slots=True)
class Group:
    """Characters that lead a universe's state to the same next state; `preferred` ones first."""

    preferred: str
    holds: Callable[[str], bool]
    next: Hashable


class Universe:
    """All texts of a place, as an automaton; this one holds every text."""

    start: Hashable = 0

    def groups(self, state: Hashable) -> Sequence[Group]:
        """Tell where the characters lead; what is in no group cannot come."""
        return _ANY_TEXT

    def accepts(self, state: Hashable) -> bool:
        """Tell whether a text may end here."""
        return True

    def words(self, state: Hashable) -> Sequence[tuple[str, Hashable]]:
        """Tell where whole words lead, in a part of a text that only some words can be."""
        return ()

    def holds(self, text: str) -> bool:
        """Tell whether a text is in the universe."""
        open = [(0, self.start)]
        while open:
            at, state = open.pop()
            if at == len(text):
                if self.accepts(state):
                    return True
                continue
            open += [(at + len(word), next) for word, next in self.words(state) if text.startswith(word, at)]
            open += [(at + 1, group.next) for group in self.groups(state) if group.holds(text[at])]
        return False


PLAIN = "example0123456789bcdfghijknoqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_./+=@, "
_ANY_TEXT = (Group(PLAIN + "".join(map(chr, range(0x100, 0x500))), lambda _: True, 0),)


class Automaton:
    """Several patterns run together; a state is the set of their places that a text has reached."""

    def __init__(self, patterns: Sequence[Pattern | None]) -> None:
        self.start = 0
        self.runs = 0
        self._ones = 0
        self._literal: dict[str, int] = {}
        self._without: dict[str, int] = {}
        self.ends: list[int] = []
        at = 0
        for pattern in patterns:
            if pattern is None:
                self.ends.append(0)
                continue
            self.start |= 1 << at
            for token in pattern:
                self._add(token, 1 << at)
                at += 1
            self.ends.append(1 << at)
            at += 1
        self.accepting = sum(self.ends)
        # An empty run leads on at once; as many times as wildcards can stand side by side.
        self._in_a_row = max(map(_most_in_a_row, patterns), default=0)
        self.start = self._closed(self.start)
        self._steps: dict[str, tuple[int, int]] = {}
        self.special = sorted({*self._literal, *self._without})
        self._masks = [(char, self._literal.get(char, 0) | self._without.get(char, 0)) for char in self.special]

    def _add(self, token: Token, bit: int) -> None:
        if token.chars is not None:
            for char in token.chars:
                self._literal[char] = self._literal.get(char, 0) | bit
            return
        if token.run:
            self.runs |= bit
        else:
            self._ones |= bit
        for char in token.without:
            self._without[char] = self._without.get(char, 0) | bit

    def _step_of(self, char: str) -> tuple[int, int]:
        known = self._steps.get(char)
        if known is None:
            without = self._without.get(char, 0)
            known = self._steps[char] = (
                self._literal.get(char, 0) | (self._ones & ~without),
                self.runs & ~without,
            )
        return known

    def step(self, state: int, char: str) -> int:
        """Read one character."""
        advance, stay = self._step_of(char)
        return self._closed(((state & advance) << 1) | (state & stay))

    def steps(self, state: int, text: str) -> int:
        """Read a text on from a state."""
        for char in text:
            state = self.step(state, char)
        return state

    def _closed(self, state: int) -> int:
        for _ in range(self._in_a_row):
            state |= (state & self.runs) << 1
        return state

    def telling(self, state: int) -> list[str]:
        """List the characters that this state does not treat like all others."""
        return [char for char, mask in self._masks if state & mask]

    def accepted(self, state: int) -> int:
        """Return the patterns that match, as bits by their index."""
        found = 0
        if state & self.accepting:
            for index, end in enumerate(self.ends):
                if state & end:
                    found |= 1 << index
        return found

    def read(self, text: str) -> int:
        """Read a text and return the patterns that match it."""
        return self.accepted(self.steps(self.start, text))


def _most_in_a_row(pattern: Pattern | None) -> int:
    most = row = 0
    for token in pattern or ():
        row = row + 1 if token.run else 0
        most = max(most, row)
    return most


class Started:
    """Patterns of which some have read a text of their own already: what can still become of a text of a universe."""

    def __init__(self, patterns: Sequence[Pattern], late: Sequence[tuple[Pattern, str]]) -> None:
        self.automaton = Automaton([*patterns, *(pattern for pattern, _ in late)])
        self.start, begin = 0, 1
        for end, before in zip(
            self.automaton.ends, [*("" for _ in patterns), *(text for _, text in late)], strict=True
        ):
            state = self.automaton.start & ((end << 1) - begin)
            begin = end << 1
            self.start |= self.automaton.steps(state, before)

    def state(self, text: str) -> int:
        """Return the state that a text leaves the patterns in."""
        return self.automaton.steps(self.start, text)

    def groups(self, universe: Universe, candidates: Iterable[str]) -> dict[int, list[str]]:
        """Group texts by the state they lead to, with examples of each."""
        groups: dict[int, list[str]] = {}
        for text in candidates:
            if universe.holds(text):
                groups.setdefault(self.state(text), []).append(text)
        for state, tell in _reached(self.automaton, universe, self.start, MAX_STATES):
            if (found := tell()) not in groups.setdefault(state, []):
                groups[state].append(found)
        return groups


def partition(
    patterns: Sequence[Pattern | None],
    universe: Universe,
    candidates: Iterable[str] = (),
    *,
    keep: int = 3,
    prefix: str = "",
    within: Pattern | None = None,
) -> dict[int, list[str]]:
    """Find every combination of patterns that some text matches, as bits, with texts to show it.

    `candidates` are texts to show it with rather than others, `prefix` is what all texts begin with, and all are to
    match `within`. Raises `TooManyStates`.
    """
    automaton = Automaton(patterns if within is None else [*patterns, within])
    last = len(patterns)
    inside = None
    if within is not None:
        inside = (automaton.ends[-1] << 1) - (max([0, *automaton.ends[:-1]]) << 1 or 1)
    mask = (1 << last) - 1
    classes: dict[int, list[str]] = {}
    for text in candidates:
        if text.startswith(prefix) and universe.holds(text[len(prefix) :]):
            vector = automaton.read(text)
            texts = classes.setdefault(vector & mask, []) if within is None or vector >> last else [text]
            if len(texts) < keep and text not in texts:
                texts.append(text)
    start = automaton.steps(automaton.start, prefix)
    for positions, tell in _reached(automaton, universe, start, MAX_STATES, inside):
        vector = automaton.accepted(positions)
        if (within is None or vector >> last) and vector & mask not in classes:
            classes[vector & mask] = [prefix + tell()]
    return classes


Place = tuple[int, Hashable]


def _reached(
    automaton: Automaton, universe: Universe, start: int, limit: int, inside: int | None = None
) -> Iterator[tuple[int, Callable[[], str]]]:
    """Yield the states in which a text may end, the nearest first, each with a text that leads there.

    With `inside`, every state has to have a place in common with it: nothing else is of interest then.
    """
    first = (start, universe.start)
    before: dict[Place, tuple[Place, str] | None] = {first: None}
    queue = [first]
    for here in queue:
        positions, place = here
        if universe.accepts(place):
            yield positions, lambda here=here: _text(before, here)  # type: ignore[misc]
        for text, next in _moves(automaton, universe, positions, place):
            there = (automaton.steps(positions, text), next)
            if there not in before and (inside is None or there[0] & inside):
                if len(before) >= limit:
                    raise TooManyStates("the patterns can be combined in too many ways")
                before[there] = (here, text)
                queue.append(there)


def _moves(automaton: Automaton, universe: Universe, positions: int, place: Hashable) -> Iterator[tuple[str, Hashable]]:
    """Yield the characters and words that can come next, one of all that make no difference here."""
    yield from universe.words(place)
    groups = universe.groups(place)
    telling = automaton.telling(positions) if groups else []
    for group in groups:
        others = next((char for char in group.preferred if char not in telling), None)
        if others is not None:
            yield others, group.next
        for char in telling:
            if group.holds(char):
                yield char, group.next


def _text(before: dict[Place, tuple[Place, str] | None], state: Place) -> str:
    texts = []
    while (step := before[state]) is not None:
        state, text = step
        texts.append(text)
    return "".join(reversed(texts))

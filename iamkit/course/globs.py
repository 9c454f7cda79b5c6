"""Wildcard patterns as data: what texts they match together, found by walking them side by side.

The engine compiles patterns to decide; the search for differences has to turn them around and ask for examples.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

RUN, ONE = "any run", "any one"

Tokens = tuple[str, ...]
"""A pattern: single characters stand for themselves, RUN is `*` and ONE is `?`."""

_PIECE = re.compile(r"\$\{([*?$])\}|(.)", re.DOTALL)
_WILD = {"*": RUN, "?": ONE}

_State = tuple[frozenset[int], ...]


def tokens(pattern: str) -> Tokens:
    """Split a pattern, in which `${*}`, `${?}` and `${$}` are literal characters (P37)."""
    return tuple(match[1] or _WILD.get(match[2], match[2]) for match in _PIECE.finditer(pattern))


def witnesses(patterns: Sequence[Tokens], budget: int = 60_000) -> list[str]:
    """Give a shortest text, not empty, for every set of the patterns that some text matches, and for matching none.

    Walks the patterns' states together, breadth first. Complete unless the walk takes more than `budget` steps, one
    for each pattern and character.
    """
    queue = [(tuple(_closure(pattern, {0}) for pattern in patterns), "")]
    seen: set[_State] = set()  # not the first state: reached again, it has a text that is not empty
    found: dict[tuple[bool, ...], str] = {}
    steps = 0
    for state, text in queue:
        if text:
            matched = tuple(len(pattern) in places for pattern, places in zip(patterns, state, strict=True))
            found.setdefault(matched, text)
        for character in _next_characters(patterns, state):
            steps += len(patterns)
            if steps > budget:
                break
            after = tuple(_step(pattern, places, character) for pattern, places in zip(patterns, state, strict=True))
            if after not in seen:
                seen.add(after)
                queue.append((after, text + character))
    return list(found.values())


def _closure(pattern: Tokens, places: set[int]) -> frozenset[int]:
    """Add the places reached without reading a character: a run may be empty."""
    reached = set(places)
    for place in sorted(places):
        while place < len(pattern) and pattern[place] is RUN:
            place += 1
            reached.add(place)
    return frozenset(reached)


def _step(pattern: Tokens, places: frozenset[int], character: str) -> frozenset[int]:
    if not places:
        return places
    after = set()
    for place in places:
        wanted = pattern[place] if place < len(pattern) else None
        if wanted is RUN:
            after.add(place)
        elif wanted is ONE or wanted == character:
            after.add(place + 1)
    return _closure(pattern, after)


def _next_characters(patterns: Sequence[Tokens], state: _State) -> Iterator[str]:
    """Give the characters that some pattern waits for here, and one that none does."""
    wanted = dict.fromkeys(
        pattern[place]
        for pattern, places in zip(patterns, state, strict=True)
        for place in sorted(places)
        if place < len(pattern) and pattern[place] not in (RUN, ONE)
    )
    yield from wanted
    if any(state):
        yield next(character for character in "xyz0123456789abcdefghijklmnopqrstuvw-_." if character not in wanted)

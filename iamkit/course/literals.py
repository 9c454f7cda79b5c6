"""Texts near a pattern: instances of its wildcards, and neighbors just across its boundary.

A text comes with its cost: the lower, the more natural it looks in a counterexample.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from iamkit.course.globs import ONE, RUN, Tokens, witnesses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# A run at the end of a pattern is filled with these; after `/` it is a file, after a word the word goes on.
_AT_END = (("example", 1), ("folder/example", 2), ("", 3), ("x", 3), ("a:b", 4), ("a/b/c", 4))
_AFTER_WORD = (("-2", 1), ("-2/example", 1), ("/example", 2), ("", 2), ("x", 3), (":b", 4))
_INSIDE = (("example", 1), ("", 3), ("x", 3), ("a/b", 3), ("a:b", 4))

# The runs before the last one, together.
_OTHERS = (("example", 0), ("", 2), ("a/b", 2), ("a:b", 3))


class Text(NamedTuple):
    """A candidate; sorts by cost, then by text."""

    cost: int
    text: str


def instances(pattern: Tokens) -> Iterator[Text]:
    """Fill the wildcards: empty, one character, several, with `/` and with `:`."""
    runs = [place for place, token in enumerate(pattern) if token is RUN]
    if not runs:
        yield Text(1, _filled(pattern, {}))
        return
    for others, others_cost in _OTHERS if len(runs) > 1 else (("", 0),):
        for fill, cost in _fills(pattern, runs[-1]):
            fills = dict.fromkeys(runs, others) | {runs[-1]: fill}
            yield Text(cost + others_cost, _filled(pattern, fills))


def _fills(pattern: Tokens, run: int) -> tuple[tuple[str, int], ...]:
    if run < len(pattern) - 1:
        return _INSIDE
    return _AFTER_WORD if run and pattern[run - 1] not in ("/", ":", RUN) else _AT_END


def _filled(pattern: Tokens, fills: dict[int, str]) -> str:
    return "".join("a" if token is ONE else fills.get(place, token) for place, token in enumerate(pattern))


def neighbors(text: str) -> Iterator[Text]:
    """Edit a text at its boundaries: a character more or less, a sibling, a part less, the other case."""
    parts = re.split(r"([/:])", text)
    for place in range(0, len(parts), 2):
        part, before, after = parts[place], parts[:place], parts[place + 1 :]
        if part:
            yield Text(3, "".join([*before, part + "-2", *after]))
            yield Text(4, "".join([*before, part[:-1], *after]))
            yield Text(4, "".join([*before, part + "x", *after]))
            yield Text(5, "".join([*before, part.swapcase(), *after]))
            yield Text(5, "".join([*before, "x" + part, *after]))
        if after:
            yield Text(4, "".join([*before, part]))  # cut before the separator
            yield Text(4, "".join([*before, part, after[0]]))  # and after it
            yield Text(4, "".join([*before, *after[1:]]))  # without this part
    yield Text(3, text + "/example")
    yield Text(4, text + ".bak")
    yield Text(4, "old/" + text)


def around(patterns: Sequence[Tokens]) -> list[Text]:
    """Give texts inside, at the edge of and outside these patterns, cheapest first, each once."""
    found: list[Text] = []
    for pattern in patterns:
        inside = list(instances(pattern))
        found += inside
        found += neighbors(inside[0].text)
    # What no edit reached: a text for every combination of patterns that can match at all.
    found += [Text(7, text) for text in witnesses(patterns)]
    return cheapest(found)


def cheapest(found: Iterable[Text]) -> list[Text]:
    """Sort by cost and keep each text once."""
    kept: dict[str, Text] = {}
    for candidate in sorted(found):
        kept.setdefault(candidate.text, candidate)
    return list(kept.values())

"""Patterns of whole words, as `Get*`, `*ObjectAcl` and `Put*Bucket*`, that match wanted names and no other name.

All names of a service stand side by side in one long integer, a bit for each place in each name, so that a step of a
pattern moves on in all of them at once. A set of names is the bits of their ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^A-Za-z\d]+")
_LIMIT = 20_000


def words(name: str) -> list[str]:
    """Cut a name into its words.

    >>> words("ListMFADevices")
    ['List', 'MFA', 'Devices']
    """
    return _WORD.findall(name)


class Names:
    """Wanted names and the others beside them; which of them a pattern matches."""

    def __init__(self, wanted: Sequence[str], others: Sequence[str]) -> None:
        self.start = self._guards = self._inside = 0
        self._letters: dict[str, int] = {}
        self._at = 0
        ends = [self._add(name.lower()) for name in (*wanted, *others)]
        self.names = dict(zip(ends, wanted, strict=False))
        self.wanted = sum(ends[: len(wanted)])
        self.others = sum(ends[len(wanted) :])

    def _add(self, name: str) -> int:
        """Put a name beside the others; return the bit of its end."""
        self.start |= 1 << self._at
        for place, letter in enumerate(name, self._at):
            self._letters[letter] = self._letters.get(letter, 0) | 1 << place
        end = 1 << self._at + len(name)
        self._inside |= (end << 1) - (1 << self._at)
        self._guards |= end << 1
        self._at += len(name) + 2
        return end

    def text(self, places: int, text: str) -> int:
        """Move over a text, in any case (P8)."""
        for letter in text.lower():
            places = (places & self._letters.get(letter, 0)) << 1
        return places

    def star(self, places: int) -> int:
        """Move over any characters: in each name from the lowest bit up to its end."""
        # The guard above each name lends what the difference needs, so that nothing is borrowed from the next name.
        return (places | (self._guards - places)) & self._inside if places else 0

    def matched(self, pattern: str) -> int:
        """Find the names that a pattern without `?` matches."""
        first, *rest = pattern.split("*")
        places = self.text(self.start, first)
        for part in rest:
            places = self.text(self.star(places), part)
        return places & (self.wanted | self.others)


class Patterns:
    """The patterns of whole words that match wanted names only: for each set of names that has one, the best."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.best: dict[int, str] = {}
        self.complete = True
        """Whether no name had so many words that the search for its patterns was cut short."""
        for end, name in names.names.items():
            self._left = _LIMIT
            self._end = end
            self._words = words(name)
            self._note(end, name)
            self._go(0, names.start, "", False)
            self.complete &= self._left > 0

    def _go(self, at: int, places: int, pattern: str, starred: bool) -> None:
        """Go on from a pattern's beginning: take the next word, with or without a star before it, or leave it out."""
        names = self._names
        self._left -= 1
        reached = names.star(places)
        widest = reached & (names.wanted | names.others)
        if self._left <= 0 or widest & names.wanted == self._end:
            return
        if not widest & names.others:
            # Whatever comes behind matches no more than a star does.
            self._note(widest, pattern + "*")
            return
        if at == len(self._words):
            matched = places & (names.wanted | names.others)
            if not starred and not matched & names.others:
                self._note(matched, pattern)
            return
        word = self._words[at]
        self._go(at + 1, names.text(reached, word), f"{pattern}*{word}", False)
        if not starred:
            self._go(at + 1, names.text(places, word), pattern + word, False)
        self._go(at + 1, places, pattern, True)

    def _note(self, matched: int, pattern: str) -> None:
        if matched not in self.best or _rank(pattern) < _rank(self.best[matched]):
            self.best[matched] = pattern

    def tightened(self, matched: int) -> str:
        """Write the pattern of a set with all words that its names begin and end with, where that still matches it."""
        if matched in self._names.names:
            return self._names.names[matched]
        chosen = [words(name) for end, name in self._names.names.items() if end & matched]
        begin = list(_shared(chosen))
        end = list(_shared([name[len(begin) :][::-1] for name in chosen]))[::-1]
        tight = f"{''.join(begin)}*{''.join(end)}"
        return tight if self._names.matched(tight) == matched else self.best[matched]


def _shared(lists: Sequence[Sequence[str]]) -> Iterator[str]:
    for column in zip(*lists, strict=False):
        if len(set(column)) > 1:
            return
        yield column[0]


def _rank(pattern: str) -> tuple[int, int, str]:
    return pattern.count("*"), -len(pattern), pattern

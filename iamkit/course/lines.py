"""Where two texts differ: the first line and column, one line above the other."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_WIDTH = 100
_BEFORE = 60


@dataclass(frozen=True, slots=True, repr=False)
class LineDifference:
    """The first place where a text is not the expected one, counted from 1.

    A line that one of the texts does not have any more is None. `name` may say which line this is.
    """

    line: int
    column: int
    expected: str | None
    got: str | None
    name: str = ""

    @property
    def sentence(self) -> str:
        """Say in words where the texts differ and how.

        >>> first_difference("a\\nb c", "a\\nbc").sentence
        'line 2, column 2: expected a space, got `c`'
        """
        place = f"line {self.line}" + (f" ({self.name})" if self.name else "")
        if self.got is None:
            return f"{place} is missing"
        if self.expected is None:
            return f"{place} is one line too many"
        wanted, found = (_character(text, self.column) for text in (self.expected, self.got))
        return f"{place}, column {self.column}: expected {wanted}, got {found}"

    @property
    def rows(self) -> tuple[str, str, str]:
        """Give the expected line, the other below it, and a mark below the first differing character.

        What cannot be seen is escaped, and of long lines only the part around the place is shown.
        """
        expected, got = (_visible(text or "") for text in (self.expected, self.got))
        known = self.expected if self.expected is not None else self.got or ""
        before = len(_visible(known[: self.column - 1]))
        start = max(before - _BEFORE, 0) if max(len(expected), len(got)) > _WIDTH else 0
        more = "…" if start else ""
        cut = [more + _ended(text[start:], _WIDTH) for text in (expected, got)]
        return cut[0], cut[1], " " * (before - start + len(more)) + "^"

    def __repr__(self) -> str:
        expected, got, mark = self.rows
        return f"{self.sentence}\n  expected: {expected}\n  got:      {got}\n            {mark}"


def first_difference(expected: str, got: str) -> LineDifference | None:
    """Find the first place where the texts differ; None when they are equal."""
    if expected == got:
        return None
    lines, others = expected.split("\n"), got.split("\n")
    row = next((row for row, pair in enumerate(zip(lines, others, strict=False)) if pair[0] != pair[1]), None)
    if row is None:
        row = min(len(lines), len(others))
        return LineDifference(
            row + 1, 1, lines[row] if row < len(lines) else None, others[row] if row < len(others) else None
        )
    return LineDifference(row + 1, _column(lines[row], others[row]), lines[row], others[row])


def _column(line: str, other: str) -> int:
    same = zip(line, other, strict=False)
    return next((at for at, (one, two) in enumerate(same, 1) if one != two), min(len(line), len(other)) + 1)


def _character(line: str, column: int) -> str:
    """Name the character of a line at a column, also one that cannot be seen."""
    if column > len(line):
        return "the end of the line"
    character = line[column - 1]
    names = {" ": "a space", "\t": "a tab", "\r": "a carriage return"}
    if character in names:
        return names[character]
    shown = _visible(character)
    return f"`{shown}`" if shown == character else f"{unicodedata.name(character, 'the character').lower()} `{shown}`"


def _visible(text: str) -> str:
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def _ended(text: str, width: int) -> str:
    return text if len(text) <= width else text[:width] + "…"

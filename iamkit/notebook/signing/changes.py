"""Tell character by character where a text differs from an earlier one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text; a changed piece that is empty says that something was removed here."""

    text: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A text in parts, and how many of its characters changed."""

    parts: tuple[Part, ...]
    changed: int = 0

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts)


def compare(before: str | None, after: str) -> Compared:
    """Mark what is new in a text; None is no earlier text, and nothing is marked.

    Texts of one length, as hashes are, differ place by place. In others one stretch was replaced, as by typing.

    >>> compare("cat", "cut").parts
    (Part(text='c', changed=False), Part(text='u', changed=True), Part(text='t', changed=False))
    """
    if before is None or before == after:
        return Compared((Part(after),))
    if len(before) == len(after):
        return _place_by_place(before, after)
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    stop = len(after) - end
    parts = (Part(after[:start]), Part(after[start:stop], True), Part(after[stop:]))
    changed = max(len(before), len(after)) - start - end
    return Compared(tuple(part for part in parts if part.text or part.changed), changed)


def _place_by_place(before: str, after: str) -> Compared:
    differs = [old != new for old, new in zip(before, after, strict=True)]
    parts = []
    for changed, places in groupby(range(len(after)), key=differs.__getitem__):
        here = list(places)
        parts.append(Part(after[here[0] : here[-1] + 1], changed))
    return Compared(tuple(parts), sum(differs))


def _common(one: str, other: str) -> int:
    """Count the characters with which both texts begin."""
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))

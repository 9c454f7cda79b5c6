"""The places of a request where patterns look: each is cut into classes once all formulas are made.

A formula speaks of a place through atoms like `("action", pattern)`. What such an atom means, in classes of texts, is
laid down here at the end, when it is known which patterns look at the place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from iamkit.analysis.symbolic.globs import Pattern, Universe, fixed_text, partition
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.values import likely


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable with finitely many options, of which a request has exactly one if `when` holds, else none."""

    options: tuple[Formula, ...]
    when: Formula


@dataclass(slots=True)
class TextSpace:
    """A place of text: which patterns look at it, and after `cut` the classes."""

    logic: Logic
    name: str
    universe: Universe
    natural: Callable[[Sequence[Pattern]], Iterable[str]] = lambda _: ()
    unusual: Callable[[str], int] = lambda _: 0
    patterns: dict[Pattern, int] = field(default_factory=dict)
    vectors: list[int] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    options: tuple[Formula, ...] = ()

    def matches(self, pattern: Pattern | None) -> Formula:
        """Say that the place's text matches a pattern."""
        if pattern is None:
            return self.logic.false
        if len(pattern) == 1 and pattern[0].run and not pattern[0].without:
            return self.logic.true
        return self.logic.atom((self.name, self.patterns.setdefault(pattern, len(self.patterns))))

    def cut(self, keep: int = 4) -> Choice:
        """Cut the texts into classes."""
        patterns = list(self.patterns)
        listed = [text for pattern in patterns if (text := fixed_text(pattern)) is not None]
        candidates = [*self.natural(patterns), *likely(patterns), *listed]
        found = partition(patterns, self.universe, candidates, keep=keep)
        order = sorted(found, key=lambda vector: self.unusual(found[vector][0]))
        self.vectors, self.texts = order, [found[vector] for vector in order]
        self.options = tuple(self.logic.atom((self.name, "class", at)) for at in range(len(self.vectors)))
        return Choice(self.options, self.logic.true)

    def meaning(self, index: int) -> Formula:
        """Say in classes that a pattern matches."""
        return self.logic.any(
            option for option, vector in zip(self.options, self.vectors, strict=True) if vector >> index & 1
        )

    def where(self, holds: Callable[[str], bool]) -> Formula:
        """Say in classes what holds for a class's first text and, by how the place is cut, for all of its texts."""
        return self.logic.any(option for option, texts in zip(self.options, self.texts, strict=True) if holds(texts[0]))

"""Boolean formulas: hash-consed, simplified as they are built, handed to the solver at the end."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["true", "atom", "not", "and", "or"]


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """A node; equal formulas made by one `Logic` are the same object, so identity is equality."""

    kind: Kind
    parts: tuple[Formula, ...] = ()
    name: Hashable = None
    number: int = 0

    def atoms(self) -> Iterator[Formula]:
        """Yield every atom below once."""
        seen = {id(self)}
        stack = [self]
        while stack:
            node = stack.pop()
            if node.kind == "atom":
                yield node
            for part in node.parts:
                if id(part) not in seen:
                    seen.add(id(part))
                    stack.append(part)


class Logic:
    """Makes formulas."""

    def __init__(self) -> None:
        self._made: dict[Hashable, Formula] = {}
        self.true = self._make("true")
        self.false = self._make("not", (self.true,))

    def constant(self, value: object) -> Formula:
        return self.true if value else self.false

    def atom(self, name: Hashable) -> Formula:
        """Return the atom of a name."""
        return self._make("atom", (), name)

    def no(self, formula: Formula) -> Formula:
        """Negate."""
        if formula is self.true:
            return self.false
        return formula.parts[0] if formula.kind == "not" else self._make("not", (formula,))

    def all(self, formulas: Iterable[Formula]) -> Formula:
        """Join by and."""
        return self._join("and", formulas, self.true, self.false)

    def any(self, formulas: Iterable[Formula]) -> Formula:
        """Join by or."""
        return self._join("or", formulas, self.false, self.true)

    def both(self, *formulas: Formula) -> Formula:
        return self.all(formulas)

    def either(self, *formulas: Formula) -> Formula:
        return self.any(formulas)

    def implies(self, left: Formula, right: Formula) -> Formula:
        return self.either(self.no(left), right)

    def same(self, left: Formula, right: Formula) -> Formula:
        return self.both(self.implies(left, right), self.implies(right, left))

    def choose(self, test: Formula, yes: Formula, no: Formula) -> Formula:
        """If `test` then `yes` else `no`."""
        return self.either(self.both(test, yes), self.both(self.no(test), no))

    def _join(self, kind: Kind, formulas: Iterable[Formula], unit: Formula, zero: Formula) -> Formula:
        found: dict[int, Formula] = {}
        for formula in formulas:
            if formula is zero:
                return zero
            if formula is unit:
                continue
            for part in formula.parts if formula.kind == kind else (formula,):
                found[part.number] = part
        for part in found.values():
            if part.kind == "not" and part.parts[0].number in found:
                return zero
        if not found:
            return unit
        if len(found) == 1:
            return next(iter(found.values()))
        return self._make(kind, tuple(found[number] for number in sorted(found)))

    def _make(self, kind: Kind, parts: tuple[Formula, ...] = (), name: Hashable = None) -> Formula:
        key = (kind, name, *(part.number for part in parts))
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = Formula(kind, parts, name, len(self._made))
        return made

"""The context of a request as variables: for each condition key whether it is there, how often, and of which class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from iamkit.analysis.symbolic.globs import Pattern
from iamkit.analysis.symbolic.keys import KeyType
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.spaces import Choice
from iamkit.analysis.symbolic.values import Test, Values, values_of


@dataclass(slots=True)
class KeySpace:
    """A condition key: who looks at it and how, and after `cut` the classes of its values.

    A key of several values is as many slots as there are conditions on it: more values than one witness for each
    condition never matter, because every condition asks either for some value or against some value.
    """

    logic: Logic
    key: str
    type: KeyType
    wanted: int = 1
    tests: dict[Test, int] = field(default_factory=dict)
    patterns: dict[Pattern, int] = field(default_factory=dict)
    suggested: dict[str, None] = field(default_factory=dict)
    values: Values = field(default_factory=lambda: Values(()))
    options: list[tuple[Formula, ...]] = field(default_factory=list)

    @property
    def slots(self) -> int:
        return 1 if self.type.multivalued is False else self.wanted

    def here(self, slot: int = 0) -> Formula:
        """Say that the key has a value in this slot; in the first: that the key is present."""
        return self.logic.atom(("here", self.key, slot))

    @property
    def many(self) -> Formula:
        """Say that the value is a list, even of one."""
        return self.logic.atom(("many", self.key))

    @property
    def single(self) -> Formula:
        """Say that the key has one value that a policy variable can take (P36)."""
        return self.logic.both(self.here(), self.logic.no(self.many))

    def passes(self, slot: int, test: Test) -> Formula:
        """Say that the value in a slot passes a test."""
        if not test.values:
            return self.logic.false
        return self.logic.atom(("value", self.key, slot, "test", self.tests.setdefault(test, len(self.tests))))

    def matches(self, slot: int, pattern: Pattern | None) -> Formula:
        """Say that the value in a slot matches a pattern."""
        if pattern is None:
            return self.logic.false
        return self.logic.atom(
            ("value", self.key, slot, "pattern", self.patterns.setdefault(pattern, len(self.patterns)))
        )

    def cut(self) -> Iterator[Choice]:
        """Cut the values into classes: one choice for each slot."""
        self.values = values_of(self.key, self.type, list(self.tests), list(self.patterns), self.suggested)
        for slot in range(self.slots):
            name = ("value", self.key, slot)
            self.options.append(tuple(self.logic.atom((*name, "class", at)) for at in range(len(self.values.classes))))
            yield Choice(self.options[slot], self.here(slot))

    def meaning(self, slot: int, kind: str, index: int) -> Formula:
        """Say in classes what an atom about a slot means."""
        test = list(self.tests)[index] if kind == "test" else None
        return self.where(slot, lambda value: test in value.holds if test else bool(value.patterns >> index & 1))

    def where(self, slot: int, holds: object) -> Formula:
        """Say that the value in a slot is of a class for which something holds."""
        assert callable(holds)
        pairs = zip(self.options[slot], self.values.classes, strict=True)
        return self.logic.any(option for option, value in pairs if holds(value))

    def is_text(self, text: str) -> Formula:
        """Say that the key has this one value; only after `cut`, for a text that is a class of its own."""
        return self.logic.both(self.single, self.where(0, lambda value: value.single and text in value.texts))

    def rules(self) -> Iterator[Formula]:
        """Say how the variables of a key hang together."""
        logic = self.logic
        if self.type.multivalued is not None:
            yield logic.same(self.many, self.here()) if self.type.multivalued else logic.no(self.many)
        yield logic.implies(self.many, self.here())
        for slot in range(1, self.slots):
            yield logic.implies(self.here(slot), logic.both(self.many, self.here(slot - 1)))

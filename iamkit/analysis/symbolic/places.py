"""Where statements look at a request: its action, its resource and the keys of its context, as variables."""

from __future__ import annotations

from collections.abc import Sequence

from iamkit.analysis.symbolic.asking import Asking
from iamkit.analysis.symbolic.context import KeySpace
from iamkit.analysis.symbolic.globs import Automaton, Pattern, fixed_text, glob_pattern
from iamkit.analysis.symbolic.keys import key_type
from iamkit.analysis.symbolic.logic import Formula, Logic
from iamkit.analysis.symbolic.spaces import TextSpace
from iamkit.analysis.symbolic.tied import RESOURCE
from iamkit.analysis.symbolic.universes import Actions, Arns
from iamkit.analysis.symbolic.values import Test
from iamkit.policy.conditions import Condition
from iamkit.policy.operators import NULL
from iamkit.policy.patterns import Matcher, glob
from iamkit.policy.statement import Statement


class Places:
    """The places of a request; `keys` are those that a formula has looked at, in lower case."""

    def __init__(self, logic: Logic, statements: Sequence[Statement], asking: Asking) -> None:
        self.logic = logic
        self.actions = TextSpace(logic, "action", Actions())
        self.action_globs: dict[Pattern, Matcher] = {}
        self.resources = TextSpace(logic, "resource", Arns(asking.accounts, star=True))
        self.resources.unusual = self._unusual
        self.keys: dict[str, KeySpace] = {}
        self._statements, self._home = statements, asking.home
        self._listed: dict[str, tuple[str, ...]] = {}

    def _unusual(self, arn: str) -> int:
        """Put first what the usual caller's own account has, and last what AWS itself has."""
        account = arn.split(":")[4] if arn.count(":") >= 5 else ""
        return 2 if account == "aws" else 1 if account and account != self._home else 0

    def action_is(self, text: str) -> Formula:
        """Say that the request is for an action, or for one of those that a pattern of names covers."""
        pattern = glob_pattern(text.lower())
        self.action_globs[pattern] = glob(text.lower())
        return self.actions.matches(pattern)

    def key(self, key: str) -> KeySpace:
        """Return the variables of a key in lower case."""
        if key not in self.keys:
            self.keys[key] = KeySpace(self.logic, key, key_type(key), wanted=self._slots(key))
        return self.keys[key]

    def _slots(self, key: str) -> int:
        """Count the witnesses that conditions on a key can ask for."""
        conditions = {condition for condition in self._conditions(key) if condition.use.operator is not NULL}
        return max(1, len(conditions))

    def _conditions(self, key: str) -> list[Condition]:
        conditions = (condition for statement in self._statements for condition in statement.conditions)
        return [condition for condition in conditions if condition.key.lower() == key]

    def matches(self, pattern: Pattern | None, place: str, slot: int, value: str | None = None) -> Formula:
        """Say that the text in a place matches a pattern; `value` is the text where it is known."""
        if pattern is None:
            return self.logic.false
        if value is not None:
            return self.logic.constant(Automaton([pattern]).read(value))
        return self.resources.matches(pattern) if place == RESOURCE else self.key(place).matches(slot, pattern)

    def listed_texts(self, key: str) -> tuple[str, ...]:
        """List the texts that conditions compare a key with by equality."""
        if key not in self._listed:
            texts = (
                fixed_text(pattern)
                for test in map(Test.of, self._conditions(key))
                if test.operator in ("StringEquals", "StringLike")
                for pattern in test.patterns()
                if pattern is not None
            )
            self._listed[key] = tuple(dict.fromkeys(text for text in texts if text is not None))
        return self._listed[key]

    def meaning(self, atom: Formula) -> Formula | None:
        """Say in classes, once the places are cut, what an atom means; None for one that is a variable of its own."""
        name = atom.name
        assert isinstance(name, tuple)
        if name[0] in ("action", "resource") and name[1] != "class":
            space = self.actions if name[0] == "action" else self.resources
            return space.meaning(name[1])
        if name[0] == "value" and name[3] != "class":
            return self.keys[name[1]].meaning(name[2], name[3], name[4])
        return None

    @property
    def doubts(self) -> list[str]:
        """List why the classes may not be all."""
        return [space.values.doubt for space in self.keys.values() if space.values.doubt]

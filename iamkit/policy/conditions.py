"""The `Condition` element: operators, their qualifiers, and what a missing key means (P22–P33)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from iamkit.policy.operators import NULL, OPERATORS, Operator, read_bool
from iamkit.policy.patterns import Matcher, nothing
from iamkit.policy.variables import ContextValue, Template, Variable, parse_template


class Qualifier(Enum):
    """How an operator treats a key of several values (P30)."""

    NONE = ""
    FOR_ALL_VALUES = "ForAllValues:"
    FOR_ANY_VALUE = "ForAnyValue:"


@dataclass(frozen=True, slots=True)
class OperatorUse:
    """An operator as a policy names it: `ForAllValues:StringLikeIfExists` is a qualifier, an operator and a suffix."""

    operator: Operator
    qualifier: Qualifier = Qualifier.NONE
    if_exists: bool = False

    @classmethod
    def parse(cls, text: str) -> OperatorUse | None:
        """Read the name; None where there is no such operator (P25)."""
        prefix, colon, rest = text.rpartition(":")
        qualifier = _QUALIFIERS.get((prefix + colon).lower())
        name = rest.lower()
        if_exists = name.endswith("ifexists")
        operator = OPERATORS.get(name.removesuffix("ifexists"))
        if operator is None or qualifier is None or (if_exists and operator is NULL):
            return None
        return cls(operator, qualifier, if_exists)

    def __str__(self) -> str:
        return f"{self.qualifier.value}{self.operator.name}{'IfExists' if self.if_exists else ''}"


_QUALIFIERS = {qualifier.value.lower(): qualifier for qualifier in Qualifier}


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key with its listed values.

    `escapes` tells whether the policy's version knows variables (P34).
    """

    use: OperatorUse
    key: str
    values: tuple[str, ...]
    escapes: bool = True
    _key: str = field(init=False, repr=False, compare=False)
    _fixed: tuple[Matcher, ...] = field(init=False, repr=False, compare=False)
    _templates: tuple[Template, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        takes_variables = self.escapes and self.use.operator.variables
        texts = [parse_template(value) if takes_variables else value for value in self.values]
        fixed = [self._compile(text) for text in texts if isinstance(text, str)]
        object.__setattr__(self, "_key", self.key.lower())
        object.__setattr__(self, "_fixed", tuple(fixed))
        object.__setattr__(self, "_templates", tuple(text for text in texts if isinstance(text, Template)))

    def _compile(self, text: str) -> Matcher:
        # P27: a listed value that cannot be read matches nothing.
        return self.use.operator.compile(text, self.escapes and self.use.operator.variables) or nothing

    @property
    def variables(self) -> tuple[Variable, ...]:
        """List the variables of all values."""
        return tuple(variable for template in self._templates for variable in template.variables)

    @property
    def unreadable(self) -> tuple[str, ...]:
        """List the values that the operator cannot compare with anything (P27)."""
        compile, variables = self.use.operator.compile, self.use.operator.variables and self.escapes
        texts = (value for value in self.values if not (variables and isinstance(parse_template(value), Template)))
        return tuple(text for text in texts if compile(text, variables) in (None, nothing))

    def holds(self, context: Mapping[str, ContextValue]) -> bool:
        """Decide the condition; the context's keys are lower case, and an absent key and an empty one are the same."""
        value = context.get(self._key)
        use = self.use
        if use.operator is NULL:
            return self._null(absent=not value and value != "")
        if value is None or value == ():
            return self._holds_without_key()
        matchers = self._matchers(context) if self._templates else self._fixed
        negated = use.operator.negated
        if isinstance(value, str):
            return _any_matches(matchers, value) is not negated
        results = (_any_matches(matchers, one) is not negated for one in value)
        # P22: without a qualifier a negated operator asks that no value matches, a positive one that some does.
        every = use.qualifier is Qualifier.FOR_ALL_VALUES or (use.qualifier is Qualifier.NONE and negated)
        return all(results) if every else any(results)

    def _null(self, *, absent: bool) -> bool:
        # P31; a set operator changes nothing, because Null asks about the key and not about its values.
        return any(read_bool(value) is absent for value in self.values)

    def _holds_without_key(self) -> bool:
        if self.use.if_exists:  # P24
            return True
        if self.use.qualifier is Qualifier.NONE:
            return self.use.operator.negated
        return self.use.qualifier is Qualifier.FOR_ALL_VALUES  # P30

    def _matchers(self, context: Mapping[str, ContextValue]) -> list[Matcher]:
        # P38: a value whose variable has no value equals nothing.
        resolved = (template.resolve(context) for template in self._templates)
        return [*self._fixed, *(self._compile(text) for text in resolved if text is not None)]


def _any_matches(matchers: tuple[Matcher, ...] | list[Matcher], value: str) -> bool:
    for matches in matchers:  # a loop: this is the innermost step, and a generator costs twice as much
        if matches(value):
            return True
    return False

"""Contexts worth trying: for each condition key the values that make its conditions hold or not."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, NamedTuple

from iamkit import Request
from iamkit.course.askers import has_one_value
from iamkit.course.classes import representatives
from iamkit.course.globs import tokens
from iamkit.course.literals import Text, instances
from iamkit.course.plausible import ALWAYS_PRESENT, MULTIVALUED
from iamkit.course.values import several_values, single_values
from iamkit.policy import Qualifier
from iamkit.policy.variables import Template, parse_template

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from iamkit.policy import Condition, Statement
    from iamkit.policy.variables import ContextValue

    Assignment = dict[str, ContextValue]

# Keys that follow from the caller and the resource: they change with these, not by themselves.
_FOLLOWING = frozenset({
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:principalisawsservice",
    "aws:principalservicename", "aws:username", "aws:resourceaccount",
})  # fmt: skip
_MOST_ASSIGNMENTS = 24
_MOST_FILLINGS = 4


class Value(NamedTuple):
    """A value of a condition key; None: the request does not have the key."""

    cost: int
    value: ContextValue | None


@dataclass(frozen=True, slots=True)
class Key:
    """A condition key with the values to try, cheapest first."""

    name: str
    values: tuple[Value, ...]

    def index(self, conditions: Sequence[Condition], assignments: Sequence[Assignment]) -> int:
        """Find the first value with which those of the conditions that are about this key hold, or the first."""
        key = self.name.lower()
        own = [condition for condition in conditions if condition.key.lower() == key]
        holding = (
            place
            for place, value in enumerate(self.values)
            if any(all(_holds(condition, key, value, context) for condition in own) for context in assignments)
        )
        return next(holding, 0)


def variables_of(statements: Sequence[Statement]) -> dict[str, str]:
    """Give the keys of all policy variables, in lower case, with their spelling."""
    found: dict[str, str] = {}
    for statement in statements:
        holders = [statement.resource_element, *statement.conditions]
        found |= {variable.key.lower(): variable.key for holder in holders if holder for variable in holder.variables}
    return found


def keys_to_vary(
    statements: Sequence[Statement],
    seeds: Sequence[Request],
    people: Sequence[Text],
    only: Mapping[str, tuple[str, ...]],
) -> tuple[tuple[Key, ...], list[Assignment]]:
    """Give the condition keys with their values, and contexts that fill the policies' variables.

    `only` are all values that some keys can have.
    """
    listed = {key.lower(): values for key, values in only.items()}
    conditions = [condition for statement in statements for condition in statement.conditions]
    variables = variables_of(statements)
    spelled = {key.lower(): key for seed in seeds for key in seed.context}
    names = variables | {condition.key.lower(): condition.key for condition in conditions} | spelled
    asked = {*variables, *(condition.key.lower() for condition in conditions)} - _FOLLOWING

    def values(assignments: Sequence[Assignment]) -> dict[str, list[Value]]:
        return {
            key: _listed(key, listed[key])
            if key in listed
            else _values(key, conditions, key in variables, seeds, assignments)
            for key in sorted(asked)
        }

    assignments: list[Assignment] = [{}]
    found = values(assignments)
    if variables:  # what they stand for are values too
        assignments = _assignments(people, {key: found[key] for key in variables if key in asked})
        found = values(assignments)
    return tuple(Key(names[key], tuple(tried)) for key, tried in found.items()), assignments


def common_context(seeds: Sequence[Request], keys: Sequence[Key]) -> Assignment:
    """Give what every case's context says, of the keys that do not vary."""
    varied = {key.name.lower() for key in keys}
    return {
        key: value
        for key, value in (seeds[0].context.items() if seeds else ())
        if key.lower() not in varied and all(seed.value(key) == value for seed in seeds)
    }


def _listed(key: str, values: tuple[str, ...]) -> list[Value]:
    missing = [] if key in ALWAYS_PRESENT else [Value(1, None)]
    return [*(Value(0, value) for value in values), *missing]


def _values(
    key: str,
    conditions: Sequence[Condition],
    is_variable: bool,
    seeds: Sequence[Request],
    assignments: Sequence[Assignment],
) -> list[Value]:
    """Give the values of one key, a few for each way in which its conditions can hold."""
    own = [condition for condition in conditions if condition.key.lower() == key]
    found = [Value(0, value) for value in dict.fromkeys(seed.value(key) for seed in seeds) if value is not None]
    if key not in ALWAYS_PRESENT:
        found.append(Value(1, None))
    singles = [Value(text.cost, text.text) for text in single_values(key, own, _resolved(own, assignments))]
    if is_variable:  # something else compares with it: every value is a class of its own
        return list(dict.fromkeys([*found, *singles[:_MOST_FILLINGS], Value(4, "example-2")]))

    def signature(value: Value) -> Hashable:
        # Some callers have no such key, whatever else the conditions see alike.
        held = (_holds(condition, key, value, context) for condition in own for context in assignments)
        return value.value is None, *held

    singles = representatives(singles, signature)
    found += singles
    qualified = any(condition.use.qualifier is not Qualifier.NONE for condition in own) and not has_one_value(key)
    if key in MULTIVALUED or qualified:
        few = [str(value.value) for value in representatives(singles, signature, 1)]
        found += [Value(3, several) for several in several_values(few[:6], own)]
    return representatives(sorted(found, key=lambda value: value.cost), signature)


def _holds(condition: Condition, key: str, value: Value, context: Assignment) -> bool:
    return condition.holds(context if value.value is None else {**context, key: value.value})


def _resolved(conditions: Sequence[Condition], assignments: Sequence[Assignment]) -> Iterator[str]:
    """Give what the conditions' values with variables stand for."""
    for condition in conditions:
        takes = condition.escapes and condition.use.operator.variables
        templates = [parse_template(value) for value in condition.values] if takes else []
        for template in templates:
            if isinstance(template, Template):
                texts = (template.resolve(context) for context in assignments)
                yield from (next(instances(tokens(text))).text for text in texts if text is not None)


def _assignments(people: Sequence[Text], free: dict[str, list[Value]]) -> list[Assignment]:
    """Fill the variables: for some callers all keys with their first, second, … value, then one key at a time."""
    callers = [Request(person.text, "s3:GetObject").folded_context for person in people[:4]]
    together = [{key: values[place % len(values)] for key, values in free.items()} for place in range(_MOST_FILLINGS)]
    alone = [together[1] | {key: value} for key, values in free.items() for value in values]
    rows = product(together + alone, callers)
    filled = (
        {**caller, **{key: one.value for key, one in row.items() if one.value is not None}} for row, caller in rows
    )
    return list(islice(filled, _MOST_ASSIGNMENTS))

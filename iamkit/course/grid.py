"""The requests on which two sets of policies are compared: principals × targets × values of each condition key.

Every dimension is built from the literals of the policies and of the cases, and reduced to what the statements can
tell apart; their product is walked from the most natural request on.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import TYPE_CHECKING, NamedTuple

from iamkit import Request
from iamkit.course.classes import representatives
from iamkit.course.literals import Text
from iamkit.course.people import principals
from iamkit.course.plausible import ALWAYS_PRESENT, MULTIVALUED
from iamkit.course.targets import Target, covers, targets
from iamkit.course.values import several_values, single_values
from iamkit.policy import Qualifier
from iamkit.policy.variables import Template, parse_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iamkit.policy import Condition, Statement
    from iamkit.policy.variables import ContextValue

# Keys that follow from the caller and the resource: they change with these, not by themselves.
_FOLLOWING = frozenset({
    "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:principalisawsservice",
    "aws:principalservicename", "aws:username", "aws:resourceaccount",
})  # fmt: skip
_MOST_ASSIGNMENTS = 24


class Value(NamedTuple):
    """A value of a condition key; None: the request does not have the key."""

    cost: int
    value: ContextValue | None


@dataclass(frozen=True, slots=True)
class Key:
    """A condition key with the values to try, cheapest first."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The dimensions of the requests, and where in them the statements and the cases are."""

    principals: tuple[Text, ...]
    targets: tuple[Target, ...]
    keys: tuple[Key, ...]
    common: dict[str, ContextValue]
    bases: tuple[tuple[int, ...], ...]

    @property
    def size(self) -> int:
        return math.prod(self._sizes())

    def requests(self, limit: int) -> Iterator[Request]:
        """Make at most `limit` requests, the most natural first."""
        sizes = self._sizes()
        if self.size <= limit:
            chosen = list(product(*(range(size) for size in sizes)))
        else:
            chosen = list(islice(_once(self._selection(sizes)), limit))
        chosen.sort(key=lambda places: (self._cost(places), places))
        return (self._request(places) for places in chosen)

    def _selection(self, sizes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Choose fairly from too many: around each base one change and two, then evenly from everything."""
        together = [*combinations(range(len(sizes)), 1), *combinations(range(len(sizes)), 2)]
        # The small sweeps first and the bases by turns, so that none uses up the limit.
        for dimensions in sorted(together, key=lambda found: math.prod(sizes[dimension] for dimension in found)):
            for base in self.bases:
                yield from _sweep(base, dimensions, sizes)
        total = math.prod(sizes)
        step = next(step for step in range(int(total * 0.618) | 1, total) if math.gcd(step, total) == 1)
        for number in range(total):
            yield _places(number * step % total, sizes)

    def _sizes(self) -> tuple[int, ...]:
        return (len(self.principals), len(self.targets), *(len(key.values) for key in self.keys))

    def _cost(self, places: tuple[int, ...]) -> int:
        values = sum(key.values[place].cost for key, place in zip(self.keys, places[2:], strict=True))
        return self.principals[places[0]].cost + self.targets[places[1]].cost + values

    def _request(self, places: tuple[int, ...]) -> Request:
        context = dict(self.common)
        for key, place in zip(self.keys, places[2:], strict=True):
            value = key.values[place].value
            if value is not None:
                context[key.name] = value
        target = self.targets[places[1]]
        return Request(self.principals[places[0]].text, target.action, target.resource, context)


def _sweep(base: tuple[int, ...], dimensions: Sequence[int], sizes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for values in product(*(range(sizes[dimension]) for dimension in dimensions)):
        places = list(base)
        for dimension, value in zip(dimensions, values, strict=True):
            places[dimension] = value
        yield tuple(places)


def _once(found: Iterator[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    seen = set()
    for places in found:
        if places not in seen:
            seen.add(places)
            yield places


def _places(number: int, sizes: tuple[int, ...]) -> tuple[int, ...]:
    places = []
    for size in sizes:
        number, place = divmod(number, size)
        places.append(place)
    return tuple(places)


def build_grid(statements: Sequence[Statement], seeds: Sequence[Request], *, attached: bool = False) -> Grid:
    """Build the requests for these statements around the requests of the cases; for `attached` see `targets`."""
    conditions = [condition for statement in statements for condition in statement.conditions]
    variables = _variables(statements)
    people = principals(seeds, statements, variables)
    names = _key_names(conditions, variables, seeds)
    first = {key: _values(key, conditions, variables, seeds, [{}]) for key in names}
    assignments = _assignments(people, variables, first, names)
    keys = tuple(
        Key(names[key], tuple(_values(key, conditions, variables, seeds, assignments))) for key in sorted(names)
    )
    found = targets(statements, seeds, assignments, attached=attached)
    people = representatives(people, lambda person: _standing(person, statements, conditions), 3)
    grid = Grid(tuple(people), tuple(found), keys, _common(seeds, names), ())
    bases = dict.fromkeys(_base(statement, grid, assignments) for statement in statements)
    return Grid(grid.principals, grid.targets, grid.keys, grid.common, tuple(bases))


def _standing(person: Text, statements: Sequence[Statement], conditions: Sequence[Condition]) -> Hashable:
    """Say all that statements can see of a caller; callers with a name of their own for a variable stay apart."""
    request = Request(person.text, "s3:GetObject")
    caller = request.principal
    naming = tuple(statement.names(caller) for statement in statements)
    held = tuple(condition.holds(request.folded_context) for condition in conditions)
    return (caller.kind, caller.account, naming, held)


def _variables(statements: Sequence[Statement]) -> list[str]:
    found = []
    for statement in statements:
        holders = [statement.resource_element, *statement.conditions]
        found += [variable.key.lower() for holder in holders if holder is not None for variable in holder.variables]
    return list(dict.fromkeys(found))


def _key_names(conditions: Sequence[Condition], variables: Sequence[str], seeds: Sequence[Request]) -> dict[str, str]:
    """Give the keys to vary, in lower case, with the spelling to show."""
    spelled = {key.lower(): key for seed in seeds for key in seed.context}
    names = {key: key for key in variables} | {condition.key.lower(): condition.key for condition in conditions}
    return {key: spelled.get(key, name) for key, name in names.items() if key not in _FOLLOWING}


def _common(seeds: Sequence[Request], names: dict[str, str]) -> dict[str, ContextValue]:
    """Give what every case's context says, of the keys that do not vary."""
    if not seeds:
        return {}
    first, *others = seeds
    return {
        key: value
        for key, value in first.context.items()
        if key.lower() not in names and all(seed.value(key) == value for seed in others)
    }


def _values(
    key: str,
    conditions: Sequence[Condition],
    variables: Sequence[str],
    seeds: Sequence[Request],
    assignments: Sequence[dict[str, ContextValue]],
) -> list[Value]:
    """Give the values of one key, a few for each way in which the conditions can hold."""
    own = [condition for condition in conditions if condition.key.lower() == key]
    seeded = [seed.value(key) for seed in seeds]
    found = [Value(0, value) for value in dict.fromkeys(seeded) if value is not None]
    if key not in ALWAYS_PRESENT:
        found.append(Value(1, None))
    singles = [Value(text.cost, text.text) for text in single_values(key, own, _resolved(own, assignments))]

    def signature(value: Value) -> Hashable:
        if key in variables:
            return value.value  # another condition or a resource compares with it: every value is its own class
        given = {} if value.value is None else {key: value.value}
        return tuple(condition.holds({**context, **given}) for condition in own for context in assignments)

    if key in variables:
        found += singles[:4]
        return representatives(found, signature)
    singles = representatives(singles, signature)
    found += singles
    if key in MULTIVALUED or any(condition.use.qualifier is not Qualifier.NONE for condition in own):
        few = [str(value.value) for value in representatives(singles, signature, 1)]
        found += [Value(3, several) for several in several_values(few[:6], own)]
    return representatives(sorted(found, key=lambda value: value.cost), signature)


def _resolved(conditions: Sequence[Condition], assignments: Sequence[dict[str, ContextValue]]) -> Iterator[str]:
    """Give what the values with variables stand for."""
    for condition in conditions:
        takes = condition.escapes and condition.use.operator.variables
        for value in condition.values if takes else ():
            template = parse_template(value)
            if isinstance(template, Template):
                texts = (template.resolve(context) for context in assignments)
                yield from (text.replace("*", "example").replace("?", "a") for text in texts if text is not None)


def _assignments(
    people: Sequence[Text], variables: Sequence[str], first: dict[str, list[Value]], names: dict[str, str]
) -> list[dict[str, ContextValue]]:
    """Give contexts that fill the policies' variables: those of each caller, with values of the other keys."""
    if not variables:
        return [{}]
    free = [key for key in variables if key in names]
    callers = [Request(person.text, "s3:GetObject").folded_context for person in people[:4]]
    found = []
    for caller, values in product(callers, product(*(first[key][:4] for key in free))):
        filled = {key: value.value for key, value in zip(free, values, strict=True) if value.value is not None}
        found.append({**caller, **filled})
    return found[:_MOST_ASSIGNMENTS]


def _base(statement: Statement, grid: Grid, assignments: Sequence[dict[str, ContextValue]]) -> tuple[int, ...]:
    """Find a place in the grid where the statement matches, as far as each element alone can tell."""
    places = [0]
    places.append(_first(covers(statement, target, assignments) for target in grid.targets))
    for key in grid.keys:
        own = [condition for condition in statement.conditions if condition.key.lower() == key.name.lower()]
        places.append(_first(_holds(own, key.name.lower(), value.value, assignments) for value in key.values))
    return tuple(places)


def _holds(
    conditions: Sequence[Condition],
    key: str,
    value: ContextValue | None,
    assignments: Sequence[dict[str, ContextValue]],
) -> bool:
    given = {} if value is None else {key: value}
    return any(all(condition.holds({**context, **given}) for condition in conditions) for context in assignments)


def _first(truths: Iterator[bool]) -> int:
    return next((place for place, true in enumerate(truths) if true), 0)

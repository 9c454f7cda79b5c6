"""The requests on which two sets of policies are compared: principals × targets × values of each condition key.

Every dimension is built from the literals of the policies and of the cases, and reduced to what the statements can
tell apart; their product is walked from the most natural request on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import combinations, islice, product
from typing import TYPE_CHECKING

from iamkit import Request
from iamkit.course.askers import can_be_asked
from iamkit.course.classes import representatives
from iamkit.course.contexts import Key, common_context, keys_to_vary, variables_of
from iamkit.course.literals import Text
from iamkit.course.people import principals
from iamkit.course.targets import Target, covers, targets

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from iamkit.policy import Statement
    from iamkit.policy.variables import ContextValue


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
        asked = frozenset(key.name.lower() for key in self.keys)
        return (request for request in map(self._request, chosen) if can_be_asked(request, asked))

    def _selection(self, sizes: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """Choose fairly from too many: around each base one change and two, then evenly from everything."""
        together = [*combinations(range(len(sizes)), 1), *combinations(range(len(sizes)), 2)]
        # The small sweeps first and the bases by turns, so that none uses up the limit.
        for dimensions in sorted(together, key=lambda found: math.prod(sizes[dimension] for dimension in found)):
            for base in self.bases:
                yield from _sweep(base, dimensions, sizes)
        total = math.prod(sizes)
        step = next(step for step in range(total * 618 // 1000 | 1, total) if math.gcd(step, total) == 1)
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


def build_grid(
    statements: Sequence[Statement],
    seeds: Sequence[Request],
    values: Mapping[str, tuple[str, ...]],
    *,
    attached: bool = False,
) -> Grid:
    """Build the requests for these statements around the requests of the cases; for `attached` see `targets`.

    `values` are all that some condition keys can have.
    """
    variables = variables_of(statements)
    people = principals(seeds, statements, variables)
    keys, assignments = keys_to_vary(statements, seeds, people, values)
    grid = Grid(
        principals=tuple(representatives(people, lambda person: _standing(person, statements), 3)),
        targets=tuple(targets(statements, seeds, assignments, attached=attached)),
        keys=keys,
        common=common_context(seeds, keys),
        bases=(),
    )
    bases = dict.fromkeys(
        (
            0,
            _first(covers(statement, target, assignments) for target in grid.targets),
            *(key.index(statement.conditions, assignments) for key in keys),
        )
        for statement in statements
    )
    return replace(grid, bases=tuple(bases))


def _standing(person: Text, statements: Sequence[Statement]) -> Hashable:
    """Say all that the statements' own elements can see of a caller; its name may be in a variable as well."""
    request = Request(person.text, "s3:GetObject")
    caller = request.principal
    named = tuple(statement.names(caller) for statement in statements)
    conditions = (condition for statement in statements for condition in statement.conditions)
    held = tuple(condition.holds(request.folded_context) for condition in conditions)
    return (caller.kind, caller.account, named, held)


def _first(truths: Iterator[bool]) -> int:
    return next((place for place, true in enumerate(truths) if true), 0)

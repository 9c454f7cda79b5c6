"""Look for a request that two sets of policies decide differently.

The search is over a grid (`grid.py`): what it finds is a difference, what it does not find may still be one. A proof
(`proving.py`) goes on where the search finds nothing, and speaks of the same requests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from iamkit import Evaluation, Policies, Request, allows, evaluate
from iamkit.course.askers import can_be_asked
from iamkit.course.grid import build_grid
from iamkit.course.plausible import ALWAYS_PRESENT
from iamkit.course.universe import Values, shared, statements_of

if TYPE_CHECKING:
    from iamkit.policy import Statement

LIMIT = 20_000

NO_VALUES: Mapping[str, tuple[str, ...]] = {}


class Relation(Enum):
    """What a policy must be to the solution."""

    EQUIVALENT = "equivalent"
    AT_MOST = "at-most"
    AT_LEAST = "at-least"

    def broken(self, mine: bool, theirs: bool) -> bool:
        """Tell whether two decisions, allowed or not, break the relation."""
        more, less = mine and not theirs, theirs and not mine
        return (more and self is not Relation.AT_LEAST) or (less and self is not Relation.AT_MOST)


@dataclass(frozen=True, slots=True)
class Difference:
    """A request with two answers; `abroad`: if the resource's account, another one, allows it by its own policy."""

    request: Request
    mine: Evaluation
    theirs: Evaluation
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The end of a search: a difference, or in how many requests there was none.

    `proved`: there can be none; otherwise `reason` says why nothing was proved.
    """

    difference: Difference | None
    requests: int
    proved: bool = False
    reason: str = ""


class Comparer(Protocol):
    """Compare two sets of policies.

    `seeds` are requests that the exercise is about, `values` all values that some condition keys can have there.
    """

    def __call__(
        self, mine: Policies, theirs: Policies, *, seeds: Sequence[Request], relation: Relation, values: Values = ...
    ) -> Comparison: ...


def find_difference(
    mine: Policies,
    theirs: Policies,
    *,
    seeds: Sequence[Request],
    relation: Relation = Relation.EQUIVALENT,
    values: Values = NO_VALUES,
    limit: int = LIMIT,
) -> Comparison:
    """Compare on the seeds and on at most `limit` requests built from both sides' literals, most natural first.

    AT_MOST asks only that `mine` allows nothing that `theirs` does not, AT_LEAST the reverse.
    """
    statements = list(dict.fromkeys([*statements_of(mine), *statements_of(theirs)]))
    attached = mine.resource_based != theirs.resource_based
    grid = build_grid(statements, seeds, values, attached=attached)
    own = [seed for seed in seeds if _is_complete(seed, statements)]
    sides = Sides(mine, theirs, frozenset(seed.resource_account for seed in seeds))
    compared = 0
    for request in chain(own, grid.requests(max(limit - len(own), 0))):
        compared += 1
        found = sides.differ(request, relation)
        if found is not None:
            return Comparison(found, compared)
    return Comparison(None, compared)


class Sides:
    """The two sets of policies, and what they are in front of another account's resource."""

    def __init__(self, mine: Policies, theirs: Policies, accounts: frozenset[str | None]) -> None:
        self.accounts = accounts
        self.at_home = (mine, theirs)
        self.abroad = (shared(mine), shared(theirs))

    def differ(self, request: Request, relation: Relation) -> Difference | None:
        """Give the difference that a request makes, if it makes one."""
        abroad = request.crosses_accounts and request.resource_account not in self.accounts
        mine, theirs = self.abroad if abroad else self.at_home
        if not relation.broken(allows(request, mine), allows(request, theirs)):
            return None
        # The explaining path has the last word: a counterexample is shown with its evaluation.
        difference = Difference(request, evaluate(request, mine), evaluate(request, theirs), abroad)
        return difference if difference.mine.allowed != difference.theirs.allowed else None


def _is_complete(request: Request, statements: Iterable[Statement]) -> bool:
    """Tell whether the request has the keys that it cannot lack, as far as a condition asks for them (E4)."""
    asked = {condition.key.lower() for statement in statements for condition in statement.conditions}
    return all(request.value(key) is not None for key in asked & ALWAYS_PRESENT) and can_be_asked(request, asked)

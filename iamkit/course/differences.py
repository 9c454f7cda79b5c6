"""Look for a request that two sets of policies decide differently.

The search is over a grid (`grid.py`): what it finds is a difference, what it does not find may still be one. A proof
can take its place behind `Comparison`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from iamkit import Evaluation, Policies, Policy, PolicyType, Request, allows, evaluate
from iamkit.course.askers import can_be_asked
from iamkit.course.grid import build_grid
from iamkit.course.plausible import ALWAYS_PRESENT

if TYPE_CHECKING:
    from iamkit.policy import Statement

LIMIT = 20_000

_OPEN = Policy.parse(
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}},
    name="a policy of the other account that allows everything",
    type=PolicyType.RESOURCE_BASED,
)


class Relation(Enum):
    """What a policy must be to the solution."""

    EQUIVALENT = "equivalent"
    AT_MOST = "at-most"


@dataclass(frozen=True, slots=True)
class Difference:
    """A request with two answers; `abroad`: if the resource's account, another one, allows it by its own policy."""

    request: Request
    mine: Evaluation
    theirs: Evaluation
    abroad: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The end of a search: a difference, or in how many requests there was none; `proved` if there can be none."""

    difference: Difference | None
    requests: int
    proved: bool = False


class Comparer(Protocol):
    """Compare two sets of policies; `seeds` are requests that the exercise is about."""

    def __call__(
        self, mine: Policies, theirs: Policies, *, seeds: Sequence[Request], relation: Relation
    ) -> Comparison: ...


def find_difference(
    mine: Policies,
    theirs: Policies,
    *,
    seeds: Sequence[Request],
    relation: Relation = Relation.EQUIVALENT,
    limit: int = LIMIT,
) -> Comparison:
    """Compare on the seeds and on at most `limit` requests built from both sides' literals, most natural first.

    AT_MOST asks only that `mine` allows nothing that `theirs` does not.
    """
    statements = list(dict.fromkeys([*statements_of(mine), *statements_of(theirs)]))
    attached = mine.resource_based != theirs.resource_based
    grid = build_grid(statements, seeds, attached=attached)
    own = [seed for seed in seeds if _is_complete(seed, statements)]
    sides = _Sides(mine, theirs, frozenset(seed.resource_account for seed in seeds))
    compared = 0
    for request in chain(own, grid.requests(max(limit - len(own), 0))):
        compared += 1
        found = sides.differ(request, relation)
        if found is not None:
            return Comparison(found, compared)
    return Comparison(None, compared)


class _Sides:
    """The two sets of policies, and what they are in front of another account's resource.

    There the other account has its say too (E15). Its policy is not ours to compare: it is taken to allow everything.
    """

    def __init__(self, mine: Policies, theirs: Policies, accounts: frozenset[str | None]) -> None:
        self.accounts = accounts
        self.at_home = (mine, theirs)
        self.abroad = (_shared(mine), _shared(theirs))

    def differ(self, request: Request, relation: Relation) -> Difference | None:
        abroad = request.crosses_accounts and request.resource_account not in self.accounts
        mine, theirs = self.abroad if abroad else self.at_home
        allowed = allows(request, mine)
        if allowed == allows(request, theirs) or (relation is Relation.AT_MOST and not allowed):
            return None
        # The explaining path has the last word: a counterexample is shown with its evaluation.
        difference = Difference(request, evaluate(request, mine), evaluate(request, theirs), abroad)
        return difference if difference.mine.allowed != difference.theirs.allowed else None


def _shared(policies: Policies) -> Policies:
    """Return the same policies with the other account's resource open to everyone."""
    if policies.resource_based is not None:
        return policies
    return Policies(
        policies.identity_based,
        _OPEN,
        policies.permissions_boundary,
        policies.session,
        {level.name: level.policies for level in policies.service_control or ()},
        {level.name: level.policies for level in policies.resource_control or ()},
        policies.vpc_endpoint,
        groups=policies.groups,
        management_account=policies.management_account,
    )


def _is_complete(request: Request, statements: Iterable[Statement]) -> bool:
    """Tell whether the request has the keys that it cannot lack, as far as a condition asks for them (E4)."""
    asked = {condition.key.lower() for statement in statements for condition in statement.conditions}
    return all(request.value(key) is not None for key in asked & ALWAYS_PRESENT) and can_be_asked(request, asked)


def statements_of(policies: Policies) -> list[Statement]:
    """List the statements of all policies that may have a say."""
    levels = [*(policies.service_control or ()), *(policies.resource_control or ())]
    every: Iterable[Policy] = chain(
        policies.identity_based,
        *policies.groups.values(),
        (policy for policy in [policies.resource_based] if policy is not None),
        policies.permissions_boundary or (),
        policies.session or (),
        policies.vpc_endpoint or (),
        *(level.policies for level in levels),
    )
    return [statement for policy in every for statement in policy.statements]

"""Compare by proof: search a little for a natural difference, then ask the solver about every request.

Where there is no solver, or it finds no end, the search goes on as far as it does alone and says why nothing is proved.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from iamkit import Request
from iamkit.course.askers import can_be_asked
from iamkit.course.differences import LIMIT, NO_VALUES, Comparison, Relation, Sides, find_difference
from iamkit.course.universe import Values, World, keys_of, worlds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iamkit import Caller, Policies

# What is searched before the solver is asked: it finds most mistakes, and its counterexamples look like the cases.
SEARCHED_FIRST = 2_000
SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class _Answer:
    """Proved, a request that makes a difference, or why neither."""

    proved: bool = False
    request: Request | None = None
    reason: str = ""


def compare_by_proof(
    mine: Policies,
    theirs: Policies,
    *,
    seeds: Sequence[Request],
    relation: Relation = Relation.EQUIVALENT,
    values: Values = NO_VALUES,
    limit: int = LIMIT,
    seconds: float = SECONDS,
) -> Comparison:
    """Compare over all requests that the search knows of, those of the seeds and all beyond (`universe.py`)."""
    first = min(SEARCHED_FIRST, limit)
    searched = find_difference(mine, theirs, seeds=seeds, relation=relation, values=values, limit=first)
    if searched.difference is not None:
        return searched
    answer = _prove(mine, theirs, seeds, relation, values, seconds)
    if answer.proved:
        return replace(searched, proved=True)
    if answer.request is not None:
        accounts = frozenset(seed.resource_account for seed in seeds)
        found = Sides(mine, theirs, accounts).differ(answer.request, relation)
        if found is not None and can_be_asked(answer.request, keys_of(mine, theirs)):
            return Comparison(found, searched.requests + 1)
        answer = _Answer(reason=f"the solver's request is none that can be made: {_shown(answer.request)}")
    if searched.requests >= first:  # otherwise that was all there is to search
        searched = find_difference(mine, theirs, seeds=seeds, relation=relation, values=values, limit=limit)
    return replace(searched, reason=answer.reason)


def _prove(
    mine: Policies, theirs: Policies, seeds: Sequence[Request], relation: Relation, values: Values, seconds: float
) -> _Answer:
    """Ask the solver about each world; the first difference or doubt ends it."""
    from iamkit.analysis.compare import NoSolver

    askers = tuple(dict.fromkeys(seed.principal for seed in seeds))
    try:
        for world in worlds(mine, theirs, seeds, values):
            answer = _ask(world, relation, (), seconds)
            if answer.request is not None:  # the exercise's own principals make the better counterexample
                return replace(answer, request=_ask(world, relation, askers, seconds).request or answer.request)
            if not answer.proved:
                return answer
    except NoSolver:
        return _Answer(reason="z3 is not installed")
    return _Answer(proved=True)


def _ask(world: World, relation: Relation, askers: Sequence[Caller], seconds: float) -> _Answer:
    from iamkit.analysis import compare as analysis

    scope = analysis.Scope(principals=tuple(askers), resource_account=world.home)
    wanted = analysis.Relation(relation.value)
    found = analysis.compare(world.mine, world.theirs, wanted, seconds=seconds, scope=scope)
    if found.verdict is analysis.Verdict.UNKNOWN:
        return _Answer(reason=found.reason)
    # What only an invented action or resource tells apart is the same for everything that AWS has.
    proved = found.verdict is analysis.Verdict.PROVED or found.invented
    if proved or found.request is None:
        return _Answer(proved)
    told = found.request
    request = Request(told.principal, told.action, told.resource, {**told.context, **world.context})
    return _Answer(request=request)


def _shown(request: Request) -> str:
    return f"{request.action} on {request.resource.arn} by {request.principal}"

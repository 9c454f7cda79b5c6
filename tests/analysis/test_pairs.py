"""Pairs of policies with known meanings: what the solver says of them, and that what the pairs say is true."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from iamkit import Policies, Policy, PolicyType, Request, allows, evaluate
from iamkit.analysis.compare import Relation, Verdict, compare
from tests.analysis.families import family_pairs
from tests.analysis.reading import Pair, read_pairs
from tests.analysis.rewriting import changed, random_policy, random_requests, rewritten
from tests.effort import FUZZ

WRITTEN = list(read_pairs())
FAMILIES = list(family_pairs())
PAIRS = [pytest.param(pair, id=f"{file}: {pair.name}") for file, pair, _ in WRITTEN]
PAIRS += [pytest.param(pair, id=pair.name) for pair in FAMILIES]
SEEDS = range(400 if FUZZ else 20)
SECONDS = 60.0

_PROVED = {"same": set(Relation), "less": {Relation.AT_MOST}, "more": {Relation.AT_LEAST}, "neither": set()}


def test_there_are_enough_pairs_each_with_a_name_of_its_own() -> None:
    """A pair is found by its name alone."""
    names = [(file, pair.name) for file, pair, _ in WRITTEN] + [("", pair.name) for pair in FAMILIES]

    assert len(set(names)) == len(names) > 800
    assert len(WRITTEN) > 400


@pytest.mark.parametrize("pair", PAIRS)
def test_requests_tell_what_the_pair_says(pair: Pair) -> None:
    """What only one side allows, only that side allows; the rule is named."""
    assert pair.source
    for request, wanted in ((pair.only_mine, (True, False)), (pair.only_theirs, (False, True))):
        if request is not None:
            assert (evaluate(request, pair.mine).allowed, evaluate(request, pair.theirs).allowed) == wanted


@pytest.mark.parametrize(("pair", "written"), [pytest.param(pair, raw, id=pair.name) for _, pair, raw in WRITTEN])
def test_the_meaning_is_the_one_written(pair: Pair, written: dict[str, Any]) -> None:
    """The word and the requests of a pair agree."""
    assert written["meaning"] == pair.meaning


@pytest.mark.parametrize("pair", PAIRS)
def test_the_solver_finds_what_is_known(pair: Pair) -> None:
    """Proved where it is so, a request where it is not; unknown only where text and another type meet in one key."""
    for relation in _relations(pair):
        found = compare(pair.mine, pair.theirs, relation, seconds=SECONDS)
        if found.verdict is Verdict.UNKNOWN and "compared both as text and as something else" in found.reason:
            continue
        wanted = Verdict.PROVED if relation in _PROVED[pair.meaning] else Verdict.DIFFERENT
        assert found.verdict is wanted, f"{pair.source}: {relation.value}: {found.reason} {found.request!r}"
        if found.request is not None:
            mine, theirs = (evaluate(found.request, side).allowed for side in (pair.mine, pair.theirs))
            assert mine is not theirs


def _relations(pair: Pair) -> list[Relation]:
    """The relation that the pair's meaning decides, and equivalence."""
    own = {"less": Relation.AT_MOST, "more": Relation.AT_LEAST}.get(pair.meaning, Relation.EQUIVALENT)
    return list(dict.fromkeys((own, Relation.EQUIVALENT)))


def _in_force(document: dict[str, Any]) -> Policies:
    return Policies.of(Policy.parse(document, type=PolicyType.IDENTITY_BASED))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rewrite_is_proved_to_mean_the_same(seed: int) -> None:
    """Split, merged, reordered, respelled, with redundant parts: the meaning stays."""
    random = Random(seed)
    policy = random_policy(random)
    other, steps = rewritten(policy, random)
    found = compare(_in_force(policy), _in_force(other), seconds=SECONDS)

    assert found.verdict is Verdict.PROVED, f"{steps}: {found.reason} {found.request!r}\n{policy}\n{other}"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_change_that_a_request_shows_is_found(seed: int) -> None:
    """A random request that tells a policy from its mutant leaves no room for a proof, in either direction."""
    random = Random(1000 + seed)
    policy = random_policy(random)
    mine, theirs = _in_force(policy), _in_force(changed(policy, random))
    requests = random_requests(random)
    shown = [Request(*next(requests)) for _ in range(300)]
    more = any(allows(one, mine) and not allows(one, theirs) for one in shown)
    less = any(allows(one, theirs) and not allows(one, mine) for one in shown)
    found = compare(mine, theirs, seconds=SECONDS)

    if more or less:
        assert found.verdict is Verdict.DIFFERENT, f"{found.reason}\n{policy}"
    if found.verdict is Verdict.PROVED:
        assert not more
        assert not less

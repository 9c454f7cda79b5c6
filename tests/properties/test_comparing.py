"""Random pairs of policies: no random request ever contradicts what was proved of them."""

from __future__ import annotations

from random import Random

import pytest

from iamkit import Policies, Policy, PolicyType, Request, allows
from iamkit.analysis.compare import Relation, Verdict, compare
from tests.analysis.rewriting import changed, random_policy, random_requests, rewritten
from tests.effort import FUZZ

# 200 pairs with 500 requests each are the 100,000 of `make fuzz`.
PAIRS, REQUESTS = (200, 500) if FUZZ else (12, 250)


def _pair(random: Random) -> tuple[Policies, Policies]:
    """A policy and another, a change of it, or the same in other words: proofs must be found as well as differences."""
    policy = random_policy(random)
    kind = random.choice(("another", "changed", "rewritten"))
    if kind == "another":
        other = random_policy(random)
    else:
        other = changed(policy, random) if kind == "changed" else rewritten(policy, random)[0]
    left, right = (Policy.parse(one, type=PolicyType.IDENTITY_BASED) for one in (policy, other))
    return Policies.of(left), Policies.of(right)


@pytest.mark.parametrize("seed", range(PAIRS))
def test_no_request_contradicts_a_proof(seed: int) -> None:
    """Equivalent means alike everywhere, at most never more, at least never less."""
    random = Random(5000 + seed)
    mine, theirs = _pair(random)
    relation = random.choice(list(Relation))
    found = compare(mine, theirs, relation, seconds=60.0)
    drawn = random_requests(random)
    for _ in range(REQUESTS):
        request = Request(*next(drawn))
        left, right = allows(request, mine), allows(request, theirs)
        if found.verdict is Verdict.PROVED:
            assert left or not right or relation is Relation.AT_MOST, request
            assert right or not left or relation is Relation.AT_LEAST, request

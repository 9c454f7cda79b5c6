"""A proof is never contradicted by a request, and a difference is always one."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamkit import Policies, Request, allows
from iamkit.analysis.compare import Relation, Verdict, compare
from iamkit.analysis.symbolic.possible import is_possible
from tests.effort import FUZZ
from tests.properties.strategies import Json, documents, policies, policy_sets, requests

ALWAYS = {
    "aws:CurrentTime": "2026-01-15T12:00:00Z",
    "aws:EpochTime": "1768478400",
    "aws:SecureTransport": "true",
    "aws:ViaAWSService": "false",
}
SLOW = settings(max_examples=200 if FUZZ else 10, suppress_health_check=list(HealthCheck))


@st.composite
def real_requests(draw: st.DrawFn) -> Request:
    """A request with the keys that none comes without."""
    return completed(draw(requests()))


def completed(request: Request) -> Request:
    """Add the keys that no request comes without."""
    given = {key.lower() for key in request.context}
    always = {key: value for key, value in ALWAYS.items() if key.lower() not in given}
    return Request(request.principal, request.action, request.resource, {**always, **request.context})


def agree(mine: Policies, theirs: Policies, asked: list[Request]) -> None:
    """Compare, and hold what was found against the engine."""
    found = compare(mine, theirs, Relation.EQUIVALENT, seconds=5)
    assert "disagrees" not in found.reason, found.reason
    if found.request is not None:
        assert allows(found.request, mine) is not allows(found.request, theirs)
        whole = completed(found.request)  # a counterexample has only the keys that the policies look at
        assert is_possible(whole)
        assert allows(whole, mine) is not allows(whole, theirs)
    if found.verdict is Verdict.PROVED:
        for request in filter(is_possible, asked):
            assert allows(request, mine) is allows(request, theirs), request


@SLOW
@given(documents(), documents(), st.lists(real_requests(), max_size=40))
def test_two_policies(mine: Json, theirs: Json, asked: list[Request]) -> None:
    """Two identity-based policies."""
    agree(Policies(mine), Policies(theirs), asked)


@SLOW
@given(policy_sets(), st.sampled_from(("identity_based", "resource_based", "session")), st.data())
def test_two_sets(fields: Json, changed: str, data: st.DataObject) -> None:
    """Two sets of policies that differ in one place."""
    principal = "any" if changed == "resource_based" else "no"
    other: Any = data.draw(documents(principal=principal))
    agree(policies(fields), policies({**fields, changed: other}), data.draw(st.lists(real_requests(), max_size=40)))


@SLOW
@given(policy_sets())
def test_a_set_is_itself(fields: Json) -> None:
    """A set is the same as a copy of it, whose documents are read again."""
    assert compare(policies(fields), policies(fields), seconds=5).verdict is not Verdict.DIFFERENT

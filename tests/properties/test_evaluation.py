"""What must hold of every decision, whatever the policies and the request."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamkit import Decision, Policies, Policy, Request, allows, evaluate
from iamkit.evaluation import StepOutcome
from iamkit.evaluation.case import WITH_IDENTITY_POLICIES
from tests.properties.strategies import (
    Json,
    documents,
    policies,
    policy_sets,
    requests,
    statements,
)

LIMITS = ("permissions_boundary", "session", "vpc_endpoint")


def allowed(request: Request, fields: Json) -> bool:
    """Decide on both paths, which must agree."""
    made = policies(fields)
    assert not made.invalid
    decision = evaluate(request, made).allowed
    assert allows(request, made) is decision
    return decision


@given(requests(), policy_sets())
def test_both_paths_agree(request: Request, fields: Json) -> None:
    """`allows` is never different from `evaluate`, also when it is asked again."""
    made = policies(fields)
    evaluation = evaluate(request, made)
    assert allows(request, made) is evaluation.allowed is allows(request, policies(fields))


@given(requests(), policy_sets())
def test_account_of_the_decision_is_complete(request: Request, fields: Json) -> None:
    """A denial has its sentence and stops at the last step; an explicit deny names its statement."""
    evaluation = evaluate(request, policies(fields))
    stopped = [step for step in evaluation.steps if step.outcome is StepOutcome.STOPPED]
    if evaluation.allowed:
        assert stopped == []
        assert evaluation.message == ""
    else:
        assert stopped == [evaluation.steps[-1]]
        assert evaluation.steps[-1].gate is evaluation.gate
        assert "is not authorized to perform" in evaluation.message
    assert (evaluation.deciding is not None) or evaluation.decision is not Decision.EXPLICIT_DENY
    if evaluation.deciding is not None:
        assert evaluation.deciding in evaluation.matched_statements
    assert repr(evaluation) == repr(evaluate(request, policies(deepcopy(fields))))


@given(requests(), policy_sets(), statements(effect="Deny"), st.sampled_from(("identity_based", *LIMITS[:2])))
def test_deny_never_widens(request: Request, fields: Json, deny: Json, where: str) -> None:
    """A Deny added to a policy in force takes away, or changes nothing (E6)."""
    more = deepcopy(fields)
    target = more[where] = more[where] or []
    base = deepcopy(target[0]) if target else {"Version": "2012-10-17", "Statement": []}
    if not target and where != "identity_based":
        return  # the limit does not exist: attaching one is another property
    base["Statement"] = [*base["Statement"], deny]
    target[:1] = [base]
    assert allowed(request, fields) or not allowed(request, more)


@given(requests(), policy_sets(), statements(effect="Deny", principal="any"))
def test_deny_in_resource_policy_never_widens(request: Request, fields: Json, deny: Json) -> None:
    """A Deny added to the resource-based policy takes away, or changes nothing (E6)."""
    more = deepcopy(fields)
    base = more["resource_based"] or {"Version": "2012-10-17", "Statement": []}
    more["resource_based"] = {**base, "Statement": [*base["Statement"], deny]}
    assert allowed(request, fields) or not allowed(request, more)


@given(requests(), policy_sets(), st.data())
def test_allow_in_a_policy_in_force_never_narrows(request: Request, fields: Json, data: st.DataObject) -> None:
    """An Allow added to any policy that is in force gives, or changes nothing."""
    places = [where for where in ("identity_based", *LIMITS, "resource_based") if fields[where]]
    if not places:
        return
    where = data.draw(st.sampled_from(places))
    principal = {"resource_based": "any", "vpc_endpoint": "everyone"}.get(where, "no")
    allow = data.draw(statements(effect="Allow", principal=principal))
    more = deepcopy(fields)
    document = more[where] if where == "resource_based" else more[where][0]
    document["Statement"].append(allow)
    assert not allowed(request, fields) or allowed(request, more)


@given(requests(), policy_sets(), documents(), documents(principal="everyone"))
def test_limits_never_widen(request: Request, fields: Json, limit: Json, everyone: Json) -> None:
    """Attaching a boundary, an SCP, an RCP or a VPC endpoint policy takes away, or changes nothing (E7, E10, E18)."""
    attached: dict[str, Any] = {
        "permissions_boundary": [limit],
        "service_control": {**(fields["service_control"] or {}), "one more": [limit]},
        "resource_control": {**(fields["resource_control"] or {}), "one more": [everyone]},
        "vpc_endpoint": [everyone],
    }
    for where, value in attached.items():
        if where in LIMITS and fields[where] is not None:
            continue
        assert allowed(request, fields) or not allowed(request, {**fields, where: value}), where


@given(requests(), policy_sets(), documents())
def test_session_policy_never_widens_a_role_session(request: Request, fields: Json, limit: Json) -> None:
    """Passing a session policy with a role session takes away, or changes nothing (E11).

    Not so for a federated user session: without a session policy it has no permissions of its own.
    """
    if fields["session"] is None and request.principal.role_name:
        assert allowed(request, fields) or not allowed(request, {**fields, "session": [limit]})


@given(requests(), policy_sets(), st.randoms(use_true_random=False))
def test_order_of_statements_does_not_matter(request: Request, fields: Json, random: Any) -> None:
    """A policy says the same in whatever order its statements stand."""
    shuffled = deepcopy(fields)
    for where in ("identity_based", *LIMITS):
        for document in shuffled[where] or []:
            random.shuffle(document["Statement"])
    assert evaluate(request, policies(fields)).decision is evaluate(request, policies(shuffled)).decision


@given(requests(), policy_sets())
def test_case_of_actions_does_not_matter(request: Request, fields: Json) -> None:
    """Actions are compared without regard to case, in policies and in requests (P8)."""

    def swapped(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: _swapcase(inner) if key in ("Action", "NotAction") else swapped(inner)
                for key, inner in value.items()
            }
        return [swapped(inner) for inner in value] if isinstance(value, list) else value

    other = Request(request.principal, request.action.swapcase(), request.resource, request.context)
    expected = evaluate(request, policies(fields)).decision
    assert evaluate(request, policies(swapped(fields))).decision is expected
    assert evaluate(other, policies(fields)).decision is expected


def _swapcase(value: Any) -> Any:
    return value.swapcase() if isinstance(value, str) else [item.swapcase() for item in value]


@given(documents(principal="any") | documents())
def test_round_trip(document: Json) -> None:
    """Parsing what a policy serialises to gives an equal policy, and the shapes of the document are kept."""
    policy = Policy.parse(document)
    assert Policy.parse(policy.to_json()) == policy
    assert policy.to_dict() == document


_ELEMENTS = st.sampled_from(
    ("Version", "Statement", "Effect", "Action", "NotAction", "Resource", "Principal", "Condition", "Sid", "AWS")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | _ELEMENTS, inner, max_size=4),
    max_leaves=25,
)


@given(requests(), JSON, st.sampled_from(("identity_based", "resource_based", "permissions_boundary", "session")))
def test_evaluation_never_raises(request: Request, junk: Any, where: str) -> None:
    """Any JSON where a policy should stand gives a decision; what cannot be read denies and is named."""
    made = Policies(**{where: junk})
    evaluation = evaluate(request, made)
    assert allows(request, made) is evaluation.allowed
    if made.invalid:
        assert evaluation.decision is Decision.IMPLICIT_DENY
        assert evaluation.not_evaluated
    assert repr(evaluation)


@given(requests(), st.lists(documents(), max_size=3), st.lists(documents(), max_size=40))
def test_index_finds_what_a_scan_finds(request: Request, few: list[Json], many: list[Json]) -> None:
    """The statements found by the index are those that a scan over all statements finds."""
    everything = [Policy.parse(document, name=f"p{number}") for number, document in enumerate([*few, *many])]
    evaluation = evaluate(request, Policies(everything))
    if request.principal.kind not in WITH_IDENTITY_POLICIES:
        return
    scanned = [
        (policy.name, statement.index)
        for policy in everything
        for statement in policy.statements
        if statement.action_element.cover(request.folded_action)
        and statement.covers_resource(request.resource.arn, request.folded_context)
        and statement.conditions_hold(request.folded_context)
    ]
    assert [(ref.policy, ref.index) for ref in evaluation.matched_statements] == scanned

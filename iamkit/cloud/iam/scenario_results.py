"""The results of a simulation as the API writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iamkit import reference
from iamkit.cloud.iam.scenario import WORDS, Outcome, Scenario
from iamkit.cloud.iam.statement_places import spans
from iamkit.evaluation import Decision, StatementRef
from iamkit.reference import UnknownService

_RESTRICTIVE = (Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY, Decision.ALLOW)


def result(scenario: Scenario, action: str, resources: Sequence[str]) -> dict[str, Any]:
    """Decide an action on resources and write its EvaluationResult; the most restrictive decision stands for all."""
    outcomes = [scenario.outcome(action, resource) for resource in dict.fromkeys(resources)]
    named = [outcome for outcome in outcomes if outcome.resource != "*"]
    decision = _strictest(outcome.decision for outcome in outcomes)
    mattering = [ref for outcome in outcomes if outcome.decision is decision for ref in outcome.statements]
    written: dict[str, Any] = {
        "EvalActionName": action,
        "EvalResourceName": _template(action, named[0].resource) if named else "*",
        "EvalDecision": WORDS[decision],
        "MatchedStatements": _statements(scenario, mattering),
        "MissingContextValues": _keys(outcomes),
    }
    if scenario.service_control is not None:
        allowed = all(outcome.organizations for outcome in outcomes)
        written["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": allowed}
    written |= _boundary(outcomes)
    if named:
        written |= _details(outcomes)
        written["ResourceSpecificResults"] = [_of_resource(scenario, outcome) for outcome in named]
    return written


def _of_resource(scenario: Scenario, outcome: Outcome) -> dict[str, Any]:
    written: dict[str, Any] = {
        "EvalResourceName": outcome.resource,
        "EvalResourceDecision": WORDS[outcome.decision],
        "MatchedStatements": _statements(scenario, outcome.statements),
        "MissingContextValues": _keys([outcome]),
        **_boundary([outcome]),
    }
    return {**written, **_details([outcome])} if outcome.details is not None else written


def _strictest(decisions: Iterable[Decision]) -> Decision:
    return min(decisions, key=_RESTRICTIVE.index)


def _boundary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Say what a boundary allows; without one, nothing."""
    if any(outcome.boundary is None for outcome in outcomes):
        return {}
    allowed = all(outcome.boundary is Decision.ALLOW for outcome in outcomes)
    return {"PermissionsBoundaryDecisionDetail": {"AllowedByPermissionsBoundary": allowed}}


def _details(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Say what each type of policy gives across accounts; within one account there is nothing to say."""
    if any(outcome.organizations is False for outcome in outcomes):
        return {}
    told = [outcome.details for outcome in outcomes if outcome.details]
    kinds = dict.fromkeys(kind for details in told for kind in details)
    strictest = {kind: _strictest(details[kind] for details in told if kind in details) for kind in kinds}
    return {"EvalDecisionDetails": {kind: WORDS[decision] for kind, decision in strictest.items()}}


def _keys(outcomes: Sequence[Outcome]) -> list[str]:
    """List missing condition keys once, whatever their case."""
    return [*{key.lower(): key for outcome in outcomes for key in outcome.missing_keys}.values()]


def _statements(scenario: Scenario, refs: Iterable[StatementRef]) -> list[Mapping[str, Any]]:
    return [_statement(scenario, ref) for ref in dict.fromkeys(refs)]


def _statement(scenario: Scenario, ref: StatementRef) -> Mapping[str, Any]:
    source = scenario.sources[ref.policy]
    start, end = spans(source.text)[ref.index]
    return {
        "SourcePolicyId": source.id,
        "SourcePolicyType": source.kind,
        "StartPosition": dict(zip(("Line", "Column"), start, strict=True)),
        "EndPosition": dict(zip(("Line", "Column"), end, strict=True)),
    }


def _template(action: str, arn: str) -> str:
    """Give the form of the ARNs that an action takes, the form of this one where there are several."""
    try:
        types = reference.service(action.partition(":")[0]).resource_types
    except UnknownService:
        return "*"
    known = reference.action(action)
    forms = [types[each.name] for each in known.resource_types if each.name in types] if known else []
    return next((form.arn for form in forms if form.fits(arn)), forms[0].arn if forms else "*")

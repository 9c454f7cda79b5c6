"""Who decides the loads. A contestant prepares its policies once and then answers request after request."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from benchmarks.loads import CALLER, Load
from iamkit import Policies, Policy, Request, allows, evaluate

Decide = Callable[[int], bool]


def iamkit_allows(load: Load) -> Decide:
    """Ask `allows`; the request is made anew each time."""
    policies = Policies([Policy.parse(document) for document in load.policies])
    asked = load.requests
    return lambda n: allows(Request(CALLER, *asked[n]), policies)


def iamkit_evaluate(load: Load) -> Decide:
    """Ask `evaluate` for the decision, its gates and the deciding statement; the request is made anew each time."""
    policies = Policies([Policy.parse(document) for document in load.policies])
    asked = load.requests
    return lambda n: evaluate(Request(CALLER, *asked[n]), policies).allowed


def iamkit_evaluate_all(load: Load) -> Decide:
    """Ask `evaluate` and read everything it has to say."""
    policies = Policies([Policy.parse(document) for document in load.policies])
    asked = load.requests

    def decide(n: int) -> bool:
        evaluation = evaluate(Request(CALLER, *asked[n]), policies)
        _ = evaluation.explanation, evaluation.message, evaluation.steps, evaluation.deciding
        return evaluation.allowed

    return decide


def moto(load: Load) -> Decide:
    """Ask moto 5's IAMPolicy, policy after policy, as moto itself does; with conditions it cannot decide our load."""
    from moto.iam.access_control import IAMPolicy, PermissionResult

    policies = [IAMPolicy({"policy_document": json.dumps(document)}) for document in load.policies]

    def decide(n: int) -> bool:
        action, resource, _ = load.requests[n]
        return any(policy.is_action_permitted(action, resource) is PermissionResult.PERMITTED for policy in policies)

    return decide


def cedarpy(load: Load) -> Decide:
    """Ask Cedar through cedarpy, with policies and entities parsed beforehand."""
    import cedarpy

    texts = [_cedar(statement) for document in load.policies for statement in document["Statement"]]
    policies = cedarpy.PolicySet.from_str("\n".join(texts))
    entities = cedarpy.Entities.from_json_str("[]")
    requests = [_cedar_request(*asked, load.conditions) for asked in load.requests]
    return lambda n: bool(cedarpy.is_authorized(requests[n], policies, entities).allowed)


def _cedar(statement: dict[str, Any]) -> str:
    actions = " || ".join(f'context.action like "{pattern}"' for pattern in statement["Action"])
    clauses = [f"({actions})", f'context.resource like "{statement["Resource"]}"']
    if "Condition" in statement:
        clauses += ['["blue", "green"].contains(context.team)', 'context.ip.isInRange(ip("10.0.0.0/8"))']
    return f"permit(principal, action, resource) when {{ {' && '.join(clauses)} }};"


def _cedar_request(action: str, resource: str, context: dict[str, str], conditions: bool) -> dict[str, Any]:
    asked: dict[str, Any] = {"action": action, "resource": resource}
    if conditions:
        address = {"__extn": {"fn": "ip", "arg": context["aws:SourceIp"]}}
        asked |= {"team": context["aws:PrincipalTag/Team"], "ip": address}
    return {"principal": 'User::"alice"', "action": 'Action::"call"', "resource": 'Thing::"it"', "context": asked}


def floor(load: Load) -> Decide:
    """Scan all statements with two precompiled regular expressions each: what twenty lines of Python would do."""
    statements = [
        (
            re.compile("|".join(map(_regex, statement["Action"])), re.IGNORECASE),
            re.compile(_regex(statement["Resource"])),
        )
        for document in load.policies
        for statement in document["Statement"]
    ]

    def decide(n: int) -> bool:
        action, resource, _ = load.requests[n]
        return any(known.fullmatch(action) and place.fullmatch(resource) for known, place in statements)

    return decide


def _regex(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


CONTESTANTS: dict[str, Callable[[Load], Decide]] = {
    "iamkit allows": iamkit_allows,
    "iamkit evaluate": iamkit_evaluate,
    "iamkit evaluate, all read": iamkit_evaluate_all,
    "moto IAMPolicy": moto,
    "cedarpy": cedarpy,
    "two regular expressions a statement": floor,
}

# Neither reads the conditions of the third load as IAM does.
WITHOUT_CONDITIONS = frozenset({"moto IAMPolicy", "two regular expressions a statement"})

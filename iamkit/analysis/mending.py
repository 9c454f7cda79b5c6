"""What would let a denied request pass: the statements to add, each proved by deciding the request again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from iamkit.evaluation import Evaluation, Gate, Policies, evaluate
from iamkit.policy import Caller, CallerKind, InvalidPolicy, Policy, PolicyType
from iamkit.request import Request

Statement = Mapping[str, Any]
# A request meets eleven gates, and every change opens one.
_MOST_CHANGES = 12


@dataclass(frozen=True, slots=True)
class Change:
    """One change: where, and the statement to add there; without a statement, what has to be looked at."""

    place: str
    statement: Statement | None = field(default=None, hash=False)

    def __str__(self) -> str:
        if self.statement is None:
            return self.place
        return f"{self.place}: {json.dumps(self.statement)}"


@dataclass(frozen=True, slots=True)
class Mending:
    """The changes in the order of the gates; `enough` tells whether the request passes with all of them."""

    changes: tuple[Change, ...]
    enough: bool


class _Step(NamedTuple):
    """A change and the policies with it; None where adding a statement cannot help."""

    change: Change
    policies: Policies | None


def mend(evaluation: Evaluation) -> Mending:
    """Find what lets a denied request pass, with the narrowest statements; nothing for one that is allowed."""
    request, changes = evaluation.request, list[Change]()
    for _ in range(_MOST_CHANGES):
        if evaluation.allowed:
            return Mending(tuple(changes), True)
        step = _step(evaluation, request)
        changes.append(step.change)
        if step.policies is None:
            break
        evaluation = evaluate(request, step.policies)
    return Mending(tuple(changes), False)


def _step(evaluation: Evaluation, request: Request) -> _Step:
    if evaluation.deciding is not None:
        place = f"{evaluation.deciding} denies it, and no Allow overrides that: narrow this statement if it should pass"
        return _Step(Change(place), None)
    gate = evaluation.gate
    # Who has no identity in AWS can be let in by the resource alone.
    if gate is Gate.IDENTITY_BASED and request.principal.account is None:
        gate = Gate.RESOURCE_BASED
    make = _MAKERS.get(gate)
    if make is None:
        return _Step(Change(next(step.why for step in evaluation.steps if step.gate is evaluation.gate)), None)
    return make(evaluation, request)


def _plain(request: Request) -> Statement:
    return {"Effect": "Allow", "Action": request.action, "Resource": request.resource.arn}


def _identity(evaluation: Evaluation, request: Request) -> _Step:
    change = Change(f"an identity-based policy of {_holder(request.principal)}", _plain(request))
    return _Step(change, _with(evaluation.policies, identity_based=change.statement))


def _boundary(evaluation: Evaluation, request: Request) -> _Step:
    change = Change(f"the permissions boundary of {_holder(request.principal)}", _plain(request))
    return _Step(change, _with(evaluation.policies, permissions_boundary=change.statement))


def _session(evaluation: Evaluation, request: Request) -> _Step:
    change = Change("the session policy that was passed when the session was made", _plain(request))
    return _Step(change, _with(evaluation.policies, session=change.statement))


def _endpoint(evaluation: Evaluation, request: Request) -> _Step:
    change = Change("the policy of the VPC endpoint", _open(request))
    return _Step(change, _with(evaluation.policies, vpc_endpoint=change.statement))


def _service_control(evaluation: Evaluation, request: Request) -> _Step:
    change = Change(f"a service control policy, as {_why(evaluation)}", _plain(request))
    return _Step(change, _with(evaluation.policies, service_control=change.statement))


def _resource_control(evaluation: Evaluation, request: Request) -> _Step:
    change = Change(f"a resource control policy, as {_why(evaluation)}", _open(request))
    return _Step(change, _with(evaluation.policies, resource_control=change.statement))


def _resource(evaluation: Evaluation, request: Request) -> _Step:
    trust = request.folded_action.startswith("sts:") and ":role/" in request.resource.arn
    if trust and request.principal.kind is CallerKind.ROOT:
        return _Step(Change(f"{_why(evaluation)}: use an IAM user or another role"), None)
    statement = {"Effect": "Allow", "Principal": _principal(request.principal), "Action": request.action}
    if not trust:
        statement["Resource"] = request.resource.arn
    place = f"the trust policy of {request.resource.arn}" if trust else f"the policy of {request.resource.arn}"
    change = Change(place, statement)
    return _Step(change, _with(evaluation.policies, resource_based=statement, trust=trust))


_MAKERS: dict[Gate, Callable[[Evaluation, Request], _Step]] = {
    Gate.IDENTITY_BASED: _identity,
    Gate.PERMISSIONS_BOUNDARY: _boundary,
    Gate.SESSION: _session,
    Gate.VPC_ENDPOINT: _endpoint,
    Gate.SERVICE_CONTROL: _service_control,
    Gate.RESOURCE_CONTROL: _resource_control,
    Gate.RESOURCE_BASED: _resource,
}


def _why(evaluation: Evaluation) -> str:
    return next(step.why for step in evaluation.steps if step.gate is evaluation.gate)


def _open(request: Request) -> Statement:
    """Endpoint policies and RCPs name a principal, and an RCP must name everybody (P5)."""
    return {"Effect": "Allow", "Principal": "*", "Action": request.action, "Resource": request.resource.arn}


def _holder(caller: Caller) -> str:
    """Name whom the policies are attached to: a session has those of its role or user."""
    if caller.kind is CallerKind.ROLE_SESSION:
        return caller.role_arn or f"the role {caller.role_name}"
    return caller.user_arn or caller.arn


def _principal(caller: Caller) -> object:
    match caller.kind:
        case CallerKind.ANONYMOUS:
            return "*"
        case CallerKind.SERVICE:
            return {"Service": caller.arn}
        case CallerKind.IDENTITY_PROVIDER:
            return {"Federated": caller.arn}
        case CallerKind.ROLE_SESSION:
            return {"AWS": caller.role_arn or f"arn:aws:iam::{caller.account}:role/{caller.role_name}"}
    return {"AWS": caller.arn}


def _with(policies: Policies, trust: bool = False, **added: Statement | None) -> Policies | None:
    """Put statements into the policies of their types; None where a policy cannot be read, so that none helps."""
    if policies.invalid:
        return None
    kinds: dict[str, Any] = {
        "identity_based": policies.identity_based,
        "permissions_boundary": policies.permissions_boundary,
        "session": policies.session,
        "vpc_endpoint": policies.vpc_endpoint,
        "resource_based": policies.resource_based,
        "service_control": _levels(policies.service_control),
        "resource_control": _levels(policies.resource_control),
    }
    for name, statement in added.items():
        document = {"Version": "2012-10-17", "Statement": [dict(statement or {})]}
        if name == "resource_based":
            kinds[name] = _joined(policies.resource_based, document, trust)
        elif name in ("service_control", "resource_control"):
            kinds[name] = {level: (*held, document) for level, held in kinds[name].items()}
        else:
            kinds[name] = (*(kinds[name] or ()), document)
    return Policies(**kinds, groups=dict(policies.groups), management_account=policies.management_account)


def _levels(levels: Any) -> dict[str, tuple[Policy, ...]] | None:
    return None if levels is None else {level.name: level.policies for level in levels}


def _joined(policy: Policy | None, added: dict[str, Any], trust: bool) -> Policy:
    """A resource has one policy: the statement goes into it."""
    document = policy.to_dict() if policy is not None else {"Version": "2012-10-17", "Statement": []}
    key = next(name for name in document if name.lower() == "statement")
    held = document[key]
    document[key] = [*(held if isinstance(held, list) else [held]), *added["Statement"]]
    try:
        return Policy.parse(document, name=policy.name if policy else "policy", type=_kind(policy, trust))
    except InvalidPolicy:
        return Policy.parse(added, type=_kind(policy, trust))


def _kind(policy: Policy | None, trust: bool) -> PolicyType:
    if policy is not None and policy.type is not None:
        return policy.type
    return PolicyType.TRUST if trust else PolicyType.RESOURCE_BASED

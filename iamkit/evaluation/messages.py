"""AWS's sentences for a denied request (E19)."""

from __future__ import annotations

from iamkit.evaluation.case import Case
from iamkit.evaluation.decision import Decision, Entry, Gate
from iamkit.policy.grammar import PolicyType

_EXPLICIT = {
    PolicyType.IDENTITY_BASED: "an identity-based policy",
    PolicyType.RESOURCE_BASED: "a resource-based policy",
    PolicyType.PERMISSIONS_BOUNDARY: "a permissions boundary",
    PolicyType.SESSION: "a session policy",
    PolicyType.SERVICE_CONTROL: "a service control policy",
    PolicyType.RESOURCE_CONTROL: "a resource control policy",
    PolicyType.VPC_ENDPOINT: "a VPC endpoint policy",
    PolicyType.TRUST: "the role trust policy",
}

_IMPLICIT = {
    Gate.RESOURCE_CONTROL: "resource control policy",
    Gate.SERVICE_CONTROL: "service control policy",
    Gate.VPC_ENDPOINT: "VPC endpoint policy",
    Gate.RESOURCE_BASED: "resource-based policy",
    Gate.IDENTITY_BASED: "identity-based policy",
    Gate.PERMISSIONS_BOUNDARY: "permissions boundary",
    Gate.SESSION: "session policy",
}


def denial_message(case: Case, decision: Decision, gate: Gate, entry: Entry | None) -> str:
    """Say who may not do what on which resource, and which type of policy decided; empty when it is allowed."""
    if decision is Decision.ALLOW:
        return ""
    request = case.request
    start = f"User: {case.caller} is not authorized to perform: {request.action}"
    if request.resource.arn != "*":
        start += f" on resource: {request.resource.arn}"
    if decision is Decision.EXPLICIT_DENY and entry is not None:
        return f"{start} with an explicit deny in {_EXPLICIT[entry.type]}"
    if gate is Gate.VALID_POLICIES:
        return f"{start} because a policy in force cannot be read"
    lacking = _IMPLICIT[gate]
    if gate is Gate.RESOURCE_BASED and case.needs_trust_policy:
        lacking = "role trust policy"
    return f"{start} because no {lacking} allows the {request.action} action"

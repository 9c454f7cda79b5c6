"""A simulation: whom, under which policies, asking for what; each question is one for the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from iamkit.evaluation import Decision, Evaluation, Policies, StatementRef, evaluate
from iamkit.policy import Caller, Policy, PolicyType
from iamkit.policy.variables import ContextValue
from iamkit.request import Request, Resource

_EVERYTHING = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
_SHOWN = frozenset({PolicyType.IDENTITY_BASED, PolicyType.RESOURCE_BASED, PolicyType.TRUST})
_MATTERING = {Decision.ALLOW: "Allow", Decision.EXPLICIT_DENY: "Deny"}
WORDS = {
    Decision.ALLOW: "allowed",
    Decision.EXPLICIT_DENY: "explicitDeny",
    Decision.IMPLICIT_DENY: "implicitDeny",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A policy of a simulation as its results name it."""

    id: str
    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything that a simulation knows; `sources` are by the names of the policies, which are unique in it.

    `is_known` tells whether the caller is a real principal, of which condition keys follow (E4). `owner` is the account
    of resources whose ARNs name none.
    """

    caller: Caller
    is_known: bool
    owner: str
    context: Mapping[str, ContextValue]
    identity_based: tuple[Policy, ...]
    boundary: Policy | None
    resource_based: Policy | None
    service_control: Mapping[str, list[Policy]] | None
    management_account: str | None
    sources: Mapping[str, Source]

    def outcome(self, action: str, resource: str) -> Outcome:
        """Decide one action on one resource, and say what each type of policy gives."""
        request = self._request(action, resource)
        evaluation = evaluate(request, self._in_force(self.service_control))
        # The keys that service control policies ask for are not told (API reference, EvaluationResult).
        without = evaluate(request, self._in_force(None)) if self.service_control is not None else evaluation
        organizations = self._organizations(action, resource)
        boundary = self._alone(action, resource, permissions_boundary=self.boundary) if self.boundary else None
        details = None
        if request.crosses_accounts and organizations is not False:
            details = self._details(action, resource, boundary)
        return Outcome(
            resource,
            evaluation.decision,
            self._mattering(evaluation),
            without.missing_context_keys,
            details,
            boundary,
            organizations,
        )

    def _in_force(self, service_control: Mapping[str, list[Policy]] | None) -> Policies:
        return Policies(
            identity_based=self.identity_based,
            permissions_boundary=self.boundary,
            resource_based=self.resource_based,
            service_control=service_control,
            management_account=self.management_account,
        )

    def _request(self, action: str, resource: str, owner: str | None = None) -> Request:
        of_arn = Resource(resource).owner or self.owner
        context = dict(self.context)
        if owner is not None and not any(key.lower() == "aws:resourceaccount" for key in context):
            context["aws:ResourceAccount"] = of_arn
        return Request(self.caller, action, Resource(resource, owner or of_arn), context, derive=self.is_known)

    def _alone(self, action: str, resource: str, **policies: Any) -> Decision:
        """Decide by one type of policy, as if everything else allowed it."""
        given = {"identity_based": _EVERYTHING, "management_account": self.management_account, **policies}
        return evaluate(self._request(action, resource, self.caller.account), Policies(**given)).decision

    def _organizations(self, action: str, resource: str) -> bool | None:
        if self.service_control is None:
            return None
        return self._alone(action, resource, service_control=self.service_control) is Decision.ALLOW

    def _details(self, action: str, resource: str, boundary: Decision | None) -> dict[str, Decision]:
        """Say what both sides of a request across accounts give (E15)."""
        shared = Policies(identity_based=_EVERYTHING, resource_based=self.resource_based)
        details = {
            "IAM Policy": self._alone(action, resource, identity_based=self.identity_based),
            "Resource Policy": evaluate(self._request(action, resource), shared).decision,
        }
        return details if boundary is None else {**details, "Permissions Boundary": boundary}

    def _mattering(self, evaluation: Evaluation) -> tuple[StatementRef, ...]:
        """Name the statements behind a decision: those that allow, or those that deny; none for an implicit deny."""
        effect = _MATTERING.get(evaluation.decision)
        return tuple(ref for ref in evaluation.matched_statements if ref.effect == effect and ref.type in _SHOWN)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a simulation found for one action on one resource."""

    resource: str
    decision: Decision
    statements: tuple[StatementRef, ...]
    missing_keys: tuple[str, ...]
    details: Mapping[str, Decision] | None
    boundary: Decision | None
    organizations: bool | None

"""One request against one set of policies: which statement matches first, and whom a policy type concerns."""

from __future__ import annotations

from iamkit.evaluation.decision import Entry
from iamkit.evaluation.index import CompiledPolicies, Plan
from iamkit.policy.callers import CallerKind
from iamkit.policy.grammar import PolicyType
from iamkit.policy.principals import Naming
from iamkit.policy.statement import Statement
from iamkit.request import Request

# E1: callers with an identity in some account, to which identity-based policies can be attached.
WITH_IDENTITY_POLICIES = frozenset({CallerKind.USER, CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER})
SESSIONS = frozenset({CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER})


class Case:
    """What the gates ask about; both paths, `evaluate` and `allows`, ask the same case in the same order."""

    __slots__ = ("caller", "compiled", "crosses_accounts", "entry", "granted", "level", "plan", "request")

    def __init__(self, request: Request, compiled: CompiledPolicies) -> None:
        self.request = request
        self.compiled = compiled
        self.plan: Plan = compiled.plan(request.folded_action)
        self.caller = request.principal
        self.crosses_accounts = request.crosses_accounts
        self.granted = Naming.NOT_NAMED  # what the resource-based policy gave (E8)
        self.entry: Entry | None = None  # the statement that the last gate rests on
        self.level = ""  # the organization level that lacks an Allow

    @property
    def decided_by_resource(self) -> bool:
        """Tell whether the resource-based policy's Allow was final (E8)."""
        return self.granted is Naming.CALLER and not self.crosses_accounts

    @property
    def needs_trust_policy(self) -> bool:
        """Tell whether this is a role being assumed, which its trust policy must always allow (E13)."""
        arn = self.request.resource.arn
        return self.plan.assumes_role and ":iam:" in arn and ":role/" in arn

    @property
    def needs_key_policy(self) -> bool:
        """Tell whether this is the use of a KMS key, which its key policy must always allow (E13).

        An alias has no policy: identity-based policies alone decide about it.
        """
        arn = self.request.resource.arn
        return self.plan.uses_keys and arn.startswith("arn:") and ":alias/" not in arn

    def concerned_by(self, type: PolicyType) -> bool:
        """Tell whether policies of this type have a say about this caller and this resource (E7, E9–E12)."""
        caller = self.caller
        match type:
            case PolicyType.IDENTITY_BASED | PolicyType.PERMISSIONS_BOUNDARY:
                return caller.kind in WITH_IDENTITY_POLICIES
            case PolicyType.SESSION:
                return caller.kind in SESSIONS
            case PolicyType.SERVICE_CONTROL:
                return not self.exempt_from_service_control
            case PolicyType.RESOURCE_CONTROL:
                return not self.exempt_from_resource_control
        return True

    @property
    def exempt_from_service_control(self) -> str:
        """Say why service control policies do not concern the caller; empty where they do (E7)."""
        if self.caller.account is None:
            return "the caller belongs to no account"
        if self.caller.account == self.compiled.management_account:
            return "the caller's account is the organization's management account"
        return "the caller is a service-linked role" if self.caller.is_service_linked_role else ""

    @property
    def exempt_from_resource_control(self) -> str:
        """Say why resource control policies do not concern the request; empty where they do (E7).

        AWS services are bound by them: "Resource control policy examples" of the Organizations User Guide has one
        that denies on `aws:PrincipalIsAWSService`.
        """
        owner = self.request.resource_account
        if owner is not None and owner == self.compiled.management_account:
            return "the resource's account is the organization's management account"
        return "the caller is a service-linked role" if self.caller.is_service_linked_role else ""

    def applies(self, entry: Entry) -> Naming:
        """Tell whether a statement whose action element covers the action matches, and how it names the caller."""
        statement = entry.statement
        if entry.group is not None and self.caller.kind is not CallerKind.USER:
            return Naming.NOT_NAMED
        naming = Naming.CALLER if statement.principal_element is None else statement.names(self.caller)
        if naming is Naming.NOT_NAMED or not self.covers_resource(statement):
            return Naming.NOT_NAMED
        if statement.conditions and not statement.conditions_hold(self.request.folded_context):
            return Naming.NOT_NAMED
        return naming

    def covers_resource(self, statement: Statement) -> bool:
        """Decide the resource element; the context is put together only for a pattern with variables."""
        element = statement.resource_element
        if element is None:
            return True
        return element.cover(self.request.resource.arn, self.request.folded_context if element.has_variables else {})

    def first(self, entries: tuple[Entry, ...]) -> Entry | None:
        """Find the first statement that matches."""
        arn = self.request.resource.arn
        for entry in entries:
            if entry.only_resource is not None:
                if entry.only_resource(arn):
                    return entry
            elif self.applies(entry) is not Naming.NOT_NAMED:
                return entry
        return None

    def first_deny(self) -> Entry | None:
        """Find the first Deny that matches in a policy that has a say (E6)."""
        for entry in self.plan.denies:
            if self.concerned_by(entry.type) and self.applies(entry) is not Naming.NOT_NAMED:
                return entry
        return None

    def resource_grant(self) -> Naming:
        """Find the Allow of the resource-based policy that names the caller most closely (E8)."""
        best = Naming.NOT_NAMED
        for entry in self.plan.resource_based:
            naming = self.applies(entry)
            if naming > best:
                best, self.entry = naming, entry
        return best

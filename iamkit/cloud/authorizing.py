"""Ask the engine: everything that a call needs must be allowed, under all policies in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iamkit.cloud.actions import Authorization, authorizations
from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.context import forwarded
from iamkit.cloud.network import Network
from iamkit.cloud.policy_sets import PolicySets
from iamkit.cloud.sessions import Holder
from iamkit.evaluation import Evaluation, Policies, evaluate
from iamkit.policy import Caller, CallerKind, Policy
from iamkit.policy.variables import ContextValue
from iamkit.request import Request, Resource

if TYPE_CHECKING:
    from iamkit.cloud.store import Directory, Organization, Resources

# Resource control policies have a say in these (Organizations User Guide, "RCP: supported services").
_UNDER_RCPS = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager"})
ANONYMOUS = Caller(CallerKind.ANONYMOUS)
# The code of a denial, by the protocol that the client spoke (A12, E20).
_CODES = {
    "query": ("AccessDenied", 403),
    "rest-xml": ("AccessDenied", 403),
    "json": ("AccessDeniedException", 400),
    "rest-json": ("AccessDeniedException", 403),
    "ec2": ("UnauthorizedOperation", 403),
}


# SNS has a word of its own (Amazon SNS API Reference, the errors of every action).
_OWN_CODES = {"sns": ("AuthorizationError", 403)}


# A key that is being made, or that is not there: without a policy of its own its account decides, as it would by
# default (KMS Developer Guide, "Default key policy").
_KEY_TO_BE = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"}, '
    '"Action": "kms:*", "Resource": "*"}}'
)


class Denied(ServiceError):
    """The engine said no; `evaluation` says why."""

    def __init__(self, call: Call, evaluation: Evaluation, encoded: str = "") -> None:
        code, status = _OWN_CODES.get(call.service) or _CODES[call.protocol]
        message = evaluation.message
        if call.service == "secretsmanager" and evaluation.request.action.startswith("kms:"):
            message = "Access to KMS is not allowed"
        if call.protocol == "ec2":
            message = f"You are not authorized to perform this operation. {message}"
        if encoded:
            message += f". Encoded authorization failure message: {encoded}"
        super().__init__(code, message, status)
        self.evaluation = evaluation


@dataclass(slots=True)
class Authorizer:
    """Know the policies in force, wherever they are kept."""

    directory: Directory
    resources: Resources
    organization: Organization | None = None
    network: Network = field(default_factory=Network)
    sets: PolicySets = field(default_factory=PolicySets, repr=False)
    # Seals the details of a denial for sts:DecodeAuthorizationMessage.
    encode: Callable[[Evaluation, Policies], str] | None = None

    def authorize(
        self, call: Call, holder: Holder | None, context: Mapping[str, ContextValue]
    ) -> tuple[Evaluation, ...]:
        """Decide all that a call needs; raises Denied at the first that is not allowed, NotModelled for no row."""
        caller = holder.caller if holder else ANONYMOUS
        needed = authorizations(call, self.resources, caller.account or "")
        evaluations = []
        for need in needed:
            evaluation = self.decide(need, holder, context)
            if not evaluation.allowed:
                raise Denied(call, evaluation, self._encoded(call, holder, evaluation))
            evaluations.append(evaluation)
        return tuple(evaluations)

    def decide(
        self,
        need: Authorization,
        holder: Holder | None,
        context: Mapping[str, ContextValue],
        resource_policy: str | None = None,
    ) -> Evaluation:
        """Decide one action on one resource, as it is or as it would be with another policy."""
        by_service = need.context.get("aws:ViaAWSService") == "true"
        if by_service:
            context = forwarded(context)
        caller = holder.caller if holder else ANONYMOUS
        owner = need.account or self.resources.owner(need.resource) or caller.account
        keys = {**context, **self.organization_keys(caller, owner), **need.context}
        request = Request(caller, need.action, Resource(need.resource, owner), keys)
        return evaluate(
            request,
            self.policies(
                holder, need.action, need.resource, owner, by_service=by_service, resource_policy=resource_policy
            ),
        )

    def _encoded(self, call: Call, holder: Holder | None, evaluation: Evaluation) -> str:
        """Seal why EC2 refuses a change; where it only describes, it does not say (STS, DecodeAuthorizationMessage)."""
        if self.encode is None or call.protocol != "ec2" or call.operation.startswith("Describe"):
            return ""
        request = evaluation.request
        return self.encode(
            evaluation, self.policies(holder, request.action, request.resource.arn, request.resource.owner)
        )

    def policies(
        self,
        holder: Holder | None,
        action: str,
        resource: str,
        owner: str | None,
        *,
        by_service: bool = False,
        resource_policy: str | None = None,
    ) -> Policies:
        """Collect every policy that has a say on an action of a caller on a resource (E6–E11, E18).

        What a service asks on behalf of the caller does not pass the caller's VPC endpoint.
        """
        caller = holder.caller if holder else ANONYMOUS
        service = action.partition(":")[0]
        organization = self.organization
        identity: tuple[Policy | str, ...] = ()
        groups: Mapping[str, tuple[Policy | str, ...]] = {}
        boundary: Policy | str | None = None
        if holder is not None and caller.kind is not CallerKind.ROOT:
            identity, groups = self.directory.identity_policies(caller)
            boundary = self.directory.boundary(caller)
        return self.sets.of(
            identity_based=identity,
            groups=groups,
            permissions_boundary=boundary,
            session=holder.session.session_policies if holder and holder.session else None,
            resource_based=resource_policy or self._resource_policy(service, resource),
            service_control=organization.levels(caller.account, "service_control") if organization else None,
            resource_control=(
                organization.levels(owner, "resource_control") if organization and service in _UNDER_RCPS else None
            ),
            vpc_endpoint=None if by_service else self.network.vpc_endpoint_policy,
            management_account=organization.management_account if organization else None,
        )

    def _resource_policy(self, service: str, resource: str) -> str | None:
        """A role's trust policy has a say on becoming it, and on nothing else that is done to the role (E13)."""
        if resource == "*" or (":iam::" in resource and service != "sts"):
            return None
        if service == "kms" and not self.resources.exists(resource):
            return _KEY_TO_BE.replace("ACCOUNT", resource.split(":")[4])
        return self.resources.policy(resource)

    def organization_keys(self, caller: Caller, owner: str | None) -> Mapping[str, ContextValue]:
        """Say to which organization the caller and the resource belong (E4)."""
        if self.organization is None:
            return {}
        keys: dict[str, ContextValue] = {}
        for prefix, account in (("aws:Principal", caller.account), ("aws:Resource", owner)):
            paths = self.organization.paths(account) if account else ()
            if paths:
                keys[f"{prefix}OrgID"] = self.organization.id
                keys[f"{prefix}OrgPaths"] = tuple(paths)
        return keys

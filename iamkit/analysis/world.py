"""A landscape and what has been changed in it: the policies in force for a principal, and the engine's decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from iamkit.analysis.candidates import ELSEWHERE, contexts, entries_of
from iamkit.analysis.landscape import Landscape, Role, User, account_of
from iamkit.evaluation import Evaluation, Policies, allows, evaluate
from iamkit.evaluation.index import CompiledPolicies
from iamkit.policy import Caller, CallerKind, Policy, PolicyType
from iamkit.policy.variables import ContextValue
from iamkit.request import Request, Resource

EVERYTHING = Policy.parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}},
    name="AdministratorAccess",
    type=PolicyType.IDENTITY_BASED,
)
# Organizations User Guide, "RCP: supported services", as of the services whose resources are modeled here.
UNDER_RCPS = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager"})
REGION = "us-east-1"

Context = Mapping[str, ContextValue]


class Kind(Enum):
    """What can be changed about the permissions of principals."""

    ANY_POLICY = "any policy is put or attached"  # to a user, a role or a group
    ANY_DOCUMENT = "any document becomes the default version"  # of a managed policy
    VERSION = "another version becomes the default"
    ATTACHED = "a managed policy is attached"
    MEMBER = "the user joins a group"
    NO_BOUNDARY = "the permissions boundary is removed or replaced"
    WITHOUT = "a policy is removed"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `target` is the ARN of what is changed, `detail` the policy, the version or the group."""

    kind: Kind
    target: str
    detail: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Give what sorts changes."""
        return (self.kind.name, self.target, self.detail)


@dataclass(frozen=True, slots=True)
class Standing:
    """The policies of a principal: its own, those of its groups, its boundary."""

    identity: tuple[Policy, ...]
    groups: Mapping[str, tuple[Policy, ...]]
    boundary: tuple[Policy, ...] | None


class World:
    """Decide requests of a landscape's principals; `context` holds in every request."""

    def __init__(
        self, landscape: Landscape, changes: Iterable[Change] = (), context: Mapping[str, Any] | None = None
    ) -> None:
        self.landscape = landscape
        self.changes = frozenset(changes)
        self.context: dict[str, Any] = {"aws:SecureTransport": "true", "aws:SourceIp": ELSEWHERE, **(context or {})}
        self._standings: dict[str, Standing] = {}
        self._callers: dict[str, Caller] = {}
        self._sets: dict[tuple[str, int, str | None], tuple[Policy | None, Policies]] = {}
        self._asked: dict[tuple[str, str], frozenset[str]] = {}

    def after(self, changes: Iterable[Change]) -> World:
        """Return the world in which these are all the changes."""
        return World(self.landscape, changes, self.context)

    def document(self, arn: str) -> Policy:
        """Give the document of a managed policy that is in force."""
        held = self.landscape.managed[arn]
        if Change(Kind.ANY_DOCUMENT, arn) in self.changes:
            return EVERYTHING
        version = next((each.detail for each in self._of(Kind.VERSION, arn)), held.default)
        return held.versions[version]

    def standing(self, arn: str) -> Standing:
        """Collect the policies of a user or a role."""
        found = self._standings.get(arn)
        if found is None:
            found = self._standings[arn] = self._stand(self.landscape.principal(arn))
        return found

    def _stand(self, principal: User | Role) -> Standing:
        arn = principal.arn
        groups = {}
        if isinstance(principal, User):
            joined = (*principal.groups, *(each.detail for each in self._of(Kind.MEMBER, arn)))
            for group in (self.landscape.groups[each] for each in joined):
                groups[group.name] = self._policies(group.arn, group.inline, group.attached)
        boundary: tuple[Policy, ...] | None = None
        if principal.boundary is not None and not any(self._of(Kind.NO_BOUNDARY, arn)):
            boundary = (self.document(principal.boundary).as_type(PolicyType.PERMISSIONS_BOUNDARY),)
        return Standing(self._policies(arn, principal.inline, principal.attached), groups, boundary)

    def _policies(self, arn: str, inline: tuple[Policy, ...], attached: tuple[str, ...]) -> tuple[Policy, ...]:
        gone = {each.detail for each in self._of(Kind.WITHOUT, arn)}
        more = [each.detail for each in self._of(Kind.ATTACHED, arn)]
        held = [policy for policy in inline if policy.name not in gone]
        held += [self.document(each) for each in (*attached, *more) if each not in gone]
        return (*held, EVERYTHING) if any(self._of(Kind.ANY_POLICY, arn)) else tuple(held)

    def _of(self, kind: Kind, target: str) -> list[Change]:
        found = [each for each in self.changes if each.kind is kind and each.target == target]
        return sorted(found, key=lambda change: change.key)

    def caller(self, arn: str) -> Caller:
        """Give a principal as it makes requests: for a role any session of it, without session tags."""
        found = self._callers.get(arn)
        if found is None:
            principal = self.landscape.principal(arn)
            found = replace(Caller.parse(principal.arn), tags=principal.tags, unique_id=principal.unique_id or None)
            self._callers[arn] = found
        return found

    def policies(self, principal: str, action: str, resource: str, given: Policy | None = None) -> Policies:
        """Collect every policy that has a say; `given` stands in the place of the resource's own policy."""
        service = action.partition(":")[0].lower()
        own = given or self.resource_policy(service, resource)
        owner = self.landscape.owner(resource) if service in UNDER_RCPS else None
        key = (principal, id(own), owner)
        found = self._sets.get(key)
        if found is None:
            # The policy is kept with the set, so that no other one can come to have its identity.
            found = self._sets[key] = (own, self._make(principal, own, owner))
        return found[1]

    def keys_asked(self, principal: str, action: str) -> frozenset[str]:
        """List the condition keys, in lower case, that the policies of a principal ask for about an action."""
        found = self._asked.get((principal, action))
        if found is None:
            plan = CompiledPolicies.of(self.policies(principal, action, "*")).plan(action.lower())
            conditions = (each for entry in entries_of(plan) for each in entry.statement.conditions)
            found = self._asked[principal, action] = frozenset(each.key.lower() for each in conditions)
        return found

    def speaks(self, principal: str, action: str, resource: str = "*") -> bool:
        """Tell whether any policy could grant an action, which is cheap to know."""
        plan = CompiledPolicies.of(self.policies(principal, action, resource)).plan(action.lower())
        return bool(plan.identity_based or plan.resource_based)

    def resource_policy(self, service: str, resource: str) -> Policy | None:
        """Find the policy of a resource; a trust policy has a say on becoming the role, and on nothing else (E13)."""
        if ":iam::" in resource:
            role = self.landscape.roles.get(resource) if service == "sts" else None
            return role.trust if role else None
        found = self.landscape.resource(resource)
        return found.policy if found else None

    def _make(self, principal: str, own: Policy | None, owner: str | None) -> Policies:
        standing = self.standing(principal)
        account = account_of(self.landscape.principal(principal))
        return Policies(
            standing.identity,
            own,
            standing.boundary,
            groups=standing.groups,
            service_control=self.levels(account, "service_control"),
            resource_control=self.levels(owner, "resource_control"),
            management_account=self.landscape.organization.management_account if self.landscape.organization else None,
        )

    def levels(self, account: str | None, kind: str) -> Any:
        """Give the policies above an account by level, as `Policies` takes them."""
        organization = self.landscape.organization
        if organization is None or account is None or account not in organization.accounts:
            return None
        return getattr(organization.accounts[account], kind)

    def request(self, caller: Caller, action: str, resource: str, context: Context | None = None) -> Request:
        """Make a request with all that follows from the landscape: organization and tags (E4)."""
        owner = self.landscape.owner(resource) or caller.account
        keys: dict[str, Any] = {"aws:RequestedRegion": _region(action, resource), **self.context}
        keys |= self._organization_keys(caller, owner) | self._tags(action, resource)
        if caller.kind in (CallerKind.SERVICE, CallerKind.ANONYMOUS):
            keys.pop("aws:MultiFactorAuthPresent", None)
        return Request(caller, action, Resource(resource, owner), {**keys, **(context or {})})

    def _organization_keys(self, caller: Caller, owner: str | None) -> dict[str, ContextValue]:
        organization = self.landscape.organization
        keys: dict[str, ContextValue] = {}
        for prefix, account in (("aws:Principal", caller.account), ("aws:Resource", owner)):
            if organization is not None and account is not None and account in organization.accounts:
                keys[f"{prefix}OrgID"] = organization.id
                path = organization.accounts[account].path
                keys[f"{prefix}OrgPaths"] = (path,)
        return keys

    def _tags(self, action: str, resource: str) -> dict[str, ContextValue]:
        principal = self.landscape.users.get(resource) or self.landscape.roles.get(resource)
        found = principal or self.landscape.resource(resource)
        if found is None:
            return {}
        service = action.partition(":")[0].lower()
        keys: dict[str, ContextValue] = {}
        for name, value in found.tags.items():
            keys[f"aws:ResourceTag/{name}"] = value
            keys[f"{service}:ResourceTag/{name}"] = value
        return keys

    def decide(self, principal: str, action: str, resource: str = "*", context: Context | None = None) -> Evaluation:
        """Decide one request of a principal."""
        request = self.request(self.caller(principal), action, resource, context)
        return evaluate(request, self.policies(principal, action, resource))

    def attempt(
        self, principal: str, action: str, resource: str, context: Context | None = None, given: Policy | None = None
    ) -> Evaluation | None:
        """Look for an allowed request among all that the principal can choose about it; None where none is allowed."""
        policies = self.policies(principal, action, resource, given)
        plan = CompiledPolicies.of(policies).plan(action.lower())
        if not (plan.identity_based or plan.resource_based):
            return None
        caller = self.caller(principal)
        plain = self.request(caller, action, resource, context)
        fixed = dict(plain.context)
        for chosen in contexts(entries_of(plan), fixed, plain.folded_context):
            request = Request(caller, action, plain.resource, chosen)
            if allows(request, policies):
                return evaluate(request, policies)
        return None


def _region(action: str, resource: str) -> str:
    """Tell the region of a request: the resource's; IAM's only endpoint is in us-east-1 (IAM User Guide, "Regions")."""
    parts = resource.split(":", 5)
    return parts[3] if len(parts) == 6 and parts[3] and "*" not in parts[3] else REGION

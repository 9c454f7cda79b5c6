"""Who can become whom: the engine asked for everybody and every role of a local cloud, with the policies in force."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from iamkit import Policies, Policy, PolicyType, Request, Resource, allows
from iamkit.policy import Caller, CallerKind

if TYPE_CHECKING:
    from iamkit.cloud.local_cloud import LocalCloud
    from iamkit.cloud.sessions import Holder
    from iamkit.cloud.store.directory import Role

_EVERYTHING = Policy.parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, name="everything"
)


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who may want to become a role; a role stands for its sessions. `name` is short and tells it apart."""

    name: str
    caller: Caller
    context: Mapping[str, Any]

    @property
    def is_role(self) -> bool:
        return self.caller.kind is CallerKind.ROLE_SESSION

    @property
    def action(self) -> str:
        """Name the action by which such a caller becomes a role (E21–E23)."""
        if self.caller.kind is not CallerKind.IDENTITY_PROVIDER:
            return "sts:AssumeRole"
        saml = ":saml-provider/" in self.caller.arn
        return "sts:AssumeRoleWithSAML" if saml else "sts:AssumeRoleWithWebIdentity"


@dataclass(frozen=True, slots=True)
class Becoming:
    """Whether one may become one role: what the trust policy says, what the caller's own side, and both together.

    `own` is None for who has no policies of its own: a service, an identity provider.
    """

    who: str
    role: str
    trusted: bool
    own: bool | None
    may: bool


@dataclass(frozen=True, slots=True)
class RoleGraph:
    """Everybody and every role by name, and each pair of them of which at least one side says yes."""

    parties: tuple[Party, ...]
    roles: tuple[str, ...]
    pairs: tuple[Becoming, ...]

    def reached(self, name: str) -> dict[str, tuple[str, ...]]:
        """Give every role that one can end as, with the way to it; a chain where it has more than one step."""
        ways: dict[str, tuple[str, ...]] = {}
        waiting: list[tuple[str, ...]] = [(name,)]
        while waiting:
            way = waiting.pop(0)
            for pair in self.pairs:
                if pair.may and pair.who == way[-1] and pair.role not in (name, *ways):
                    ways[pair.role] = (*way, pair.role)
                    waiting.append(ways[pair.role])
        return ways


def read_graph(
    cloud: LocalCloud, without: Sequence[str] = (), callers: Mapping[str, tuple[str, Mapping[str, Any]]] | None = None
) -> RoleGraph:
    """Ask the engine about everybody in all accounts of a cloud.

    `without` are names to leave out. `callers` are more who may ask, by name: a principal and the condition keys of
    its request, such as an identity provider with the claims of a token.
    """
    directory = cloud.gateway.authorizer.directory
    roles = [role for account in cloud.accounts for role in directory.roles(account) if role.name not in without]
    users = [user for account in cloud.accounts for user in directory.users(account) if user.name not in without]
    arns = [*(user.arn for user in users), *(role.arn for role in roles)]
    names = dict(zip(arns, _short(arns), strict=True))
    parties = [
        *(Party(names[user.arn], _user(user.arn, user.tags), {}) for user in users),
        *(Party(service, Caller.parse(service), {}) for service in sorted(_services(roles))),
        *(Party(name, Caller.parse(who), keys) for name, (who, keys) in (callers or {}).items()),
        *(Party(names[role.arn], _session(role), {}) for role in roles),
    ]
    pairs = [_ask(cloud, party, names[role.arn], role) for party in parties for role in roles]
    told = tuple(pair for pair in pairs if pair.who != pair.role and (pair.may or pair.trusted or pair.own))
    return RoleGraph(tuple(parties), tuple(names[role.arn] for role in roles), told)


def _ask(cloud: LocalCloud, party: Party, name: str, role: Role) -> Becoming:
    """Ask about both sides together, then about each with the other one open."""
    account = role.arn.split(":")[4]
    context = {"sts:RoleSessionName": "session", **party.context}
    request = Request(party.caller, party.action, Resource(role.arn, account), context)
    authorizer = cloud.gateway.authorizer
    policies = authorizer.policies(_holder(party.caller), party.action, role.arn, account)
    trusted = allows(request, Policies(_EVERYTHING, policies.resource_based))
    has_own = party.caller.account is not None
    own = allows(request, _with_trust(policies, _trusting(party.caller))) if has_own else None
    return Becoming(party.name, name, trusted, own, allows(request, policies))


def _with_trust(policies: Policies, trust: Policy) -> Policies:
    """Put another trust policy in the place of the role's."""
    return Policies(
        policies.identity_based,
        trust,
        policies.permissions_boundary,
        policies.session,
        {level.name: level.policies for level in policies.service_control or ()},
        {level.name: level.policies for level in policies.resource_control or ()},
        policies.vpc_endpoint,
        groups=policies.groups,
        management_account=policies.management_account,
    )


def _trusting(caller: Caller) -> Policy:
    """Leave it to the caller's own account (E13)."""
    statement = {"Effect": "Allow", "Principal": {"AWS": caller.account}, "Action": "sts:*"}
    return Policy.parse({"Version": "2012-10-17", "Statement": statement}, name="trust", type=PolicyType.TRUST)


def _holder(caller: Caller) -> Holder | None:
    """Hold a key for a caller whose policies should be looked up; a service or a provider has none."""
    from iamkit.cloud.sessions import Holder
    from iamkit.sigv4 import AccessKey, Credentials

    return Holder(AccessKey(Credentials("AKIAIOSFODNN7EXAMPLE", "none")), caller) if caller.account else None


def _user(arn: str, tags: Mapping[str, str]) -> Caller:
    return replace(Caller.parse(arn), tags=tags)


def _session(role: Role) -> Caller:
    """Take any session of a role, without session tags."""
    return replace(Caller.parse(role.arn), tags=role.tags, unique_id=role.unique_id)


def _services(roles: Sequence[Role]) -> set[str]:
    """Name the services that trust policies name."""
    found: set[str] = set()
    for role in roles:
        policy = Policy.parse(role.trust_policy, type=PolicyType.TRUST)
        elements = [statement.principal_element for statement in policy.statements]
        found.update(service for element in elements if element for service in element.service if service != "*")
    return found


def _short(arns: Sequence[str]) -> Iterator[str]:
    """Name users and roles without paths, and with the account where there is more than one."""
    parts = [arn.split(":", 5) for arn in arns]
    several = len({part[4] for part in parts}) > 1
    for part in parts:
        name = part[5].rpartition("/")[2]
        yield f"{name} in {part[4]}" if several else name

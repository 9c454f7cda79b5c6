"""What a method can be tried on: the principals, policies, groups and resources of a landscape that it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from iamkit.analysis.landscape import (
    ACCESS_KEYS_PER_USER,
    VERSIONS_PER_POLICY,
    Principal,
    Role,
    User,
    account_of,
)
from iamkit.analysis.methods import Method, Need, Over
from iamkit.analysis.world import Change, Kind, World
from iamkit.policy import Caller, Naming, Policy

ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


@dataclass(frozen=True, slots=True)
class Target:
    """Something to try a method on: `becomes` or `change` is what that gives, `more` what else is needed for it."""

    arn: str
    account: str
    becomes: str | None = None
    change: Change | None = None
    facts: Mapping[str, str] = field(default_factory=dict, hash=False)
    more: tuple[Need, ...] = ()
    note: str = ""


def targets(world: World, source: Principal, method: Method) -> Iterator[Target]:
    """Yield what a method can be tried on by a principal, by ARN."""
    yield from _FINDERS.get(method.over, _running)(world, source, method)


def changed_anyway(world: World, change: Change) -> bool:
    """Tell whether a change would make no difference any more."""
    whole = Change(Kind.ANY_POLICY, change.target)
    additive = change.kind in (Kind.ATTACHED, Kind.ANY_POLICY)
    return change in world.changes or (additive and whole in world.changes)


def _others(world: World, source: Principal, *, users: bool = False) -> Iterator[Principal]:
    for each in world.landscape.principals:
        linked = isinstance(each, Role) and each.is_service_linked
        if each.arn != source.arn and isinstance(each, User) is users and not linked:
            yield each


def _assumed(world: World, source: Principal, method: Method) -> Iterator[Target]:
    caller = world.caller(source.arn)
    for role in _others(world, source):
        # The trust policy must always allow (E13): whom it does not name need not be asked about.
        if isinstance(role, Role) and _named(role.trust, caller):
            yield Target(role.arn, account_of(role), role.arn)


def _trusted(world: World, source: Principal, method: Method) -> Iterator[Target]:
    for role in _of_account(_others(world, source), source):
        yield Target(role.arn, account_of(role), role.arn)


def _user(world: World, source: Principal, method: Method) -> Iterator[Target]:
    for user in _of_account(_others(world, source, users=True), source):
        assert isinstance(user, User)
        more: tuple[Need, ...] = ()
        note = ""
        if method.name == "iam:CreateAccessKey":
            if (user.access_keys or 0) >= ACCESS_KEYS_PER_USER:
                more, note = (Need("iam:DeleteAccessKey"),), "it has two keys, of which one has to go"
        elif user.has_password is (method.name == "iam:CreateLoginProfile"):
            continue
        elif user.has_password is None:
            note = f"if it has {'no' if method.name == 'iam:CreateLoginProfile' else 'a'} console password"
        yield Target(user.arn, account_of(user), user.arn, more=more, note=note)


def _itself(world: World, source: Principal, method: Method) -> Iterator[Target]:
    if ("User" in method.name) is not isinstance(source, User):
        return
    facts = _boundary(world, source)
    target = Target(source.arn, account_of(source), facts=facts)
    if method.gives is Kind.WITHOUT:
        yield from _removable(world, source, method, facts)
    elif method.gives is Kind.NO_BOUNDARY:
        if facts:
            # A boundary that allows everything is as good as none.
            yield _changing(target, Change(Kind.NO_BOUNDARY, source.arn), {"policy": ADMINISTRATOR_ACCESS})
    else:
        yield _changing(target, Change(Kind.ANY_POLICY, source.arn), {"policy": ADMINISTRATOR_ACCESS})


def _removable(world: World, source: Principal, method: Method, facts: Mapping[str, str]) -> Iterator[Target]:
    """Yield the policies of a principal that deny something and that it could do without."""
    inline = method.name.startswith("iam:Delete")
    held = {policy.name: policy for policy in source.inline} if inline else {}
    held |= {} if inline else {arn: world.document(arn) for arn in source.attached}
    for detail, policy in held.items():
        if any(not statement.allows for statement in policy.statements):
            change = Change(Kind.WITHOUT, source.arn, detail)
            more = {} if inline else {"policy": detail}
            yield Target(
                source.arn, account_of(source), change=change, facts={**facts, **more}, note=f"`{policy.name}`"
            )


def _attachable(world: World, source: Principal, method: Method) -> Iterator[Target]:
    if ("User" in method.name) is not isinstance(source, User):
        return
    account = account_of(source)
    for arn, policy in sorted(world.landscape.managed.items()):
        if arn in source.attached or arn == ADMINISTRATOR_ACCESS or arn.split(":")[4] not in (account, "aws"):
            continue
        if _allows_something(policy.policy):
            facts = {**_boundary(world, source), "policy": arn}
            change = Change(Kind.ATTACHED, source.arn, arn)
            yield Target(source.arn, account, change=change, facts=facts, note=f"`{policy.name}`")


def _own_group(world: World, source: Principal, method: Method) -> Iterator[Target]:
    for arn in sorted(_groups(world, source)):
        yield Target(
            arn, account_of(source), change=Change(Kind.ANY_POLICY, arn), facts={"policy": ADMINISTRATOR_ACCESS}
        )


def _other_group(world: World, source: Principal, method: Method) -> Iterator[Target]:
    if not isinstance(source, User):
        return
    mine = _groups(world, source)
    for arn, group in sorted(world.landscape.groups.items()):
        held = [*group.inline, *map(world.document, group.attached)]
        if arn not in mine and arn.split(":")[4] == account_of(source) and any(map(_allows_something, held)):
            yield Target(arn, account_of(source), change=Change(Kind.MEMBER, source.arn, arn))


def _own_policy(world: World, source: Principal, method: Method) -> Iterator[Target]:
    held = {
        *source.attached,
        *(arn for group in _groups(world, source) for arn in world.landscape.groups[group].attached),
    }
    if _boundary(world, source) and source.boundary:
        held.add(source.boundary)
    for arn in sorted(held):
        policy = world.landscape.managed[arn]
        if policy.is_aws_managed:
            continue
        if method.gives is Kind.ANY_DOCUMENT:
            full = len(policy.versions) >= VERSIONS_PER_POLICY
            more = (Need("iam:DeletePolicyVersion"),) if full else ()
            note = "it has five versions, of which one has to go" if full else ""
            yield Target(arn, account_of(source), change=Change(Kind.ANY_DOCUMENT, arn), more=more, note=note)
            continue
        for version, document in policy.versions.items():
            if version != policy.default and _allows_something(document):
                change = Change(Kind.VERSION, arn, version)
                yield Target(arn, account_of(source), change=change, note=f"version `{version}`")


def _passed(world: World, source: Principal, method: Method) -> Iterator[Target]:
    making = any(need.action == "iam:CreateInstanceProfile" for need in method.needs)
    for role in _of_account(_others(world, source), source):
        assert isinstance(role, Role)
        if (making and role.instance_profiles) or not _named(role.trust, Caller.parse(method.service or "")):
            continue
        facts = {"role": role.arn}
        if making:
            facts["profile"] = "arn:{partition}:iam::{account}:instance-profile/{new}"
        yield Target(role.arn, account_of(role), role.arn, facts=facts)


def _profiled(world: World, source: Principal, method: Method) -> Iterator[Target]:
    for role in _of_account(_others(world, source), source):
        assert isinstance(role, Role)
        if not _named(role.trust, Caller.parse(method.service or "")):
            continue
        for profile in role.instance_profiles:
            yield Target(role.arn, account_of(role), role.arn, facts={"role": role.arn, "profile": profile})


def _swapped(world: World, source: Principal, method: Method) -> Iterator[Target]:
    replacing = "Replace" in method.name
    for arn, resource in sorted(world.landscape.resources.items()):
        if not _is(arn, Over.INSTANCE) or resource.account != account_of(source):
            continue
        for target in _profiled(world, source, method):
            if resource.role != target.becomes and replacing is (resource.role is not None):
                yield Target(arn, resource.account, target.becomes, facts=target.facts)


def _running(world: World, source: Principal, method: Method) -> Iterator[Target]:
    for arn, resource in sorted(world.landscape.resources.items()):
        if _is(arn, method.over) and resource.role is not None and resource.role != source.arn:
            yield Target(arn, resource.account, resource.role, facts={"role": resource.role})


_FINDERS: dict[Over, Callable[[World, Principal, Method], Iterator[Target]]] = {
    Over.ASSUMED: _assumed,
    Over.TRUSTED: _trusted,
    Over.USER: _user,
    Over.SELF: _itself,
    Over.OWN_GROUP: _own_group,
    Over.OTHER_GROUP: _other_group,
    Over.OWN_POLICY: _own_policy,
    Over.ATTACHABLE: _attachable,
    Over.PASSED: _passed,
    Over.PROFILE: _profiled,
    Over.SWAPPED: _swapped,
}


def _is(arn: str, over: Over) -> bool:
    service, _, beginning = over.value.partition(":")
    parts = arn.split(":", 5)
    return parts[2] == service and parts[5].startswith(beginning)


def _of_account(principals: Iterator[Principal], source: Principal) -> Iterator[Principal]:
    return (each for each in principals if account_of(each) == account_of(source))


def _groups(world: World, source: Principal) -> set[str]:
    if not isinstance(source, User):
        return set()
    joined = (each.detail for each in world.changes if each.kind is Kind.MEMBER and each.target == source.arn)
    return {*source.groups, *joined}


def _boundary(world: World, source: Principal) -> dict[str, str]:
    if source.boundary is None or Change(Kind.NO_BOUNDARY, source.arn) in world.changes:
        return {}
    return {"boundary": source.boundary}


def _changing(target: Target, change: Change, more: Mapping[str, str]) -> Target:
    return Target(target.arn, target.account, change=change, facts={**target.facts, **more})


def _named(trust: Policy, caller: Caller) -> bool:
    return any(statement.allows and statement.names(caller) > Naming.NOT_NAMED for statement in trust.statements)


def _allows_something(policy: Policy) -> bool:
    return any(statement.allows for statement in policy.statements)

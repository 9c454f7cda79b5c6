"""The requests that an exercise is about, said so that a proof knows them as the search does: who asks, for whose, how.

What no request can be is written as a policy of Deny statements that stands with both sides: no proof then rests on it,
and no counterexample comes of it. It says what `askers.can_be_asked` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from iamkit import Policies, Policy, PolicyType, Request
from iamkit.course.askers import (
    ASSERTED,
    BESIDES,
    CLAIMS,
    MAKES_SESSIONS,
    NEVER_TOGETHER,
    OIDC,
    ONLY_WITH,
    SAML,
    is_claim,
    issuer_of,
)
from iamkit.course.fixing import where
from iamkit.course.people import neighbors_of_providers
from iamkit.course.plausible import kind_of
from iamkit.policy import CallerKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamkit.policy import Statement

Values = Mapping[str, tuple[str, ...]]
"""All values that a condition key can have here, by key."""

Context = dict[str, str]
"""One value for some condition keys; of those with known values the others are missing."""

_OPEN = Policy.parse(
    {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}},
    name="a policy of the other account that allows everything",
    type=PolicyType.RESOURCE_BASED,
)
_EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


@dataclass(frozen=True, slots=True)
class World:
    """Both sides as they are where condition keys have these values, and who owns what tells no account."""

    mine: Policies
    theirs: Policies
    home: str | None
    context: Context


def shared(policies: Policies) -> Policies:
    """Return the same policies with the other account's resource open to everyone.

    There the other account has its say too (E15). Its policy is not ours to compare: it is taken to allow everything.
    """
    return policies if policies.resource_based is not None else replaced(policies, resource_based=_OPEN)


def replaced(policies: Policies, **changes: Any) -> Policies:
    """Return the policies with some fields changed."""
    fields: dict[str, Any] = {
        "identity_based": policies.identity_based,
        "resource_based": policies.resource_based,
        "permissions_boundary": policies.permissions_boundary,
        "session": policies.session,
        "service_control": {level.name: level.policies for level in policies.service_control or ()},
        "resource_control": {level.name: level.policies for level in policies.resource_control or ()},
        "vpc_endpoint": policies.vpc_endpoint,
        "groups": policies.groups,
        "management_account": policies.management_account,
    }
    return Policies(**(fields | changes))


def statements_of(policies: Policies) -> list[Statement]:
    """List the statements of all policies that may have a say."""
    levels = [*(policies.service_control or ()), *(policies.resource_control or ())]
    every: Iterable[Policy] = (
        *policies.identity_based,
        *(policy for group in policies.groups.values() for policy in group),
        *([policies.resource_based] if policies.resource_based is not None else []),
        *(policies.permissions_boundary or ()),
        *(policies.session or ()),
        *(policies.vpc_endpoint or ()),
        *(policy for level in levels for policy in level.policies),
    )
    return [statement for policy in every for statement in policy.statements]


def keys_of(*sides: Policies) -> set[str]:
    """Give all condition keys that any statement looks at, in lower case."""
    statements = [statement for side in sides for statement in statements_of(side)]
    asked = {condition.key for statement in statements for condition in statement.conditions}
    elements = [(statement.resource_element, *statement.conditions) for statement in statements]
    holders = [holder for found in elements for holder in found if holder is not None]
    return {key.lower() for key in asked | {variable.key for holder in holders for variable in holder.variables}}


def worlds(mine: Policies, theirs: Policies, seeds: Sequence[Request], values: Values) -> Iterator[World]:
    """Give both sides with what cannot be asked taken out, for every account whose resources are asked about.

    Keys whose values are all known have one of them in each world, or are missing.
    """
    homes = tuple(dict.fromkeys(seed.resource_account for seed in seeds)) or (None,)
    denied = list(_impossible(mine, theirs, seeds))
    for context in _contexts(values):
        left, right = (where(policies, tuple(values), context) for policies in (mine, theirs))
        for home in homes:
            yield World(_without(left, denied), _without(right, denied), home, context)
        statements = [*statements_of(left), *statements_of(right)]
        if left.resource_based is None and right.resource_based is None and _reach_others(statements, homes):
            elsewhere = [*denied, *_at_home(homes)]
            yield World(_without(shared(left), elsewhere), _without(shared(right), elsewhere), homes[0], context)


def _contexts(values: Values) -> Iterator[Context]:
    for chosen in product(*([(key, None), *((key, value) for value in listed)] for key, listed in values.items())):
        yield {key: value for key, value in chosen if value is not None}


def _at_home(homes: Sequence[str | None]) -> Iterator[dict[str, Any]]:
    """Leave only callers from home before resources of others: their ARNs name another account."""
    known = [home for home in homes if home]
    yield _deny(Condition={"StringNotEquals": {"aws:PrincipalAccount": known}})
    yield _deny(Resource=[f"arn:*:*:*:{account}:*" for account in ("", "aws", *known)])
    yield _deny(NotResource="arn:*")


def _reach_others(statements: Iterable[Statement], homes: Sequence[str | None]) -> bool:
    """Tell whether any statement can be about a resource whose ARN names another account."""
    elements = [statement.resource_element for statement in statements]
    patterns = [pattern.split(":", 5) for element in elements if element is not None for pattern in element.patterns]
    accounts = [parts[4] if len(parts) > 5 else "*" for parts in patterns]
    return any(set(account) & {"*", "?"} or (account and account not in homes) for account in accounts)


def _without(policies: Policies, denied: Sequence[dict[str, Any]]) -> Policies:
    """Put the Deny statements before everybody: the policies that concern every caller are those of an endpoint."""
    if not denied:
        return policies
    allow = [_EVERYTHING] if policies.vpc_endpoint is None else []
    document = {"Version": "2012-10-17", "Statement": [*allow, *denied]}
    possible = Policy.parse(document, name="what can be asked", type=PolicyType.VPC_ENDPOINT)
    return replaced(policies, vpc_endpoint=[*(policies.vpc_endpoint or ()), possible])


def _deny(**elements: Any) -> dict[str, Any]:
    """Write a Deny for everyone, everything and everywhere, but for what the elements say."""
    statement: dict[str, Any] = {"Effect": "Deny", **elements}
    for element, negation in (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")):
        if element not in statement and negation not in statement:
            statement[element] = "*"
    return statement


def _impossible(mine: Policies, theirs: Policies, seeds: Sequence[Request]) -> Iterator[dict[str, Any]]:
    statements = list(dict.fromkeys([*statements_of(mine), *statements_of(theirs)]))
    asked = keys_of(mine, theirs)
    # Nobody of one partition meets resources of another: all callers stand in `aws`.
    yield _deny(Resource="arn:aws-*:*:*:*:*")
    yield _deny(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws-*:*:*:*:*"}})
    for one, other in NEVER_TOGETHER:
        if one in asked and other in asked:
            yield _deny(Condition={"Null": {one: "false", other: "false"}})
    if mine.resource_based != theirs.resource_based:
        yield _deny(NotResource=sorted({own for seed in seeds for own in _standing_on(seed)}))
    if any(statement.action_element.cover(action) for statement in statements for action in MAKES_SESSIONS):
        yield from _of_providers(_providers(statements, seeds), asked)
    yield from _of_sessions(asked)


def _standing_on(seed: Request) -> Iterator[str]:
    """Give the resources on which the seed's resource-based policy stands: a bucket's also on its objects."""
    arn = seed.resource.arn
    if kind_of(arn) in ("bucket", "object"):
        bucket = arn.partition("/")[0]
        yield from (bucket, f"{bucket}/*")
    else:
        yield arn


def _providers(statements: Iterable[Statement], seeds: Sequence[Request]) -> tuple[str, ...]:
    """Name the providers that anybody has heard of here, and a few more."""
    elements = (statement.principal_element for statement in statements)
    named = [name for element in elements if element is not None for name in element.federated if name != "*"]
    asking = [str(seed.principal) for seed in seeds if seed.principal.kind is CallerKind.IDENTITY_PROVIDER]
    return tuple(dict.fromkeys([*named, *asking, *neighbors_of_providers(seeds)]))


def _of_sessions(asked: set[str]) -> Iterator[dict[str, Any]]:
    """Say which keys come with which actions, and which always."""
    for key, actions in ONLY_WITH.items():
        if key in asked:
            yield _deny(NotAction=sorted(actions), Condition={"Null": {key: "false"}})
    if "sts:rolesessionname" in asked:
        yield _deny(Action=sorted(MAKES_SESSIONS), Condition={"Null": {"sts:RoleSessionName": "true"}})
    if "sts:externalid" in asked:
        yield _deny(Principal={"Federated": "*"}, Condition={"Null": {"sts:ExternalId": "false"}})


def _of_providers(providers: Sequence[str], asked: set[str]) -> Iterator[dict[str, Any]]:
    """Say who makes unsigned calls, and whose tokens hold which claims (E22, E23)."""
    yield _deny(Principal={"Federated": "*"}, NotAction=sorted({OIDC, SAML} | BESIDES))
    yield _deny(NotPrincipal={"Federated": list(providers)}, Action=[OIDC, SAML])
    yield _deny(Action=sorted(MAKES_SESSIONS), Condition={"StringEquals": {"aws:PrincipalType": "Anonymous"}})
    saml = [name for name in providers if ":saml-provider/" in name]
    others = [name for name in providers if name not in saml]
    if saml:
        yield _deny(Principal={"Federated": saml}, Action=OIDC)
    if others:
        yield _deny(Principal={"Federated": others}, Action=SAML)
    for key in sorted(asked):
        if key.startswith("saml:"):
            yield from _of_claim(key, saml, always=key in ASSERTED)
        elif is_claim(key):
            issuer, _, claim = key.rpartition(":")
            yield from _of_claim(key, [name for name in others if issuer_of(name) == issuer], always=claim in CLAIMS)


def _of_claim(key: str, holders: Sequence[str], *, always: bool) -> Iterator[dict[str, Any]]:
    there, missing = {"Null": {key: "false"}}, {"Null": {key: "true"}}
    if not holders:
        yield _deny(Condition=there)
        return
    yield _deny(NotPrincipal={"Federated": list(holders)}, Condition=there)
    if always:
        yield _deny(Principal={"Federated": list(holders)}, Condition=missing)

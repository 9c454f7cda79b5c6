"""Principals worth trying: those the cases have, those the policies name, and their neighbors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamkit.arn import Arn, is_account_id
from iamkit.course.globs import tokens
from iamkit.course.literals import Text, cheapest, instances
from iamkit.policy import Caller, CallerKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iamkit import Request
    from iamkit.policy import Principals, Statement

# The account of a stranger.
STRANGER = "999988887777"

# Identity providers that a policy on the account's resources may not have thought of.
_PROVIDERS = (
    (2, "arn:aws:iam::ACCOUNT:oidc-provider/gitlab.com"),
    (3, "arn:aws:iam::ACCOUNT:saml-provider/Example"),
    (3, "accounts.google.com"),
)

_ROLE = re.compile(r"role/(?:.*/)?([^/]+)", re.DOTALL)


def principals(seeds: Sequence[Request], statements: Sequence[Statement], variables: Iterable[str]) -> list[Text]:
    """Give principals by ARN or name, cheapest first.

    A policy that names no principal stands on one: then only keys that follow from the caller make a neighbor useful.
    """
    found = [Text(0, str(seed.principal)) for seed in seeds]
    elements = [statement.principal_element for statement in statements if statement.principal_element is not None]
    for element in elements:
        found += _near_element(element, _home(seeds))
    asked = set(variables)
    for condition in (condition for statement in statements for condition in statement.conditions):
        key = condition.key.lower()
        asked.add(key)
        if key == "aws:principalarn":
            found += [near for value in condition.values if "$" not in value for near in _near_arn(value)]
    if elements or asked & {"aws:username", "aws:principalarn", "aws:userid"}:
        found += [sibling for seed in seeds for sibling in _siblings(str(seed.principal))]
    if elements or asked & {"aws:principaltype", "aws:username"}:
        found += [Text(4, f"arn:aws:sts::{account}:assumed-role/Example/session") for account in _accounts(seeds)]
    return [candidate for candidate in cheapest(found) if _is_principal(candidate.text)]


def _accounts(seeds: Sequence[Request]) -> list[str]:
    return list(dict.fromkeys(seed.principal.account for seed in seeds if seed.principal.account is not None))


def neighbors_of_providers(seeds: Sequence[Request]) -> list[str]:
    """Name identity providers that can speak for somebody in the cases' account."""
    return [name.replace("ACCOUNT", _home(seeds)) for _, name in _PROVIDERS]


def _home(seeds: Sequence[Request]) -> str:
    """Name the account whose resources the cases are about: its identity providers can speak for somebody there."""
    return next((seed.resource_account for seed in seeds if seed.resource_account is not None), STRANGER)


def _near_element(element: Principals, home: str) -> Iterator[Text]:
    for name in element.aws:
        yield from _near_aws(name)
    for name in (*element.service, *element.federated):
        if name != "*":
            yield Text(1, name)
    if element.service:
        yield from (Text(3, "ec2.amazonaws.com"), Text(3, "lambda.amazonaws.com"))
    if element.federated:
        yield from (Text(cost, name.replace("ACCOUNT", home)) for cost, name in _PROVIDERS)
    yield Text(3, f"arn:aws:iam::{STRANGER}:user/mallory")
    yield Text(4, "anonymous")


def _near_aws(name: str) -> Iterator[Text]:
    if name == "*":
        return
    account = name if is_account_id(name) else name.split(":")[4] if name.endswith(":root") else None
    if account is None:
        yield from _near_arn(name)
        return
    yield Text(1, f"arn:aws:iam::{account}:user/example")
    yield Text(1, f"arn:aws:sts::{account}:assumed-role/Example/session")
    yield Text(3, f"arn:aws:iam::{account}:root")


def _near_arn(pattern: str) -> Iterator[Text]:
    """Give callers that an ARN, or a pattern of ARNs, names, and their siblings."""
    for cost, text in instances(tokens(pattern)):
        caller = _session_of(text)
        yield Text(cost, caller)
        if cost == 1:
            yield from _siblings(caller)


def _session_of(arn: str) -> str:
    """Make a role's ARN that of a session, because a role makes requests only through its sessions."""
    parts = arn.split(":", 5)
    role = _ROLE.fullmatch(parts[-1])
    if role is None or len(parts) < 6 or "/" in parts[5].removeprefix("role/"):
        return arn  # a role with a path stays what it is: a session's ARN has lost the path
    return f"arn:{parts[1]}:sts::{parts[4]}:assumed-role/{role[1]}/session"


def _siblings(name: str) -> Iterator[Text]:
    """Give others of the same kind: another name, another session, the same name in another account."""
    try:
        arn = Arn.parse(name)
    except ValueError:
        return
    head, _, last = arn.resource.rpartition("/")
    if not head or head.partition("/")[0] in ("oidc-provider", "saml-provider"):
        return  # a provider's name is a host's: what looks like it is none
    prefix = f"arn:{arn.partition}:{arn.service}::{arn.account}:"
    yield Text(2, f"{prefix}{head}/{'bob' if arn.resource.startswith('user/') and last != 'bob' else last + '-2'}")
    kind, _, role = head.partition("/")
    if kind == "assumed-role":
        yield Text(2, f"{prefix}assumed-role/{role}-2/{last}")
    if arn.account and arn.account != STRANGER:
        yield Text(3, name.replace(f":{arn.account}:", f":{STRANGER}:", 1))


def _is_principal(text: str) -> bool:
    try:
        return Caller.parse(text).kind in CallerKind
    except ValueError:
        return False

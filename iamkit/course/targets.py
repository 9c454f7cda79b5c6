"""Actions and resources worth trying, and the pairs of them that a request can have."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from iamkit import Resource
from iamkit.arn import is_account_id
from iamkit.course.classes import representatives
from iamkit.course.globs import tokens, witnesses
from iamkit.course.literals import Text, around, cheapest, neighbors
from iamkit.course.people import STRANGER
from iamkit.course.plausible import ACTIONS, EXAMPLES, kind_of, level_of, possible, service_of
from iamkit.policy.patterns import glob
from iamkit.policy.variables import parse_template, resource_part

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from iamkit import Request
    from iamkit.policy import Statement
    from iamkit.policy.variables import ContextValue

    Assignments = Sequence[dict[str, ContextValue]]

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_REGIONS = ("us-east-1", "eu-west-1")
_MOST = 250
_ELSEWHERE = ("iam:CreateUser", "ec2:RunInstances", "s3:GetObject")


class Target(NamedTuple):
    """An action on a resource, with the cost of how it looks."""

    cost: int
    action: str
    resource: Resource


def targets(
    statements: Sequence[Statement], seeds: Sequence[Request], assignments: Assignments, *, attached: bool = False
) -> list[Target]:
    """Give pairs of action and resource, cheapest first, a few for each set of statements that covers them.

    `attached`: what differs is the policy of the seeds' own resource, so that no other resource and service matters.
    """
    coverage = _Coverage(statements, assignments)
    actions = representatives(
        _actions(statements, seeds),
        lambda action: (service_of(action.text), level_of(action.text), coverage.of_action(action.text)),
        3,
    )[:_MOST]
    resources = representatives(
        _resources(statements, seeds, {service_of(action.text) for action in actions}, assignments),
        lambda resource: (_place_of(resource.text), coverage.of_resource(resource.text)),
        3,
    )[:_MOST]
    owner = _owners(seeds)
    # Whose resource it is must not change with the caller.
    found = [Target(0, seed.action, Resource(seed.resource.arn, seed.resource_account)) for seed in seeds]
    found += _owned_by_others(found, statements)
    found += [
        Target(action.cost + resource.cost, action.text, Resource(resource.text, owner(resource.text)))
        for action, resource in product(actions, resources)
        if possible(action.text, resource.text) and (not attached or _belongs(action.text, resource.text, seeds))
    ]
    found.sort(key=lambda target: (target.cost, target.action, target.resource.arn))
    return representatives(found, coverage.signature, 4)


def covers(statement: Statement, target: Target, assignments: Assignments) -> bool:
    """Tell whether the statement covers the target under some assignment of its variables."""
    return statement.action_element.cover(target.action.lower()) and any(
        statement.covers_resource(target.resource.arn, context) for context in assignments
    )


class _Coverage:
    """Say which statements cover an action, a resource, or both, as the bits of a number.

    A statement with variables in its resources has a bit for each assignment of them.
    """

    def __init__(self, statements: Sequence[Statement], assignments: Assignments) -> None:
        self.columns = [
            (statement, context)
            for statement in statements
            for context in (assignments if _has_variables(statement) else assignments[:1])
        ]
        self.actions: dict[str, int] = {}
        self.resources: dict[str, int] = {}

    def of_action(self, action: str) -> int:
        if action not in self.actions:
            self.actions[action] = _bits(one.action_element.cover(action.lower()) for one, _ in self.columns)
        return self.actions[action]

    def of_resource(self, arn: str) -> int:
        if arn not in self.resources:
            self.resources[arn] = _bits(one.covers_resource(arn, context) for one, context in self.columns)
        return self.resources[arn]

    def signature(self, target: Target) -> Hashable:
        arn = target.resource.arn
        both = self.of_action(target.action) & self.of_resource(arn)
        return (service_of(target.action), _place_of(arn), target.resource.account, both)


def _bits(truths: Iterable[bool]) -> int:
    return sum(1 << place for place, true in enumerate(truths) if true)


def _has_variables(statement: Statement) -> bool:
    return statement.resource_element is not None and bool(statement.resource_element.variables)


def _belongs(action: str, arn: str, seeds: Sequence[Request]) -> bool:
    """Tell whether the policy on a seed's resource is asked: a bucket's also is for its objects."""
    return any(
        service_of(action) == service_of(seed.action)
        and (
            arn == seed.resource.arn
            or (kind_of(arn) in ("bucket", "object") and _beginning(arn) == _beginning(seed.resource.arn))
        )
        for seed in seeds
    )


def _place_of(arn: str) -> tuple[str, str]:
    parts = arn.split(":", 5)
    return kind_of(arn), parts[4] if len(parts) == 6 else ""


def _owners(seeds: Sequence[Request]) -> Callable[[str], str | None]:
    """Tell who owns a resource: as a case says of one with the same beginning, or of the first."""
    known = {_beginning(seed.resource.arn): seed.resource_account for seed in seeds}
    usual = next(iter(known.values()), None)

    def owner(arn: str) -> str | None:
        parts = arn.split(":", 5)
        return None if len(parts) == 6 and parts[4] else known.get(_beginning(arn), usual)

    return owner


def _beginning(arn: str) -> str:
    return arn.partition("/")[0]


def _owned_by_others(seeded: Sequence[Target], statements: Sequence[Statement]) -> Iterator[Target]:
    """Give the cases' resources to other accounts, when a condition asks for `aws:ResourceAccount`."""
    asked = [condition for statement in statements for condition in statement.conditions]
    accounts = [
        value for condition in asked if condition.key.lower() == "aws:resourceaccount" for value in condition.values
    ]
    others = [account for account in accounts if is_account_id(account)]
    for target, account in product(seeded, [*others, STRANGER] if accounts else ()):
        yield Target(2, target.action, Resource(target.resource.arn, account))


def _actions(statements: Sequence[Statement], seeds: Sequence[Request]) -> list[Text]:
    """Give actions: the cases', those the policies list, real ones beside them, and instances of wildcards.

    Not in another case: actions are compared without it (P8).
    """
    patterns = list(dict.fromkeys(pattern for statement in statements for pattern in statement.action_element.patterns))
    services = dict.fromkeys([*(service_of(seed.action) for seed in seeds), *map(service_of, patterns)])
    found = [Text(0, seed.action) for seed in seeds]
    found += [Text(1, pattern) for pattern in patterns]
    found += [Text(2, f"{service}:{name}") for service in services for name in ACTIONS.get(service, ())]
    found += [Text(3, action) for action in _ELSEWHERE]
    for pattern, fill in product(patterns, ("", "Example", "X")):
        found.append(Text(5, pattern.replace("*", fill).replace("?", "x")))
    for service in services:
        beginning = glob(f"{service}:*")
        own = [pattern for pattern in patterns if pattern == "*" or beginning(pattern.lower())]
        texts = witnesses([tokens(pattern.lower()) for pattern in own])
        found += [Text(7, text if text.startswith(f"{service}:") else f"{service}:{text}") for text in texts]
    return cheapest(action for action in found if _ACTION.fullmatch(action.text))


def _resources(
    statements: Sequence[Statement], seeds: Sequence[Request], services: Iterable[str], assignments: Assignments
) -> list[Text]:
    """Give resources: the cases', instances of the policies' patterns and their neighbors, and one of each service."""
    patterns = list(dict.fromkeys(_concrete_patterns(statements, assignments)))
    account = next((seed.resource_account for seed in seeds if seed.resource_account), "111122223333")
    known = [seed.resource.arn for seed in seeds if seed.resource.arn != "*"]
    examples = [arn.replace("ACCOUNT", account) for service in sorted(services) for arn in EXAMPLES.get(service, ())]
    found = [Text(0, arn) for arn in known] + [Text(3, arn) for arn in examples] + [Text(3, "*")]
    for cost, head in _heads([*known, *patterns, *examples], account):
        parts = [pattern[5] for text in patterns if _under(pattern := text.split(":", 5), head)]
        near = around([tokens(part) for part in parts])
        near += [text for arn in known if arn.startswith(head + ":") for text in neighbors(arn.split(":", 5)[5])]
        found += [Text(cost + part.cost, f"{head}:{part.text}") for part in near if part.text]
    return cheapest(text for text in found if kind_of(text.text) != "nothing")


def _concrete_patterns(statements: Sequence[Statement], assignments: Assignments) -> Iterator[str]:
    """Give the policies' resource patterns with their variables filled in every way that is tried."""
    for statement in statements:
        element = statement.resource_element
        for pattern in element.patterns if element is not None else ():
            template = parse_template(pattern, resource_part(pattern)) if element and element.escapes else pattern
            if isinstance(template, str):
                yield pattern
            else:
                resolved = (template.resolve(context) for context in assignments)
                yield from (text for text in resolved if text is not None)


def _heads(arns: Iterable[str], account: str) -> list[Text]:
    """Give the parts before the resource (`arn:aws:s3::`), also of another region and another account."""
    usual = ("arn", "aws", "", _REGIONS[0], account)
    found = []
    for arn in arns:
        parts = arn.split(":", 5)
        if len(parts) < 6 or "*" in parts[2] or "?" in parts[2]:
            continue
        head = [usual[place] if set(part) & {"*", "?"} else part for place, part in enumerate(parts[:5])]
        found.append(Text(0, ":".join(head)))
        if head[3]:
            found.append(Text(3, ":".join([*head[:3], _REGIONS[head[3] == _REGIONS[0]], head[4]])))
        if head[4]:
            found.append(Text(3, ":".join([*head[:4], STRANGER])))
    return cheapest(found)


def _under(pattern: Sequence[str], head: str) -> bool:
    if len(pattern) < 6:
        return False
    return all(glob(part)(segment) for part, segment in zip(pattern, head.split(":"), strict=False))

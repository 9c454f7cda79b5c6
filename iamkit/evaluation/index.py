"""Policies compiled for many requests: for each action, the statements that can concern it and no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from iamkit.evaluation.decision import Entry
from iamkit.evaluation.policies import OrganizationLevel, Policies
from iamkit.policy.document import Policy
from iamkit.policy.grammar import PolicyType

# A learner's policies meet a handful of actions; a scanner may bring all of AWS's 20,000.
MAX_PLANS = 32_768

Level = tuple[str, tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements whose action element covers one action: every Deny in the order of E6, the Allows by type.

    None stands for a type that does not exist, an empty tuple for one that has nothing to say about the action.
    """

    denies: tuple[Entry, ...]
    resource_control: tuple[Level, ...] | None
    service_control: tuple[Level, ...] | None
    vpc_endpoint: tuple[Entry, ...] | None
    resource_based: tuple[Entry, ...]
    identity_based: tuple[Entry, ...]
    permissions_boundary: tuple[Entry, ...] | None
    session: tuple[Entry, ...] | None
    assumes_role: bool
    uses_keys: bool


# The actions that a role's trust policy is asked about (E13).
_ASSUMING = ("sts:assumerole", "sts:tagsession", "sts:setsourceidentity")


class ActionIndex:
    """Finds statements by action in time that does not grow with those of other services and actions."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self.exact: dict[str, list[int]] = {}
        self.by_service: dict[str, list[int]] = {}  # by patterns with a wildcard in the name
        self.of_service: dict[str, list[int]] = {}  # by any pattern
        self.anywhere: list[int] = []
        for position, entry in enumerate(self.entries):
            self._add(position, entry)

    def _add(self, position: int, entry: Entry) -> None:
        element = entry.statement.action_element
        if element.negated:
            self.anywhere.append(position)
            return
        for pattern in map(str.lower, element.patterns):
            service, _, name = pattern.partition(":")
            if "*" in service or "?" in service:
                self.anywhere.append(position)
                continue
            self.of_service.setdefault(service, []).append(position)
            if "*" in name or "?" in name:
                self.by_service.setdefault(service, []).append(position)
            else:
                self.exact.setdefault(pattern, []).append(position)

    def near(self, action: str) -> Iterator[Entry]:
        """Yield the statements that speak of the action's service, in order; the action is in lower case."""
        found = {*self.of_service.get(action.partition(":")[0], ()), *self.anywhere}
        return (self.entries[position] for position in sorted(found))

    def covering(self, action: str) -> Iterator[Entry]:
        """Yield the statements whose action element covers the action, in order; the action is in lower case."""
        service = action.partition(":")[0]
        found = {*self.exact.get(action, ()), *self.by_service.get(service, ()), *self.anywhere}
        for position in sorted(found):
            entry = self.entries[position]
            if entry.statement.action_element.cover(action):
                yield entry


class CompiledPolicies:
    """A set of policies with an index for each type and a plan for each action asked about."""

    def __init__(self, policies: Policies) -> None:
        self.policies = policies
        self.invalid = policies.invalid
        self.management_account = policies.management_account
        self._plans: dict[str, Plan] = {}
        self.gates: tuple[Callable[[Any], Any], ...] = ()  # those that can decide something; set by `evaluate`
        groups = [
            entry
            for name, group in policies.groups.items()
            for entry in _entries(group, PolicyType.IDENTITY_BASED, name)
        ]
        self.identity_based = ActionIndex([*_entries(policies.identity_based, PolicyType.IDENTITY_BASED), *groups])
        resource = policies.resource_based
        self.resource_based = ActionIndex(_entries([resource], resource.type) if resource and resource.type else ())
        self.permissions_boundary = _optional(policies.permissions_boundary, PolicyType.PERMISSIONS_BOUNDARY)
        self.session = _optional(policies.session, PolicyType.SESSION)
        self.vpc_endpoint = _optional(policies.vpc_endpoint, PolicyType.VPC_ENDPOINT)
        self.service_control = _levels(policies.service_control, PolicyType.SERVICE_CONTROL)
        self.resource_control = _levels(policies.resource_control, PolicyType.RESOURCE_CONTROL)

    @classmethod
    def of(cls, policies: Policies) -> CompiledPolicies:
        """Compile, once for each set."""
        if not policies._compiled:
            policies._compiled.append(cls(policies))
        compiled: CompiledPolicies = policies._compiled[0]
        return compiled

    @property
    def has_denies(self) -> bool:
        """Tell whether any policy denies anything."""
        return any(not entry.statement.allows for index in self.indexes() for entry in index.entries)

    def plan(self, action: str) -> Plan:
        """Return the plan for an action in lower case."""
        plan = self._plans.get(action)
        if plan is None:
            if len(self._plans) >= MAX_PLANS:
                self._plans.clear()
            plan = self._plans[action] = self._make_plan(action)
        return plan

    def indexes(self) -> Iterator[ActionIndex]:
        """Yield every index, in the order in which a Deny is looked for (E6)."""
        yield from (index for levels in (self.resource_control, self.service_control) for _, index in levels or ())
        slots = (self.vpc_endpoint, self.resource_based, self.identity_based, self.permissions_boundary, self.session)
        yield from (index for index in slots if index is not None)

    def _make_plan(self, action: str) -> Plan:
        denies = [entry for index in self.indexes() for entry in index.covering(action) if not entry.statement.allows]
        return Plan(
            tuple(denies),
            _level_allows(self.resource_control, action),
            _level_allows(self.service_control, action),
            _allows(self.vpc_endpoint, action),
            _allows(self.resource_based, action) or (),
            _allows(self.identity_based, action) or (),
            _allows(self.permissions_boundary, action),
            _allows(self.session, action),
            action.startswith(_ASSUMING),
            action.startswith("kms:"),
        )


def _entries(policies: Iterable[Policy], type: PolicyType, group: str | None = None) -> list[Entry]:
    return [Entry(policy, statement, type, group) for policy in policies for statement in policy.statements]


def _optional(policies: tuple[Policy, ...] | None, type: PolicyType) -> ActionIndex | None:
    return None if policies is None else ActionIndex(_entries(policies, type))


def _levels(
    levels: tuple[OrganizationLevel, ...] | None, type: PolicyType
) -> tuple[tuple[str, ActionIndex], ...] | None:
    if levels is None:
        return None
    return tuple((level.name, ActionIndex(_entries(level.policies, type))) for level in levels)


def _allows(index: ActionIndex | None, action: str) -> tuple[Entry, ...] | None:
    return None if index is None else tuple(entry for entry in index.covering(action) if entry.statement.allows)


def _level_allows(levels: tuple[tuple[str, ActionIndex], ...] | None, action: str) -> tuple[Level, ...] | None:
    if levels is None:
        return None
    return tuple((name, _allows(index, action) or ()) for name, index in levels)

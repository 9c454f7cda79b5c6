"""Decide the conditions on some keys once and for all, where the values of these keys are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from iamkit import Policies, Policy
from iamkit.policy import Condition


def where(policies: Policies, keys: Sequence[str], context: Mapping[str, str]) -> Policies:
    """Return the policies as they are where the keys have the values of the context, or are missing from it."""
    if not keys:
        return policies
    fixed = _Fixed(keys, context)
    fields: dict[str, Any] = {
        name: fixed.all(getattr(policies, name))
        for name in ("identity_based", "permissions_boundary", "session", "vpc_endpoint")
    }
    for name in ("service_control", "resource_control"):
        fields[name] = {level.name: fixed.all(level.policies) or () for level in getattr(policies, name) or ()}
    resource_based = policies.resource_based
    return Policies(
        **fields,
        resource_based=fixed.one(resource_based) if resource_based is not None else None,
        groups={name: fixed.all(found) or () for name, found in policies.groups.items()},
        management_account=policies.management_account,
    )


class _Fixed:
    """The values of some keys."""

    def __init__(self, keys: Sequence[str], context: Mapping[str, str]) -> None:
        self.keys = frozenset(key.lower() for key in keys)
        self.context = {key.lower(): value for key, value in context.items()}

    def all(self, policies: Sequence[Policy] | None) -> tuple[Policy, ...] | None:
        return None if policies is None else tuple(map(self.one, policies))

    def one(self, policy: Policy) -> Policy:
        """Leave out the conditions that hold, and the statements whose conditions do not."""
        document = policy.to_dict()
        written = document["Statement"]
        statements = written if isinstance(written, list) else [written]
        asked = [statement for statement in policy.statements if self._asks(statement.conditions)]
        if not asked:
            return policy
        kept = []
        for statement, raw in zip(policy.statements, statements, strict=True):
            own = [condition for condition in statement.conditions if condition.key.lower() in self.keys]
            if all(condition.holds(self.context) for condition in own):
                kept.append(self._without(raw))
        return Policy.parse({**document, "Statement": kept}, name=policy.name, type=policy.type)

    def _asks(self, conditions: Sequence[Condition]) -> bool:
        return any(condition.key.lower() in self.keys for condition in conditions)

    def _without(self, statement: Mapping[str, Any]) -> dict[str, Any]:
        block = {
            operator: {key: listed for key, listed in tests.items() if key.lower() not in self.keys}
            for operator, tests in statement.get("Condition", {}).items()
        }
        rest = {operator: tests for operator, tests in block.items() if tests}
        left = {key: value for key, value in statement.items() if key != "Condition"}
        return left | ({"Condition": rest} if rest else {})

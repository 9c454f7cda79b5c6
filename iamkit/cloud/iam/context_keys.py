"""GetContextKeysForCustomPolicy and GetContextKeysForPrincipalPolicy: what a simulation would have to be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iamkit.cloud.calls import Call
from iamkit.cloud.iam.parts import Given, no_such_entity
from iamkit.cloud.iam.scenario_inputs import Reading
from iamkit.cloud.store.entities import entity
from iamkit.policy import Policy


def for_custom_policy(call: Call, *_: object) -> Given:
    """GetContextKeysForCustomPolicy."""
    policies = Reading().every(call.parameters.get("PolicyInputList") or (), "PolicyInputList")
    return {"ContextKeyNames": _names(policies)}


def for_principal_policy(call: Call, *_: object) -> Given:
    """GetContextKeysForPrincipalPolicy: the policies of a user with its groups, of a group or of a role."""
    reading, arn = Reading(), str(call.parameters.get("PolicySourceArn", ""))
    found = entity(arn)
    if found is None:
        raise no_such_entity(f"There is no user, group or role {arn}.")
    policies = [reading.policy(each.text, each.name, each.kind) for each in found.policies]
    policies += reading.every(call.parameters.get("PolicyInputList") or (), "PolicyInputList")
    return {"ContextKeyNames": _names(policies)}


def _names(policies: Iterable[Policy]) -> list[str]:
    found: dict[str, str] = {}
    for policy in policies:
        for key in _keys(policy):
            found.setdefault(key.lower(), key)
    return [*found.values()]


def _keys(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        for condition in statement.conditions:
            yield condition.key
            yield from (variable.key for variable in condition.variables)
        if statement.resource_element is not None:
            yield from (variable.key for variable in statement.resource_element.variables)

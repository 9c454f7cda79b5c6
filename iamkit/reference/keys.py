"""Which condition keys an action knows: its own, those of its resource types, and the global ones."""

from __future__ import annotations

from dataclasses import dataclass

from iamkit.reference.global_keys import GLOBAL_KEYS
from iamkit.reference.services import Action, ServiceReference

# A request has these only where the action lists them: not every action takes tags or acts on a resource that has some.
_LISTED_ONLY = frozenset({"aws:RequestTag/${TagKey}", "aws:ResourceTag/${TagKey}", "aws:TagKeys"})


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """A condition key as one action knows it."""

    name: str
    type: str
    """Empty where the reference lists a key without describing it."""
    multivalued: bool
    description: str
    """What the key compares; of a global key, when a request has it."""
    of: tuple[str, ...] = ()
    """What brings the key: `action`, names of resource types, or `global`."""


_GLOBAL = tuple(
    (key.name.lower(), ConditionKey(key.name, key.type, key.multivalued, key.present, ("global",)))
    for key in GLOBAL_KEYS.values()
    if key.name not in _LISTED_ONLY
)


def keys_of(name: str) -> tuple[ConditionKey, ...]:
    """List the condition keys that an action knows: first its own and its resource types', then the global ones.

    Raise `LookupError` where there is no such action. A key of a resource type counts only in a request on that type
    ("Actions, resources, and condition keys for AWS services", section "Resource types table").

    >>> [key.name for key in keys_of("sqs:SendMessage") if "global" not in key.of]
    ['aws:ResourceTag/${TagKey}']
    """
    from iamkit.reference import action, service

    found = action(name)
    if found is None:
        raise LookupError(f"no service has the action `{name}`")
    of = service(found.name.partition(":")[0])
    brought = _brought(found, of)
    listed = tuple(_key(of, key, sources) for key, sources in brought.items())
    known = {key.lower() for key in brought}
    return listed + tuple(key for folded, key in _GLOBAL if folded not in known)


def _brought(action: Action, service: ServiceReference) -> dict[str, tuple[str, ...]]:
    """Find the keys that the reference lists for an action, each with what brings it."""
    found: dict[str, dict[str, None]] = {key: {"action": None} for key in action.condition_keys}
    for taken in action.resource_types:
        type = service.resource_types.get(taken.name)
        for key in (*taken.condition_keys, *(type.condition_keys if type else ())):
            found.setdefault(key, {})[taken.name] = None
    return {key: tuple(sources) for key, sources in sorted(found.items(), key=lambda pair: pair[0].lower())}


def _key(service: ServiceReference, name: str, of: tuple[str, ...]) -> ConditionKey:
    type = service.condition_keys.get(name, "")
    return ConditionKey(
        name, type.removeprefix("ArrayOf"), type.startswith("ArrayOf"), service.key_descriptions.get(name, ""), of
    )

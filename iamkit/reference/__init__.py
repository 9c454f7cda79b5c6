"""The service authorization reference: which actions, resource types and condition keys every AWS service has.

The data are those of AWS's Service Authorization Reference, one service at a time and only when first asked for.
"""

from __future__ import annotations

from functools import lru_cache

from iamkit.reference.expansion import ACCESS_LEVELS, Expansion, NotAPattern, expand
from iamkit.reference.fewest import FewestPatterns, fewest_patterns
from iamkit.reference.global_keys import GLOBAL_KEYS, GlobalKey, global_key
from iamkit.reference.keys import ConditionKey, keys_of
from iamkit.reference.services import Action, NamedType, ResourceType, ServiceReference

__all__ = [
    "ACCESS_LEVELS",
    "GLOBAL_KEYS",
    "Action",
    "ConditionKey",
    "Expansion",
    "FewestPatterns",
    "GlobalKey",
    "NamedType",
    "NotAPattern",
    "ResourceType",
    "ServiceReference",
    "UnknownService",
    "action",
    "actions_without_resources",
    "expand",
    "fewest_patterns",
    "global_key",
    "keys_of",
    "service",
    "services",
]


class UnknownService(LookupError):
    """No service has this prefix."""


def service(prefix: str) -> ServiceReference:
    """Return the reference of the service with a prefix, as actions have it: `s3`, `lambda`, `logs`.

    >>> service("S3").resource_types["object"].arn
    'arn:${Partition}:s3:::${BucketName}/${ObjectName}'
    """
    found = _service(prefix.lower())
    if found is None:
        raise UnknownService(f"no service has the prefix `{prefix}`")
    return found


def services() -> dict[str, str]:
    """List all services: their names under their prefixes.

    >>> services()["s3"]
    'Amazon S3'
    """
    from iamkit.reference.dataset import read_service_names

    return read_service_names()


def action(name: str) -> Action | None:
    """Find an action by its full name, in any case; None where there is none.

    >>> action("s3:getobject").name
    's3:GetObject'
    """
    prefix, colon, rest = name.lower().partition(":")
    found = _service(prefix) if colon else None
    return found.action(rest) if found else None


def actions_without_resources(prefix: str) -> tuple[Action, ...]:
    """List the actions of a service that cannot be limited to a resource: a policy names them on `*` only.

    >>> [action.name for action in actions_without_resources("sqs")]
    ['sqs:ListQueues']
    """
    return tuple(action for action in service(prefix).actions.values() if not action.resource_types)


@lru_cache(maxsize=64)
def _service(prefix: str) -> ServiceReference | None:
    # The data's reader is imported here, so that `import iamkit.reference` opens nothing.
    from iamkit.reference.dataset import read_service

    return read_service(prefix)

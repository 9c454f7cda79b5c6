"""What the service authorization reference knows of a condition key, an action, an ARN: the questions of the checks."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from iamkit.analysis.findings.facts import MORE_ARNS, MORE_GLOBAL_KEYS
from iamkit.reference import UnknownService, action, global_key, service, services

# How the reference writes what a policy fills in; in two services the tag's key stands there by a name.
_PLACE = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)tag-key$")


class KeyType(NamedTuple):
    """The type of a condition key's values, and whether a request may have several."""

    type: str
    multivalued: bool


@lru_cache(maxsize=1)
def prefixes() -> frozenset[str]:
    """List the prefixes of all services."""
    return frozenset(services())


@lru_cache(maxsize=4096)
def key_type(name: str) -> KeyType | None:
    """Find what a condition key, given in lower case, holds; None where nobody knows it."""
    prefix = name.partition(":")[0]
    if prefix == "aws":
        found = global_key(name)
        if found is not None:
            return KeyType(found.type, found.multivalued)
        return KeyType("", False) if name in MORE_GLOBAL_KEYS else None
    # The keys of identity providers stand with the service that takes their tokens.
    found_type = _own_key(prefix, name) or _own_key("sts", name)
    if found_type is None and prefix not in prefixes():
        owners = _owners().get(prefix, ())
        found_type = next((type for owner in owners if (type := _own_key(owner, name))), None)
    if found_type is None:
        return None
    return KeyType(found_type.removeprefix("ArrayOf"), found_type.startswith("ArrayOf"))


@lru_cache(maxsize=1)
def _owners() -> dict[str, list[str]]:
    """List, for a prefix that is no service's, the services whose reference has keys with it."""
    found: dict[str, list[str]] = {}
    for owner in sorted(prefixes()):
        for prefix in {name.partition(":")[0].lower() for name in service(owner).condition_keys} - prefixes() - {"aws"}:
            found.setdefault(prefix, []).append(owner)
    return found


def _own_key(prefix: str, name: str) -> str | None:
    return next((type for pattern, type in _key_patterns(prefix) if pattern.fullmatch(name)), None)


@lru_cache(maxsize=512)
def _key_patterns(prefix: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    if prefix not in prefixes():
        return ()
    return tuple((key_pattern(name), type) for name, type in service(prefix).condition_keys.items())


@lru_cache(maxsize=8192)
def key_pattern(name: str) -> re.Pattern[str]:
    """Compile a key of the reference, such as `ec2:ResourceTag/${TagKey}`, against names in lower case."""
    return re.compile(".+".join(map(re.escape, _PLACE.split(name.lower()))), re.DOTALL)


@lru_cache(maxsize=1024)
def tag_stem(name: str) -> bool:
    """Tell whether a key, in lower case, lacks the tag's key that belongs behind it: `aws:ResourceTag`."""
    return key_type(name) is None and key_type(f"{name.rstrip('/')}/key") is not None


@lru_cache(maxsize=8192)
def keys_of_action(name: str) -> frozenset[str]:
    """List, in lower case, the condition keys of an action and of the resources it acts on."""
    found = action(name)
    if found is None:
        return frozenset()
    types = service(name.partition(":")[0]).resource_types
    own = [*found.condition_keys]
    for each in found.resource_types:
        own += each.condition_keys
        own += types[each.name].condition_keys if each.name in types else ()
    return frozenset(key.lower() for key in own)


@lru_cache(maxsize=512)
def attached_keys(prefix: str) -> frozenset[str]:
    """List, in lower case, the keys that the reference attaches to any action of a service."""
    return frozenset(key for name in actions_of(prefix) for key in keys_of_action(name))


def takes_key(name: str, key: str) -> bool:
    """Tell whether requests for an action may have a condition key, given in lower case."""
    return any(key_pattern(known).fullmatch(key) for known in keys_of_action(name))


def actions_of(prefix: str) -> tuple[str, ...]:
    """List the names of a service's actions with the prefix; none where there is no such service."""
    try:
        return tuple(f"{prefix}:{name}" for name in _action_names(prefix))
    except UnknownService:
        return ()


@lru_cache(maxsize=512)
def _action_names(prefix: str) -> tuple[str, ...]:
    from iamkit.reference.dataset import read_access_levels

    if prefix not in prefixes():
        raise UnknownService(prefix)
    return tuple(read_access_levels(prefix))


class Template(NamedTuple):
    """An ARN template of the reference, its places written as `*`; empty parts stay empty."""

    name: str
    region: str
    account: str
    resource: str


@lru_cache(maxsize=512)
def own_templates(namespace: str) -> tuple[Template, ...]:
    """List the ARN templates of the service with this prefix, which reads no other."""
    own = _templates_of(namespace) if namespace in prefixes() else ()
    return tuple(each for name, each in (*own, *_more()) if name == namespace)


@lru_cache(maxsize=512)
def templates(namespace: str) -> tuple[Template, ...]:
    """List the ARN templates whose third part is the namespace, of whatever service: reads them all, once."""
    return _arn_namespaces().get(namespace, ())


def _templates_of(prefix: str) -> Iterator[tuple[str, Template]]:
    for each in service(prefix).resource_types.values():
        parts = _PLACE.sub("*", each.arn).split(":", 5)
        if len(parts) == 6:
            # A resource that another vendor may call something stands with the service that names it.
            yield prefix if parts[2] == "*" else parts[2], Template(each.name, *parts[3:])


def _more() -> Iterator[tuple[str, Template]]:
    for arn in MORE_ARNS:
        parts = arn.split(":", 5)
        yield parts[2], Template("", *parts[3:])


@lru_cache(maxsize=1)
def _arn_namespaces() -> dict[str, tuple[Template, ...]]:
    """Read all services: an ARN of one service may stand in the reference of another."""
    found: dict[str, list[Template]] = {}
    for prefix in sorted(prefixes()):
        for namespace, template in _templates_of(prefix):
            found.setdefault(namespace, []).append(template)
    for namespace, template in _more():
        found.setdefault(namespace, []).append(template)
    return {namespace: tuple(listed) for namespace, listed in found.items()}


def is_namespace(name: str) -> bool:
    """Tell whether the name may stand as the service in an ARN."""
    return name in prefixes() or name in _arn_namespaces()


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """Suggest the known name that looks most like the text."""
    by_fold = {name.lower(): name for name in known}
    close = difflib.get_close_matches(text.lower(), by_fold, n=1, cutoff=0.75)
    return f"did you mean `{by_fold[close[0]]}`?" if close else ""

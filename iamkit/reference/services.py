"""What the reference says of one service."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_PLACE = re.compile(r"\$\{(\w+)\}")
# An ARN's own parts hold no colon; what follows the fifth may hold anything.
_OWN_PARTS = frozenset({"Partition", "Region", "Account"})


@dataclass(frozen=True, slots=True)
class NamedType:
    """A resource type as one action takes it; `required` where no request comes without one."""

    name: str
    required: bool = False
    condition_keys: tuple[str, ...] = ()
    dependent_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One action; no `resource_types` means that a policy can name it only on `*`."""

    name: str
    access_level: str
    description: str = field(repr=False)
    resource_types: tuple[NamedType, ...] = ()
    condition_keys: tuple[str, ...] = ()
    dependent_actions: tuple[str, ...] = ()

    @property
    def required_types(self) -> tuple[str, ...]:
        """Name the resource types that no request comes without."""
        return tuple(each.name for each in self.resource_types if each.required)


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource with the template of its ARNs and the condition keys that speak of it."""

    name: str
    arn: str
    condition_keys: tuple[str, ...] = ()

    def fits(self, arn: str) -> bool:
        """Tell whether an ARN could be one of this type.

        >>> ResourceType("bucket", "arn:${Partition}:s3:::${BucketName}").fits("arn:aws:s3:::amzn-s3-demo-bucket")
        True
        """
        parts = _PLACE.split(self.arn)
        pattern = "".join(
            re.escape(part) if at % 2 == 0 else "[^:]+" if part in _OWN_PARTS else ".+" for at, part in enumerate(parts)
        )
        return re.fullmatch(pattern, arn, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class ServiceReference:
    """All of one service; actions are made when asked for, as few of EC2's seven hundred are."""

    prefix: str
    name: str
    resource_types: Mapping[str, ResourceType]
    condition_keys: Mapping[str, str]
    """The types of the values under the keys' names, as `String` or `ArrayOfString`."""
    key_descriptions: Mapping[str, str] = field(repr=False)
    _names: Mapping[str, str] = field(repr=False)
    _read: Callable[[str], Action] = field(repr=False, compare=False)
    _made: dict[str, Action] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def actions(self) -> Mapping[str, Action]:
        """List the actions under their names without the prefix."""
        return {name: self._make(folded) for folded, name in self._names.items()}

    def action(self, name: str) -> Action | None:
        """Find an action by its name without the prefix, in any case."""
        folded = name.lower()
        return self._make(folded) if folded in self._names else None

    def _make(self, folded: str) -> Action:
        made = self._made.get(folded)
        if made is None:
            made = self._made[folded] = self._read(self._names[folded])
        return made

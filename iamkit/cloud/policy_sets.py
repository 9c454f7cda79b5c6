"""Policies compiled once for many requests: the same policies in force are the same set."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from iamkit.evaluation import Policies

# As many callers and resources as a class of learners has at hand.
MOST_SETS = 512


class PolicySets:
    """The sets of late: those that were not asked for in a long time are made again.

    Policies are told apart by identity, as reading them is cached too; those of a set are kept with it, so that no
    other policy can come to have the identity of one of them.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, tuple[Mapping[str, Any], Policies]] = OrderedDict()

    def of(self, **parts: Any) -> Policies:
        """Give the set of these parts, which are the arguments of `Policies`."""
        key = tuple(_key(part) for part in parts.values())
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = (parts, Policies(**parts))
            while len(self._known) > MOST_SETS:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return found[1]


def _key(part: Any) -> Hashable:
    if part is None or isinstance(part, str):
        return part
    if isinstance(part, Mapping):
        return tuple((name, _key(value)) for name, value in part.items())
    if isinstance(part, Sequence):
        return tuple(_key(each) for each in part)
    return id(part)

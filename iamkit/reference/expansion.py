"""Which actions a pattern covers, by access level (P8, P9).

A pattern with a whole prefix, as `s3:Get*`, reads one service; `*` reads them all, once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from iamkit.policy.patterns import Matcher, glob

ACCESS_LEVELS = ("List", "Read", "Write", "Tagging", "Permissions management")
"""AWS's five access levels (IAM User Guide, "Access levels in policy summaries")."""


class NotAPattern(ValueError):
    """The text is neither `service:Name` nor `*`."""


@dataclass(frozen=True)
class Expansion:
    """The actions that an `Action` element covers, or with `negated` a `NotAction` element."""

    patterns: tuple[str, ...]
    negated: bool
    by_level: Mapping[str, tuple[str, ...]]
    """All five access levels, each with its actions by name."""
    unmatched: tuple[str, ...] = ()
    """The patterns that match no action at all."""

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """List the actions of all levels by name."""
        return tuple(sorted((name for names in self.by_level.values() for name in names), key=str.lower))

    @property
    def counts(self) -> dict[str, int]:
        """Count the actions of each level."""
        return {level: len(names) for level, names in self.by_level.items()}

    def __iter__(self) -> Iterator[str]:
        return iter(self.actions)

    def __len__(self) -> int:
        return sum(map(len, self.by_level.values()))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._folded

    @cached_property
    def _folded(self) -> frozenset[str]:
        return frozenset(name.lower() for name in self.actions)


def expand(patterns: str | Iterable[str], *, negated: bool = False) -> Expansion:
    """List the actions that any of the patterns covers; `negated` lists those that none covers, as `NotAction` does.

    Raise `NotAPattern` for what can stand in no policy.

    >>> expand("s3:*BucketPolicy").counts
    {'List': 0, 'Read': 1, 'Write': 0, 'Tagging': 0, 'Permissions management': 2}
    """
    given = (patterns,) if isinstance(patterns, str) else tuple(patterns)
    covered: set[str] = set()
    unmatched = []
    for pattern in given:
        found = _covered(pattern.lower())
        covered |= found
        if not found:
            unmatched.append(pattern)
    by_level: dict[str, list[str]] = {level: [] for level in ACCESS_LEVELS}
    prefixes = _prefixes() if negated else sorted({folded.partition(":")[0] for folded in covered})
    for prefix in prefixes:
        for folded, (name, level) in _named(prefix).items():
            if (folded in covered) is not negated:
                by_level[level].append(name)
    return Expansion(given, negated, {level: tuple(names) for level, names in by_level.items()}, tuple(unmatched))


@lru_cache(maxsize=1024)
def _covered(pattern: str) -> frozenset[str]:
    """Find the actions, in lower case, that a pattern in lower case matches."""
    if pattern != "*" and (pattern.count(":") != 1 or pattern.startswith(":") or pattern.endswith(":")):
        raise NotAPattern(
            f"`{pattern}` is no action\nhelp: an action is written `service:Name`; `*` alone is every action"
        )
    matches = glob(pattern)
    return frozenset(folded for prefix in _read_for(pattern) for folded in _named(prefix) if matches(folded))


def _read_for(pattern: str) -> Iterable[str]:
    """List the services that have to be read: what stands before the colon may be a pattern, too."""
    head, colon, _ = pattern.partition(":")
    matches: Matcher = glob(head)
    return [prefix for prefix in _prefixes() if not colon or matches(prefix)]


@lru_cache(maxsize=1)
def _prefixes() -> tuple[str, ...]:
    from iamkit.reference.dataset import read_service_names

    return tuple(read_service_names())


@lru_cache(maxsize=1024)
def _named(prefix: str) -> Mapping[str, tuple[str, str]]:
    """Read the actions of a service: full name in lower case to full name and level, in order of the name."""
    from iamkit.reference.dataset import read_access_levels

    levels = read_access_levels(prefix)
    names = sorted(levels, key=str.lower)
    return {f"{prefix}:{name}".lower(): (f"{prefix}:{name}", levels[name]) for name in names}

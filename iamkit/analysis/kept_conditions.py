"""Conditions that activity suggests: where from, over what, for whom the calls were made."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from iamkit import reference
from iamkit.analysis.calls import Use

# More values than these in a condition are a list that nobody reads; addresses become networks instead.
MOST_VALUES = 20
_OPERATORS = {"String": "StringEquals", "IPAddress": "IpAddress", "Bool": "Bool", "ARN": "ArnLike"}
# A network of one office or one subnet, not of a provider.
_WIDTHS = {4: 24, 6: 64}
PASSED_TO = "iam:PassedToService"

Condition = dict[str, dict[str, list[str]]]


class UnknownKey(ValueError):
    """The condition key cannot be kept."""


def operator_of(key: str) -> str:
    """Give the operator with which a key's values are kept; raises UnknownKey."""
    known = reference.global_key(key)
    if known is not None:
        found = None if known.multivalued else _OPERATORS.get(known.type)
    else:
        try:
            types = reference.service(key.partition(":")[0]).condition_keys
        except reference.UnknownService:
            types = {}
        found = _OPERATORS.get({name.lower(): type for name, type in types.items()}.get(key.lower(), ""))
    if found is None:
        raise UnknownKey(
            f"`{key}` cannot be kept as a condition\n"
            "help: name a key that has one value, a text, an address, an ARN or true and false, as aws:SourceIp"
        )
    return found


@dataclass(slots=True)
class Seen:
    """The values of one key, and how many uses did not tell it."""

    values: dict[str, None] = field(default_factory=dict)
    missing: int = 0
    wide: bool = False

    def add(self, value: object, operator: str) -> None:
        """Note the value of one use."""
        if not isinstance(value, str):
            self.missing += 1
        elif value not in self.values:
            self.values[value] = None
            if operator == "IpAddress" and len(self.values) > MOST_VALUES:
                self.wide = True
                self.values = dict.fromkeys(_networks(self.values))


def _networks(addresses: Iterable[str]) -> Iterator[str]:
    """Write addresses as the networks around them, and those side by side as one."""
    for width in (4, 6):
        around = {
            ipaddress.ip_network(f"{each.partition('/')[0]}/{_WIDTHS[width]}", strict=False)
            for each in addresses
            if (":" in each) is (width == 6)
        }
        yield from map(str, ipaddress.collapse_addresses(sorted(around, key=str)))  # type: ignore[type-var]


@dataclass(slots=True)
class Conditions:
    """The keys to keep: those of AWS over all uses, those of a service action by action."""

    keys: tuple[str, ...]
    _seen: dict[tuple[str, str], Seen] = field(default_factory=dict)
    _operators: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._operators = {key: operator_of(key) for key in (*self.keys, PASSED_TO)}

    def add(self, use: Use, context: Mapping[str, object]) -> None:
        """Note what one use tells."""
        told = {**context, **use.context}
        asked = (*self.keys, PASSED_TO) if use.action == "iam:PassRole" else self.keys
        if asked:
            folded = {key.lower(): value for key, value in told.items()}
            for key in dict.fromkeys(asked):
                for place in ("", use.action):
                    seen = self._seen.setdefault((place, key), Seen())
                    seen.add(folded.get(key.lower()), self._operators[key])

    def of(self, action: str) -> Condition:
        """Write the conditions of an action: of keys that every use of it told."""
        written: Condition = {}
        for key in self._asked(action):
            own = self._seen.get((action, key), Seen())
            seen = self._seen.get(("", key), Seen()) if key.lower().startswith("aws:") else own
            if not own.missing and own.values and self._fits(key, seen):
                written.setdefault(self._operators[key], {})[key] = self._values(key, seen)
        return written

    def notes(self, actions: Iterable[str]) -> Iterator[str]:
        """Say which conditions were not kept, and which are wider than what was seen."""
        for key in self.keys:
            without = Counter[str]()
            for action in actions:
                own = self._seen.get((action, key), Seen())
                if own.missing or not own.values:
                    without[action] = own.missing
            if without:
                names = ", ".join(sorted(without))
                yield f"{key} is not kept for {names}: not every event tells it"
            seen = self._seen.get(("", key), Seen())
            if seen.wide:
                yield f"{key}: more than {MOST_VALUES} addresses, kept as networks (/24, /64)"
            elif not self._fits(key, seen):
                yield f"{key} is not kept: it had more than {MOST_VALUES} values"

    def _asked(self, action: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.keys, PASSED_TO))) if action == "iam:PassRole" else self.keys

    def _fits(self, key: str, seen: Seen) -> bool:
        return len(seen.values) <= MOST_VALUES or self._operators[key] == "IpAddress"

    def _values(self, key: str, seen: Seen) -> list[str]:
        if seen.wide:
            return list(_networks(seen.values))
        return sorted(seen.values)

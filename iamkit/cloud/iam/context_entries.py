"""The context of a simulation, as the API takes it: names, values and their types."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from iamkit.cloud.iam.parts import invalid_input
from iamkit.policy.operators import OPERATORS
from iamkit.policy.variables import ContextValue

_NAME = re.compile(r"[^\s:]+:\S+")


def read_context(entries: Iterable[Mapping[str, Any]]) -> dict[str, ContextValue]:
    """Read ContextEntries; raises InvalidInput for a value that is not of its type. No values: the key is absent."""
    context: dict[str, ContextValue] = {}
    seen: set[str] = set()
    for entry in entries:
        name, values = str(entry.get("ContextKeyName") or ""), [str(v) for v in entry.get("ContextKeyValues") or ()]
        kind = str(entry.get("ContextKeyType") or ("string" if len(values) == 1 else "stringList"))
        plain, many = kind.removesuffix("List"), kind.endswith("List")
        if not _NAME.fullmatch(name) or not 5 <= len(name) <= 256:
            raise invalid_input(f"Invalid context key name: {name}")
        if name.lower() in seen:
            raise invalid_input(f"The context key {name} is given more than once.")
        if plain not in _READABLE:
            raise invalid_input(f"Invalid context key type for {name}: {kind}")
        if not many and len(values) > 1:
            raise invalid_input(f"The context key {name} of type {kind} has more than one value.")
        for value in values:
            if not _READABLE[plain](value):
                raise invalid_input(f"Invalid value for the context key {name} of type {kind}: {value}")
        seen.add(name.lower())
        if values:
            context[name] = tuple(values) if many else values[0]
    return context


# A context key type, and an operator that compares such values.
_READABLE: Mapping[str, Callable[[str], bool]] = {
    kind: OPERATORS[operator].reads
    for kind, operator in (
        ("string", "stringequals"),
        ("numeric", "numericequals"),
        ("boolean", "bool"),
        ("ip", "ipaddress"),
        ("binary", "binaryequals"),
        ("date", "dateequals"),
    )
}

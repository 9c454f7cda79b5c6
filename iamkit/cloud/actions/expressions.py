"""Expressions of DynamoDB: which attributes they speak of, and which value the partition key must have.

Nothing is evaluated here. What these find goes into dynamodb:Attributes and dynamodb:LeadingKeys.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

_TOKEN = re.compile(r"[#:]?[A-Za-z0-9_]+|\[\d*\]|<>|<=|>=|\S", re.ASCII)
_KEYWORDS = frozenset({"and", "or", "not", "between", "in", "set", "remove", "add", "delete"})
# What precedes a name that is a member of another, not an attribute of the item.
_MEMBER = "."


def attributes(expression: str, names: Mapping[str, Any]) -> Iterator[str]:
    """List the top-level attributes of an expression, placeholders replaced."""
    before = ""
    for token, after in pairwise([*_TOKEN.findall(expression), ""]):
        if before != _MEMBER and token[:1] not in ("", ":") and after != "(" and _is_name(token):
            name = names.get(token) if token.startswith("#") else token
            if isinstance(name, str):
                yield name
        before = token


def _is_name(token: str) -> bool:
    return (token[0] in "#_" or token[0].isalpha()) and token.lower() not in _KEYWORDS


def equal_to(key: str, expression: str, names: Mapping[str, Any], values: Mapping[str, Any]) -> list[Any]:
    """List the values that a key condition asks an attribute to equal; there should be one."""
    found = []
    tokens = _TOKEN.findall(expression)
    for left, sign, right in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if sign != "=":
            continue
        for name, value in ((left, right), (right, left)):
            if (names.get(name) if name.startswith("#") else name) == key and value in values:
                found.append(values[value])
    return found


def plain(value: Any) -> str | None:
    """Write a key's value as dynamodb:LeadingKeys has it; None for what can be no key."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return None
    ((kind, inner),) = value.items()
    if kind == "B" and isinstance(inner, bytes | bytearray):
        return base64.b64encode(inner).decode("ascii")
    return inner if kind in ("S", "N") and isinstance(inner, str) else None


def texts(values: Sequence[Any]) -> Iterator[str]:
    """Keep the texts of a list."""
    return (value for value in values if isinstance(value, str))

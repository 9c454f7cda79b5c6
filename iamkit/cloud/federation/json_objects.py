"""Read JSON objects strictly: UTF-8, no name twice, no NaN, nothing that cannot be written again."""

from __future__ import annotations

import json
from typing import Any


def read_object(raw: bytes) -> dict[str, Any]:
    """Read a JSON object; ValueError says what is wrong with it."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        # A lone surrogate is read without complaint and fails later, where it is written.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")

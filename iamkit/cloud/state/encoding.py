"""Parameters and the like as JSON with the bytes beside it: a body of 64 MB stays one."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Any

_LENGTH = struct.Struct(">Q")
_BYTES, _TIME, _PAIRS = "$bytes", "$time", "$pairs"


def encode(value: Mapping[str, Any]) -> list[bytes]:
    """Write a value in pieces; raises TypeError for what cannot be read back as it was."""
    blobs: list[bytes] = []
    head = json.dumps({"value": _plain(value, blobs), "blobs": [len(each) for each in blobs]}, separators=(",", ":"))
    return [_LENGTH.pack(len(head)), head.encode("ascii"), *blobs]


def decode(written: bytes) -> dict[str, Any]:
    """Read what `encode` wrote; raises ValueError for anything else."""
    try:
        (length,) = _LENGTH.unpack_from(written)
        at = _LENGTH.size + length
        head = json.loads(written[_LENGTH.size : at])
        blobs = []
        for size in head["blobs"]:
            blobs.append(written[at : at + size])
            at += size
        read: dict[str, Any] = _read(head["value"], blobs)
    except (struct.error, LookupError, TypeError) as problem:
        raise ValueError("a record cannot be read") from problem
    if at != len(written):
        raise ValueError("a record is not as long as it says")
    return read


def _plain(value: Any, blobs: list[bytes]) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Mapping):
        pairs = {key: _plain(each, blobs) for key, each in value.items()}
        if any(not isinstance(key, str) for key in pairs):
            raise TypeError("the keys of a record are texts")
        return {_PAIRS: list(pairs.items())} if any(key.startswith("$") for key in pairs) else pairs
    if isinstance(value, list | tuple):
        return [_plain(each, blobs) for each in value]
    if isinstance(value, bytes | bytearray):
        blobs.append(bytes(value))
        return {_BYTES: len(blobs) - 1}
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    raise TypeError(f"a record cannot hold {type(value).__name__}")


def _read(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, list):
        return [_read(each, blobs) for each in value]
    if not isinstance(value, dict):
        return value
    if _BYTES in value:
        return blobs[value[_BYTES]]
    if _TIME in value:
        return datetime.fromisoformat(value[_TIME])
    if _PAIRS in value:
        return {key: _read(each, blobs) for key, each in value[_PAIRS]}
    return {key: _read(each, blobs) for key, each in value.items()}

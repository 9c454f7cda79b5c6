"""Look at everything that moto holds, to see whether two states are the same."""

from __future__ import annotations

import gc
import threading
import types
import weakref
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from tempfile import SpooledTemporaryFile
from typing import Any

from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.s3.models import FakeKey

# Of the process's own, or reckoned when first asked for out of what else is here.
_PASSED_OVER = frozenset(
    {
        "first_event_timestamp",
        "last_event_timestamp",
        "_id",
        "_tick",
        "_url_module",
        "_reset_count",
        "_template",
        "_jinja_env",
    }
)
_PLAIN = (str, bytes, int, float, bool, type(None), date, Enum)
_LOCKS = (type(threading.Lock()), type(threading.RLock()), threading.Condition)
_PROGRAM = (type, types.FunctionType, types.MethodType, types.ModuleType, *_LOCKS)


def inside(service: str | None = None) -> dict[str, str]:
    """Write down moto's whole state, or that of one service, one line for each thing in it."""
    lines: dict[str, str] = {}
    backends = sorted(BackendDict._instances, key=lambda each: each.service_name)  # type: ignore[misc]
    for held in backends:
        if service not in (None, held.service_name):
            continue
        for account, region, backend in sorted(held.iter_backends(), key=lambda each: each[:2]):
            # Whoever is asked about a resource of nobody may look there; nothing is made there.
            if account:
                lines.update(_lines(f"{held.service_name} {account} {region}", backend, {}))
    return lines


def inside_as(other: Mapping[str, str]) -> dict[str, str]:
    """Write down moto's state with every backend that there was: one that only was looked at is made by looking."""
    for service, account, region in {(*name.partition(".")[0].split(" "), "")[:3] for name in other}:
        get_backend(service)[account][region]  # type: ignore[call-overload]
    return inside()


def difference(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """List what is not the same in both."""
    return {
        name: (one.get(name), other.get(name)) for name in sorted({*one, *other}) if one.get(name) != other.get(name)
    }


def _lines(path: str, value: Any, seen: dict[int, str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, datetime):
        yield path, value.isoformat()
        return
    if isinstance(value, _PLAIN):
        yield path, repr(value)
        return
    if isinstance(value, _PROGRAM):
        return
    if id(value) in seen:
        yield path, f"the same as {seen[id(value)]}"
        return
    seen[id(value)] = path
    yield from _parts(path, value, seen)


def _parts(path: str, value: Any, seen: dict[int, str]) -> Iterator[tuple[str, str]]:
    if isinstance(value, weakref.ref):
        return
    if hasattr(value, "private_bytes"):
        from cryptography.hazmat.primitives import serialization as form

        key = value.private_bytes(form.Encoding.DER, form.PrivateFormat.PKCS8, form.NoEncryption())
        yield path, repr(key)
    elif hasattr(value, "seek") and hasattr(value, "read"):
        if value.closed:
            return
        value.seek(0)
        yield path, repr(value.read())
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if isinstance(key, str) and key.startswith("arn:aws:iam::aws:policy/"):
                continue
            yield from _lines(f"{path}[{key if isinstance(key, str | int) else type(key).__name__}]", each, seen)
    elif isinstance(value, set | frozenset):
        if all(isinstance(each, _PLAIN) for each in value):
            yield path, repr(sorted(value, key=repr))
        else:
            yield path, f"{len(value)} things"
    elif isinstance(value, list | tuple) or type(value).__name__ == "deque":
        for number, each in enumerate(value):
            yield from _lines(f"{path}[{number}]", each, seen)
    if hasattr(value, "__dict__") and type(value).__module__.startswith("moto."):
        for name, each in sorted(vars(value).items()):
            if name not in _PASSED_OVER:
                yield from _lines(f"{path}.{name}", each, seen)


def close_files() -> None:
    """Close what moto leaves open: files of objects that were written over, of deleted versions, of parts."""
    for each in gc.get_objects():
        if isinstance(each, FakeKey):
            each.dispose()
        elif isinstance(each, SpooledTemporaryFile):
            each.close()
    gc.collect()

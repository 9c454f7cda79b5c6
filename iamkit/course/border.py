"""Values on their way between the course and a learner's program: tagged JSON, never pickle.

Whatever comes back is read as data alone: nothing in it can run, be larger than agreed, or stand for an object.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import ItemsView, Iterable, KeysView, Mapping, ValuesView
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from iamkit.sigv4.credentials import Credentials

Json: TypeAlias = "str | int | bool | list[Json] | None"

DEPTH = 20
_ITEMS = 20_000
_CHARACTERS = 1_000_000
_SHOWN = 200

_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


@dataclass(frozen=True, slots=True)
class Foreign:
    """Stand for a value that is no data: the name of its type, and what it looks like, in short."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Client:
    """Stand for a boto3 client: the learner's program is given a real one."""

    service: str
    endpoint: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class Unreadable(ValueError):
    """What came over the border is not what `encode` gives."""


def encode(value: object) -> Json:
    """Turn a value into JSON; what is no data, is too large, or holds itself becomes `Foreign`. Never raises.

    A subclass is taken for what it derives from, and any mapping for a dict.
    """
    try:
        return _Encoder().encode(value, DEPTH)
    except OverflowError:
        kind = type(value).__name__
        return _foreign(Foreign(kind, f"a {kind} that is too large or too deeply nested to be looked at"))


def decode(document: Any) -> Any:
    """Turn the JSON of `encode` into the value; raise `Unreadable` for anything else."""
    try:
        return _decode(document, DEPTH)
    except (ValueError, TypeError, KeyError, RecursionError, binascii.Error) as error:
        raise Unreadable(str(error)) from error


def describe(value: object) -> Foreign:
    """Say what a value is that cannot cross, without its address."""
    kind = type(value).__name__
    try:
        text = _ADDRESS.sub("", repr(value))
    except Exception as error:
        text = f"{kind} whose repr raises {type(error).__name__}"
    return Foreign(kind[:_SHOWN], text if len(text) <= _SHOWN else text[:_SHOWN] + "…")


class _Encoder:
    """Encode one value within its allowance of items and characters; beyond it raise OverflowError."""

    def __init__(self) -> None:
        self.items = _ITEMS
        self.characters = _CHARACTERS

    def encode(self, value: object, depth: int) -> Json:
        self.items -= 1
        if depth == 0 or self.items < 0:
            raise OverflowError
        try:
            return self._scalar(value) if _is_scalar(value) else self._compound(value, depth - 1)
        except OverflowError:
            raise
        except Exception as error:  # a mapping of the learner's own may do anything
            kind = type(value).__name__
            return _foreign(Foreign(kind, f"a {kind} that raises {type(error).__name__} when it is read"))

    def _scalar(self, value: object) -> Json:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            self._take(value.bit_length() // 4)
            return int(value) if abs(value) < 2**53 else ["int", hex(value)]
        if isinstance(value, float):
            return ["float", float.hex(value)]
        if isinstance(value, str):
            return self._text(str.__str__(value))
        if isinstance(value, bytes | bytearray | memoryview):
            kind = "bytearray" if isinstance(value, bytearray) else "bytes"
            return [kind, self._bytes(bytes(value))]
        if isinstance(value, datetime):
            return ["datetime", value.isoformat()]
        assert isinstance(value, Credentials)
        parts = (value.access_key_id, value.secret_access_key, value.session_token)
        return ["credentials", *(None if part is None else self._text(part) for part in parts)]

    def _compound(self, value: object, depth: int) -> Json:
        if isinstance(value, Mapping):
            pairs: list[Json] = [[self.encode(key, depth), self.encode(item, depth)] for key, item in value.items()]
            return ["dict", pairs]
        if isinstance(value, list | tuple | KeysView | ValuesView | ItemsView):
            return ["tuple" if isinstance(value, tuple) else "list", self._all(value, depth)]
        if isinstance(value, Client):
            parts = (value.service, value.endpoint, value.access_key_id, value.secret_access_key, value.session_token)
            return ["client", *parts]
        return _foreign(value if isinstance(value, Foreign) else describe(value))

    def _all(self, values: Iterable[object], depth: int) -> list[Json]:
        return [self.encode(item, depth) for item in values]

    def _text(self, text: str) -> Json:
        self._take(len(text))
        # JSON joins two surrogates that stand apart in a text of Python: such a text goes as its bytes.
        return text if text.isascii() or _is_utf8(text) else ["text", _base64(text.encode("utf-8", "surrogatepass"))]

    def _bytes(self, data: bytes) -> str:
        self._take(len(data))
        return _base64(data)

    def _take(self, characters: int) -> None:
        self.characters -= characters
        if self.characters < 0:
            raise OverflowError


def _is_scalar(value: object) -> bool:
    kinds = str | int | float | bytes | bytearray | memoryview | datetime | Credentials | None
    return isinstance(value, kinds)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _foreign(value: Foreign) -> Json:
    return ["foreign", _printable(value.kind), _printable(value.text)]


def _printable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(document: Any, depth: int) -> Any:
    if document is None or isinstance(document, str | bool | int):
        return document
    if not isinstance(document, list) or not document or not isinstance(document[0], str) or depth == 0:
        raise Unreadable("neither plain JSON nor a tag with its content")
    tag, *content = document
    if tag in ("list", "tuple", "dict"):
        (items,) = content
        found = [_decode(item, depth - 1) if tag != "dict" else _pair(item, depth - 1) for item in items]
        return _dict(found) if tag == "dict" else tuple(found) if tag == "tuple" else found
    return _DECODERS[tag](*content)


def _pair(item: Any, depth: int) -> tuple[Any, Any]:
    key, value = item
    return _decode(key, depth), _decode(value, depth)


def _dict(pairs: list[tuple[Any, Any]]) -> Any:
    try:
        return dict(pairs)
    except TypeError:  # a key that cannot be one here, such as a bytearray in a mapping of the learner's own
        return Foreign("dict", "a dict with keys that are no texts")


def _credentials(*parts: Any) -> Credentials:
    key, secret, token = (_decode(part, 1) for part in parts)
    return Credentials(key, secret, token)


def _text(data: str) -> str:
    return base64.b64decode(data, validate=True).decode("utf-8", "surrogatepass")


_DECODERS: dict[str, Any] = {
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "text": _text,
    "bytes": lambda data: base64.b64decode(data, validate=True),
    "bytearray": lambda data: bytearray(base64.b64decode(data, validate=True)),
    "datetime": datetime.fromisoformat,
    "credentials": _credentials,
    "client": lambda *parts: Client(*parts),
    "foreign": lambda kind, text: Foreign(str(kind), str(text)),
}

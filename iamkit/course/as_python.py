"""Write values as a learner would type them: what a failed call was given and gave back can be pasted into a cell."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from iamkit.course.border import Client, Foreign
from iamkit.sigv4.credentials import Credentials

_WIDTH = 88
# Of longer texts and lists the beginning is shown.
_LONGEST = 1_500
_MOST = 60


def as_python(value: Any, *, width: int = _WIDTH, indent: int = 0, before: int = 0) -> str:
    """Write a value as Python, over several lines where one is too short.

    It begins after so many characters: `indent` spaces, which later lines begin with too, and `before` of something.

    >>> as_python({"body": b"", "key": bytes(range(3))})
    '{"body": b"", "key": bytes.fromhex("000102")}'
    """
    flat = _flat(value)
    if isinstance(value, Credentials) and indent + before + len(flat) > width:
        parts = [_flat(part) for part in _parts(value)]
        return _stacked("Credentials(", parts, ")", indent, len(parts))
    if (
        not isinstance(value, list | tuple | dict)
        or not value
        or (indent + before + len(flat) <= width and "\n" not in flat)
    ):
        return flat
    inner = indent + 4
    if isinstance(value, dict):
        keys = [f"{_flat(key)}: " for key in _some(value)]
        items = zip(keys, _some(value.values()), strict=True)
        rows = [key + as_python(item, width=width, indent=inner, before=len(key)) for key, item in items]
    else:
        rows = [as_python(item, width=width, indent=inner) for item in _some(value)]
    opening, closing = _BRACKETS[type(value)]
    return _stacked(opening, rows, closing, indent, len(value))


def call_of(function: str, arguments: tuple[Any, ...], *, width: int = _WIDTH) -> str:
    """Write a call with its arguments, one a line where they do not fit."""
    flat = f"{function}({', '.join(map(_flat, arguments))})"
    if len(flat) <= width:
        return flat
    rows = [as_python(argument, width=width, indent=4) for argument in arguments]
    return _stacked(f"{function}(", rows, ")", 0, len(rows))


def kind_of(value: Any) -> str:
    """Name the type of a value with its article: `a str`, `an int`, `None`."""
    if value is None:
        return "None"
    kind = value.kind if isinstance(value, Foreign) else type(value).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"


def _stacked(opening: str, rows: list[str], closing: str, indent: int, count: int) -> str:
    inner = " " * (indent + 4)
    more = [f"# … and {count - len(rows):,} more"] if count > len(rows) else []
    lines = [f"{inner}{row}," for row in rows] + [inner + row for row in more]
    return "\n".join([opening, *lines, " " * indent + closing])


def _some(values: Any) -> list[Any]:
    return list(values)[:_MOST]


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return _cut(_quoted(repr(value)), len(value), "characters")
    if isinstance(value, bytes | bytearray):
        return _bytes(value)
    if isinstance(value, datetime):
        return _datetime(value)
    if isinstance(value, Credentials):
        return f"Credentials({', '.join(map(_flat, _parts(value)))})"
    if isinstance(value, Foreign):
        return value.text
    if isinstance(value, Client):
        return f'boto3.client("{value.service}")'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flat(key)}: {_flat(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        opening, closing = _BRACKETS[type(value)]
        comma = "," if isinstance(value, tuple) and len(value) == 1 else ""
        return opening + ", ".join(map(_flat, value)) + comma + closing
    return repr(value)


def _parts(credentials: Credentials) -> list[str]:
    token = credentials.session_token
    return [credentials.access_key_id, credentials.secret_access_key, *([] if token is None else [token])]


def _quoted(literal: str) -> str:
    """Turn the quotes of a literal into double ones, as this project writes them, where nothing speaks against it."""
    prefix, quote = (literal[0], literal[1]) if literal[0] == "b" else ("", literal[0])
    inside = literal[len(prefix) + 1 : -1]
    return literal if quote == '"' or '"' in inside else f'{prefix}"{inside}"'


def _bytes(value: bytes | bytearray) -> str:
    readable = all(0x20 <= byte < 0x7F or byte in b"\n\r\t" for byte in value)
    text = _quoted(repr(bytes(value))) if readable else f'bytes.fromhex("{value.hex()}")'
    shown = _cut(text, len(value), "bytes")
    return f"bytearray({shown})" if isinstance(value, bytearray) else shown


def _datetime(value: datetime) -> str:
    if value.utcoffset() is not None and value.tzinfo is not None and not value.utcoffset():
        value = value.astimezone(UTC)
        return repr(value).removeprefix("datetime.").replace("datetime.timezone.utc", "UTC")
    return repr(value).removeprefix("datetime.")


def _cut(text: str, size: int, unit: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({size:,} {unit} in all)"


_BRACKETS: dict[type, tuple[str, str]] = {list: ("[", "]"), tuple: ("(", ")"), dict: ("{", "}")}

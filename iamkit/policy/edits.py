"""Changes to a policy that leave the rest of its text as it was written."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import overload

from iamkit.policy.source import Json, Position, Reader

_COMMA_BEFORE = re.compile(r"[ \t\n\r]*,[ \t\n\r]*\Z")
_COMMA_AFTER = re.compile(r"[ \t\n\r]*,[ \t\n\r]*")
_SPACE = re.compile(r"[ \t\n\r]*")


class ChangeKind(Enum):
    """What a change does at its place."""

    REPLACE = "replace"  # the value at the pointer
    REMOVE = "remove"  # the member of an object or an array
    RENAME = "rename"  # the key at the pointer
    INSERT = "insert"  # a member that comes to stand first in its object


@dataclass(frozen=True, slots=True)
class Change:
    """One change; every pointer of an edit is that of the document before it."""

    kind: ChangeKind
    pointer: str
    value: Json = None

    def __str__(self) -> str:
        place, shown = self.pointer or "/", json.dumps(self.value, ensure_ascii=False)
        match self.kind:
            case ChangeKind.REMOVE:
                return f"remove {place}"
            case ChangeKind.RENAME:
                return f"rename {place} to {shown}"
            case ChangeKind.INSERT:
                return f"add {place}: {shown}"
        return f"put {shown} in place of {place}"


Edit = tuple[Change, ...]


def replace(pointer: str, value: Json) -> Change:
    """Put another value at the pointer."""
    return Change(ChangeKind.REPLACE, pointer, value)


def remove(pointer: str) -> Change:
    """Take the member at the pointer away."""
    return Change(ChangeKind.REMOVE, pointer)


def rename(pointer: str, key: str) -> Change:
    """Give the member at the pointer another key."""
    return Change(ChangeKind.RENAME, pointer, key)


def insert(pointer: str, value: Json) -> Change:
    """Add a member whose last part of the pointer is its key, before the others."""
    return Change(ChangeKind.INSERT, pointer, value)


@overload
def apply(document: str, edit: Iterable[Change]) -> str: ...
@overload
def apply(document: Mapping[str, Json], edit: Iterable[Change]) -> dict[str, Json]: ...
def apply(document: str | Mapping[str, Json], edit: Iterable[Change]) -> str | dict[str, Json]:
    """Make the changes; a text keeps every character that they do not concern.

    >>> apply('{"Version": "2012-10-17",  "Id": ""}', [remove("/Id")])
    '{"Version": "2012-10-17"}'
    """
    if isinstance(document, str):
        return _in_text(document, tuple(edit))
    value: dict[str, Json] = copy.deepcopy(dict(document))
    # From the back, so that an array's later places are gone first.
    by_place = sorted(edit, key=lambda change: (_order(change.pointer), change.kind is ChangeKind.REPLACE))
    for change in reversed(by_place):
        _in_value(value, change)
    return value


def parent_of(pointer: str) -> tuple[str, str]:
    """Take a pointer apart: its container's, and the key or index in there."""
    container, _, last = pointer.rpartition("/")
    return container, last.replace("~1", "/").replace("~0", "~")


def _order(pointer: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in pointer.split("/")]


def value_at(document: Json, pointer: str) -> Json:
    """Give the value at a JSON Pointer."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        document = document[int(key) if isinstance(document, list | tuple) else key]
    return document


def _in_value(document: dict[str, Json], change: Change) -> None:
    container, last = parent_of(change.pointer)
    inside = value_at(document, container)
    if isinstance(inside, list):
        if change.kind is ChangeKind.REMOVE:
            del inside[int(last)]
        else:
            inside[int(last)] = change.value
        return
    members = dict(inside)
    inside.clear()
    if change.kind is ChangeKind.INSERT:
        inside[last] = change.value
    for key, value in members.items():
        if key != last:
            inside[key] = value
        elif change.kind is ChangeKind.RENAME:
            inside[change.value] = value
        elif change.kind is ChangeKind.REPLACE:
            inside[key] = change.value


class _Spans(Reader):
    """The reader, noting from where to where every value and every key stands."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.values: dict[str, tuple[int, int]] = {}
        self.keys: dict[str, tuple[int, int]] = {}

    def read_value(self, pointer: str, depth: int) -> Json:
        start = self.at
        value = super().read_value(pointer, depth)
        self.values.setdefault(pointer, (start, self.at))
        return value

    def read_key(self, pointer: str) -> tuple[str, str]:
        start = self.at
        key, inner = super().read_key(pointer)
        # The reader stands behind the colon: the key's own end is the last quote before it.
        self.keys.setdefault(inner, (start, self.text.rindex('"', start, self.at) + 1))
        return key, inner

    def position(self, offset: int) -> Position:
        return Position(1, offset)  # nobody asks for lines here


def _in_text(text: str, edit: Edit) -> str:
    spans = _Spans(text)
    spans.document()
    splices = sorted((_splice(text, spans, change) for change in edit), reverse=True)
    for start, end, new in splices:
        text = text[:start] + new + text[end:]
    return text


def _splice(text: str, spans: _Spans, change: Change) -> tuple[int, int, str]:
    """Turn a change into: from where, to where, what comes there."""
    pointer = change.pointer
    match change.kind:
        case ChangeKind.REPLACE:
            return *spans.values[pointer], json.dumps(change.value, ensure_ascii=False)
        case ChangeKind.RENAME:
            return *spans.keys[pointer], json.dumps(change.value, ensure_ascii=False)
        case ChangeKind.INSERT:
            return _insertion(text, spans, pointer, change.value)
    start = spans.keys.get(pointer, spans.values[pointer])[0]
    end = spans.values[pointer][1]
    after = _COMMA_AFTER.match(text, end)
    if after:
        return start, after.end(), ""
    before = _COMMA_BEFORE.search(text, 0, start)
    if before:
        return before.start(), end, ""
    container = spans.values[parent_of(pointer)[0]]
    return container[0] + 1, container[1] - 1, ""


def _insertion(text: str, spans: _Spans, pointer: str, value: Json) -> tuple[int, int, str]:
    container, key = parent_of(pointer)
    start = spans.values[container][0] + 1
    space = _SPACE.match(text, start)
    gap = space.group() if space else ""
    member = f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
    empty = not any(place.startswith(container + "/") for place in spans.keys)
    return start, start, gap + member + ("" if empty else ",")


def removal(document: Json, pointer: str, keep: str) -> str:
    """Climb from a member that goes to the outermost container below `keep` that would be empty without it."""
    while True:
        container = parent_of(pointer)[0]
        if container == keep or len(value_at(document, container)) > 1:
            return pointer
        pointer = container

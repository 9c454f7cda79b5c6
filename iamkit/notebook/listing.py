"""JSON with line numbers, captions between its lines, and the places of problems marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamkit.notebook.html import escape
from iamkit.policy.source import read_json

if TYPE_CHECKING:
    from iamkit import Problem

_WIDTH = 88
# Copying the listing leaves the numbers behind.
_GUTTER = '<span style="user-select:none">{}</span>'


def pretty(value: Any, *, width: int = _WIDTH, indent: int = 0) -> str:
    """Write JSON as a person would: a list of texts stays on its line as long as that is short."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, list | tuple | Mapping) or not value:
        return flat
    simple = not isinstance(value, Mapping) and not any(isinstance(one, list | tuple | Mapping) for one in value)
    if simple and indent + len(flat) <= width:
        return flat
    inner = " " * (indent + 2)
    if isinstance(value, Mapping):
        keys = [f"{json.dumps(str(key), ensure_ascii=False)}: " for key in value]
        rows = [
            key + pretty(one, width=width - len(key), indent=indent + 2)
            for key, one in zip(keys, value.values(), strict=True)
        ]
        opening, closing = "{}"
    else:
        rows = [pretty(one, width=width, indent=indent + 2) for one in value]
        opening, closing = "[]"
    return f"{opening}\n{inner}{f',{chr(10)}{inner}'.join(rows)}\n{' ' * indent}{closing}"


def line_of(text: str, pointer: str) -> int:
    """Tell the line on which the value at a JSON Pointer begins."""
    position = read_json(text).values.get(pointer)
    return position.line if position else 1


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text; without a column the whole line."""

    line: int
    column: int | None = None


def marks(text: str, problems: Sequence[Problem]) -> tuple[Mark, ...]:
    """Find where problems stand, also those that only know their JSON Pointer."""
    source = read_json(text)
    found = []
    for problem in problems:
        if problem.line is not None:
            found.append(Mark(problem.line, problem.column))
        elif place := source.values.get(problem.pointer) or source.keys.get(problem.pointer):
            found.append(Mark(place.line, place.column))
    return tuple(sorted(set(found), key=lambda mark: (mark.line, mark.column or 0)))


def as_text(text: str, captions: Sequence[tuple[int, str]] = (), marked: Sequence[Mark] = ()) -> str:
    """Number the lines; each caption, a sentence, stands before its line."""
    rows: list[str] = []
    for caption, lines in _blocks(text, captions):
        if caption:
            rows.append(f"# {caption}")
        rows += [row for number, line in lines for row in _rows(number, line, _width(text), marked)]
    return "\n".join(rows)


def as_html(text: str, captions: Sequence[tuple[int, str]] = (), marked: Sequence[Mark] = ()) -> str:
    """Number the lines; each caption, HTML already, stands before its line."""
    width, parts = _width(text), []
    for caption, lines in _blocks(text, captions):
        if caption:
            parts.append(f'<p style="margin:8px 0 4px">{caption}</p>')
        rows = [_html_row(row, width + 3) for number, line in lines for row in _rows(number, line, width, marked)]
        if rows:
            parts.append(f'<pre style="margin:0;white-space:pre-wrap">{chr(10).join(rows)}</pre>')
    return f'<div style="margin-bottom:16px">{"".join(parts)}</div>'


def _blocks(text: str, captions: Sequence[tuple[int, str]]) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Cut the lines where captions stand; the first block has none."""
    lines = list(enumerate(text.rstrip("\n").split("\n"), 1))
    ordered = [(1, ""), *captions]
    for index, (start, caption) in enumerate(ordered):
        end = ordered[index + 1][0] if index + 1 < len(ordered) else len(lines) + 1
        yield caption, lines[start - 1 : end - 1]


def _rows(number: int, line: str, width: int, marked: Sequence[Mark]) -> Iterator[str]:
    here = [mark for mark in marked if mark.line == number]
    yield f"{'>' if here else ' '}{number:>{width}} {line}".rstrip()
    columns = {mark.column for mark in here if mark.column is not None}
    if columns:
        pointers = "".join("^" if place in columns else " " for place in range(1, max(columns) + 1))
        yield f"{' ' * (width + 2)}{pointers}"


def _html_row(row: str, gutter: int) -> str:
    bold = row.startswith(">") or (row.strip(" ^") == "" and "^" in row)
    content = f"<strong>{escape(row[gutter - 1 :])}</strong>" if bold else escape(row[gutter - 1 :])
    return _GUTTER.format(escape(row[: gutter - 1])) + content


def _width(text: str) -> int:
    return len(str(text.count("\n") + 1)) + 1

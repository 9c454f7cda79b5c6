"""JSON text to plain values, with the place of every value and every key.

The standard library's parser keeps the last of two equal keys and forgets where things stood; a policy's reader
must do neither (P3). Each value is known by its JSON Pointer (RFC 6901).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, NamedTuple

Json = Any  # a JSON value: dict, list, str, int, float, bool or None

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}

_STRING_FAULTS = (  # what the standard library's scanner says, what we say, and what helps
    ("escape", "a string holds an escape that JSON does not know", "write a backslash itself as `\\\\`"),
    ("control", "a string holds a line break or another control character", "write it as an escape, such as `\\n`"),
    ("", "this string does not end", "close it with a double quote on the same line"),
)

# No policy is nested deeper than ten levels; the limit keeps a hostile text from exhausting the stack.
MAX_DEPTH = 64

SYNTAX_ERROR = "Json syntax error"


class Position(NamedTuple):
    """A place in a text, both numbers counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a policy says that cannot be accepted, with its place and what to do about it."""

    message: str
    pointer: str = ""
    line: int | None = None
    column: int | None = None
    help: str = ""
    # The check of IAM Access Analyzer that says the same (P39); the message says it better.
    name: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        place = self.pointer or "/"
        if self.line is not None:
            place += f" (line {self.line}, column {self.column})"
        return f"{place}: {self.message}" + (f"\n  help: {self.help}" if self.help else "")


@dataclass(slots=True)
class Source:
    """A JSON document as read: its value, where everything stood, and what was wrong with it as JSON."""

    value: Json = None
    values: dict[str, Position] = field(default_factory=dict)
    keys: dict[str, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(
        self, message: str, pointer: str = "", help: str = "", *, at_key: bool = False, name: str = SYNTAX_ERROR
    ) -> Problem:
        """Make a problem that stands at the pointer, with line and column where the document came as text."""
        line, column = self.place(pointer, at_key=at_key) or (None, None)
        return Problem(message, pointer, line, column, help, name)

    def place(self, pointer: str, *, at_key: bool = False) -> Position | None:
        """Tell where a value stands, or its key, where the document came as text."""
        return (self.keys.get(pointer) if at_key else None) or self.values.get(pointer)


def child(pointer: str, key: str | int) -> str:
    """Extend a JSON Pointer by one key or index."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"


def read_json(text: str) -> Source:
    """Read JSON text; a syntax error or a repeated key becomes a problem, never an exception."""
    reader = Reader(text)
    try:
        reader.document()
    except _SyntaxError as error:
        line, column = reader.position(error.offset)
        reader.source.problems.append(Problem(error.message, error.pointer, line, column, error.help, SYNTAX_ERROR))
        reader.source.value = None
    return reader.source


def from_values(value: Json) -> Source:
    """Take a document that is already parsed; refuse what JSON could not have said."""
    source = Source(value=value)
    source.problems.extend(_foreign(value, "", 0))
    return source


def _foreign(value: Json, pointer: str, depth: int) -> Iterator[Problem]:
    if depth > MAX_DEPTH:
        yield Problem(f"the document is nested deeper than {MAX_DEPTH} levels", pointer, name=SYNTAX_ERROR)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                yield Problem(f"the key `{key!r}` is not a string", pointer, name=SYNTAX_ERROR)
            else:
                yield from _foreign(inner, child(pointer, key), depth + 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _foreign(inner, child(pointer, index), depth + 1)
    elif not isinstance(value, str | int | float | bool | None):
        yield Problem(f"a {type(value).__name__} is not a JSON value", pointer, name=SYNTAX_ERROR)
    elif isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        yield Problem(f"`{value}` is not a JSON number", pointer, name=SYNTAX_ERROR)


class _SyntaxError(Exception):
    def __init__(self, message: str, offset: int, pointer: str, help: str = "") -> None:
        super().__init__(message)
        self.message, self.offset, self.pointer, self.help = message, offset, pointer, help


class Reader:
    """A recursive-descent reader over one text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.source = Source()
        self.lines = [0] + [i + 1 for i, char in enumerate(text) if char == "\n"]

    def position(self, offset: int) -> Position:
        low, high = 0, len(self.lines)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.lines[middle] <= offset else (low, middle)
        return Position(low + 1, offset - self.lines[low] + 1)

    def document(self) -> None:
        if self.text.startswith("\ufeff"):
            self.at = 1
        self.skip_space()
        if self.at == len(self.text):
            raise _SyntaxError("the text is empty", self.at, "", "a policy starts with `{`")
        self.source.value = self.read_value("", 0)
        self.skip_space()
        if self.at < len(self.text):
            raise _SyntaxError(f"unexpected {self.found()} after the end of the document", self.at, "")

    def skip_space(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def found(self) -> str:
        return f"`{self.text[self.at]}`" if self.at < len(self.text) else "end of text"

    def read_value(self, pointer: str, depth: int) -> Json:
        if depth > MAX_DEPTH:
            raise _SyntaxError(f"the document is nested deeper than {MAX_DEPTH} levels", self.at, pointer)
        self.source.values[pointer] = self.position(self.at)
        start = self.text[self.at : self.at + 1]
        if start == "{":
            return self.read_object(pointer, depth)
        if start == "[":
            return self.read_array(pointer, depth)
        if start == '"':
            return self.read_string(pointer)
        return self.read_word_or_number(pointer)

    def read_word_or_number(self, pointer: str) -> Json:
        for word, value in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        match = _NUMBER.match(self.text, self.at)
        if match:
            self.at = match.end()
            try:
                number: int | float = json.loads(match.group())
            except ValueError:  # more digits than Python converts
                number = float("inf")
            if number in (float("inf"), float("-inf")):
                raise _SyntaxError("the number is too large", match.start(), pointer)
            return number
        hint = "JSON writes strings in double quotes, and `true`, `false`, `null` in lower case"
        raise _SyntaxError(f"expected a value, found {self.found()}", self.at, pointer, hint)

    def read_string(self, pointer: str) -> str:
        try:
            value, self.at = scanstring(self.text, self.at + 1, True)
        except json.JSONDecodeError as error:
            _, message, help = next(fault for fault in _STRING_FAULTS if fault[0] in error.msg)
            raise _SyntaxError(message, error.pos, pointer, help) from None
        text: str = value
        return text

    def read_array(self, pointer: str, depth: int) -> list[Json]:
        values: list[Json] = []
        self.at += 1
        self.skip_space()
        if self.text.startswith("]", self.at):
            self.at += 1
            return values
        while True:
            values.append(self.read_value(child(pointer, len(values)), depth + 1))
            if not self.another("]", pointer):
                return values

    def read_object(self, pointer: str, depth: int) -> dict[str, Json]:
        values: dict[str, Json] = {}
        folded: dict[str, str] = {}
        self.at += 1
        self.skip_space()
        if self.text.startswith("}", self.at):
            self.at += 1
            return values
        while True:
            key, inner = self.read_key(pointer)
            self.duplicate(key, inner, folded)
            value = self.read_value(inner, depth + 1)
            values.setdefault(key, value)
            folded.setdefault(key.lower(), key)
            if not self.another("}", pointer):
                return values

    def read_key(self, pointer: str) -> tuple[str, str]:
        start = self.at
        if not self.text.startswith('"', start):
            raise _SyntaxError(f"expected a key in double quotes, found {self.found()}", start, pointer)
        key = self.read_string(pointer)
        inner = child(pointer, key)
        self.source.keys[inner] = self.position(start)
        self.skip_space()
        if not self.text.startswith(":", self.at):
            raise _SyntaxError(f"expected `:` after the key `{key}`, found {self.found()}", self.at, inner)
        self.at += 1
        self.skip_space()
        return key, inner

    def duplicate(self, key: str, pointer: str, folded: Mapping[str, str]) -> None:
        first = folded.get(key.lower())
        if first == key:
            message, help = f"the key `{key}` stands here twice", "join the two, or remove one"
            self.source.problems.append(self.source.problem(message, pointer, help, at_key=True))

    def another(self, close: str, pointer: str) -> bool:
        """Step over a comma or the closing bracket; tell whether another member follows."""
        self.skip_space()
        start = self.at
        if self.text.startswith(close, start):
            self.at += 1
            return False
        if not self.text.startswith(",", start):
            raise _SyntaxError(f"expected `,` or `{close}`, found {self.found()}", start, pointer)
        self.at += 1
        self.skip_space()
        if self.text.startswith(close, self.at):
            raise _SyntaxError(f"`,` before `{close}`", start, pointer, "remove the comma")
        return True

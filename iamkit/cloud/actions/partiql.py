"""PartiQL statements of DynamoDB: which table they touch, how, and which items.

One reading or none: a statement of a form that is not here is not modelled, so that what is authorized is what the
service would run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from iamkit.cloud.actions.expressions import plain
from iamkit.cloud.calls import NotModelled

_TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"[^"]*")|(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.-]*)"""
    r"""|(?P<sign><>|<=|>=|<<|>>|[?*=<>(),.:{}\[\]]))""",
    re.ASCII,
)
_VERBS = {"select": "Select", "insert": "Insert", "update": "Update", "delete": "Delete"}
_OPENING, _CLOSING = ("{", "[", "<<", "("), ("}", "]", ">>", ")")
_NAME = re.compile(r"[A-Za-z0-9_.-]+", re.ASCII)
# Inside of a text they could be taken for the statement's own.
_WORDS_OF_CLAUSES = re.compile(r"\b(?:select|from|where)\b", re.IGNORECASE)
_RESERVED = frozenset(
    {
        "select", "from", "insert", "into", "value", "update", "set", "remove", "delete", "where", "and", "or", "not",
        "in", "between", "is", "missing", "null", "returning", "all", "modified", "old", "new", "order", "by", "asc",
        "desc", "begins_with", "contains", "size", "attribute_type", "exists", "list_append", "set_add", "set_delete",
        "true", "false",
    }
)  # fmt: skip
# Words that would bring another table, or another way to read the statement.
_FOREIGN = frozenset({"join", "union", "with", "as", "at", "unpivot", "group", "having", "limit", "values", "only"})


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a statement; a quoted name keeps no quotes and is never a word of the language."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind == "name" else ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a statement does (`Select`, `Insert`, `Update`, `Delete`), to which table or index, with which attributes.

    `every` tells that it reads whole items.
    """

    verb: str
    table: str
    index: str | None
    attributes: tuple[str, ...]
    every: bool
    tokens: tuple[Token, ...]
    parameters: Sequence[Any]

    def keys(self, partition_key: str) -> tuple[str, ...]:
        """List the value that the partition key must have; empty where the statement does not pin it to one."""
        places = self._members() if self.verb == "Insert" else self._conditions()
        found = [self._value(at + 2) for at in places if self.tokens[at].text == partition_key]
        return tuple(value for value in found if value is not None) if len(found) == 1 else ()

    def _members(self) -> Iterator[int]:
        """Find the names of the new item's attributes; what stands deeper belongs to a map inside of it."""
        depth = 0
        for at, token in enumerate(self.tokens[:-2]):
            if token.kind == "sign":
                depth += (token.text in _OPENING) - (token.text in _CLOSING)
            elif depth == 1 and self.tokens[at + 1] == Token("sign", ":"):
                yield at

    def _conditions(self) -> Iterator[int]:
        """Find the attributes that must equal something, all of them at once."""
        words = [token.word for token in self.tokens]
        if "where" not in words or {"or", "not", "is"} & set(words):
            return
        for at in range(words.index("where") + 1, len(self.tokens) - 2):
            named = self.tokens[at].kind in ("name", "quoted") and self.tokens[at - 1].text != "."
            if named and self.tokens[at + 1] == Token("sign", "="):
                yield at

    def _value(self, at: int) -> str | None:
        token = self.tokens[at]
        if token.kind in ("text", "number"):
            return token.text
        if token.text == "?" and token.kind == "sign":
            place = sum(1 for before in self.tokens[:at] if before.kind == "sign" and before.text == "?")
            return plain(self.parameters[place]) if place < len(self.parameters) else None
        return None


def read_statement(text: str, parameters: Sequence[Any] = ()) -> Statement:
    """Read a statement; raises NotModelled where there is more than one way to, or none."""
    tokens = _tokens(text)
    verb = _VERBS.get(tokens[0].word) if tokens else None
    if verb is None or any(token.word in _FOREIGN for token in tokens):
        raise _not_read(text)
    words = [token.word for token in tokens]
    if verb == "Update":
        at = 1
    elif verb == "Insert":
        at = 2 if words[1:2] == ["into"] else 0
    else:
        at = words.index("from") + 1 if "from" in words else 0
    # One statement, one table: a second verb or source would be a statement inside.
    others = sum(words.count(word) for word in (*_VERBS, "from", "into")) - (1 if verb == "Update" else 2)
    if not at or at >= len(tokens) or others or tokens[at].kind not in ("quoted", "name") or words[at] in _RESERVED:
        raise _not_read(text)
    table, index, end = _target(tokens, at, text)
    every = verb == "Select" and Token("sign", "*") in tokens[: at - 1]
    return Statement(verb, table, index, _attributes(verb, tokens, at, end), every, tokens, parameters)


def _tokens(text: str) -> tuple[Token, ...]:
    rest = text.strip()
    rest = rest.removesuffix(";").rstrip()
    found, at = [], 0
    while at < len(rest):
        match = _TOKEN.match(rest, at)
        kind = (match.lastgroup if match else None) or ""
        if match is None or not kind or "--" in match.group():
            raise _not_read(text)
        piece = match.group(kind)
        if kind in ("quoted", "text"):
            piece = piece[1:-1]
        if (kind == "quoted" and not _NAME.fullmatch(piece)) or (kind == "text" and not _is_plain(piece)):
            raise _not_read(text)
        found.append(Token(kind, piece))
        at = match.end()
    return tuple(found)


def _is_plain(text: str) -> bool:
    """Tell whether a text in a statement reads the same to everyone: without quotes in it, or clauses."""
    return "'" not in text and _WORDS_OF_CLAUSES.search(text) is None


def _target(tokens: Sequence[Token], at: int, text: str) -> tuple[str, str | None, int]:
    """Read `table`, `"table"`, `"table"."index"`."""
    name = tokens[at]
    table, index, end = name.text, None, at + 1
    if name.kind == "name" and "." in table:
        table, _, index = table.partition(".")
    elif tokens[at + 1 : at + 2] == (Token("sign", "."),) and at + 2 < len(tokens):
        index, end = tokens[at + 2].text, at + 3
    parts = (table,) if index is None else (table, index)
    if any(_NAME.fullmatch(part) is None for part in parts) or "." in "".join(parts):
        raise _not_read(text)
    following = tokens[end].word if end < len(tokens) else ""
    if end < len(tokens) and following not in ("where", "set", "remove", "value", "returning", "order"):
        raise _not_read(text)
    return table, index, end


def _attributes(verb: str, tokens: Sequence[Token], at: int, end: int) -> tuple[str, ...]:
    """List the attributes that a statement names."""
    names = []
    for place, token in enumerate(tokens):
        if at <= place < end or token.word in _RESERVED:
            continue
        is_key = token.kind == "text" and tokens[place + 1 : place + 2] == (Token("sign", ":"),)
        if token.kind in ("name", "quoted") or (verb == "Insert" and is_key):
            names.append(token.text.partition(".")[0] if token.kind == "name" else token.text)
    return tuple(dict.fromkeys(names))


def _not_read(text: str) -> NotModelled:
    return NotModelled(f"the PartiQL statement `{text}`", "one SELECT, INSERT, UPDATE or DELETE of one table is")


def parameters_of(given: Mapping[str, Any]) -> Sequence[Any]:
    """Return the parameters that a call gives with a statement."""
    parameters = given.get("Parameters")
    return parameters if isinstance(parameters, list | tuple) else ()

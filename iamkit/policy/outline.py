"""A policy as far as it can be read: what a check looks at, also where the parser refuses the document.

The parser's statements are for deciding and know no places; here every string has its JSON Pointer, and what is of the
wrong shape is left out, because the parser has said so already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from iamkit.policy.conditions import OperatorUse
from iamkit.policy.grammar import DOCUMENT_ELEMENTS, STATEMENT_ELEMENTS, VERSIONS, PolicyType
from iamkit.policy.principals import KINDS
from iamkit.policy.source import Json, Source, child


class Text(NamedTuple):
    """One string of a policy, with its place."""

    value: str
    pointer: str


class Named(NamedTuple):
    """One name in `Principal` or `NotPrincipal`: its kind (`AWS`, `Service`, …), the name, its place."""

    kind: str
    value: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Key:
    """One condition key under one operator; `block` is the operator's place."""

    use: OperatorUse
    operator: str
    name: str
    value: Json
    pointer: str
    block: str

    @property
    def folded(self) -> str:
        """Give the key's name as it is compared (P23)."""
        return self.name.lower()

    @property
    def listed(self) -> tuple[Json, ...]:
        """Give the values as they are written."""
        return tuple(self.value) if isinstance(self.value, list | tuple) else (self.value,)

    @property
    def texts(self) -> tuple[Text, ...]:
        """Give the values as they are compared (P32), with their places."""
        many = isinstance(self.value, list | tuple)
        places = ((child(self.pointer, at) if many else self.pointer) for at in range(len(self.listed)))
        pairs = zip(self.listed, places, strict=True)
        return tuple(Text(_said(value), place) for value, place in pairs if isinstance(value, str | int | float))


@dataclass(frozen=True, slots=True)
class Part:
    """One statement: its known elements by their names, each with its place."""

    index: int
    pointer: str
    elements: Mapping[str, tuple[Json, str]]
    keys: tuple[Key, ...]
    """The condition keys of all operators that there are."""
    _texts: Mapping[str, tuple[Text, ...]]

    @classmethod
    def of(cls, value: Mapping[str, Json], pointer: str, index: int) -> Part:
        """Look at one statement; every check reads it again, so its strings are gathered once."""
        elements = _elements(value, pointer, STATEMENT_ELEMENTS)
        condition, place = elements.get("Condition", (None, ""))
        keys = tuple(_keys(condition, place)) if isinstance(condition, Mapping) else ()
        texts = {name: tuple(_texts(*element)) for name, element in elements.items()}
        return cls(index, pointer, elements, keys, texts)

    @property
    def effect(self) -> str:
        """Give the effect as it is written."""
        return str(self.elements.get("Effect", ("",))[0])

    @property
    def allows(self) -> bool:
        """Tell whether the effect is `Allow`."""
        return self.effect == "Allow"

    def has(self, name: str) -> bool:
        """Tell whether the statement has the element."""
        return name in self.elements

    def place(self, *names: str) -> str:
        """Give the place of the first of the elements that is there; the statement's own where none is."""
        return next((self.elements[name][1] for name in names if name in self.elements), self.pointer)

    def texts(self, *names: str) -> tuple[Text, ...]:
        """Give the strings of the elements, each a string or an array of strings."""
        if len(names) == 1:
            return self._texts.get(names[0], ())
        return tuple(text for name in names for text in self._texts.get(name, ()))

    @property
    def actions(self) -> tuple[Text, ...]:
        """Give the patterns of `Action`."""
        return self.texts("Action")

    @property
    def resources(self) -> tuple[Text, ...]:
        """Give the patterns of `Resource`."""
        return self.texts("Resource")

    def principals(self, element: str = "Principal") -> tuple[Named, ...]:
        """Give the names in the element; `"*"` alone is the `AWS` name `*` (P15)."""
        value, pointer = self.elements.get(element, (None, ""))
        if isinstance(value, str):
            return (Named("AWS", value, pointer),)
        if not isinstance(value, Mapping):
            return ()
        kinds = {kind.lower(): kind for kind in KINDS}
        return tuple(
            Named(kinds[kind.lower()], *text)
            for kind, names in value.items()
            if kind.lower() in kinds
            for text in _texts(names, child(pointer, kind))
        )

    def key(self, *folded: str) -> Key | None:
        """Find the first condition on one of the keys, given in lower case."""
        return next((key for key in self.keys if key.folded in folded), None)


@dataclass(frozen=True, slots=True)
class Outline:
    """A document for checks; `resource_type` is that of CloudFormation: `AWS::S3::Bucket`."""

    source: Source
    elements: Mapping[str, tuple[Json, str]]
    statements: tuple[Part, ...]
    type: PolicyType | None = None
    resource_type: str | None = None

    @classmethod
    def of(cls, source: Source, type: PolicyType | None = None, resource_type: str | None = None) -> Outline:
        """Look at a document, whatever it is."""
        elements = _elements(source.value, "", DOCUMENT_ELEMENTS)
        return cls(source, elements, tuple(_parts(*elements.get("Statement", (None, "")))), type, resource_type)

    @property
    def version(self) -> str:
        """Give the version of the language that the document is read in (P1)."""
        value = self.elements.get("Version", ("",))[0]
        return value if value in VERSIONS else VERSIONS[1]

    @property
    def knows_variables(self) -> bool:
        """Tell whether `${…}` is a variable (P34)."""
        return self.version == VERSIONS[0]

    def text(self) -> str:
        """Write the document as JSON, as AWS measures it."""
        return json.dumps(self.source.value, ensure_ascii=False)

    def each_key(self) -> Iterator[tuple[Part, Key]]:
        """Go through the condition keys of all statements."""
        for part in self.statements:
            for key in part.keys:
                yield part, key


def _elements(value: Json, pointer: str, known: tuple[str, ...]) -> dict[str, tuple[Json, str]]:
    if not isinstance(value, Mapping):
        return {}
    names = {name.lower(): name for name in known}
    found: dict[str, tuple[Json, str]] = {}
    for key, inner in value.items():
        name = names.get(key.lower()) if isinstance(key, str) else None
        if name is not None:
            found.setdefault(name, (inner, child(pointer, key)))
    return found


def _parts(value: Json, pointer: str) -> Iterator[Part]:
    if isinstance(value, Mapping):
        yield Part.of(value, pointer, 0)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            if isinstance(item, Mapping):
                yield Part.of(item, child(pointer, index), index)


def _texts(value: Json, pointer: str) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(value, pointer)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield Text(item, child(pointer, index))


def _keys(value: Mapping[str, Json], pointer: str) -> Iterator[Key]:
    for operator, keys in value.items():
        use = OperatorUse.parse(operator) if isinstance(operator, str) else None
        if use is not None and isinstance(keys, Mapping):
            block = child(pointer, operator)
            for name, listed in keys.items():
                yield Key(use, operator, name, listed, child(block, name), block)


def _said(value: str | int | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

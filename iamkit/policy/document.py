"""A policy: a document of statements, read once, never changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from iamkit.policy.grammar import WITHOUT_PRINCIPAL, Grammar, PolicyType
from iamkit.policy.outline import Outline
from iamkit.policy.source import Problem, Source, from_values, read_json
from iamkit.policy.statement import Statement


class InvalidPolicy(ValueError):
    """The document is no policy; `problems` says everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...], name: str = "policy") -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
        self.name = name


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy document as AWS would store it; make one with `Policy.parse`.

    >>> Policy.parse('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}').statements[0].actions
    ('s3:*',)
    """

    statements: tuple[Statement, ...]
    version: str = "2008-10-17"
    id: str | None = None
    name: str = "policy"
    type: PolicyType | None = None
    _source: Source = field(default_factory=Source, repr=False, compare=False)
    _compiled: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self._source.value is None:
            raise TypeError("a policy is made with Policy.parse")

    @classmethod
    def parse(
        cls, document: str | bytes | Mapping[str, Any], *, name: str = "policy", type: PolicyType | None = None
    ) -> Policy:
        """Read JSON text, or a document that is already parsed; raise `InvalidPolicy` with all its problems.

        With a type, the rules of that type hold too (P5). Only text gives problems a line and a column.
        """
        if isinstance(document, bytes | bytearray):
            try:
                document = bytes(document).decode()
            except UnicodeDecodeError as error:
                raise InvalidPolicy((Problem(f"the text is not UTF-8: byte {error.start}"),), name) from None
        source = read_json(document) if isinstance(document, str) else from_values(document)
        return cls._from_source(source, name, type)

    @classmethod
    def _from_source(cls, source: Source, name: str, type: PolicyType | None) -> Policy:
        if source.problems and (source.value is None or not source.values):
            raise InvalidPolicy(tuple(source.problems), name)
        grammar = Grammar(source, type)
        statements = grammar.read()
        if grammar.problems:
            raise InvalidPolicy(tuple(grammar.problems), name)
        kept = replace(source, value=copy.deepcopy(source.value))
        return cls(statements, grammar.version, grammar.id, name, type, kept)

    def as_type(self, type: PolicyType) -> Policy:
        """Return the policy as one of the given type; raise `InvalidPolicy` where that type's rules refuse it (P5)."""
        if self.type is type:
            return self
        if self.type in WITHOUT_PRINCIPAL and type in WITHOUT_PRINCIPAL:
            return replace(self, type=type, _compiled={})
        return self._from_source(self._source, self.name, type)

    def to_dict(self) -> dict[str, Any]:
        """Return the document with every value in the shape it was written in."""
        document: dict[str, Any] = copy.deepcopy(dict(self._source.value))
        return document

    def to_json(self) -> str:
        """Return the document as JSON text, indented by two spaces; parsing it gives an equal policy."""
        return json.dumps(self._source.value, indent=2, ensure_ascii=False)

    def outline(self) -> Outline:
        """Show the policy to a check, with the places of all it says."""
        return Outline.of(self._source, self.type)

    def place(self, pointer: str) -> tuple[int, int] | None:
        """Tell line and column of a JSON Pointer, where the policy came as text."""
        return self._source.values.get(pointer)

    def __hash__(self) -> int:
        return hash((self.name, self.type, self.version, self.statements))

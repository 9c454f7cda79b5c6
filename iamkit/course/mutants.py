"""Make every policy that is one small step away from a policy: the mistakes that are easiest to make.

Elements are walked here, what becomes of one pattern stands in `mutant_patterns`, of one condition in
`mutant_conditions`. A step may well change nothing that matters: whoever asks for mutants finds out.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from iamkit.course.mutant_conditions import conditions
from iamkit.course.mutant_patterns import actions, more_actions, more_names, more_resources, names, resources
from iamkit.policy.source import child

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from iamkit.course.mutant_patterns import Change

    Statement = dict[str, Any]
    Step = tuple[str, str, Any]  # JSON Pointer below the statement, the words, the statement afterwards or None

_VERSIONS = ("2012-10-17", "2008-10-17")

# An element, what it is when negated, what becomes of one of its values, and what may join it.
_ELEMENTS: tuple[tuple[str, str, Change, Change], ...] = (
    ("Action", "NotAction", actions, more_actions),
    ("NotAction", "Action", actions, more_actions),
    ("Resource", "NotResource", resources, more_resources),
    ("NotResource", "Resource", resources, more_resources),
)
_PRINCIPALS = {"Principal": "NotPrincipal", "NotPrincipal": "Principal"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy one step away; `place` is a JSON Pointer into the policy it was, `step` says what changed there."""

    place: str
    step: str
    document: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.place}: {self.step}"


def mutants(document: Mapping[str, Any]) -> tuple[Mutant, ...]:
    """Give the mutants of a policy in the order of its text, each document once."""
    found: dict[str, Mutant] = {}
    original = _key(document)
    for mutant in _mutants(document):
        key = _key(mutant.document)
        if key != original:
            found.setdefault(key, mutant)
    return tuple(found.values())


def _key(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True)


def _mutants(document: Mapping[str, Any]) -> Iterator[Mutant]:
    yield from _of_version(document)
    written = document["Statement"]
    statements: Sequence[Statement] = written if isinstance(written, list) else [written]
    for index, statement in enumerate(statements):
        place = child("/Statement", index) if isinstance(written, list) else "/Statement"
        for pointer, step, changed in _steps(statement):
            rest = [*statements[:index], *([] if changed is None else [changed]), *statements[index + 1 :]]
            yield Mutant(place + pointer, step, copy.deepcopy({**document, "Statement": rest}))


def _of_version(document: Mapping[str, Any]) -> Iterator[Mutant]:
    for version in _VERSIONS:
        yield Mutant("/Version", f"becomes `{version}`", copy.deepcopy({**document, "Version": version}))
    without = {key: value for key, value in document.items() if key != "Version"}
    yield Mutant("/Version", "is dropped", copy.deepcopy(without))


def _steps(statement: Statement) -> Iterator[Step]:
    yield "", "is dropped", None
    effect = "Deny" if statement["Effect"] == "Allow" else "Allow"
    yield "/Effect", f"becomes `{effect}`", {**statement, "Effect": effect}
    for element, negation, change, more in _ELEMENTS:
        if element in statement:
            yield f"/{element}", f"becomes `{negation}`", _renamed(statement, element, negation)
            for pointer, step, value in _of_values(statement[element], change, more):
                yield f"/{element}{pointer}", step, {**statement, element: value}
    for element, negation in _PRINCIPALS.items():
        if element in statement:
            yield f"/{element}", f"becomes `{negation}`", _renamed(statement, element, negation)
            for pointer, step, value in _of_principal(statement[element]):
                yield f"/{element}{pointer}", step, {**statement, element: value}
    for pointer, step, value in conditions(statement.get("Condition", {})):
        changed = {**statement, "Condition": value}
        yield f"/Condition{pointer}", step, changed if value else _without(statement, "Condition")


def _renamed(statement: Statement, element: str, other: str) -> Statement:
    return {other if key == element else key: value for key, value in statement.items()}


def _without(table: dict[str, Any], key: str) -> dict[str, Any]:
    return {other: value for other, value in table.items() if other != key}


def _of_values(written: Any, change: Change, more: Change) -> Iterator[tuple[str, str, Any]]:
    """Drop a value of several, change each in every way, and let others join it."""
    values: list[str] = [written] if isinstance(written, str) else written
    for index, value in enumerate(values):
        pointer = child("", index) if isinstance(written, list) else ""
        if len(values) > 1:
            yield pointer, f"`{value}` is dropped", [*values[:index], *values[index + 1 :]]
        for other in dict.fromkeys(change(value)):
            rest = [*values[:index], other, *values[index + 1 :]]
            yield pointer, f"`{value}` becomes `{other}`", rest if isinstance(written, list) else other
        for other in dict.fromkeys(more(value)):
            yield pointer, f"`{other}` joins `{value}`", [*values, other]


def _of_principal(written: Any) -> Iterator[tuple[str, str, Any]]:
    if written == "*":
        yield "", "becomes nobody in particular of one account", {"AWS": "111122223333"}
        return
    yield "", "becomes everyone", "*"
    for kind, named in written.items():
        if len(written) > 1:
            yield f"/{kind}", "is dropped", _without(written, kind)
        for other in ("AWS", "Service", "Federated"):
            if other != kind:
                yield f"/{kind}", f"becomes `{other}`", {other if key == kind else key: written[key] for key in written}
        for pointer, step, value in _of_values(named, names, more_names):
            yield f"/{kind}{pointer}", step, {**written, kind: value}
    for kind, name in (("AWS", "111122223333"), ("AWS", "*"), ("Service", "ec2.amazonaws.com")):
        if kind not in written:
            yield "", f"`{kind}`: `{name}` joins", {**written, kind: name}

"""Findings: AWS's public list in full, each check on a policy that has it and on one that does not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamkit import InvalidPolicy, Policy, PolicyType, Problem
from iamkit.analysis.findings import CATALOGUE, CHECKS, NOT_DECIDED, OWN, Severity, findings, guess_type
from iamkit.policy.source import from_values
from tests.analysis.findings.cases import BASES, CASES, TYPES, Given, write
from tests.analysis.findings.public_list import BY_SEVERITY, ODD_CODES

NAMES = sorted(CASES)


def names(type: str, given: Given, resource_type: str | None = None) -> set[str]:
    """Name the findings of a case."""
    return {finding.name for finding in findings(write(type, given), type=TYPES[type], resource_type=resource_type)}


def refused(text: str, type: PolicyType) -> tuple[Problem, ...]:
    """List what the parser refuses."""
    try:
        Policy.parse(text, type=type)
    except InvalidPolicy as error:
        return error.problems
    return ()


def test_catalogue_is_the_public_list() -> None:
    """Names and severities are those of AWS's page, and none is missing (P39)."""
    public = {name: severity for severity, text in BY_SEVERITY.items() for name in text.strip().splitlines()}
    assert {name: check.severity.value for name, check in CATALOGUE.items()} == public
    assert len(public) == 153


def test_codes_are_those_of_the_page() -> None:
    """An issue code is the name in capitals, except where the page writes it otherwise."""
    for name, check in CATALOGUE.items():
        assert check.code == ODD_CODES.get(name, name.upper().replace(" ", "_"))
        assert check.url.endswith(check.code.lower().replace("_", "-"))


def test_every_check_is_decided_or_excused() -> None:
    """Every name of the list has a case here, or a reason why nothing decides it."""
    assert set(CASES) | set(NOT_DECIDED) == set(CATALOGUE)
    assert not set(CASES) & set(NOT_DECIDED)
    assert {name for name, _ in CHECKS} <= set(CATALOGUE) | set(OWN)


@pytest.mark.parametrize("name", NAMES)
def test_check_finds(name: str) -> None:
    """The check finds its mistake, under a type that the catalogue has for it."""
    type, found, _, *rest = CASES[name]
    assert name in names(type, found, *rest)
    assert TYPES[type] in CATALOGUE[name].types


@pytest.mark.parametrize("name", NAMES)
def test_check_stays_silent(name: str) -> None:
    """The check does not find its mistake in a policy much like it."""
    type, _, clean, *rest = CASES[name]
    assert name not in names(type, clean, *rest)


@pytest.mark.parametrize("type", BASES)
def test_plain_policy_has_no_findings(type: str) -> None:
    """The statement that all cases start from has no findings at all."""
    assert names(type, {}) == set()


@pytest.mark.parametrize("name", NAMES)
def test_refused_documents_have_findings(name: str) -> None:
    """What the parser refuses is never without a finding, and what has no error is never refused for its statements."""
    type, found, clean, *_ = CASES[name]
    for given in (found, clean):
        text = write(type, given)
        reported = {(finding.message, finding.pointer) for finding in findings(text, type=TYPES[type])}
        assert {(problem.message, problem.pointer) for problem in refused(text, TYPES[type])} <= reported


@pytest.mark.parametrize("name", NAMES)
def test_place_is_in_the_document(name: str) -> None:
    """Every pointer leads somewhere, with line and column wherever the document came as text."""
    type, found, _, *rest = CASES[name]
    text = write(type, found)
    for finding in findings(text, type=TYPES[type], resource_type=rest[0] if rest else None):
        assert finding.line is not None
        assert finding.message
        if name != "Json syntax error":
            value: Any = json.loads(text)
            for part in finding.pointer.split("/")[1:]:
                key = part.replace("~1", "/").replace("~0", "~")
                value = value[int(key) if isinstance(value, list) else key]


def test_line_and_column_are_those_of_the_key() -> None:
    """A finding about a condition key stands at the key, one about a value at the value."""
    text = write("identity", {"Condition": {"StringEquals": {"aws:SecureTransport": "a*"}}})
    at = {
        finding.name: text.splitlines()[(finding.line or 0) - 1][(finding.column or 0) - 1 :]
        for finding in findings(text)
    }
    assert at["Type mismatch"].startswith('"aws:SecureTransport"')
    assert at["Wildcard without like operator"].startswith('"a*"')


@pytest.mark.parametrize(
    "given",
    ["", "null", "[]", "7", '{"Statement": 7}', '{"Statement": [7, {"Action": {"a": 1}, "Condition": [1]}]}', b"\xff"],
)
def test_no_document_is_too_broken(given: str | bytes) -> None:
    """Anything at all gives findings, never an exception."""
    assert any(finding.severity is Severity.ERROR for finding in findings(given))


@pytest.mark.parametrize(
    ("type", "guessed"), [(name, kind) for name, kind in TYPES.items() if name in ("identity", "resource", "trust")]
)
def test_type_is_guessed(type: str, guessed: PolicyType) -> None:
    """Elements tell what a policy could be; an SCP looks like an identity-based policy."""
    assert guess_type(from_values(json.loads(write(type, {})))) is guessed


def test_policy_and_dictionary_give_the_same_findings() -> None:
    """A policy object, a dictionary and a text differ only in line and column."""
    text = write("identity", CASES["Redundant action"][1])
    shown = [
        [str(finding).partition(":")[2] for finding in findings(given)]
        for given in (json.loads(text), Policy.parse(json.loads(text)))
    ]
    assert shown[0] == shown[1]
    assert [finding.name for finding in findings(text)] == [finding.name for finding in findings(json.loads(text))]

"""Findings of files as text for people, as JSON for programs, as SARIF for what shows them beside the code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from iamkit.policy.catalogue import Severity
from iamkit.policy.lint import Finding

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}]+')
_WIDTH = 100
_LEVELS = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "warning",
    Severity.WARNING: "warning",
    Severity.SUGGESTION: "note",
}
SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Linted:
    """One file with its findings."""

    file: str
    text: str
    findings: tuple[Finding, ...]


def severity_word(severity: Severity) -> str:
    """Write a severity as the command line does: `security-warning`."""
    return severity.value.lower().replace("_", "-")


def as_text(files: Iterable[Linted]) -> str:
    """Write each finding like a compiler: place, message, the line with a mark under it, help; then a summary."""
    listed = tuple(files)
    blocks = [_block(file, finding) for file in listed for finding in file.findings]
    return "\n\n".join([*blocks, _summary(listed)]) + "\n"


def _block(file: Linted, finding: Finding) -> str:
    place = f"{file.file}:{finding.line}:{finding.column}" if finding.line else file.file
    lines = [f"{place}: {severity_word(finding.severity)}: {finding.name}: {finding.message}"]
    if finding.line and finding.column:
        lines += _excerpt(file.text.splitlines(), finding.line, finding.column)
    lines += [f"  help: {finding.help}"] if finding.help else []
    lines += [f"  edit: {change}" for change in finding.edit]
    return "\n".join(lines)


def _excerpt(text: list[str], line: int, column: int) -> Iterator[str]:
    """Show a line and mark what stands at the column; of a long line only what is near."""
    if line > len(text):
        return
    # A tab is as wide as a terminal likes: the mark must stand right under it.
    whole = text[line - 1].replace("\t", " ")
    token = _TOKEN.match(whole, column - 1)
    start = max(0, column - 1 - _WIDTH // 2) if len(whole) > _WIDTH else 0
    shown = whole[start : start + _WIDTH]
    end = min(token.end() if token else column, start + len(shown))
    margin = f"  {line} | "
    yield f"{margin}{shown}".rstrip()
    yield f"{' ' * (len(margin) - 2)}| {' ' * (column - 1 - start)}{'^' * max(1, end - column + 1)}"


def _summary(files: tuple[Linted, ...]) -> str:
    found = [finding.severity for file in files for finding in file.findings]
    counts = [f"{found.count(severity)} {severity_word(severity)}" for severity in Severity if severity in found]
    what = f"{len(files)} {'policy' if len(files) == 1 else 'policies'}"
    return f"{what}: {', '.join(counts) if counts else 'no findings'}"


def as_json(files: Iterable[Linted]) -> str:
    """Write a list of findings with the words of Access Analyzer's `ValidatePolicy`, each with its file and place."""
    return json.dumps([_record(file, finding) for file in files for finding in file.findings], indent=2) + "\n"


def _record(file: Linted, finding: Finding) -> dict[str, Any]:
    return {
        "file": file.file,
        "findingType": finding.severity.value,
        "issueCode": finding.check.code,
        "name": finding.name,
        "findingDetails": finding.message,
        "help": finding.help,
        "pointer": finding.pointer,
        "line": finding.line,
        "column": finding.column,
        "learnMoreLink": finding.check.url,
        "edit": [
            {"kind": change.kind.value, "pointer": change.pointer, "value": change.value} for change in finding.edit
        ],
    }


def as_sarif(files: Iterable[Linted], version: str) -> str:
    """Write one run of SARIF 2.1.0, with a rule for every check that found something."""
    pairs = [(file, finding) for file in files for finding in file.findings]
    rules = {finding.check.code: finding for _, finding in pairs}
    indices = {code: index for index, code in enumerate(rules)}
    driver = {
        "name": "iamkit",
        "version": version,
        "rules": [_rule(code, finding) for code, finding in rules.items()],
    }
    results = [_result(file, finding, indices[finding.check.code]) for file, finding in pairs]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(code: str, finding: Finding) -> dict[str, Any]:
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in code.split("_")),
        "shortDescription": {"text": finding.name},
        "helpUri": finding.check.url,
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"findingType": finding.severity.value},
    }


def _result(file: Linted, finding: Finding, index: int) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file.file)}}
    if finding.line and finding.column:
        physical["region"] = {"startLine": finding.line, "startColumn": finding.column}
    text = f"{finding.name}: {finding.message}" + (f" ({finding.help})" if finding.help else "")
    return {
        "ruleId": finding.check.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [
            {"physicalLocation": physical, "logicalLocations": [{"fullyQualifiedName": finding.pointer or "/"}]}
        ],
    }


def _uri(file: str) -> str:
    from urllib.parse import quote

    return quote(file.replace("\\", "/"))

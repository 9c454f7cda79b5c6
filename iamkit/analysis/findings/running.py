"""All findings of a document: what the parser refuses, the grammar's checks, and those of this room."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from iamkit.analysis.findings import (
    actions,
    arns,
    control,
    grants,
    keys,
    principals,
    redundancy,
    values,
    variables,
)
from iamkit.policy import Policy, PolicyType
from iamkit.policy.edits import apply
from iamkit.policy.grammar import Grammar
from iamkit.policy.lint import CHECKS as GRAMMAR_CHECKS
from iamkit.policy.lint import Finder, Finding, refusal, run
from iamkit.policy.outline import Outline
from iamkit.policy.source import Problem, Source, from_values, read_json

CHECKS: tuple[tuple[str, Finder], ...] = (
    *GRAMMAR_CHECKS,
    *arns.CHECKS,
    *actions.CHECKS,
    *keys.CHECKS,
    *values.CHECKS,
    *variables.CHECKS,
    *principals.CHECKS,
    *control.CHECKS,
    *grants.CHECKS,
    *redundancy.CHECKS,
)
"""Every check that looks at a document; the parser's own names stand where it refuses (`iamkit/policy/grammar.py`)."""

NOT_DECIDED: Mapping[str, str] = {
    "SCP syntax error action wildcard": (
        "the page still lists it, but service control policies have taken wildcards anywhere in an action since they "
        'support the full policy language (AWS Security Blog, 2025; Organizations User Guide, "SCP syntax")'
    ),
    "Unsupported global condition key": (
        "the page says of `aws:ARN` both that it is not supported and that it is only deprecated, and not when it is "
        'which: the milder finding is reported, "Deprecated global condition key"'
    ),
}
"""Checks of AWS's list that nothing decides here, each with the reason."""


def findings(
    document: str | bytes | Mapping[str, Any] | Policy,
    *,
    type: PolicyType | None = None,
    resource_type: str | None = None,
) -> tuple[Finding, ...]:
    """List all findings, those of one place together, in the order of the text.

    Without a type it is guessed (`guess_type`). A resource type is CloudFormation's, such as `AWS::S3::Bucket`: with
    it a resource-based policy is held against what it is attached to.

    >>> [finding.name for finding in findings('{"Statement": []}')]
    ['Missing version']
    """
    source = _source(document)
    own = document.type if isinstance(document, Policy) else None
    type = type or own or guess_type(source)
    grammar = Grammar(source, type)
    if not source.problems or source.value is not None:
        grammar.read()
    found = [refusal(problem) for problem in grammar.problems]
    if source.value is not None:
        found += run(CHECKS, Outline.of(source, type, resource_type))
    return tuple(sorted(dict.fromkeys(found), key=lambda finding: _order(finding, source)))


def guess_type(source: Source) -> PolicyType:
    """Tell by its elements what a policy could be: a principal and no resource is a trust policy."""
    parts = Outline.of(source).statements
    if not any(part.has("Principal") or part.has("NotPrincipal") for part in parts):
        return PolicyType.IDENTITY_BASED
    names = [text.value.lower() for part in parts for text in part.actions]
    if not any(part.has("Resource") or part.has("NotResource") for part in parts):
        return (
            PolicyType.TRUST
            if all(name.startswith("sts:") or name == "*" for name in names)
            else PolicyType.RESOURCE_BASED
        )
    return PolicyType.RESOURCE_BASED


def fix(document: str, choose: Callable[[Finding], bool] = bool, **about: Any) -> str:
    """Make the edits of the findings that are chosen, all unless told, one after the other, until none is left.

    Every edit keeps the text around it; with none to make, the text comes back as it was.
    """
    seen: set[str] = set()
    while document not in seen:
        seen.add(document)
        edits = [finding.edit for finding in findings(document, **about) if finding.edit and choose(finding)]
        document = apply(document, edits[0]) if edits else document
    return document


def _source(document: str | bytes | Mapping[str, Any] | Policy) -> Source:
    if isinstance(document, Policy):
        return document.outline().source
    if isinstance(document, bytes):
        try:
            document = document.decode()
        except UnicodeDecodeError as error:
            return Source(problems=[Problem(f"the text is not UTF-8: byte {error.start}")])
    return read_json(document) if isinstance(document, str) else from_values(document)


def _order(finding: Finding, source: Source) -> tuple[int, int, list[tuple[int, str]]]:
    """Sort by line and column, and without text by the place in the document."""
    parts = [(int(part), "") if part.isdecimal() else (-1, part) for part in finding.pointer.split("/")]
    return finding.line or 0, finding.column or 0, parts if finding.line is None else []

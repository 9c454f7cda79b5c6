"""The edits that findings offer: the finding is gone, nothing else is new, and the policy means what it meant."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from iamkit import InvalidPolicy, Policies, Policy, PolicyType, Request, evaluate
from iamkit.analysis.findings import Finding, apply, findings, fix
from tests.analysis.findings.cases import CASES, TYPES, write


def about(name: str) -> dict[str, Any]:
    """Give what the findings of a case are asked with."""
    type, _, _, *rest = CASES[name]
    return {"type": TYPES[type], "resource_type": rest[0] if rest else None}


TEXTS: dict[str, str] = {name: write(case[0], case[1]) for name, case in CASES.items()}


def edited() -> Iterator[tuple[str, Finding]]:
    """Pair each case with the findings in it that have an edit."""
    for name, text in sorted(TEXTS.items()):
        for finding in findings(text, **about(name)):
            if finding.edit:
                yield name, finding


EDITED = list(edited())
_KEYS = {
    "aws:username": ("", "a"),
    "aws:sourceip": ("203.0.113.7", "203.0.113.99", "198.51.100.1"),
    "aws:multifactorauthage": ("60", "3000", "9999"),
    "aws:principaltag/team": ("red", "*"),
    "aws:tagkeys": (("a",), ("a", "b")),
    "aws:securetransport": ("true", "false"),
}
_ACTIONS = ("s3:GetObject", "s3:PutObject", "iam:GetRole", "iam:GetCredentialReport", "iam:ListRoles", "sts:AssumeRole")
_RESOURCES = (
    "arn:aws:s3:::reports/a",
    "arn:aws:iam::111122223333:role/Deploy",
    "arn:aws:iam::111122223333:role/Dev",
    "*",
)
_CALLER = "arn:aws:iam::111122223333:user/ana"


def asked_by(policy: Policy) -> set[str]:
    """List the condition keys of a policy."""
    return {condition.key.lower() for statement in policy.statements for condition in statement.conditions}


def decisions(policy: Policy, asked: set[str]) -> list[str]:
    """Decide a grid of requests: every action on every resource in every context of the keys."""
    values: list[list[tuple[str, Any]]] = [
        [(key, None), *((key, value) for value in _KEYS.get(key, ("a", "b")))] for key in sorted(asked)
    ]
    named = policy.type in (PolicyType.RESOURCE_BASED, PolicyType.TRUST)
    policies = Policies(resource_based=policy) if named else Policies(identity_based=policy)
    assert not policies.invalid
    shown = []
    for action, resource, chosen in itertools.product(_ACTIONS, _RESOURCES, itertools.product(*values)):
        context = {key: value for key, value in chosen if value is not None}
        request = Request(_CALLER, action, resource, context)
        shown.append(evaluate(request, policies).decision.value)
    return shown


def test_edits_are_offered() -> None:
    """More than a dozen checks come with an edit."""
    assert len({finding.name for _, finding in EDITED}) >= 12


@pytest.mark.parametrize(("name", "finding"), EDITED, ids=[f"{name}: {finding.name}" for name, finding in EDITED])
def test_edit_removes_its_finding_and_keeps_the_meaning(name: str, finding: Finding) -> None:
    """After the edit this finding is gone, no other has come, and every request is decided as before."""
    text, type = TEXTS[name], about(name)["type"]
    before = [each.name for each in findings(text, **about(name))]
    changed = apply(text, finding.edit)
    after = [each.name for each in findings(changed, **about(name))]
    assert after.count(finding.name) < before.count(finding.name)
    assert set(after) <= set(before)
    assert json.loads(changed) == apply(json.loads(text), finding.edit)
    try:
        policy = Policy.parse(text, type=type)
    except InvalidPolicy:
        return  # it meant nothing before
    asked = asked_by(policy)
    assert decisions(Policy.parse(changed, type=type), asked) == decisions(policy, asked)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_fix_ends_without_edits(name: str) -> None:
    """Making all edits ends, and a second round finds none."""
    fixed = fix(TEXTS[name], **about(name))
    assert not any(finding.edit for finding in findings(fixed, **about(name)))

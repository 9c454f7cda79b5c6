"""The linter: each finding on a policy that has it, none on one that does not."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit import Policy, PolicyType
from iamkit.policy.catalogue import Severity
from iamkit.policy.lint import CHECKS, QUOTAS, lint

CLEAN: dict[str, Any] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
PUBLIC = {**CLEAN, "Principal": "*"}
TRUST: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def document(*statements: dict[str, Any], version: str | None = "2012-10-17") -> dict[str, Any]:
    """Make a document; without a version it has no `Version` at all."""
    return ({"Version": version} if version else {}) | {"Statement": list(statements)}


def names(policy: dict[str, Any], kind: PolicyType | None = None) -> list[str]:
    """List the names of the findings."""
    return [finding.name for finding in lint(Policy.parse(policy, type=kind))]


FOUND: list[tuple[str, str, dict[str, Any], PolicyType | None]] = [
    ("P1", "Missing version", document(CLEAN, version=None), None),
    ("P6", "Unsupported Sid", document({**CLEAN, "Sid": "read reports"}), PolicyType.IDENTITY_BASED),
    ("P7", "Policy size exceeds identity policy quota", document(*[CLEAN] * 40), PolicyType.SESSION),
    ("P7", "Policy size exceeds SCP quota", document(*[CLEAN] * 80), PolicyType.SERVICE_CONTROL),
    (
        "P7",
        "Policy size exceeds RCP quota",
        document(*[{**PUBLIC, "Effect": "Deny"}] * 80),
        PolicyType.RESOURCE_CONTROL,
    ),
    ("P7", "Policy size exceeds role trust policy quota", document(*[TRUST] * 40), PolicyType.TRUST),
    ("P6", "Empty Sid value", document({**CLEAN, "Sid": ""}), None),
    ("P8", "Wildcard in service name", document({**CLEAN, "Action": "s*:GetObject"}), None),
    ("P10", "Invalid ARN prefix", document({**CLEAN, "Resource": "reports/*"}), None),
    ("P10", "Missing ARN field", document({**CLEAN, "Resource": "arn:aws:s3:reports"}), None),
    ("P10", "Invalid partition", document({**CLEAN, "Resource": "arn:amazon:s3:::reports"}), None),
    (
        "P19",
        "Invalid principal format",
        document({**PUBLIC, "Principal": {"AWS": "arn:aws:iam::111122223333:group/Developers"}}),
        None,
    ),
    (
        "P20",
        "Deny with NotPrincipal",
        document(
            {
                "Effect": "Deny",
                "NotPrincipal": {"AWS": "111122223333"},
                "Action": "s3:*",
                "Resource": "arn:aws:s3:::reports/*",
            }
        ),
        None,
    ),
    (
        "P20",
        "Allow with NotPrincipal",
        document({**CLEAN, "NotPrincipal": {"AWS": "111122223333"}}),
        None,
    ),
    (
        "P30",
        "Allow with ForAllValues",
        document({**CLEAN, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": "Team"}}}),
        None,
    ),
    ("P33", "Empty array action", document({**CLEAN, "Action": []}), None),
    ("P33", "Empty array resource", document({**CLEAN, "Resource": []}), None),
    (
        "P34",
        "Variable unsupported in version",
        document({**CLEAN, "Resource": "arn:aws:s3:::${aws:username}"}, version=None),
        None,
    ),
    (
        "P35",
        "Variable unsupported in element",
        document({**CLEAN, "Resource": "arn:aws:s3:${aws:RequestedRegion}::reports/*"}),
        None,
    ),
    (
        "P35",
        "Invalid variable for operator",
        document({**CLEAN, "Condition": {"NumericEquals": {"s3:max-keys": "${aws:username}"}}}),
        None,
    ),
]


@pytest.mark.parametrize(("rule", "name", "policy", "kind"), FOUND)
def test_finding(rule: str, name: str, policy: dict[str, Any], kind: PolicyType | None) -> None:
    """The check finds what its rule calls lint."""
    assert name in names(policy, kind), rule


def test_every_check_has_a_case() -> None:
    """No check stands in the table without a policy that it finds something in."""
    by_resource_type = {"Policy size exceeds resource policy quota"}  # `tests/analysis/findings` has it
    assert {name for name, _ in CHECKS} - by_resource_type == {name for _, name, _, _ in FOUND}


@pytest.mark.parametrize("kind", [None, *QUOTAS])
def test_clean_policy_has_no_findings(kind: PolicyType | None) -> None:
    """A plain policy has no findings under any type that it can have."""
    special = {PolicyType.TRUST: TRUST, PolicyType.RESOURCE_CONTROL: PUBLIC}
    statement = special.get(kind, CLEAN) if kind else CLEAN
    assert names(document(statement), kind) == []


def test_null_closes_the_hole_of_for_all_values() -> None:
    """A `Null` condition on the same key answers the finding (P30, P31)."""
    condition = {"ForAllValues:StringEquals": {"aws:TagKeys": "Team"}, "Null": {"aws:TagKeys": "false"}}
    assert names(document({**CLEAN, "Condition": condition})) == []


def test_finding_tells_its_place() -> None:
    """A finding in a text names pointer, line and column."""
    text = '{"Version": "2012-10-17",\n "Statement": {"Effect": "Allow", "Action": "s3:*",\n  "Resource": "reports"}}'
    (finding,) = lint(Policy.parse(text))
    assert (finding.pointer, finding.line, finding.column) == ("/Statement/Resource", 3, 15)
    assert finding.severity is Severity.ERROR
    assert str(finding).startswith("/Statement/Resource (line 3, column 15): ERROR: Invalid ARN prefix: `reports`")

"""AWS's own managed policies, as moto ships them: no error that is not a mistake of theirs, listed with its reason."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from iamkit import PolicyType
from iamkit.analysis.findings import Severity, findings

KNOWN: dict[str, Any] = json.loads((Path(__file__).parent / "managed_policies.json").read_text())


def test_errors_of_managed_policies_are_the_listed_ones() -> None:
    """Over 1,500 policies have exactly the errors that the list explains; a needless excuse fails, too."""
    policies = json.loads(aws_managed_policies_data)
    assert len(policies) > 1_500
    found: dict[str, set[str]] = defaultdict(set)
    for name, policy in policies.items():
        for finding in findings(policy["Document"], type=PolicyType.IDENTITY_BASED):
            if finding.severity is Severity.ERROR:
                by_prefix = finding.name == "Invalid service in action"
                found[finding.name].add(finding.message.split(":")[0].strip("`").lower() if by_prefix else name)
    listed = {check: set(known.get("policies") or known["prefixes"]) for check, known in KNOWN.items()}
    assert dict(found) == listed
    assert all(known["why"] for known in KNOWN.values())

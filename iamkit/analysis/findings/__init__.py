"""Findings about a policy by the names of IAM Access Analyzer, decided offline (P39).

Its public list is `iamkit/policy/catalogue.py`; `CHECKS` says what finds each, `NOT_DECIDED` what nothing finds here.
"""

from __future__ import annotations

from iamkit.analysis.findings.running import CHECKS, NOT_DECIDED, findings, fix, guess_type
from iamkit.policy.catalogue import CATALOGUE, OWN, Check, Severity
from iamkit.policy.edits import Change, ChangeKind, apply
from iamkit.policy.lint import Finding

__all__ = [
    "CATALOGUE",
    "CHECKS",
    "NOT_DECIDED",
    "OWN",
    "Change",
    "ChangeKind",
    "Check",
    "Finding",
    "Severity",
    "apply",
    "findings",
    "fix",
    "guess_type",
]

"""The checks of IAM Access Analyzer as AWS lists them: name, severity, the policy types each is about, its page (P39).

From the IAM User Guide, "IAM policy validation check reference" (153 checks). What decides a check stands elsewhere:
this is only the list, so that a name that AWS does not know cannot come into a report by a slip of the pen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from iamkit.policy.grammar import PolicyType

PAGE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"


class Severity(Enum):
    """The severities of IAM Access Analyzer's findings, the gravest first."""

    ERROR = "ERROR"
    SECURITY_WARNING = "SECURITY_WARNING"
    WARNING = "WARNING"
    SUGGESTION = "SUGGESTION"


_ANCHORS = {
    Severity.ERROR: "error",
    Severity.SECURITY_WARNING: "security-warning",
    Severity.WARNING: "general-warning",
    Severity.SUGGESTION: "suggestion",
}


@dataclass(frozen=True, slots=True)
class Check:
    """A row of the list; `types` are those of the policies that the check is about."""

    name: str
    severity: Severity
    types: frozenset[PolicyType]
    page: str = ""

    @property
    def code(self) -> str:
        """Give the issue code: `Invalid ARN prefix` is `INVALID_ARN_PREFIX`."""
        return _CODES.get(self.name) or "_".join(map(_word, self.name.split()))

    @property
    def url(self) -> str:
        """Point to the check's own paragraph of the page."""
        if self.page:
            return self.page
        anchor = f"{_ANCHORS[self.severity]}-{self.code.lower().replace('_', '-')}"
        return f"{PAGE}#access-analyzer-reference-policy-checks-{anchor}"


_CODES = {
    "Allow NotAction with unsupported tag condition key for service": (
        "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
    ),
    "Deny NotAction with unsupported tag condition key for service": (
        "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
    ),
    "RCP syntax error NotAction": "RCP_SYNTAX_ERROR_NOTACTION",
}


def _word(word: str) -> str:
    """Write a word as codes do: only what begins with `Not` is taken apart at its capitals."""
    return "_".join(re.findall("[A-Z][a-z]+", word) if word.startswith("Not") else [word]).upper()


_EVERY = frozenset(PolicyType)
_TRUST = frozenset({PolicyType.TRUST})
_SCP = frozenset({PolicyType.SERVICE_CONTROL})
_RCP = frozenset({PolicyType.RESOURCE_CONTROL})
_IDENTITY = frozenset({PolicyType.IDENTITY_BASED, PolicyType.PERMISSIONS_BOUNDARY, PolicyType.SESSION})
_RESOURCE = frozenset({PolicyType.RESOURCE_BASED, PolicyType.VPC_ENDPOINT})
_BUCKET = frozenset({PolicyType.RESOURCE_BASED})
_NAMES_PRINCIPALS = _RESOURCE | _TRUST
_NAMES_RESOURCES = _EVERY - _TRUST
# Who passes a role or makes a service-linked role says so in its own permissions, or in what limits them.
_GRANTS = _IDENTITY

_ROWS: tuple[tuple[Severity, frozenset[PolicyType], tuple[str, ...]], ...] = (
    (
        Severity.ERROR,
        _EVERY,
        (
            "Data type mismatch",
            "Duplicate keys with different case",
            "Invalid action",
            "Invalid condition data type",
            "Invalid condition key format",
            "Invalid condition multiple Boolean",
            "Invalid condition operator",
            "Invalid effect",
            "Invalid global condition key",
            "Invalid policy element",
            "Invalid Region",
            "Invalid service",
            "Invalid service condition key",
            "Invalid service in action",
            "Invalid variable for operator",
            "Invalid version",
            "Json syntax error",
            "Missing action",
            "Missing effect",
            "Missing qualifier",
            "Missing statement",
            "Null with if exists",
            "Unsupported element combination",
            "Unsupported global condition key",
            "Missing brace in variable",
            "Missing quote in variable",
            "Unsupported space in variable",
            "Empty variable",
            "Variable unsupported in element",
            "Variable unsupported in version",
            "Private IP address",
            "Private NotIpAddress",
            "Invalid service principal format",
            "Missing tag key in condition",
            "Invalid vpc format",
            "Invalid vpce format",
            "Unsupported action for condition key",
            "Type mismatch IP range",
            "Missing action for condition key",
            "Invalid kms key value",
            "Variable usage too permissive",
            "Wildcard usage too permissive",
        ),
    ),
    (
        Severity.ERROR,
        _NAMES_RESOURCES,
        (
            "ARN account not allowed",
            "ARN Region not allowed",
            "Invalid ARN account",
            "Invalid ARN prefix",
            "Invalid ARN Region",
            "Invalid ARN resource",
            "Invalid ARN service case",
            "Invalid partition",
            "Missing ARN account",
            "Missing ARN field",
            "Missing ARN Region",
            "Missing resource",
        ),
    ),
    (
        Severity.ERROR,
        _NAMES_PRINCIPALS | _RCP,
        ("Invalid principal format", "Invalid principal key", "Missing principal", "Unsupported wildcard in principal"),
    ),
    (Severity.ERROR, _IDENTITY, ("Unsupported principal",)),
    (Severity.ERROR, _IDENTITY | _TRUST, ("Unsupported Sid",)),
    (Severity.ERROR, _EVERY - _RESOURCE, ("Unique Sids required",)),
    (
        Severity.ERROR,
        _SCP,
        ("SCP syntax error action wildcard", "SCP syntax error principal", "Policy size exceeds SCP quota"),
    ),
    (
        Severity.ERROR,
        _RCP,
        (
            "Policy size exceeds RCP quota",
            "RCP syntax error principal",
            "RCP syntax error allow",
            "RCP syntax error NotAction",
            "RCP syntax error action",
        ),
    ),
    (Severity.ERROR, _BUCKET, ("Unsupported action in policy", "Unsupported resource ARN in policy")),
    (
        Severity.ERROR,
        _RESOURCE,
        ("Federated principal not supported", "Unsupported condition key for service principal"),
    ),
    (
        Severity.ERROR,
        _TRUST,
        (
            "Role trust policy syntax error notprincipal",
            "Role trust policy unsupported wildcard in principal",
            "Role trust policy syntax error resource",
            "Invalid federated principal syntax in role trust policy",
            "Mismatched action for principal",
            "Missing action for roles anywhere trust policy",
        ),
    ),
    (
        Severity.WARNING,
        _GRANTS,
        (
            "Create SLR with NotResource",
            "Create SLR with star in action and NotResource",
            "Create SLR with NotAction and NotResource",
            "Create SLR with star in resource",
            "Create SLR with star in action and resource",
            "Create SLR with star in resource and NotAction",
        ),
    ),
    (
        Severity.WARNING,
        _EVERY,
        (
            "Deprecated global condition key",
            "Invalid date value",
            "Missing version",
            "Wildcard without like operator",
            "Type mismatch",
            "Type mismatch Boolean",
            "Type mismatch date",
            "Type mismatch number",
            "Type mismatch string",
            "Use condition key only with supported services",
        ),
    ),
    (Severity.WARNING, _NAMES_PRINCIPALS, ("Invalid role reference", "Invalid user reference")),
    (Severity.WARNING, _RESOURCE, ("Unique Sids recommended",)),
    (Severity.WARNING, _IDENTITY, ("Policy size exceeds identity policy quota",)),
    (Severity.WARNING, _BUCKET, ("Policy size exceeds resource policy quota",)),
    (
        Severity.WARNING,
        _TRUST,
        ("Specific github repo and branch recommended", "Policy size exceeds role trust policy quota"),
    ),
    (
        Severity.WARNING,
        _RCP,
        (
            "RCP missing related principal condition key",
            "RCP missing related service principal condition key",
            "RCP missing service condition key null check",
        ),
    ),
    (
        Severity.SECURITY_WARNING,
        _EVERY,
        (
            "Untrustworthy condition key",
            "ForAllValues with single valued key",
            "Missing paired condition keys",
            "Deny with unsupported tag condition key for service",
            "Deny NotAction with unsupported tag condition key for service",
            "String like operator with ARN condition keys",
            "DynamoDB attributes without select",
            "S3 prefix in negative context",
        ),
    ),
    (
        Severity.SECURITY_WARNING,
        _GRANTS,
        (
            "Pass role with NotResource",
            "Pass role with star in action and NotResource",
            "Pass role with NotAction and NotResource",
            "Pass role with star in resource",
            "Pass role with star in action and resource",
            "Pass role with star in resource and NotAction",
        ),
    ),
    (Severity.SECURITY_WARNING, _RESOURCE, ("Allow with NotPrincipal",)),
    (Severity.SECURITY_WARNING, _BUCKET, ("Restrict access to service principal",)),
    (
        Severity.SECURITY_WARNING,
        _TRUST,
        (
            "Missing condition key for oidc principal",
            "Missing github repo condition key",
            "ForAnyValue with audience claim type",
        ),
    ),
    (
        Severity.SUGGESTION,
        _EVERY,
        (
            "Empty array action",
            "Empty array condition",
            "Empty array condition ForAllValues",
            "Empty array condition ForAnyValue",
            "Empty array condition IfExists",
            "Empty object condition",
            "Empty Sid value",
            "Equivalent to null false",
            "Equivalent to null true",
            "Improve IP range",
            "Null with qualifier",
            "Private IP address subset",
            "Private NotIpAddress subset",
            "Redundant action",
            "Redundant condition value num",
            "Redundant statement",
            "Wildcard in service name",
            "Allow with unsupported tag condition key for service",
            "Allow NotAction with unsupported tag condition key for service",
            "Redundant key due to wildcard in condition",
            "Redundant statement due to wildcard in condition",
        ),
    ),
    (Severity.SUGGESTION, _NAMES_RESOURCES, ("Empty array resource", "Redundant resource")),
    (Severity.SUGGESTION, _NAMES_PRINCIPALS | _RCP, ("Empty array principal", "Empty object principal")),
    (
        Severity.SUGGESTION,
        _BUCKET,
        ("Recommended condition key for service principal", "Irrelevant condition key in policy"),
    ),
    (Severity.SUGGESTION, _TRUST, ("Redundant principal in role trust policy", "Confirm audience claim type")),
)

CATALOGUE = {name: Check(name, severity, types) for severity, types, names in _ROWS for name in names}
"""Every check by its name."""

_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide"

OWN = {
    check.name: check
    for check in (
        Check(
            "Allow with ForAllValues",
            Severity.SECURITY_WARNING,
            _EVERY,
            f"{_GUIDE}/reference_policies_condition-single-vs-multi-valued-context-keys.html",
        ),
        Check(
            "Deny with NotPrincipal",
            Severity.WARNING,
            _RESOURCE,
            f"{_GUIDE}/reference_policies_elements_notprincipal.html",
        ),
    )
}
"""What the User Guide warns of and no check of IAM Access Analyzer finds (P20, P30)."""


def check(name: str) -> Check:
    """Find a check by its name."""
    return CATALOGUE.get(name) or OWN[name]

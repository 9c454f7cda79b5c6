"""PolicyExclusionList: what a simulation would find if policies were not attached."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from iamkit.cloud.iam.parts import invalid_input
from iamkit.cloud.store.entities import AttachedPolicy
from iamkit.policy.patterns import glob

_KINDS = frozenset({"inline", "aws-managed", "user-managed", "permission-boundary", "scp", "rcp"})
_POLICY_ARN = re.compile(r"arn:[a-z-]+:iam::(?:aws|\d{12}):policy/.+", re.DOTALL)
_FORMS = ("PolicyType", "PolicyArn", "InlinePolicyIdentifier")
_MOST = 256


class Exclusions:
    """Which policies a simulation leaves out; raises InvalidInput for an identifier that is none."""

    def __init__(self, given: Sequence[Mapping[str, Any]]) -> None:
        if len(given) > _MOST:
            raise invalid_input(f"PolicyExclusionList can have at most {_MOST} entries.")
        self._kinds: set[str] = set()
        self._arns: list[str] = []
        self._inline: list[Mapping[str, str]] = []
        for each in given:
            self._add(each)

    def _add(self, given: Mapping[str, Any]) -> None:
        forms = [form for form in _FORMS if given.get(form)]
        if len(forms) != 1:
            raise invalid_input(f"A policy identifier has exactly one of {', '.join(_FORMS)}.")
        value = given[forms[0]]
        if forms[0] == "PolicyType":
            if value not in _KINDS:
                raise invalid_input(f"Invalid policy type: {value}")
            self._kinds.add(value)
        elif forms[0] == "PolicyArn":
            prefix, _, name = str(value).rpartition("/")
            if not _POLICY_ARN.fullmatch(value) or "*" in prefix or "?" in prefix or name.count("*") > 1:
                raise invalid_input(f"Invalid policy ARN: {value}")
            self._arns.append(value)
        else:
            if str(value.get("AttachmentName", "")).count("*") > 1 or not value.get("PolicyName"):
                raise invalid_input(f"Invalid inline policy identifier: {value.get('PolicyName', '')}")
            self._inline.append(value)

    @property
    def service_control(self) -> bool:
        """Tell whether service control policies are left out."""
        return "scp" in self._kinds

    def boundary(self, policy: AttachedPolicy) -> bool:
        """Tell whether a permissions boundary is left out."""
        return "permission-boundary" in self._kinds or self._by_arn(policy)

    def leave_out(self, policy: AttachedPolicy) -> bool:
        """Tell whether an identity-based policy is left out."""
        if policy.arn:
            return policy.kind in self._kinds or self._by_arn(policy)
        return "inline" in self._kinds or any(
            each["PolicyName"] == policy.name
            and str(each.get("AttachmentType", "")).lower() == policy.owner_kind
            and glob(each.get("AttachmentName", ""))(policy.owner)
            for each in self._inline
        )

    def _by_arn(self, policy: AttachedPolicy) -> bool:
        return any(glob(pattern)(policy.arn) for pattern in self._arns)

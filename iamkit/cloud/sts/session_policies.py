"""Session policies: one inline, up to ten managed, and the room that they and the session tags take (E11, E21)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from iamkit.arn import Arn, InvalidArn
from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sts.providers import Directory
from iamkit.cloud.sts.tags import SessionTags
from iamkit.policy import InvalidPolicy, Policy, PolicyType

_LONGEST = 2048
# AWS does not document its packed format. Ours is an estimate: the plaintext, deflated, against this many bytes.
_PACKED_BYTES = 512


def session_policies(parameters: Mapping[str, Any], directory: Directory, account: str) -> tuple[Policy, ...] | None:
    """Read the policies that a request passes; None where it passes none.

    Managed policies must be of the account, or AWS's own.
    """
    text, arns = parameters.get("Policy"), policy_arns(parameters)
    if text is None and not arns:
        return None
    if len(text or "") + sum(map(len, arns)) > _LONGEST:
        raise ServiceError(
            "ValidationError", f"The plaintext of the session policies is longer than {_LONGEST} characters"
        )
    inline = () if text is None else (_inline(text),)
    return *inline, *(_managed(arn, directory, account) for arn in arns)


def policy_arns(parameters: Mapping[str, Any]) -> list[str]:
    """List the ARNs of the managed policies that a request passes."""
    return [given.get("arn") or "" for given in parameters.get("PolicyArns") or ()]


def packed_size(parameters: Mapping[str, Any], tags: SessionTags) -> int | None:
    """Tell how much of the room policies and tags take, in percent; None where there are none.

    Raises PackedPolicyTooLarge above 100. The packed format is AWS's secret: the number is an estimate.
    """
    text, arns = parameters.get("Policy") or "", policy_arns(parameters)
    pairs = sorted({**tags.inherited, **tags.passed}.items())
    if not text and not arns and not pairs:
        return None
    plain = "\0".join([text, *arns, *(f"{key}\0{value}" for key, value in pairs)])
    percent = max(1, len(zlib.compress(plain.encode(), 9, -15)) * 100 // _PACKED_BYTES)
    if percent > 100:
        what = (
            f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
            if text or arns
            else f"Packed size of session tags consumes {percent}% of allotted space."
        )
        raise ServiceError("PackedPolicyTooLarge", what)
    return percent


def _inline(text: str) -> Policy:
    try:
        return Policy.parse(text, name="session policy", type=PolicyType.SESSION)
    except InvalidPolicy as error:
        raise ServiceError("MalformedPolicyDocument", str(error.problems[0]).partition("\n")[0]) from None


def _managed(arn: str, directory: Directory, account: str) -> Policy:
    try:
        owner = Arn.parse(arn).account
    except InvalidArn:
        owner = ""
    policy = directory.managed_policy(arn) if owner in (account, "aws") else None
    if policy is None:
        raise ServiceError("ValidationError", f"The session policy {arn} does not exist in account {account}")
    try:
        return policy.as_type(PolicyType.SESSION)
    except InvalidPolicy as error:
        raise ServiceError("MalformedPolicyDocument", str(error.problems[0]).partition("\n")[0]) from None

"""Policy documents as they are put: a broken one is refused at once, and so is one that is too long (P7).

The engine reads the document; the sentence that IAM says comes first, then where the problem is and what helps.
"""

from __future__ import annotations

import re
from typing import Any

from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.iam.parts import account_of
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.entities import inline_policies, nameable
from iamkit.policy import InvalidPolicy, Policy, PolicyType, Problem

# What IAM says, by what the engine found.
_SENTENCES = (
    ("a trust policy needs a `Principal`", "Missing required field Principal"),
    ("has no `Principal`", "Has prohibited field Principal"),
    ("has no `NotPrincipal`", "Has prohibited field NotPrincipal"),
    ("a trust policy has no `Resource`", "Has prohibited field Resource"),
    ("a trust policy has no `NotResource`", "Has prohibited field NotResource"),
    ("the statement has no `Resource`", "Policy statement must contain resources."),
    ("the statement has no `Action`", "Policy statement must contain actions."),
    ("is also that of statement", "Statement IDs (SID) in a single policy must be unique."),
    ("has a wildcard inside a principal", "Invalid principal in policy."),
)
_NO_VENDOR = re.compile(r"`[^`:]*` is no action")
_SPACE = re.compile(r"\s+")
# The sums of an entity's inline policies, in characters that are no white space (P7).
_INLINE = {"user": 2048, "group": 5120, "role": 10_240}
_MANAGED = 6144
_TRUST = 2048
# What a role's trust policy can be about (IAM User Guide, "Roles terms and concepts").
_STS = re.compile(r"sts:.+", re.IGNORECASE)


def check_inline(call: Call, holder: Holder | None, *_: object) -> None:
    """Check PutUserPolicy, PutGroupPolicy and PutRolePolicy."""
    kind = call.operation.removeprefix("Put").removesuffix("Policy").lower()
    text, name = call.parameters.get("PolicyDocument", ""), call.parameters.get(f"{kind.title()}Name", "")
    _read(text, PolicyType.IDENTITY_BASED)
    held = {**inline_policies(account_of(holder), kind, name), call.parameters.get("PolicyName", ""): text}
    if sum(map(_length, held.values())) > _INLINE[kind]:
        limit = _INLINE[kind]
        raise ServiceError("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {kind} {name}", 409)


def check_managed(call: Call, *_: object) -> None:
    """Check CreatePolicy and CreatePolicyVersion."""
    text = call.parameters.get("PolicyDocument", "")
    _read(text, PolicyType.IDENTITY_BASED)
    if _length(text) > _MANAGED:
        raise ServiceError("LimitExceeded", f"Cannot exceed quota for PolicySize: {_MANAGED}", 409)


def check_trust(call: Call, *_: object) -> None:
    """Check the trust policy of CreateRole and UpdateAssumeRolePolicy, its principals as well."""
    name = "AssumeRolePolicyDocument" if call.operation == "CreateRole" else "PolicyDocument"
    text = call.parameters.get(name, "")
    policy = _read(text, PolicyType.TRUST)
    for statement in policy.statements:
        if not all(map(_STS.fullmatch, (*statement.actions, *statement.not_actions))):
            raise malformed("AssumeRole policy may only specify STS AssumeRole actions.")
        for principal in statement.principal_element.aws if statement.principal_element else ():
            if not nameable(principal):
                raise malformed(f'Invalid principal in policy: "AWS":"{principal}"')
    if _length(text) > _TRUST:
        raise ServiceError("LimitExceeded", f"Cannot exceed quota for ACLSizePerRole: {_TRUST}", 409)


def malformed(message: str) -> ServiceError:
    """Refuse a document as IAM does."""
    return ServiceError("MalformedPolicyDocument", message)


def sentence(error: InvalidPolicy) -> str:
    """Say in one line what IAM says of a document, then where the first problem stands and what helps."""
    problem = error.problems[0]
    known = (said for found, said in _SENTENCES if found in problem.message)
    if _NO_VENDOR.search(problem.message):
        said = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    else:
        said = next(known, "Syntax errors in policy.")
    return f"{said.rstrip('.')}. {_one_line(problem)}"


def _one_line(problem: Problem) -> str:
    return "; ".join(line.strip() for line in str(problem).splitlines())


def _read(text: Any, kind: PolicyType) -> Policy:
    try:
        return Policy.parse(text, type=kind)
    except InvalidPolicy as error:
        raise malformed(sentence(error)) from None


def _length(text: str) -> int:
    return len(_SPACE.sub("", text))

"""Statements in the policies of functions and layers, as Lambda writes them (API reference, AddPermission).

moto leaves an account's ID and the ARN of a user as they are, where a policy has no such principal, drops the event
source token, and lets one condition take the place of another: it would let in others than were named.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iamkit.arn import is_account_id

# The parameter, and the operator and the condition key that it becomes.
_CONDITIONS = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("OrganizationId", "StringEquals", "aws:PrincipalOrgID"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)


def statement_of(given: Mapping[str, Any], resource: str) -> dict[str, Any]:
    """Write the statement that AddPermission and AddLayerVersionPermission ask for."""
    statement: dict[str, Any] = {
        "Sid": given["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(given["Principal"]),
        "Action": given["Action"],
        "Resource": resource,
    }
    conditions: dict[str, dict[str, str]] = {}
    for parameter, operator, key in _CONDITIONS:
        value = given.get(parameter)
        if value is not None and value is not False:
            conditions.setdefault(operator, {})[key] = "true" if value is True else str(value)
    return {**statement, "Condition": conditions} if conditions else statement


def _principal(given: str) -> str | dict[str, str]:
    """Name everyone, an account, a service or a principal by its ARN."""
    if given == "*":
        return given
    if is_account_id(given):
        return {"AWS": f"arn:aws:iam::{given}:root"}
    return {"AWS" if given.startswith("arn:") else "Service": given}

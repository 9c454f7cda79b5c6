"""AddPermission: the resource-based policy of a function, a statement at a time.

moto would leave a principal as it was given, and forget a condition beside another; both would change who may invoke.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from iamkit.arn import is_account_id
from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.functions.checking import invalid
from iamkit.cloud.store.functions import add_statement, function_policy

# The parameters that become conditions (API reference, AddPermission; Developer Guide, "Resource-based policies").
_CONDITIONS = (
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)


def add_permission(call: Call, function_arn: str) -> Mapping[str, Any]:
    """Answer AddPermission for a function that exists; the ARN has the qualifier that the call names."""
    statement = _statement(call, function_arn)
    held = function_policy(function_arn)
    revision = call.parameters.get("RevisionId")
    if revision and revision != held.revision:
        raise ServiceError(
            "PreconditionFailedException",
            "The RevisionId provided does not match the latest RevisionId for the Lambda function or alias. "
            "Call the GetPolicy API to retrieve the latest RevisionId for your resource.",
            412,
        )
    sid = statement["Sid"]
    if any(each.get("Sid") == sid for each in held.statements):
        raise ServiceError(
            "ResourceConflictException",
            f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the "
            "existing statement.",
            409,
        )
    add_statement(function_arn, statement)
    return {"Statement": json.dumps(statement, separators=(",", ":"))}


def _statement(call: Call, function_arn: str) -> dict[str, Any]:
    given = call.parameters
    conditions: dict[str, dict[str, str]] = {}
    for parameter, operator, key in _CONDITIONS:
        value = given.get(parameter)
        if value is not None:
            conditions.setdefault(operator, {})[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return {
        "Sid": given["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(given["Principal"]),
        "Action": given["Action"],
        "Resource": function_arn.removesuffix(":$LATEST"),
        **({"Condition": conditions} if conditions else {}),
    }


def _principal(given: str) -> Any:
    if given == "*":
        return "*"
    if is_account_id(given):
        return {"AWS": f"arn:aws:iam::{given}:root"}
    if given.startswith(("arn:aws:iam::", "arn:aws:sts::")):
        return {"AWS": given}
    if given.endswith((".amazonaws.com", ".amazonaws.com.cn")):
        return {"Service": given}
    raise invalid("The provided principal was invalid. Please check the principal and try again.")

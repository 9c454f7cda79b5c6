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
from iamkit.cloud.store.function_policies import statement_of
from iamkit.cloud.store.functions import add_statement, function_policy

_PRINCIPALS = ("arn:aws:iam::", "arn:aws:sts::")
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn")


def add_permission(call: Call, function_arn: str) -> Mapping[str, Any]:
    """Answer AddPermission for a function that exists; the ARN has the qualifier that the call names."""
    principal = call.parameters["Principal"]
    if (
        principal != "*"
        and not principal.startswith(_PRINCIPALS)
        and not principal.endswith(_SERVICES)
        and not is_account_id(principal)
    ):
        raise invalid("The provided principal was invalid. Please check the principal and try again.")
    statement = statement_of(call.parameters, function_arn.removesuffix(":$LATEST"))
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

"""Short ways to write policies of one statement, to make roles with boto3, and to be refused in a cell that goes on."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any


def allow(action: str | Sequence[str], **more: Any) -> str:
    """Write a policy of one statement that allows; what else is in the statement has the names that it has there.

    >>> print(allow("s3:GetObject", Resource="*"))
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
    """
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, **more}})


def trust(
    iam: Any,
    name: str,
    principal: Mapping[str, Any],
    action: str | Sequence[str] = "sts:AssumeRole",
    *,
    path: str = "/",
    **more: Any,
) -> str:
    """Make a role that trusts a principal, or let the one that is there trust it instead; give its ARN."""
    document = allow(action, Principal=dict(principal), **more)
    try:
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document)
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def attempt(call: Callable[..., Any], **parameters: Any) -> Any:
    """Call; where AWS refuses, print why, and give None."""
    from botocore.exceptions import ClientError

    try:
        return call(**parameters)
    except ClientError as refused:
        print("refused:", refused.response["Error"]["Message"])
        return None

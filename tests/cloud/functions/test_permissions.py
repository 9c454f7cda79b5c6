"""AddPermission writes the statement that AWS writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.functions.world import ACCOUNT, OTHER


def added(functions: Any, name: str, **parameters: Any) -> dict[str, Any]:
    """Add a permission to invoke, and give the statement."""
    given = {"StatementId": "one", "Action": "lambda:InvokeFunction", **parameters}
    return dict(json.loads(functions.add_permission(FunctionName=name, **given)["Statement"]))


def refused(call: Any, **parameters: Any) -> tuple[str, int]:
    """Call, and give code and status of the error."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("number", "principal", "written"),
    [
        (1, OTHER, {"AWS": f"arn:aws:iam::{OTHER}:root"}),
        (2, "arn:aws:iam::999999999999:role/app", {"AWS": "arn:aws:iam::999999999999:role/app"}),
        (3, "sns.amazonaws.com", {"Service": "sns.amazonaws.com"}),
        (4, "*", "*"),
    ],
)
def test_principals(functions: Any, create: Callable[..., str], number: int, principal: str, written: Any) -> None:
    """Accounts, roles (of an account that this cloud does not know), services, everybody."""
    arn = create(f"principal-{number}", "")
    statement = {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": written,
        "Action": "lambda:InvokeFunction",
        "Resource": arn,
    }
    assert added(functions, f"principal-{number}", Principal=principal) == statement
    policy = json.loads(functions.get_policy(FunctionName=f"principal-{number}")["Policy"])
    assert policy["Statement"] == [statement]


def test_every_parameter_is_a_condition(functions: Any, create: Callable[..., str]) -> None:
    """None is forgotten beside another."""
    create("conditions", "")
    statement = added(
        functions,
        "conditions",
        Principal="*",
        SourceArn="arn:aws:s3:::amzn-s3-demo-bucket",
        SourceAccount=ACCOUNT,
        PrincipalOrgID="o-exampleorgid",
        EventSourceToken="token",
        FunctionUrlAuthType="AWS_IAM",
    )
    assert statement["Condition"] == {
        "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::amzn-s3-demo-bucket"},
        "StringEquals": {
            "AWS:SourceAccount": ACCOUNT,
            "aws:PrincipalOrgID": "o-exampleorgid",
            "lambda:EventSourceToken": "token",
            "lambda:FunctionUrlAuthType": "AWS_IAM",
        },
    }


def test_what_is_refused(functions: Any, create: Callable[..., str]) -> None:
    """No function, the same ID twice, a policy that has changed, a principal that is none."""
    create("refusing", "")
    add = functions.add_permission
    given = {"FunctionName": "refusing", "StatementId": "one", "Action": "lambda:InvokeFunction", "Principal": OTHER}
    add(**given)
    first = functions.get_policy(FunctionName="refusing")["RevisionId"]
    assert refused(add, **given) == ("ResourceConflictException", 409)
    add(**{**given, "StatementId": "two"}, RevisionId=first)
    stale = {**given, "StatementId": "three", "RevisionId": first}
    assert refused(add, **stale) == ("PreconditionFailedException", 412)
    nobody = {**given, "StatementId": "three", "Principal": "somebody"}
    assert refused(add, **nobody) == ("InvalidParameterValueException", 400)
    assert refused(add, **{**given, "FunctionName": "missing"}) == ("ResourceNotFoundException", 404)
    functions.remove_permission(FunctionName="refusing", StatementId="one")
    assert [
        each["Sid"] for each in json.loads(functions.get_policy(FunctionName="refusing")["Policy"])["Statement"]
    ] == ["two"]

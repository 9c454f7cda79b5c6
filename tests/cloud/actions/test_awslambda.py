"""What each operation of AWS Lambda needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.awslambda import NOT_MODELLED
from iamkit.cloud.calls import Call, ServiceError
from tests.cloud.actions.world import (
    ACCOUNT,
    OTHER,
    Case,
    Context,
    FakeResources,
    Need,
    any_call,
    asked,
    check_any,
    check_coverage,
    ids,
)

FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:report"
FOREIGN = f"arn:aws:lambda:us-east-1:{OTHER}:function:report"
LAYER = f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:tools"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/run"
MAPPING = f"arn:aws:lambda:us-east-1:{ACCOUNT}:event-source-mapping:1234"
PASSED: Context = {"iam:PassedToService": "lambda.amazonaws.com"}
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",), "aws:ResourceTag/team": "red"}
REFERENCE = "Service Authorization Reference, AWS Lambda"
RESOURCES_PAGE = "Developer Guide, Fine-tuning the Resources and Conditions sections of policies"
INVOKE = "API reference, Invoke"


# Buckets have no account in their ARNs, and nobody owns this one.
PACKAGE = Need("s3:GetObject", "arn:aws:s3:::amzn-s3-demo-bucket/code/a.zip", {}, None)


def invoked(name: str, arn: str, account: str = ACCOUNT, **more: str) -> Case:
    """Expect invoking a function by some name to need this ARN."""
    return Case("Invoke", {"FunctionName": name, **more}, (Need("lambda:InvokeFunction", arn, {}, account),), INVOKE)


CASES = [
    Case("ListFunctions", {}, (Need("lambda:ListFunctions"),), REFERENCE),
    invoked("report", FUNCTION),
    invoked("report:live", f"{FUNCTION}:live"),
    invoked("report", f"{FUNCTION}:live", Qualifier="live"),
    invoked("report:live", f"{FUNCTION}:live", Qualifier="live"),
    invoked("report", f"{FUNCTION}:$LATEST", Qualifier="$LATEST"),
    invoked(FUNCTION, FUNCTION),
    invoked(f"{FUNCTION}:7", f"{FUNCTION}:7"),
    invoked(f"{OTHER}:function:report", FOREIGN, OTHER),
    invoked(f"{FOREIGN}:live", f"{FOREIGN}:live", OTHER),
    invoked("111122223333", f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:111122223333"),
    Case(
        "InvokeWithResponseStream",
        {"FunctionName": "report"},
        (Need("lambda:InvokeFunction", FUNCTION),),
        "API reference, InvokeWithResponseStream",
    ),
    Case("GetFunction", {"FunctionName": "report"}, (Need("lambda:GetFunction", FUNCTION),), REFERENCE),
    Case(
        "CreateFunction",
        {"FunctionName": "report", "Role": ROLE, "Code": {}},
        (Need("lambda:CreateFunction", FUNCTION), Need("iam:PassRole", ROLE, PASSED)),
        "Developer Guide, Granting users access to a Lambda function",
    ),
    Case(
        "CreateFunction",
        {
            "FunctionName": "report",
            "Role": ROLE,
            "Tags": {"team": "red"},
            "Layers": [f"{LAYER}:3"],
            "VpcConfig": {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        },
        (
            Need(
                "lambda:CreateFunction",
                FUNCTION,
                {
                    **TAGGED,
                    "lambda:Layer": (f"{LAYER}:3",),
                    "lambda:SubnetIds": ("subnet-1",),
                    "lambda:SecurityGroupIds": ("sg-1",),
                },
            ),
            Need("iam:PassRole", ROLE, PASSED),
            Need("lambda:TagResource", FUNCTION, TAGGED),
            Need("lambda:GetLayerVersion", f"{LAYER}:3"),
        ),
        "Developer Guide, Secure your functions by tag",
    ),
    Case(
        "CreateFunction",
        {"FunctionName": "report", "Role": ROLE, "Code": {"S3Bucket": "amzn-s3-demo-bucket", "S3Key": "code/a.zip"}},
        (Need("lambda:CreateFunction", FUNCTION), Need("iam:PassRole", ROLE, PASSED), PACKAGE),
        "API reference, CreateFunction: Code",
    ),
    Case(
        "UpdateFunctionCode",
        {"FunctionName": "report", "S3Bucket": "amzn-s3-demo-bucket", "S3Key": "code/a.zip"},
        (Need("lambda:UpdateFunctionCode", FUNCTION), PACKAGE),
        "API reference, UpdateFunctionCode",
    ),
    Case(
        "UpdateFunctionConfiguration",
        {"FunctionName": "report", "Role": ROLE},
        (Need("lambda:UpdateFunctionConfiguration", FUNCTION), Need("iam:PassRole", ROLE, PASSED)),
        REFERENCE,
    ),
    Case(
        "UpdateFunctionConfiguration",
        {"FunctionName": "report", "Timeout": 3},
        (Need("lambda:UpdateFunctionConfiguration", FUNCTION),),
        REFERENCE,
    ),
    Case(
        "AddPermission",
        {"FunctionName": "report", "Principal": "s3.amazonaws.com", "Action": "lambda:InvokeFunction"},
        (Need("lambda:AddPermission", FUNCTION, {"lambda:Principal": "s3.amazonaws.com"}),),
        REFERENCE,
    ),
    Case(
        "CreateAlias",
        {"FunctionName": "report", "Name": "live", "FunctionVersion": "1"},
        (Need("lambda:CreateAlias", FUNCTION),),
        RESOURCES_PAGE,
    ),
    Case(
        "CreateEventSourceMapping",
        {"FunctionName": "report", "EventSourceArn": "arn:aws:sqs:us-east-1:111122223333:q"},
        (Need("lambda:CreateEventSourceMapping", "*", {"lambda:FunctionArn": FUNCTION}),),
        RESOURCES_PAGE,
    ),
    Case("GetEventSourceMapping", {"UUID": "1234"}, (Need("lambda:GetEventSourceMapping", MAPPING),), REFERENCE),
    Case(
        "CreateFunctionUrlConfig",
        {"FunctionName": "report", "AuthType": "AWS_IAM"},
        (
            Need(
                "lambda:CreateFunctionUrlConfig",
                FUNCTION,
                {"lambda:FunctionArn": FUNCTION, "lambda:FunctionUrlAuthType": "AWS_IAM"},
            ),
        ),
        REFERENCE,
    ),
    Case(
        "PutProvisionedConcurrencyConfig",
        {"FunctionName": "report", "Qualifier": "live"},
        (Need("lambda:PutProvisionedConcurrencyConfig", f"{FUNCTION}:live"),),
        REFERENCE,
    ),
    Case("PublishLayerVersion", {"LayerName": "tools"}, (Need("lambda:PublishLayerVersion", LAYER),), REFERENCE),
    Case(
        "GetLayerVersion",
        {"LayerName": LAYER, "VersionNumber": 3},
        (Need("lambda:GetLayerVersion", f"{LAYER}:3"),),
        REFERENCE,
    ),
    Case("GetLayerVersionByArn", {"Arn": f"{LAYER}:3"}, (Need("lambda:GetLayerVersion", f"{LAYER}:3"),), REFERENCE),
    Case(
        "TagResource",
        {"Resource": FUNCTION, "Tags": {"team": "red"}},
        (Need("lambda:TagResource", FUNCTION, {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}),),
        REFERENCE,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("lambda", case.operation, case.parameters) == case.needs, case.source


def test_tags_of_the_function_are_told() -> None:
    """A policy can allow the functions that have a tag."""
    (needed,) = asked("lambda", "Invoke", {"FunctionName": "report"}, FakeResources(tagged={FUNCTION: {"team": "red"}}))
    assert needed.context == {"aws:ResourceTag/team": "red"}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("Invoke", {}),
        ("Invoke", {"FunctionName": ""}),
        ("Invoke", {"FunctionName": "a:b:c"}),
        ("Invoke", {"FunctionName": "a:"}),
        ("Invoke", {"FunctionName": "a/b"}),
        ("Invoke", {"FunctionName": "report:live", "Qualifier": "test"}),
        ("Invoke", {"FunctionName": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:report"}),
        ("Invoke", {"FunctionName": LAYER}),
        ("PutProvisionedConcurrencyConfig", {"FunctionName": "report"}),
        ("GetLayerVersion", {"LayerName": "tools", "VersionNumber": "3"}),
        ("CreateFunction", {"FunctionName": FUNCTION, "Role": ROLE}),
        ("CreateFunction", {"FunctionName": "report", "Role": "run"}),
        ("TagResource", {"Resource": LAYER, "Tags": {"a": "b"}}),
    ],
)
def test_what_lambda_would_not_take_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    """Two qualifiers, other regions, and names of other things."""
    with pytest.raises(ServiceError) as caught:
        asked("lambda", operation, parameters)
    assert caught.value.code == "InvalidParameterValueException"


def test_role_of_another_account_cannot_be_passed() -> None:
    """An execution role is the function's account's own."""
    with pytest.raises(ServiceError, match="Cross-account pass role"):
        asked("lambda", "CreateFunction", {"FunctionName": "report", "Role": f"arn:aws:iam::{OTHER}:role/run"})


@pytest.mark.parametrize("name", ["*", "a?b", "ünï"])
def test_names_stay_as_they_are(name: str) -> None:
    """Wildcards in a name are text."""
    arn = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"
    assert asked("lambda", "GetPolicy", {"FunctionName": name}) == (Need("lambda:GetPolicy", arn),)


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("lambda", NOT_MODELLED)


@given(made=any_call("lambda"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made)

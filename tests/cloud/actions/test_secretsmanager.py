"""What each operation of AWS Secrets Manager needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.secretsmanager import NOT_MODELLED
from iamkit.cloud.calls import Call, NotModelled, ServiceError
from tests.cloud.actions.world import (
    ACCOUNT,
    KEY,
    KEY_ID,
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
    on_behalf,
)

SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:prod/db-AbCdEf"
NEW = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:new-??????"
FOREIGN = f"arn:aws:secretsmanager:us-east-1:{OTHER}:secret:shared-GhIjKl"
ROTATE = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:rotate"
RESOURCES = FakeResources(
    tagged={SECRET: {"team": "red"}},
    names={
        ("secretsmanager", "secret", "prod/db"): SECRET,
        ("secretsmanager", "new-secret", "new"): NEW,
        ("kms", "key", KEY_ID): KEY,
    },
)
OWN: Context = {
    "secretsmanager:SecretId": SECRET,
    "aws:ResourceTag/team": "red",
    "secretsmanager:ResourceTag/team": "red",
}
TAGS = [{"Key": "team", "Value": "red"}]
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}
VALIDATING = {"SecretARN": NEW, "SecretVersionId": "RequestToValidateKeyAccess"}
API = "API reference, {}: Required permissions"

CASES = [
    Case("ListSecrets", {}, (Need("secretsmanager:ListSecrets"),), API.format("ListSecrets")),
    Case("GetRandomPassword", {}, (Need("secretsmanager:GetRandomPassword"),), API.format("GetRandomPassword")),
    Case(
        "GetSecretValue",
        {"SecretId": "prod/db"},
        (Need("secretsmanager:GetSecretValue", SECRET, OWN),),
        API.format("GetSecretValue"),
    ),
    Case(
        "GetSecretValue",
        {"SecretId": SECRET, "VersionStage": "AWSCURRENT", "VersionId": "v"},
        (
            Need(
                "secretsmanager:GetSecretValue",
                SECRET,
                {**OWN, "secretsmanager:VersionStage": "AWSCURRENT", "secretsmanager:VersionId": "v"},
            ),
        ),
        "Service Authorization Reference, AWS Secrets Manager",
    ),
    Case(
        "GetSecretValue",
        {"SecretId": FOREIGN},
        (Need("secretsmanager:GetSecretValue", FOREIGN, {"secretsmanager:SecretId": FOREIGN}, OTHER),),
        "User Guide, Access secrets from a different account",
    ),
    Case(
        "BatchGetSecretValue",
        {"SecretIdList": ["prod/db"]},
        (Need("secretsmanager:BatchGetSecretValue"), Need("secretsmanager:GetSecretValue", SECRET, OWN)),
        API.format("BatchGetSecretValue"),
    ),
    Case(
        "CreateSecret",
        {"Name": "new", "Tags": TAGS, "KmsKeyId": KEY_ID, "AddReplicaRegions": [{"Region": "eu-west-1"}]},
        (
            Need(
                "secretsmanager:CreateSecret",
                NEW,
                {
                    **TAGGED,
                    "secretsmanager:Name": "new",
                    "secretsmanager:KmsKeyId": KEY_ID,
                    "secretsmanager:KmsKeyArn": KEY,
                    "secretsmanager:AddReplicaRegions": ("eu-west-1",),
                },
            ),
            Need("secretsmanager:TagResource", NEW, TAGGED),
            Need(
                "secretsmanager:ReplicateSecretToRegions",
                NEW,
                {**TAGGED, "secretsmanager:AddReplicaRegions": ("eu-west-1",)},
            ),
            on_behalf("kms:GenerateDataKey", "secretsmanager", VALIDATING),
            on_behalf("kms:Decrypt", "secretsmanager", VALIDATING),
        ),
        API.format("CreateSecret"),
    ),
    Case(
        "DeleteSecret",
        {"SecretId": "prod/db", "ForceDeleteWithoutRecovery": True},
        (Need("secretsmanager:DeleteSecret", SECRET, {**OWN, "secretsmanager:ForceDeleteWithoutRecovery": "true"}),),
        API.format("DeleteSecret"),
    ),
    Case(
        "PutResourcePolicy",
        {"SecretId": "prod/db", "ResourcePolicy": "{}", "BlockPublicPolicy": True},
        (Need("secretsmanager:PutResourcePolicy", SECRET, {**OWN, "secretsmanager:BlockPublicPolicy": "true"}),),
        API.format("PutResourcePolicy"),
    ),
    Case(
        "ValidateResourcePolicy",
        {"SecretId": "prod/db", "ResourcePolicy": "{}"},
        (
            Need("secretsmanager:ValidateResourcePolicy", SECRET, OWN),
            Need("secretsmanager:PutResourcePolicy", SECRET, OWN),
        ),
        API.format("ValidateResourcePolicy"),
    ),
    Case(
        "RotateSecret",
        {"SecretId": "prod/db", "RotationLambdaARN": ROTATE},
        (
            Need(
                "secretsmanager:RotateSecret",
                SECRET,
                {**OWN, "secretsmanager:RotationLambdaARN": ROTATE, "secretsmanager:ModifyRotationRules": "false"},
            ),
            Need("lambda:InvokeFunction", ROTATE),
        ),
        API.format("RotateSecret"),
    ),
    Case(
        "TagResource",
        {"SecretId": "prod/db", "Tags": TAGS},
        (Need("secretsmanager:TagResource", SECRET, {**OWN, **TAGGED}),),
        API.format("TagResource"),
    ),
    Case(
        "UntagResource",
        {"SecretId": "prod/db", "TagKeys": ["team"]},
        (Need("secretsmanager:UntagResource", SECRET, {**OWN, "aws:TagKeys": ("team",)}),),
        API.format("UntagResource"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("secretsmanager", case.operation, case.parameters, RESOURCES) == case.needs, case.source


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetSecretValue", {}),
        ("GetSecretValue", {"SecretId": "arn:aws:s3:::bucket"}),
        ("GetSecretValue", {"SecretId": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:a-AbCdEf"}),
        ("CreateSecret", {"Name": "a:b"}),
        ("ValidateResourcePolicy", {"ResourcePolicy": "{}"}),
    ],
)
def test_what_secrets_manager_would_not_take_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    """Other things' ARNs, other regions, and names that are none."""
    with pytest.raises(ServiceError) as caught:
        asked("secretsmanager", operation, parameters, RESOURCES)
    assert caught.value.code == "ValidationException"


def test_filters_of_a_batch_are_not_modelled() -> None:
    """Which secrets a filter would find is not known before it is asked."""
    with pytest.raises(NotModelled):
        asked("secretsmanager", "BatchGetSecretValue", {"Filters": [{"Key": "name", "Values": ["prod"]}]})


def test_secrets_of_several_accounts_are_not_modelled() -> None:
    """The call is executed in one account."""
    with pytest.raises(NotModelled, match="several accounts"):
        asked("secretsmanager", "BatchGetSecretValue", {"SecretIdList": ["prod/db", FOREIGN]}, RESOURCES)


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("secretsmanager", NOT_MODELLED)


@given(made=any_call("secretsmanager"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made, RESOURCES)

"""AWS Secrets Manager, row by row, with boto3; what it asks of AWS KMS for a key of the customer is tried elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.cloud.real.harness import Need, Row, Trial, Value, World, a_world, check, nothing, without_entry

NEW = "arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????"
TEAM = {"aws:ResourceTag/team": "a", "secretsmanager:ResourceTag/team": "a"}
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        },
    }
)
Held = Mapping[str, Any]


def a_name(world: World) -> Held:
    """Take a name that no secret has."""
    return {"name": world.name("prod/db")}


def a_secret(world: World) -> Held:
    """Make a secret with a tag and two versions."""
    held, secrets = a_name(world), world.admin("secretsmanager")
    made = secrets.create_secret(
        Name=held["name"], SecretString="one", Tags=[{"Key": "team", "Value": "a"}], ClientRequestToken="a" * 32
    )
    secrets.put_secret_value(SecretId=held["name"], SecretString="two", ClientRequestToken="b" * 32)
    return {**held, "arn": made["ARN"], "old": "a" * 32, "current": "b" * 32}


def two_secrets(world: World) -> Held:
    """Make two secrets."""
    return {**a_secret(world), "other": a_secret(world)["arn"]}


def deleted(world: World) -> Held:
    """Make a secret, and delete it."""
    held = a_secret(world)
    world.admin("secretsmanager").delete_secret(SecretId=held["arn"])
    return held


def with_policy(world: World) -> Held:
    """Make a secret with a policy."""
    held = a_secret(world)
    world.admin("secretsmanager").put_resource_policy(SecretId=held["arn"], ResourcePolicy=POLICY)
    return held


def used(action: str, version: str = "{current}") -> Need:
    """Expect an action on the key that AWS manages; its key policy allows it, but a deny would count."""
    keys = {"kms:EncryptionContext:SecretVersionId": version} if version else {}
    return Need(f"kms:{action}", "arn:aws:kms:{region}:{account}:key/*", keys, given=True)


def row(
    operation: str,
    prepare: Callable[[World], Held] = a_secret,
    *more: Need,
    keys: Mapping[str, Value] | None = None,
    ends: str = "",
    note: str = "",
    **parameters: Any,
) -> Row:
    """Write the entry of an operation on a secret, which is named without its last characters."""
    own = Need(f"secretsmanager:{operation}", "{arn}", {"secretsmanager:SecretId": "{arn}", **TEAM, **(keys or {})})
    return Row("secretsmanager", operation, {"SecretId": "{name}", **parameters}, (own, *more), prepare, ends, note)


ROWS = (
    Row(
        "secretsmanager",
        "CreateSecret",
        {"Name": "{name}", "Description": "d", "SecretString": "s", "ClientRequestToken": "c" * 32},
        (
            Need(
                "secretsmanager:CreateSecret",
                NEW,
                {"secretsmanager:Name": "{name}", "secretsmanager:Description": "d"},
            ),
            used("GenerateDataKey", "c" * 32),
        ),
        a_name,
    ),
    Row(
        "secretsmanager",
        "CreateSecret",
        {"Name": "{name}", "Tags": [{"Key": "team", "Value": "a"}], "AddReplicaRegions": [{"Region": "eu-west-1"}]},
        (
            Need("secretsmanager:CreateSecret", NEW, {"aws:RequestTag/team": "a"}),
            Need("secretsmanager:TagResource", NEW, {"aws:RequestTag/team": "a", "aws:TagKeys": ["team"]}),
            Need("secretsmanager:ReplicateSecretToRegions", NEW, {"secretsmanager:AddReplicaRegions": ["eu-west-1"]}),
        ),
        a_name,
        note="tagged-and-replicated",
    ),
    row("GetSecretValue", a_secret, used("Decrypt")),
    row(
        "GetSecretValue",
        a_secret,
        used("Decrypt", "{old}"),
        keys={"secretsmanager:VersionStage": "AWSPREVIOUS"},
        VersionStage="AWSPREVIOUS",
        note="stage",
    ),
    row(
        "GetSecretValue",
        a_secret,
        used("Decrypt", "{old}"),
        keys={"secretsmanager:VersionId": "{old}"},
        VersionId="{old}",
        note="version",
    ),
    Row(
        "secretsmanager",
        "GetSecretValue",
        {"SecretId": "{name}"},
        (Need("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:{region}:{account}:secret:{name}"),),
        a_name,
        ends="ResourceNotFoundException",
        note="none",
    ),
    Row(
        "secretsmanager",
        "BatchGetSecretValue",
        {"SecretIdList": ["{name}", "{other}"]},
        (
            Need("secretsmanager:BatchGetSecretValue"),
            Need("secretsmanager:GetSecretValue", "{arn}", TEAM),
            Need("secretsmanager:GetSecretValue", "{other}", TEAM),
            used("Decrypt"),
        ),
        two_secrets,
    ),
    row("PutSecretValue", a_secret, used("GenerateDataKey", ""), SecretString="three"),
    row(
        "UpdateSecret",
        keys={"secretsmanager:Description": "new"},
        Description="new",
    ),
    row("UpdateSecret", a_secret, used("GenerateDataKey", ""), SecretString="three", note="value"),
    row(
        "ReplicateSecretToRegions",
        a_secret,
        used("Decrypt"),
        keys={"secretsmanager:AddReplicaRegions": ["eu-west-1"]},
        AddReplicaRegions=[{"Region": "eu-west-1"}],
    ),
    Row(
        "secretsmanager",
        "RotateSecret",
        {"SecretId": "{arn}", "RotationLambdaARN": "arn:aws:lambda:{region}:{account}:function:rotate"},
        (
            Need(
                "secretsmanager:RotateSecret",
                "{arn}",
                {"secretsmanager:RotationLambdaARN": "arn:aws:lambda:{region}:{account}:function:rotate"},
            ),
            Need("lambda:InvokeFunction", "arn:aws:lambda:{region}:{account}:function:rotate"),
        ),
        a_secret,
        ends="ResourceNotFoundException",
    ),
    Row(
        "secretsmanager",
        "ValidateResourcePolicy",
        {"SecretId": "{arn}", "ResourcePolicy": POLICY},
        (Need("secretsmanager:ValidateResourcePolicy", "{arn}"), Need("secretsmanager:PutResourcePolicy", "{arn}")),
        a_secret,
        ends="NotModelled",
    ),
    # Rows that follow from the names.
    Row("secretsmanager", "ListSecrets", {}, (Need("secretsmanager:ListSecrets"),), nothing),
    Row("secretsmanager", "GetRandomPassword", {}, (Need("secretsmanager:GetRandomPassword"),), nothing),
    row("DescribeSecret"),
    row("ListSecretVersionIds"),
    row(
        "DeleteSecret",
        keys={"secretsmanager:ForceDeleteWithoutRecovery": "true"},
        ForceDeleteWithoutRecovery=True,
    ),
    row("DeleteSecret", keys={"secretsmanager:RecoveryWindowInDays": "7"}, RecoveryWindowInDays=7, note="window"),
    row("RestoreSecret", deleted),
    row("GetResourcePolicy", with_policy),
    row(
        "PutResourcePolicy",
        keys={"secretsmanager:BlockPublicPolicy": "true"},
        ResourcePolicy=POLICY,
        BlockPublicPolicy=True,
    ),
    row("DeleteResourcePolicy", with_policy),
    row(
        "TagResource",
        keys={"aws:RequestTag/stage": "test", "aws:TagKeys": ["stage"]},
        Tags=[{"Key": "stage", "Value": "test"}],
    ),
    row("UntagResource", keys={"aws:TagKeys": ["team"]}, TagKeys=["team"]),
    row(
        "UpdateSecretVersionStage",
        keys={"secretsmanager:VersionStage": "AWSCURRENT"},
        VersionStage="AWSCURRENT",
        MoveToVersionId="{old}",
        RemoveFromVersionId="{current}",
    ),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("entry", ROWS, ids=str)
def test_rows(world: World, entry: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, entry)


def test_every_row_has_an_entry() -> None:
    """A row that nobody tries may be wrong."""
    assert not without_entry("secretsmanager", ROWS)


def test_a_secret_gets_the_arn_that_was_decided(world: World) -> None:
    """Its last six characters are drawn once; a policy of a name with six question marks allows to make it."""
    trial = Trial(world, ROWS[0])
    world.permit({"Effect": "Allow", "Action": "secretsmanager:CreateSecret", "Resource": trial.needs[0].resource})
    made = world.caller("secretsmanager").create_secret(**trial.parameters)["ARN"]
    *_, event = world.cloud.trail
    assert event.evaluations[0].request.resource.arn == made
    other = {"Name": trial.parameters["Name"] + "x", "SecretString": "s"}
    assert Trial(world, ROWS[0]).call().startswith("AccessDenied")
    with pytest.raises(world.admin("secretsmanager").exceptions.ClientError, match="AccessDenied"):
        world.caller("secretsmanager").create_secret(**other)

"""AWS Secrets Manager: secrets by name or ARN, whose ARNs end in random characters.

API reference: "Required permissions" of each operation.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import keys_of, text_of
from iamkit.cloud.actions.rows import Service, both, on, table, tagged, when
from iamkit.cloud.calls import NotModelled
from iamkit.policy.variables import ContextValue


def _named(ask: Ask, name: str, parameter: str) -> str:
    if name.startswith("arn:"):
        ask.given_arn(name, parameter, kind="secret:")
    return ask.found("secretsmanager", "secret", name, "secret:")


def _secret(ask: Ask) -> str:
    return _named(ask, ask.text("SecretId"), "SecretId")


def _new(ask: Ask) -> str:
    """Give the ARN that a new secret will have, as far as it is known: its last characters are not."""
    name = ask.text("Name", ":")
    return ask.found("secretsmanager", "secret", name, "secret:")


def _batch(ask: Ask) -> Iterator[Authorization]:
    """BatchGetSecretValue needs its own action, and to get each of the secrets."""
    if ask.items("Filters"):
        raise NotModelled("filters in BatchGetSecretValue", "name the secrets in SecretIdList")
    yield ask.need("secretsmanager:BatchGetSecretValue")
    for each in ask.items("SecretIdList"):
        arn = _named(ask, ask.checked(each, "SecretIdList"), "SecretIdList")
        yield ask.need("secretsmanager:GetSecretValue", arn, {"secretsmanager:SecretId": arn})


def _rotate(ask: Ask) -> Iterator[Authorization]:
    """RotateSecret calls the function that it is given."""
    yield ask.need("secretsmanager:RotateSecret", _secret(ask))
    if ask.optional("RotationLambdaARN"):
        arn = ask.given_arn(ask.text("RotationLambdaARN"), "RotationLambdaARN", "lambda", "function:")
        yield ask.need("lambda:InvokeFunction", arn)


def _regions(ask: Ask) -> ContextValue | None:
    given = (ask.mapping(each, "AddReplicaRegions").get("Region") for each in ask.items("AddReplicaRegions"))
    return tuple(region for region in given if isinstance(region, str)) or None


def _secret_id(ask: Ask) -> ContextValue | None:
    return _secret(ask) if ask.given("SecretId") is not None else None


def _kms_arn(ask: Ask) -> ContextValue | None:
    key = ask.optional("KmsKeyId")
    return ask.found("kms", "key", key, "key/") if key else None


def _rotation_rules(ask: Ask) -> ContextValue:
    return text_of(ask.given("RotationRules") is not None) or "false"


ROWS = table(
    CreateSecret=both(
        tagged(on("secretsmanager:CreateSecret", _new), "secretsmanager:TagResource", _new),
        when("AddReplicaRegions", on("secretsmanager:ReplicateSecretToRegions", _new)),
    ),
    BatchGetSecretValue=_batch,
    RotateSecret=_rotate,
    ValidateResourcePolicy=both(
        on("secretsmanager:ValidateResourcePolicy", _secret), on("secretsmanager:PutResourcePolicy", _secret)
    ),
)

# Replicas in other accounts.
NOT_MODELLED = frozenset({"AssociateCrossAccountReplica", "DisassociateCrossAccountReplica", "ListResourcePolicies"})

SECRETSMANAGER = Service(
    "secretsmanager",
    "secretsmanager",
    {"Secret": _secret},
    ROWS,
    keys_of(
        {
            "secretsmanager:AddReplicaRegions": _regions,
            "secretsmanager:BlockPublicPolicy": "BlockPublicPolicy",
            "secretsmanager:Description": "Description",
            "secretsmanager:ForceDeleteWithoutRecovery": "ForceDeleteWithoutRecovery",
            "secretsmanager:ForceOverwriteReplicaSecret": "ForceOverwriteReplicaSecret",
            "secretsmanager:KmsKeyArn": _kms_arn,
            "secretsmanager:KmsKeyId": "KmsKeyId",
            "secretsmanager:ModifyRotationRules": _rotation_rules,
            "secretsmanager:Name": "Name",
            "secretsmanager:RecoveryWindowInDays": "RecoveryWindowInDays",
            "secretsmanager:RotateImmediately": "RotateImmediately",
            "secretsmanager:RotationLambdaARN": "RotationLambdaARN",
            "secretsmanager:SecretId": _secret_id,
            "secretsmanager:Type": "Type",
            "secretsmanager:VersionId": "VersionId",
            "secretsmanager:VersionStage": "VersionStage",
        }
    ),
    NOT_MODELLED,
)

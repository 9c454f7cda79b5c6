"""AWS Secrets Manager: secrets by name or ARN, whose ARNs end in random characters.

API reference: "Required permissions" of each operation.
"""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.encryption import existing, key_in, on_behalf
from iamkit.cloud.actions.keys import keys_of, tags_of, text_of
from iamkit.cloud.actions.rows import Service, both, on, table
from iamkit.cloud.calls import NotModelled
from iamkit.policy.variables import ContextValue


def _named(ask: Ask, name: str, parameter: str) -> str:
    if name.startswith("arn:"):
        ask.given_arn(name, parameter, kind="secret:")
    return ask.found("secretsmanager", "secret", name, "secret:")


def _secret(ask: Ask) -> str:
    return _named(ask, ask.text("SecretId"), "SecretId")


def _new(ask: Ask) -> str:
    """Give the ARN that a new secret will have, its last six characters included.

    Policies name a secret that does not exist yet with `secret:NAME-??????` (Secrets Manager User Guide, "Limiting
    access to specific secrets").
    """
    name = ask.text("Name", ":")
    return ask.found("secretsmanager", "new-secret", name, "secret:")


def _batch(ask: Ask) -> Iterator[Authorization]:
    """BatchGetSecretValue needs its own action, and to get each of the secrets."""
    if ask.items("Filters"):
        raise NotModelled("filters in BatchGetSecretValue", "name the secrets in SecretIdList")
    yield ask.need("secretsmanager:BatchGetSecretValue")
    for each in ask.items("SecretIdList"):
        arn = _named(ask, ask.checked(each, "SecretIdList"), "SecretIdList")
        yield ask.need("secretsmanager:GetSecretValue", arn, {"secretsmanager:SecretId": arn})
        yield from _decrypted(ask, arn)


# What the User Guide says of AWS KMS stands in "Secret encryption and decryption in AWS Secrets Manager".
_VALIDATING = "RequestToValidateKeyAccess"
_MANAGED = "alias/aws/secretsmanager"


def _on_behalf(ask: Ask, action: str, key: str, secret: str, version: str | None) -> Authorization:
    pairs = {"SecretARN": secret} | ({"SecretVersionId": version} if version else {})
    return on_behalf(ask, action, key, pairs)


def _decrypted(ask: Ask, secret: str) -> Iterator[Authorization]:
    """To be read, a version's data key is decrypted."""
    version, stage = ask.optional("VersionId"), ask.optional("VersionStage")
    encryption = ask.resources.encryption(secret, version=version, stage=stage)
    if encryption is not None:
        yield _on_behalf(ask, "Decrypt", encryption.key, secret, encryption.version)


def _encrypted(ask: Ask, secret: str, key: str) -> Iterator[Authorization]:
    """A new value takes a data key."""
    if any(ask.given(name) for name in ("SecretString", "SecretBinary")):
        yield _on_behalf(ask, "GenerateDataKey", key, secret, ask.optional("ClientRequestToken"))


def _validated(ask: Ask, secret: str, key: str) -> Iterator[Authorization]:
    """Whoever sets a secret's key must be able to use it ("Validating access to the KMS key")."""
    for action in ("GenerateDataKey", "Decrypt"):
        yield _on_behalf(ask, action, existing(ask, key), secret, _VALIDATING)


def _create(ask: Ask) -> Iterator[Authorization]:
    """CreateSecret."""
    arn = _new(ask)
    yield ask.need("secretsmanager:CreateSecret", arn)
    if tags_of(ask):
        yield ask.need("secretsmanager:TagResource", arn)
    if ask.given("AddReplicaRegions"):
        yield ask.need("secretsmanager:ReplicateSecretToRegions", arn)
    key = key_in(ask, ask.optional("KmsKeyId"), _MANAGED)
    if ask.optional("KmsKeyId"):
        yield from _validated(ask, arn, key)
    yield from _encrypted(ask, arn, key)
    yield from _replica_keys(ask, arn)


def _put(ask: Ask) -> Iterator[Authorization]:
    """PutSecretValue."""
    arn = _secret(ask)
    yield ask.need("secretsmanager:PutSecretValue", arn)
    encryption = ask.resources.encryption(arn)
    if encryption is not None:
        yield from _encrypted(ask, arn, encryption.key)


def _update(ask: Ask) -> Iterator[Authorization]:
    """UpdateSecret; without kms:Encrypt on a new key what is old stays under the old one (API reference)."""
    arn = _secret(ask)
    yield ask.need("secretsmanager:UpdateSecret", arn)
    given, encryption = ask.optional("KmsKeyId"), ask.resources.encryption(arn)
    if given:
        yield from _validated(ask, arn, key_in(ask, given, _MANAGED))
    if encryption is not None:
        yield from _encrypted(ask, arn, key_in(ask, given, _MANAGED) if given else encryption.key)


def _get(ask: Ask) -> Iterator[Authorization]:
    """GetSecretValue."""
    arn = _secret(ask)
    yield ask.need("secretsmanager:GetSecretValue", arn)
    yield from _decrypted(ask, arn)


def _replicate(ask: Ask) -> Iterator[Authorization]:
    """ReplicateSecretToRegions reads the secret, and writes it with the keys of other Regions (API reference)."""
    arn = _secret(ask)
    yield ask.need("secretsmanager:ReplicateSecretToRegions", arn)
    yield from _decrypted(ask, arn)
    yield from _replica_keys(ask, arn)


def _replica_keys(ask: Ask, secret: str) -> Iterator[Authorization]:
    for each in ask.items("AddReplicaRegions"):
        replica = ask.mapping(each, "AddReplicaRegions")
        key, region = replica.get("KmsKeyId"), replica.get("Region")
        if not isinstance(key, str) or not isinstance(region, str) or not key:
            continue
        arn = ask.resources.resolve("kms", "key", key, ask.account, region)
        for action in ("GenerateDataKey", "Encrypt"):
            yield _on_behalf(ask, action, existing(ask, arn), secret, None)


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
    CreateSecret=_create,
    PutSecretValue=_put,
    UpdateSecret=_update,
    GetSecretValue=_get,
    ReplicateSecretToRegions=_replicate,
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

"""AWS KMS, row by row, with boto3: keys by ID, ARN and alias, and what a cryptographic operation says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from tests.cloud.real.harness import Need, Row, Value, World, a_world, check, nothing, without_entry

KEY = "arn:aws:kms:{region}:{account}:key/{id}"
ALIAS = "arn:aws:kms:{region}:{account}:{alias}"
SYMMETRIC = {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
TEAM = {"aws:ResourceTag/team": "a"}
CONTEXT = {"tenant": "red"}
IN_CONTEXT: Mapping[str, Value] = {
    "kms:EncryptionContext:tenant": "red",
    "kms:EncryptionContextKeys": ["tenant"],
    **SYMMETRIC,
}
Held = Mapping[str, Any]


def of(**parameters: Any) -> Callable[[World], Held]:
    """Make a key."""

    def prepare(world: World) -> Held:
        tags = [{"TagKey": "team", "TagValue": "a"}]
        made = world.admin("kms").create_key(Tags=tags, **parameters)["KeyMetadata"]
        return {"id": made["KeyId"], "arn": made["Arn"]}

    return prepare


a_key = of()
to_sign = of(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
for_macs = of(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
to_agree = of(KeySpec="ECC_NIST_P256", KeyUsage="KEY_AGREEMENT")


def named(world: World) -> Held:
    """Make a key with an alias."""
    held = {**a_key(world), "alias": world.name("alias/a")}
    world.admin("kms").create_alias(AliasName=held["alias"], TargetKeyId=held["id"])
    return held


def two_keys(world: World) -> Held:
    """Make a key with an alias, and another key to move it to."""
    return {**named(world), "other": a_key(world)["id"]}


def encrypted(world: World) -> Held:
    """Encrypt something with a key, in a context; make another key."""
    held = named(world)
    blob = world.admin("kms").encrypt(KeyId=held["id"], Plaintext=b"x", EncryptionContext=CONTEXT)["CiphertextBlob"]
    return {**held, "blob": blob, "other": a_key(world)["id"]}


def signed(world: World) -> Held:
    """Sign something."""
    held = to_sign(world)
    made = world.admin("kms").sign(KeyId=held["id"], Message=b"x", SigningAlgorithm="RSASSA_PSS_SHA_256")
    return {**held, "signature": made["Signature"]}


def authenticated(world: World) -> Held:
    """Make a message authentication code."""
    held = for_macs(world)
    return {
        **held,
        "mac": world.admin("kms").generate_mac(KeyId=held["id"], Message=b"x", MacAlgorithm="HMAC_SHA_256")["Mac"],
    }


def granted(world: World) -> Held:
    """Grant something on a key."""
    held = a_key(world)
    principal = "arn:aws:iam::111122223333:user/caller"
    made = world.admin("kms").create_grant(KeyId=held["id"], GranteePrincipal=principal, Operations=["Decrypt"])
    return {**held, "grant": made["GrantId"]}


def row(
    operation: str,
    prepare: Callable[[World], Held] = a_key,
    *,
    keys: Mapping[str, Value] | None = None,
    ends: str = "",
    note: str = "",
    **parameters: Any,
) -> Row:
    """Write the entry of an operation on one key, which is named by its ID."""
    needs = (Need(f"kms:{operation}", KEY, {"kms:CallerAccount": "{account}", **TEAM, **(keys or {})}),)
    return Row("kms", operation, {"KeyId": "{id}", **parameters}, needs, prepare, ends, note)


SIGNING = {"SigningAlgorithm": "RSASSA_PSS_SHA_256"}
MAC = {"MacAlgorithm": "HMAC_SHA_256"}
NOT_BUILT = "NotModelled"

ROWS = (
    Row(
        "kms",
        "CreateKey",
        {},
        (
            Need(
                "kms:CreateKey",
                "*",
                {
                    "kms:KeySpec": "SYMMETRIC_DEFAULT",
                    "kms:KeyUsage": "ENCRYPT_DECRYPT",
                    "kms:KeyOrigin": "AWS_KMS",
                    "kms:MultiRegion": "false",
                },
            ),
        ),
        nothing,
    ),
    Row(
        "kms",
        "CreateKey",
        {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY", "Tags": [{"TagKey": "team", "TagValue": "a"}]},
        (
            Need(
                "kms:CreateKey", "*", {"kms:KeySpec": "RSA_2048", "aws:RequestTag/team": "a", "aws:TagKeys": ["team"]}
            ),
            Need("kms:TagResource", "arn:aws:kms:{region}:{account}:key/*", {"aws:RequestTag/team": "a"}),
        ),
        nothing,
        note="tagged",
    ),
    row("Encrypt", keys=IN_CONTEXT, Plaintext=b"x", EncryptionContext=CONTEXT),
    Row(
        "kms",
        "Encrypt",
        {"KeyId": "{alias}", "Plaintext": b"x"},
        (Need("kms:Encrypt", KEY, {"kms:RequestAlias": "{alias}", "kms:ResourceAliases": ["{alias}"]}),),
        named,
        note="alias",
    ),
    Row(
        "kms",
        "Decrypt",
        {"CiphertextBlob": "{blob}", "EncryptionContext": CONTEXT},
        (Need("kms:Decrypt", KEY, IN_CONTEXT),),
        encrypted,
    ),
    row("Decrypt", encrypted, keys=IN_CONTEXT, CiphertextBlob="{blob}", EncryptionContext=CONTEXT, note="named"),
    row(
        "Decrypt",
        encrypted,
        CiphertextBlob="{blob}",
        EncryptionContext={"tenant": "blue"},
        keys={"kms:EncryptionContext:tenant": "blue"},
        ends="InvalidCiphertextException",
        note="other-context",
    ),
    Row(
        "kms",
        "ReEncrypt",
        {
            "CiphertextBlob": "{blob}",
            "SourceEncryptionContext": CONTEXT,
            "DestinationKeyId": "{other}",
            "DestinationEncryptionContext": {"tenant": "blue"},
        },
        (
            Need("kms:ReEncryptFrom", KEY, {**IN_CONTEXT, "kms:ReEncryptOnSameKey": "false"}),
            Need(
                "kms:ReEncryptTo",
                "arn:aws:kms:{region}:{account}:key/{other}",
                {"kms:EncryptionContext:tenant": "blue", "kms:ReEncryptOnSameKey": "false"},
            ),
        ),
        encrypted,
    ),
    row("GenerateDataKey", keys=IN_CONTEXT, KeySpec="AES_256", EncryptionContext=CONTEXT),
    row("GenerateDataKeyWithoutPlaintext", keys=IN_CONTEXT, KeySpec="AES_256", EncryptionContext=CONTEXT),
    row("GenerateDataKeyPair", keys={"kms:DataKeyPairSpec": "RSA_2048"}, KeyPairSpec="RSA_2048", ends=NOT_BUILT),
    row(
        "GenerateDataKeyPairWithoutPlaintext",
        keys={"kms:DataKeyPairSpec": "RSA_2048"},
        KeyPairSpec="RSA_2048",
        ends=NOT_BUILT,
    ),
    row("DescribeKey", keys={"kms:KeySpec": "SYMMETRIC_DEFAULT", "kms:MultiRegion": "false"}),
    row("GetPublicKey", to_sign, keys={"kms:KeySpec": "RSA_2048", "kms:KeyUsage": "SIGN_VERIFY"}),
    row("Sign", to_sign, keys={"kms:SigningAlgorithm": "RSASSA_PSS_SHA_256"}, Message=b"x", **SIGNING),
    row(
        "Verify",
        signed,
        keys={"kms:SigningAlgorithm": "RSASSA_PSS_SHA_256"},
        Message=b"x",
        Signature="{signature}",
        **SIGNING,
    ),
    row("GenerateMac", for_macs, keys={"kms:MacAlgorithm": "HMAC_SHA_256"}, Message=b"x", **MAC),
    row("VerifyMac", authenticated, keys={"kms:MacAlgorithm": "HMAC_SHA_256"}, Message=b"x", Mac="{mac}", **MAC),
    row(
        "DeriveSharedSecret",
        to_agree,
        keys={"kms:KeyAgreementAlgorithm": "ECDH"},
        KeyAgreementAlgorithm="ECDH",
        PublicKey=b"p",
        ends=NOT_BUILT,
    ),
    row("Encapsulate", ends=NOT_BUILT, EncapsulationAlgorithm="ML_KEM_768"),
    row("Decapsulate", ends=NOT_BUILT, EncapsulationAlgorithm="ML_KEM_768", SharedSecretCiphertextBlob=b"c"),
    # An alias needs the action on itself and on its key.
    Row(
        "kms",
        "CreateAlias",
        {"AliasName": "{alias}", "TargetKeyId": "{id}"},
        (Need("kms:CreateAlias", ALIAS), Need("kms:CreateAlias", KEY, TEAM)),
        lambda world: {**a_key(world), "alias": world.name("alias/new")},
    ),
    Row(
        "kms",
        "UpdateAlias",
        {"AliasName": "{alias}", "TargetKeyId": "{other}"},
        (
            Need("kms:UpdateAlias", ALIAS),
            Need("kms:UpdateAlias", KEY),
            Need("kms:UpdateAlias", "arn:aws:kms:{region}:{account}:key/{other}"),
        ),
        two_keys,
    ),
    Row(
        "kms",
        "DeleteAlias",
        {"AliasName": "{alias}"},
        (Need("kms:DeleteAlias", ALIAS), Need("kms:DeleteAlias", KEY)),
        named,
    ),
    row(
        "CreateGrant",
        keys={
            "kms:GrantOperations": ["Decrypt", "Encrypt"],
            "kms:GranteePrincipal": "arn:aws:iam::{account}:user/{caller}",
            "kms:GrantIsForAWSResource": "false",
            "kms:GrantConstraintType": "EncryptionContextSubset",
        },
        Constraints={"EncryptionContextSubset": CONTEXT},
        GranteePrincipal="arn:aws:iam::{account}:user/{caller}",
        Operations=["Decrypt", "Encrypt"],
    ),
    row("RevokeGrant", granted, GrantId="{grant}"),
    Row(
        "kms",
        "RetireGrant",
        {"KeyId": "{arn}", "GrantId": "{grant}"},
        (Need("kms:RetireGrant", KEY),),
        granted,
    ),
    # Rows that follow from the names.
    Row("kms", "ListKeys", {}, (Need("kms:ListKeys"),)),
    Row("kms", "ListAliases", {}, (Need("kms:ListAliases"),)),
    Row("kms", "GenerateRandom", {"NumberOfBytes": 8}, (Need("kms:GenerateRandom"),)),
    row("GetKeyPolicy", PolicyName="default"),
    row("ListKeyPolicies"),
    row("DisableKey"),
    row("EnableKey"),
    row("EnableKeyRotation", keys={"kms:RotationPeriodInDays": "180"}, RotationPeriodInDays=180),
    row("GetKeyRotationStatus"),
    row(
        "ScheduleKeyDeletion",
        keys={"kms:ScheduleKeyDeletionPendingWindowInDays": "7"},
        PendingWindowInDays=7,
    ),
    row("ListGrants"),
    row("ListResourceTags"),
    row(
        "TagResource",
        keys={"aws:RequestTag/stage": "test", "aws:TagKeys": ["stage"]},
        Tags=[{"TagKey": "stage", "TagValue": "test"}],
    ),
    row("UntagResource", keys={"aws:TagKeys": ["team"]}, TagKeys=["team"]),
    row("UpdateKeyDescription", Description="new"),
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
    assert not without_entry("kms", ROWS)

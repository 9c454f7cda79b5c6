"""What each operation of AWS KMS needs."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.kms import NOT_MODELLED
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
)

SECOND = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/0987dcba-09fe-87dc-65ba-ab0987654321"
FOREIGN = f"arn:aws:kms:us-east-1:{OTHER}:key/{KEY_ID}"
ALIAS = f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/app"
BLOB = b"ciphertext"
RESOURCES = FakeResources(
    tagged={KEY: {"team": "red"}},
    names={
        ("kms", "key", KEY_ID): KEY,
        ("kms", "key", "alias/app"): KEY,
        ("kms", "key", ALIAS): KEY,
        ("kms", "key", "alias/second"): SECOND,
        ("kms", "key", "alias/none"): f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/none",
        ("kms", "ciphertext", base64.b64encode(BLOB).decode()): KEY,
    },
)
CALLER: Context = {"kms:CallerAccount": ACCOUNT}
OWN: Context = {**CALLER, "aws:ResourceTag/team": "red"}
SYMMETRIC: Context = {"kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
BY_ALIAS: Context = {"kms:RequestAlias": "alias/app"}
ENCRYPTION: Context = {"kms:EncryptionContext:app": "x", "kms:EncryptionContextKeys": ("app",)}
TAGS = [{"TagKey": "team", "TagValue": "red"}]
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}
API = "API reference, {}: Required permissions"
KEYS = "Developer Guide, Condition keys for AWS KMS"

CASES = [
    Case("ListKeys", {}, (Need("kms:ListKeys", "*", CALLER),), API.format("ListKeys")),
    Case("DescribeKey", {"KeyId": KEY_ID}, (Need("kms:DescribeKey", KEY, OWN),), API.format("DescribeKey")),
    Case("DescribeKey", {"KeyId": "alias/app"}, (Need("kms:DescribeKey", KEY, {**OWN, **BY_ALIAS}),), KEYS),
    Case(
        "CreateKey",
        {"Tags": TAGS},
        (
            Need(
                "kms:CreateKey",
                "*",
                {
                    **CALLER,
                    **TAGGED,
                    "kms:KeySpec": "SYMMETRIC_DEFAULT",
                    "kms:KeyUsage": "ENCRYPT_DECRYPT",
                    "kms:KeyOrigin": "AWS_KMS",
                    "kms:MultiRegion": "false",
                },
            ),
            Need("kms:TagResource", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*", {**CALLER, **TAGGED}),
        ),
        API.format("CreateKey"),
    ),
    Case(
        "Encrypt",
        {"KeyId": ALIAS, "Plaintext": b"x", "EncryptionContext": {"app": "x"}},
        (Need("kms:Encrypt", KEY, {**OWN, **SYMMETRIC, **BY_ALIAS, **ENCRYPTION}),),
        KEYS,
    ),
    Case(
        "Encrypt",
        {"KeyId": FOREIGN},
        (Need("kms:Encrypt", FOREIGN, {**CALLER, **SYMMETRIC}, OTHER),),
        API.format("Encrypt"),
    ),
    Case("Decrypt", {"CiphertextBlob": BLOB}, (Need("kms:Decrypt", KEY, {**OWN, **SYMMETRIC}),), API.format("Decrypt")),
    Case(
        "Decrypt",
        {"CiphertextBlob": BLOB, "KeyId": KEY, "EncryptionAlgorithm": "RSAES_OAEP_SHA_256"},
        (Need("kms:Decrypt", KEY, {**OWN, "kms:EncryptionAlgorithm": "RSAES_OAEP_SHA_256"}),),
        KEYS,
    ),
    Case(
        "GenerateDataKey",
        {"KeyId": KEY_ID, "EncryptionContext": {"app": "x"}},
        (Need("kms:GenerateDataKey", KEY, {**OWN, **SYMMETRIC, **ENCRYPTION}),),
        KEYS,
    ),
    Case(
        "Sign",
        {"KeyId": KEY_ID, "SigningAlgorithm": "ECDSA_SHA_256", "MessageType": "RAW"},
        (Need("kms:Sign", KEY, {**OWN, "kms:SigningAlgorithm": "ECDSA_SHA_256", "kms:MessageType": "RAW"}),),
        KEYS,
    ),
    Case(
        "ReEncrypt",
        {"CiphertextBlob": BLOB, "DestinationKeyId": "alias/second", "DestinationEncryptionContext": {"app": "x"}},
        (
            Need("kms:ReEncryptFrom", KEY, {**OWN, **SYMMETRIC, "kms:ReEncryptOnSameKey": "false"}),
            Need(
                "kms:ReEncryptTo",
                SECOND,
                {
                    **CALLER,
                    **SYMMETRIC,
                    **ENCRYPTION,
                    "kms:RequestAlias": "alias/second",
                    "kms:ReEncryptOnSameKey": "false",
                },
            ),
        ),
        API.format("ReEncrypt"),
    ),
    Case(
        "CreateAlias",
        {"AliasName": "alias/app", "TargetKeyId": KEY_ID},
        (Need("kms:CreateAlias", ALIAS, CALLER), Need("kms:CreateAlias", KEY, OWN)),
        API.format("CreateAlias"),
    ),
    Case(
        "UpdateAlias",
        {"AliasName": "alias/app", "TargetKeyId": "alias/second"},
        (
            Need("kms:UpdateAlias", ALIAS, CALLER),
            Need("kms:UpdateAlias", KEY, OWN),
            Need("kms:UpdateAlias", SECOND, CALLER),
        ),
        API.format("UpdateAlias"),
    ),
    Case(
        "DeleteAlias",
        {"AliasName": "alias/app"},
        (Need("kms:DeleteAlias", ALIAS, CALLER), Need("kms:DeleteAlias", KEY, OWN)),
        API.format("DeleteAlias"),
    ),
    Case(
        "CreateGrant",
        {
            "KeyId": KEY_ID,
            "GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:role/x",
            "Operations": ["Decrypt"],
            "Constraints": {"EncryptionContextSubset": {"a": "b"}},
        },
        (
            Need(
                "kms:CreateGrant",
                KEY,
                {
                    **OWN,
                    "kms:GranteePrincipal": f"arn:aws:iam::{ACCOUNT}:role/x",
                    "kms:GrantOperations": ("Decrypt",),
                    "kms:GrantConstraintType": "EncryptionContextSubset",
                    "kms:GrantIsForAWSResource": "false",
                },
            ),
        ),
        KEYS,
    ),
    Case(
        "ScheduleKeyDeletion",
        {"KeyId": KEY_ID, "PendingWindowInDays": 7},
        (Need("kms:ScheduleKeyDeletion", KEY, {**OWN, "kms:ScheduleKeyDeletionPendingWindowInDays": "7"}),),
        KEYS,
    ),
    Case(
        "PutKeyPolicy",
        {"KeyId": KEY_ID, "Policy": "{}"},
        (Need("kms:PutKeyPolicy", KEY, OWN),),
        API.format("PutKeyPolicy"),
    ),
    Case(
        "TagResource",
        {"KeyId": KEY_ID, "Tags": TAGS},
        (Need("kms:TagResource", KEY, {**OWN, **TAGGED}),),
        API.format("TagResource"),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("kms", case.operation, case.parameters, RESOURCES) == case.needs, case.source


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("Encrypt", {}),
        ("Encrypt", {"KeyId": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/{KEY_ID}"}),
        ("Encrypt", {"KeyId": "arn:aws:s3:::bucket"}),
        ("Decrypt", {}),
        ("CreateAlias", {"AliasName": "app", "TargetKeyId": KEY_ID}),
        ("CreateAlias", {"AliasName": "alias/", "TargetKeyId": KEY_ID}),
        ("CreateAlias", {"AliasName": "alias/a:b", "TargetKeyId": KEY_ID}),
    ],
)
def test_what_kms_would_not_take_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    """Keys elsewhere, other things' ARNs, and names that are no aliases."""
    with pytest.raises(ServiceError) as caught:
        asked("kms", operation, parameters, RESOURCES)
    assert caught.value.code == "ValidationException"


def test_alias_of_nothing_is_not_found() -> None:
    """Without a key there is nothing to be allowed."""
    with pytest.raises(ServiceError) as caught:
        asked("kms", "Encrypt", {"KeyId": "alias/none"}, RESOURCES)
    assert caught.value.code == "NotFoundException"


def test_keys_of_encryption_contexts_are_one_key_whatever_their_case() -> None:
    """KMS keeps them apart by case; condition keys do not."""
    pairs = {"app": "x", "APP": "y"}
    (needed,) = asked("kms", "GenerateDataKey", {"KeyId": KEY_ID, "EncryptionContext": pairs}, RESOURCES)
    assert needed.context["kms:EncryptionContext:app"] == ("x", "y")


def test_ciphertext_of_no_known_key_is_refused() -> None:
    """Without a key there is no key policy that could allow."""
    with pytest.raises(ServiceError) as caught:
        asked("kms", "Decrypt", {"CiphertextBlob": b"other"}, RESOURCES)
    assert caught.value.code == "InvalidCiphertextException"


def test_grant_token_alone_is_not_modelled() -> None:
    """A token does not tell its key."""
    with pytest.raises(NotModelled):
        asked("kms", "RetireGrant", {"GrantToken": "t"})


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("kms", NOT_MODELLED)


@given(made=any_call("kms"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made, RESOURCES)

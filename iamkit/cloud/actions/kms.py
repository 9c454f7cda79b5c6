"""AWS KMS: keys by ID, ARN or alias, and what a cryptographic operation says to key policies.

API reference: "Required permissions" of each operation; Developer Guide: "AWS KMS condition keys".
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import keys_of, tags_of, text_of
from iamkit.cloud.actions.rows import Row, Service, Where, on, table
from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.policy.variables import ContextValue


def _found(ask: Ask, text: str, parameter: str) -> str:
    """Find the ARN of the key behind an ID, an ARN, an alias or an alias's ARN."""
    if text.startswith("arn:"):
        ask.given_arn(text, parameter, kind="alias/" if ":alias/" in text else "key/")
    arn = ask.resources.resolve("kms", "key", text, ask.account, ask.call.region)
    if ":alias/" in arn:
        raise ServiceError("NotFoundException", f"Alias {arn} is not found.")
    return ask.given_arn(arn, parameter, kind="key/")


def _key_in(parameter: str) -> Where:
    return lambda ask: _found(ask, ask.text(parameter), parameter)


_key = _key_in("KeyId")


def _key_of_ciphertext(parameter: str) -> Where:
    """Find the key that a ciphertext was made with, where the call does not name it."""

    def where(ask: Ask) -> str:
        if ask.optional(parameter):
            return _key_in(parameter)(ask)
        blob = ask.given("CiphertextBlob")
        if not isinstance(blob, bytes | bytearray) or not blob:
            raise ask.refuse("1 validation error detected: the request must contain the parameter CiphertextBlob.")
        arn = ask.found("kms", "ciphertext", base64.b64encode(blob).decode("ascii"), "key/")
        # Without its key there would be no key policy to ask.
        if not ask.resources.exists(arn):
            raise ServiceError("InvalidCiphertextException", "")
        return arn

    return where


def _alias(ask: Ask) -> str:
    name = ask.text("AliasName", ":")
    if not name.startswith("alias/") or name == "alias/":
        raise ask.refuse("Invalid identifier: an alias begins with `alias/`.")
    return ask.arn(name)


def _key_of_alias(ask: Ask) -> str:
    _alias(ask)
    return _found(ask, ask.text("AliasName"), "AliasName")


def _create_key(ask: Ask) -> Iterator[Authorization]:
    """CreateKey has no key yet; tags need an action of their own."""
    yield ask.need("kms:CreateKey", "*", _new_key(ask))
    if tags_of(ask):
        yield ask.need("kms:TagResource", ask.arn("key/*"))


def _new_key(ask: Ask) -> dict[str, ContextValue]:
    spec = ask.optional("KeySpec") or ask.optional("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    return {
        "kms:KeySpec": spec,
        "kms:KeyUsage": ask.optional("KeyUsage") or "ENCRYPT_DECRYPT",
        "kms:KeyOrigin": ask.optional("Origin") or "AWS_KMS",
        "kms:MultiRegion": text_of(bool(ask.given("MultiRegion"))) or "false",
    }


def _re_encrypt(ask: Ask) -> Iterator[Authorization]:
    """ReEncrypt reads with one key and writes with another."""
    source, target = _key_of_ciphertext("SourceKeyId")(ask), _key_in("DestinationKeyId")(ask)
    same: dict[str, ContextValue] = {"kms:ReEncryptOnSameKey": "true" if source == target else "false"}
    for action, arn, side in (("kms:ReEncryptFrom", source, "Source"), ("kms:ReEncryptTo", target, "Destination")):
        context = same | _encryption_context(ask, f"{side}EncryptionContext") | _request_alias(ask, f"{side}KeyId")
        algorithm = ask.optional(f"{side}EncryptionAlgorithm") or "SYMMETRIC_DEFAULT"
        yield ask.need(action, arn, context | {"kms:EncryptionAlgorithm": algorithm})


def _retire(ask: Ask) -> Iterator[Authorization]:
    if ask.given("KeyId") is None:
        raise NotModelled("RetireGrant by a grant token", "name the key and the grant")
    yield ask.need("kms:RetireGrant", _key(ask))


def _encryption_context(ask: Ask, parameter: str) -> dict[str, ContextValue]:
    """Tell the encryption context: each of its pairs, and all of its keys."""
    given = {key: value for key, value in ask.structure(parameter).items() if isinstance(value, str)}
    if not given:
        return {}
    pairs: dict[str, ContextValue] = {f"kms:EncryptionContext:{key}": value for key, value in given.items()}
    return pairs | {"kms:EncryptionContextKeys": (*given,)}


def _request_alias(ask: Ask, parameter: str) -> dict[str, ContextValue]:
    """Tell the alias by which a call names its key."""
    text = ask.optional(parameter) or ""
    name = text.split(":", 5)[-1] if text.startswith("arn:") else text
    return {"kms:RequestAlias": name} if name.startswith("alias/") else {}


def _crypto(operation: str, where: Where, contextual: bool = False, algorithm: str = "") -> Row:
    """Make the row of a cryptographic operation; `algorithm` is its parameter for kms:EncryptionAlgorithm."""

    def row(ask: Ask) -> Iterator[Authorization]:
        context = _request_alias(ask, "KeyId")
        if contextual:
            context |= _encryption_context(ask, "EncryptionContext")
            context["kms:EncryptionAlgorithm"] = (algorithm and ask.optional(algorithm)) or "SYMMETRIC_DEFAULT"
        yield ask.need(f"kms:{operation}", where(ask), context)

    return row


def _grant(ask: Ask) -> Iterator[Authorization]:
    """CreateGrant tells what it constrains."""
    constraints = ask.structure("Constraints")
    context: dict[str, ContextValue] = {"kms:GrantIsForAWSResource": "false"}
    kind = next(
        (kind for kind in ("EncryptionContextEquals", "EncryptionContextSubset") if constraints.get(kind)), None
    )
    if kind:
        context["kms:GrantConstraintType"] = kind
    yield ask.need("kms:CreateGrant", _key(ask), context)


_CONTEXTUAL = (
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
)
_PLAIN = ("Decapsulate", "DescribeKey", "Encapsulate", "GenerateMac", "GetPublicKey", "Sign", "Verify", "VerifyMac")

ROWS: Mapping[str, Row] = table(
    CreateKey=_create_key,
    Encrypt=_crypto("Encrypt", _key, contextual=True, algorithm="EncryptionAlgorithm"),
    Decrypt=_crypto("Decrypt", _key_of_ciphertext("KeyId"), contextual=True, algorithm="EncryptionAlgorithm"),
    **{operation: _crypto(operation, _key, contextual=True) for operation in _CONTEXTUAL},
    **{operation: _crypto(operation, _key) for operation in (*_PLAIN, "DeriveSharedSecret")},
    ReEncrypt=_re_encrypt,
    # An alias and its key must both be allowed.
    CreateAlias=on("kms:CreateAlias", _alias, _key_in("TargetKeyId")),
    UpdateAlias=on("kms:UpdateAlias", _alias, _key_of_alias, _key_in("TargetKeyId")),
    DeleteAlias=on("kms:DeleteAlias", _alias, _key_of_alias),
    CreateGrant=_grant,
    RevokeGrant=on("kms:RevokeGrant", _key),
    RetireGrant=_retire,
)

# Multi-Region keys: these act in two Regions at once.
NOT_MODELLED = frozenset({"ReplicateKey", "UpdatePrimaryRegion"})


_SAME_NAME = (
    "EncapsulationAlgorithm",
    "ExpirationModel",
    "KeyAgreementAlgorithm",
    "MacAlgorithm",
    "MessageType",
    "SigningAlgorithm",
    "ValidTo",
    "WrappingAlgorithm",
    "WrappingKeySpec",
)

KMS = Service(
    "kms",
    "kms",
    {"key": _key},
    ROWS,
    keys_of(
        {
            "kms:CallerAccount": lambda ask: ask.account,
            "kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
            "kms:DataKeyPairSpec": "KeyPairSpec",
            "kms:GrantOperations": "Operations",
            "kms:GranteePrincipal": "GranteePrincipal",
            "kms:RetiringPrincipal": "RetiringPrincipal",
            "kms:RotationPeriodInDays": "RotationPeriodInDays",
            "kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
            **{f"kms:{name}": name for name in _SAME_NAME},
        }
    ),
    NOT_MODELLED,
)

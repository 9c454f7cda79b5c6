"""Keys of AWS KMS behind what other services keep: they use them with the permissions of their caller.

IAM User Guide, "Forward access sessions"; KMS Developer Guide, "kms:ViaService" and "kms:EncryptionContext".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping

from iamkit.arn import Arn
from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.calls import ServiceError
from iamkit.cloud.encryption import Encryption
from iamkit.policy.variables import ContextValue

_KMS_ALGORITHMS = ("aws:kms", "aws:kms:dsse")
Pairs = Mapping[str, str]


def on_behalf(ask: Ask, action: str, key: str, pairs: Pairs) -> Authorization:
    """Make the authorization of a KMS action that the call's service asks for; `pairs` are its encryption context."""
    service = f"{ask.prefix}.amazonaws.com"
    context: dict[str, ContextValue] = {
        "aws:ViaAWSService": "true",
        "aws:CalledVia": (service,),
        "aws:CalledViaFirst": service,
        "aws:CalledViaLast": service,
        "kms:ViaService": f"{ask.prefix}.{Arn.parse(key).region}.amazonaws.com",
        "kms:EncryptionAlgorithm": "SYMMETRIC_DEFAULT",
        "kms:EncryptionContextKeys": (*pairs,),
        **{f"kms:EncryptionContext:{name}": value for name, value in pairs.items()},
    }
    if ask.account:
        context["kms:CallerAccount"] = ask.account
    return ask.need(f"kms:{action}", key, context)


def key_in(ask: Ask, given: str | None, managed: str) -> str:
    """Find the key that a call names, by ID, ARN or alias; without one it is the AWS managed key."""
    return ask.found("kms", "key", given or managed, "key/")


def existing(ask: Ask, key: str) -> str:
    """Check that a key of the caller's account is there; of those in other accounts nobody is told."""
    if Arn.parse(key).account == ask.account and not ask.resources.exists(key):
        raise ServiceError("KMS.NotFoundException", f"Key '{key}' does not exist")
    return key


def of_new_object(ask: Ask, bucket: str, target: str) -> Iterator[Authorization]:
    """A new object takes a data key: from the key that the call names, or the one of the bucket's default encryption.

    S3 User Guide, "Using server-side encryption with AWS KMS keys": "Permissions".
    """
    encryption = _asked(ask, bucket)
    if encryption is not None:
        yield on_behalf(ask, "GenerateDataKey", existing(ask, encryption.key), _of_s3(ask, encryption, bucket, target))


def of_object(ask: Ask, source: str, version: str | None = None, *actions: str) -> Iterator[Authorization]:
    """To be read, an object's data key is decrypted."""
    yield from _stored(ask, ask.resources.encryption(source, version=version), source, actions or ("Decrypt",))


def of_upload(ask: Ask, target: str) -> Iterator[Authorization]:
    """Parts are decrypted when they are put together (S3 User Guide, "Multipart upload API and permissions")."""
    upload = ask.optional("UploadId")
    if upload is not None:
        yield from _stored(ask, ask.resources.encryption(target, upload=upload), target, ("Decrypt",))


def _stored(ask: Ask, encryption: Encryption | None, name: str, actions: tuple[str, ...]) -> Iterator[Authorization]:
    if encryption is None:
        return
    bucket = name.partition("/")[0]
    pairs = {"aws:s3:arn": bucket if encryption.bucket_key else name}
    for action in actions:
        yield on_behalf(ask, action, existing(ask, encryption.key), pairs)


def _asked(ask: Ask, bucket: str) -> Encryption | None:
    default = ask.resources.encryption(bucket)
    algorithm = ask.optional("ServerSideEncryption")
    if algorithm not in _KMS_ALGORITHMS and ask.given("SSEKMSKeyId") is not None:
        # A key that the algorithm does not use would be decided as one thing and kept as another.
        raise ServiceError(
            "InvalidArgument",
            "Server Side Encryption with AWS KMS managed key requires HTTP header "
            "x-amz-server-side-encryption : aws:kms",
        )
    if algorithm is None:
        return None if ask.given("SSECustomerAlgorithm") else default
    if algorithm not in _KMS_ALGORITHMS:
        return None
    wants = ask.given("BucketKeyEnabled")
    bucket_key = bool(wants) if wants is not None else default is not None and default.bucket_key
    return Encryption(key_in(ask, ask.optional("SSEKMSKeyId"), "alias/aws/s3"), bucket_key)


def _of_s3(ask: Ask, encryption: Encryption, bucket: str, target: str) -> Pairs:
    """S3 adds the ARN of the object, or of a bucket that has a key of its own, to the encryption context."""
    pairs: dict[str, str] = {}
    given = ask.optional("SSEKMSEncryptionContext")
    if given is not None:
        try:
            read = json.loads(base64.b64decode(given, validate=True))
        except ValueError:
            read = None
        if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
            raise ServiceError("InvalidArgument", "The header 'x-amz-server-side-encryption-context' is not valid.")
        pairs |= read
    return {"aws:s3:arn": bucket if encryption.bucket_key else target, **pairs}

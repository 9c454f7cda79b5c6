"""With which AWS KMS key buckets, objects, uploads in parts and secrets are encrypted, and AWS managed keys."""

from __future__ import annotations

import json
from typing import Any

from iamkit.arn import Arn
from iamkit.cloud.encryption import Encryption
from iamkit.cloud.store.backends import accounts, backend
from iamkit.cloud.store.objects import find_object
from iamkit.cloud.store.resolving import MANAGED_KEYS, RESOLVERS

_DEFAULT_KEYS = {"s3": "alias/aws/s3", "secretsmanager": "alias/aws/secretsmanager"}
_READ_BY_ACCOUNT = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
_USED_BY_SERVICE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]


def key_of(service: str, given: str | None, account: str, region: str) -> str:
    """Find the key that a service uses: the one that is named, or the one that AWS manages for it."""
    return RESOLVERS["kms"]("key", given or _DEFAULT_KEYS[service], account, region)


def object_encryption(bucket: Any, key: str, version: str | None, upload: str | None) -> Encryption | None:
    """Tell how an object is encrypted, or an upload in parts; None where AWS KMS has no part in it."""
    if upload is not None:
        begun = bucket.multiparts.get(upload)
        if begun is None:
            return None
        if begun.sse_encryption is None:
            return bucket_encryption(bucket)
        return _of_s3(bucket, begun.sse_encryption, begun.kms_key_id, False)
    held = find_object(bucket, key, version)
    if held is None:
        return None
    return _of_s3(bucket, held.encryption, held.kms_key_id, _true(held.bucket_key_enabled))


def bucket_encryption(bucket: Any) -> Encryption | None:
    """Tell how a bucket encrypts new objects by default, if it does so with AWS KMS."""
    rule = (bucket.encryption or {}).get("Rule")
    rule = rule[0] if isinstance(rule, list) else rule or {}
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    return _of_s3(
        bucket, default.get("SSEAlgorithm"), default.get("KMSMasterKeyID"), _true(rule.get("BucketKeyEnabled"))
    )


def secret_encryption(secret: Any, version: str | None, stage: str | None) -> Encryption:
    """Tell how a version of a secret is encrypted."""
    arn = Arn.parse(str(secret.arn))
    if version is None:
        staged = ((name, held) for name, held in secret.versions.items())
        version = next((name for name, held in staged if (stage or "AWSCURRENT") in held["version_stages"]), None)
    return Encryption(key_of("secretsmanager", secret.kms_key_id, arn.account, arn.region), version=version)


def managed_policy(arn: Arn) -> str | None:
    """Give the key policy of an AWS managed key: its account may use it through the service, and never directly.

    Secrets Manager User Guide, "Key policy of the AWS managed key"; S3's is its like.
    """
    service = _managed_for(arn)
    if service is None:
        return None
    through = {
        "Sid": f"Allow access through {service} for all principals in the account that are authorized to use {service}",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": _USED_BY_SERVICE,
        "Resource": "*",
        "Condition": {
            "StringEquals": {
                "kms:ViaService": f"{service}.{arn.region}.amazonaws.com",
                "kms:CallerAccount": arn.account,
            }
        },
    }
    metadata = {
        "Sid": "Allow direct access to key metadata to the account",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{arn.account}:root"},
        "Action": _READ_BY_ACCOUNT,
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Id": f"auto-{service}-1", "Statement": [through, metadata]})


def _managed_for(arn: Arn) -> str | None:
    """Tell the service for which AWS manages a key."""
    name = arn.resource.removeprefix("key/")
    alias = next((alias for alias, key in MANAGED_KEYS.items() if key == name), None)
    if alias is None and arn.account in accounts():
        key = backend("kms", arn.account, arn.region).keys.get(name)
        alias = next((each for each in key.aliases if each.startswith("alias/aws/")), None) if key else None
    return alias.removeprefix("alias/aws/") if alias else None


def _of_s3(bucket: Any, algorithm: str | None, key: str | None, bucket_key: bool) -> Encryption | None:
    if algorithm is None or not algorithm.startswith("aws:kms"):
        return None
    return Encryption(key_of("s3", key, bucket.account_id, bucket.region_name), bucket_key)


def _true(value: Any) -> bool:
    return str(value).lower() == "true"

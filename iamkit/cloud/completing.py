"""What Amazon S3 reads into a write, and moto does not: filled in once the call is authorized."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from iamkit.cloud.actions.s3_objects import source_of_copy
from iamkit.cloud.calls import Call

if TYPE_CHECKING:
    from iamkit.cloud.store import Resources

_WRITES = frozenset({"CopyObject", "CreateMultipartUpload", "PutObject"})


def home_of(call: Call, resources: Resources) -> str | None:
    """Tell the account in which a call on a bucket is executed: the bucket's, wherever a copy comes from."""
    on_bucket = call.service == "s3" and call.operation != "CreateBucket"
    bucket = call.parameters.get("Bucket") if on_bucket else None
    return resources.owner(f"arn:aws:s3:::{bucket}") if isinstance(bucket, str) else None


def completed(call: Call, account: str, resources: Resources) -> Call:
    """Name the key that a write is encrypted with, and the tags that a copy takes along from another account."""
    if call.service != "s3" or call.operation not in _WRITES:
        return call
    more = {**_key(call, account, resources), **_tags(call, account, resources)}
    return replace(call, parameters={**call.parameters, **more}) if more else call


def _key(call: Call, account: str, resources: Resources) -> Mapping[str, Any]:
    """A call without a key means the one that AWS manages (PutObject: SSEKMSKeyId); moto would take the bucket's."""
    asked = call.parameters
    if not str(asked.get("ServerSideEncryption", "")).startswith("aws:kms") or asked.get("SSEKMSKeyId"):
        return {}
    return {"SSEKMSKeyId": resources.resolve("kms", "key", "alias/aws/s3", account, call.region)}


def _tags(call: Call, account: str, resources: Resources) -> Mapping[str, Any]:
    """A copy has the tags of its source (CopyObject: TaggingDirective); moto finds those of its own account only."""
    if call.operation != "CopyObject" or call.parameters.get("TaggingDirective") == "REPLACE":
        return {}
    source = source_of_copy(call.parameters["CopySource"])
    if resources.owner(source.bucket_arn) == account:
        return {}
    tags = resources.object_tags(*source)
    return {"TaggingDirective": "REPLACE", "Tagging": urlencode(tags)} if tags else {}

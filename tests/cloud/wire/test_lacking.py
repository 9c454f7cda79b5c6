"""moto answers every URL of Amazon S3, and takes some for something else: those are named, and no others."""

from __future__ import annotations

from botocore import xform_name

from iamkit.cloud.actions import SERVICES
from iamkit.cloud.calls import Call, NotModelled
from iamkit.cloud.wire.lacking import lacking
from iamkit.sigv4 import HttpRequest
from tests.cloud.actions.world import operations

# moto has these under other names, or inside the method that tells operations apart.
_BUILT_OTHERWISE = frozenset(
    {
        "CompleteMultipartUpload", "CreateBucket", "CreateMultipartUpload", "DeleteObjects",
        "GetBucketLifecycleConfiguration", "GetBucketNotificationConfiguration", "GetBucketTagging", "ListBuckets",
        "PutBucketAccelerateConfiguration", "PutBucketAcl", "PutBucketCors", "PutBucketEncryption",
        "PutBucketInventoryConfiguration", "PutBucketLifecycle", "PutBucketLifecycleConfiguration", "PutBucketLogging",
        "PutBucketNotification", "PutBucketNotificationConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy",
        "PutBucketReplication", "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite",
        "PutObjectLockConfiguration", "PutPublicAccessBlock", "RestoreObject",
    }
)  # fmt: skip


def _modelled(operation: str) -> bool:
    try:
        SERVICES["s3"].row(operation)
    except NotModelled:
        return False
    return True


def test_what_moto_lacks_is_named() -> None:
    """A modelled operation without a method in moto is one that moto would take for another."""
    from moto.s3.responses import S3Response

    without = {
        operation
        for operation in operations("s3")
        if _modelled(operation) and not hasattr(S3Response, xform_name(operation))
    }
    request = HttpRequest("GET", "/", ())
    named = {each for each in operations("s3") if lacking(Call("s3", each, {}, "rest-xml", "us-east-1", request))}
    assert without - _BUILT_OTHERWISE == named


def test_what_moto_forgets_is_refused() -> None:
    """Tags that nobody keeps would make policies about them wrong."""
    request = HttpRequest("POST", "/", ())
    plain = Call("iam", "CreateSAMLProvider", {"Name": "corp"}, "query", "us-east-1", request)
    assert lacking(plain) is None
    tagged = Call("iam", "CreateSAMLProvider", {"Tags": [{"Key": "a", "Value": "b"}]}, "query", "us-east-1", request)
    assert lacking(tagged) == "the parameter `Tags` of CreateSAMLProvider"

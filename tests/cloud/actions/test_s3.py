"""What each operation of Amazon S3 needs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.s3 import NOT_MODELLED
from iamkit.cloud.calls import Call, NotModelled, ServiceError
from iamkit.policy.variables import ContextValue
from tests.cloud.actions.world import (
    ACCOUNT,
    KEY,
    KEY_ID,
    OTHER,
    TEXTS,
    Case,
    FakeResources,
    Need,
    any_call,
    asked,
    check_any,
    check_coverage,
    ids,
    on_behalf,
)

NAME = "amzn-s3-demo-bucket"
BUCKET = f"arn:aws:s3:::{NAME}"
SOURCE = "arn:aws:s3:::amzn-s3-demo-source"
OWNED = FakeResources(
    owners={BUCKET: ACCOUNT, SOURCE: OTHER},
    objects={
        (NAME, "a.csv", None): {"class": "open"},
        (NAME, "a.csv", "v1"): {"class": "closed"},
        ("amzn-s3-demo-source", "tagged", None): {"class": "open"},
        ("amzn-s3-demo-source", "tagged", "v1"): {"class": "closed"},
    },
    names={("kms", "key", KEY_ID): KEY},
)
OPEN: Mapping[str, ContextValue] = {"s3:ExistingObjectTag/class": "open"}
CREATES: Mapping[str, ContextValue] = {"s3:ObjectCreationOperation": "true"}
PARTS: Mapping[str, ContextValue] = {"s3:ObjectCreationOperation": "false"}
API = "API reference, {}: Permissions"
GUIDE = "S3 User Guide, Required permissions for Amazon S3 API operations"


def on_object(action: str, *contexts: Mapping[str, ContextValue], key: str = "a.csv") -> Need:
    """Expect an action on an object of the bucket."""
    return Need(action, f"{BUCKET}/{key}", {name: value for context in contexts for name, value in context.items()})


def at(**parameters: Any) -> Mapping[str, Any]:
    """Give the parameters of a call on one object."""
    return {"Bucket": NAME, "Key": "a.csv", **parameters}


def read(action: str, *contexts: Mapping[str, ContextValue]) -> Need:
    """Expect an action on the tagged object."""
    return on_object(action, OPEN, *contexts)


V1: Mapping[str, ContextValue] = {"s3:VersionId": "v1", "s3:ExistingObjectTag/class": "closed"}

CASES = [
    Case("ListBuckets", {}, (Need("s3:ListAllMyBuckets"),), API.format("ListBuckets")),
    Case("HeadBucket", {"Bucket": NAME}, (Need("s3:ListBucket", BUCKET),), API.format("HeadBucket")),
    Case(
        "ListObjectsV2",
        {"Bucket": NAME, "Prefix": "home/", "Delimiter": "/", "MaxKeys": 10, "EncodingType": "url"},
        (Need("s3:ListBucket", BUCKET, {"s3:prefix": "home/", "s3:delimiter": "/", "s3:max-keys": "10"}),),
        "S3 User Guide, Bucket policy examples using condition keys",
    ),
    Case("ListObjectsV2", {"Bucket": NAME}, (Need("s3:ListBucket", BUCKET),), API.format("ListObjectsV2")),
    Case(
        "ListObjects",
        {"Bucket": NAME, "Prefix": ""},
        (Need("s3:ListBucket", BUCKET, {"s3:prefix": ""}),),
        API.format("ListObjects"),
    ),
    Case(
        "ListObjectVersions",
        {"Bucket": NAME, "Prefix": "a"},
        (Need("s3:ListBucketVersions", BUCKET, {"s3:prefix": "a"}),),
        API.format("ListObjectVersions"),
    ),
    Case("GetObject", at(), (read("s3:GetObject"),), API.format("GetObject")),
    Case("HeadObject", at(), (read("s3:GetObject"),), API.format("HeadObject")),
    Case("GetObject", at(VersionId="v1"), (on_object("s3:GetObjectVersion", V1),), API.format("GetObject: versionId")),
    Case("HeadObject", at(VersionId="v1"), (on_object("s3:GetObjectVersion", V1),), GUIDE),
    Case(
        "GetObjectAttributes",
        at(ObjectAttributes=["ETag"]),
        (read("s3:GetObject"), read("s3:GetObjectAttributes")),
        API.format("GetObjectAttributes"),
    ),
    Case(
        "GetObjectAttributes",
        at(VersionId="v1"),
        (on_object("s3:GetObjectVersion", V1), on_object("s3:GetObjectVersionAttributes", V1)),
        API.format("GetObjectAttributes"),
    ),
    Case("GetObjectAcl", at(VersionId="v1"), (on_object("s3:GetObjectVersionAcl", V1),), GUIDE),
    Case(
        "PutObjectAcl",
        at(ACL="public-read"),
        (read("s3:PutObjectAcl", {"s3:x-amz-acl": "public-read"}),),
        API.format("PutObjectAcl"),
    ),
    Case(
        "PutObjectAcl",
        at(VersionId="v1", GrantRead="id=1"),
        (on_object("s3:PutObjectVersionAcl", V1, {"s3:x-amz-grant-read": "id=1"}),),
        GUIDE,
    ),
    Case("GetObjectTagging", at(), (read("s3:GetObjectTagging"),), API.format("GetObjectTagging")),
    Case(
        "PutObjectTagging",
        at(Tagging={"TagSet": [{"Key": "team", "Value": "red"}]}),
        (
            read(
                "s3:PutObjectTagging",
                {"s3:RequestObjectTag/team": "red", "s3:RequestObjectTagKeys": ("team",)},
            ),
        ),
        "S3 User Guide, Object tagging and access control policies",
    ),
    Case("DeleteObjectTagging", at(VersionId="v1"), (on_object("s3:DeleteObjectVersionTagging", V1),), GUIDE),
    Case("PutObject", at(Body=b"x"), (on_object("s3:PutObject", CREATES),), API.format("PutObject")),
    Case(
        "PutObject",
        at(ACL="public-read", Tagging="team=red&empty=", StorageClass="GLACIER", IfNoneMatch="*"),
        (
            on_object(
                "s3:PutObject",
                CREATES,
                {
                    "s3:RequestObjectTag/team": "red",
                    "s3:RequestObjectTag/empty": "",
                    "s3:RequestObjectTagKeys": ("team", "empty"),
                    "s3:x-amz-acl": "public-read",
                    "s3:x-amz-storage-class": "GLACIER",
                    "s3:if-none-match": "*",
                },
            ),
            read("s3:PutObjectAcl", {"s3:x-amz-acl": "public-read", "s3:x-amz-storage-class": "GLACIER"}),
            read(
                "s3:PutObjectTagging",
                {
                    "s3:RequestObjectTag/team": "red",
                    "s3:RequestObjectTag/empty": "",
                    "s3:RequestObjectTagKeys": ("team", "empty"),
                },
            ),
        ),
        API.format("PutObject"),
    ),
    Case(
        "PutObject",
        at(ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY_ID),
        (
            on_object(
                "s3:PutObject",
                CREATES,
                {
                    "s3:x-amz-server-side-encryption": "aws:kms",
                    "s3:x-amz-server-side-encryption-aws-kms-key-id": KEY,
                },
            ),
            on_behalf("kms:GenerateDataKey", "s3", {"aws:s3:arn": f"{BUCKET}/a.csv"}),
        ),
        "S3 User Guide, Using server-side encryption with AWS KMS keys: Permissions",
    ),
    Case(
        "PutObject",
        at(
            ObjectLockMode="GOVERNANCE",
            ObjectLockRetainUntilDate=datetime(2030, 1, 2, tzinfo=UTC),
            ObjectLockLegalHoldStatus="ON",
        ),
        (
            on_object(
                "s3:PutObject",
                CREATES,
                {
                    "s3:object-lock-mode": "GOVERNANCE",
                    "s3:object-lock-retain-until-date": "2030-01-02T00:00:00Z",
                    "s3:object-lock-legal-hold": "ON",
                },
            ),
            on_object(
                "s3:PutObjectRetention",
                {
                    "s3:object-lock-mode": "GOVERNANCE",
                    "s3:object-lock-retain-until-date": "2030-01-02T00:00:00Z",
                },
            ),
            on_object("s3:PutObjectLegalHold", {"s3:object-lock-legal-hold": "ON"}),
        ),
        GUIDE,
    ),
    Case(
        "PutObjectRetention",
        at(Retention={"Mode": "GOVERNANCE"}, BypassGovernanceRetention=True),
        (
            on_object("s3:PutObjectRetention", {"s3:object-lock-mode": "GOVERNANCE"}),
            on_object("s3:BypassGovernanceRetention"),
        ),
        API.format("PutObjectRetention"),
    ),
    Case(
        "CopyObject",
        at(CopySource="amzn-s3-demo-source/plain%20file"),
        (
            Need("s3:GetObject", f"{SOURCE}/plain file", {}, OTHER),
            on_object("s3:PutObject", CREATES, {"s3:x-amz-copy-source": "amzn-s3-demo-source/plain file"}),
        ),
        API.format("CopyObject"),
    ),
    Case(
        "CopyObject",
        at(CopySource="/amzn-s3-demo-source/tagged?versionId=v1"),
        (
            Need("s3:GetObjectVersion", f"{SOURCE}/tagged", V1, OTHER),
            Need("s3:GetObjectVersionTagging", f"{SOURCE}/tagged", V1, OTHER),
            on_object("s3:PutObject", CREATES, {"s3:x-amz-copy-source": "amzn-s3-demo-source/tagged"}),
            read(
                "s3:PutObjectTagging",
                {"s3:RequestObjectTag/class": "closed", "s3:RequestObjectTagKeys": ("class",)},
            ),
        ),
        GUIDE,
    ),
    Case(
        "CopyObject",
        at(CopySource="amzn-s3-demo-source/tagged", TaggingDirective="REPLACE", Tagging="", ACL="private"),
        (
            Need("s3:GetObject", f"{SOURCE}/tagged", OPEN, OTHER),
            on_object(
                "s3:PutObject",
                CREATES,
                {"s3:x-amz-copy-source": "amzn-s3-demo-source/tagged", "s3:x-amz-acl": "private"},
            ),
            read("s3:PutObjectAcl", {"s3:x-amz-acl": "private"}),
        ),
        GUIDE,
    ),
    Case("DeleteObject", at(), (on_object("s3:DeleteObject"),), API.format("DeleteObject")),
    Case(
        "DeleteObject",
        at(VersionId="v1", BypassGovernanceRetention=True),
        (
            on_object("s3:DeleteObject"),
            on_object("s3:DeleteObjectVersion", {"s3:VersionId": "v1"}),
            on_object("s3:BypassGovernanceRetention"),
        ),
        API.format("DeleteObject"),
    ),
    Case(
        "DeleteObjects",
        {"Bucket": NAME, "Delete": {"Objects": [{"Key": "a"}, {"Key": "b", "VersionId": "v2"}]}},
        (
            on_object("s3:DeleteObject", key="a"),
            on_object("s3:DeleteObject", key="b"),
            on_object("s3:DeleteObjectVersion", {"s3:VersionId": "v2"}, key="b"),
        ),
        API.format("DeleteObjects"),
    ),
    Case("CreateMultipartUpload", at(), (on_object("s3:PutObject", PARTS),), "S3 User Guide, Multipart upload API"),
    Case("UploadPart", at(PartNumber=1, UploadId="u"), (on_object("s3:PutObject", PARTS),), GUIDE),
    Case(
        "UploadPartCopy",
        at(PartNumber=1, UploadId="u", CopySource="amzn-s3-demo-source/tagged"),
        (
            Need("s3:GetObject", f"{SOURCE}/tagged", OPEN, OTHER),
            on_object("s3:PutObject", PARTS, {"s3:x-amz-copy-source": "amzn-s3-demo-source/tagged"}),
        ),
        API.format("UploadPartCopy"),
    ),
    Case("CompleteMultipartUpload", at(UploadId="u"), (on_object("s3:PutObject", CREATES),), GUIDE),
    Case("AbortMultipartUpload", at(UploadId="u"), (on_object("s3:AbortMultipartUpload"),), GUIDE),
    Case("ListParts", at(UploadId="u"), (on_object("s3:ListMultipartUploadParts"),), GUIDE),
    Case("ListMultipartUploads", {"Bucket": NAME}, (Need("s3:ListBucketMultipartUploads", BUCKET),), GUIDE),
    Case("CreateBucket", {"Bucket": NAME}, (Need("s3:CreateBucket", BUCKET),), API.format("CreateBucket")),
    Case(
        "CreateBucket",
        {
            "Bucket": NAME,
            "ACL": "public-read",
            "ObjectOwnership": "ObjectWriter",
            "ObjectLockEnabledForBucket": True,
            "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"},
        },
        (
            Need(
                "s3:CreateBucket",
                BUCKET,
                {
                    "s3:locationconstraint": "eu-west-1",
                    "s3:x-amz-acl": "public-read",
                    "s3:x-amz-object-ownership": "ObjectWriter",
                },
            ),
            Need("s3:PutBucketAcl", BUCKET, {"s3:x-amz-acl": "public-read"}),
            Need("s3:PutBucketObjectLockConfiguration", BUCKET),
            Need("s3:PutBucketVersioning", BUCKET),
            Need("s3:PutBucketOwnershipControls", BUCKET),
        ),
        API.format("CreateBucket"),
    ),
    Case(
        "PutBucketReplication",
        {"Bucket": NAME, "ReplicationConfiguration": {"Role": f"arn:aws:iam::{ACCOUNT}:role/replicate"}},
        (
            Need("s3:PutReplicationConfiguration", BUCKET),
            Need("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/replicate", {"iam:PassedToService": "s3.amazonaws.com"}),
        ),
        API.format("PutBucketReplication"),
    ),
    *(
        Case(operation, {"Bucket": NAME}, (Need(f"s3:{action}", BUCKET),), source)
        for operation, action, source in (
            ("GetBucketPolicy", "GetBucketPolicy", API.format("GetBucketPolicy")),
            ("PutBucketPolicy", "PutBucketPolicy", API.format("PutBucketPolicy")),
            ("GetBucketCors", "GetBucketCORS", API.format("GetBucketCors")),
            ("DeleteBucketCors", "PutBucketCORS", API.format("DeleteBucketCors")),
            ("GetBucketLifecycleConfiguration", "GetLifecycleConfiguration", API.format("the operation")),
            ("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration", API.format("the operation")),
            ("DeleteBucketLifecycle", "PutLifecycleConfiguration", API.format("the operation")),
            ("GetBucketEncryption", "GetEncryptionConfiguration", API.format("the operation")),
            ("DeleteBucketEncryption", "PutEncryptionConfiguration", API.format("the operation")),
            ("GetBucketReplication", "GetReplicationConfiguration", API.format("the operation")),
            ("DeleteBucketReplication", "PutReplicationConfiguration", API.format("the operation")),
            ("DeleteBucketTagging", "PutBucketTagging", API.format("the operation")),
            ("GetPublicAccessBlock", "GetBucketPublicAccessBlock", API.format("the operation")),
            ("DeletePublicAccessBlock", "PutBucketPublicAccessBlock", API.format("the operation")),
            ("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration", GUIDE),
            ("GetBucketNotificationConfiguration", "GetBucketNotification", API.format("the operation")),
            ("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration", API.format("the operation")),
            ("ListBucketMetricsConfigurations", "GetMetricsConfiguration", API.format("the operation")),
            ("ListBucketInventoryConfigurations", "GetInventoryConfiguration", API.format("the operation")),
            ("DeleteBucketAnalyticsConfiguration", "PutAnalyticsConfiguration", API.format("the operation")),
            ("ListBucketIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration", GUIDE),
            ("DeleteBucketOwnershipControls", "PutBucketOwnershipControls", API.format("the operation")),
            ("DeleteBucketWebsite", "DeleteBucketWebsite", GUIDE),
            ("GetBucketVersioning", "GetBucketVersioning", GUIDE),
            ("GetBucketLocation", "GetBucketLocation", GUIDE),
        )
    ),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("s3", case.operation, case.parameters, OWNED) == case.needs, case.source


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("s3", NOT_MODELLED)


@pytest.mark.parametrize(
    "source",
    [
        "", "bucket", "bucket/", "/", "//host/bucket/key", "http://host/bucket/key", "bucket/key;x", "bucket/key#x",
        "bucket/key?versionId=", "bucket/key?version=1", "bucket/key?versionId=a&versionId=b",
        "bucket/key?versionId=a%20",
        "bucket/key?", "bucket/a\tb", "%2F%2Fbucket/key", "bucket/key?versionId=a+b",
    ],
)  # fmt: skip
def test_copy_source_has_one_reading(source: str) -> None:
    """A source that a URL's parser could read otherwise is refused."""
    with pytest.raises(ServiceError) as caught:
        asked("s3", "CopyObject", at(CopySource=source))
    assert caught.value.code in ("InvalidArgument", "InvalidBucketName", "InvalidRequest")


@pytest.mark.parametrize("name", ["a/b", "a:b", "", "/"])
def test_bucket_name_is_one_part(name: str) -> None:
    """A slash in the bucket's name would make it another bucket with a key."""
    with pytest.raises(ServiceError) as caught:
        asked("s3", "GetObject", {"Bucket": name, "Key": "k"})
    assert caught.value.code == "InvalidBucketName"


def test_access_points_are_not_modelled() -> None:
    """An access point has a policy of its own."""
    arn = f"arn:aws:s3:us-east-1:{ACCOUNT}:accesspoint/x"
    with pytest.raises(NotModelled):
        asked("s3", "GetObject", {"Bucket": arn, "Key": "k"})
    with pytest.raises(NotModelled):
        asked("s3", "CopyObject", at(CopySource=f"{arn}/object/k"))


def test_no_object_to_delete_is_refused() -> None:
    """A request that needs nothing is never let through."""
    with pytest.raises(ServiceError) as caught:
        asked("s3", "DeleteObjects", {"Bucket": NAME, "Delete": {"Objects": []}})
    assert caught.value.code == "MalformedXML"


def test_tags_that_differ_only_in_case_are_refused() -> None:
    """No condition key could tell them apart."""
    with pytest.raises(ServiceError):
        asked("s3", "PutObject", at(Tagging="a=1&A=2"))


@given(key=TEXTS.filter(bool))
def test_key_stays_as_it_is(key: str) -> None:
    """Wildcards, colons, slashes and variables in a key are text in its ARN."""
    assert asked("s3", "DeleteObject", {"Bucket": NAME, "Key": key}) == (
        Need("s3:DeleteObject", f"{BUCKET}/{key}", {}, None),
    )


@given(made=any_call("s3"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made)

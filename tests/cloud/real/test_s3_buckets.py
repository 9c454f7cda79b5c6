"""Buckets of Amazon S3, row by row, with boto3."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.real.harness import OTHER_ACCOUNT, Need, Row, Value, World, a_world, check, nothing

BUCKET = "arn:aws:s3:::{bucket}"
Held = Mapping[str, Any]


def a_name(world: World) -> Held:
    """Take a name that no bucket has."""
    return {"bucket": world.name("amzn-s3-demo-bucket")}


def a_bucket(world: World) -> Held:
    """Make an empty bucket."""
    held = a_name(world)
    world.admin("s3").create_bucket(Bucket=held["bucket"])
    return held


def with_lock(world: World) -> Held:
    """Make a bucket with Object Lock."""
    held = a_name(world)
    world.admin("s3").create_bucket(Bucket=held["bucket"], ObjectLockEnabledForBucket=True)
    return held


def configured(operation: str, **parameters: Any) -> Callable[[World], Held]:
    """Make a bucket, and call something on it."""

    def prepare(world: World) -> Held:
        held = a_bucket(world)
        getattr(world.admin("s3"), operation)(Bucket=held["bucket"], **parameters)
        return held

    return prepare


def with_replication(world: World) -> Held:
    """Make two versioned buckets, and a role to copy from one to the other."""
    s3, held = world.admin("s3"), {**a_bucket(world), "target": a_bucket(world)["bucket"], "role": world.name("role")}
    for name in (held["bucket"], held["target"]):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    trusted = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trusted})
    world.admin("iam").create_role(RoleName=held["role"], AssumeRolePolicyDocument=document)
    return held


def replicated(world: World) -> Held:
    """Make a bucket that is replicated."""
    held = with_replication(world)
    configuration = json.loads(json.dumps(REPLICATION).replace("{target}", held["target"]))
    configuration["Role"] = f"arn:aws:iam::111122223333:role/{held['role']}"
    world.admin("s3").put_bucket_replication(Bucket=held["bucket"], ReplicationConfiguration=configuration)
    return held


def row(
    operation: str,
    action: str,
    prepare: Callable[[World], Held] = a_bucket,
    *,
    keys: Mapping[str, Value] | None = None,
    ends: str = "",
    note: str = "",
    **parameters: Any,
) -> Row:
    """Write the entry of an operation that needs one action on a bucket."""
    needs = (Need(f"s3:{action}", BUCKET, keys or {}),)
    return Row("s3", operation, {"Bucket": "{bucket}", **parameters}, needs, prepare, ends, note)


POLICY = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, '
    '"Action": "s3:GetObject", "Resource": "arn:aws:s3:::{bucket}/*"}}'
)
CORS = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://example.com"]}]}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
LIFECYCLE = {"Rules": [{"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}]}
OLD_LIFECYCLE = {"Rules": [{"ID": "old", "Status": "Enabled", "Prefix": "", "Expiration": {"Days": 30}}]}
OWNERSHIP = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
BLOCK = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
TAGS = {"TagSet": [{"Key": "team", "Value": "a"}]}
WEBSITE = {"IndexDocument": {"Suffix": "index.html"}}
LOCK = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
INVENTORY = {
    "Id": "one",
    "IsEnabled": True,
    "IncludedObjectVersions": "All",
    "Schedule": {"Frequency": "Daily"},
    "Destination": {"S3BucketDestination": {"Bucket": BUCKET, "Format": "CSV"}},
}
REPLICATION = {
    "Role": "arn:aws:iam::{account}:role/{role}",
    "Rules": [
        {
            "ID": "all",
            "Priority": 1,
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::{target}"},
        }
    ],
}
ANALYTICS = {"Id": "one", "StorageClassAnalysis": {}}
TIERING = {"Id": "one", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
NOT_BUILT = "NotModelled"

ROWS = (
    Row("s3", "ListBuckets", {}, (Need("s3:ListAllMyBuckets"),), nothing),
    row("CreateBucket", "CreateBucket", a_name),
    row(
        "CreateBucket",
        "CreateBucket",
        a_name,
        keys={"s3:locationconstraint": "eu-west-1"},
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
        note="elsewhere",
    ),
    Row(
        "s3",
        "CreateBucket",
        {
            "Bucket": "{bucket}",
            "ACL": "public-read",
            "ObjectLockEnabledForBucket": True,
            "ObjectOwnership": "ObjectWriter",
        },
        (
            Need(
                "s3:CreateBucket", BUCKET, {"s3:x-amz-acl": "public-read", "s3:x-amz-object-ownership": "ObjectWriter"}
            ),
            Need("s3:PutBucketAcl", BUCKET, {"s3:x-amz-acl": "public-read"}),
            Need("s3:PutBucketObjectLockConfiguration", BUCKET),
            Need("s3:PutBucketVersioning", BUCKET),
            Need("s3:PutBucketOwnershipControls", BUCKET),
        ),
        a_name,
        note="with-everything",
    ),
    row("HeadBucket", "ListBucket"),
    row("DeleteBucket", "DeleteBucket"),
    row("ListObjects", "ListBucket", keys={"s3:prefix": "a/", "s3:max-keys": "5"}, Prefix="a/", MaxKeys=5),
    row(
        "ListObjectsV2",
        "ListBucket",
        keys={"s3:prefix": "home/ann/", "s3:delimiter": "/", "s3:max-keys": "10"},
        Prefix="home/ann/",
        Delimiter="/",
        MaxKeys=10,
    ),
    row("ListObjectVersions", "ListBucketVersions", keys={"s3:prefix": "a/"}, Prefix="a/"),
    row("ListMultipartUploads", "ListBucketMultipartUploads"),
    row("GetBucketAccelerateConfiguration", "GetAccelerateConfiguration"),
    row(
        "PutBucketAccelerateConfiguration",
        "PutAccelerateConfiguration",
        AccelerateConfiguration={"Status": "Enabled"},
    ),
    row("GetBucketAnalyticsConfiguration", "GetAnalyticsConfiguration", Id="one", ends=NOT_BUILT),
    row("ListBucketAnalyticsConfigurations", "GetAnalyticsConfiguration", ends=NOT_BUILT),
    row(
        "PutBucketAnalyticsConfiguration",
        "PutAnalyticsConfiguration",
        Id="one",
        AnalyticsConfiguration=ANALYTICS,
        ends=NOT_BUILT,
    ),
    row("DeleteBucketAnalyticsConfiguration", "PutAnalyticsConfiguration", Id="one", ends=NOT_BUILT),
    row("GetBucketCors", "GetBucketCORS", configured("put_bucket_cors", CORSConfiguration=CORS)),
    row("PutBucketCors", "PutBucketCORS", CORSConfiguration=CORS),
    row("DeleteBucketCors", "PutBucketCORS", configured("put_bucket_cors", CORSConfiguration=CORS)),
    row(
        "GetBucketEncryption",
        "GetEncryptionConfiguration",
        configured("put_bucket_encryption", ServerSideEncryptionConfiguration=ENCRYPTION),
    ),
    row("PutBucketEncryption", "PutEncryptionConfiguration", ServerSideEncryptionConfiguration=ENCRYPTION),
    row(
        "DeleteBucketEncryption",
        "PutEncryptionConfiguration",
        configured("put_bucket_encryption", ServerSideEncryptionConfiguration=ENCRYPTION),
    ),
    row("GetBucketIntelligentTieringConfiguration", "GetIntelligentTieringConfiguration", Id="one", ends=NOT_BUILT),
    row("ListBucketIntelligentTieringConfigurations", "GetIntelligentTieringConfiguration", ends=NOT_BUILT),
    row(
        "PutBucketIntelligentTieringConfiguration",
        "PutIntelligentTieringConfiguration",
        Id="one",
        IntelligentTieringConfiguration=TIERING,
        ends=NOT_BUILT,
    ),
    row("DeleteBucketIntelligentTieringConfiguration", "PutIntelligentTieringConfiguration", Id="one", ends=NOT_BUILT),
    row(
        "GetBucketInventoryConfiguration",
        "GetInventoryConfiguration",
        configured("put_bucket_inventory_configuration", Id="one", InventoryConfiguration=INVENTORY),
        Id="one",
    ),
    row("ListBucketInventoryConfigurations", "GetInventoryConfiguration"),
    row(
        "PutBucketInventoryConfiguration",
        "PutInventoryConfiguration",
        Id="one",
        InventoryConfiguration=INVENTORY,
    ),
    row(
        "DeleteBucketInventoryConfiguration",
        "PutInventoryConfiguration",
        configured("put_bucket_inventory_configuration", Id="one", InventoryConfiguration=INVENTORY),
        Id="one",
        ends=NOT_BUILT,
    ),
    row(
        "GetBucketLifecycle",
        "GetLifecycleConfiguration",
        configured("put_bucket_lifecycle_configuration", LifecycleConfiguration=LIFECYCLE),
    ),
    row(
        "GetBucketLifecycleConfiguration",
        "GetLifecycleConfiguration",
        configured("put_bucket_lifecycle_configuration", LifecycleConfiguration=LIFECYCLE),
    ),
    row("PutBucketLifecycle", "PutLifecycleConfiguration", LifecycleConfiguration=OLD_LIFECYCLE),
    row("PutBucketLifecycleConfiguration", "PutLifecycleConfiguration", LifecycleConfiguration=LIFECYCLE),
    row(
        "DeleteBucketLifecycle",
        "PutLifecycleConfiguration",
        configured("put_bucket_lifecycle_configuration", LifecycleConfiguration=LIFECYCLE),
    ),
    row("GetBucketMetricsConfiguration", "GetMetricsConfiguration", Id="one", ends=NOT_BUILT),
    row("ListBucketMetricsConfigurations", "GetMetricsConfiguration", ends=NOT_BUILT),
    row(
        "PutBucketMetricsConfiguration",
        "PutMetricsConfiguration",
        Id="one",
        MetricsConfiguration={"Id": "one"},
        ends=NOT_BUILT,
    ),
    row("DeleteBucketMetricsConfiguration", "PutMetricsConfiguration", Id="one", ends=NOT_BUILT),
    row("GetBucketNotificationConfiguration", "GetBucketNotification"),
    row("PutBucketNotificationConfiguration", "PutBucketNotification", NotificationConfiguration={}),
    row(
        "GetBucketOwnershipControls",
        "GetBucketOwnershipControls",
        configured("put_bucket_ownership_controls", OwnershipControls=OWNERSHIP),
    ),
    row("PutBucketOwnershipControls", "PutBucketOwnershipControls", OwnershipControls=OWNERSHIP),
    row(
        "DeleteBucketOwnershipControls",
        "PutBucketOwnershipControls",
        configured("put_bucket_ownership_controls", OwnershipControls=OWNERSHIP),
    ),
    row("GetBucketReplication", "GetReplicationConfiguration", replicated),
    Row(
        "s3",
        "PutBucketReplication",
        {"Bucket": "{bucket}", "ReplicationConfiguration": REPLICATION},
        (
            Need("s3:PutReplicationConfiguration", BUCKET),
            Need(
                "iam:PassRole",
                "arn:aws:iam::{account}:role/{role}",
                {"iam:PassedToService": "s3.amazonaws.com"},
            ),
        ),
        with_replication,
    ),
    row("DeleteBucketReplication", "PutReplicationConfiguration", replicated),
    row("GetBucketTagging", "GetBucketTagging", configured("put_bucket_tagging", Tagging=TAGS)),
    row("PutBucketTagging", "PutBucketTagging", Tagging=TAGS),
    row("DeleteBucketTagging", "PutBucketTagging", configured("put_bucket_tagging", Tagging=TAGS)),
    row("GetObjectLockConfiguration", "GetBucketObjectLockConfiguration", with_lock),
    row(
        "PutObjectLockConfiguration",
        "PutBucketObjectLockConfiguration",
        with_lock,
        ObjectLockConfiguration=LOCK,
    ),
    row(
        "GetPublicAccessBlock",
        "GetBucketPublicAccessBlock",
        configured("put_public_access_block", PublicAccessBlockConfiguration=BLOCK),
    ),
    row("PutPublicAccessBlock", "PutBucketPublicAccessBlock", PublicAccessBlockConfiguration=BLOCK),
    row(
        "DeletePublicAccessBlock",
        "PutBucketPublicAccessBlock",
        configured("put_public_access_block", PublicAccessBlockConfiguration=BLOCK),
    ),
    # Rows that follow from the names.
    row("GetBucketAcl", "GetBucketAcl"),
    row("PutBucketAcl", "PutBucketAcl", keys={"s3:x-amz-acl": "private"}, ACL="private"),
    row("GetBucketLocation", "GetBucketLocation"),
    row("GetBucketLogging", "GetBucketLogging"),
    row("PutBucketLogging", "PutBucketLogging", BucketLoggingStatus={}),
    row("GetBucketPolicy", "GetBucketPolicy", ends="NoSuchBucketPolicy"),
    row("PutBucketPolicy", "PutBucketPolicy", Policy=POLICY),
    row("DeleteBucketPolicy", "DeleteBucketPolicy"),
    row("GetBucketPolicyStatus", "GetBucketPolicyStatus", ends="NoSuchBucketPolicy"),
    row("GetBucketRequestPayment", "GetBucketRequestPayment", ends=NOT_BUILT),
    row(
        "PutBucketRequestPayment",
        "PutBucketRequestPayment",
        RequestPaymentConfiguration={"Payer": "Requester"},
        ends=NOT_BUILT,
    ),
    row("GetBucketVersioning", "GetBucketVersioning"),
    row("PutBucketVersioning", "PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"}),
    row("GetBucketWebsite", "GetBucketWebsite", ends="NoSuchWebsiteConfiguration"),
    row("PutBucketWebsite", "PutBucketWebsite", WebsiteConfiguration=WEBSITE),
    row("DeleteBucketWebsite", "DeleteBucketWebsite"),
    row("HeadBucket", "ListBucket", a_name, ends="404", note="none"),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("entry", ROWS, ids=str)
def test_rows(world: World, entry: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, entry)


def test_a_name_that_another_account_has(world: World) -> None:
    """Buckets have names of their own in all accounts: who is allowed to make one is told that it is taken."""
    held = a_name(world)
    world.cloud.client("s3", world.cloud.administrator(OTHER_ACCOUNT)).create_bucket(Bucket=held["bucket"])
    world.permit({"Effect": "Allow", "Action": "s3:CreateBucket", "Resource": "*"})
    with pytest.raises(ClientError, match="BucketAlreadyExists"):
        world.caller("s3").create_bucket(Bucket=held["bucket"])
    world.permit({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    with pytest.raises(ClientError, match="AccessDenied"):
        world.caller("s3").create_bucket(Bucket=held["bucket"])

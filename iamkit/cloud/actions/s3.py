"""Amazon S3: what each operation needs (S3 User Guide, "Required permissions for Amazon S3 API operations")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import keys_of
from iamkit.cloud.actions.rows import Row, Service, both, on, refused, table, when
from iamkit.cloud.actions.s3_objects import (
    KEYS,
    bucket,
    completed,
    copied,
    deleted,
    deleted_one,
    object_arn,
    on_object,
    on_version,
    part,
    part_copied,
    put,
    read,
    tagged_version,
)
from iamkit.policy.variables import ContextValue


def _create_bucket(ask: Ask) -> Iterator[Authorization]:
    """CreateBucket: the caller's account makes it, whoever has the name already."""
    return (each._replace(account=ask.account) for each in _made(ask))


def _made(ask: Ask) -> Iterator[Authorization]:
    """CreateBucket, API reference: "Permissions"."""
    arn = bucket(ask)
    tags = ask.mapping(ask.structure("CreateBucketConfiguration"), "CreateBucketConfiguration").get("Tags")
    if tags:
        # s3:TagResource on create comes with ABAC, which is not here.
        yield from refused("tags in CreateBucket", "tag the bucket with PutBucketTagging")(ask)
    yield ask.need("s3:CreateBucket", arn)
    if ask.given("ACL") not in (None, "private") or any(ask.given(grant) for grant in _GRANTS):
        yield ask.need("s3:PutBucketAcl", arn)
    if ask.given("ObjectLockEnabledForBucket"):
        yield ask.need("s3:PutBucketObjectLockConfiguration", arn)
        yield ask.need("s3:PutBucketVersioning", arn)
    if ask.given("ObjectOwnership"):
        yield ask.need("s3:PutBucketOwnershipControls", arn)


_GRANTS = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")


def _replication(ask: Ask) -> Iterator[Authorization]:
    """PutBucketReplication hands a role to S3 (API reference: "Permissions")."""
    yield ask.need("s3:PutReplicationConfiguration", bucket(ask))
    role = ask.structure("ReplicationConfiguration").get("Role")
    yield ask.pass_role(ask.checked(role, "Role"), "s3.amazonaws.com")


def _attributes(ask: Ask) -> Iterator[Authorization]:
    """GetObjectAttributes needs to read the object as well (API reference: "Permissions")."""
    yield from on_version("s3:GetObject", "s3:GetObjectVersion")(ask)
    yield from on_version("s3:GetObjectAttributes", "s3:GetObjectVersionAttributes")(ask)


def _restore(ask: Ask) -> Iterator[Authorization]:
    if ask.structure("RestoreRequest").get("Type"):
        yield from refused("select jobs of RestoreObject", "leave out Type")(ask)
    yield from on_object("s3:RestoreObject")(ask)


_bypass: Row = when("BypassGovernanceRetention", on("s3:BypassGovernanceRetention", object_arn))
_lists = on("s3:ListBucket", bucket)


def _on_bucket(names: str, action: str) -> Mapping[str, Row]:
    """Make the rows of operations on a bucket that have one action, which is called otherwise."""
    return {name: on(action, bucket) for name in names.split()}


ROWS = {
    **table(
        ListBuckets=on("s3:ListAllMyBuckets"),
        CreateBucket=_create_bucket,
        HeadBucket=_lists,
        ListObjects=_lists,
        ListObjectsV2=_lists,
        ListObjectVersions=on("s3:ListBucketVersions", bucket),
        ListMultipartUploads=on("s3:ListBucketMultipartUploads", bucket),
        # Objects.
        GetObject=read,
        HeadObject=read,
        GetObjectAttributes=_attributes,
        GetObjectAcl=on_version("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
        PutObjectAcl=on_version("s3:PutObjectAcl", "s3:PutObjectVersionAcl"),
        GetObjectTagging=on_version("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
        PutObjectTagging=tagged_version,
        DeleteObjectTagging=on_version("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
        GetObjectRetention=on_object("s3:GetObjectRetention"),
        PutObjectRetention=both(on_object("s3:PutObjectRetention"), _bypass),
        GetObjectLegalHold=on_object("s3:GetObjectLegalHold"),
        PutObjectLegalHold=on_object("s3:PutObjectLegalHold"),
        RestoreObject=_restore,
        PutObject=put,
        CopyObject=copied,
        DeleteObject=deleted_one,
        DeleteObjects=deleted,
        # Uploads in parts (S3 User Guide, "Multipart upload API and permissions").
        CreateMultipartUpload=put,
        UploadPart=part,
        UploadPartCopy=part_copied,
        CompleteMultipartUpload=completed,
        AbortMultipartUpload=on_object("s3:AbortMultipartUpload"),
        ListParts=on_object("s3:ListMultipartUploadParts"),
        PutBucketReplication=_replication,
    ),
    # Buckets: actions under other names than the operations.
    **_on_bucket("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration"),
    **_on_bucket("PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration"),
    **_on_bucket("GetBucketAnalyticsConfiguration ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration"),
    **_on_bucket("PutBucketAnalyticsConfiguration DeleteBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration"),
    **_on_bucket("DeleteBucketCors", "s3:PutBucketCORS"),
    **_on_bucket("GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    **_on_bucket("PutBucketEncryption DeleteBucketEncryption", "s3:PutEncryptionConfiguration"),
    **_on_bucket(
        "GetBucketIntelligentTieringConfiguration ListBucketIntelligentTieringConfigurations",
        "s3:GetIntelligentTieringConfiguration",
    ),
    **_on_bucket(
        "PutBucketIntelligentTieringConfiguration DeleteBucketIntelligentTieringConfiguration",
        "s3:PutIntelligentTieringConfiguration",
    ),
    **_on_bucket("GetBucketInventoryConfiguration ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration"),
    **_on_bucket("PutBucketInventoryConfiguration DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration"),
    **_on_bucket("GetBucketLifecycle GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"),
    **_on_bucket(
        "PutBucketLifecycle PutBucketLifecycleConfiguration DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"
    ),
    **_on_bucket("GetBucketMetricsConfiguration ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration"),
    **_on_bucket("PutBucketMetricsConfiguration DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration"),
    **_on_bucket("GetBucketNotificationConfiguration", "s3:GetBucketNotification"),
    **_on_bucket("PutBucketNotificationConfiguration", "s3:PutBucketNotification"),
    **_on_bucket("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls"),
    **_on_bucket("GetBucketReplication", "s3:GetReplicationConfiguration"),
    **_on_bucket("DeleteBucketReplication", "s3:PutReplicationConfiguration"),
    **_on_bucket("DeleteBucketTagging", "s3:PutBucketTagging"),
    **_on_bucket("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration"),
    **_on_bucket("PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration"),
    **_on_bucket("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    **_on_bucket("PutPublicAccessBlock DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
}

# ABAC, metadata tables, annotations, directory buckets, S3 Select and Object Lambda.
NOT_MODELLED = frozenset(
    {
        "CreateBucketMetadataConfiguration", "CreateBucketMetadataTableConfiguration", "CreateSession",
        "DeleteBucketMetadataConfiguration", "DeleteBucketMetadataTableConfiguration", "DeleteObjectAnnotation",
        "GetBucketAbac", "GetBucketMetadataConfiguration", "GetBucketMetadataTableConfiguration",
        "GetObjectAnnotation", "ListDirectoryBuckets", "ListObjectAnnotations", "PutBucketAbac",
        "PutObjectAnnotation", "RenameObject", "SelectObjectContent",
        "UpdateBucketMetadataAnnotationTableConfiguration", "UpdateBucketMetadataInventoryTableConfiguration",
        "UpdateBucketMetadataJournalTableConfiguration", "UpdateObjectEncryption", "WriteGetObjectResponse",
    }
)  # fmt: skip


def _location(ask: Ask) -> ContextValue | None:
    given = ask.structure("CreateBucketConfiguration").get("LocationConstraint")
    return given if isinstance(given, str) else None


S3 = Service(
    "s3",
    "s3",
    {"bucket": bucket, "object": object_arn},
    ROWS,
    keys_of({**KEYS, "s3:locationconstraint": _location}),
    NOT_MODELLED,
    "InvalidRequest",
)

"""Objects of Amazon S3, row by row, with boto3: versions, tags, locks, copies and uploads in parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.real.harness import OTHER_ACCOUNT, Need, Row, Trial, Value, World, a_world, check, without_entry
from tests.cloud.real.test_s3_buckets import ROWS as BUCKET_ROWS
from tests.cloud.real.test_s3_buckets import Held, a_bucket, with_lock

OBJECT = "arn:aws:s3:::{bucket}/{key}"
COPY = "arn:aws:s3:::{bucket}/copy.txt"
NAMED = {"Bucket": "{bucket}", "Key": "{key}"}
VERSION = {"s3:VersionId": "{version}"}
LATER = datetime(2099, 1, 1, tzinfo=UTC)


def an_object(world: World, **more: Any) -> Held:
    """Put an object with a tag into a bucket."""
    held = {**a_bucket(world), "key": "a b/ü;+.txt"}
    world.admin("s3").put_object(Bucket=held["bucket"], Key=held["key"], Body=b"hello", Tagging="class=open", **more)
    return held


def with_versions(world: World) -> Held:
    """Put two versions of an object into a bucket; the older has another tag."""
    s3, held = world.admin("s3"), {**a_bucket(world), "key": "a.txt"}
    named = {"Bucket": held["bucket"], "Key": held["key"]}
    s3.put_bucket_versioning(Bucket=held["bucket"], VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(**named, Body=b"first", Tagging="class=old")["VersionId"]
    s3.put_object(**named, Body=b"second", Tagging="class=new")
    return {**held, "version": version}


def locked(world: World) -> Held:
    """Put an object into a bucket with Object Lock, and keep it in governance mode."""
    s3, held = world.admin("s3"), {**with_lock(world), "key": "a.txt"}
    named = {"Bucket": held["bucket"], "Key": held["key"]}
    version = s3.put_object(**named, Body=b"first", Tagging="class=open")["VersionId"]
    s3.put_object_retention(**named, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": LATER})
    return {**held, "version": version}


def two_objects(world: World) -> Held:
    """Put two objects into a bucket."""
    held = an_object(world)
    world.admin("s3").put_object(Bucket=held["bucket"], Key="b.txt", Body=b"bye")
    return held


def two_buckets(world: World) -> Held:
    """Put an object into one bucket, to be copied into another."""
    held = an_object(world)
    return {**held, "source": held["bucket"], "bucket": a_bucket(world)["bucket"]}


def begun(world: World) -> Held:
    """Begin an upload in parts."""
    held = {**a_bucket(world), "key": "big"}
    upload = world.admin("s3").create_multipart_upload(Bucket=held["bucket"], Key="big")["UploadId"]
    return {**held, "upload": upload}


def uploaded(world: World) -> Held:
    """Upload the one part of an upload."""
    held = begun(world)
    named = {"Bucket": held["bucket"], "Key": "big", "UploadId": held["upload"]}
    part = world.admin("s3").upload_part(**named, PartNumber=1, Body=b"all of it")
    return {**held, "etag": part["ETag"]}


def begun_beside(world: World) -> Held:
    """Begin an upload that copies a part of an object in another bucket."""
    source = an_object(world)
    return {**begun(world), "source": source["bucket"], "from": source["key"]}


def row(
    operation: str,
    action: str,
    prepare: Callable[[World], Held] = an_object,
    *,
    keys: Mapping[str, Value] | None = None,
    ends: str = "",
    note: str = "",
    **parameters: Any,
) -> Row:
    """Write the entry of an operation that needs one action on an object."""
    return Row(
        "s3", operation, {**NAMED, **parameters}, (Need(f"s3:{action}", OBJECT, keys or {}),), prepare, ends, note
    )


def on_version(operation: str, action: str, tags: bool = True, **parameters: Any) -> Row:
    """Write the entry of an operation on a version that it names."""
    keys = {**VERSION, **({"s3:ExistingObjectTag/class": "old"} if tags else {})}
    return row(operation, action, with_versions, keys=keys, VersionId="{version}", note="version", **parameters)


OPEN = {"s3:ExistingObjectTag/class": "open"}
NEW_TAGS = {"TagSet": [{"Key": "team", "Value": "red"}]}
TAGGED: Mapping[str, Value] = {"s3:RequestObjectTag/team": "red", "s3:RequestObjectTagKeys": ["team"]}
RETENTION = {"Mode": "GOVERNANCE", "RetainUntilDate": LATER}
SOURCE = {"Bucket": "{source}", "Key": "{key}"}
READ = "arn:aws:s3:::{source}/{key}"

ROWS = (
    row("GetObject", "GetObject", keys=OPEN),
    row("GetObject", "GetObject", keys=OPEN, Range="bytes=0-1", note="range"),
    on_version("GetObject", "GetObjectVersion"),
    row("HeadObject", "GetObject", keys=OPEN),
    on_version("HeadObject", "GetObjectVersion"),
    Row(
        "s3",
        "GetObjectAttributes",
        {**NAMED, "ObjectAttributes": ["ETag"]},
        (Need("s3:GetObject", OBJECT, OPEN), Need("s3:GetObjectAttributes", OBJECT, OPEN)),
        an_object,
    ),
    Row(
        "s3",
        "GetObjectAttributes",
        {**NAMED, "ObjectAttributes": ["ETag"], "VersionId": "{version}"},
        (Need("s3:GetObjectVersion", OBJECT, VERSION), Need("s3:GetObjectVersionAttributes", OBJECT, VERSION)),
        with_versions,
        note="version",
    ),
    row("GetObjectAcl", "GetObjectAcl", keys=OPEN),
    on_version("GetObjectAcl", "GetObjectVersionAcl"),
    row("PutObjectAcl", "PutObjectAcl", keys={**OPEN, "s3:x-amz-acl": "public-read"}, ACL="public-read"),
    on_version("PutObjectAcl", "PutObjectVersionAcl", ACL="private"),
    row("GetObjectTagging", "GetObjectTagging", keys=OPEN),
    on_version("GetObjectTagging", "GetObjectVersionTagging"),
    row("PutObjectTagging", "PutObjectTagging", keys={**OPEN, **TAGGED}, Tagging=NEW_TAGS),
    on_version("PutObjectTagging", "PutObjectVersionTagging", Tagging=NEW_TAGS),
    row("DeleteObjectTagging", "DeleteObjectTagging", keys=OPEN),
    on_version("DeleteObjectTagging", "DeleteObjectVersionTagging"),
    row("GetObjectRetention", "GetObjectRetention", locked, ends="NotModelled"),
    row(
        "PutObjectRetention",
        "PutObjectRetention",
        locked,
        keys={"s3:object-lock-mode": "GOVERNANCE", "s3:object-lock-retain-until-date": "2099-01-01T00:00:00Z"},
        Retention=RETENTION,
    ),
    Row(
        "s3",
        "PutObjectRetention",
        {**NAMED, "Retention": RETENTION, "BypassGovernanceRetention": True},
        (Need("s3:PutObjectRetention", OBJECT), Need("s3:BypassGovernanceRetention", OBJECT)),
        locked,
        note="bypass",
    ),
    row("GetObjectLegalHold", "GetObjectLegalHold", locked),
    row(
        "PutObjectLegalHold",
        "PutObjectLegalHold",
        locked,
        keys={"s3:object-lock-legal-hold": "ON"},
        LegalHold={"Status": "ON"},
    ),
    row(
        "RestoreObject",
        "RestoreObject",
        lambda world: an_object(world, StorageClass="GLACIER"),
        RestoreRequest={"Days": 1, "GlacierJobParameters": {"Tier": "Standard"}},
    ),
    row("PutObject", "PutObject", keys={"s3:ObjectCreationOperation": "true"}, Body=b"new"),
    row(
        "PutObject",
        "PutObject",
        keys={
            "s3:x-amz-server-side-encryption": "AES256",
            "s3:x-amz-storage-class": "STANDARD_IA",
            "s3:x-amz-website-redirect-location": "/elsewhere",
        },
        ServerSideEncryption="AES256",
        StorageClass="STANDARD_IA",
        WebsiteRedirectLocation="/elsewhere",
        Body=b"new",
        note="headers",
    ),
    row(
        "PutObject",
        "PutObject",
        keys={"s3:if-none-match": "*"},
        IfNoneMatch="*",
        Body=b"new",
        ends="PreconditionFailed",
        note="once",
    ),
    Row(
        "s3",
        "PutObject",
        {**NAMED, "Body": b"new", "ACL": "public-read", "Tagging": "team=red"},
        (
            Need("s3:PutObject", OBJECT, {"s3:x-amz-acl": "public-read", **TAGGED}),
            Need("s3:PutObjectAcl", OBJECT, {"s3:x-amz-acl": "public-read"}),
            Need("s3:PutObjectTagging", OBJECT, TAGGED),
        ),
        an_object,
        note="acl-and-tags",
    ),
    Row(
        "s3",
        "PutObject",
        {
            **NAMED,
            "Body": b"new",
            "ObjectLockMode": "GOVERNANCE",
            "ObjectLockRetainUntilDate": LATER,
            "ObjectLockLegalHoldStatus": "ON",
        },
        (
            Need("s3:PutObject", OBJECT, {"s3:object-lock-mode": "GOVERNANCE", "s3:object-lock-legal-hold": "ON"}),
            Need("s3:PutObjectRetention", OBJECT, {"s3:object-lock-mode": "GOVERNANCE"}),
            Need("s3:PutObjectLegalHold", OBJECT, {"s3:object-lock-legal-hold": "ON"}),
        ),
        locked,
        note="locked",
    ),
    Row(
        "s3",
        "CopyObject",
        {"Bucket": "{bucket}", "Key": "copy.txt", "CopySource": SOURCE},
        (
            Need("s3:GetObject", READ, OPEN),
            Need("s3:GetObjectTagging", READ, OPEN),
            Need(
                "s3:PutObject", COPY, {"s3:x-amz-copy-source": "{source}/{key}", "s3:ObjectCreationOperation": "true"}
            ),
            Need("s3:PutObjectTagging", COPY),
        ),
        two_buckets,
    ),
    Row(
        "s3",
        "CopyObject",
        {
            "Bucket": "{bucket}",
            "Key": "copy.txt",
            "CopySource": SOURCE,
            "MetadataDirective": "REPLACE",
            "TaggingDirective": "REPLACE",
            "Tagging": "team=red",
            "ACL": "private",
        },
        (
            Need("s3:GetObject", READ, OPEN),
            Need("s3:PutObject", COPY, {"s3:x-amz-metadata-directive": "REPLACE", **TAGGED}),
            Need("s3:PutObjectAcl", COPY, {"s3:x-amz-acl": "private"}),
            Need("s3:PutObjectTagging", COPY, TAGGED),
        ),
        two_buckets,
        note="replace",
    ),
    Row(
        "s3",
        "CopyObject",
        {
            "Bucket": "{bucket}",
            "Key": "copy.txt",
            "CopySource": {"Bucket": "{bucket}", "Key": "{key}", "VersionId": "{version}"},
            "TaggingDirective": "REPLACE",
        },
        (Need("s3:GetObjectVersion", OBJECT, VERSION), Need("s3:PutObject", COPY)),
        with_versions,
        note="version",
    ),
    row("DeleteObject", "DeleteObject"),
    Row(
        "s3",
        "DeleteObject",
        {**NAMED, "VersionId": "{version}"},
        (Need("s3:DeleteObject", OBJECT), Need("s3:DeleteObjectVersion", OBJECT, VERSION)),
        with_versions,
        note="version",
    ),
    Row(
        "s3",
        "DeleteObject",
        {**NAMED, "VersionId": "{version}", "BypassGovernanceRetention": True},
        (
            Need("s3:DeleteObject", OBJECT),
            Need("s3:DeleteObjectVersion", OBJECT, VERSION),
            Need("s3:BypassGovernanceRetention", OBJECT),
        ),
        locked,
        note="bypass",
    ),
    Row(
        "s3",
        "DeleteObjects",
        {"Bucket": "{bucket}", "Delete": {"Objects": [{"Key": "{key}"}, {"Key": "b.txt"}]}},
        (Need("s3:DeleteObject", OBJECT), Need("s3:DeleteObject", "arn:aws:s3:::{bucket}/b.txt")),
        two_objects,
    ),
    Row(
        "s3",
        "DeleteObjects",
        {"Bucket": "{bucket}", "Delete": {"Objects": [{"Key": "{key}", "VersionId": "{version}"}]}},
        (Need("s3:DeleteObject", OBJECT), Need("s3:DeleteObjectVersion", OBJECT, VERSION)),
        with_versions,
        note="version",
    ),
    # Uploads in parts.
    row("CreateMultipartUpload", "PutObject", keys={"s3:ObjectCreationOperation": "false"}),
    row("UploadPart", "PutObject", begun, UploadId="{upload}", PartNumber=1, Body=b"part"),
    Row(
        "s3",
        "UploadPartCopy",
        {
            **NAMED,
            "UploadId": "{upload}",
            "PartNumber": 1,
            "CopySource": {"Bucket": "{source}", "Key": "{from}"},
        },
        (
            Need("s3:GetObject", "arn:aws:s3:::{source}/{from}", OPEN),
            Need("s3:PutObject", OBJECT, {"s3:x-amz-copy-source": "{source}/{from}"}),
        ),
        begun_beside,
    ),
    row(
        "CompleteMultipartUpload",
        "PutObject",
        uploaded,
        keys={"s3:ObjectCreationOperation": "true"},
        UploadId="{upload}",
        MultipartUpload={"Parts": [{"ETag": "{etag}", "PartNumber": 1}]},
    ),
    row("AbortMultipartUpload", "AbortMultipartUpload", uploaded, UploadId="{upload}"),
    row("ListParts", "ListMultipartUploadParts", uploaded, UploadId="{upload}"),
    row("GetObjectTorrent", "GetObjectTorrent", ends="NotModelled"),
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
    assert not without_entry("s3", (*BUCKET_ROWS, *ROWS))


def test_many_objects_are_deleted_or_none(world: World) -> None:
    """The local cloud refuses the whole call where one object is missing; nothing is deleted."""
    trial = Trial(world, next(each for each in ROWS if str(each) == "s3-DeleteObjects"))
    world.permit({"Effect": "Allow", "Action": "s3:DeleteObject", "Resource": trial.needs[0].resource})
    assert trial.call() == "AccessDenied 403"
    assert len(world.admin("s3").list_objects_v2(Bucket=trial.parameters["Bucket"])["Contents"]) == 2


def test_a_copy_from_another_account_keeps_its_tags(world: World) -> None:
    """What a tag forbids of the source it forbids of the copy, and the copy is the account's that has its bucket."""
    other = world.cloud.client("s3", world.cloud.administrator(OTHER_ACCOUNT))
    source, held = world.name("amzn-s3-demo-source"), a_bucket(world)
    other.create_bucket(Bucket=source)
    other.put_object(Bucket=source, Key="k", Body=b"x", Tagging="class=secret&a+b=c%3Dd")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "111122223333"},
        "Action": ["s3:GetObject", "s3:GetObjectTagging"],
        "Resource": f"arn:aws:s3:::{source}/*",
    }
    other.put_bucket_policy(Bucket=source, Policy=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    s3, named = world.admin("s3"), {"Bucket": held["bucket"], "Key": "copy"}
    s3.copy_object(**named, CopySource={"Bucket": source, "Key": "k"})
    kept = {each["Key"]: each["Value"] for each in s3.get_object_tagging(**named)["TagSet"]}
    assert kept == {"class": "secret", "a b": "c=d"}
    secret = {"StringEquals": {"s3:ExistingObjectTag/class": "secret"}}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    world.permit(everything, {**everything, "Effect": "Deny", "Condition": secret})
    with pytest.raises(ClientError, match="AccessDenied"):
        world.caller("s3").get_object(**named)

"""Objects of Amazon S3: their names, versions, tags and copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote

from iamkit.cloud.actions.asking import NOTHING, Ask, Authorization
from iamkit.cloud.actions.encryption import of_new_object, of_object, of_upload
from iamkit.cloud.actions.keys import tag_pairs, text_of, unique_tags
from iamkit.cloud.actions.rows import Row
from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.policy.variables import ContextValue

_TAGS_OF_OBJECTS = "s3:ExistingObjectTag/"
# What the tags of an object have to say is told with these.
_READS_TAGS = frozenset(
    {
        "s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging", "s3:GetObject", "s3:GetObjectAcl",
        "s3:GetObjectAttributes", "s3:GetObjectTagging", "s3:GetObjectVersion", "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionAttributes", "s3:GetObjectVersionTagging", "s3:PutObjectAcl", "s3:PutObjectTagging",
        "s3:PutObjectVersionAcl", "s3:PutObjectVersionTagging",
    }
)  # fmt: skip


class Source(NamedTuple):
    """An object as a request names it."""

    bucket: str
    key: str
    version: str | None = None

    @property
    def arn(self) -> str:
        return f"{self.bucket_arn}/{self.key}"

    @property
    def bucket_arn(self) -> str:
        return f"arn:aws:s3:::{self.bucket}"


def bucket(ask: Ask) -> str:
    """Give the ARN of the bucket."""
    return f"arn:aws:s3:::{_bucket_name(ask.given('Bucket'))}"


def object_arn(ask: Ask) -> str:
    """Give the ARN of the object."""
    return _object(ask).arn


def _object(ask: Ask) -> Source:
    return Source(_bucket_name(ask.given("Bucket")), ask.text("Key"), ask.optional("VersionId"))


def _bucket_name(name: object) -> str:
    """Check the name of a bucket: what has a slash in it would be a bucket and a key."""
    if isinstance(name, str) and name.startswith("arn:"):
        raise NotModelled("access points", "name the bucket itself")
    if not isinstance(name, str) or not name or "/" in name or ":" in name:
        raise ServiceError("InvalidBucketName", "The specified bucket is not valid.", 400, {"BucketName": str(name)})
    return name


def need(ask: Ask, action: str, source: Source, context: Mapping[str, ContextValue] = NOTHING) -> Authorization:
    """Make the authorization of an action on an object, with the tags that it has (s3:ExistingObjectTag)."""
    keys = dict(context)
    if action in _READS_TAGS:
        tags = ask.resources.object_tags(source.bucket, source.key, source.version)
        keys.update((_TAGS_OF_OBJECTS + tag, value) for tag, value in tags.items())
    return ask.need(action, source.arn, keys)


def on_object(action: str) -> Row:
    """Make the row of an action on an object, whichever its version."""
    return lambda ask: [need(ask, action, _object(ask))]


def on_version(current: str, versioned: str) -> Row:
    """Make the row of two actions: on the current version, and on one that the call names by its ID."""
    return lambda ask: [need(ask, *_of_version(_object(ask), current, versioned))]


def _of_version(
    source: Source, current: str, versioned: str
) -> tuple[str, Source] | tuple[str, Source, Mapping[str, ContextValue]]:
    if source.version is None:
        return current, source
    return versioned, source, {"s3:VersionId": source.version}


def _object_tags(ask: Ask) -> dict[str, str]:
    """Read the tags that a call gives to an object: a list, or text like a query string."""
    given = ask.given("Tagging")
    if isinstance(given, str):
        return unique_tags(ask, parse_qsl(given, keep_blank_values=True))
    return unique_tags(ask, tag_pairs(ask, ask.mapping(given, "Tagging").get("TagSet") or ()))


def _tag_context(tags: Mapping[str, str]) -> dict[str, ContextValue]:
    if not tags:
        return {}
    return {**{f"s3:RequestObjectTag/{tag}": value for tag, value in tags.items()}, "s3:RequestObjectTagKeys": (*tags,)}


def tagged_version(ask: Ask) -> Iterator[Authorization]:
    """PutObjectTagging."""
    action, source, *rest = _of_version(_object(ask), "s3:PutObjectTagging", "s3:PutObjectVersionTagging")
    yield need(ask, action, source, {**(rest[0] if rest else {}), **_tag_context(_object_tags(ask))})


_ACLS = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")
_EXTRAS: tuple[tuple[tuple[str, ...], str], ...] = (
    (_ACLS, "s3:PutObjectAcl"),
    (("ObjectLockMode", "ObjectLockRetainUntilDate"), "s3:PutObjectRetention"),
    (("ObjectLockLegalHoldStatus",), "s3:PutObjectLegalHold"),
)


def put(ask: Ask) -> Iterator[Authorization]:
    """PutObject and CreateMultipartUpload, with what their headers ask for (API reference: "Permissions")."""
    target, tags = _object(ask), _object_tags(ask)
    context = _tag_context(tags)
    yield need(ask, "s3:PutObject", target, context)
    for parameters, action in _EXTRAS:
        if any(ask.given(name) for name in parameters):
            yield need(ask, action, target)
    if tags:
        yield need(ask, "s3:PutObjectTagging", target, context)
    yield from of_new_object(ask, target.bucket_arn, target.arn)


def read(ask: Ask) -> Iterator[Authorization]:
    """GetObject and HeadObject; a checksum is encrypted as the object is (API reference, HeadObject: "Permissions")."""
    source = _object(ask)
    yield need(ask, *_of_version(source, "s3:GetObject", "s3:GetObjectVersion"))
    if ask.call.operation == "GetObject":
        yield from of_object(ask, source.arn, source.version)
    elif ask.given("ChecksumMode"):
        yield from of_object(ask, source.arn, source.version, "GenerateDataKey", "Decrypt")


def part(ask: Ask) -> Iterator[Authorization]:
    """UploadPart."""
    target = _object(ask)
    yield need(ask, "s3:PutObject", target)
    yield from of_upload(ask, target.arn)


def completed(ask: Ask) -> Iterator[Authorization]:
    """CompleteMultipartUpload decrypts to compare checksums (API reference: "Permissions")."""
    target = _object(ask)
    yield need(ask, "s3:PutObject", target)
    parts = ask.structure("MultipartUpload").get("Parts") or ()
    members = [name for each in parts for name in ask.mapping(each, "Parts")]
    if any(name.startswith("Checksum") for name in (*ask.call.parameters, *members)):
        yield from of_upload(ask, target.arn)


def copied(ask: Ask) -> Iterator[Authorization]:
    """CopyObject reads its source and writes its destination, tags included unless they are replaced."""
    source, target = _copy_source(ask), _object(ask)
    replaces = ask.given("TaggingDirective") == "REPLACE"
    tags = _object_tags(ask) if replaces else dict(ask.resources.object_tags(*source))
    context = _tag_context(tags)
    yield need(ask, *_of_version(source, "s3:GetObject", "s3:GetObjectVersion"))
    if tags and not replaces:
        yield need(ask, *_of_version(source, "s3:GetObjectTagging", "s3:GetObjectVersionTagging"))
    yield need(ask, "s3:PutObject", target, context if replaces else {})
    for parameters, action in _EXTRAS:
        if any(ask.given(name) for name in parameters):
            yield need(ask, action, target)
    if tags:
        yield need(ask, "s3:PutObjectTagging", target, context)
    yield from of_object(ask, source.arn, source.version)
    yield from of_new_object(ask, target.bucket_arn, target.arn)


def part_copied(ask: Ask) -> Iterator[Authorization]:
    """UploadPartCopy reads its source and writes its destination."""
    source, target = _copy_source(ask), _object(ask)
    yield need(ask, *_of_version(source, "s3:GetObject", "s3:GetObjectVersion"))
    yield need(ask, "s3:PutObject", target)
    yield from of_object(ask, source.arn, source.version)
    yield from of_upload(ask, target.arn)


def _copy_source(ask: Ask) -> Source:
    return source_of_copy(ask.given("CopySource"))


def source_of_copy(given: object) -> Source:
    """Read the source of a copy: `BUCKET/KEY?versionId=ID`, percent-encoded, or its parts as boto3 takes them."""
    if isinstance(given, Mapping):
        key, version = given.get("Key"), given.get("VersionId")
        if not isinstance(key, str) or not key or not isinstance(version or "", str):
            raise _bad_source()
        return Source(_bucket_name(given.get("Bucket")), key, version or None)
    if not isinstance(given, str) or not given:
        raise _bad_source()
    path, mark, query = given.partition("?")
    version = query.removeprefix("versionId=")
    # Whatever a URL could give another meaning to must come encoded: there is one way to read what remains.
    odd = any(sign in ";#:" or sign <= " " for sign in path) or any(sign in "%&+;#" or sign <= " " for sign in version)
    if odd or path.startswith("//") or (mark and (version == query or not version)):
        if path.startswith("arn:"):
            raise NotModelled("access points", "name the bucket itself")
        raise _bad_source()
    name, slash, key = unquote(path).removeprefix("/").partition("/")
    if not slash or not key:
        raise _bad_source()
    return Source(_bucket_name(name), key, version or None)


def _bad_source() -> ServiceError:
    return ServiceError(
        "InvalidArgument",
        "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
        400,
        {"ArgumentName": "x-amz-copy-source"},
    )


def deleted_one(ask: Ask) -> Iterator[Authorization]:
    """DeleteObject (API reference: "Permissions").

    "To delete an object from a bucket, you must always have the s3:DeleteObject permission"; a version needs
    s3:DeleteObjectVersion besides, unlike GetObject, of which the reference says that the version's action is enough.
    """
    yield from _deleted(ask, _object(ask))


def _deleted(ask: Ask, source: Source) -> Iterator[Authorization]:
    yield need(ask, "s3:DeleteObject", source)
    if source.version is not None:
        yield need(ask, "s3:DeleteObjectVersion", source, {"s3:VersionId": source.version})
    if ask.given("BypassGovernanceRetention"):
        yield need(ask, "s3:BypassGovernanceRetention", source)


def deleted(ask: Ask) -> Iterator[Authorization]:
    """DeleteObjects needs for every object what DeleteObject does."""
    name = _bucket_name(ask.given("Bucket"))
    objects = ask.structure("Delete").get("Objects")
    if not isinstance(objects, list | tuple) or not objects:
        raise ServiceError(
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        )
    for each in objects:
        named = ask.mapping(each, "Objects")
        version = named.get("VersionId")
        version = None if version is None else ask.checked(version, "VersionId")
        yield from _deleted(ask, Source(name, ask.checked(named.get("Key"), "Key"), version))


# Whether the operation makes an object at once, or only parts of one.
_CREATES = {"PutObject": "true", "CopyObject": "true", "CompleteMultipartUpload": "true"}


def _creation(ask: Ask) -> str:
    return _CREATES.get(ask.call.operation, "false")


def _copy_source_text(ask: Ask) -> str | None:
    if ask.given("CopySource") is None:
        return None
    source = _copy_source(ask)
    return f"{source.bucket}/{source.key}"


def _lock(parameter: str, structure: str, member: str) -> Callable[[Ask], ContextValue | None]:
    """Read what an object's lock is to be, from a header or from an operation's own document."""
    return lambda ask: text_of(ask.given(parameter) or ask.structure(structure).get(member))


def _kms_key(ask: Ask) -> str | None:
    key = ask.optional("SSEKMSKeyId")
    return ask.found("kms", "key", key, "key/") if key else None


KEYS: Mapping[str, str | Callable[[Ask], ContextValue | None]] = {
    "s3:prefix": "Prefix",
    "s3:delimiter": "Delimiter",
    "s3:max-keys": "MaxKeys",
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-grant-full-control": "GrantFullControl",
    "s3:x-amz-grant-read": "GrantRead",
    "s3:x-amz-grant-read-acp": "GrantReadACP",
    "s3:x-amz-grant-write": "GrantWrite",
    "s3:x-amz-grant-write-acp": "GrantWriteACP",
    "s3:x-amz-copy-source": _copy_source_text,
    "s3:x-amz-metadata-directive": "MetadataDirective",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": _kms_key,
    "s3:x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    "s3:x-amz-storage-class": "StorageClass",
    "s3:x-amz-website-redirect-location": "WebsiteRedirectLocation",
    "s3:x-amz-object-ownership": "ObjectOwnership",
    "s3:object-lock-legal-hold": _lock("ObjectLockLegalHoldStatus", "LegalHold", "Status"),
    "s3:object-lock-mode": _lock("ObjectLockMode", "Retention", "Mode"),
    "s3:object-lock-retain-until-date": _lock("ObjectLockRetainUntilDate", "Retention", "RetainUntilDate"),
    "s3:if-match": "IfMatch",
    "s3:if-none-match": "IfNoneMatch",
    "s3:ObjectCreationOperation": _creation,
}

"""AWS KMS behind encrypted objects and secrets, with boto3: who may not use the key is refused by the other service."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import ACCOUNT, Keys
from tests.cloud.real.harness import OTHER_ACCOUNT, Need, Row, Value, World, a_world, check
from tests.cloud.real.test_s3_buckets import Held, a_bucket

OBJECT = "arn:aws:s3:::{bucket}/{key}"
SECRET = "arn:aws:secretsmanager:{region}:{account}:secret:{name}-??????"
SSE: Mapping[str, Any] = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "{kms}"}
NAMED = {"Bucket": "{bucket}", "Key": "{key}"}


def a_key(world: World) -> str:
    """Make a key whose policy leaves it to the account, with a tag; give its ARN."""
    tags = [{"TagKey": "team", "TagValue": "a"}]
    return str(world.admin("kms").create_key(Tags=tags)["KeyMetadata"]["Arn"])


def a_place(world: World) -> Held:
    """Make a bucket and a key."""
    return {**a_bucket(world), "key": "a.txt", "kms": a_key(world)}


def encrypted(world: World) -> Held:
    """Put an object that is encrypted with a key."""
    held = a_place(world)
    sse = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": held["kms"]}
    world.admin("s3").put_object(Bucket=held["bucket"], Key=held["key"], Body=b"hello", **sse)
    return held


def by_default(bucket_key: bool) -> Callable[[World], Held]:
    """Make a bucket that encrypts with a key where nothing else is said."""

    def prepare(world: World) -> Held:
        held = a_place(world)
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": held["kms"]}
        rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}]
        world.admin("s3").put_bucket_encryption(
            Bucket=held["bucket"], ServerSideEncryptionConfiguration={"Rules": rules}
        )
        return held

    return prepare


def read_by_default(world: World) -> Held:
    """Put an object into a bucket with a key of its own."""
    held = by_default(True)(world)
    world.admin("s3").put_object(Bucket=held["bucket"], Key=held["key"], Body=b"hello")
    return held


def to_copy(world: World) -> Held:
    """Put an encrypted object into one bucket, to be copied into another with another key."""
    held = encrypted(world)
    return {**held, "source": held["bucket"], "bucket": a_bucket(world)["bucket"], "other_kms": a_key(world)}


def begun(world: World) -> Held:
    """Begin an upload in parts that is encrypted, and upload one part."""
    held = a_place(world)
    s3, named = world.admin("s3"), {"Bucket": held["bucket"], "Key": held["key"]}
    sse = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": held["kms"]}
    upload = s3.create_multipart_upload(**named, **sse, ChecksumAlgorithm="CRC32")["UploadId"]
    part = s3.upload_part(**named, UploadId=upload, PartNumber=1, Body=b"all of it", ChecksumAlgorithm="CRC32")
    return {**held, "upload": upload, "etag": part["ETag"], "crc": part.get("ChecksumCRC32", "")}


def a_secret_to_be(world: World) -> Held:
    """Take a name that no secret has, and make a key."""
    return {"name": world.name("secret"), "kms": a_key(world), "version": "a" * 32}


def a_secret(world: World) -> Held:
    """Make a secret with a key."""
    held = a_secret_to_be(world)
    made = world.admin("secretsmanager").create_secret(
        Name=held["name"], KmsKeyId=held["kms"], SecretString="one", ClientRequestToken=held["version"]
    )
    return {**held, "arn": made["ARN"], "new_kms": a_key(world)}


def of_s3(action: str, target: str = OBJECT, key: str = "{kms}", **more: Value) -> Need:
    """Expect an action on a key that S3 asks for."""
    return Need(
        f"kms:{action}",
        key,
        {
            "kms:ViaService": "s3.{region}.amazonaws.com",
            "kms:CallerAccount": "{account}",
            "kms:EncryptionContext:aws:s3:arn": target,
            "aws:ViaAWSService": "true",
            "aws:CalledVia": ["s3.amazonaws.com"],
            "aws:CalledViaLast": "s3.amazonaws.com",
            "aws:ResourceTag/team": "a",
            **more,
        },
    )


def of_secret(action: str, version: str, key: str = "{kms}") -> Need:
    """Expect an action on a key that Secrets Manager asks for."""
    keys: Mapping[str, Value] = {
        "kms:ViaService": "secretsmanager.{region}.amazonaws.com",
        "kms:EncryptionContext:SecretVersionId": version,
        "kms:EncryptionContextKeys": ["SecretARN", "SecretVersionId"],
        "aws:ViaAWSService": "true",
    }
    return Need(f"kms:{action}", key, keys)


VALIDATING = "RequestToValidateKeyAccess"
ROWS = (
    Row(
        "s3",
        "PutObject",
        {**NAMED, **SSE, "Body": b"x"},
        (Need("s3:PutObject", OBJECT), of_s3("GenerateDataKey")),
        a_place,
    ),
    Row(
        "s3",
        "PutObject",
        {**NAMED, **SSE, "BucketKeyEnabled": True, "Body": b"x"},
        (Need("s3:PutObject", OBJECT), of_s3("GenerateDataKey", "arn:aws:s3:::{bucket}")),
        a_place,
        note="bucket-key",
    ),
    Row(
        "s3",
        "PutObject",
        {**NAMED, **SSE, "SSEKMSEncryptionContext": base64.b64encode(b'{"team": "red"}').decode(), "Body": b"x"},
        (Need("s3:PutObject", OBJECT), of_s3("GenerateDataKey", **{"kms:EncryptionContext:team": "red"})),
        a_place,
        note="context",
    ),
    Row(
        "s3",
        "PutObject",
        {**NAMED, "Body": b"x"},
        (Need("s3:PutObject", OBJECT), of_s3("GenerateDataKey")),
        by_default(False),
        note="by-default",
    ),
    Row(
        "s3",
        "PutObject",
        {**NAMED, "Body": b"x", "ServerSideEncryption": "AES256"},
        (Need("s3:PutObject", OBJECT),),
        by_default(False),
        note="not-by-default",
    ),
    Row("s3", "GetObject", NAMED, (Need("s3:GetObject", OBJECT), of_s3("Decrypt")), encrypted),
    Row(
        "s3",
        "GetObject",
        NAMED,
        (Need("s3:GetObject", OBJECT), of_s3("Decrypt", "arn:aws:s3:::{bucket}")),
        read_by_default,
        note="bucket-key",
    ),
    Row("s3", "HeadObject", NAMED, (Need("s3:GetObject", OBJECT),), encrypted),
    Row(
        "s3",
        "HeadObject",
        {**NAMED, "ChecksumMode": "ENABLED"},
        (Need("s3:GetObject", OBJECT), of_s3("GenerateDataKey"), of_s3("Decrypt")),
        encrypted,
        note="checksum",
    ),
    Row(
        "s3",
        "CopyObject",
        {
            **NAMED,
            "CopySource": {"Bucket": "{source}", "Key": "{key}"},
            "ServerSideEncryption": "aws:kms",
            "SSEKMSKeyId": "{other_kms}",
        },
        (
            Need("s3:GetObject", "arn:aws:s3:::{source}/{key}"),
            Need("s3:PutObject", OBJECT),
            of_s3("Decrypt", "arn:aws:s3:::{source}/{key}"),
            of_s3("GenerateDataKey", key="{other_kms}"),
        ),
        to_copy,
    ),
    Row(
        "s3",
        "CreateMultipartUpload",
        {**NAMED, **SSE},
        (Need("s3:PutObject", OBJECT), of_s3("GenerateDataKey")),
        a_place,
    ),
    Row(
        "s3",
        "UploadPart",
        {**NAMED, "UploadId": "{upload}", "PartNumber": 2, "Body": b"x"},
        (Need("s3:PutObject", OBJECT), of_s3("Decrypt")),
        begun,
    ),
    Row(
        "s3",
        "CompleteMultipartUpload",
        {
            **NAMED,
            "UploadId": "{upload}",
            "MultipartUpload": {"Parts": [{"ETag": "{etag}", "PartNumber": 1, "ChecksumCRC32": "{crc}"}]},
        },
        (Need("s3:PutObject", OBJECT), of_s3("Decrypt")),
        begun,
    ),
    Row(
        "secretsmanager",
        "CreateSecret",
        {"Name": "{name}", "KmsKeyId": "{kms}", "SecretString": "s", "ClientRequestToken": "{version}"},
        (
            Need("secretsmanager:CreateSecret", SECRET, {"secretsmanager:KmsKeyArn": "{kms}"}),
            of_secret("GenerateDataKey", VALIDATING),
            of_secret("Decrypt", VALIDATING),
            of_secret("GenerateDataKey", "{version}"),
        ),
        a_secret_to_be,
    ),
    Row(
        "secretsmanager",
        "GetSecretValue",
        {"SecretId": "{name}"},
        (Need("secretsmanager:GetSecretValue", "{arn}"), of_secret("Decrypt", "{version}")),
        a_secret,
    ),
    Row(
        "secretsmanager",
        "BatchGetSecretValue",
        {"SecretIdList": ["{name}"]},
        (
            Need("secretsmanager:BatchGetSecretValue"),
            Need("secretsmanager:GetSecretValue", "{arn}"),
            of_secret("Decrypt", "{version}"),
        ),
        a_secret,
    ),
    Row(
        "secretsmanager",
        "PutSecretValue",
        {"SecretId": "{arn}", "SecretString": "two", "ClientRequestToken": "b" * 32},
        (Need("secretsmanager:PutSecretValue", "{arn}"), of_secret("GenerateDataKey", "b" * 32)),
        a_secret,
    ),
    Row(
        "secretsmanager",
        "UpdateSecret",
        {"SecretId": "{arn}", "KmsKeyId": "{new_kms}"},
        (
            Need("secretsmanager:UpdateSecret", "{arn}"),
            of_secret("GenerateDataKey", VALIDATING, "{new_kms}"),
            of_secret("Decrypt", VALIDATING, "{new_kms}"),
        ),
        a_secret,
    ),
    Row(
        "secretsmanager",
        "ReplicateSecretToRegions",
        {"SecretId": "{arn}", "AddReplicaRegions": [{"Region": "eu-west-1"}]},
        (Need("secretsmanager:ReplicateSecretToRegions", "{arn}"), of_secret("Decrypt", "{version}")),
        a_secret,
    ),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all tests."""
    yield from a_world()


@pytest.mark.parametrize("entry", ROWS, ids=str)
def test_rows(world: World, entry: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, entry)


def outcome(call: Callable[..., Any], **parameters: Any) -> str:
    """Call; give the message of the error, or nothing."""
    try:
        call(**parameters)
    except ClientError as error:
        return f"{error.response['Error']['Code']}: {error.response['Error']['Message']}"
    return ""


def test_keys_that_aws_manages_need_no_permission(world: World) -> None:
    """Their key policies let everybody of the account use them, through the service."""
    held, name = a_bucket(world), world.name("secret")
    actions = ["s3:PutObject", "s3:GetObject", "secretsmanager:CreateSecret", "secretsmanager:GetSecretValue"]
    world.permit({"Effect": "Allow", "Action": actions, "Resource": "*"})
    s3, secrets = world.caller("s3"), world.caller("secretsmanager")
    s3.put_object(Bucket=held["bucket"], Key="a", Body=b"x", ServerSideEncryption="aws:kms")
    assert s3.get_object(Bucket=held["bucket"], Key="a")["Body"].read() == b"x"
    secrets.create_secret(Name=name, SecretString="s")
    assert secrets.get_secret_value(SecretId=name)["SecretString"] == "s"


def test_a_deny_counts_for_keys_that_aws_manages(world: World) -> None:
    """The service asks with the caller's permissions: an explicit deny is one of them."""
    held = a_bucket(world)
    deny = {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}
    world.permit({"Effect": "Allow", "Action": "*", "Resource": "*"}, deny)
    put = world.caller("s3").put_object
    assert outcome(put, Bucket=held["bucket"], Key="a", Body=b"x") == ""
    refused = outcome(put, Bucket=held["bucket"], Key="a", Body=b"x", ServerSideEncryption="aws:kms")
    assert "kms:GenerateDataKey" in refused
    assert "with an explicit deny in an identity-based policy" in refused


def test_keys_that_aws_manages_are_not_used_directly(world: World) -> None:
    """Not even an administrator encrypts with aws/s3; reading its metadata is allowed."""
    kms = world.admin("kms")
    assert outcome(kms.encrypt, KeyId="alias/aws/s3", Plaintext=b"x").startswith("AccessDenied")
    assert outcome(kms.describe_key, KeyId="alias/aws/s3") == ""
    assert outcome(kms.encrypt, KeyId="alias/aws/s3", Plaintext=b"x").startswith("AccessDenied")


def test_a_caller_of_another_account_needs_a_key_of_the_customer(world: World) -> None:
    """The bucket lets them in, the key policy of aws/s3 does not (kms:CallerAccount)."""
    held, s3 = a_place(world), world.admin("s3")
    policy = {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "s3:GetObject"}
    statement = {**policy, "Resource": f"arn:aws:s3:::{held['bucket']}/*"}
    s3.put_bucket_policy(Bucket=held["bucket"], Policy=json.dumps({"Version": "2012-10-17", "Statement": statement}))
    s3.put_object(Bucket=held["bucket"], Key="managed", Body=b"x", ServerSideEncryption="aws:kms")
    s3.put_object(Bucket=held["bucket"], Key="own", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=held["kms"])
    keys: Keys = world.cloud.administrator(OTHER_ACCOUNT)
    get = world.cloud.client("s3", keys).get_object
    assert "kms:Decrypt" in outcome(get, Bucket=held["bucket"], Key="managed")
    assert "kms:Decrypt" in outcome(get, Bucket=held["bucket"], Key="own")
    key_policy = json.loads(world.admin("kms").get_key_policy(KeyId=held["kms"], PolicyName="default")["Policy"])
    key_policy["Statement"].append(
        {"Effect": "Allow", "Principal": {"AWS": OTHER_ACCOUNT}, "Action": "kms:Decrypt", "Resource": "*"}
    )
    world.admin("kms").put_key_policy(KeyId=held["kms"], PolicyName="default", Policy=json.dumps(key_policy))
    assert outcome(get, Bucket=held["bucket"], Key="own") == ""


def test_a_key_policy_may_allow_a_service_only(world: World) -> None:
    """With kms:ViaService in its policy a key is used through S3, and not directly."""
    held = a_place(world)
    world.permit({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    everything = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}
    through = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/caller"},
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
    }
    statements = [{**each, "Resource": "*"} for each in (everything, through)]
    world.admin("kms").put_key_policy(
        KeyId=held["kms"], PolicyName="default", Policy=json.dumps({"Version": "2012-10-17", "Statement": statements})
    )
    s3, sse = world.caller("s3"), {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": held["kms"]}
    s3.put_object(Bucket=held["bucket"], Key="a", Body=b"x", **sse)
    assert s3.get_object(Bucket=held["bucket"], Key="a")["Body"].read() == b"x"
    refused = outcome(world.caller("kms").generate_data_key, KeyId=held["kms"], KeySpec="AES_256")
    assert refused.startswith("AccessDeniedException")


def test_the_service_asks_from_its_own_address(world: World) -> None:
    """A condition on the caller's address does not hold for what S3 asks of AWS KMS."""
    held = encrypted(world)
    here = {"IpAddress": {"aws:SourceIp": next(reversed(list(world.cloud.trail))).source_ip}}
    world.permit({"Effect": "Allow", "Action": ["s3:*", "kms:*"], "Resource": "*", "Condition": here})
    get = world.caller("s3").get_object
    assert "kms:Decrypt" in outcome(get, Bucket=held["bucket"], Key=held["key"])
    assert outcome(world.caller("kms").describe_key, KeyId=held["kms"]) == ""


def test_a_key_that_does_not_exist(world: World) -> None:
    """S3 passes on what AWS KMS says."""
    held = a_bucket(world)
    sse = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "12345678-1234-1234-1234-123456789012"}
    put = world.admin("s3").put_object
    assert outcome(put, Bucket=held["bucket"], Key="a", Body=b"x", **sse).startswith("KMS.NotFoundException")
    assert outcome(world.admin("kms").describe_key, KeyId=sse["SSEKMSKeyId"]).startswith("NotFoundException")


def test_the_words_of_secrets_manager(world: World) -> None:
    """Secrets Manager does not say which key it was; the trail does."""
    held = a_secret(world)
    world.permit({"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"})
    refused = outcome(world.caller("secretsmanager").get_secret_value, SecretId=held["arn"])
    assert refused == "AccessDeniedException: Access to KMS is not allowed"
    *_, event = world.cloud.trail
    assert "kms:Decrypt" in event.evaluations[-1].message


def test_without_a_key_a_call_means_the_one_that_aws_manages(world: World) -> None:
    """A bucket with a default key of the customer encrypts with aws/s3 where a call says `aws:kms` and no key."""
    held = by_default(False)(world)
    named = {"Bucket": held["bucket"], "Key": "a"}
    world.permit({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    s3 = world.caller("s3")
    assert outcome(s3.put_object, **named, Body=b"x").startswith("AccessDenied")
    s3.put_object(**named, Body=b"x", ServerSideEncryption="aws:kms")
    assert s3.get_object(**named)["Body"].read() == b"x"
    assert s3.head_object(**named)["SSEKMSKeyId"] != held["kms"]


@pytest.mark.parametrize("algorithm", [{}, {"ServerSideEncryption": "AES256"}])
def test_a_key_without_its_algorithm_is_refused(world: World, algorithm: Mapping[str, str]) -> None:
    """A bucket's default would be decided, and another key kept."""
    held, named = by_default(False)(world), {"Body": b"x", "SSEKMSKeyId": a_key(world)}
    put = world.admin("s3").put_object
    assert outcome(put, Bucket=held["bucket"], Key="a", **named, **algorithm).startswith("InvalidArgument")


@pytest.mark.parametrize(
    "key", ["/x", "//x", "a//b", "a/", "a%2Fb", "a%252Fb", " a ", "a?b&c", "a+b", "../a", "ü\n", "*"]
)
def test_no_name_hides_an_object_from_its_key(world: World, key: str) -> None:
    """Whatever an object is called, its key and its tags are found under that name."""
    held = a_place(world)
    named = {"Bucket": held["bucket"], "Key": key}
    sse = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": held["kms"]}
    world.admin("s3").put_object(**named, Body=b"x", Tagging="class=secret", **sse)
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    get = world.caller("s3").get_object
    world.permit(everything, {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": held["kms"]})
    assert "kms:Decrypt" in outcome(get, **named)
    tagged = {"StringEquals": {"s3:ExistingObjectTag/class": "secret"}}
    world.permit(everything, {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": tagged})
    assert outcome(get, **named).startswith("AccessDenied")
    world.permit(everything)
    assert get(**named)["Body"].read() == b"x"

"""Unmodified boto3 against the local cloud: signed requests, decided by the engine."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import CloudRunning, Keys, LocalCloud
from tests.cloud.conftest import OTHER_ACCOUNT

BUCKET = "amzn-s3-demo-bucket"
KEY = "a b/ü;+.txt"


def allow(*actions: str, resource: str = "*", **more: Any) -> str:
    """Write a policy that allows."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": resource, **more}}
    )


def trust(principal: object, **more: Any) -> str:
    """Write a trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def user(cloud: LocalCloud, name: str, *policies: str, account: str | None = None) -> Keys:
    """Make a user with inline policies and an access key."""
    iam = cloud.client("iam", cloud.administrator(account))
    iam.create_user(UserName=name)
    for number, policy in enumerate(policies):
        iam.put_user_policy(UserName=name, PolicyName=f"policy-{number}", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def session(cloud: LocalCloud, keys: Keys, role: str, **more: Any) -> Keys:
    """Assume a role."""
    given = cloud.client("sts", keys).assume_role(RoleArn=role, RoleSessionName="one", **more)["Credentials"]
    return Keys(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def refused(call: Any, **parameters: Any) -> dict[str, Any]:
    """Call, and give the error that boto3 raises."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return dict(caught.value.response)


def file(cloud: LocalCloud, content: bytes = b"hello") -> None:
    """Put a file into a bucket."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=content, Metadata={"my_key": "v"})


def test_everything_is_denied_until_it_is_granted(cloud: LocalCloud) -> None:
    """The first lesson: deny by default, then exactly that."""
    file(cloud)
    alice = user(cloud, "alice")
    s3 = cloud.client("s3", alice)
    error = refused(s3.get_object, Bucket=BUCKET, Key=KEY)
    assert error["Error"]["Code"] == "AccessDenied"
    assert error["Error"]["Message"] == (
        f"User: arn:aws:iam::111122223333:user/alice is not authorized to perform: s3:GetObject on resource: "
        f"arn:aws:s3:::{BUCKET}/{KEY} because no identity-based policy allows the s3:GetObject action"
    )
    cloud.client("iam").put_user_policy(
        UserName="alice", PolicyName="read", PolicyDocument=allow("s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/*")
    )
    found = s3.get_object(Bucket=BUCKET, Key=KEY)
    assert (found["Body"].read(), found["Metadata"]) == (b"hello", {"my_key": "v"})
    assert refused(s3.put_object, Bucket=BUCKET, Key=KEY, Body=b"x")["Error"]["Code"] == "AccessDenied"


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("iam", "list_users", "AccessDenied", 403),
        ("s3", "list_buckets", "AccessDenied", 403),
        ("dynamodb", "list_tables", "AccessDeniedException", 400),
        ("sqs", "list_queues", "AccessDeniedException", 400),
        ("sns", "list_topics", "AuthorizationError", 403),
        ("lambda", "list_functions", "AccessDeniedException", 403),
        ("kms", "list_keys", "AccessDeniedException", 400),
        ("secretsmanager", "list_secrets", "AccessDeniedException", 400),
        ("logs", "describe_log_groups", "AccessDeniedException", 400),
    ],
)
def test_denials_in_the_words_of_each_service(
    cloud: LocalCloud, service: str, operation: str, code: str, status: int
) -> None:
    """E20, A12: code and status of the protocol."""
    client = cloud.client(service, user(cloud, "alice"))
    error = refused(getattr(client, operation))
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)
    assert "is not authorized to perform" in error["Error"]["Message"]


def test_wrong_keys_are_no_denial(cloud: LocalCloud) -> None:
    """Who are you comes before may you: two phases, two kinds of error."""
    admin = cloud.administrator()
    wrong = refused(cloud.client("sts", Keys(admin.access_key_id, "x" * 40)).get_caller_identity)
    assert wrong["Error"]["Code"] == "SignatureDoesNotMatch"
    unknown = refused(cloud.client("sts", Keys("AKIAIOSFODNN7EXAMPLE", "x" * 40)).get_caller_identity)
    assert unknown["Error"]["Code"] == "InvalidClientTokenId"
    cloud.client("iam").update_access_key(UserName="administrator", AccessKeyId=admin.access_key_id, Status="Inactive")
    inactive = refused(cloud.client("sts").get_caller_identity)
    assert inactive["Error"]["Code"] == "InvalidClientTokenId"


def test_a_role_is_borrowed(cloud: LocalCloud) -> None:
    """Trust says who may become it, permissions what it may do; the trail says who really acted."""
    alice = user(cloud, "alice")
    iam = cloud.client("iam")
    arn = "arn:aws:iam::111122223333:user/alice"
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust({"AWS": arn}))
    iam.put_role_policy(RoleName="app", PolicyName="queues", PolicyDocument=allow("sqs:*"))
    role = session(cloud, alice, "arn:aws:iam::111122223333:role/app")
    assert cloud.client("sts", role).get_caller_identity()["Arn"] == "arn:aws:sts::111122223333:assumed-role/app/one"
    sqs = cloud.client("sqs", role)
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    assert url == f"{cloud.endpoint}/111122223333/jobs"
    sqs.send_message(QueueUrl=url, MessageBody="hi")
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "hi"
    assert [*cloud.trail][-1].chain == ("arn:aws:sts::111122223333:assumed-role/app/one", arn)
    assert refused(cloud.client("iam", role).list_users)["Error"]["Code"] == "AccessDenied"
    stranger = user(cloud, "bob")
    error = refused(
        cloud.client("sts", stranger).assume_role,
        RoleArn="arn:aws:iam::111122223333:role/app",
        RoleSessionName="two",
    )
    assert error["Error"]["Code"] == "AccessDenied"


def test_across_accounts_both_sides_must_allow(cloud: LocalCloud) -> None:
    """E15: the bucket's policy and the caller's own."""
    file(cloud)
    policy = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
        },
    }
    cloud.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    without = user(cloud, "carol", account=OTHER_ACCOUNT)
    assert refused(cloud.client("s3", without).get_object, Bucket=BUCKET, Key=KEY)["Error"]["Code"] == "AccessDenied"
    holding = user(cloud, "dave", allow("s3:GetObject"), account=OTHER_ACCOUNT)
    assert cloud.client("s3", holding).get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == b"hello"


def test_a_boundary_bounds_a_user(cloud: LocalCloud) -> None:
    """E10, for users too; the API shows it, and dropping it gives the permissions back."""
    alice = user(cloud, "alice", allow("iam:ListUsers", "sqs:ListQueues"))
    iam = cloud.client("iam")
    boundary = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
    iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=boundary)
    assert iam.get_user(UserName="alice")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    error = refused(cloud.client("iam", alice).list_users)
    assert "because no permissions boundary allows the iam:ListUsers action" in error["Error"]["Message"]
    cloud.client("sqs", alice).list_queues()
    iam.delete_user_permissions_boundary(UserName="alice")
    assert len(cloud.client("iam", alice).list_users()["Users"]) == 2
    unknown = refused(iam.put_user_permissions_boundary, UserName="alice", PermissionsBoundary=f"{boundary}x")
    assert unknown["Error"]["Code"] == "NoSuchEntity"


def test_names_that_do_not_exist_are_hidden(cloud: LocalCloud) -> None:
    """Who may not list a bucket gets 403 for a key that is not there, who may gets 404."""
    file(cloud)
    reader = user(cloud, "alice", allow("s3:GetObject"))
    lister = user(cloud, "bob", allow("s3:GetObject", "s3:ListBucket"))
    assert refused(cloud.client("s3", reader).get_object, Bucket=BUCKET, Key="no")["Error"]["Code"] == "AccessDenied"
    assert refused(cloud.client("s3", lister).get_object, Bucket=BUCKET, Key="no")["Error"]["Code"] == "NoSuchKey"


def test_presigned_urls(cloud: LocalCloud) -> None:
    """A link acts for who signed it; without the signature nobody is let in."""
    file(cloud)
    link = cloud.client("s3").generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": KEY})
    with urllib.request.urlopen(link) as response:
        assert response.read() == b"hello"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link.partition("?")[0])


def test_large_uploads_in_parts(cloud: LocalCloud) -> None:
    """Multipart, as boto3's transfer does it, with checksums."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    begun = s3.create_multipart_upload(Bucket=BUCKET, Key="big")["UploadId"]
    parts = [b"a" * 5 * 1024 * 1024, b"tail"]
    done = []
    for number, part in enumerate(parts, 1):
        sent = s3.upload_part(Bucket=BUCKET, Key="big", UploadId=begun, PartNumber=number, Body=part)
        done.append({"PartNumber": number, "ETag": sent["ETag"]})
    s3.complete_multipart_upload(Bucket=BUCKET, Key="big", UploadId=begun, MultipartUpload={"Parts": done})
    assert s3.head_object(Bucket=BUCKET, Key="big")["ContentLength"] == len(b"".join(parts))


def test_what_has_no_row_is_not_modelled(cloud: LocalCloud) -> None:
    """Even an administrator is refused: nothing is executed that was not understood."""
    error = refused(cloud.client("rds").describe_db_instances)
    assert (error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"]) == ("NotModelled", 501)


def test_the_same_seed_gives_the_same_keys() -> None:
    """Lessons print names and keys; they must not change from run to run."""

    def names() -> tuple[str, ...]:
        with LocalCloud(seed=3) as started:
            alice = user(started, "alice")
            found = started.client("iam").get_user(UserName="alice")["User"]["UserId"]
            return alice.access_key_id, alice.secret_access_key, found, started.root().access_key_id

    first = names()
    assert first == names()
    assert first[2].startswith("AIDA")


def test_one_cloud_at_a_time(cloud: LocalCloud) -> None:
    """moto keeps one state in a process: a second cloud is told so, and the first goes on."""
    with pytest.raises(CloudRunning, match=f"{cloud.endpoint} already"):
        LocalCloud().start()
    assert cloud.client("sts").get_caller_identity()["Account"] == "111122223333"


def test_the_trail_keeps_secrets_to_itself(cloud: LocalCloud) -> None:
    """CloudTrail's shape, without passwords, messages and contents."""
    secrets = cloud.client("secretsmanager")
    secrets.create_secret(Name="db", SecretString="p4ssw0rd")
    refused(secrets.get_secret_value, SecretId="none")
    told = cloud.trail.as_json()
    assert "p4ssw0rd" not in told
    first, second = [each for each in json.loads(told)["Records"] if "invokedBy" not in each["userIdentity"]]
    assert (first["eventName"], first["requestParameters"]["name"]) == ("CreateSecret", "db")
    assert second["errorCode"] == "ResourceNotFoundException"
    assert first["userIdentity"]["userName"] == "administrator"


def test_the_cloud_tells_its_time(cloud: LocalCloud) -> None:
    """What was let pass is in it, for those who vouch for others in this cloud."""
    before = cloud.now()
    cloud.let_pass(timedelta(hours=2))
    assert timedelta(hours=2) <= cloud.now() - before < timedelta(hours=2, minutes=5)

"""What happened can be found, shown and exported; secrets are not in it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.test_local_cloud import allow, refused, session, trust, user

ALICE = "arn:aws:iam::111122223333:user/alice"


@pytest.fixture
def busy(cloud: LocalCloud) -> LocalCloud:
    """Alice assumes a role, which may read names of buckets and nothing else; Bob is refused for his key."""
    keys = user(cloud, "alice", allow("sts:AssumeRole"))
    iam = cloud.client("iam")
    iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": "111122223333"}))
    iam.put_role_policy(RoleName="App", PolicyName="p", PolicyDocument=allow("s3:ListAllMyBuckets"))
    role = session(cloud, keys, "arn:aws:iam::111122223333:role/App")
    s3 = cloud.client("s3", role)
    s3.list_buckets()
    refused(s3.get_object, Bucket="amzn-s3-demo-bucket", Key="k")
    refused(cloud.client("secretsmanager").get_secret_value, SecretId="none")
    cloud.client("secretsmanager").create_secret(Name="db", SecretString="hunter2")
    return cloud


def test_events_are_found_by_who_what_where_and_outcome(busy: LocalCloud) -> None:
    """Patterns of each; who includes those behind a session."""
    trail = busy.trail
    assert [event.name for event in trail.events(who=ALICE)] == ["sts:AssumeRole", "s3:ListBuckets", "s3:GetObject"]
    assert [event.name for event in trail.events(who="*:assumed-role/App/*")] == ["s3:ListBuckets", "s3:GetObject"]
    assert [event.name for event in trail.events(action="s3:ListAllMyBuckets")] == ["s3:ListBuckets"]
    assert [event.name for event in trail.events(resource="*amzn-s3-demo-bucket*")] == ["s3:GetObject"]
    assert [event.name for event in trail.events(outcome="denied")] == ["s3:GetObject"]
    assert [event.name for event in trail.events(outcome="ResourceNotFoundException")] == [
        "secretsmanager:GetSecretValue"
    ]
    last = trail.events()[-1].number
    assert trail.events(after=last) == ()
    assert trail.events(after=last - 1, outcome="allowed")[0].name == "secretsmanager:CreateSecret"


def test_an_event_in_a_line(busy: LocalCloud) -> None:
    """Number, outcome, who and who really, operation, resource."""
    (event,) = busy.trail.events(outcome="denied")
    assert str(event) == (
        f"{event.number}: denied: arn:aws:sts::111122223333:assumed-role/App/one ← {ALICE}: "
        "s3:GetObject on arn:aws:s3:::amzn-s3-demo-bucket/k"
    )
    assert str(event) in repr(busy.trail)


def test_it_is_exported_as_cloudtrail_has_it(busy: LocalCloud, tmp_path: Path) -> None:
    """A file for programs that read CloudTrail's; who, what, where, outcome, address."""
    busy.trail.save(tmp_path / "log.json")
    busy.trail.save(tmp_path / "log.json.gz")
    records = json.loads((tmp_path / "log.json").read_text(encoding="utf-8"))["Records"]
    assert json.loads(gzip.decompress((tmp_path / "log.json.gz").read_bytes()))["Records"] == records
    (denied,) = [each for each in records if each["eventName"] == "GetObject"]
    assert denied["userIdentity"]["type"] == "AssumedRole"
    assert denied["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] == "arn:aws:iam::111122223333:role/App"
    assert denied["errorCode"] == "AccessDenied"
    assert denied["sourceIPAddress"] == "127.0.0.1"
    assert denied["recipientAccountId"] == "111122223333"
    assert denied["requestParameters"]["key"] == "k"


def test_what_a_service_asks_for_the_caller_is_an_event_of_its_own(busy: LocalCloud) -> None:
    """S3 uses a key with the permissions of its caller: KMS records who that is, and through which service."""
    key = busy.client("kms").create_key()["KeyMetadata"]["Arn"]
    s3 = busy.client("s3")
    s3.create_bucket(Bucket="amzn-s3-demo-bucket")
    s3.put_object(Bucket="amzn-s3-demo-bucket", Key="k", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    put, made = json.loads(busy.trail.as_json())["Records"][-2:]

    assert (put["eventName"], put["sourceIPAddress"]) == ("PutObject", "127.0.0.1")
    assert put["resources"] == [{"ARN": "arn:aws:s3:::amzn-s3-demo-bucket/k"}]
    assert (made["eventSource"], made["eventName"]) == ("kms.amazonaws.com", "GenerateDataKey")
    assert made["userIdentity"] == put["userIdentity"] | {"invokedBy": "s3.amazonaws.com"}
    assert made["sourceIPAddress"] == "s3.amazonaws.com"
    assert made["requestParameters"]["keyId"] == key
    assert made["requestParameters"]["encryptionContext"] == {"aws:s3:arn": "arn:aws:s3:::amzn-s3-demo-bucket/k"}
    assert made["resources"] == [{"ARN": key, "type": "AWS::KMS::Key"}]
    assert "errorCode" not in made

    again = {"Bucket": "amzn-s3-demo-bucket", "Key": "k", "Body": b"y", "IfNoneMatch": "*"}
    refused(s3.put_object, **again, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    put, made = json.loads(busy.trail.as_json())["Records"][-2:]
    assert (put["errorCode"], made["eventName"]) == ("PreconditionFailed", "GenerateDataKey")
    assert "errorCode" not in made

    reader = busy.client("s3", user(busy, "carol", allow("s3:GetObject")))
    refused(reader.get_object, Bucket="amzn-s3-demo-bucket", Key="k")
    got, denied = json.loads(busy.trail.as_json())["Records"][-2:]
    assert (got["eventName"], got["errorCode"]) == ("GetObject", "AccessDenied")
    assert (denied["eventName"], denied["errorCode"]) == ("Decrypt", "AccessDenied")


def test_secrets_are_not_in_it(busy: LocalCloud) -> None:
    """Neither what was kept nor what signs."""
    text = busy.trail.as_json() + repr(busy.trail)
    assert "hunter2" not in text
    assert busy.administrator().secret_access_key not in text


def test_nothing_is_said_where_nothing_happened() -> None:
    """An empty trail is a sentence."""
    with LocalCloud(seed=1) as cloud:
        assert repr(cloud.trail) == "nothing has happened yet"

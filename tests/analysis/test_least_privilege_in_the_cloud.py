"""A program of a role with too much is watched; the generated policy on a fresh role lets it pass, and no more."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from iamkit.analysis.least_privilege import generate
from iamkit.analysis.unused import unused
from iamkit.cli import main
from iamkit.cloud.clients import Keys
from iamkit.cloud.local_cloud import LocalCloud

BUCKET = "amzn-s3-demo-bucket"
WIDE = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": ["s3:*", "sqs:*", "secretsmanager:*", "kms:*"], "Resource": "*"},
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """A bucket, a queue and a secret under a key of its own."""
    with LocalCloud(seed=5) as started:
        started.client("s3").create_bucket(Bucket=BUCKET)
        started.client("sqs").create_queue(QueueName="jobs")
        key = started.client("kms").create_key()["KeyMetadata"]["KeyId"]
        started.client("secretsmanager").create_secret(Name="db", SecretString="x", KmsKeyId=key)
        yield started


def as_role(cloud: LocalCloud, name: str, document: Any) -> Keys:
    """Make a role with one policy, and give a session of it."""
    iam = cloud.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(document))
    held = cloud.role_session(name).access_key.credentials
    return Keys(held.access_key_id, held.secret_access_key, held.session_token)


def program(cloud: LocalCloud, keys: Keys) -> None:
    """Do a day's work."""
    s3, sqs = cloud.client("s3", keys), cloud.client("sqs", keys)
    for number in range(5):
        s3.put_object(Bucket=BUCKET, Key=f"in/{number}.csv", Body=b"x")
    s3.copy_object(Bucket=BUCKET, Key="out/copy", CopySource={"Bucket": BUCKET, "Key": "in/1.csv"})
    s3.head_object(Bucket=BUCKET, Key="out/copy")
    s3.list_objects_v2(Bucket=BUCKET)
    s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "out/copy"}]})
    url = sqs.get_queue_url(QueueName="jobs")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="done")
    cloud.client("secretsmanager", keys).get_secret_value(SecretId="db")


def test_from_wide_open_to_just_enough(cloud: LocalCloud) -> None:
    """The same program passes; one more call is denied; nothing of the new policy is unused."""
    program(cloud, as_role(cloud, "Wide", WIDE))
    wide = "arn:aws:iam::111122223333:role/Wide"
    made = generate(cloud.trail, principal=wide)
    keys = as_role(cloud, "Tight", made.policy.to_dict())
    program(cloud, keys)
    with pytest.raises(ClientError, match="AccessDenied"):
        cloud.client("s3", keys).get_object(Bucket=BUCKET, Key="secret/plan")
    with pytest.raises(ClientError, match="AccessDenied"):
        cloud.client("sqs", keys).list_queues()
    assert not any(each.unused_actions for each in unused(made.policy, cloud.trail, principal=wide).statements)
    assert unused(WIDE, cloud.trail, principal=wide).anything


def test_from_the_trail_as_a_file(cloud: LocalCloud, tmp_path: Path) -> None:
    """The file tells no actions: they are derived, also of what a service asks of KMS for the caller."""
    program(cloud, as_role(cloud, "Filed", WIDE))
    cloud.trail.save(tmp_path / "log.json.gz")
    command = ["generate", str(tmp_path), "--principal", "arn:aws:sts::111122223333:assumed-role/Filed/x"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert "evidence: S3" in done.stderr
    program(cloud, as_role(cloud, "FromFile", document))

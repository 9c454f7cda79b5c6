"""The AWS CLI, unmodified, against the local cloud: what a caller may do works, and a denial reads as AWS's does.

Every command is a process of its own, with a home and an environment in which nothing of the user's is left.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from iamkit.cloud.local_cloud import ACCOUNT, REGION, Keys, LocalCloud
from iamkit.cloud.run import RoleCredentials, run
from tests.cloud.test_local_cloud import allow, session, trust, user

BIN = Path(sys.executable).parent
BUCKET = "amzn-s3-demo-bucket"
# Version 1 says 255 for every error of a service, `aws s3` says 1 (its own `aws help return-codes`); version 2 has 254.
SERVICE_ERROR, S3_TRANSFER_FAILED = 255, 1

ALICE_MAY = (
    "iam:CreateUser", "iam:ListUsers", "iam:PutUserPolicy", "s3:CreateBucket", "s3:ListAllMyBuckets", "s3:ListBucket",
    "s3:GetObject", "s3:PutObject", "s3:DeleteObject", "sqs:ListQueues", "sqs:GetQueueUrl", "sqs:SendMessage",
    "sqs:ReceiveMessage", "sns:Publish", "dynamodb:PutItem", "dynamodb:GetItem", "lambda:ListFunctions",
    "secretsmanager:GetSecretValue", "kms:Encrypt", "logs:DescribeLogGroups", "ec2:DescribeInstances",
    "ec2:RunInstances", "sts:AssumeRole",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """A cloud with a little of everything; alice may do what is tested, bob nothing, and `app` is a role like alice."""

    cloud: LocalCloud
    alice: Keys
    bob: Keys
    app: Keys
    key: str
    image: str
    queue: str

    @property
    def credentials(self) -> RoleCredentials:
        """Give the role session as `run` takes it."""
        token = self.app.session_token or ""
        return RoleCredentials(self.cloud.endpoint, REGION, self.app.access_key_id, self.app.secret_access_key, token)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all commands, none of which needs what another one did."""
    with LocalCloud(seed=11) as cloud:
        alice, bob = user(cloud, "alice", allow(*ALICE_MAY)), user(cloud, "bob")
        iam = cloud.client("iam")
        iam.create_user(UserName="dave")
        trusted = trust({"AWS": f"arn:aws:iam::{ACCOUNT}:user/alice"})
        iam.create_role(RoleName="app", AssumeRolePolicyDocument=trusted)
        iam.put_role_policy(RoleName="app", PolicyName="same", PolicyDocument=allow(*ALICE_MAY))
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="notes/read.txt", Body=b"hello")
        s3.put_object(Bucket=BUCKET, Key="notes/old.txt", Body=b"bye")
        sqs = cloud.client("sqs")
        queue = sqs.create_queue(QueueName="jobs")["QueueUrl"]
        sqs.send_message(QueueUrl=sqs.create_queue(QueueName="full")["QueueUrl"], MessageBody="first")
        cloud.client("sns").create_topic(Name="news")
        tables = cloud.client("dynamodb")
        tables.create_table(
            TableName="songs",
            KeySchema=[{"AttributeName": "artist", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "artist", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        tables.put_item(TableName="songs", Item={"artist": {"S": "Miriam"}, "song": {"S": "Pata Pata"}})
        lambda_role = iam.create_role(
            RoleName="work", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"})
        )
        cloud.client("lambda").create_function(
            FunctionName="work",
            Runtime="python3.13",
            Handler="index.handler",
            Role=lambda_role["Role"]["Arn"],
            Code={"ZipFile": _zip("index.py", "def handler(event, context): ...")},
        )
        cloud.client("secretsmanager").create_secret(Name="db", SecretString="p4ssw0rd")
        cloud.client("logs").create_log_group(logGroupName="/app/web")
        yield World(
            cloud,
            alice,
            bob,
            session(cloud, alice, f"arn:aws:iam::{ACCOUNT}:role/app"),
            cloud.client("kms").create_key()["KeyMetadata"]["KeyId"],
            cloud.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"],
            queue,
        )


def _zip(name: str, text: str) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(name, text)
    return packed.getvalue()


def aws(world: World, keys: Keys, home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run the CLI with the endpoint named in the command; an SDK's every default would lead nowhere."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": str(home / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "none"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        # Whatever would call anybody but the cloud fails at once.
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    return subprocess.run(
        [BIN / "aws", "--endpoint-url", world.cloud.endpoint, *command],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


NAMED = [
    (("sts", "get-caller-identity", "--query", "Arn"), f'"arn:aws:iam::{ACCOUNT}:user/alice"'),
    (
        ("sts", "assume-role", "--role-arn", f"arn:aws:iam::{ACCOUNT}:role/app", "--role-session-name", "cli",
         "--query", "AssumedRoleUser.Arn"),
        f'"arn:aws:sts::{ACCOUNT}:assumed-role/app/cli"',
    ),
    (("iam", "create-user", "--user-name", "carol", "--query", "User.Arn"), f'"arn:aws:iam::{ACCOUNT}:user/carol"'),
    (("iam", "put-user-policy", "--user-name", "dave", "--policy-name", "none", "--policy-document",
      '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'), ""),
    (("s3", "mb", "s3://amzn-s3-demo-new"), "make_bucket: amzn-s3-demo-new"),
    (("s3", "ls", f"s3://{BUCKET}/notes/"), "read.txt"),
    (("s3api", "put-object", "--bucket", BUCKET, "--key", "empty"), '"ETag"'),
    (("s3api", "head-object", "--bucket", BUCKET, "--key", "notes/read.txt", "--query", "ContentLength"), "5"),
    (("sqs", "list-queues"), "/111122223333/jobs"),
    (("sns", "publish", "--topic-arn", f"arn:aws:sns:{REGION}:{ACCOUNT}:news", "--message", "hi"), '"MessageId"'),
    (("dynamodb", "get-item", "--table-name", "songs", "--key", '{"artist": {"S": "Miriam"}}'), "Pata Pata"),
    (("secretsmanager", "get-secret-value", "--secret-id", "db"), "p4ssw0rd"),
    (("logs", "describe-log-groups", "--query", "logGroups[].logGroupName"), "/app/web"),
    (("ec2", "describe-instances"), '"Reservations"'),
]  # fmt: skip


@pytest.mark.parametrize(("command", "expected"), NAMED, ids=[" ".join(command[:2]) for command, _ in NAMED])
def test_what_is_allowed_works(world: World, tmp_path: Path, command: tuple[str, ...], expected: str) -> None:
    """A user's keys, the endpoint named in the command: exit status 0, and the answer is printed."""
    ran = aws(world, world.alice, tmp_path, *command)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert expected in ran.stdout


WRAPPED = [
    (("iam", "list-users", "--query", "Users[].UserName"), '"alice"'),
    (("sqs", "send-message", "--queue-url", "QUEUE", "--message-body", "hi"), '"MessageId"'),
    (("sqs", "receive-message", "--queue-url", "FULL", "--query", "Messages[].Body"), '"first"'),
    (("dynamodb", "put-item", "--table-name", "songs", "--item", '{"artist": {"S": "Caetano"}}'), ""),
    (("lambda", "list-functions", "--query", "Functions[].FunctionName"), '"work"'),
    (("kms", "encrypt", "--key-id", "KEY", "--plaintext", "aGk=", "--query", "KeyId"), f"{REGION}:{ACCOUNT}:key/"),
    (("s3", "rm", f"s3://{BUCKET}/notes/old.txt"), f"delete: s3://{BUCKET}/notes/old.txt"),
    (("ec2", "run-instances", "--image-id", "IMAGE", "--instance-type", "t3.micro", "--query",
      "Instances[].InstanceType"), '"t3.micro"'),
]  # fmt: skip


@pytest.mark.parametrize(("command", "expected"), WRAPPED, ids=[" ".join(command[:2]) for command, _ in WRAPPED])
def test_with_a_roles_session(
    world: World,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    expected: str,
) -> None:
    """`run` gives the CLI a role session and the endpoint: the command names neither."""
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    full = world.queue.removesuffix("jobs") + "full"
    named = {"QUEUE": world.queue, "FULL": full, "KEY": world.key, "IMAGE": world.image}
    ran = run(["aws", *(named.get(word, word) for word in command)], world.credentials)
    told = capfd.readouterr()
    assert (ran.status, ran.refused, told.err) == (0, (), "")
    assert expected in told.out


def test_files_go_up_and_come_back(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`aws s3 cp` in both directions, and a link that anyone can open."""
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    here, there = tmp_path / "here.txt", tmp_path / "there.txt"
    here.write_text("grüße", encoding="utf-8")
    link = f"s3://{BUCKET}/up/a b.txt"
    assert run(["aws", "s3", "cp", str(here), link], world.credentials).status == 0
    assert run(["aws", "s3api", "get-object", "--bucket", BUCKET, "--key", "up/a b.txt", str(there)],
               world.credentials).status == 0  # fmt: skip
    assert there.read_text(encoding="utf-8") == "grüße"
    capfd.readouterr()
    assert run(["aws", "s3", "presign", link], world.credentials).status == 0
    presigned = capfd.readouterr().out.strip()
    assert presigned.startswith(f"{world.cloud.endpoint}/{BUCKET}/up/a%20b.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    with urllib.request.urlopen(presigned) as response:
        assert response.read().decode() == "grüße"


def _said(code: str, operation: str, action: str, resource: str = "", *, prefix: str = "") -> str:
    """Write a denial as the CLI prints it (E19)."""
    on = f" on resource: {resource}" if resource else ""
    return (
        f"An error occurred ({code}) when calling the {operation} operation: {prefix}User: "
        f"arn:aws:iam::{ACCOUNT}:user/bob is not authorized to perform: {action}{on} "
        f"because no identity-based policy allows the {action} action"
    )


DENIED = [
    (("iam", "list-users"), _said("AccessDenied", "ListUsers", "iam:ListUsers")),
    (
        ("dynamodb", "get-item", "--table-name", "songs", "--key", '{"artist": {"S": "Miriam"}}'),
        _said(
            "AccessDeniedException", "GetItem", "dynamodb:GetItem", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/songs"
        ),
    ),
    (("sqs", "list-queues"), _said("AccessDeniedException", "ListQueues", "sqs:ListQueues")),
    (
        ("sns", "publish", "--topic-arn", f"arn:aws:sns:{REGION}:{ACCOUNT}:news", "--message", "hi"),
        _said("AuthorizationError", "Publish", "sns:Publish", f"arn:aws:sns:{REGION}:{ACCOUNT}:news"),
    ),
    (
        ("s3api", "get-object", "--bucket", BUCKET, "--key", "notes/read.txt", "copy"),
        _said("AccessDenied", "GetObject", "s3:GetObject", f"arn:aws:s3:::{BUCKET}/notes/read.txt"),
    ),
    (
        ("ec2", "describe-instances"),
        _said(
            "UnauthorizedOperation",
            "DescribeInstances",
            "ec2:DescribeInstances",
            prefix="You are not authorized to perform this operation. ",
        ),
    ),
]


@pytest.mark.parametrize(("command", "expected"), DENIED, ids=[" ".join(command[:2]) for command, _ in DENIED])
def test_a_denial_is_printed_in_full(world: World, tmp_path: Path, command: tuple[str, ...], expected: str) -> None:
    """Who has no permissions reads AWS's code and sentence, and the exit status says that the service refused."""
    ran = aws(world, world.bob, tmp_path, *command)
    assert (ran.returncode, ran.stdout) == (SERVICE_ERROR, "")
    assert ran.stderr.strip() == expected


def test_a_file_that_may_not_go_up(world: World, tmp_path: Path) -> None:
    """`aws s3` has words of its own before AWS's, and an exit status of its own."""
    (tmp_path / "here.txt").write_text("hello")
    ran = aws(world, world.bob, tmp_path, "s3", "cp", "here.txt", f"s3://{BUCKET}/up/here.txt")
    assert ran.returncode == S3_TRANSFER_FAILED
    assert f"upload failed: ./here.txt to s3://{BUCKET}/up/here.txt An error occurred (AccessDenied)" in ran.stderr
    assert f"s3:PutObject on resource: arn:aws:s3:::{BUCKET}/up/here.txt because no identity-based" in ran.stderr


def test_why_ec2_refused_can_be_decoded(world: World, tmp_path: Path) -> None:
    """EC2 seals the details into its message; `decode-authorization-message` opens them for who may."""
    ran = aws(world, world.bob, tmp_path, "ec2", "run-instances", "--image-id", world.image)
    assert ran.returncode == SERVICE_ERROR
    assert "(UnauthorizedOperation) when calling the RunInstances operation" in ran.stderr
    sealed = ran.stderr.rpartition("Encoded authorization failure message: ")[2].strip()
    command = ("sts", "decode-authorization-message", "--encoded-message", sealed, "--query", "DecodedMessage")
    opened = aws(world, world.cloud.administrator(), tmp_path, *command)
    assert (opened.returncode, opened.stderr) == (0, "")
    told: dict[str, Any] = json.loads(json.loads(opened.stdout))
    assert (told["allowed"], told["explicitDeny"]) == (False, False)
    assert told["context"]["action"] == "ec2:RunInstances"
    assert told["context"]["principal"]["arn"] == f"arn:aws:iam::{ACCOUNT}:user/bob"
    refused = aws(world, world.bob, tmp_path, *command)
    assert refused.returncode == SERVICE_ERROR
    assert "is not authorized to perform: sts:DecodeAuthorizationMessage" in refused.stderr

"""Roles for programs, plain HTTP requests, and boto3's default chain in an environment of its own."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import boto3
import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import Keys, LocalCloud

ACCOUNT = "111122223333"
OTHER_ACCOUNT = "444455556666"
ROLES = {
    "web": {"Service": "ec2.amazonaws.com"},
    "task": {"Service": "ecs-tasks.amazonaws.com"},
    "pod": {"Service": "pods.eks.amazonaws.com"},
    "second": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
}
LISTS_QUEUES = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"},
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": f"arn:aws:iam::{ACCOUNT}:role/second"},
        ],
    }
)


def trust(principal: Mapping[str, str], **more: Any) -> str:
    """Write a trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": ["sts:AssumeRole", "sts:TagSession"], **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def roles(cloud: LocalCloud, *names: str) -> None:
    """Make roles, all of them if none is named."""
    iam = cloud.client("iam")
    for name, principal in ((name, ROLES[name]) for name in names or ROLES):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(principal))
        iam.put_role_policy(RoleName=name, PolicyName="lists-queues", PolicyDocument=LISTS_QUEUES)


def alice(cloud: LocalCloud) -> Keys:
    """Give keys of a user who may do what the roles may."""
    iam = cloud.client("iam")
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="lists-queues", PolicyDocument=LISTS_QUEUES)
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


class Got(NamedTuple):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def document(self) -> Any:
        """Read the body as JSON."""
        return json.loads(self.body)


def send(endpoint: str, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Got:
    """Send a request as it is."""
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"), timeout=10)
    try:
        connection.request(method, path, body or None, dict(headers or {}))
        answer = connection.getresponse()
        return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode())
    finally:
        connection.close()


@contextmanager
def chain(environment: Mapping[str, str]) -> Iterator[boto3.Session]:
    """Give a session of an unmodified boto3 that finds its credentials by itself, in this environment and no other."""
    with patch.dict(os.environ, environment, clear=True):
        yield boto3.Session()


def who(session: boto3.Session) -> tuple[str, str]:
    """Tell by which provider the chain found credentials, and whose they are."""
    credentials = session.get_credentials()
    assert credentials is not None
    return credentials.method, session.client("sts").get_caller_identity()["Arn"]


def assert_lists_queues_and_no_users(session: boto3.Session) -> None:
    """One call is allowed, another one is not."""
    assert session.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"] == 200
    with pytest.raises(ClientError) as denied:
        session.client("iam").list_users()
    assert denied.value.response["Error"]["Code"] == "AccessDenied"


_PROGRAM = """
import boto3, json
from botocore.exceptions import ClientError
session = boto3.Session()
told = {"method": session.get_credentials().method, "arn": session.client("sts").get_caller_identity()["Arn"]}
told["queues"] = session.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"]
try:
    session.client("iam").list_users()
except ClientError as error:
    told["users"] = error.response["Error"]["Code"]
print(json.dumps(told))
"""


def run_chain(environment: Mapping[str, str]) -> dict[str, Any]:
    """Let a process of its own find credentials and call: some paths are read when botocore is imported."""
    told = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env={**environment}, capture_output=True, text=True, check=True
    )
    read: dict[str, Any] = json.loads(told.stdout)
    return read


def home(folder: Path, configuration: str) -> Path:
    """Make a home folder with a configuration."""
    (folder / ".aws").mkdir(exist_ok=True)
    (folder / ".aws" / "config").write_text(configuration, encoding="utf-8")
    return folder

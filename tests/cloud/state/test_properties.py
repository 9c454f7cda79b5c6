"""Whatever is called, in whatever order: done again it gives the same, and leaves the same behind."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.local_cloud import ACCOUNT, LocalCloud
from iamkit.cloud.state import Act
from iamkit.sigv4 import HttpRequest
from tests.cloud.state.inside import close_files, difference, inside, inside_as
from tests.cloud.state.scenes import allow, trust
from tests.effort import FUZZ

# moto leaves the files of objects that were written over, or of parts, to the collector of garbage.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
NAMES = st.sampled_from(["one", "two", "no such thing", "Ü;+/"])
PROTOCOLS = {
    "iam": "query",
    "s3": "rest-xml",
    "sqs": "json",
    "dynamodb": "json",
    "kms": "json",
    "secretsmanager": "json",
}


def call(service: str, operation: str, **parameters: Any) -> st.SearchStrategy[tuple[str, str, Mapping[str, Any]]]:
    """Call an operation with parameters that may be drawn."""
    drawn = {name: each if isinstance(each, st.SearchStrategy) else st.just(each) for name, each in parameters.items()}
    return st.tuples(st.just(service), st.just(operation), st.fixed_dictionaries(drawn))


ITEM = st.fixed_dictionaries({"id": st.fixed_dictionaries({"S": NAMES}), "s": st.just({"SS": ["a", "b", "c"]})})
KEY = st.fixed_dictionaries({"id": st.fixed_dictionaries({"S": NAMES})})
QUEUE = NAMES.map(lambda name: f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/{name}")
CALLS = st.one_of(
    call("iam", "CreateUser", UserName=NAMES),
    call("iam", "DeleteUser", UserName=NAMES),
    call("iam", "CreateAccessKey", UserName=NAMES),
    call("iam", "PutUserPolicy", UserName=NAMES, PolicyName=NAMES, PolicyDocument=allow("s3:*")),
    call("iam", "CreateRole", RoleName=NAMES, AssumeRolePolicyDocument=trust({"AWS": ACCOUNT})),
    call("iam", "CreateVirtualMFADevice", VirtualMFADeviceName=NAMES),
    call("iam", "ListUsers"),
    call("s3", "CreateBucket", Bucket="amzn-s3-demo-bucket"),
    call("s3", "PutBucketVersioning", Bucket="amzn-s3-demo-bucket", VersioningConfiguration={"Status": "Enabled"}),
    call("s3", "PutObject", Bucket="amzn-s3-demo-bucket", Key=NAMES, Body=st.binary(max_size=9)),
    call("s3", "DeleteObject", Bucket="amzn-s3-demo-bucket", Key=NAMES),
    call("s3", "CreateMultipartUpload", Bucket="amzn-s3-demo-bucket", Key=NAMES),
    call("s3", "GetObject", Bucket="amzn-s3-demo-bucket", Key=NAMES),
    call("sqs", "CreateQueue", QueueName=NAMES),
    call("sqs", "SendMessage", QueueUrl=QUEUE, MessageBody=NAMES),
    call("sqs", "ReceiveMessage", QueueUrl=QUEUE, VisibilityTimeout=st.sampled_from([0, 30]), MaxNumberOfMessages=2),
    call("sqs", "PurgeQueue", QueueUrl=QUEUE),
    call(
        "dynamodb",
        "CreateTable",
        TableName="things",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    ),
    call("dynamodb", "PutItem", TableName="things", Item=ITEM),
    call(
        "dynamodb",
        "UpdateItem",
        TableName="things",
        Key=KEY,
        UpdateExpression="ADD s :more",
        ExpressionAttributeValues={":more": {"SS": ["x", "y", "z"]}},
    ),
    call("dynamodb", "Scan", TableName="things"),
    call("kms", "CreateKey", Description=NAMES),
    call("kms", "CreateAlias", AliasName=NAMES.map(lambda name: f"alias/{name}"), TargetKeyId="none"),
    call("kms", "GenerateRandom", NumberOfBytes=8),
    call("secretsmanager", "CreateSecret", Name=NAMES, SecretString=NAMES),
    call("secretsmanager", "PutSecretValue", SecretId=NAMES, SecretString=NAMES),
    call("secretsmanager", "GetSecretValue", SecretId=NAMES),
    call("secretsmanager", "GetRandomPassword"),
)


def play(cloud: LocalCloud, calls: list[tuple[str, str, Mapping[str, Any]]]) -> None:
    """Do calls, whatever comes of them."""
    gateway, holder = cloud.gateway, cloud.administrator_holder(ACCOUNT)
    for number, (service, operation, parameters) in enumerate(calls):
        request = HttpRequest("POST", "/", [], b"")
        made = Call(service, operation, parameters, PROTOCOLS.get(service, "json"), "us-east-1", request)
        with gateway.lock, suppress(ServiceError):
            gateway.perform(Act(made, holder, {}, ACCOUNT, f"id-{number}", gateway.clock()), lambda _: None)


@settings(max_examples=40 if FUZZ else 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(CALLS, min_size=1, max_size=40), st.lists(CALLS, max_size=10))
def test_done_again(first: list[Any], more: list[Any]) -> None:
    """Over two restarts, and what is called in between."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        with LocalCloud(state=state, seed=1) as cloud:
            play(cloud, first)
            left = inside()
        with LocalCloud(state=state) as cloud:
            assert difference(left, inside_as(left)) == {}
            play(cloud, more)
            left = inside()
        with LocalCloud(state=state):
            assert difference(left, inside_as(left)) == {}
    close_files()

"""Serve one of the contestants in a process of its own, with the same things in it: `python -m … NAME`.

It prints a line of JSON when it is ready: endpoint, alice's keys, seconds to import and to start. It ends with its
standard input.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

ACCOUNT, REGION = "111122223333", "us-east-1"
BUCKET, KEY, BODY = "amzn-s3-demo-bucket", "reports/2026/january.csv", b"x" * 1024
TABLE, QUEUE = "orders", "jobs"
# Ten statements, of which each call needs one: as policies are in real life.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::{BUCKET}/reports/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
        {"Effect": "Allow", "Action": "sqs:*", "Resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{QUEUE}"},
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "Resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{TABLE}",
        },
        {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "arn:aws:iam::*:user/${aws:username}"},
        {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"},
        {"Effect": "Allow", "Action": "logs:*", "Resource": "arn:aws:logs:*:*:log-group:/app/*"},
        {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": "*",
            "Condition": {"Bool": {"aws:ViaAWSService": "true"}},
        },
        {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    ],
}  # fmt: skip


def prepare(client: Callable[[str], Any]) -> dict[str, str]:
    """Make what the calls are about, and alice; give her keys."""
    client("s3").create_bucket(Bucket=BUCKET)
    client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=BODY)
    client("sqs").create_queue(QueueName=QUEUE)
    dynamodb = client("dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.put_item(TableName=TABLE, Item={"id": {"S": "1"}, "total": {"N": "42"}})
    iam = client("iam")
    iam.create_user(UserName="alice")
    iam.put_user_policy(UserName="alice", PolicyName="work", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName="alice")["AccessKey"]
    return {"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}


def serve_iamkit(checking: bool) -> None:
    """Serve the local cloud; without checking nothing is guarded, authenticated or authorized."""
    begun = time.perf_counter()
    from iamkit.cloud.local_cloud import LocalCloud

    imported = time.perf_counter()
    cloud = LocalCloud(seed=1)
    with cloud:
        started = time.perf_counter()
        keys = prepare(cloud.client)
        if not checking:
            _leave_out_checks(cloud)
        _ready(cloud.endpoint, keys, imported - begun, started - imported)


def _leave_out_checks(cloud: Any) -> None:
    """Keep the same server, reading and moto, and nothing of what makes a cloud of it."""
    from iamkit.cloud.addressing import address
    from iamkit.cloud.wire import execute, read_call

    gateway = cloud.gateway

    def answer(request: Any) -> Any:
        place = address(request, None)
        with gateway.lock:
            call = read_call(request, place.service, place.region, None)
            return execute(call, ACCOUNT, "unknown", "00000000-0000-4000-8000-000000000000")

    cloud._answer = answer
    cloud._server._application.answer = answer


def serve_moto() -> None:
    """Serve moto as its own server does."""
    begun = time.perf_counter()
    import boto3
    from moto.server import ThreadedMotoServer

    imported = time.perf_counter()
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    started = time.perf_counter()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"

    def client(service: str) -> Any:
        # moto takes the account of whoever has no key of its own from the ID.
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=endpoint,
            aws_access_key_id=ACCOUNT,
            aws_secret_access_key="secret",
        )

    keys = prepare(client) | {"accessKeyId": ACCOUNT}
    _ready(endpoint, keys, imported - begun, started - imported)
    server.stop()


def _ready(endpoint: str, keys: dict[str, str], imported: float, started: float) -> None:
    told = {"endpoint": endpoint, **keys, "import": imported, "start": started}
    print(json.dumps(told), flush=True)
    sys.stdin.read()


SERVERS: dict[str, Callable[[], None]] = {
    "iamkit": lambda: serve_iamkit(True),
    "iamkit, unchecked": lambda: serve_iamkit(False),
    "moto": serve_moto,
}

if __name__ == "__main__":
    SERVERS[sys.argv[1]]()

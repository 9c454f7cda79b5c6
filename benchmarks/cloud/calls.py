"""The calls that are measured: signed by hand, sent over one connection, so that the server is what takes the time."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from benchmarks.cloud.serving import ACCOUNT, BODY, BUCKET, KEY, QUEUE, REGION, TABLE
from iamkit.sigv4 import Credentials, HttpRequest, ServiceRules, sign

FORM = ("Content-Type", "application/x-www-form-urlencoded")
Headers = tuple[tuple[str, str], ...]


def _json(target: str, version: str) -> Headers:
    return (("Content-Type", f"application/x-amz-json-{version}"), ("X-Amz-Target", target))


@dataclass(frozen=True, slots=True)
class Ask:
    """A call: what is sent, and the status that a caller who may make it gets."""

    service: str
    method: str
    target: str
    headers: Headers = ()
    body: bytes = b""
    status: int = 200


CALLS: Mapping[str, Ask] = {
    "S3 GetObject, 1 KiB": Ask("s3", "GET", f"/{BUCKET}/{KEY}"),
    "S3 PutObject, 1 KiB": Ask("s3", "PUT", f"/{BUCKET}/reports/new.csv", (), BODY),
    "S3 ListObjectsV2": Ask("s3", "GET", f"/{BUCKET}?list-type=2"),
    "SQS GetQueueAttributes": Ask(
        "sqs", "POST", "/", _json("AmazonSQS.GetQueueAttributes", "1.0"),
        json.dumps({"QueueUrl": f"http://127.0.0.1/{ACCOUNT}/{QUEUE}", "AttributeNames": ["QueueArn"]}).encode(),
    ),
    "DynamoDB GetItem": Ask(
        "dynamodb", "POST", "/", _json("DynamoDB_20120810.GetItem", "1.0"),
        json.dumps({"TableName": TABLE, "Key": {"id": {"S": "1"}}}).encode(),
    ),
    "IAM GetUser": Ask("iam", "POST", "/", (FORM,), b"Action=GetUser&Version=2010-05-08&UserName=alice"),
    "STS GetCallerIdentity": Ask("sts", "POST", "/", (FORM,), b"Action=GetCallerIdentity&Version=2011-06-15"),
}  # fmt: skip
# What alice may not do: refused by the engine each time.
DENIED = Ask("s3", "GET", "/amzn-s3-demo-bucket/payroll/may.csv", status=403)


class Connection:
    """One client with its keys, on one connection."""

    def __init__(self, endpoint: str, access_key_id: str, secret_access_key: str) -> None:
        parts = urlsplit(endpoint)
        self._host = parts.netloc
        self._credentials = Credentials(access_key_id, secret_access_key)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def prepare(self, ask: Ask) -> HttpRequest:
        """Sign a call; it can be sent as often as one likes for a quarter of an hour (A10)."""
        headers = (("Host", self._host), *ask.headers)
        request = HttpRequest(ask.method, ask.target, headers, ask.body)
        rules = ServiceRules.of(ask.service)
        return sign(
            request, self._credentials, region=REGION, service=ask.service, at=datetime.now(UTC), rules=rules
        ).request

    def send(self, request: HttpRequest) -> tuple[int, bytes]:
        """Send a request and read the whole answer."""
        connection = self._connection
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(request.body or b"")))
        connection.endheaders(request.body or None)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

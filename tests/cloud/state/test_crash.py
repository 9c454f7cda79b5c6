"""Killed at any moment: whatever was acknowledged is there afterwards."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tests.cloud.state.running import Running, running
from tests.effort import FUZZ

BUCKET = "amzn-s3-demo-bucket"
# Each takes seconds; `make fuzz` looks longer.
ROUNDS = 20 if FUZZ else 3


class Writer:
    """Write one thing after the other, and remember what was acknowledged."""

    def __init__(self, write: Callable[[Any, str], object], listed: Callable[[Any], set[str]]) -> None:
        self.write, self.listed = write, listed
        self.acknowledged: list[str] = []
        self.begun: list[str] = []

    def run(self, client: Any, stop: threading.Event) -> None:
        """Write until the cloud is gone."""
        while not stop.is_set():
            name = f"n-{len(self.begun):06d}"
            self.begun.append(name)
            try:
                self.write(client, name)
            except (BotoCoreError, ClientError, ResponseParserError):
                # An answer that was cut off acknowledges nothing.
                return
            self.acknowledged.append(name)

    def check(self, client: Any) -> None:
        """All that was acknowledged is there, and nothing that nobody asked for."""
        there = self.listed(client)
        assert set(self.acknowledged) - there == set()
        assert there - set(self.begun) == set()


def objects(client: Any) -> set[str]:
    """List and read objects: each has its own name as content."""
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    names = [each["Key"] for page in pages for each in page.get("Contents", ())]
    for name in names[-3:]:
        assert client.get_object(Bucket=BUCKET, Key=name)["Body"].read() == name.encode() * 500
    return set(names)


def writers() -> dict[str, Writer]:
    """One for each of three services."""
    return {
        "s3": Writer(lambda s3, name: s3.put_object(Bucket=BUCKET, Key=name, Body=name.encode() * 500), objects),
        "iam": Writer(
            lambda iam, name: iam.create_group(GroupName=name),
            lambda iam: {
                each["GroupName"] for page in iam.get_paginator("list_groups").paginate() for each in page["Groups"]
            },
        ),
        "dynamodb": Writer(
            lambda db, name: db.put_item(TableName="things", Item={"id": {"S": name}}),
            lambda db: {
                item["id"]["S"]
                for page in db.get_paginator("scan").paginate(TableName="things")
                for item in page["Items"]
            },
        ),
    }


def prepare(cloud: Running) -> None:
    """Make where the writers write."""
    cloud.client("s3").create_bucket(Bucket=BUCKET)
    cloud.client("dynamodb").create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def port() -> str:
    """A port that stays the same, so that clients can be kept."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return str(taken.getsockname()[1])


def test_killed_at_any_moment(tmp_path: Path, port: str) -> None:
    """Three clients write, the cloud is killed, all that was acknowledged is there; and so on."""
    chance, every, clients = random.Random(20261129), writers(), {}
    for number in range(ROUNDS + 1):
        with running(tmp_path / "state", "--port", port) as cloud:
            if number == 0:
                prepare(cloud)
                clients = {service: cloud.client(service) for service in every}
            for service, writer in every.items():
                writer.check(clients[service])
            if number == ROUNDS:
                break
            stop = threading.Event()
            threads = [
                threading.Thread(target=writer.run, args=(clients[service], stop)) for service, writer in every.items()
            ]
            for thread in threads:
                thread.start()
            stop.wait(chance.uniform(0.0, 0.5))
            cloud.kill()
            stop.set()
            for thread in threads:
                thread.join(20)
                assert not thread.is_alive()
    assert all(len(writer.acknowledged) > ROUNDS for writer in every.values())

"""Whoever waits for a message does not keep the others waiting."""

from __future__ import annotations

import threading
import time
from typing import Any

from iamkit.cloud.local_cloud import LocalCloud


def test_others_go_on_and_wake_it(cloud: LocalCloud) -> None:
    """A message that is sent while somebody waits is received at once."""
    sqs, got = cloud.client("sqs"), []
    url = sqs.create_queue(QueueName="work")["QueueUrl"]

    def receive() -> None:
        got.append(sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20))

    start, receiver = time.monotonic(), threading.Thread(target=receive)
    receiver.start()
    sender = cloud.client("sqs")
    while not got:
        # The first call of the receiver is in the trail when it has its answer: it is sent for until then.
        sender.send_message(QueueUrl=url, MessageBody="hello")
        receiver.join(0.2)
    assert time.monotonic() - start < 15
    receiver.join(10)
    assert got[0]["Messages"][0]["Body"] == "hello"


def timed(sqs: Any, **parameters: Any) -> tuple[list[Any], float]:
    """Receive, and tell how long it took."""
    start = time.monotonic()
    given = sqs.receive_message(**parameters).get("Messages", [])
    return given, time.monotonic() - start


def test_time_is_up(cloud: LocalCloud) -> None:
    """Without a message it answers when the time is up: what the call says, or else the queue."""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="work", Attributes={"ReceiveMessageWaitTimeSeconds": "1"})["QueueUrl"]
    given, seconds = timed(sqs, QueueUrl=url)
    assert given == []
    assert seconds >= 1
    given, seconds = timed(sqs, QueueUrl=url, WaitTimeSeconds=2)
    assert given == []
    assert seconds >= 2


def test_a_message_that_is_visible_again(cloud: LocalCloud) -> None:
    """Nobody has to do anything: its time is up, and it is received."""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="work")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="hello")
    sqs.receive_message(QueueUrl=url, VisibilityTimeout=1)
    given, seconds = timed(sqs, QueueUrl=url, WaitTimeSeconds=20)
    assert [each["Body"] for each in given] == ["hello"]
    assert seconds < 18

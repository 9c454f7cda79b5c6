"""Amazon SQS, row by row, with boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.cloud.real.across import Across, crossed
from tests.cloud.real.harness import Need, Row, World, a_world, check, without_entry


def a_queue(world: World) -> Mapping[str, Any]:
    """Make a queue with a tag and one message, received so that it can be deleted."""
    sqs, name = world.admin("sqs"), world.name("queue")
    url = sqs.create_queue(QueueName=name, tags={"team": "red"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="one")
    handle = sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"]
    sqs.add_permission(QueueUrl=url, Label="first", AWSAccountIds=["444455556666"], Actions=["GetQueueUrl"])
    return {"queue": url, "name": name, "arn": f"arn:aws:sqs:us-east-1:111122223333:{name}", "handle": handle}


def a_name(world: World) -> Mapping[str, Any]:
    """Give the name of a queue that does not exist."""
    name = world.name("queue")
    return {"name": name, "arn": f"arn:aws:sqs:us-east-1:111122223333:{name}"}


def two_queues(world: World) -> Mapping[str, Any]:
    """Make two queues, of which the first is the other's place for what failed."""
    first, second = a_queue(world), a_queue(world)
    policy = json.dumps({"deadLetterTargetArn": first["arn"], "maxReceiveCount": 3})
    world.admin("sqs").set_queue_attributes(QueueUrl=second["queue"], Attributes={"RedrivePolicy": policy})
    return {**first, "target": second["arn"]}


RED = {"aws:ResourceTag/team": "red"}
ON = {"QueueUrl": "{queue}"}
NEW_TAG = {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]}


def on_queue(operation: str, parameters: Mapping[str, Any] | None = None, action: str = "", **more: Any) -> Row:
    """Write the entry of an operation that needs one action on a queue with a tag."""
    need = Need(f"sqs:{action or operation}", "{arn}", {**RED, **more.pop("keys", {})})
    return Row("sqs", operation, {**ON, **(parameters or {})}, (need,), a_queue, **more)


BATCH = [{"Id": "a", "ReceiptHandle": "{handle}"}]
ROWS = (
    Row("sqs", "CreateQueue", {"QueueName": "{name}"}, (Need("sqs:CreateQueue", "{arn}"),), a_name),
    Row(
        "sqs",
        "CreateQueue",
        {"QueueName": "{name}", "tags": {"team": "blue"}},
        (Need("sqs:CreateQueue", "{arn}", NEW_TAG), Need("sqs:TagQueue", "{arn}", NEW_TAG)),
        a_name,
        note="tagged",
    ),
    Row("sqs", "GetQueueUrl", {"QueueName": "{name}"}, (Need("sqs:GetQueueUrl", "{arn}", RED),), a_queue),
    Row(
        "sqs",
        "GetQueueUrl",
        {"QueueName": "{name}"},
        (Need("sqs:GetQueueUrl", "{arn}"),),
        a_name,
        ends="AWS.SimpleQueueService.NonExistentQueue",
        note="unknown",
    ),
    Row(
        "sqs",
        "GetQueueUrl",
        {"QueueName": "{name}", "QueueOwnerAWSAccountId": "{account}"},
        (Need("sqs:GetQueueUrl", "{arn}"),),
        a_queue,
        note="of-owner",
    ),
    on_queue("SendMessage", {"MessageBody": "two"}),
    on_queue("SendMessageBatch", {"Entries": [{"Id": "a", "MessageBody": "two"}]}, "SendMessage"),
    on_queue("ReceiveMessage"),
    on_queue("DeleteMessage", {"ReceiptHandle": "{handle}"}),
    on_queue("DeleteMessageBatch", {"Entries": BATCH}, "DeleteMessage"),
    on_queue("ChangeMessageVisibility", {"ReceiptHandle": "{handle}", "VisibilityTimeout": 60}),
    on_queue(
        "ChangeMessageVisibilityBatch",
        {"Entries": [{**BATCH[0], "VisibilityTimeout": 60}]},
        "ChangeMessageVisibility",
    ),
    on_queue("GetQueueAttributes", {"AttributeNames": ["All"]}),
    on_queue("SetQueueAttributes", {"Attributes": {"VisibilityTimeout": "60"}}),
    on_queue("PurgeQueue"),
    on_queue("DeleteQueue"),
    on_queue("ListQueueTags"),
    on_queue("TagQueue", {"Tags": {"team": "blue"}}, keys=NEW_TAG),
    on_queue("UntagQueue", {"TagKeys": ["team"]}, keys={"aws:TagKeys": ["team"]}),
    on_queue("AddPermission", {"Label": "second", "AWSAccountIds": ["{other}"], "Actions": ["SendMessage"]}),
    on_queue("RemovePermission", {"Label": "first"}),
    on_queue("ListDeadLetterSourceQueues"),
    Row("sqs", "ListQueues", {}, (Need("sqs:ListQueues"),)),
    # moto has no tasks: who is allowed learns that.
    Row(
        "sqs",
        "StartMessageMoveTask",
        {"SourceArn": "{arn}", "DestinationArn": "{target}"},
        (
            Need("sqs:StartMessageMoveTask", "{arn}", RED),
            Need("sqs:ReceiveMessage", "{arn}", RED),
            Need("sqs:DeleteMessage", "{arn}"),
            Need("sqs:GetQueueAttributes", "{arn}"),
            Need("sqs:SendMessage", "{target}", RED),
        ),
        two_queues,
        ends="NotModelled",
    ),
    Row(
        "sqs",
        "ListMessageMoveTasks",
        {"SourceArn": "{arn}"},
        (Need("sqs:ListMessageMoveTasks", "{arn}"),),
        a_queue,
        ends="NotModelled",
    ),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(world: World, row: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, row)


def test_every_row_has_an_entry() -> None:
    """A row that nobody tries may be wrong."""
    assert not without_entry("sqs", ROWS)


def test_a_queue_of_another_account(world: World) -> None:
    """E15: the queue's policy and the caller's own must both allow; the message then lies in the owner's queue."""
    made = a_queue(world)
    sqs = world.admin("sqs")

    def let_in(policy: str) -> None:
        sqs.set_queue_attributes(QueueUrl=made["queue"], Attributes={"Policy": policy})

    send = ("send_message", {"QueueUrl": made["queue"], "MessageBody": "from abroad"})
    crossed(world, Across("sqs", *send, "sqs:SendMessage", made["arn"]), let_in)
    bodies = [each["Body"] for each in sqs.receive_message(QueueUrl=made["queue"])["Messages"]]
    assert bodies == ["from abroad"]

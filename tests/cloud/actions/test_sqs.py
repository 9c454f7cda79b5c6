"""What each operation of Amazon SQS needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.sqs import NOT_MODELLED
from iamkit.cloud.calls import Call, ServiceError
from tests.cloud.actions.world import (
    ACCOUNT,
    OTHER,
    Case,
    Context,
    FakeResources,
    Need,
    any_call,
    asked,
    check_any,
    check_coverage,
    ids,
)

QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders.fifo"
DEAD = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
URL = f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/orders.fifo"
LOCAL = f"http://127.0.0.1:4566/{OTHER}/orders"
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}
PERMISSIONS = "SQS Developer Guide, Amazon SQS API permissions"

CASES = [
    Case("ListQueues", {}, (Need("sqs:ListQueues"),), PERMISSIONS),
    Case("CreateQueue", {"QueueName": "dead"}, (Need("sqs:CreateQueue", DEAD),), PERMISSIONS),
    Case(
        "CreateQueue",
        {"QueueName": "dead", "tags": {"team": "red"}},
        (Need("sqs:CreateQueue", DEAD, TAGGED), Need("sqs:TagQueue", DEAD, TAGGED)),
        "API reference, CreateQueue: tags",
    ),
    Case("GetQueueUrl", {"QueueName": "dead"}, (Need("sqs:GetQueueUrl", DEAD),), PERMISSIONS),
    Case(
        "GetQueueUrl",
        {"QueueName": "orders", "QueueOwnerAWSAccountId": OTHER},
        (Need("sqs:GetQueueUrl", f"arn:aws:sqs:us-east-1:{OTHER}:orders", {}, OTHER),),
        PERMISSIONS,
    ),
    Case("SendMessage", {"QueueUrl": URL, "MessageBody": "x"}, (Need("sqs:SendMessage", QUEUE),), PERMISSIONS),
    Case(
        "SendMessage",
        {"QueueUrl": LOCAL, "MessageBody": "x"},
        (Need("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{OTHER}:orders", {}, OTHER),),
        PERMISSIONS,
    ),
    Case("SendMessageBatch", {"QueueUrl": URL, "Entries": []}, (Need("sqs:SendMessage", QUEUE),), PERMISSIONS),
    Case("ReceiveMessage", {"QueueUrl": URL}, (Need("sqs:ReceiveMessage", QUEUE),), PERMISSIONS),
    Case("DeleteMessageBatch", {"QueueUrl": URL, "Entries": []}, (Need("sqs:DeleteMessage", QUEUE),), PERMISSIONS),
    Case(
        "ChangeMessageVisibilityBatch",
        {"QueueUrl": URL, "Entries": []},
        (Need("sqs:ChangeMessageVisibility", QUEUE),),
        PERMISSIONS,
    ),
    Case("PurgeQueue", {"QueueUrl": URL}, (Need("sqs:PurgeQueue", QUEUE),), PERMISSIONS),
    Case("TagQueue", {"QueueUrl": URL, "Tags": {"team": "red"}}, (Need("sqs:TagQueue", QUEUE, TAGGED),), PERMISSIONS),
    Case(
        "UntagQueue",
        {"QueueUrl": URL, "TagKeys": ["team"]},
        (Need("sqs:UntagQueue", QUEUE, {"aws:TagKeys": ("team",)}),),
        PERMISSIONS,
    ),
    Case(
        "StartMessageMoveTask",
        {"SourceArn": DEAD, "DestinationArn": QUEUE},
        (
            Need("sqs:StartMessageMoveTask", DEAD),
            Need("sqs:ReceiveMessage", DEAD),
            Need("sqs:DeleteMessage", DEAD),
            Need("sqs:GetQueueAttributes", DEAD),
            Need("sqs:SendMessage", QUEUE),
        ),
        PERMISSIONS,
    ),
    Case("ListMessageMoveTasks", {"SourceArn": DEAD}, (Need("sqs:ListMessageMoveTasks", DEAD),), PERMISSIONS),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("sqs", case.operation, case.parameters) == case.needs, case.source


def test_tags_of_the_queue_are_told() -> None:
    """A policy can allow the queues that have a tag."""
    (needed,) = asked("sqs", "ReceiveMessage", {"QueueUrl": URL}, FakeResources(tagged={QUEUE: {"team": "red"}}))
    assert needed.context == {"aws:ResourceTag/team": "red"}


def test_tags_that_differ_in_case_are_one_key() -> None:
    """SQS keeps tags apart by case; a condition key has the values of both."""
    twins = FakeResources(tagged={QUEUE: {"team": "red", "Team": "blue"}})
    (needed,) = asked("sqs", "ReceiveMessage", {"QueueUrl": URL}, twins)
    assert needed.context == {"aws:ResourceTag/team": ("red", "blue")}


@pytest.mark.parametrize(
    "url",
    [
        "", "orders", f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/", "https://sqs.us-east-1.amazonaws.com/orders",
        f"https://sqs.eu-west-1.amazonaws.com/{ACCOUNT}/orders", f"https://eu-west-1.queue.amazonaws.com/{ACCOUNT}/orders",
        f"{URL}/more", f"{URL}?x", f"{URL}#x", f"https://a/b/{ACCOUNT}/orders", f"ftp://a/{ACCOUNT}/orders",
    ],
)  # fmt: skip
def test_url_has_one_reading(url: str) -> None:
    """A URL is a host, an account and a name, in the region that is asked."""
    with pytest.raises(ServiceError) as caught:
        asked("sqs", "SendMessage", {"QueueUrl": url})
    assert caught.value.code in ("InvalidAddress", "InvalidParameterValue")


@pytest.mark.parametrize("parameters", [{"QueueName": "a/b"}, {"QueueName": ""}, {}])
def test_name_is_one_part(parameters: dict[str, Any]) -> None:
    """A separator in a name would make it another queue's ARN."""
    with pytest.raises(ServiceError):
        asked("sqs", "CreateQueue", parameters)


@pytest.mark.parametrize("name", ["*", "a?b", "${aws:username}", "ünï"])
def test_names_stay_as_they_are(name: str) -> None:
    """Wildcards and variables in a name are text."""
    arn = f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"
    assert asked("sqs", "CreateQueue", {"QueueName": name}) == (Need("sqs:CreateQueue", arn),)


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("sqs", NOT_MODELLED)


@given(made=any_call("sqs"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made)

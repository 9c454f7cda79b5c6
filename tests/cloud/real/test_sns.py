"""Amazon SNS, row by row, with boto3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.cloud.real.across import Across, crossed
from tests.cloud.real.harness import Need, Row, World, a_world, check, without_entry

PHONE = "+15550100"
POLICY = '{"Name": "none", "Version": "2021-06-01", "Statement": []}'


def a_topic(world: World) -> Mapping[str, Any]:
    """Make a topic with a tag, a permission, a subscribed queue."""
    sns, name = world.admin("sns"), world.name("topic")
    topic = sns.create_topic(Name=name, Tags=[{"Key": "team", "Value": "red"}])["TopicArn"]
    queue = f"arn:aws:sqs:us-east-1:111122223333:{world.name('queue')}"
    world.admin("sqs").create_queue(QueueName=queue.rpartition(":")[2])
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"]
    sns.add_permission(TopicArn=topic, Label="first", AWSAccountId=["444455556666"], ActionName=["GetTopicAttributes"])
    return {"topic": topic, "subscription": subscription, "queue": queue}


def a_name(world: World) -> Mapping[str, Any]:
    """Give the name of a topic that does not exist."""
    name = world.name("topic")
    return {"name": name, "topic": f"arn:aws:sns:us-east-1:111122223333:{name}"}


RED = {"aws:ResourceTag/team": "red"}
NEW_TAG = {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]}
TAGS = [{"Key": "team", "Value": "blue"}]


def on_topic(operation: str, parameters: Mapping[str, Any], action: str = "", **more: Any) -> Row:
    """Write the entry of an operation that needs one action on a topic with a tag."""
    need = Need(f"sns:{action or operation}", "{topic}", {**RED, **more.pop("keys", {})})
    return Row("sns", operation, parameters, (need,), a_topic, **more)


ON, RESOURCE, SUBSCRIPTION = {"TopicArn": "{topic}"}, {"ResourceArn": "{topic}"}, {"SubscriptionArn": "{subscription}"}
ROWS = (
    Row("sns", "CreateTopic", {"Name": "{name}"}, (Need("sns:CreateTopic", "{topic}"),), a_name),
    Row(
        "sns",
        "CreateTopic",
        {"Name": "{name}", "Tags": TAGS},
        (Need("sns:CreateTopic", "{topic}", NEW_TAG), Need("sns:TagResource", "{topic}", NEW_TAG)),
        a_name,
        note="tagged",
    ),
    on_topic("Publish", {**ON, "Message": "hi"}),
    on_topic("Publish", {"TargetArn": "{topic}", "Message": "hi"}, note="target"),
    Row("sns", "Publish", {"PhoneNumber": PHONE, "Message": "hi"}, (Need("sns:Publish"),), note="phone"),
    Row("sns", "Publish", {**ON, "Message": "hi"}, (Need("sns:Publish", "{topic}"),), a_name, "NotFound", "unknown"),
    on_topic("PublishBatch", {**ON, "PublishBatchRequestEntries": [{"Id": "a", "Message": "hi"}]}, "Publish"),
    on_topic(
        "Subscribe",
        {**ON, "Protocol": "email", "Endpoint": "ann@example.com"},
        keys={"sns:Protocol": "email", "sns:Endpoint": "ann@example.com"},
    ),
    on_topic("GetSubscriptionAttributes", SUBSCRIPTION),
    on_topic(
        "SetSubscriptionAttributes",
        {**SUBSCRIPTION, "AttributeName": "RawMessageDelivery", "AttributeValue": "true"},
    ),
    on_topic("Unsubscribe", SUBSCRIPTION),
    on_topic("ConfirmSubscription", {**ON, "Token": "t"}),
    on_topic("ListSubscriptionsByTopic", ON),
    on_topic("GetTopicAttributes", ON),
    on_topic("SetTopicAttributes", {**ON, "AttributeName": "DisplayName", "AttributeValue": "News"}),
    on_topic("AddPermission", {**ON, "Label": "second", "AWSAccountId": ["{other}"], "ActionName": ["Publish"]}),
    on_topic("RemovePermission", {**ON, "Label": "first"}),
    on_topic("DeleteTopic", ON),
    on_topic("ListTagsForResource", RESOURCE),
    on_topic("TagResource", {**RESOURCE, "Tags": TAGS}, keys=NEW_TAG),
    on_topic("UntagResource", {**RESOURCE, "TagKeys": ["team"]}, keys={"aws:TagKeys": ["team"]}),
    # moto does not know data protection: who is allowed learns that.
    on_topic("GetDataProtectionPolicy", RESOURCE, ends="NotModelled"),
    on_topic("PutDataProtectionPolicy", {**RESOURCE, "DataProtectionPolicy": POLICY}, ends="NotModelled"),
    Row("sns", "ListTopics", {}, (Need("sns:ListTopics"),)),
    Row("sns", "ListSubscriptions", {}, (Need("sns:ListSubscriptions"),)),
    Row("sns", "GetSMSAttributes", {}, (Need("sns:GetSMSAttributes"),)),
    Row("sns", "OptInPhoneNumber", {"phoneNumber": PHONE}, (Need("sns:OptInPhoneNumber"),)),
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
    assert not without_entry("sns", ROWS)


def test_a_topic_of_another_account(world: World) -> None:
    """E15: the topic's policy and the caller's own must both allow."""
    topic = a_topic(world)["topic"]

    def let_in(policy: str) -> None:
        world.admin("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)

    publish = Across("sns", "publish", {"TopicArn": topic, "Message": "from abroad"}, "sns:Publish", topic)
    assert crossed(world, publish, let_in)["MessageId"]

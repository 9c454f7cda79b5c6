"""What each operation of Amazon SNS needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.sns import NOT_MODELLED
from iamkit.cloud.calls import Call, NotModelled, ServiceError
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

TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:news"
FOREIGN = f"arn:aws:sns:us-east-1:{OTHER}:news"
SUBSCRIPTION = f"{TOPIC}:1234abcd-12ab-34cd-56ef-1234567890ab"
TAGS = [{"Key": "team", "Value": "red"}]
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}
REFERENCE = "Service Authorization Reference, Amazon SNS"

CASES = [
    Case("ListTopics", {}, (Need("sns:ListTopics"),), REFERENCE),
    Case("CreateTopic", {"Name": "news"}, (Need("sns:CreateTopic", TOPIC),), REFERENCE),
    Case(
        "CreateTopic",
        {"Name": "news", "Tags": TAGS},
        (Need("sns:CreateTopic", TOPIC, TAGGED), Need("sns:TagResource", TOPIC, TAGGED)),
        "API reference, CreateTopic: Tags",
    ),
    Case("Publish", {"TopicArn": TOPIC, "Message": "x"}, (Need("sns:Publish", TOPIC),), REFERENCE),
    Case("Publish", {"TargetArn": FOREIGN, "Message": "x"}, (Need("sns:Publish", FOREIGN, {}, OTHER),), REFERENCE),
    Case("Publish", {"PhoneNumber": "+15550100", "Message": "x"}, (Need("sns:Publish"),), "SNS Developer Guide, SMS"),
    Case(
        "PublishBatch",
        {"TopicArn": TOPIC, "PublishBatchRequestEntries": []},
        (Need("sns:Publish", TOPIC),),
        "SNS Developer Guide, Message batching",
    ),
    Case(
        "Subscribe",
        {"TopicArn": TOPIC, "Protocol": "email", "Endpoint": "a@example.com"},
        (Need("sns:Subscribe", TOPIC, {"sns:Protocol": "email", "sns:Endpoint": "a@example.com"}),),
        REFERENCE,
    ),
    Case("Unsubscribe", {"SubscriptionArn": SUBSCRIPTION}, (Need("sns:Unsubscribe", TOPIC),), REFERENCE),
    Case(
        "GetSubscriptionAttributes",
        {"SubscriptionArn": SUBSCRIPTION},
        (Need("sns:GetSubscriptionAttributes", TOPIC),),
        REFERENCE,
    ),
    Case("SetTopicAttributes", {"TopicArn": TOPIC}, (Need("sns:SetTopicAttributes", TOPIC),), REFERENCE),
    Case("TagResource", {"ResourceArn": TOPIC, "Tags": TAGS}, (Need("sns:TagResource", TOPIC, TAGGED),), REFERENCE),
    Case(
        "UntagResource",
        {"ResourceArn": TOPIC, "TagKeys": ["team"]},
        (Need("sns:UntagResource", TOPIC, {"aws:TagKeys": ("team",)}),),
        REFERENCE,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("sns", case.operation, case.parameters) == case.needs, case.source


def test_tags_of_the_topic_are_told() -> None:
    """A policy can allow the topics that have a tag."""
    (needed,) = asked("sns", "Publish", {"TopicArn": TOPIC}, FakeResources(tagged={TOPIC: {"team": "red"}}))
    assert needed.context == {"aws:ResourceTag/team": "red"}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("Publish", {"Message": "x"}),
        ("Publish", {"TopicArn": TOPIC, "PhoneNumber": "+15550100"}),
        ("Publish", {"TopicArn": TOPIC, "TargetArn": FOREIGN}),
        ("Publish", {"TopicArn": f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"}),
        ("Publish", {"TopicArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:news"}),
        ("Publish", {"TopicArn": "news"}),
        ("Unsubscribe", {"SubscriptionArn": TOPIC}),
        ("Unsubscribe", {"SubscriptionArn": f"{SUBSCRIPTION}:more"}),
        ("CreateTopic", {"Name": "a:b"}),
    ],
)
def test_what_sns_would_not_take_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    """Two targets, a topic elsewhere, and ARNs of other things."""
    with pytest.raises(ServiceError) as caught:
        asked("sns", operation, parameters)
    assert caught.value.code == "InvalidParameter"


def test_mobile_push_is_not_modelled() -> None:
    """A platform endpoint is no topic."""
    endpoint = f"arn:aws:sns:us-east-1:{ACCOUNT}:endpoint/GCM/app/1"
    with pytest.raises(NotModelled):
        asked("sns", "Publish", {"TargetArn": endpoint})


@pytest.mark.parametrize("protocol", ["http", "https", "HTTPS"])
def test_nothing_is_sent_to_web_addresses(protocol: str) -> None:
    """A subscription would have the laptop call whatever it names."""
    asking = {"TopicArn": TOPIC, "Protocol": protocol, "Endpoint": "https://example.com/hook"}
    with pytest.raises(NotModelled, match="web addresses"):
        asked("sns", "Subscribe", asking)


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("sns", NOT_MODELLED)


@given(made=any_call("sns"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made)

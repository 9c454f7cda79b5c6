"""Amazon SNS: topics, subscriptions, phones."""

from __future__ import annotations

from collections.abc import Iterator

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import keys_of
from iamkit.cloud.actions.rows import Service, Where, on, table, tagged
from iamkit.cloud.calls import NotModelled


def _topic(parameter: str) -> Where:
    """Take a topic by its ARN, whose last part is its name."""

    def where(ask: Ask) -> str:
        arn = ask.given_arn(ask.text(parameter), parameter)
        if any(mark in arn.split(":", 5)[5] for mark in "/:"):
            raise NotModelled(f"{arn} as a topic", "platform applications and their endpoints are not modelled")
        return arn

    return where


def _named(ask: Ask) -> str:
    return ask.arn(ask.text("Name", "/:"))


def _of_subscription(ask: Ask) -> str:
    """Give the topic of a subscription: its ARN is the topic's with an ID behind it."""
    arn = ask.given_arn(ask.text("SubscriptionArn"), "SubscriptionArn")
    topic, _, identifier = arn.rpartition(":")
    if topic.count(":") != 5 or topic.endswith(":") or not identifier or "/" in arn:
        raise ask.refuse("Invalid parameter: SubscriptionArn")
    return topic


def _publish(ask: Ask) -> Iterator[Authorization]:
    """Publish goes to a topic; a phone has no ARN, so that only a policy on `*` allows it."""
    targets = [name for name in ("TopicArn", "TargetArn", "PhoneNumber") if ask.given(name) is not None]
    if len(targets) != 1:
        raise ask.refuse("Invalid parameter: exactly one of TopicArn, TargetArn and PhoneNumber must be given")
    yield ask.need("sns:Publish", "*" if targets[0] == "PhoneNumber" else _topic(targets[0])(ask))


def _subscribe(ask: Ask) -> Iterator[Authorization]:
    """Subscribe within the cloud: what is sent to a web address would leave the laptop."""
    if str(ask.given("Protocol")).lower() in ("http", "https"):
        raise NotModelled("notifications to web addresses", "subscribe a queue: the local cloud calls nobody")
    yield ask.need("sns:Subscribe", _topic("TopicArn")(ask))


ROWS = table(
    CreateTopic=tagged(on("sns:CreateTopic", _named), "sns:TagResource", _named),
    Publish=_publish,
    Subscribe=_subscribe,
    PublishBatch=on("sns:Publish", _topic("TopicArn")),
    GetSubscriptionAttributes=on("sns:GetSubscriptionAttributes", _of_subscription),
    SetSubscriptionAttributes=on("sns:SetSubscriptionAttributes", _of_subscription),
    Unsubscribe=on("sns:Unsubscribe", _of_subscription),
    **{
        operation: on(f"sns:{operation}", _topic("ResourceArn"))
        for operation in (
            "GetDataProtectionPolicy",
            "ListTagsForResource",
            "PutDataProtectionPolicy",
            "TagResource",
            "UntagResource",
        )
    },
)

# Mobile push: the reference has no resource type for its applications and endpoints.
NOT_MODELLED = frozenset(
    {
        "CreatePlatformApplication", "CreatePlatformEndpoint", "DeleteEndpoint", "DeletePlatformApplication",
        "GetEndpointAttributes", "GetPlatformApplicationAttributes", "ListEndpointsByPlatformApplication",
        "ListPlatformApplications", "SetEndpointAttributes", "SetPlatformApplicationAttributes",
    }
)  # fmt: skip

SNS = Service(
    "sns",
    "sns",
    {"topic": _topic("TopicArn")},
    ROWS,
    keys_of({"sns:Protocol": "Protocol", "sns:Endpoint": "Endpoint"}),
    NOT_MODELLED,
    "InvalidParameter",
)

"""Amazon SQS: queues by their URLs, batches of messages (SQS Developer Guide, "API permissions")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamkit.arn import Arn, is_account_id
from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.rows import Service, on, table, tagged
from iamkit.cloud.calls import ServiceError

_URL = re.compile(r"https?://[^/?#\\]+/([0-9]{12})/([^/?#]+)", re.ASCII)
_REGION = re.compile(r"https?://(?:sqs\.([a-z0-9-]+)\.|([a-z0-9-]+)\.queue\.)amazonaws\.com(?::\d+)?/", re.ASCII)


def _queue(ask: Ask) -> str:
    """Give the ARN of the queue that a URL stands for: the account and the name are its path."""
    url = ask.text("QueueUrl")
    match = _URL.fullmatch(url)
    if match is None:
        raise ServiceError("InvalidAddress", f"The address {url} is not valid for this endpoint.", 404)
    region = _REGION.match(url)
    if region and (region.group(1) or region.group(2)) != ask.call.region:
        raise ServiceError("InvalidAddress", f"The address {url} is not valid for this endpoint.", 404)
    return ask.arn(match.group(2), account=match.group(1))


def _named(ask: Ask) -> str:
    return ask.arn(ask.text("QueueName", "/"))


def _of_owner(ask: Ask) -> str:
    """GetQueueUrl may ask for the queue of another account."""
    owner = ask.optional("QueueOwnerAWSAccountId") or ask.account
    if not is_account_id(owner):
        raise ask.refuse("Value for parameter QueueOwnerAWSAccountId is invalid.")
    return ask.arn(ask.text("QueueName", "/"), account=owner)


def _source(ask: Ask) -> str:
    return ask.given_arn(ask.text("SourceArn"), "SourceArn")


def _move(ask: Ask) -> Iterator[Authorization]:
    """StartMessageMoveTask takes messages from one queue and sends them to another (API permissions)."""
    source = _source(ask)
    for action in ("StartMessageMoveTask", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        yield ask.need(f"sqs:{action}", source)
    target = ask.optional("DestinationArn")
    if target is None:
        raise ServiceError("UnsupportedOperation", "iamkit moves messages to a queue that the call names.")
    target = ask.given_arn(target, "DestinationArn")
    if Arn.parse(target).account != Arn.parse(source).account:
        raise ask.refuse("Both queues must be in the same account.")
    yield ask.need("sqs:SendMessage", target)


ROWS = table(
    CreateQueue=tagged(on("sqs:CreateQueue", _named), "sqs:TagQueue", _named),
    GetQueueUrl=on("sqs:GetQueueUrl", _of_owner),
    # A batch needs what one message needs.
    SendMessageBatch=on("sqs:SendMessage", _queue),
    DeleteMessageBatch=on("sqs:DeleteMessage", _queue),
    ChangeMessageVisibilityBatch=on("sqs:ChangeMessageVisibility", _queue),
    StartMessageMoveTask=_move,
    ListMessageMoveTasks=on("sqs:ListMessageMoveTasks", _source),
)

# Its handle names the queue in a form that only SQS reads.
NOT_MODELLED = frozenset({"CancelMessageMoveTask"})

SQS = Service("sqs", "sqs", {"queue": _queue}, ROWS, {}, NOT_MODELLED, "InvalidParameterValue")

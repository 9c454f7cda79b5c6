"""What a consumer of a queue waits for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from iamkit.cloud.store.backends import accounts, backend


def wait_seconds(account: str, region: str, url: str) -> int:
    """Tell how long ReceiveMessage waits on a queue if it does not say so itself; 0 where there is no queue."""
    queue = _queue(account, region, url)
    return 0 if queue is None else int(queue.receive_message_wait_time_seconds or 0)


def has_visible(account: str, region: str, url: str) -> bool:
    """Tell whether a queue has a message to give; True where there is no queue, so that the call is told."""
    queue = _queue(account, region, url)
    return queue is None or any(message.visible for message in queue.messages)


def _queue(account: str, region: str, url: str) -> Any:
    if account not in accounts():
        return None
    return backend("sqs", account, region).queues.get(urlsplit(url).path.rpartition("/")[2])

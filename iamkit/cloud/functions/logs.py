"""Write the log of a function to CloudWatch Logs, with the permissions of its execution role and no others.

Lambda does it with signed requests of the role's session, like anybody: they are decided, and the trail has them. A
role that may not write has no logs, and the function runs all the same (Developer Guide, "Sending Lambda function logs
to CloudWatch Logs").
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from iamkit.cloud.calls import Answer
from iamkit.cloud.clock import Clock
from iamkit.cloud.functions.running import Invocation
from iamkit.cloud.wire import error_in
from iamkit.sigv4 import Credentials, HttpRequest, sign

# PutLogEvents: the bytes of an event, of a batch with 26 more for each event, and the number of events in a batch.
_MOST_EVENT, _OVERHEAD, _MOST_BATCH, _MOST_EVENTS = 262_144 - 26, 26, 1_048_576, 10_000
# moto takes what is not older than 14 days and not more than 2 hours ahead, by the laptop's time and not the cloud's.
_OLDEST, _NEWEST = timedelta(days=13), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class FunctionLogs:
    """The door to CloudWatch Logs: `send` answers a signed request, as the cloud at `host` does."""

    send: Callable[[HttpRequest], Answer]
    host: str
    clock: Clock

    def open(self, invocation: Invocation, group_exists: bool) -> bool:
        """Make the log group, unless it is there, and a stream in it; False where the role may not."""
        group = {"logGroupName": invocation.log_group}
        if not group_exists and self._ask(invocation, "CreateLogGroup", group) not in (
            "",
            "ResourceAlreadyExistsException",
        ):
            return False
        return not self._ask(invocation, "CreateLogStream", {**group, "logStreamName": invocation.log_stream})

    def write(self, invocation: Invocation, log: str) -> None:
        """Put the lines of a log into the stream."""
        moment = int(_taken(self.clock()).timestamp() * 1000)
        for batch in batches(log):
            events = [{"timestamp": moment, "message": message} for message in batch]
            stream = {"logGroupName": invocation.log_group, "logStreamName": invocation.log_stream}
            if self._ask(invocation, "PutLogEvents", {**stream, "logEvents": events}):
                return

    def _ask(self, invocation: Invocation, operation: str, parameters: dict[str, Any]) -> str:
        """Send a request as the execution role; give the code of the error, empty for none."""
        who = invocation.credentials
        credentials = Credentials(who.access_key_id, who.secret_access_key, who.session_token)
        headers = [
            ("Host", self.host),
            ("Content-Type", "application/x-amz-json-1.1"),
            ("X-Amz-Target", f"Logs_20140328.{operation}"),
            ("User-Agent", "awslambda-worker"),
        ]
        request = HttpRequest("POST", "/", headers, json.dumps(parameters).encode())
        signed = sign(request, credentials, region=who.region, service="logs", at=self.clock.laptop())
        return error_in(self.send(signed.request))[0]


def _taken(moment: datetime) -> datetime:
    now = datetime.now(UTC)
    return min(max(moment, now - _OLDEST), now + _NEWEST)


def batches(log: str) -> Iterator[Sequence[str]]:
    """Cut a log into events, a line each, and put as many together as one call takes."""
    batch: list[str] = []
    size = 0
    for message in _events(log):
        weight = len(message.encode()) + _OVERHEAD
        if batch and (size + weight > _MOST_BATCH or len(batch) == _MOST_EVENTS):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += weight
    if batch:
        yield batch


def _events(log: str) -> Iterator[str]:
    for line in log.split("\n"):
        # A character has at most four bytes.
        pieces = [line[start : start + _MOST_EVENT // 4] for start in range(0, len(line), _MOST_EVENT // 4)]
        yield from pieces[:-1]
        if line:
            yield f"{pieces[-1]}\n"

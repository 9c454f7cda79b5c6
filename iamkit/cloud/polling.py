"""Wait for messages, and let everyone else go on meanwhile.

moto waits inside ReceiveMessage, and nothing else could be done in the cloud as long as it does. Here the wait is
outside: a call that finds nothing lets go of the lock until something was done, or a message is visible again.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random

from iamkit.cloud.calls import Answer, Later
from iamkit.cloud.moments import Moment, during
from iamkit.cloud.state.acts import Act
from iamkit.cloud.store import queues

# A message becomes visible by the time alone: look this often.
_SECONDS = 0.5
_LONGEST = 20
_MESSAGE = re.compile(rb'"Messages"|<Message>').search


class Polling:
    """Do calls, one at a time under a lock; those that may wait for a message wait without it."""

    def __init__(self, lock: threading.RLock, clock: Callable[[], datetime]) -> None:
        self._done = threading.Condition(lock)
        self._clock = clock

    def answer(self, act: Act, perform: Callable[[Act], Answer | Later]) -> Answer | Later:
        """Do a call; ReceiveMessage answers when there is a message, or its time is up."""
        seconds = _seconds(act)
        if not seconds:
            given = perform(act)
            self._done.notify_all()
            return given
        call = replace(act.call, parameters={**act.call.parameters, "WaitTimeSeconds": 0})
        until = time.monotonic() + seconds
        while True:
            now = self._clock()
            given = perform(replace(act, call=call, now=now))
            if isinstance(given, Later) or given.status != 200 or _MESSAGE(given.body) or not self._waited(act, until):
                return given

    def _waited(self, act: Act, until: float) -> bool:
        """Wait for something that is worth another look; False when the time is up."""
        while (left := until - time.monotonic()) > 0:
            self._done.wait(min(left, _SECONDS))
            if self._visible(act):
                return True
        return False

    def _visible(self, act: Act) -> bool:
        with during(Moment(self._clock(), Random(0))):
            return queues.has_visible(act.account or "", act.call.region, act.call.parameters.get("QueueUrl", ""))


def _seconds(act: Act) -> int:
    """Tell how long a call may wait: what it says, or its queue."""
    if act.call.service != "sqs" or act.call.operation != "ReceiveMessage":
        return 0
    asked = act.call.parameters.get("WaitTimeSeconds")
    if asked is None:
        asked = queues.wait_seconds(act.account or "", act.call.region, act.call.parameters.get("QueueUrl", ""))
    # What is too long moto refuses.
    return asked if isinstance(asked, int) and 0 < asked <= _LONGEST else 0

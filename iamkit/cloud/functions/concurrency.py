"""How many functions run at once, and who waits: at most ten, as in a new account of AWS.

The cloud answers requests with a few threads. A function that runs keeps one of them waiting and needs others for its
own calls, so that the limit is also what keeps functions from waiting for each other forever.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from iamkit.cloud.calls import ServiceError

AT_ONCE = 10
_WORKERS = 4
_MOST_WAITING = 1000


class Throttled(ServiceError):
    """Too many functions run already (Developer Guide, "Understanding Lambda function scaling")."""

    def __init__(self, reason: str) -> None:
        super().__init__("TooManyRequestsException", "Rate Exceeded.", 429, {"Reason": reason})


class Slots:
    """The places in which functions run; some of them can be reserved for a function, and bound it."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()

    @contextmanager
    def one(self, function_arn: str, reserved: int | None, *, patient: bool = False) -> Iterator[None]:
        """Take a place for the time of a block; raises Throttled where there is none, unless it is waited for."""
        with self._changed:
            while (problem := self._problem(function_arn, reserved)) is not None:
                # What is reserved to be nothing will never be there.
                if not patient or reserved == 0:
                    raise problem
                self._changed.wait()
            self._taken[function_arn] += 1
        try:
            yield
        finally:
            with self._changed:
                self._taken[function_arn] -= 1
                self._changed.notify_all()

    def _problem(self, function_arn: str, reserved: int | None) -> Throttled | None:
        if reserved is not None and self._taken[function_arn] >= reserved:
            return Throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
        if self._taken.total() >= self._at_once:
            return Throttled("ConcurrentInvocationLimitExceeded")
        return None


class Background:
    """Jobs that nobody waits for, done by a few threads in the order in which they came."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._open = 0
        self._changed = threading.Condition()
        self._stopped = False

    def put(self, job: Callable[[], object]) -> None:
        """Add a job; raises Throttled where too many wait."""
        with self._changed:
            if self._stopped or self._open >= _MOST_WAITING:
                raise Throttled("CallerRateLimitExceeded")
            self._open += 1
            if len(self._threads) < min(self._open, _WORKERS):
                thread = threading.Thread(target=self._work, name="iamkit-functions", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._jobs.put(job)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until every job is done; False where the time was over before."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, seconds)

    def stop(self) -> None:
        """Do no more jobs, and wait for those that are being done."""
        with self._changed:
            self._stopped = True
            threads = list(self._threads)
        for _ in threads:
            self._jobs.put(None)
        for thread in threads:
            thread.join(5)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                if not self._stopped:
                    job()
            finally:
                with self._changed:
                    self._open -= 1
                    self._changed.notify_all()

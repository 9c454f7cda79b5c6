"""The time and the chance that a call meets: told from outside, so that it can be done again and give the same.

While a thread is in a moment, moto's clock stands at the moment's time and all that is drawn comes from its generator;
outside of one, both are the laptop's own. What no generator gives, a private key or the word of somebody else, is kept
with the moment when it is met first, and given from there when the call is done again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random


class Forgotten(LookupError):
    """A call that is done again asks for something that it did not ask for the first time."""


@dataclass(slots=True)
class Moment:
    """When a call is done and what it draws; `kept` is what came from elsewhere, in order.

    `again` says that the call was done before: nothing outside of the cloud may be touched then. A call that is not
    written down leaves no traces: it would be the only one to know of them.
    """

    now: datetime
    random: Random
    kept: list[bytes] = field(default_factory=list)
    again: bool = False
    leaves_traces: bool = True
    # moto asks for the time once for each message of a queue.
    utc: datetime = field(init=False)
    _given: int = 0

    def __post_init__(self) -> None:
        self.utc = self.now.astimezone(UTC)

    def keep(self, make: Callable[[], bytes]) -> bytes:
        """Give what is made elsewhere, or what it was the first time; raises Forgotten."""
        if not self.again:
            self.kept.append(make())
        elif self._given == len(self.kept):
            raise Forgotten(f"{len(self.kept)} things were kept, one more is asked for")
        self._given += 1
        return self.kept[self._given - 1]


class _Local(threading.local):
    moment: Moment | None = None


_local = _Local()


def current() -> Moment | None:
    """Give the moment that this thread is in."""
    return _local.moment


@contextmanager
def during(moment: Moment) -> Iterator[Moment]:
    """Be in a moment while the block runs."""
    before = _local.moment
    _local.moment = moment
    try:
        yield moment
    finally:
        _local.moment = before


def told_utc() -> datetime:
    """Give the time that moto finds."""
    moment = _local.moment
    return datetime.now(UTC) if moment is None else moment.utc


class Chance(Random):
    """A generator that draws from the moment of the thread, and from another one outside of any."""

    def __init__(self, otherwise: Random) -> None:
        self._otherwise = otherwise
        super().__init__()

    def random(self) -> float:
        """Draw a number below 1."""
        moment = _local.moment
        return self._otherwise.random() if moment is None else moment.random.random()

    def getrandbits(self, k: int, /) -> int:
        """Draw a number of `k` bits."""
        moment = _local.moment
        return self._otherwise.getrandbits(k) if moment is None else moment.random.getrandbits(k)

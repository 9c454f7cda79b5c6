"""The cloud's time: the laptop's, and as much later as was let pass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from iamkit.cloud.moments import current


class Clock:
    """Tell the cloud's time, aware, when called.

    Clients sign with the laptop's clock, so a signature's age is told by `laptop`; sessions, codes and policies live
    by the cloud's own time, which can be moved on to see what expires.
    """

    def __init__(self, laptop: Callable[[], datetime] | None = None) -> None:
        self.laptop = laptop or _now
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Give the cloud's time; it stands still while a call is done that may be done again."""
        moment = current()
        return self.laptop() + self.ahead if moment is None else moment.now

    def let_pass(self, duration: timedelta) -> None:
        """Move the cloud's time on; ValueError for a time that would run backwards."""
        if duration < timedelta():
            raise ValueError("time goes forward only\nhelp: pass a duration such as timedelta(hours=1)")
        self.ahead += duration


def _now() -> datetime:
    return datetime.now(UTC)

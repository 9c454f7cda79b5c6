"""Clocks that a learner sets by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class UnreadableClock(ValueError):
    """The text is not a moment in time."""

    def __init__(self, problem: str, help: str) -> None:
        super().__init__(f"{problem}\nhelp: {help}")


def read_clock(text: str) -> datetime:
    """Read an ISO 8601 time as UTC; raise `UnreadableClock` also for one without an offset."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UnreadableClock(f"`{text}` is no time", "write it as `2015-08-30T12:36:00Z`") from None
    if time.utcoffset() is None:
        raise UnreadableClock(f"`{text}` does not say its time zone", "end it with `Z`: signatures are in UTC")
    if not 1970 <= time.year < 9999:
        raise UnreadableClock(f"`{text}` is in no year that clocks have", "choose one after 1970")
    return time.astimezone(UTC).replace(microsecond=0)


def write_clock(time: datetime) -> str:
    """Write an aware time as `2015-08-30T12:36:00Z`."""
    return f"{time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def later(text: str, minutes: int) -> str:
    """Move a clock; what cannot be read stays as it is."""
    try:
        return write_clock(read_clock(text) + timedelta(minutes=minutes))
    except (UnreadableClock, OverflowError):
        return text


def difference(client: str, server: str) -> str:
    """Say how the server's clock stands to the client's; nothing where one of them cannot be read."""
    try:
        seconds = int((read_clock(server) - read_clock(client)).total_seconds())
    except UnreadableClock:
        return ""
    if seconds == 0:
        return "The same as your client's clock."
    return f"{_duration(abs(seconds))} {'ahead of' if seconds > 0 else 'behind'} your client's clock."


def _duration(seconds: int) -> str:
    """Say a duration in its two largest units.

    >>> _duration(4200), _duration(61), _duration(172_800)
    ('1 hour 10 minutes', '1 minute 1 second', '2 days')
    """
    said = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            said.append(f"{number:,} {unit}{'' if number == 1 else 's'}")
    return " ".join(said[:2])

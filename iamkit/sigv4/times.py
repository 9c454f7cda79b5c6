"""The one format in which SigV4 writes a time: ISO 8601 basic, in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_BASIC = re.compile(r"[0-9]{8}T[0-9]{6}Z").fullmatch


def write_time(at: datetime) -> str:
    """Write an aware datetime as `20150830T123600Z`; a naive one raises ValueError."""
    if at.tzinfo is not UTC:
        if at.utcoffset() is None:
            raise ValueError(
                f"`{at.isoformat()}` has no time zone\n  help: signatures are in UTC: datetime.now(timezone.utc)"
            )
        at = at.astimezone(UTC)
    return at.isoformat("T", "seconds")[:19].replace("-", "").replace(":", "") + "Z"


# Requests of the same second have the same text.
@lru_cache(maxsize=64)
def read_time(text: str) -> datetime | None:
    """Read `20150830T123600Z`; None for anything else."""
    if not _BASIC(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def shifted(at: datetime, by: timedelta) -> datetime:
    """Shift a time, as far as there are years: clients may send dates in the year 9999."""
    try:
        return at + by
    except OverflowError:
        return (datetime.max if by > timedelta() else datetime.min).replace(tzinfo=UTC)

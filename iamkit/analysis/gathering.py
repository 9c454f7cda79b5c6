"""One pass over activity: the calls of a principal, and everything that was left out, with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from iamkit.analysis.activity import Activity, Unread
from iamkit.analysis.calls import Call, call_of, principal_named
from iamkit.policy import Caller, UnknownPrincipal

OF_OTHERS = "made by another principal"
# A log may name anything: what is told apart is bounded, the rest is counted together.
_MOST_NAMES = 200
_OTHERS = "others"


class LeftOut(NamedTuple):
    """Events that show no permission in use: why, of which operation, how many, and where the first stands."""

    reason: str
    what: str
    events: int
    place: str

    def __str__(self) -> str:
        times = "once" if self.events == 1 else f"{self.events} times"
        first = f" (first: {self.place})" if self.place else ""
        return f"{self.what}, {times}{first}: {self.reason}"


@dataclass(slots=True)
class Window:
    """How many events, and when the first and the last of them happened."""

    events: int = 0
    first: str = ""
    last: str = ""

    def add(self, time: str) -> None:
        """Count an event; events come in any order."""
        self.events += 1
        if time:
            self.first = min(self.first, time) if self.first else time
            self.last = max(self.last, time)

    @property
    def counted(self) -> str:
        """Say how many events."""
        return f"{self.events} event{'' if self.events == 1 else 's'}"

    def __str__(self) -> str:
        when = self.first if self.first == self.last else f"{self.first} to {self.last}"
        return f"{self.counted}, {when}" if self.first else self.counted


@dataclass(slots=True)
class Gathering:
    """Read activity once; `calls` are those with uses, and the rest is counted here."""

    activity: Activity
    principal: str | None = None
    window: Window = field(default_factory=Window)
    principals: Counter[str] = field(default_factory=Counter)
    data_events: int = 0
    _left_out: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.principal is not None:
            Caller.parse(self.principal)  # raises UnknownPrincipal
            self.principal = principal_named(self.principal)

    def calls(self) -> Iterator[Call]:
        """Give the calls that show permissions in use."""
        for logged in self.activity:
            call = call_of(logged)
            if self.principal is not None and not _same(self.principal, call.principal):
                self._leave_out(OF_OTHERS, call.principal or "an unnamed principal", call.place)
                continue
            self.window.add(call.time)
            self.data_events += call.data
            if call.reason:
                self._leave_out(call.reason, call.name, call.place)
                continue
            if call.principal in self.principals or len(self.principals) < _MOST_NAMES:
                self.principals[call.principal] += 1
            yield call

    def _leave_out(self, reason: str, what: str, place: str) -> None:
        if (reason, what) not in self._left_out and len(self._left_out) >= _MOST_NAMES:
            what = _OTHERS
        count, first = self._left_out.get((reason, what), (0, place))
        self._left_out[reason, what] = count + 1, first

    def left_out(self) -> tuple[LeftOut, ...]:
        """List what showed no permission in use."""
        found = (LeftOut(reason, what, *rest) for (reason, what), rest in self._left_out.items())
        skipped = (LeftOut("left aside", what, count, "") for what, count in self.activity.skipped.items())
        return tuple(sorted((*found, *skipped)))

    def unread(self) -> tuple[Unread, ...]:
        """List what could not be read, and how much more there was."""
        more = self.activity.unread_count - len(self.activity.unread)
        rest = (Unread("and further", f"{more} places that could not be read"),) if more else ()
        return (*self.activity.unread, *rest)


def _same(wanted: str, principal: str) -> bool:
    """Compare principals; a role session's ARN has the role's name without its path."""
    if wanted == principal:
        return True
    head, role, name = wanted.partition(":role/")
    return bool(role) and "/" not in name and principal.startswith(f"{head}:role/") and principal.endswith(f"/{name}")


__all__ = ["OF_OTHERS", "Gathering", "LeftOut", "UnknownPrincipal", "Unread", "Window"]

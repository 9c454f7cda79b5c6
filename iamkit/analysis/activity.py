"""Activity: events in the shape of CloudTrail's, from files of any size or from a trail, one at a time.

Read are log files as CloudTrail delivers them (`{"Records": […]}`), also gzipped and in directories; JSON lines; what
`aws cloudtrail lookup-events` prints (its events are text in `CloudTrailEvent`); events as EventBridge and CloudWatch
Logs wrap them. What cannot be read is named with its place.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import IO, Any, NamedTuple, Protocol, cast, runtime_checkable

from iamkit.evaluation import Evaluation

Record = Mapping[str, Any]
# A log of nothing but rubbish must not fill the memory with complaints.
_MOST_UNREAD = 100


@runtime_checkable
class Decided(Protocol):
    """An event of the local cloud: it knows what the engine decided."""

    @property
    def evaluations(self) -> tuple[Evaluation, ...]:
        """Give the decisions, the last one denied if one was."""

    def as_json(self) -> dict[str, Any]:
        """Write the event as CloudTrail records one."""


Source = str | PathLike[str] | IO[bytes] | Record | Decided | Iterable[Record | Decided]
"""A file or a directory, an open file of bytes, an event or a document with `Records`, or several events."""


class Logged(NamedTuple):
    """One event: where it stands, what it says, and what was decided where that is known exactly."""

    place: str
    record: Record
    evaluations: tuple[Evaluation, ...] = ()


class Unread(NamedTuple):
    """A part of the activity that could not be read, and why."""

    place: str
    why: str

    def __str__(self) -> str:
        return f"{self.place}: {self.why}"


class Activity:
    """Events to iterate over, from one source or several; each iteration reads the files anew.

    Afterwards `unread` names what could not be read, the first hundred of it, and `unread_count` counts it all.

    >>> [event.place for event in Activity({"Records": [{"eventName": "GetObject"}, {"eventName": "PutObject"}]})]
    ['Records/0', 'Records/1']
    """

    def __init__(self, *sources: Source) -> None:
        self.sources = sources
        self._forget()

    def __repr__(self) -> str:
        return f"Activity({', '.join(map(_name, self.sources))})"

    @classmethod
    def of(cls, given: Activity | Source) -> Activity:
        """Take what `generate` and `unused` take."""
        return given if isinstance(given, Activity) else cls(given)

    def __iter__(self) -> Iterator[Logged]:
        self._forget()
        for source in self.sources:
            yield from self._events(source)

    def _forget(self) -> None:
        self.unread: list[Unread] = []
        self.unread_count = 0
        self.skipped: Counter[str] = Counter()

    def complain(self, place: str, why: str) -> None:
        """Note what could not be read."""
        self.unread_count += 1
        if len(self.unread) < _MOST_UNREAD:
            self.unread.append(Unread(place, why))

    def _events(self, source: Source) -> Iterator[Logged]:
        if isinstance(source, str | PathLike) or hasattr(source, "read"):
            # The reader of JSON in pieces takes time to import, and events in memory do not need it.
            from iamkit.analysis.activity_files import events_of_file, events_of_path

            if isinstance(source, str | PathLike):
                yield from events_of_path(self, source)
            else:
                file = cast("IO[bytes]", source)
                yield from events_of_file(self, file, str(getattr(file, "name", "input")))
        elif isinstance(source, Mapping):
            yield from self._document(source)
        elif isinstance(source, Decided):
            yield self.decided(source, 0)
        else:
            yield from self._several(cast("Iterable[object]", source))

    def _document(self, document: Record) -> Iterator[Logged]:
        for name in CONTAINERS:
            if isinstance(document.get(name), list):
                for number, each in enumerate(document[name]):
                    yield from self.unwrapped(each, f"{name}/{number}")
                return
        yield from self.unwrapped(document, "event")

    def _several(self, events: Iterable[object]) -> Iterator[Logged]:
        for number, each in enumerate(events):
            if isinstance(each, Decided):
                yield self.decided(each, number)
            else:
                yield from self.unwrapped(each, f"event {number}")

    def decided(self, event: Decided, number: int) -> Logged:
        """Take an event of the local cloud."""
        return Logged(f"event {getattr(event, 'number', number)}", event.as_json(), event.evaluations)

    def unwrapped(self, given: object, place: str) -> Iterator[Logged]:
        """Find the event in what may be around it; complain of what is none."""
        try:
            record = _unwrap(given)
        except (ValueError, RecursionError) as problem:
            self.complain(place, f"the event inside is no JSON: {problem}")
            return
        if isinstance(record, Mapping) and isinstance(record.get("eventName"), str):
            yield Logged(place, record)
        else:
            self.complain(place, "not an event of CloudTrail: it has no `eventName`")


# The names of lists of events: log files, lookup-events, filter-log-events.
CONTAINERS = ("Records", "Events", "events")


def _unwrap(given: object) -> object:
    """Take an event out of `lookup-events`, CloudWatch Logs (text), or EventBridge (`detail`)."""
    if not isinstance(given, Mapping) or "eventName" in given:
        return given
    for name in ("CloudTrailEvent", "eventJson", "message"):
        if isinstance(given.get(name), str):
            return cast("object", json.loads(given[name]))
    return given.get("detail", given)


def _name(source: Source) -> str:
    if isinstance(source, str | PathLike):
        return str(source)
    return f"a {type(source).__name__}"

"""Files of activity, read in pieces: a file of any size takes the memory of its longest event."""

from __future__ import annotations

import gzip
import io
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from iamkit.analysis.activity import CONTAINERS, Activity, Logged

if TYPE_CHECKING:
    Buffered = io.BufferedReader[Any]
    Bytes = IO[bytes] | gzip.GzipFile | Buffered

_HEAD = 64 * 1024
# CloudTrail's own limit of an event is 256 KB, enriched 1 MB ("CloudTrail record contents").
_LONGEST_LINE = 16 * 1024 * 1024
_GZIP = b"\x1f\x8b"
_NAMES = (".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
_DIGEST = "digest files, which hold no events"
# Files that CloudTrail writes beside the logs say which logs there were (log file integrity validation).
_DIGEST_KEYS = frozenset({"digestStartTime", "logFiles"})


def events_of_path(activity: Activity, path: str | PathLike[str]) -> Iterator[Logged]:
    """Read a file, or all files below a directory in the order of their names."""
    place = Path(path)
    if place.is_dir():
        found = False
        for each in _below(place):
            if each.name.lower().endswith(_NAMES):
                found = True
                yield from _events_of(activity, each)
            else:
                activity.skipped["files with other names than *.json, *.jsonl, *.ndjson (also .gz)"] += 1
        if not found:
            activity.complain(str(place), "there is no file of activity in this directory")
    else:
        yield from _events_of(activity, place)


def _below(directory: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(directory):
        folders.sort()
        yield from (Path(folder, name) for name in sorted(names))


def _events_of(activity: Activity, path: Path) -> Iterator[Logged]:
    try:
        file = path.open("rb")
    except OSError as problem:
        activity.complain(str(path), (problem.strerror or "it cannot be opened").lower())
        return
    with file:
        yield from events_of_file(activity, file, str(path))


def events_of_file(activity: Activity, file: IO[bytes], name: str) -> Iterator[Logged]:
    """Read an open file of bytes, gzipped or not."""
    reader = _Reader(activity, name)
    with ExitStack() as opened:
        try:
            buffered = _buffered(b"", file)
            if buffered.peek(2)[:2] == _GZIP:
                unzipped = opened.enter_context(gzip.GzipFile(fileobj=buffered))
                buffered = _buffered(b"", unzipped)
            yield from reader.events(buffered)
        except (OSError, EOFError, zlib.error) as problem:
            activity.complain(f"{name}: after {reader.read} events", f"the file breaks off: {problem}".lower())


class _Chained(io.RawIOBase):
    """Bytes that have been read already, then the rest of a stream."""

    def __init__(self, head: bytes, rest: Bytes) -> None:
        self._head = head
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._head:
            given, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        else:
            given = self._rest.read(len(buffer))
        buffer[: len(given)] = given
        return len(given)


def _buffered(head: bytes, rest: Bytes) -> Buffered:
    return io.BufferedReader(_Chained(head, rest), _HEAD)


class _Reader:
    """Read one file; `read` counts its events."""

    def __init__(self, activity: Activity, name: str) -> None:
        self._activity = activity
        self._name = name
        self.read = 0

    def events(self, file: Buffered) -> Iterator[Logged]:
        head = file.read(_HEAD)
        rest = _buffered(head, file)
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
        if not start:
            self._activity.complain(self._name, "the file is empty")
        elif _is_lines(start) or ".jsonl" in self._name or ".ndjson" in self._name:
            yield from self._lines(rest)
        else:
            yield from self._document(rest, start)

    def _lines(self, file: Buffered) -> Iterator[Logged]:
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            place = f"{self._name}:{number}"
            if len(line) == _LONGEST_LINE and not line.endswith(b"\n"):
                self._activity.complain(place, "the line is longer than 16 MB")
                while (more := file.readline(_LONGEST_LINE)) and not more.endswith(b"\n"):
                    pass
            elif line.strip():
                yield from self._line(line, place)

    def _line(self, line: bytes, place: str) -> Iterator[Logged]:
        try:
            given = json.loads(line)
        except (ValueError, RecursionError) as problem:
            self._activity.complain(place, f"the line is no JSON: {problem}")
            return
        listed = [(name, given[name]) for name in CONTAINERS if isinstance(given, dict) and name in given]
        if listed and isinstance(listed[0][1], list):
            for number, each in enumerate(listed[0][1]):
                yield from self._counted(each, f"{place}: {listed[0][0]}/{number}")
        else:
            yield from self._counted(given, place)

    def _document(self, file: io.BufferedReader, start: bytes) -> Iterator[Logged]:
        """Read one document or several, each a list of events, an object that holds one, or an event."""
        import ijson  # most files of the course are small, and most commands read none

        prefix = _prefix(start)
        if prefix is None:
            self._activity.complain(self._name, "no JSON with a list of `Records` or `Events`")
            return
        items = ijson.items(file, prefix, multiple_values=True, use_float=True)
        number = 0
        try:
            for number, each in enumerate(items, 1):
                if prefix == "" and isinstance(each, dict) and each.keys() >= _DIGEST_KEYS:
                    self._activity.skipped[_DIGEST] += 1
                    continue
                yield from self._counted(each, f"{self._name}: {prefix.partition('.')[0] or 'event'}/{number - 1}")
        except (ijson.JSONError, UnicodeDecodeError) as problem:
            words = str(problem).partition("\n")[0]
            self._activity.complain(f"{self._name}: after {number} events", f"the rest is no JSON: {words}")

    def _counted(self, given: object, place: str) -> Iterator[Logged]:
        for each in self._activity.unwrapped(given, place):
            self.read += 1
            yield each


def _is_lines(start: bytes) -> bool:
    """Tell JSON lines from a document: the first line is an object of its own and no list of events, or no JSON."""
    if start[:1] not in b"{[":
        return True
    line, newline, rest = start.partition(b"\n")
    line = line.strip()
    if not newline or not rest.strip() or not line.endswith(b"}") or not line.startswith(b"{"):
        return False
    return not line.startswith(tuple(b'{"' + name.encode() + b'"' for name in CONTAINERS))


def _prefix(start: bytes) -> str | None:
    """Find where the events are, by the beginning of a document; the empty prefix is the document itself."""
    import ijson

    try:
        for place, event, value in ijson.parse(io.BytesIO(start), multiple_values=True):
            if event == "start_array" and place in ("", *CONTAINERS):
                return f"{place}.item".lstrip(".")
            if place == "" and event == "map_key" and value in ("eventName", "detail", "CloudTrailEvent", "logFiles"):
                return ""
    except ijson.JSONError:
        return None
    return None

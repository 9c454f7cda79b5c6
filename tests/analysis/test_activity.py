"""Activity is read in every shape it comes in; what cannot be read is named, and the rest is still used."""

from __future__ import annotations

import gzip
import io
import json
import os
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from iamkit.analysis.activity import Activity
from tests.effort import FUZZ


def event(name: str, **more: Any) -> dict[str, Any]:
    return {"eventName": name, "eventSource": "s3.amazonaws.com", **more}


def names(activity: Activity) -> list[str]:
    return [each.record["eventName"] for each in activity]


LOOKED_UP = {"Events": [{"EventId": "1", "CloudTrailEvent": json.dumps(event("A"))}], "NextToken": "t"}
EVENT_BRIDGE = {"version": "0", "detail-type": "AWS API Call via CloudTrail", "detail": event("A")}
LOG_EVENTS = {"events": [{"timestamp": 1, "message": json.dumps(event("A"))}]}


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"Records": [event("A"), event("B")]}, ["A", "B"]),
        ([event("A"), event("B")], ["A", "B"]),
        (event("A"), ["A"]),
        (LOOKED_UP, ["A"]),
        ({"NextToken": "t", **LOOKED_UP}, ["A"]),
        (EVENT_BRIDGE, ["A"]),
        (LOG_EVENTS, ["A"]),
        ({"Records": []}, []),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_shapes(document: Any, expected: list[str], indent: int | None, compressed: bool, tmp_path: Path) -> None:
    """Log files, lists, single events, lookup-events, EventBridge, CloudWatch Logs; whatever the file is called."""
    raw = json.dumps(document, indent=indent).encode()
    file = tmp_path / "log"
    file.write_bytes(gzip.compress(raw) if compressed else raw)
    activity = Activity(file)
    assert names(activity) == expected
    assert activity.unread == []
    assert names(Activity(document)) == expected or isinstance(document, list)


def test_json_lines_and_bad_lines(tmp_path: Path) -> None:
    """A bad line is named by its number; those around it are read."""
    file = tmp_path / "log.jsonl"
    lines = [
        json.dumps(event("A")),
        "{bad}",
        "",
        json.dumps({"Records": [event("B"), 7]}),
        "[" * 100_000,
        json.dumps(event("C")),
    ]
    file.write_text("\n".join(lines))
    activity = Activity(file)
    assert names(activity) == ["A", "B", "C"]
    assert [each.place for each in activity.unread] == [f"{file}:2", f"{file}:4: Records/1", f"{file}:5"]


def test_a_first_line_that_is_bad_does_not_hide_the_others(tmp_path: Path) -> None:
    """Lines are told from a document although the first is no JSON."""
    file = tmp_path / "log"
    file.write_text("garbage\n" + json.dumps(event("A")) + "\n")
    activity = Activity(file)
    assert names(activity) == ["A"]
    assert [each.place for each in activity.unread] == [f"{file}:1"]


def test_a_document_that_breaks_off(tmp_path: Path) -> None:
    """What came before is used; the place says after how many events."""
    file = tmp_path / "log.json"
    file.write_text(json.dumps({"Records": [event("A"), event("B")]})[:-20])
    activity = Activity(file)
    assert names(activity) == ["A"]
    assert activity.unread[0].place == f"{file}: after 1 events"


def test_gzip_that_breaks_off(tmp_path: Path) -> None:
    """As an upload that was interrupted."""
    file = tmp_path / "log.json.gz"
    whole = gzip.compress(
        json.dumps({"Records": [event("A", requestID=os.urandom(8).hex()) for _ in range(20_000)]}).encode()
    )
    file.write_bytes(whole[: len(whole) // 2])
    activity = Activity(file)
    read = names(activity)
    assert 5_000 < len(read) < 15_000
    assert activity.unread_count == 1


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "the file is empty"),
        (b'{"QueryResultRows": []}', "no JSON with a list of `Records` or `Events`"),
        (b'{"Records": [{"a": 1}]}', "not an event of CloudTrail: it has no `eventName`"),
        (b'{"Events": [{"CloudTrailEvent": "{"}]}', "the event inside is no JSON"),
        (b"\x00\xff\xfe", "the line is no JSON"),
    ],
)
def test_what_is_no_activity(raw: bytes, why: str) -> None:
    """Each is said, none raises."""
    activity = Activity(io.BytesIO(raw))
    assert names(activity) == []
    assert why in activity.unread[0].why


def test_directories_as_cloudtrail_fills_them(tmp_path: Path) -> None:
    """In the order of their names; digests and other files are left aside and counted; a missing file is named."""
    day = tmp_path / "AWSLogs" / "111122223333" / "CloudTrail" / "us-east-1" / "2026" / "01" / "31"
    day.mkdir(parents=True)
    for name in ("B", "A"):
        (day / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps({"Records": [event(name)]}).encode()))
    (tmp_path / "digest.json").write_text(json.dumps({"digestStartTime": "t", "logFiles": []}))
    (tmp_path / "README.txt").write_text("")
    activity = Activity(tmp_path, tmp_path / "missing.json")
    assert names(activity) == ["A", "B"]
    assert sum(activity.skipped.values()) == 2
    assert [str(each) for each in activity.unread] == [f"{tmp_path / 'missing.json'}: no such file or directory"]


def test_complaints_are_bounded() -> None:
    """A gigabyte of rubbish is a number, not a gigabyte of complaints."""
    activity = Activity(io.BytesIO(b"rubbish\n" * 1_000))
    assert names(activity) == []
    assert (len(activity.unread), activity.unread_count) == (100, 1_000)


class Endless(io.RawIOBase):
    """A log file of some size that is never in memory."""

    def __init__(self, size: int) -> None:
        record = json.dumps(event("GetObject", requestParameters={"bucketName": "b", "key": "k" * 500})).encode()
        self._pieces = self._make(record, size)
        self._held = b""

    @staticmethod
    def _make(record: bytes, size: int) -> Iterator[bytes]:
        yield b'{"Records":['
        for number in range(size // len(record)):
            yield record if number == 0 else b"," + record
        yield b"]}"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._held = self._held or next(self._pieces, b"")
        given, self._held = self._held[: len(buffer)], self._held[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


def test_memory_does_not_grow_with_the_file() -> None:
    """20 MB, and with `make fuzz` 200 MB, take the memory of a few events."""
    size = 200_000_000 if FUZZ else 20_000_000
    next(iter(Activity(io.BufferedReader(Endless(10_000)))))  # what is imported is not the file's
    tracemalloc.start()
    try:
        count = sum(1 for _ in Activity(io.BufferedReader(Endless(size))))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count > size // 1_000
    assert peak < 3_000_000

"""The learner's progress: an append-only file of ids and outcomes, one JSON object a line.

Owns the file and what its lines mean. No policy or program is ever written, only a digest that tells attempts apart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

MARKER = ".iamkit-course"
FILE = "progress.jsonl"

# What counts as an attempt: the learner wrote something, and it was judged.
_ATTEMPTS = ("failed", "invalid_policy", "invalid_program", "passed")


@dataclass(frozen=True, slots=True)
class Record:
    """One thing a learner did: `event` is check, hint, reset, solution, prediction or answer."""

    event: str
    id: str
    outcome: str = ""
    digest: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What the records of a learner say, read once."""

    records: tuple[Record, ...]
    unreadable: int = 0
    warning: str = ""

    def passed(self, slug: str) -> bool:
        return any(record.outcome == "passed" for record in self._of("check", slug))

    def attempts(self, slug: str) -> int:
        """Count the different attempts; Check on an unchanged one is no new attempt."""
        return len({record.digest for record in self._of("check", slug) if record.outcome in _ATTEMPTS})

    def hints(self, slug: str) -> int:
        """Count the hints opened since the last reset."""
        count = 0
        for record in self.records:
            if record.id == slug and record.event in ("hint", "reset"):
                count = count + 1 if record.event == "hint" else 0
        return count

    def prediction(self, slug: str) -> str | None:
        """Return the outcome of the first guess: the later ones have seen the answer."""
        return next((record.outcome for record in self._of("prediction", slug)), None)

    def answer(self, question: str) -> str | None:
        """Return "correct" once the question was answered so, else the outcome of the last answer."""
        outcomes = [record.outcome for record in self._of("answer", question)]
        return "correct" if "correct" in outcomes else outcomes[-1] if outcomes else None

    def _of(self, event: str, identifier: str) -> list[Record]:
        return [record for record in self.records if record.event == event and record.id == identifier]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Progress:
    """Append to the progress file and read it; a folder that cannot be written is a warning, not an error."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = utc_now) -> None:
        self.path = folder / FILE
        self._clock = clock
        # What could not be written is kept for this session: hints and attempts still count.
        self._unwritten: list[Record] = []

    def __repr__(self) -> str:
        return f"Progress({str(self.path)!r})"

    def add(self, record: Record) -> str:
        """Write one record; return a warning, or "" when it is on disk."""
        record = replace(record, time=self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        try:
            self._append(record)
        except OSError as error:
            self._unwritten.append(record)
            reason = error.strerror or str(error)
            return f"your progress cannot be saved in `{self.path}` ({reason}); it counts until the kernel stops"
        return ""

    def history(self) -> History:
        """Read every record; count the lines that are none instead of failing on them."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            data = b""
        except OSError as error:
            warning = f"your progress cannot be read from `{self.path}` ({error.strerror or error})"
            return History(tuple(self._unwritten), warning=warning)
        lines = [line for line in data.split(b"\n") if line.strip()]
        records = [record for record in map(_parse, lines) if record is not None]
        return History((*records, *self._unwritten), unreadable=len(lines) - len(records))

    def _append(self, record: Record) -> None:
        fields = {key: value for key, value in asdict(record).items() if value}
        # A newline on both sides: after a line that a crash tore, this one still stands on its own.
        line = b"\n" + json.dumps(fields).encode() + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # One write with O_APPEND: two kernels writing at once cannot mix their lines.
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            if os.write(descriptor, line) != len(line):
                raise OSError("the disk is full")
        finally:
            os.close(descriptor)


def course_folder(environ: Mapping[str, str], current: Path, home: Path) -> Path:
    """Find the learner's course folder: the one named, the one we are in, or `iamkit` in the home folder."""
    named = environ.get("IAMKIT_COURSE_DIR")
    if named:
        return Path(named).expanduser()
    marked = (folder for folder in (current, *current.parents) if (folder / MARKER).exists())
    return next(marked, home / "iamkit")


def _parse(line: bytes) -> Record | None:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    known = ("event", "id", "outcome", "digest", "time")
    if not isinstance(fields, dict) or not isinstance(fields.get("event"), str):
        return None
    texts = {key: fields.get(key, "") for key in known}
    if not all(isinstance(value, str) for value in texts.values()) or not texts["id"]:
        return None
    return Record(**texts)

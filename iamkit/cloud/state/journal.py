"""A file that only grows, and is on disk before anyone is told so."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

from iamkit.cloud.state.frames import Damaged, Frame, framed, frames

MAGIC = b"iamkit state 1\n"


class NotKept(OSError):
    """The state on disk cannot be written any more."""


class Journal:
    """Records in a file of the user's own; raises Damaged when it is opened, NotKept when it can no longer be written.

    What was appended is on disk once `settle` has returned. Several threads may wait for it: one of them writes for
    all. After a failure nothing is written again, as nobody knows what the disk holds then.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        self._written = self._settled = os.fstat(self._file).st_size
        self._checksum = 0
        self._failure: str | None = None
        self._settling = threading.Lock()
        self.next = 0

    def read(self) -> Iterator[Frame]:
        """Give what was kept, then cut off what is no whole record; do it once, before anything is appended."""
        end = len(MAGIC)
        with self.path.open("rb") as file:
            magic = file.read(len(MAGIC))
            if magic != MAGIC[: len(magic)]:
                raise Damaged("at byte 0: this is no state that this iamkit can read")
            if len(magic) == len(MAGIC):
                for frame in frames(file, len(MAGIC)):
                    yield frame
                    end, self._checksum, self.next = frame.end, frame.checksum, frame.number + 1
        if len(magic) < len(MAGIC):
            os.ftruncate(self._file, 0)
            self._write([MAGIC], 0)
        elif end < self._written:
            os.ftruncate(self._file, end)
        os.fsync(self._file)
        self._written = self._settled = end

    def append(self, payload: list[bytes]) -> None:
        """Add a record; whoever appends holds a lock of their own. Raises NotKept."""
        self.check()
        pieces, checksum = framed(self.next, payload, self._checksum)
        try:
            self._write(pieces, self._written)
        except OSError as problem:
            raise self._failed(problem) from problem
        self._written += sum(map(len, pieces))
        self._checksum = checksum
        self.next += 1

    def settle(self) -> None:
        """Return when all that has been appended is on disk; raises NotKept."""
        upto = self._written
        with self._settling:
            if self._failure is None and self._settled >= upto:
                return
            self.check()
            reached = self._written
            try:
                _to_disk(self._file)
            except OSError as problem:
                raise self._failed(problem) from problem
            self._settled = reached

    def check(self) -> None:
        """Raise NotKept if the journal has failed or is closed."""
        if self._failure is not None:
            raise NotKept(self._failure)
        if self._file < 0:
            raise NotKept("the local cloud has been stopped")

    def close(self) -> None:
        """Write what is left, and close the file."""
        with self._settling:
            if self._file < 0:
                return
            try:
                if self._failure is None:
                    _to_disk(self._file)
                    self._settled = self._written
            finally:
                os.close(self._file)
                self._file = -1

    def _write(self, pieces: list[bytes], start: int) -> None:
        """Write all or nothing."""
        try:
            for piece in _joined(pieces):
                left = memoryview(piece)
                while left:
                    left = left[os.write(self._file, left) :]
        except OSError:
            os.ftruncate(self._file, start)
            raise

    def _failed(self, problem: OSError) -> NotKept:
        self._failure = f"the state in {self.path.parent} cannot be written: {problem.strerror or problem}"
        return NotKept(self._failure)


def _joined(pieces: list[bytes]) -> Iterator[bytes]:
    """Write a small record at once, a large one without copying it."""
    if sum(map(len, pieces)) <= 1 << 20:
        yield b"".join(pieces)
    else:
        yield from pieces


def _to_disk(file: int) -> None:
    getattr(os, "fdatasync", os.fsync)(file)


def sync_directory(path: Path) -> None:
    """Put the names of new files on disk, where a directory can be asked to."""
    if os.name == "nt":
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)

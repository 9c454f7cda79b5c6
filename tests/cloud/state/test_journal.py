"""The journal: all or nothing, on disk before it is told, silent never."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from iamkit.cloud.state import journal as module
from iamkit.cloud.state.frames import Damaged
from iamkit.cloud.state.journal import MAGIC, Journal, NotKept


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is."""
    return tmp_path / "journal"


def opened(path: Path) -> tuple[Journal, list[bytes]]:
    """Open a journal and read it."""
    journal = Journal(path)
    return journal, [frame.payload for frame in journal.read()]


def test_what_was_appended_is_there(path: Path) -> None:
    """Over several runs, in order."""
    kept: list[bytes] = []
    for run in range(3):
        journal, found = opened(path)
        assert found == kept
        assert journal.next == len(kept)
        for number in range(3):
            journal.append([f"{run}".encode(), f"-{number}".encode()])
            kept.append(f"{run}-{number}".encode())
        journal.settle()
        journal.close()
    assert opened(path)[1] == kept


def test_nobody_else_reads_it(path: Path) -> None:
    """Keys are in it."""
    opened(path)[0].close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_torn_end_is_cut_off(path: Path) -> None:
    """What is appended then stands where the torn record was."""
    journal, _ = opened(path)
    journal.append([b"one"])
    journal.append([b"two"])
    journal.close()
    whole = path.read_bytes()
    for size in range(len(whole) - 1, len(MAGIC) - 1, -1):
        path.write_bytes(whole[:size])
        journal, found = opened(path)
        assert found in ([], [b"one"])
        journal.append([b"after"])
        journal.close()
        journal, again = opened(path)
        journal.close()
        assert again == [*found, b"after"]


def test_torn_beginning(path: Path) -> None:
    """Killed while the file was made: it is empty."""
    for size in range(len(MAGIC)):
        path.write_bytes(MAGIC[:size])
        journal, found = opened(path)
        journal.close()
        assert (found, path.read_bytes()) == ([], MAGIC)


def test_other_files_are_left_alone(path: Path) -> None:
    """A file that is no journal is not written over."""
    path.write_bytes(b"dear diary, today")
    with pytest.raises(Damaged, match="no state that this iamkit can read"):
        opened(path)
    assert path.read_bytes() == b"dear diary, today"


def test_full_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a record is taken back; then nothing is written, and everyone is told."""
    journal, _ = opened(path)
    journal.append([b"kept"])
    before = path.read_bytes()
    write, calls = os.write, []

    def full(file: int, data: bytes) -> int:
        calls.append(len(data))
        if len(calls) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, bytes(data)[:5])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(NotKept, match="No space left on device"):
        journal.append([b"lost"])
    monkeypatch.undo()
    assert path.read_bytes() == before
    for refused in (journal.settle, journal.check, lambda: journal.append([b"later"])):
        with pytest.raises(NotKept, match="cannot be written"):
            refused()
    journal.close()
    assert opened(path)[1] == [b"kept"]


def test_disk_that_fails_when_it_is_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failure nobody knows what the disk has: it is not asked again."""
    journal, _ = opened(path)
    asked = []

    def fail(file: int) -> None:
        asked.append(file)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(module, "_to_disk", fail)
    journal.append([b"unsure"])
    for _ in range(2):
        with pytest.raises(NotKept, match="Input/output error"):
            journal.settle()
    assert len(asked) == 1
    journal.close()


def test_one_writes_for_all(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one asks the disk, the others gather; one question does for all of them."""
    journal, _ = opened(path)
    to_disk, first_is_in, go_on, asked = module._to_disk, threading.Event(), threading.Event(), []

    def slow(file: int) -> None:
        asked.append(file)
        first_is_in.set()
        assert go_on.wait(10)
        to_disk(file)

    monkeypatch.setattr(module, "_to_disk", slow)
    journal.append([b"0"])
    threads = [threading.Thread(target=journal.settle)]
    threads[0].start()
    assert first_is_in.wait(10)
    for number in range(1, 6):
        journal.append([str(number).encode()])
        threads.append(threading.Thread(target=journal.settle))
        threads[-1].start()
    go_on.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert len(asked) == 2
    journal.close()


def test_closed(path: Path) -> None:
    """What was on disk stays acknowledged; nothing more is taken."""
    journal, _ = opened(path)
    journal.append([b"one"])
    journal.close()
    journal.settle()
    journal.close()
    with pytest.raises(NotKept, match="has been stopped"):
        journal.append([b"two"])

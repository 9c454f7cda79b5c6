"""The progress file: what is kept, what survives, and what two kernels do at once."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamkit.course.progress import MARKER, Progress, Record, course_folder

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

WRITER = """
import sys
from pathlib import Path
from iamkit.course.progress import Progress, Record

progress = Progress(Path(sys.argv[1]))
for number in range(200):
    assert not progress.add(Record("check", f"exercise-{sys.argv[2]}", "failed", f"{number:03}" * 20))
"""


def make(folder: Path) -> Progress:
    return Progress(folder, lambda: NOW)


def test_a_record_is_one_line_between_newlines(tmp_path: Path) -> None:
    """The line says what, which, how it ended and when; fields without content are left out."""
    make(tmp_path).add(Record("hint", "read-reports"))

    line = b'\n{"event": "hint", "id": "read-reports", "time": "2026-01-02T03:04:05Z"}\n'
    assert line == (tmp_path / "progress.jsonl").read_bytes()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Another kernel, started later, sees the same records."""
    make(tmp_path).add(Record("check", "a", "failed", "d1"))
    make(tmp_path).add(Record("check", "a", "passed", "d2"))

    history = make(tmp_path).history()
    assert [(record.outcome, record.digest) for record in history.records] == [("failed", "d1"), ("passed", "d2")]
    assert history.passed("a")
    assert not history.passed("b")


def test_an_unchanged_policy_is_one_attempt(tmp_path: Path) -> None:
    """Pressing Check again changes nothing."""
    progress = make(tmp_path)
    for digest in ("d1", "d1", "d2", "d1"):
        progress.add(Record("check", "a", "failed", digest))

    assert progress.history().attempts("a") == 2


def test_hints_count_from_the_last_reset(tmp_path: Path) -> None:
    """Reset closes the hints and keeps everything else."""
    progress = make(tmp_path)
    for event in ("hint", "hint", "reset", "hint"):
        progress.add(Record(event, "a"))

    assert progress.history().hints("a") == 1


def test_the_first_prediction_counts(tmp_path: Path) -> None:
    """A second guess has seen the answer."""
    progress = make(tmp_path)
    progress.add(Record("prediction", "a", "incorrect"))
    progress.add(Record("prediction", "a", "correct"))

    assert progress.history().prediction("a") == "incorrect"


def test_a_question_answered_right_once_stays_right(tmp_path: Path) -> None:
    """Going through the quiz again takes nothing away."""
    progress = make(tmp_path)
    for outcome in ("incorrect", "correct", "incorrect"):
        progress.add(Record("answer", "q", outcome))

    assert progress.history().answer("q") == "correct"
    assert progress.history().answer("other") is None


@pytest.mark.parametrize("torn", [b'\n{"event": "check", "id": "b", "outc', b"\n\xff\xfe\x00", b"\n[1]\n", b"\n7"])
def test_a_torn_line_costs_no_other_line(tmp_path: Path, torn: bytes) -> None:
    """A crash in the middle of a write damages neither the line before nor the one after."""
    progress = make(tmp_path)
    progress.add(Record("check", "a", "passed", "d"))
    with (tmp_path / "progress.jsonl").open("ab") as file:
        file.write(torn)
    progress.add(Record("check", "c", "passed", "d"))

    history = progress.history()
    assert [record.id for record in history.records] == ["a", "c"]
    assert history.unreadable == 1


def test_fields_of_a_newer_version_do_no_harm(tmp_path: Path) -> None:
    """What is not known is not read; the rest of the line counts."""
    newer = {"event": "check", "id": "a", "outcome": "passed", "mood": {"good": True}}
    (tmp_path / "progress.jsonl").write_text(json.dumps(newer))

    assert make(tmp_path).history().passed("a")


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    """Four kernels, 800 records, every one whole."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, str(number)]) for number in range(4)]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]

    history = make(tmp_path).history()
    assert history.unreadable == 0
    assert [history.attempts(f"exercise-{number}") for number in range(4)] == [200] * 4


def test_a_folder_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    """The learner goes on; what they did counts until the kernel stops."""
    (tmp_path / "file").write_text("not a folder")
    progress = make(tmp_path / "file")

    warning = progress.add(Record("check", "a", "passed", "d"))

    assert warning.startswith("your progress cannot be saved in `")
    assert progress.history().passed("a")
    assert not make(tmp_path / "file").history().passed("a")


def test_a_file_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    """The course works without a history."""
    (tmp_path / "progress.jsonl").mkdir()

    history = make(tmp_path).history()
    assert history.records == ()
    assert history.warning.startswith("your progress cannot be read from `")


def test_the_course_folder_is_the_one_named(tmp_path: Path) -> None:
    """$IAMKIT_COURSE_DIR comes before everything."""
    assert tmp_path / "x" == course_folder({"IAMKIT_COURSE_DIR": str(tmp_path / "x")}, tmp_path, tmp_path)


def test_the_course_folder_is_the_nearest_marked_one(tmp_path: Path) -> None:
    """A notebook in a folder of the course finds the course."""
    (tmp_path / MARKER).touch()
    inner = tmp_path / "lessons" / "deep"

    assert tmp_path == course_folder({}, tmp_path, tmp_path / "home")
    assert tmp_path == course_folder({}, inner, tmp_path / "home")
    (tmp_path / "lessons").mkdir()
    (tmp_path / "lessons" / MARKER).touch()
    assert tmp_path / "lessons" == course_folder({}, inner, tmp_path / "home")


def test_the_course_folder_is_else_in_the_home_folder(tmp_path: Path) -> None:
    """Where `iamkit learn` puts the course unless told otherwise."""
    assert tmp_path / "home" / "iamkit" == course_folder({"IAMKIT_COURSE_DIR": ""}, tmp_path, tmp_path / "home")

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from iamkit.course.progress import MARKER
from iamkit.notebook.folder import Change, CourseFolderError, lay_out

NAME = "03_policies.ipynb"


@pytest.fixture
def lessons(tmp_path: Path) -> Path:
    """A folder with one lesson in its first version."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    (folder / NAME).write_text("first")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "iamkit"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_gets_every_lesson_and_nothing_else(lessons: Path, folder: Path) -> None:
    """Sources and what else lies beside the notebooks stay in the clone."""
    (lessons / "build.py").write_text("")
    (lesson,) = lay_out(lessons, folder)
    assert lesson.change is Change.COPIED
    assert names(folder) == [MARKER, NAME]


def test_the_same_lessons_again_change_nothing(lessons: Path, folder: Path) -> None:
    """A second start is silent."""
    lay_out(lessons, folder)
    before = (folder / NAME).stat().st_mtime_ns
    assert lay_out(lessons, folder) == ()
    assert (folder / NAME).stat().st_mtime_ns == before


def test_an_untouched_lesson_is_updated_in_place(lessons: Path, folder: Path) -> None:
    """Nobody's work is in it."""
    lay_out(lessons, folder)
    (lessons / NAME).write_text("second")
    (lesson,) = lay_out(lessons, folder)
    assert str(lesson) == "03_policies.ipynb: updated"
    assert (folder / NAME).read_text() == "second"
    assert names(folder) == [MARKER, NAME]


def test_a_touched_lesson_stays_and_the_newer_lands_beside_it(lessons: Path, folder: Path) -> None:
    """It is said once, at the start at which it happens."""
    lay_out(lessons, folder)
    (folder / NAME).write_text("first, and my answer")
    assert lay_out(lessons, folder) == ()
    (lessons / NAME).write_text("second")
    (lesson,) = lay_out(lessons, folder)
    assert "your work stays as it is; the newer lesson is `03_policies (new).ipynb`" in str(lesson)
    assert (folder / NAME).read_text() == "first, and my answer"
    assert (folder / "03_policies (new).ipynb").read_text() == "second"
    assert lay_out(lessons, folder) == ()


def test_an_untouched_newer_copy_makes_way_for_a_still_newer_one(lessons: Path, folder: Path) -> None:
    """Copies do not pile up."""
    lay_out(lessons, folder)
    (folder / NAME).write_text("mine")
    for version in ("second", "third"):
        (lessons / NAME).write_text(version)
        lay_out(lessons, folder)
    assert names(folder) == [MARKER, "03_policies (new).ipynb", NAME]
    assert (folder / "03_policies (new).ipynb").read_text() == "third"


def test_a_touched_newer_copy_is_the_learners_work_too(lessons: Path, folder: Path) -> None:
    """The third version takes another name."""
    lay_out(lessons, folder)
    (folder / NAME).write_text("mine")
    (lessons / NAME).write_text("second")
    lay_out(lessons, folder)
    (folder / "03_policies (new).ipynb").write_text("second, and mine")
    (lessons / NAME).write_text("third")
    lay_out(lessons, folder)
    assert (folder / NAME).read_text() == "mine"
    assert (folder / "03_policies (new).ipynb").read_text() == "second, and mine"
    assert (folder / "03_policies (new 2).ipynb").read_text() == "third"


def test_a_deleted_lesson_comes_back(lessons: Path, folder: Path) -> None:
    """Deleting a lesson is how to start it over."""
    lay_out(lessons, folder)
    (folder / NAME).unlink()
    (lesson,) = lay_out(lessons, folder)
    assert lesson.change is Change.COPIED


@pytest.mark.parametrize("marker", [None, "", "{", "[]", '{"lessons": 3}', '{"lessons": [1]}'])
def test_without_a_readable_marker_every_file_is_the_learners(lessons: Path, folder: Path, marker: str | None) -> None:
    """A doubt is decided for the learner's work."""
    folder.mkdir(parents=True)
    (folder / NAME).write_text("mine, from somewhere")
    if marker is not None:
        (folder / MARKER).write_text(marker)
    (lesson,) = lay_out(lessons, folder)
    assert lesson.change is Change.KEPT
    assert (folder / NAME).read_text() == "mine, from somewhere"


def test_a_file_is_no_folder(lessons: Path, tmp_path: Path) -> None:
    """The error says what is there and what to do."""
    target = tmp_path / "notes.txt"
    target.write_text("")
    with pytest.raises(CourseFolderError, match="is a file, or lies below one\nhelp: "):
        lay_out(lessons, target)
    with pytest.raises(CourseFolderError, match="is a file, or lies below one\nhelp: "):
        lay_out(lessons, target / "below")


def test_the_lessons_of_the_clone_are_not_a_course_folder(lessons: Path) -> None:
    """The clone stays clean."""
    with pytest.raises(CourseFolderError, match="keeps its own lessons"):
        lay_out(lessons, lessons)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "is not writable"),
        (errno.EROFS, "is not writable"),
        (errno.ENOSPC, "no space left"),
        (errno.EIO, "cannot be used: Input/output error"),
    ],
)
def test_a_failed_write_is_explained_and_leaves_nothing_half_done(
    lessons: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    """What was there stays whole, and no temporary file is left."""
    lay_out(lessons, folder)
    (lessons / NAME).write_text("second")

    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CourseFolderError, match=said):
        lay_out(lessons, folder)
    assert names(folder) == [MARKER, NAME]
    assert (folder / NAME).read_text() == "first"

"""The learner's course folder: copies of the lessons that are theirs to edit.

Owns what may be written there, and when. A marker file holds the hash of every lesson as it was copied: a lesson
that still has this hash is untouched and may be replaced by a newer one; every other file is the learner's work.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import count
from pathlib import Path

from iamkit.course.progress import MARKER


class CourseFolderError(OSError):
    """The course folder cannot be used."""


class Change(Enum):
    COPIED = "copied"
    UPDATED = "updated"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was done with one lesson; `beside` is the newer copy that lies next to the learner's own."""

    path: Path
    change: Change
    beside: Path | None = None

    def __str__(self) -> str:
        if self.beside:
            return f"{self.path.name}: your work stays as it is; the newer lesson is `{self.beside.name}`"
        return f"{self.path.name}: {self.change.value}"


def lay_out(lessons: Path, folder: Path) -> tuple[Lesson, ...]:
    """Copy every notebook of `lessons` into `folder` without touching a learner's work.

    Returns what changed; a second call with the same lessons returns nothing. Raises `CourseFolderError`.
    """
    if folder.resolve().is_relative_to(lessons.resolve()):
        raise CourseFolderError(f"`{folder}` is where iamkit keeps its own lessons\nhelp: choose another folder")
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        copied = dict(_read_marker(folder))
        changes = [_lay_out_one(source, folder, copied) for source in sorted(lessons.glob("*.ipynb"))]
        marker = json.dumps({"course": "iamkit", "lessons": copied}, indent=2, sort_keys=True) + "\n"
        _write(folder / MARKER, marker.encode())
    return tuple(change for change in changes if change)


def _lay_out_one(source: Path, folder: Path, copied: dict[str, str]) -> Lesson | None:
    content = source.read_bytes()
    newest = _hash(content)
    target = folder / source.name
    offered, copied[target.name] = copied.get(target.name), newest
    if not target.exists():
        _write(target, content)
        return Lesson(target, Change.COPIED)
    present = _hash(target.read_bytes())
    if present == newest:
        return None
    if present == offered:
        _write(target, content)
        return Lesson(target, Change.UPDATED)
    if offered == newest:
        return None
    beside = _beside(target, newest, copied)
    copied[beside.name] = newest
    _write(beside, content)
    return Lesson(target, Change.KEPT, beside)


def _beside(target: Path, newest: str, copied: Mapping[str, str]) -> Path:
    """Return the name for a newer copy: one that is free, or holds an earlier newer copy nobody has touched."""
    for number in count(1):
        suffix = " (new)" if number == 1 else f" (new {number})"
        beside = target.with_name(f"{target.stem}{suffix}{target.suffix}")
        if not beside.exists() or _hash(beside.read_bytes()) in (newest, copied.get(beside.name)):
            return beside
    raise AssertionError("count() does not end")


def _read_marker(folder: Path) -> Mapping[str, str]:
    """Return the hashes as copied; a marker that cannot be read makes every lesson the learner's own."""
    try:
        lessons = json.loads((folder / MARKER).read_text(encoding="utf-8"))["lessons"]
        return {str(name): str(value) for name, value in lessons.items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: a full disk or a power cut leaves the one before."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn what the system says into one sentence about the folder, and what to do about it."""
    try:
        yield
    except OSError as error:
        match error.errno:
            case errno.EEXIST | errno.ENOTDIR:
                message = f"`{folder}` is a file, or lies below one\nhelp: name a folder, it is made if it is missing"
            case errno.EACCES | errno.EPERM | errno.EROFS:
                message = f"`{folder}` is not writable\nhelp: name a folder of your own: iamkit learn DIR"
            case errno.ENOSPC | errno.EDQUOT:
                message = f"no space left for `{folder}`\nhelp: free some, or name a folder on another disk"
            case _:
                message = f"`{folder}` cannot be used: {error.strerror or error}"
        raise CourseFolderError(message) from error

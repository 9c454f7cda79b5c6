"""Read the folder of an exercise as the kind of exercise that it says it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.course.code_exercises import read_code_exercise
from iamkit.course.consistency import check_slug
from iamkit.course.fields import Folder, Report
from iamkit.course.policy_exercises import read_policy_exercise

if TYPE_CHECKING:
    from pathlib import Path

    from iamkit.course.exercises import Exercise

_READERS = {"policy": read_policy_exercise, "code": read_code_exercise}


def load_exercise(path: Path, lesson: str, label: str) -> Exercise:
    """Read one folder; raise `MalformedExercise` with everything that is wrong in it."""
    report = Report()
    folder = Folder(path, label, report)
    check_slug(path.name, folder)
    table = folder.table("exercise.toml", holding="the title, the hints and how the answer is judged")
    kind = table.choice("kind", list(_READERS), default="policy") if table else ""
    if table is None or not kind:
        raise report.error()
    exercise = _READERS[kind](table, folder, lesson)
    report.stop_if_any()
    return exercise

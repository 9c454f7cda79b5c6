"""What must hold between the files of one exercise of either kind, beyond each being readable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamkit.course.fields import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from iamkit.course.exercises import Exercise
    from iamkit.course.fields import Folder, Table

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_slug(slug: str, folder: Folder) -> None:
    if not _SLUG.fullmatch(slug):
        folder.report.add(folder.label, "", f"the folder's name is no slug: `{slug}`", "write it like-this")


def check_strays(folder: Folder, used: Collection[str], ending: str = ".json") -> None:
    """Refuse files nobody reads: most of them are a misspelled name. `ending` is that of the files in wrong/."""
    names = sorted(path.name for path in folder.path.iterdir() if not path.name.startswith((".", "__")))
    inside = folder.path / "wrong"
    if inside.is_dir():
        strays = (path.name for path in inside.iterdir() if path.suffix != ending and path.name != "__pycache__")
        names += sorted(f"wrong/{name}" for name in strays)
    for name in names:
        if name not in used:
            folder.report.add(folder.name_of(name), "", "no key or rule of the folder reads this file", "remove it")


def check_hints(exercise: Exercise, table: Table, lines: Iterable[str]) -> None:
    """Report a number of hints that is not three, and hints that hold one of these lines of the solution.

    What the learner can have read in the starter or the task gives nothing away.
    """
    if "hints" in table and len(exercise.hints) != 3:
        help = "write three: the concept, where to look, almost the answer"
        table.problem("hints", f"has {len(exercise.hints)} hints, not three", help)
    known = _packed(exercise.starter + exercise.task)
    secrets = [line for line in lines if _packed(line) not in known]
    for index, hint in enumerate(exercise.hints):
        packed = _packed(hint)
        found = next((line for line in secrets if _packed(line) in packed), None)
        if found is not None:
            help = "say where to look or what is missing, and leave the last step to the learner"
            table.problem(f"hints[{index}]", f"contains the solution: `{found}`", help)


def check_wrong(exercise: Exercise, table: Table, names: Sequence[str]) -> None:
    """Report wrong answers that are said to be refuted by what is none of these cases."""
    for wrong in exercise.wrong:
        if wrong.refuted_by and wrong.refuted_by not in names:
            message = f"names no case: `{wrong.refuted_by}`"
            table.problem(f"wrong.{wrong.name}", message, suggestion(wrong.refuted_by, names))


def reported(table: Table, key: str) -> bool:
    """Tell whether the key could not be read: what depends on it is not judged then."""
    return any(problem.key.startswith(key) for problem in table.report.problems)


def _packed(text: str) -> str:
    return "".join(text.split())

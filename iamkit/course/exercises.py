"""What every exercise is, and what its folder `exercises/LESSON/SLUG/` holds whatever its kind.

exercise.toml, task.md, why.md, a starter, a solution, and wrong/*: their ending says whether they are policies or
programs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from iamkit.course.fields import Folder, Table


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A mistake worth catching, and the name of the case (or `compare`) that must catch it."""

    name: str
    text: str
    refuted_by: str


@dataclass(frozen=True, slots=True, repr=False)
class Exercise:
    """What exercises of both kinds have; texts are Markdown, starter and solution are as their files have them."""

    ending: ClassVar[str] = ""
    noun: ClassVar[str] = ""

    slug: str
    lesson: str
    title: str
    difficulty: int
    hints: tuple[str, ...]
    task: str
    starter: str
    starter_invalid: bool
    solution: str
    why: str
    wrong: tuple[WrongAnswer, ...]

    @property
    def case_names(self) -> tuple[str, ...]:
        """Name the cases in their order."""
        raise NotImplementedError

    def __repr__(self) -> str:
        counted = f"difficulty={self.difficulty}, cases={len(self.case_names)}"
        return f"{type(self).__name__}({self.slug!r}, {self.title!r}, {counted})"


def files_of(ending: str) -> set[str]:
    """Name the files of an exercise that is written in files of this ending."""
    return {"exercise.toml", "task.md", "why.md", "wrong", f"starter{ending}", f"solution{ending}"}


def read_common(table: Table, folder: Folder, lesson: str, ending: str, noun: str) -> dict[str, Any]:
    """Read the fields of `Exercise`."""
    return {
        "slug": folder.path.name,
        "lesson": lesson,
        "title": table.text("title"),
        "difficulty": table.integer("difficulty", 1, 5),
        "hints": table.texts("hints"),
        "task": folder.text("task.md", holding="what the learner is asked to do"),
        "starter": folder.text(f"starter{ending}", holding=f"the {noun} that the learner starts from"),
        "starter_invalid": table.flag("starter-invalid"),
        "solution": folder.text(f"solution{ending}", holding=f"a {noun} that passes"),
        "why": folder.text("why.md", holding="why the solution works, and another good one"),
        "wrong": _read_wrong(table, folder, ending, noun),
    }


def _read_wrong(table: Table, folder: Folder, ending: str, noun: str) -> tuple[WrongAnswer, ...]:
    rows = table.table("wrong", optional=True)
    refuted_by = rows.text_items()
    files = sorted(path.stem for path in (folder.path / "wrong").glob(f"*{ending}"))
    for name in files:
        if name not in refuted_by:
            rows.problem(name, "is missing", f'write {name} = "the case that refutes wrong/{name}{ending}"')
    for name in refuted_by:
        if name not in files:
            rows.problem(name, f"names no file: there is no wrong/{name}{ending}", "add the file, or remove the line")
    holding = f"a {noun} that must not pass"
    return tuple(
        WrongAnswer(name, folder.text(f"wrong/{name}{ending}", holding=holding), refuted_by[name])
        for name in files
        if name in refuted_by
    )

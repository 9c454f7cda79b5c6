"""Exercises whose answer is a small program: the function that it must define, and who judges it."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from iamkit.course.consistency import check_hints, check_strays, check_wrong
from iamkit.course.exercises import Exercise, files_of, read_common
from iamkit.course.judges import JUDGES
from iamkit.course.runner import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamkit.course.fields import Folder, Table
    from iamkit.course.judges import Judge

_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
# A shorter line, such as `return key`, gives nothing away.
_TELLING = 16


@dataclass(frozen=True, slots=True, repr=False)
class CodeExercise(Exercise):
    """An exercise to write a program; `without` are the modules that it may not import."""

    ending: ClassVar[str] = ".py"
    noun: ClassVar[str] = "program"

    function: str
    judge_name: str
    time_limit: int
    without: tuple[str, ...]

    @property
    def judge(self) -> Judge:
        """Return the judge that the name stands for."""
        return JUDGES[self.judge_name]

    @property
    def case_names(self) -> tuple[str, ...]:
        """Name the cases in their order."""
        return tuple(self.judge.cases)


def read_code_exercise(table: Table, folder: Folder, lesson: str) -> CodeExercise:
    """Read an exercise; report what is wrong in its folder."""
    ending = CodeExercise.ending
    exercise = CodeExercise(
        **read_common(table, folder, lesson, ending, CodeExercise.noun),
        function=_read_function(table),
        judge_name=table.choice("judge", list(JUDGES)),
        time_limit=table.integer("time-limit", 1, 60, default=SECONDS),
        without=_read_without(table),
    )
    table.finish()
    check_strays(folder, files_of(ending), ending)
    check_hints(exercise, table, _telling_lines(exercise))
    if exercise.judge_name:
        check_wrong(exercise, table, exercise.case_names)
    return exercise


def _read_function(table: Table) -> str:
    name = table.text("function")
    if name and (not name.isidentifier() or keyword.iskeyword(name)):
        table.problem("function", f"is no name of a function: `{name}`", "write it like_this")
    return name


def _read_without(table: Table) -> tuple[str, ...]:
    names = table.texts("without", optional=True)
    for index, name in enumerate(names):
        if name and not _MODULE.fullmatch(name):
            table.problem(f"without[{index}]", f"is no name of a module: `{name}`", "write it as in `import hashlib`")
    return names


def _telling_lines(exercise: CodeExercise) -> Iterator[str]:
    """Give the lines of the solution that say something."""
    for line in exercise.solution.splitlines():
        if len(line.strip()) >= _TELLING and not line.strip().startswith(("#", '"""', "import ", "from ", "def ")):
            yield line.strip()

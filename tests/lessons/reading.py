"""A lesson as people read it, as it is committed or with every answer given, and what each lesson has to keep to."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from iamkit.course import CodeExercise, Course, Outcome, PolicyExercise, Progress, Question
from iamkit.notebook.signing.presets import PRESETS
from lessons import build

ASKED = re.compile(r'^(predict|quiz)\("([\w-]+)", (?:guess|letter|"")\)', re.MULTILINE)
EXERCISE = re.compile(r'^(?:exercise\("|%%policy )([\w-]+)(?:"\))?$', re.MULTILINE)
POLICY = re.compile(rf"^{build.POLICY_MAGIC}\s+(?P<slug>\S+)")
WIDGET = re.compile(r"""^exercise\((["'])(?P<slug>[\w-]+)\1\)$""", re.MULTILINE)
PREDICTION = re.compile(r'^predict\("([\w-]+)"\)$', re.MULTILINE)
# A question is shown in a line of its own, or waits for its letter in a table of all.
QUESTION = re.compile(r'^quiz\("(?!\d\d_)([\w-]+)"\)$|"([\w-]+)": ""', re.MULTILINE)


@dataclass(frozen=True)
class Reading:
    """The cells of a lesson, with what they show, and the progress that they recorded where they were run."""

    cells: Sequence[NotebookNode] = field(repr=False)
    progress: str = field(default="", repr=False)

    @property
    def code(self) -> str:
        return "\n".join(cell.source for cell in self.cells if cell.cell_type == "code")

    @property
    def prose(self) -> str:
        return "\n".join(cell.source for cell in self.cells if cell.cell_type == "markdown")

    @property
    def told(self) -> str:
        """All that the cells show, as plain text."""
        return "\n".join(text_of(cell) for cell in self.cells if cell.get("outputs"))

    def cell(self, part: str) -> NotebookNode:
        """Give the one code cell that has this text in it."""
        found = [cell for cell in self.cells if cell.cell_type == "code" and part in cell.source]
        if len(found) != 1:
            raise AssertionError(f"{len(found)} code cells have `{part}` in them")
        return found[0]

    def said(self, part: str) -> str:
        """Give what this cell shows."""
        return text_of(self.cell(part))


def text_of(cell: NotebookNode) -> str:
    """Give what a code cell shows, as plain text."""
    outputs = cell.get("outputs", ())
    return "\n".join(each.text if each.output_type == "stream" else each.data.get("text/plain", "") for each in outputs)


def as_committed(lesson: str) -> Any:
    """Make the fixture `stored` of a lesson: it runs nothing, for another test says that its source gives the same."""

    @pytest.fixture(scope="module")
    def stored() -> Reading:
        return Reading(nbformat.read(build.LESSONS / f"{lesson}.ipynb", as_version=4).cells)

    return stored


def as_answered(lesson: str, *, runs: int = 1, more: Iterable[str] = ()) -> Any:
    """Make the fixture `shown` of a lesson: its code cells for one who knows every answer and every solution.

    The notebook is executed once, for all tests of a file: with `more` cells at its end, and with each cell so many
    times in a row, of which the last time is kept.
    """

    @pytest.fixture(scope="module")
    def shown(course: Course) -> Reading:
        return run(lesson, course, runs=runs, more=more)

    return shown


def run(lesson: str, course: Course, *, runs: int = 1, more: Iterable[str] = ()) -> Reading:
    """Run a lesson with every answer and every solution in its place; what checks the solutions shows is left out."""
    code = [cell.source for cell in build.read(build.LESSONS / "src" / f"{lesson}.md").cells if "outputs" in cell]
    asked = [*code, *more]
    solved = [_solved(each, course) for each in asked]
    sources = [_answered(each, course) for each in solved for _ in range(runs)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in sources])
    progress = build.execute(notebook)
    last = notebook.cells[runs - 1 :: runs]
    return Reading([cell for cell, before, after in zip(last, asked, solved, strict=True) if before == after], progress)


def _solved(source: str, course: Course) -> str:
    """Put the solution where a cell asks for one, and let it be checked."""
    if policy := POLICY.match(source):
        return f"{policy.group()}\n{course.exercise(policy['slug']).solution}"

    def as_check(widget: re.Match[str]) -> str:
        slug = widget["slug"]
        return f"from iamkit.notebook import check\ncheck({slug!r}, {course.exercise(slug).solution!r})"

    return WIDGET.sub(as_check, source)


def every_check_passes(shown: Reading, lesson: str, folder: Path) -> None:
    """See in the progress of a lesson that was run that it is done, and that no check of it failed."""
    progress = Progress(folder)
    progress.path.write_text(shown.progress, encoding="utf-8")
    course = Course(progress=progress)
    (row,) = [row for row in course.report().lessons if row.lesson == lesson]
    assert row.done == row.total >= 5
    checks = [record for record in progress.history().records if record.event == "check"]
    assert {record.outcome for record in checks} == {"passed"}


def _answered(source: str, course: Course) -> str:
    """Put the right answer where a cell waits for one: in `guess`, in `letter`, or in the call itself."""
    if asked := ASKED.search(source):
        call, name = asked.groups()
        if call == "predict":
            right = course.scenario(name).declared.value
        else:
            (right,) = letters([course.content.question(name)])
        empty = re.compile(rf'^((?:guess|letter)(?:, \w+)* = |{call}\("{name}", )""', re.MULTILINE)
        return empty.sub(rf'\1"{right}"', source)
    return source


def letters(questions: Iterable[Question]) -> list[str]:
    """Give the letters of the right options."""
    return [ascii_lowercase[question.right] for question in questions]


def asks_for_all(
    stored: Reading, course: Course, lesson: str, *, exercises: Collection[str], predictions: Collection[str]
) -> None:
    """See each exercise and each prediction of the lesson there once, and in this order."""
    content = course.content.lesson(lesson)
    assert {exercise.slug for exercise in content.exercises} == set(exercises)
    assert {scenario.slug for scenario in content.scenarios} == set(predictions)
    assert EXERCISE.findall(stored.code) == list(exercises)
    assert PREDICTION.findall(stored.code) == list(predictions)


def asks_questions_in_order(stored: Reading, course: Course, lesson: str) -> None:
    """See each question of the lesson there once, in the order of its quiz."""
    asked = [alone or in_table for alone, in_table in QUESTION.findall(stored.code)]
    assert asked == [question.id for question in course.questions(lesson)]


def keeps_answers(stored: Reading, course: Course, predictions: Iterable[str]) -> None:
    """See no answer on screen before a prediction is committed."""
    for slug in predictions:
        told = stored.said(f'predict("{slug}", ')
        scenario = course.scenario(slug)
        assert f"{scenario.title}: not predicted yet" in told
        assert "  decision: " not in told
        assert scenario.why.strip()[:40] not in told


def rises(course: Course, exercises: Iterable[str]) -> None:
    """See exercises that become more difficult, and never easier."""
    levels = [course.exercise(slug).difficulty for slug in exercises]
    assert levels == sorted(levels)
    assert levels[0] < levels[-1]


def explains_every_option(course: Course, lesson: str) -> None:
    """See a reason for each option of each question."""
    for question in course.questions(lesson):
        assert question.why.count("\n- **") + question.why.startswith("- **") == len(question.options), question.id


def stages(places: Sequence[str], told: str, course: Course, predictions: Collection[str]) -> None:
    """See that there are places, and that each exists. A place is written as its kind and its name.

    `cell` is a pattern of what a cell shows, `words` are what it shows to the letter, `wrong` is a wrong answer that
    `iamkit check` refutes, `prediction` is one of the lesson, and `example` is one of the signature lab.
    """
    assert places
    for place in places:
        kind, _, name = place.partition(" ")
        if kind == "cell":
            assert re.search(name, told), name
        elif kind == "words":
            assert name in told
        elif kind == "wrong":
            slug, _, wrong = name.partition("/")
            assert wrong in [each.name for each in course.exercise(slug).wrong]
        elif kind == "example":
            assert name in PRESETS
        else:
            assert (kind, name in predictions) == ("prediction", True), place


def blocks(course: Course, slug: str) -> list[str]:
    """Give what the reason of an exercise, shown after a pass, has in the exercise's own language."""
    exercise = course.exercise(slug)
    assert isinstance(exercise, PolicyExercise | CodeExercise)
    language = "json" if isinstance(exercise, PolicyExercise) else "python"
    return re.findall(rf"```{language}\n(.*?)```", exercise.why, re.DOTALL)


def passes_as_well(course: Course, slug: str, other: str | None = None) -> None:
    """Hand in the other good solution, the one that the reason shows unless told, and see it pass."""
    if other is None:
        (other,) = blocks(course, slug)
    exercise = course.exercise(slug)
    result = course.check(slug, other)
    assert result.outcome is Outcome.PASSED, repr(result)
    assert other.strip() != exercise.solution.strip()
    if isinstance(exercise, PolicyExercise):
        assert json.loads(other) != json.loads(exercise.solution)

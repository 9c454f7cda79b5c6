"""The recap quiz of a lesson: questions with options, one of which is right, each with its reason.

A file `exercises/LESSON/quiz.toml` holds `[[question]]` tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamkit.course.fields import Folder, Report

if TYPE_CHECKING:
    from pathlib import Path

    from iamkit.course.fields import Table


@dataclass(frozen=True, slots=True)
class Question:
    """A question; `right` is the index of the right option."""

    id: str
    lesson: str
    text: str
    options: tuple[str, ...]
    right: int
    why: str

    def __repr__(self) -> str:
        return "\n".join([self.text.strip(), *(f"  {index}. {option}" for index, option in enumerate(self.options))])


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What was chosen, and once something was, what is right and why."""

    id: str
    chosen: str | None
    correct: bool | None = None
    right_option: str = ""
    why: str = ""
    note: str = ""

    def __repr__(self) -> str:
        if self.chosen is None:
            return f"{self.id}: not answered\n{self.note}"
        lines = [f"{self.id}: {'correct' if self.correct else 'not correct'}", f"  your answer: {self.chosen}"]
        if not self.correct:
            lines.append(f"  right answer: {self.right_option}")
        return "\n".join([*lines, self.why.strip(), *filter(None, [self.note])])


def answer(question: Question, option: int | str | None) -> Answer:
    """Judge an option, given as its index or its text; what is no option is not an answer."""
    index = question.options.index(option) if isinstance(option, str) and option in question.options else option
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(question.options):
        return Answer(question.id, None, note=f"choose one of the options 0 to {len(question.options) - 1}")
    right = question.options[question.right]
    return Answer(question.id, question.options[index], index == question.right, right, question.why)


def load_quiz(folder_path: Path, lesson: str, label: str) -> tuple[Question, ...]:
    """Read a lesson's quiz.toml; raise `MalformedExercise` with everything that is wrong in it."""
    report = Report()
    table = Folder(folder_path, label, report).table("quiz.toml", holding="the questions of the recap quiz")
    questions = tuple(_read_question(inner, lesson) for inner in table.tables("question")) if table else ()
    if table is not None:
        table.finish()
    report.stop_if_any()
    return questions


def _read_question(table: Table, lesson: str) -> Question:
    options = table.texts("options")
    if "options" in table and len(options) < 2:
        table.problem("options", f"has {len(options)} of at least 2 options", "offer a choice")
    if len(set(options)) < len(options):
        table.problem("options", "says one option twice", "make every option different")
    question = Question(
        id=table.text("id"),
        lesson=lesson,
        text=table.text("text"),
        options=options,
        right=table.integer("answer", 0, max(len(options) - 1, 0)),
        why=table.text("why"),
    )
    table.finish()
    return question

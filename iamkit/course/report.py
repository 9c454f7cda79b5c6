"""How far a learner is: lesson by lesson, exercise by exercise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamkit.course.content import UnknownExercise

if TYPE_CHECKING:
    from iamkit.course.content import Content, Lesson
    from iamkit.course.exercises import Exercise
    from iamkit.course.progress import History

_BAR = 20


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """One exercise as its learner stands with it."""

    slug: str
    title: str
    difficulty: int
    passed: bool
    attempts: int
    hints: int


@dataclass(frozen=True, slots=True)
class LessonRow:
    """One lesson; `done` and `total` count its exercises."""

    lesson: str
    done: int
    total: int
    exercises: tuple[ExerciseRow, ...]
    predicted: int
    predicted_right: int
    predictions: int
    answered_right: int
    questions: int


@dataclass(frozen=True, slots=True, repr=False)
class ProgressReport:
    """The whole course; `note` tells what could not be read."""

    lessons: tuple[LessonRow, ...]
    done: int
    total: int
    note: str = ""

    def __repr__(self) -> str:
        lines = [f"{bar(self.done, self.total)} {self.done} of {self.total} exercises passed"]
        for lesson in self.lessons:
            lines.append(_line(lesson))
            lines += [
                f"    {'passed' if row.passed else 'open  '}  {row.title} ({row.slug})" for row in lesson.exercises
            ]
        return "\n".join([*lines, *filter(None, [self.note])])


def make_report(content: Content, history: History, lesson: str | None = None) -> ProgressReport:
    """Count what the history says of each thing that the course asks, or one lesson of it, by its name or number."""
    chosen = [each for each in content.lessons if lesson in (None, each.name, each.name[:2])]
    if not chosen and lesson is not None:
        raise UnknownExercise("lesson", lesson, [each.name for each in content.lessons])
    lessons = tuple(_lesson(each, history) for each in chosen)
    done, total = sum(row.done for row in lessons), sum(row.total for row in lessons)
    return ProgressReport(lessons, done, total, note=_note(history))


def bar(done: int, total: int) -> str:
    """Draw a progress bar in plain text.

    >>> bar(1, 4)
    '[#####...............]'
    """
    full = _BAR * done // total if total else 0
    return f"[{'#' * full}{'.' * (_BAR - full)}]"


def _lesson(lesson: Lesson, history: History) -> LessonRow:
    rows = tuple(_exercise(exercise, history) for exercise in lesson.exercises)
    guesses = [history.prediction(scenario.slug) for scenario in lesson.scenarios]
    answers = [history.answer(question.id) for question in lesson.questions]
    return LessonRow(
        lesson=lesson.name,
        done=sum(row.passed for row in rows),
        total=len(rows),
        exercises=rows,
        predicted=sum(guess is not None for guess in guesses),
        predicted_right=guesses.count("correct"),
        predictions=len(guesses),
        answered_right=answers.count("correct"),
        questions=len(answers),
    )


def _exercise(exercise: Exercise, history: History) -> ExerciseRow:
    slug = exercise.slug
    passed, attempts, hints = history.passed(slug), history.attempts(slug), history.hints(slug)
    return ExerciseRow(slug, exercise.title, exercise.difficulty, passed, attempts, hints)


def _line(lesson: LessonRow) -> str:
    parts = [f"{lesson.lesson}: {lesson.done} of {lesson.total} exercises"]
    if lesson.predictions:
        parts.append(f"{lesson.predicted} of {lesson.predictions} predictions ({lesson.predicted_right} right)")
    if lesson.questions:
        parts.append(f"{lesson.answered_right} of {lesson.questions} quiz questions right")
    return "  " + ", ".join(parts)


def _note(history: History) -> str:
    lines = "1 line" if history.unreadable == 1 else f"{history.unreadable} lines"
    unreadable = f"{lines} of your progress file cannot be read and are left out" if history.unreadable else ""
    return "; ".join(filter(None, [history.warning, unreadable]))

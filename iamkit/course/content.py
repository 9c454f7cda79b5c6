"""The whole course as read from its folders: lessons with their exercises, predictions and quizzes."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from iamkit.course.exercises import Exercise
from iamkit.course.fields import ContentProblem, MalformedExercise, listing
from iamkit.course.loading import load_exercise
from iamkit.course.predictions import Scenario, load_scenario
from iamkit.course.quiz import Question, load_quiz

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_LESSON = re.compile(r"[0-9]{2}_[a-z0-9_]+")
_PREDICTIONS = "predictions"

T = TypeVar("T")


class UnknownExercise(LookupError):
    """No exercise, prediction, question or lesson of the course has this name."""

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        names = sorted(known)
        close = difflib.get_close_matches(str(name), names, n=3) or names
        message = f"there is no {kind} `{name}`"
        super().__init__(f"{message}; did you mean {listing(close)}?" if close else f"{message}; the course has none")
        self.close = tuple(close)


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one lesson asks of a learner, exercises from easy to hard."""

    name: str
    exercises: tuple[Exercise, ...]
    scenarios: tuple[Scenario, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Content:
    """All lessons; finds what a name stands for."""

    lessons: tuple[Lesson, ...]

    @cached_property
    def exercises(self) -> dict[str, Exercise]:
        return {exercise.slug: exercise for lesson in self.lessons for exercise in lesson.exercises}

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        return {scenario.slug: scenario for lesson in self.lessons for scenario in lesson.scenarios}

    @cached_property
    def questions(self) -> dict[str, Question]:
        return {question.id: question for lesson in self.lessons for question in lesson.questions}

    def exercise(self, slug: str) -> Exercise:
        return _find("exercise", slug, self.exercises)

    def scenario(self, slug: str) -> Scenario:
        return _find("prediction", slug, self.scenarios)

    def question(self, identifier: str) -> Question:
        return _find("question", identifier, self.questions)

    def lesson(self, name: str) -> Lesson:
        """Find a lesson by its name (`03_policies`) or its number (`03`)."""
        lessons = {lesson.name: lesson for lesson in self.lessons}
        numbered = {lesson.name[:2]: lesson for lesson in self.lessons}
        return numbered[name] if name in numbered else _find("lesson", name, lessons)


def course_root() -> Path:
    """Find the folder that holds lessons/ and exercises/: the installed copy, or the checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_course"
    return installed if installed.is_dir() else package.parent


def load_course(root: Path) -> Content:
    """Read `root/exercises`; raise `MalformedExercise` with the problems of all folders together."""
    problems: list[ContentProblem] = []
    lessons = []
    for folder in _folders(root / "exercises"):
        label = f"exercises/{folder.name}"
        if not _LESSON.fullmatch(folder.name):
            problems.append(ContentProblem(label, "", "the folder's name is no lesson", "write it like 03_policies"))
        lessons.append(_load_lesson(folder, label, problems))
    content = Content(tuple(lessons))
    problems.extend(_duplicates(content))
    if problems:
        raise MalformedExercise(problems)
    return content


def _load_lesson(folder: Path, label: str, problems: list[ContentProblem]) -> Lesson:
    exercises = [
        found
        for path in _folders(folder)
        if path.name != _PREDICTIONS
        for found in _collect(problems, load_exercise, path, folder.name, f"{label}/{path.name}")
    ]
    scenarios = [
        found
        for path in _folders(folder / _PREDICTIONS)
        for found in _collect(problems, load_scenario, path, folder.name, f"{label}/{_PREDICTIONS}/{path.name}")
    ]
    quiz = (folder / "quiz.toml").exists()
    questions = _collect(problems, load_quiz, folder, folder.name, label) if quiz else ()
    exercises.sort(key=lambda exercise: (exercise.difficulty, exercise.slug))
    return Lesson(folder.name, tuple(exercises), tuple(scenarios), tuple(item for found in questions for item in found))


def _collect(
    problems: list[ContentProblem], load: Callable[[Path, str, str], T], path: Path, lesson: str, label: str
) -> tuple[T, ...]:
    try:
        return (load(path, lesson, label),)
    except MalformedExercise as error:
        problems.extend(error.problems)
        return ()


def _duplicates(content: Content) -> Iterator[ContentProblem]:
    """Report names used twice: progress is kept by name, over all lessons."""
    named: list[tuple[str, str]] = []
    for lesson in content.lessons:
        place = f"exercises/{lesson.name}"
        named += [(exercise.slug, f"{place}/{exercise.slug}") for exercise in lesson.exercises]
        named += [(scenario.slug, f"{place}/{_PREDICTIONS}/{scenario.slug}") for scenario in lesson.scenarios]
        named += [(question.id, f"{place}/quiz.toml") for question in lesson.questions]
    first: dict[str, str] = {}
    for name, place in named:
        if name in first:
            message = f"the name `{name}` is taken already, by {first[name]}"
            yield ContentProblem(place, "", message, "names are unique in the whole course: choose another")
        first.setdefault(name, place)


def _folders(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(inner for inner in path.iterdir() if inner.is_dir() and not inner.name.startswith((".", "__")))


def _find(kind: str, name: str, known: Mapping[str, T]) -> T:
    if name not in known:
        raise UnknownExercise(kind, name, known)
    return known[name]

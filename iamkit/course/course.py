"""The course as its learner meets it: check, hint, reset, predict, answer, see the solution, see the progress."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from iamkit.course.checking import Attempt, check_attempt, digest_of
from iamkit.course.content import Content, course_root, load_course
from iamkit.course.differences import Comparer
from iamkit.course.predictions import Prediction, predict
from iamkit.course.progress import Progress, Record, course_folder
from iamkit.course.proving import compare_by_proof
from iamkit.course.quiz import Answer, Question, answer
from iamkit.course.report import ProgressReport, make_report
from iamkit.course.results import Outcome, Result

if TYPE_CHECKING:
    from iamkit import Decision
    from iamkit.course.exercises import Exercise
    from iamkit.course.predictions import Scenario

ATTEMPTS_BEFORE_SOLUTION = 3


@dataclass(frozen=True, slots=True, repr=False)
class Hint:
    """One step of the ladder."""

    slug: str
    number: int
    total: int
    text: str
    note: str = ""

    def __repr__(self) -> str:
        return "\n".join([f"Hint {self.number} of {self.total}: {self.text.strip()}", *filter(None, [self.note])])


@dataclass(frozen=True, slots=True, repr=False)
class Solution:
    """The solution's text once it may be seen, else None and when it will be."""

    slug: str
    text: str | None
    note: str = ""

    def __repr__(self) -> str:
        return "\n".join(text.strip() for text in (self.text or "", self.note) if text.strip())


class Course:
    """All exercises and the progress of one learner.

    Every method raises `UnknownExercise` for a name that the course does not have, and nothing else.
    """

    def __init__(
        self, root: Path | None = None, progress: Progress | None = None, *, compare: Comparer = compare_by_proof
    ) -> None:
        self.content: Content = load_course(root or course_root())
        self.progress = progress or Progress(course_folder(os.environ, Path.cwd(), Path.home()))
        self._compare = compare

    def __repr__(self) -> str:
        return f"Course({len(self.content.exercises)} exercises in {len(self.content.lessons)} lessons)"

    def exercise(self, slug: str) -> Exercise:
        return self.content.exercise(slug)

    def scenario(self, slug: str) -> Scenario:
        """Return what a prediction is about: request, policies, task."""
        return self.content.scenario(slug)

    def questions(self, lesson: str) -> tuple[Question, ...]:
        """Return the quiz of a lesson, named as in `03_policies` or `03`."""
        return self.content.lesson(lesson).questions

    def check(self, slug: str, attempt: Attempt) -> Result:
        """Check a policy or a program and remember the outcome."""
        exercise = self.exercise(slug)
        result = check_attempt(exercise, attempt, compare=self._compare)
        if result.outcome is Outcome.NOT_ATTEMPTED:
            return result
        record = Record("check", slug, result.outcome.value, digest_of(exercise, attempt))
        return replace(result, note=_joined(result.note, self.progress.add(record)))

    def hint(self, slug: str) -> Hint:
        """Open the next hint; after the last one, show it again."""
        hints = self.exercise(slug).hints
        opened = self.progress.history().hints(slug)
        if opened >= len(hints):
            return Hint(slug, len(hints), len(hints), hints[-1], "this was the last hint")
        warning = self.progress.add(Record("hint", slug))
        return Hint(slug, opened + 1, len(hints), hints[opened], warning)

    def reset(self, slug: str) -> str:
        """Return the starter and begin the hints again; attempts and passes stay."""
        starter = self.exercise(slug).starter
        if self.progress.history().hints(slug):
            self.progress.add(Record("reset", slug))
        return starter

    def can_reveal(self, slug: str) -> bool:
        """Tell whether the solution may be seen: after a pass, or after three different attempts."""
        self.exercise(slug)
        history = self.progress.history()
        return history.passed(slug) or history.attempts(slug) >= ATTEMPTS_BEFORE_SOLUTION

    def solution(self, slug: str) -> Solution:
        """Return the solution once it may be seen."""
        exercise = self.exercise(slug)
        if not self.can_reveal(slug):
            made = self.progress.history().attempts(slug)
            note = f"the solution opens after {ATTEMPTS_BEFORE_SOLUTION} different attempts or a pass; so far: {made}"
            return Solution(slug, None, note)
        warning = self.progress.add(Record("solution", slug))
        return Solution(slug, exercise.solution, _joined(exercise.why, warning))

    def predict(self, slug: str, guess: str | Decision | None) -> Prediction:
        """Compare a guess with the decision and remember whether it was right; no guess opens nothing."""
        made = predict(self.scenario(slug), guess)
        if made.correct is None:
            return made
        warning = self.progress.add(Record("prediction", slug, _word(made.correct)))
        return replace(made, note=_joined(made.note, warning))

    def answer(self, question: str, option: int | str | None) -> Answer:
        """Judge an answer of a quiz and remember whether it was right."""
        given = answer(self.content.question(question), option)
        if given.correct is None:
            return given
        warning = self.progress.add(Record("answer", question, _word(given.correct)))
        return replace(given, note=_joined(given.note, warning))

    def report(self, lesson: str | None = None) -> ProgressReport:
        """Count what was done, in the course or in a lesson (`02_sigv4`, `02`); raises UnknownExercise."""
        return make_report(self.content, self.progress.history(), lesson)


def _word(correct: bool) -> str:
    return "correct" if correct else "incorrect"


def _joined(*texts: str) -> str:
    return "\n".join(text.strip() for text in texts if text.strip())

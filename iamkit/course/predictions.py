"""Predictions: policies and a request, and the learner says what will be decided before the engine does.

A folder `exercises/LESSON/predictions/SLUG/` holds prediction.toml, task.md, why.md and the policies it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamkit import Decision, Evaluation, evaluate
from iamkit.course.consistency import check_slug, check_strays
from iamkit.course.fields import Folder, Report, listing
from iamkit.course.in_force import InForce, read_in_force
from iamkit.course.requests import read_request

if TYPE_CHECKING:
    from pathlib import Path

    from iamkit import Request

DECISIONS = tuple(decision.value for decision in Decision)

_FILES = ("prediction.toml", "task.md", "why.md")


@dataclass(frozen=True, slots=True, repr=False)
class Scenario:
    """What a prediction is about; `declared` is the author's answer, which `iamkit check` proves."""

    slug: str
    lesson: str
    title: str
    declared: Decision
    request: Request
    in_force: InForce
    task: str
    why: str

    def evaluate(self) -> Evaluation:
        return evaluate(self.request, self.in_force.policies())

    def __repr__(self) -> str:
        return f"Scenario({self.slug!r}, {self.title!r})"


@dataclass(frozen=True, slots=True, repr=False)
class Prediction:
    """A guess and what became of it; without a guess there is no answer to see yet."""

    slug: str
    title: str
    guess: Decision | None
    answer: Decision | None = None
    correct: bool | None = None
    evaluation: Evaluation | None = None
    why: str = ""
    note: str = ""

    def __repr__(self) -> str:
        if self.guess is None or self.answer is None:
            return f"{self.title}: not predicted yet\n{self.note}"
        verdict = "correct" if self.correct else "not what AWS decides"
        lines = [f"{self.title}: {verdict}", f"  your guess: {self.guess.value}", f"  decision:   {self.answer.value}"]
        return "\n".join([*lines, repr(self.evaluation), self.why.strip(), *filter(None, [self.note])])


def predict(scenario: Scenario, guess: str | Decision | None) -> Prediction:
    """Compare a guess with what the engine decides; a guess that is none of the three words opens nothing."""
    decision = _decision(guess)
    if decision is None:
        return Prediction(scenario.slug, scenario.title, None, note=_ask(guess))
    evaluation = scenario.evaluate()
    answer = evaluation.decision
    correct = decision is answer
    return Prediction(scenario.slug, scenario.title, decision, answer, correct, evaluation, scenario.why)


def _decision(guess: str | Decision | None) -> Decision | None:
    if isinstance(guess, Decision):
        return guess
    word = guess.strip().upper().replace(" ", "_") if isinstance(guess, str) else ""
    return Decision(word) if word in DECISIONS else None


def _ask(guess: object) -> str:
    if isinstance(guess, str) and guess.strip().upper() == "DENY":
        return "say which deny: `EXPLICIT_DENY` (a statement denies) or `IMPLICIT_DENY` (nothing allows)"
    return f"write your guess first: {listing(DECISIONS)}"


def load_scenario(path: Path, lesson: str, label: str) -> Scenario:
    """Read one folder; raise `MalformedExercise` with everything that is wrong in it."""
    report = Report()
    folder = Folder(path, label, report)
    check_slug(path.name, folder)
    task = folder.text("task.md", holding="what the learner is asked to predict")
    why = folder.text("why.md", holding="why AWS decides so")
    table = folder.table("prediction.toml", holding="the title, the answer, the request and the policies")
    if table is None:
        raise report.error()
    used = set(_FILES)
    title, declared = table.text("title"), table.choice("answer", DECISIONS)
    asked = table.table("request")
    request = read_request(asked)
    asked.finish()
    in_force = read_in_force(table.table("policies", optional=True), folder, used)
    table.finish()
    check_strays(folder, used)
    report.stop_if_any()
    if request is None:
        raise report.error()
    return Scenario(path.name, lesson, title, Decision(declared), request, in_force, task, why)

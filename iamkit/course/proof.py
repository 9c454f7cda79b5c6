"""Prove the course: every starter fails, every solution passes, every mistake is caught where its author says.

What the loader refuses (missing hints, a hint that holds the solution, an answer out of range) never comes this far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamkit.course.checking import judge_attempt
from iamkit.course.differences import Comparer
from iamkit.course.policy_exercises import PolicyExercise
from iamkit.course.proving import compare_by_proof
from iamkit.course.results import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamkit.course.content import Content
    from iamkit.course.exercises import Exercise, WrongAnswer
    from iamkit.course.predictions import Scenario


@dataclass(frozen=True, slots=True)
class Finding:
    """One claim about one exercise or prediction, and whether it holds."""

    name: str
    claim: str
    holds: bool
    detail: str = ""

    def __str__(self) -> str:
        line = f"{'ok  ' if self.holds else 'FAIL'}  {self.name}: {self.claim}"
        return f"{line}\n      {self.detail}" if self.detail else line


def prove(content: Content, *, compare: Comparer = compare_by_proof) -> tuple[Finding, ...]:
    """Prove all exercises and predictions of the course, in its order."""
    findings: list[Finding] = []
    for lesson in content.lessons:
        findings += prove_exercises(lesson.exercises, compare=compare)
        findings += [_prediction(scenario) for scenario in lesson.scenarios]
    return tuple(findings)


def prove_exercises(exercises: Iterable[Exercise], *, compare: Comparer = compare_by_proof) -> Iterator[Finding]:
    """Prove what an exercise promises, claim by claim."""
    for exercise in exercises:
        yield _starter(exercise, judge_attempt(exercise, exercise.starter, compare=compare))
        yield _solution(exercise, judge_attempt(exercise, exercise.solution, compare=compare))
        for wrong in exercise.wrong:
            yield _wrong(exercise, wrong, judge_attempt(exercise, wrong.text, compare=compare))


def _starter(exercise: Exercise, result: Result) -> Finding:
    invalid = Outcome.INVALID_POLICY if isinstance(exercise, PolicyExercise) else Outcome.INVALID_PROGRAM
    wanted = invalid if exercise.starter_invalid else Outcome.FAILED
    claim = f"the starter is {wanted.value}"
    return Finding(exercise.slug, claim, result.outcome is wanted, "" if result.outcome is wanted else repr(result))


def _solution(exercise: Exercise, result: Result) -> Finding:
    holds = result.outcome is Outcome.PASSED
    return Finding(exercise.slug, "the solution passes", holds, "" if holds else repr(result))


def _wrong(exercise: Exercise, wrong: WrongAnswer, result: Result) -> Finding:
    claim = f"wrong/{wrong.name}{exercise.ending} fails on `{wrong.refuted_by}`"
    caught = result.counterexample.case if result.counterexample is not None else None
    if caught == wrong.refuted_by:
        return Finding(exercise.slug, claim, True)
    detail = f"it fails on `{caught}` first" if caught else f"its outcome is {result.outcome.value}{_why(result)}"
    return Finding(exercise.slug, claim, False, detail)


def _why(result: Result) -> str:
    return "".join(f": {problem.message}" for problem in result.problems[:1])


def _prediction(scenario: Scenario) -> Finding:
    claim = f"the answer is {scenario.declared.value}"
    decision = scenario.evaluate().decision
    holds = decision is scenario.declared
    return Finding(scenario.slug, claim, holds, "" if holds else f"the engine decides {decision.value}")

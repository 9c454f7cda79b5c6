"""Check a learner's policy: by what it allows and denies, never by its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from iamkit import Decision, Evaluation, InvalidPolicy, Policies, Policy, Problem, Request, evaluate
from iamkit.course.consistency import COMPARE
from iamkit.course.differences import Comparer, Comparison, Difference, Relation, find_difference
from iamkit.course.documents import canonical

if TYPE_CHECKING:
    from iamkit.course.exercises import Case, Exercise
    from iamkit.policy.variables import ContextValue

LEARNER = "your policy"

Attempt = str | Mapping[str, Any] | Policy | None
"""What a learner hands in: JSON text, a document, a policy, or nothing yet."""


class Outcome(Enum):
    """What became of an attempt."""

    NOT_ATTEMPTED = "not_attempted"
    INVALID_POLICY = "invalid_policy"
    FAILED = "failed"
    PASSED = "passed"


@dataclass(frozen=True, slots=True, repr=False)
class Counterexample:
    """One request that the policy gets wrong; `case` is the case's name, or `compare`."""

    case: str
    request: Request
    expected: str
    evaluation: Evaluation
    feedback: str

    @property
    def principal(self) -> str:
        return str(self.request.principal)

    @property
    def action(self) -> str:
        return self.request.action

    @property
    def resource(self) -> str:
        return self.request.resource.arn

    @property
    def context(self) -> Mapping[str, ContextValue]:
        return self.request.context

    @property
    def got(self) -> Decision:
        return self.evaluation.decision

    @property
    def decided_by(self) -> str:
        """Name the gate and the deciding statement, always in the same words."""
        return self.evaluation.decided_by

    def __repr__(self) -> str:
        rows = {
            "case": self.case,
            "principal": self.principal,
            "action": self.action,
            "resource": self.resource,
            "context": _shown(self.context),
            "expected": self.expected,
            "got": self.got.value,
            "decided by": self.decided_by,
            "feedback": self.feedback.strip(),
        }
        return "\n".join(f"  {name + ':':<11} {value}" for name, value in rows.items() if value)


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """The outcome of a check with its reasons; `why` (Markdown) is there only after a pass."""

    slug: str
    title: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    counterexample: Counterexample | None = None
    cases_passed: int = 0
    cases_total: int = 0
    requests_compared: int = 0
    why: str = ""
    note: str = ""

    def __repr__(self) -> str:
        lines = [f"{self.title} ({self.slug}): {_VERDICTS[self.outcome]}"]
        if self.outcome in (Outcome.FAILED, Outcome.PASSED):
            lines.append(f"  {self.cases_passed} of {self.cases_total} cases passed")
        lines += [f"  {line}" for problem in self.problems for line in str(problem).splitlines()]
        if self.counterexample is not None:
            lines.append(repr(self.counterexample))
        lines += [text.strip() for text in (self.note, self.why) if text.strip()]
        return "\n".join(lines)


_VERDICTS = {
    Outcome.NOT_ATTEMPTED: "not attempted yet",
    Outcome.INVALID_POLICY: "not a valid policy yet",
    Outcome.FAILED: "not there yet",
    Outcome.PASSED: "passed",
}


def check_policy(exercise: Exercise, policy: Attempt, *, compare: Comparer = find_difference) -> Result:
    """Check an attempt; never raises for what a learner hands in."""
    if is_unchanged(exercise, policy):
        note = "this is the policy you started from: change it, then check again"
        return _result(exercise, Outcome.NOT_ATTEMPTED, note=note)
    return judge(exercise, policy, compare=compare)


def is_unchanged(exercise: Exercise, policy: Attempt) -> bool:
    """Tell whether nothing was handed in, or the starter's document as it is, however it is laid out."""
    document = document_of(policy)
    blank = document is None or (isinstance(document, str) and not document.strip())
    return blank or canonical(document) == canonical(exercise.starter)


def document_of(policy: Attempt) -> str | Mapping[str, Any] | None:
    return policy.to_dict() if isinstance(policy, Policy) else policy


def judge(exercise: Exercise, policy: Attempt, *, compare: Comparer = find_difference) -> Result:
    """Judge a policy, be it the starter or not: parse it, run the cases in order, then compare."""
    try:
        parsed = _parse(exercise, policy)
    except InvalidPolicy as error:
        return _result(exercise, Outcome.INVALID_POLICY, problems=error.problems)
    in_force = exercise.policies(parsed)
    evaluations = [(case, evaluate(case.request, in_force)) for case in exercise.cases]
    failures = [(case, evaluation) for case, evaluation in evaluations if not case.meets(evaluation.decision.value)]
    passed = len(exercise.cases) - len(failures)
    if failures:
        counterexample = _of_case(*failures[0])
        return _result(exercise, Outcome.FAILED, counterexample=counterexample, cases_passed=passed)
    if exercise.compare == "cases":
        return _result(exercise, Outcome.PASSED, cases_passed=passed, why=exercise.why)
    comparison = _compare(exercise, in_force, compare)
    note, count = _found_none(exercise, comparison), comparison.requests
    if comparison.difference is not None:
        found = _of_difference(exercise, comparison.difference)
        return _result(exercise, Outcome.FAILED, counterexample=found, cases_passed=passed, requests_compared=count)
    return _result(exercise, Outcome.PASSED, cases_passed=passed, requests_compared=count, why=exercise.why, note=note)


def _parse(exercise: Exercise, policy: Attempt) -> Policy:
    document = document_of(policy)
    if not isinstance(document, str | Mapping):
        kind = type(document).__name__
        help = "hand in JSON text, a dict, or a Policy"
        raise InvalidPolicy((Problem(f"a {kind} is no policy", "", None, None, help),))
    name = policy.name if isinstance(policy, Policy) and policy.name != "policy" else LEARNER
    return Policy.parse(document, name=name, type=exercise.type)


def _compare(exercise: Exercise, in_force: Policies, compare: Comparer) -> Comparison:
    solution = Policy.parse(exercise.solution, name="solution", type=exercise.type)
    seeds = [case.request for case in exercise.cases]
    return compare(in_force, exercise.policies(solution), seeds=seeds, relation=Relation(exercise.compare))


def _of_case(case: Case, evaluation: Evaluation) -> Counterexample:
    return Counterexample(case.name, case.request, case.expect, evaluation, case.feedback)


def _of_difference(exercise: Exercise, found: Difference) -> Counterexample:
    if found.mine.allowed:
        expected, told = "DENY", "Your policy allows this request, and a policy that does what the task asks denies it."
    else:
        expected, told = (
            "ALLOW",
            "Your policy denies this request, and a policy that does what the task asks allows it.",
        )
    feedback = exercise.compare_feedback or told
    if found.abroad:
        feedback += " The resource belongs to another account; here that account's own policy is taken to allow it."
    return Counterexample(COMPARE, found.request, expected, found.mine, feedback)


def _found_none(exercise: Exercise, comparison: Comparison) -> str:
    wanted = "no difference from" if exercise.compare == "equivalent" else "nothing allowed beyond"
    if comparison.proved:
        return f"Proved: there is {wanted} the solution, for any request."
    return f"Compared with the solution: {wanted} it in {comparison.requests:,} requests."


def _result(exercise: Exercise, outcome: Outcome, **fields: Any) -> Result:
    return Result(exercise.slug, exercise.title, outcome, cases_total=len(exercise.cases), **fields)


def _shown(context: Mapping[str, ContextValue]) -> str:
    values = {key: value if isinstance(value, str) else ", ".join(value) for key, value in sorted(context.items())}
    return "; ".join(f"{key} = {value}" for key, value in values.items()) or "none"

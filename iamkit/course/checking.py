"""Check an attempt: a policy by what it allows and denies, a program by what it returns, never by the text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from iamkit import Evaluation, InvalidPolicy, Policies, Policy, Problem, evaluate
from iamkit.course import programs
from iamkit.course.code_exercises import CodeExercise
from iamkit.course.differences import Comparer, Comparison, Difference, Relation, find_difference
from iamkit.course.documents import canonical, digest
from iamkit.course.policy_consistency import COMPARE
from iamkit.course.policy_exercises import PolicyExercise
from iamkit.course.results import Counterexample, Outcome, Result

if TYPE_CHECKING:
    from iamkit.course.exercises import Exercise
    from iamkit.course.policy_exercises import PolicyCase

LEARNER = "your policy"

Attempt = str | Mapping[str, Any] | Policy | None
"""What a learner hands in: the text of a policy or of a program, a document, a policy, or nothing yet."""


def check_attempt(exercise: Exercise, attempt: Attempt, *, compare: Comparer = find_difference) -> Result:
    """Check an attempt at an exercise of either kind; never raises for what a learner hands in."""
    if isinstance(exercise, CodeExercise):
        return programs.check_program(exercise, attempt)
    return check_policy(exercise, attempt, compare=compare)


def judge_attempt(exercise: Exercise, attempt: Attempt, *, compare: Comparer = find_difference) -> Result:
    """Judge an attempt, be it the starter or not."""
    if isinstance(exercise, CodeExercise):
        return programs.judge_program(exercise, attempt)
    return judge(_of_policy(exercise), attempt, compare=compare)


def digest_of(exercise: Exercise, attempt: Attempt) -> str:
    """Return twelve characters that tell attempts apart which mean something different."""
    return programs.digest(attempt) if isinstance(exercise, CodeExercise) else digest(document_of(attempt))


def _of_policy(exercise: Exercise) -> PolicyExercise:
    if not isinstance(exercise, PolicyExercise):
        raise TypeError(f"`{exercise.slug}` does not ask for a policy")
    return exercise


def check_policy(exercise: Exercise, policy: Attempt, *, compare: Comparer = find_difference) -> Result:
    """Check a policy; never raises for what a learner hands in."""
    asked = _of_policy(exercise)
    if is_unchanged(asked, policy):
        note = "this is the policy you started from: change it, then check again"
        return _result(asked, Outcome.NOT_ATTEMPTED, note=note)
    return judge(asked, policy, compare=compare)


def is_unchanged(exercise: PolicyExercise, policy: Attempt) -> bool:
    """Tell whether nothing was handed in, or the starter's document as it is, however it is laid out."""
    document = document_of(policy)
    blank = document is None or (isinstance(document, str) and not document.strip())
    return blank or canonical(document) == canonical(exercise.starter)


def document_of(policy: Attempt) -> str | Mapping[str, Any] | None:
    return policy.to_dict() if isinstance(policy, Policy) else policy


def judge(exercise: PolicyExercise, policy: Attempt, *, compare: Comparer = find_difference) -> Result:
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


def _parse(exercise: PolicyExercise, policy: Attempt) -> Policy:
    document = document_of(policy)
    if not isinstance(document, str | Mapping):
        kind = type(document).__name__
        help = "hand in JSON text, a dict, or a Policy"
        raise InvalidPolicy((Problem(f"a {kind} is no policy", "", None, None, help),))
    name = policy.name if isinstance(policy, Policy) and policy.name != "policy" else LEARNER
    return Policy.parse(document, name=name, type=exercise.type)


def _compare(exercise: PolicyExercise, in_force: Policies, compare: Comparer) -> Comparison:
    solution = Policy.parse(exercise.solution, name="solution", type=exercise.type)
    seeds = [case.request for case in exercise.cases]
    return compare(in_force, exercise.policies(solution), seeds=seeds, relation=Relation(exercise.compare))


def _of_case(case: PolicyCase, evaluation: Evaluation) -> Counterexample:
    return Counterexample(case.name, case.request, case.expect, evaluation, case.feedback)


def _of_difference(exercise: PolicyExercise, found: Difference) -> Counterexample:
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


def _found_none(exercise: PolicyExercise, comparison: Comparison) -> str:
    wanted = "no difference from" if exercise.compare == "equivalent" else "nothing allowed beyond"
    if comparison.proved:
        return f"Proved: there is {wanted} the solution, for any request."
    return f"Compared with the solution: {wanted} it in {comparison.requests:,} requests."


def _result(exercise: PolicyExercise, outcome: Outcome, **fields: Any) -> Result:
    return Result(exercise.slug, exercise.title, outcome, cases_total=len(exercise.cases), **fields)

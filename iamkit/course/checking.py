"""Check an attempt: a policy by what it allows and denies, a program by what it returns, never by the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from iamkit import Evaluation, InvalidPolicy, Policies, Policy, PolicyType, Problem, evaluate
from iamkit.course import programs
from iamkit.course.code_exercises import CodeExercise
from iamkit.course.differences import Comparer, Comparison, Difference, Relation
from iamkit.course.documents import canonical, digest
from iamkit.course.policy_consistency import COMPARE
from iamkit.course.policy_exercises import PolicyExercise
from iamkit.course.proving import compare_by_proof
from iamkit.course.results import LEARNER, Counterexample, Outcome, Result
from iamkit.course.universe import replaced

if TYPE_CHECKING:
    from iamkit.course.exercises import Exercise
    from iamkit.course.policy_exercises import PolicyCase

Attempt = str | Mapping[str, Any] | Policy | None
"""What a learner hands in: the text of a policy or of a program, a document, a policy, or nothing yet."""


def check_attempt(exercise: Exercise, attempt: Attempt, *, compare: Comparer = compare_by_proof) -> Result:
    """Check an attempt at an exercise of either kind; never raises for what a learner hands in."""
    if isinstance(exercise, CodeExercise):
        return programs.check_program(exercise, attempt)
    return check_policy(exercise, attempt, compare=compare)


def judge_attempt(exercise: Exercise, attempt: Attempt, *, compare: Comparer = compare_by_proof) -> Result:
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


def check_policy(exercise: Exercise, policy: Attempt, *, compare: Comparer = compare_by_proof) -> Result:
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


def judge(exercise: PolicyExercise, policy: Attempt, *, compare: Comparer = compare_by_proof) -> Result:
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
    counted = {"cases_passed": passed, "requests_compared": comparison.requests}
    if comparison.difference is not None:
        found = _of_difference(exercise, comparison.difference)
        return _result(exercise, Outcome.FAILED, counterexample=found, **counted)
    note = _found_none(exercise, comparison)
    return _result(exercise, Outcome.PASSED, why=exercise.why, note=note, proved=comparison.proved, **counted)


def _parse(exercise: PolicyExercise, policy: Attempt) -> Policy:
    document = document_of(policy)
    if not isinstance(document, str | Mapping):
        kind = type(document).__name__
        help = "hand in JSON text, a dict, or a Policy"
        raise InvalidPolicy((Problem(f"a {kind} is no policy", "", None, None, help),))
    name = policy.name if isinstance(policy, Policy) and policy.name != "policy" else LEARNER
    return Policy.parse(document, name=name, type=exercise.type)


def _compare(exercise: PolicyExercise, in_force: Policies, compare: Comparer) -> Comparison:
    """Compare with the solution what is allowed, and where the cases ask for it what is denied explicitly."""
    solution = Policy.parse(exercise.solution, name="solution", type=exercise.type)
    theirs = exercise.policies(solution)
    about: dict[str, Any] = {"seeds": [case.request for case in exercise.cases], "values": exercise.values}
    comparison = compare(in_force, theirs, relation=Relation(exercise.compare), **about)
    if comparison.difference is not None or not exercise.denies_matter:
        return comparison
    # Where everything else is allowed, what is denied at all is denied explicitly.
    denied = compare(_opened(in_force), _opened(theirs), relation=Relation.AT_MOST, **about)
    found = denied.difference
    if found is not None:
        found = replace(found, mine=evaluate(found.request, in_force), theirs=evaluate(found.request, theirs))
    proved = comparison.proved and denied.proved
    return Comparison(found, comparison.requests + denied.requests, proved, comparison.reason or denied.reason)


def _opened(policies: Policies) -> Policies:
    return replaced(policies, identity_based=(*policies.identity_based, _EVERYTHING))


_EVERYTHING = Policy.parse(
    {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}, type=PolicyType.IDENTITY_BASED
)


def _of_case(case: PolicyCase, evaluation: Evaluation) -> Counterexample:
    return Counterexample(case.name, case.request, case.expect, evaluation, case.feedback)


def _of_difference(exercise: PolicyExercise, found: Difference) -> Counterexample:
    expected, told = _EXPECTED[_Side.of(found)]
    feedback = exercise.compare_feedback or told
    if expected == "EXPLICIT_DENY":
        feedback += " Nothing else allows it today. The day another policy does, only a Deny still holds."
    if found.abroad:
        feedback += " The resource belongs to another account; here that account's own policy is taken to allow it."
    return Counterexample(COMPARE, found.request, expected, found.mine, feedback)


class _Side(Enum):
    """Whose decision it is that makes the difference."""

    MORE = "mine allows"
    LESS = "mine denies"
    UNDENIED = "mine does not deny explicitly"

    @classmethod
    def of(cls, found: Difference) -> _Side:
        if found.mine.allowed == found.theirs.allowed:
            return cls.UNDENIED
        return cls.MORE if found.mine.allowed else cls.LESS


_EXPECTED = {
    _Side.MORE: ("DENY", "Your policy allows this request, and a policy that does what the task asks denies it."),
    _Side.LESS: ("ALLOW", "Your policy denies this request, and a policy that does what the task asks allows it."),
    _Side.UNDENIED: ("EXPLICIT_DENY", "A policy that does what the task asks denies this request by a statement."),
}

_WANTED = {
    "equivalent": "no difference from the solution",
    "at-most": "nothing allowed beyond the solution",
    "at-least": "nothing denied that the solution allows",
}


def _found_none(exercise: PolicyExercise, comparison: Comparison) -> str:
    wanted = _WANTED[exercise.compare]
    if comparison.proved:
        return f"Proved for every request: {wanted}."
    why = f" ({comparison.reason})" if comparison.reason else ""
    return f"Compared with the solution: {wanted} among {comparison.requests:,} requests{why}."


def _result(exercise: PolicyExercise, outcome: Outcome, **fields: Any) -> Result:
    return Result(exercise.slug, exercise.title, outcome, cases_total=len(exercise.cases), **fields)

"""Exercises whose answer is a policy: the cases that judge it, and the other policies in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from iamkit import Policies, Policy, PolicyType, Request
from iamkit.course.consistency import check_strays
from iamkit.course.exercises import Exercise, files_of, read_common
from iamkit.course.in_force import InForce, read_in_force
from iamkit.course.policy_consistency import check_policy_exercise
from iamkit.course.requests import read_request

if TYPE_CHECKING:
    from iamkit.course.fields import Folder, Table

EXPECTATIONS = ("ALLOW", "DENY", "EXPLICIT_DENY", "IMPLICIT_DENY")
COMPARISONS = ("cases", "equivalent", "at-most", "at-least")


@dataclass(frozen=True, slots=True)
class PolicyCase:
    """A request and what the learner's policy must make of it; DENY is either kind of deny."""

    name: str
    request: Request
    expect: str
    feedback: str

    def meets(self, decision: str) -> bool:
        return decision == self.expect or (self.expect == "DENY" and decision != "ALLOW")


@dataclass(frozen=True, slots=True, repr=False)
class PolicyExercise(Exercise):
    """An exercise to write a policy: JSON text of a type, judged by cases and perhaps against the solution."""

    ending: ClassVar[str] = ".json"
    noun: ClassVar[str] = "policy"

    type: PolicyType
    compare: str
    compare_feedback: str
    cases: tuple[PolicyCase, ...]
    in_force: InForce
    values: dict[str, tuple[str, ...]]

    @property
    def denies_matter(self) -> bool:
        """Tell whether the learner's policy must deny something by a statement, whatever else allows it (E6)."""
        return any(case.expect == "EXPLICIT_DENY" for case in self.cases)

    @property
    def case_names(self) -> tuple[str, ...]:
        """Name the cases in their order."""
        return tuple(case.name for case in self.cases)

    def policies(self, policy: Policy) -> Policies:
        """Put a policy where the learner's stands, among the others in force."""
        return self.in_force.policies(policy, self.type)


def read_policy_exercise(table: Table, folder: Folder, lesson: str) -> PolicyExercise:
    """Read an exercise; report what is wrong in its folder."""
    used = files_of(PolicyExercise.ending)
    type = table.choice("type", [type.value for type in PolicyType])
    exercise = PolicyExercise(
        **read_common(table, folder, lesson, PolicyExercise.ending, PolicyExercise.noun),
        type=PolicyType(type) if type else PolicyType.IDENTITY_BASED,
        compare=table.choice("compare", COMPARISONS, default="cases"),
        compare_feedback=table.text("compare-feedback", default=" ").strip(),
        cases=_read_cases(table),
        in_force=read_in_force(table.table("policies", optional=True), folder, used),
        values=table.table("values", optional=True).list_items(),
    )
    table.finish()
    check_strays(folder, used, PolicyExercise.ending)
    check_policy_exercise(exercise, table, folder)
    return exercise


def _read_cases(table: Table) -> tuple[PolicyCase, ...]:
    cases = []
    for inner in table.tables("case"):
        name = inner.text("name")
        request = read_request(inner)
        expect = inner.choice("expect", EXPECTATIONS)
        feedback = inner.text("feedback")
        inner.finish()
        if request is not None:
            cases.append(PolicyCase(name, request, expect, feedback))
    return tuple(cases)

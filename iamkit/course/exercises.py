"""Exercises as folders: what a learner is asked, the cases that judge it, and the policies that must not pass.

A folder `exercises/LESSON/SLUG/` holds exercise.toml, task.md, starter.json, solution.json, why.md and wrong/*.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from iamkit import Policies, Policy, PolicyType, Request
from iamkit.course.consistency import check_exercise, check_slug, check_strays
from iamkit.course.fields import Folder, Report
from iamkit.course.in_force import InForce, read_in_force
from iamkit.course.requests import read_request

if TYPE_CHECKING:
    from pathlib import Path

    from iamkit.course.fields import Table

EXPECTATIONS = ("ALLOW", "DENY", "EXPLICIT_DENY", "IMPLICIT_DENY")
COMPARISONS = ("cases", "equivalent", "at-most")

_FILES = ("exercise.toml", "task.md", "starter.json", "solution.json", "why.md", "wrong")


@dataclass(frozen=True, slots=True)
class Case:
    """A request and what the learner's policy must make of it; DENY is either kind of deny."""

    name: str
    request: Request
    expect: str
    feedback: str

    def meets(self, decision: str) -> bool:
        return decision == self.expect or (self.expect == "DENY" and decision != "ALLOW")


@dataclass(frozen=True, slots=True)
class WrongPolicy:
    """A mistake worth catching, and the name of the case (or `compare`) that must catch it."""

    name: str
    text: str
    refuted_by: str


@dataclass(frozen=True, slots=True, repr=False)
class Exercise:
    """All of one exercise; texts are Markdown, policies are JSON text as their files have it."""

    slug: str
    lesson: str
    title: str
    type: PolicyType
    difficulty: int
    compare: str
    compare_feedback: str
    hints: tuple[str, ...]
    task: str
    starter: str
    starter_invalid: bool
    solution: str
    why: str
    wrong: tuple[WrongPolicy, ...]
    cases: tuple[Case, ...]
    in_force: InForce

    def policies(self, policy: Policy) -> Policies:
        """Put a policy where the learner's stands, among the others in force."""
        return self.in_force.policies(policy, self.type)

    def __repr__(self) -> str:
        return f"Exercise({self.slug!r}, {self.title!r}, difficulty={self.difficulty}, cases={len(self.cases)})"


def load_exercise(path: Path, lesson: str, label: str) -> Exercise:
    """Read one folder; raise `MalformedExercise` with everything that is wrong in it."""
    report = Report()
    folder = Folder(path, label, report)
    check_slug(path.name, folder)
    task = folder.text("task.md", holding="what the learner is asked to do")
    starter = folder.text("starter.json", holding="the policy that the learner starts from")
    solution = folder.text("solution.json", holding="a policy that passes")
    why = folder.text("why.md", holding="why the solution works, and another good one")
    table = folder.table("exercise.toml", holding="the title, the type, the hints and the cases")
    if table is None:
        raise report.error()
    used = set(_FILES)
    type = table.choice("type", [type.value for type in PolicyType])
    exercise = Exercise(
        slug=path.name,
        lesson=lesson,
        title=table.text("title"),
        type=PolicyType(type) if type else PolicyType.IDENTITY_BASED,
        difficulty=table.integer("difficulty", 1, 5),
        compare=table.choice("compare", COMPARISONS, default="cases"),
        compare_feedback=table.text("compare-feedback", default=" ").strip(),
        hints=table.texts("hints"),
        task=task,
        starter=starter,
        starter_invalid=table.flag("starter-invalid"),
        solution=solution,
        why=why,
        wrong=_read_wrong(table, folder),
        cases=_read_cases(table),
        in_force=read_in_force(table.table("policies", optional=True), folder, used),
    )
    table.finish()
    check_strays(folder, used)
    check_exercise(exercise, table, folder)
    report.stop_if_any()
    return exercise


def _read_cases(table: Table) -> tuple[Case, ...]:
    cases = []
    for inner in table.tables("case"):
        name = inner.text("name")
        request = read_request(inner)
        expect = inner.choice("expect", EXPECTATIONS)
        feedback = inner.text("feedback")
        inner.finish()
        if request is not None:
            cases.append(Case(name, request, expect, feedback))
    return tuple(cases)


def _read_wrong(table: Table, folder: Folder) -> tuple[WrongPolicy, ...]:
    rows = table.table("wrong", optional=True)
    refuted_by = rows.text_items()
    files = sorted(path.stem for path in (folder.path / "wrong").glob("*.json"))
    for name in files:
        if name not in refuted_by:
            rows.problem(name, "is missing", f'write {name} = "the case that refutes wrong/{name}.json"')
    for name in refuted_by:
        if name not in files:
            rows.problem(name, f"names no file: there is no wrong/{name}.json", "add the file, or remove the line")
    return tuple(
        WrongPolicy(name, folder.text(f"wrong/{name}.json", holding="a policy that must not pass"), refuted_by[name])
        for name in files
        if name in refuted_by
    )

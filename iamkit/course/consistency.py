"""What must hold between the files of one exercise, beyond each being readable."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from iamkit import InvalidPolicy, Policy
from iamkit.course.fields import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from iamkit import PolicyType
    from iamkit.course.exercises import Exercise
    from iamkit.course.fields import Folder, Table

COMPARE = "compare"

# Which expectations the cases must have, so that a policy that allows all or nothing cannot pass.
_NEEDED = {"cases": {"ALLOW", "DENY"}, "at-most": {"ALLOW"}}

_KEY = re.compile(r'^[\s{]*"[^"]*"\s*:')
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_slug(slug: str, folder: Folder) -> None:
    if not _SLUG.fullmatch(slug):
        folder.report.add(folder.label, "", f"the folder's name is no slug: `{slug}`", "write it like-this")


def check_strays(folder: Folder, used: Collection[str]) -> None:
    """Refuse files nobody reads: most of them are a misspelled name."""
    names = sorted(path.name for path in folder.path.iterdir() if not path.name.startswith("."))
    inside = folder.path / "wrong"
    names += (
        sorted(f"wrong/{path.name}" for path in inside.glob("*") if path.suffix != ".json") if inside.is_dir() else []
    )
    for name in names:
        if name not in used:
            folder.report.add(folder.name_of(name), "", "no key or rule of the folder reads this file", "remove it")


def check_exercise(exercise: Exercise, table: Table, folder: Folder) -> None:
    """Report every contradiction between the exercise's texts, cases and policies."""
    if not _reported(table, "type"):
        _check_policies(exercise, table, folder)
    _check_hints(exercise, table)
    _check_cases(exercise, table)
    _check_wrong(exercise, table)


def parse_into(folder: Folder, file: str, text: str, type: PolicyType) -> Policy | None:
    """Parse a policy of this type, or report why it is none."""
    if not text.strip():
        return None  # already reported as missing or empty
    try:
        return Policy.parse(text, name=file.rpartition("/")[2].removesuffix(".json"), type=type)
    except InvalidPolicy as error:
        for problem in error.problems:
            place = problem.pointer or "/"
            where = f" (line {problem.line}, column {problem.column})" if problem.line is not None else ""
            fix = problem.help or f"it must parse as a {type.value}"
            folder.report.add(folder.name_of(file), place, problem.message + where, fix)
        return None


def _check_policies(exercise: Exercise, table: Table, folder: Folder) -> None:
    parse_into(folder, "solution.json", exercise.solution, exercise.type)
    for wrong in exercise.wrong:
        parse_into(folder, f"wrong/{wrong.name}.json", wrong.text, exercise.type)
    if not exercise.starter_invalid:
        parse_into(folder, "starter.json", exercise.starter, exercise.type)
    elif _parses(exercise):
        table.problem("starter-invalid", "is true, but starter.json parses", "break starter.json, or remove the key")
    if exercise.in_force.has(exercise.type):
        message = f"a {exercise.type.value} is in force already, where the learner's would stand"
        table.problem("policies", message, "remove it: only one such policy can be in force")


def _parses(exercise: Exercise) -> bool:
    try:
        Policy.parse(exercise.starter, type=exercise.type)
    except InvalidPolicy:
        return False
    return True


def _check_hints(exercise: Exercise, table: Table) -> None:
    if "hints" in table and len(exercise.hints) != 3:
        help = "write three: the concept, where to look, almost the answer"
        table.problem("hints", f"has {len(exercise.hints)} hints, not three", help)
    secrets = _secrets(exercise)
    for index, hint in enumerate(exercise.hints):
        packed = _packed(hint)
        found = next((line for line in secrets if _packed(line) in packed), None)
        if found is not None:
            help = "say where to look or what is missing, and leave the last step to the learner"
            table.problem(f"hints[{index}]", f"contains the solution: `{found}`", help)


def _secrets(exercise: Exercise) -> list[str]:
    """List the lines of the solution that the learner cannot have read in the starter or the task."""
    known = _packed(exercise.starter + exercise.task)
    lines = [exercise.solution.strip(), *_lines(exercise.solution)]
    return [line for line in lines if _packed(line) not in known]


def _lines(text: str) -> Iterator[str]:
    """Give the lines that say something, of a policy as it is written and as JSON is usually laid out."""
    try:
        pretty = json.dumps(json.loads(text), indent=2)
    except ValueError:
        pretty = ""
    for line in dict.fromkeys([*text.splitlines(), *pretty.splitlines()]):
        stripped = line.strip().rstrip(",")
        # `"Action": [` gives nothing away, and every policy has its version.
        if '"' in _KEY.sub("", stripped) and '"Version"' not in stripped:
            yield stripped


def _packed(text: str) -> str:
    return "".join(text.split())


def _check_cases(exercise: Exercise, table: Table) -> None:
    names = Counter(case.name for case in exercise.cases)
    for name, count in names.items():
        if count > 1:
            table.problem("case", f"has {count} cases named `{name}`", "give each case its own name")
    if COMPARE in names:
        table.problem("case", f"has a case named `{COMPARE}`", "the comparison with the solution has this name")
    if _reported(table, "case"):
        return
    expected = {"ALLOW" if case.expect == "ALLOW" else "DENY" for case in exercise.cases}
    for kind in sorted(_NEEDED.get(exercise.compare, set()) - expected):
        passes = "a policy that denies everything" if kind == "ALLOW" else "a policy that allows everything"
        table.problem("case", f"has no case that expects {kind}", f"add one: {passes} would pass")


def _reported(table: Table, key: str) -> bool:
    """Tell whether the key could not be read: what depends on it is not judged then."""
    return any(problem.key.startswith(key) for problem in table.report.problems)


def _check_wrong(exercise: Exercise, table: Table) -> None:
    if _reported(table, "case"):
        return
    names = [case.name for case in exercise.cases]
    if exercise.compare != "cases":
        names.append(COMPARE)
    for wrong in exercise.wrong:
        if wrong.refuted_by and wrong.refuted_by not in names:
            message = f"names no case: `{wrong.refuted_by}`"
            table.problem(f"wrong.{wrong.name}", message, suggestion(wrong.refuted_by, names))

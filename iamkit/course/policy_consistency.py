"""What must hold between the files of an exercise to write a policy, beyond each being readable."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

from iamkit import InvalidPolicy, Policy
from iamkit.course.consistency import check_hints, check_wrong, reported

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamkit import PolicyType
    from iamkit.course.fields import Folder, Table
    from iamkit.course.policy_exercises import PolicyExercise

COMPARE = "compare"

# Which expectations the cases must have, so that a policy that allows all or nothing cannot pass.
_NEEDED = {"cases": {"ALLOW", "DENY"}, "at-most": {"ALLOW"}, "at-least": {"DENY"}}

_KEY = re.compile(r'^[\s{]*"[^"]*"\s*:')


def check_policy_exercise(exercise: PolicyExercise, table: Table, folder: Folder) -> None:
    """Report every contradiction between the exercise's texts, cases and policies."""
    if not reported(table, "type"):
        _check_policies(exercise, table, folder)
    check_hints(exercise, table, [exercise.solution.strip(), *_lines(exercise.solution)])
    _check_cases(exercise, table)
    if not reported(table, "case"):
        check_wrong(exercise, table, [*exercise.case_names, *([COMPARE] if exercise.compare != "cases" else [])])


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


def _check_policies(exercise: PolicyExercise, table: Table, folder: Folder) -> None:
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


def _parses(exercise: PolicyExercise) -> bool:
    try:
        Policy.parse(exercise.starter, type=exercise.type)
    except InvalidPolicy:
        return False
    return True


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


def _check_cases(exercise: PolicyExercise, table: Table) -> None:
    names = Counter(case.name for case in exercise.cases)
    for name, count in names.items():
        if count > 1:
            table.problem("case", f"has {count} cases named `{name}`", "give each case its own name")
    if COMPARE in names:
        table.problem("case", f"has a case named `{COMPARE}`", "the comparison with the solution has this name")
    if reported(table, "case"):
        return
    expected = {"ALLOW" if case.expect == "ALLOW" else "DENY" for case in exercise.cases}
    for kind in sorted(_NEEDED.get(exercise.compare, set()) - expected):
        passes = "a policy that denies everything" if kind == "ALLOW" else "a policy that allows everything"
        table.problem("case", f"has no case that expects {kind}", f"add one: {passes} would pass")

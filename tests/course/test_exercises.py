"""Exercise folders: what is read, and what is refused with a line that says where and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iamkit import PolicyType
from iamkit.course import MalformedExercise
from tests.course.building import CASES, EXERCISE, SOLUTION, TOO_WIDE, load, write_exercise, write_files

PLACE = "exercises/03_policies/read-reports"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "03_policies" / "read-reports"


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(MalformedExercise) as caught:
        load(folder)
    return [str(problem).removeprefix(f"{PLACE}/") for problem in caught.value.problems]


def test_a_folder_becomes_an_exercise(folder: Path) -> None:
    """Every file and key of a folder is found in the exercise."""
    exercise = load(write_exercise(folder))

    assert (exercise.slug, exercise.lesson, exercise.title) == ("read-reports", "03_policies", "Read reports")
    assert exercise.type is PolicyType.IDENTITY_BASED
    assert exercise.compare == "cases"
    assert len(exercise.hints) == 3
    assert [case.name for case in exercise.cases] == ["reads a report", "writes a report"]
    assert [(wrong.name, wrong.refuted_by) for wrong in exercise.wrong] == [("too-wide", "writes a report")]
    assert exercise.in_force.single == {}
    assert repr(exercise) == "PolicyExercise('read-reports', 'Read reports', difficulty=1, cases=2)"


def test_context_and_account_of_a_case_reach_its_request(folder: Path) -> None:
    """A case may say who owns the resource and what the context holds."""
    extra = 'account = "444455556666"\ncontext = { "aws:TagKeys" = ["a", "b"], "aws:SecureTransport" = "true" }\n'
    exercise = load(write_exercise(folder, cases=CASES + extra))

    request = exercise.cases[1].request
    assert request.resource.account == "444455556666"
    assert request.context == {"aws:TagKeys": ("a", "b"), "aws:SecureTransport": "true"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("difficulty = 1", "dificulty = 1"), "exercise.toml: `dificulty`: is not a key of this file"),
        (("difficulty = 1", "difficulty = 9"), "exercise.toml: `difficulty`: is out of range: `9`"),
        (("difficulty = 1", "difficulty = true"), "exercise.toml: `difficulty`: is true or false: `True`"),
        (("difficulty = 1", 'difficulty = "1"'), "exercise.toml: `difficulty`: is text: `1`"),
        (('title = "Read reports"', ""), "exercise.toml: `title`: is missing"),
        (('title = "Read reports"', 'title = " "'), "exercise.toml: `title`: is empty"),
        (('title = "Read reports"', "title = Read"), "exercise.toml: is not TOML: "),
        (("identity-based policy", "identity policy"), "exercise.toml: `type`: does not know `identity policy`"),
        (('type = "', 'compare = "equal"\ntype = "'), "exercise.toml: `compare`: does not know `equal`"),
        ((', "The resource ends in a wildcard."]', "]"), "exercise.toml: `hints`: has 2 hints, not three"),
        (
            ("Which action reads?", 'Write `s3:GetObject`, as in \\"Action\\": \\"s3:GetObject\\".'),
            'exercise.toml: `hints[0]`: contains the solution: `"Action": "s3:GetObject"`',
        ),
        (('"Which action reads?"', "7"), "exercise.toml: `hints[0]`: is not text: `7`"),
        (("too-wide =", "too-narrow ="), "exercise.toml: `wrong.too-wide`: is missing"),
        (
            ("too-wide =", "too-narrow ="),
            "exercise.toml: `wrong.too-narrow`: names no file: there is no wrong/too-narrow",
        ),
        (
            ('too-wide = "writes a report"', 'too-wide = "writes a raport"'),
            "exercise.toml: `wrong.too-wide`: names no case: `writes a raport`",
        ),
        (('too-wide = "writes a report"', 'too-wide = "compare"'), "exercise.toml: `wrong.too-wide`: names no case"),
        (('expect = "DENY"', 'expect = "DENIED"'), "exercise.toml: `case[1].expect`: does not know `DENIED`"),
        (('expect = "DENY"', 'expect = "ALLOW"'), "exercise.toml: `case`: has no case that expects DENY"),
        (('name = "writes a report"', 'name = "reads a report"'), "exercise.toml: `case`: has 2 cases named `reads a"),
        (('name = "writes a report"', 'name = "compare"'), "exercise.toml: `case`: has a case named `compare`"),
        (("arn:aws:s3:::reports/2026", "arn:s3:reports"), "exercise.toml: `case[0].resource`: is not an ARN: "),
        (
            ("arn:aws:s3:::reports/2026", "arn:aws:s3:::reports/*"),
            "exercise.toml: `case[0].resource`: has a wildcard: ",
        ),
        (
            ("arn:aws:iam::111122223333:user/alice", "alice"),
            "exercise.toml: `case[0].principal`: `alice` is no principal",
        ),
        (("arn:aws:iam::111122223333:user", "arn:aws:iam:user"), "exercise.toml: `case[0].principal`: is not an ARN: "),
        (
            ("arn:aws:iam::111122223333:user/alice", "arn:aws:iam::111122223333:group/a"),
            "exercise.toml: `case[0].principal`: `arn:aws:iam::111122223333:group/a` makes no requests",
        ),
        (("s3:PutObject", "s3:Put*"), "exercise.toml: `case[1].action`: is not an action: `s3:Put*`"),
        (('feedback = "Reading must work."', ""), "exercise.toml: `case[0].feedback`: is missing"),
        (
            ('expect = "ALLOW"', 'expect = "ALLOW"\nregion = "x"'),
            "exercise.toml: `case[0].region`: is not a key of this",
        ),
        (
            ('expect = "ALLOW"', 'expect = "ALLOW"\naccount = "12"'),
            "exercise.toml: `case[0].account`: is not an account",
        ),
        (
            ('expect = "ALLOW"', 'expect = "ALLOW"\ncontext = { "aws:SecureTransport" = true }'),
            "exercise.toml: `case[0].context.aws:SecureTransport`: is not text: `true`",
        ),
        (
            ("[wrong]", "[policies]\nboundary = 'b.json'\n[wrong]"),
            "exercise.toml: `policies.boundary`: is not a key of",
        ),
        (("[wrong]", "[policies]\nsession = 's.json'\n[wrong]"), "s.json: the file is missing"),
        (
            ("[wrong]", "[policies]\nsession = ['s.json', 't.json']\n[wrong]"),
            "exercise.toml: `policies.session`: names 2 f",
        ),
        (
            ('type = "', 'starter-invalid = true\ntype = "'),
            "exercise.toml: `starter-invalid`: is true, but starter.json",
        ),
    ],
)
def test_a_mistake_in_exercise_toml_is_named(folder: Path, change: tuple[str, str], expected: str) -> None:
    """File, key, what is wrong, and a line of help."""
    toml = (EXERCISE + CASES).replace(*change)
    assert toml != EXERCISE + CASES

    problems = problems_of(write_exercise(folder, toml, ""))

    assert any(problem.startswith(expected) for problem in problems), problems
    assert all("\n  help: " in problem for problem in problems)


@pytest.mark.parametrize("name", ["task.md", "starter.json", "solution.json", "why.md", "exercise.toml"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    """Each file of a folder is needed."""
    write_exercise(folder)
    (folder / name).unlink()

    assert any(problem.startswith(f"{name}: the file is missing") for problem in problems_of(folder))


def test_an_empty_file_is_named(folder: Path) -> None:
    """A file that holds nothing is as good as missing."""
    assert problems_of(write_exercise(folder, task_md=" \n"))[0].startswith("task.md: the file is empty")


def test_a_file_that_is_not_utf_8_is_named(folder: Path) -> None:
    """Course files are UTF-8."""
    write_exercise(folder)
    (folder / "why.md").write_bytes(b"\xff\xfe")

    assert problems_of(folder)[0].startswith("why.md: cannot be read: ")


def test_a_file_that_nothing_reads_is_named(folder: Path) -> None:
    """A misspelled file would silently not count."""
    write_exercise(folder)
    write_files(folder, {"starter.jsn": "{}", "wrong/notes.txt": "x", ".hidden": "x"})

    problems = problems_of(folder)

    assert [problem.partition(":")[0] for problem in problems] == ["starter.jsn", "wrong/notes.txt"]


def test_a_wrong_policy_without_a_row_is_named(folder: Path) -> None:
    """Every file of wrong/ says which case refutes it."""
    write_exercise(folder)
    write_files(folder, {"wrong/other.json": json.dumps(TOO_WIDE)})

    assert problems_of(folder)[0].startswith("exercise.toml: `wrong.other`: is missing")


@pytest.mark.parametrize("name", ["starter.json", "solution.json", "wrong/too-wide.json"])
def test_a_policy_that_does_not_parse_is_named_with_its_place(folder: Path, name: str) -> None:
    """The engine's own message, pointer and position are in the line."""
    broken = json.dumps(SOLUTION, indent=2).replace('"Allow"', '"allow"')
    write_exercise(folder)
    write_files(folder, {name: broken})

    assert problems_of(folder)[0].startswith(f"{name}: `/Statement/0/Effect`: ")
    assert "(line 5, column 17)" in problems_of(folder)[0]


def test_a_policy_must_parse_for_its_type(folder: Path) -> None:
    """An identity-based policy has no principal (P5)."""
    with_principal = {"Statement": {**SOLUTION["Statement"][0], "Principal": "*"}}
    write_exercise(folder)
    write_files(folder, {"solution.json": json.dumps(with_principal)})

    assert problems_of(folder)[0].startswith("solution.json: `/Statement/Principal`: ")


def test_a_broken_starter_is_accepted_where_the_lesson_wants_one(folder: Path) -> None:
    """`starter-invalid = true` is for lessons about syntax errors."""
    toml = EXERCISE.replace("difficulty", "starter-invalid = true\ndifficulty")

    assert load(write_exercise(folder, toml, starter_json='{"Statement": [}')).starter_invalid


def test_a_hint_may_say_what_starter_or_task_say(folder: Path) -> None:
    """Only what the learner cannot have read is a secret."""
    toml = EXERCISE.replace("Which action reads?", 'Keep \\"Action\\": \\"s3:GetObject\\".')
    task = 'Keep `"Action": "s3:GetObject"`.'

    assert load(write_exercise(folder, toml, task_md=task)).hints[0].startswith("Keep")


def test_a_hint_may_not_hold_the_whole_solution_in_another_layout(folder: Path) -> None:
    """White space does not hide a solution."""
    compact = json.dumps(SOLUTION, separators=(",", ":")).replace('"', '\\"')

    problems = problems_of(write_exercise(folder, EXERCISE.replace("Which action reads?", compact)))

    assert problems[0].startswith("exercise.toml: `hints[0]`: contains the solution: ")


def test_all_problems_of_a_folder_come_at_once(folder: Path) -> None:
    """An author mends a folder in one go."""
    toml = EXERCISE.replace("difficulty = 1", "").replace("title", "titel")
    problems = problems_of(write_exercise(folder, toml, task_md=None, why_md=None, solution_json="[]"))

    named = ["task.md", "why.md", "solution.json", "`title`", "`titel`", "`difficulty`"]
    assert all(any(name in problem for problem in problems) for name in named), problems


def test_a_folder_name_must_be_a_slug(folder: Path) -> None:
    """A slug is typed by learners: lower case, digits, hyphens."""
    with pytest.raises(MalformedExercise, match="the folder's name is no slug: `Read_Reports`"):
        load(write_exercise(folder.with_name("Read_Reports")))


def test_policies_in_force_are_read_by_type(folder: Path) -> None:
    """The `[policies]` table names the files that are in force beside the learner's policy."""
    rcp = {"Version": "2012-10-17", "Statement": {**SOLUTION["Statement"][0], "Principal": "*"}}
    toml = EXERCISE.replace(
        "[wrong]",
        """[policies]
identity-based = ["a.json", "b.json"]
resource-based = "bucket.json"
permissions-boundary = "a.json"
session = "a.json"
vpc-endpoint = "bucket.json"
service-control = [{ level = "root", files = ["a.json"] }, { level = "account", files = [], learner = true }]
resource-control = [{ level = "root", files = ["bucket.json"] }]
[wrong]""",
    )
    write_exercise(folder, toml)
    write_files(
        folder, {"a.json": json.dumps(SOLUTION), "b.json": json.dumps(TOO_WIDE), "bucket.json": json.dumps(rcp)}
    )

    policies = load(folder).in_force.policies()

    assert [policy.name for policy in policies.identity_based] == ["a", "b"]
    assert policies.resource_based is not None
    assert policies.resource_based.name == "bucket"
    assert [level.name for level in policies.service_control or ()] == ["root", "account"]
    assert [level.name for level in policies.resource_control or ()] == ["root"]
    assert policies.permissions_boundary
    assert policies.session
    assert policies.vpc_endpoint


def test_only_one_policy_can_stand_on_a_resource(folder: Path) -> None:
    """A learner's resource-based policy has no place beside another."""
    rcp = {"Version": "2012-10-17", "Statement": {**SOLUTION["Statement"][0], "Principal": "*"}}
    text = json.dumps(rcp)
    toml = EXERCISE.replace("identity-based", "resource-based").replace(
        "[wrong]", '[policies]\nresource-based = "bucket.json"\n[wrong]'
    )
    write_exercise(folder, toml, starter_json=text, solution_json=text, wrong__too_wide_json=text, bucket_json=text)

    assert problems_of(folder)[0].startswith("exercise.toml: `policies`: a resource-based policy is in force already")


def test_a_learners_scp_joins_its_level(folder: Path) -> None:
    """The level marked with `learner` gets the learner's policy; without one the account level is theirs."""
    toml = EXERCISE.replace("identity-based policy", "service control policy")
    levels = (
        '[policies]\nidentity-based = "all.json"\nservice-control = [{ level = "ou", files = ["all.json"]%s }]\n[wrong]'
    )
    write_files(folder, {"all.json": json.dumps(TOO_WIDE)})

    joined = load(write_exercise(folder, toml.replace("[wrong]", levels % ", learner = true")))
    alone = load(write_exercise(folder, toml.replace("[wrong]", levels % "")))

    policy = joined.in_force.single["identity_based"][0]
    assert [(one.name, len(one.policies)) for one in joined.policies(policy).service_control or ()] == [("ou", 2)]
    assert [(one.name, len(one.policies)) for one in alone.policies(policy).service_control or ()] == [
        ("ou", 1),
        ("account", 1),
    ]

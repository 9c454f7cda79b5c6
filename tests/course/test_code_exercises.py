"""Folders of code exercises, what is proved of them, and how the course remembers who solved them."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamkit.course import Course, MalformedExercise, Outcome, Progress, load_course, prove
from tests.course.building import CODE, RIGHT, load_code, write_code_course, write_code_exercise, write_exercise

PLACE = "exercises/02_sigv4/signing-key"
SLUG = "signing-key"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "02_sigv4" / SLUG


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(MalformedExercise) as caught:
        load_code(folder)
    return [str(problem).removeprefix(f"{PLACE}/") for problem in caught.value.problems]


def test_a_folder_becomes_a_code_exercise(folder: Path) -> None:
    """Every file and key of a folder is found in the exercise."""
    exercise = load_code(write_code_exercise(folder))
    assert (exercise.slug, exercise.lesson, exercise.title) == (SLUG, "02_sigv4", "A key")
    assert (exercise.function, exercise.judge.name, exercise.time_limit, exercise.without) == (
        "signing_key",
        SLUG,
        10,
        (),
    )
    assert exercise.solution == RIGHT
    assert exercise.case_names[:2] == ("the documented example", "another secret")
    assert [(wrong.name, wrong.refuted_by) for wrong in exercise.wrong] == [
        ("hex", "the documented example"),
        ("one-region", "another region"),
    ]
    assert repr(exercise) == "CodeExercise('signing-key', 'A key', difficulty=1, cases=6)"


def test_limits_can_be_set(folder: Path) -> None:
    toml = CODE.replace("difficulty", 'time-limit = 20\nwithout = ["iamkit.sigv4"]\ndifficulty')
    exercise = load_code(write_code_exercise(folder, toml))
    assert (exercise.time_limit, exercise.without) == (20, ("iamkit.sigv4",))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('kind = "code"', 'kind = "program"'), "exercise.toml: `kind`: does not know `program`"),
        (('judge = "signing-key"', 'judge = "signing-keys"'), "exercise.toml: `judge`: does not know `signing-keys`\n"),
        (('judge = "signing-key"', ""), "exercise.toml: `judge`: is missing"),
        (('function = "signing_key"', ""), "exercise.toml: `function`: is missing"),
        (('"signing_key"', '"signing-key"'), "exercise.toml: `function`: is no name of a function: `signing-key`"),
        (('"signing_key"', '"class"'), "exercise.toml: `function`: is no name of a function: `class`"),
        (("difficulty", "time-limit = 0\ndifficulty"), "exercise.toml: `time-limit`: is out of range: `0`"),
        (("difficulty", "time-limit = 61\ndifficulty"), "exercise.toml: `time-limit`: is out of range: `61`"),
        (("difficulty", "time-limit = true\ndifficulty"), "exercise.toml: `time-limit`: is true or false: `True`"),
        (("difficulty", 'without = ["a b"]\ndifficulty'), "exercise.toml: `without[0]`: is no name of a module: `a b`"),
        (("difficulty", 'type = "trust policy"\ndifficulty'), "exercise.toml: `type`: is not a key of this file"),
        ((', "One step for each part."]', "]"), "exercise.toml: `hints`: has 2 hints, not three"),
        (
            ("Which steps?", "for part in (date, region, service, 'aws4_request'):".replace("'", '\\"')),
            'exercise.toml: `hints[0]`: contains the solution: `for part in (date, region, service, "aws4_request"):`',
        ),
        (('hex = "the', 'hexes = "the'), "exercise.toml: `wrong.hex`: is missing"),
        (('hex = "the', 'hexes = "the'), "exercise.toml: `wrong.hexes`: names no file: there is no wrong/hexes.py"),
        (('"another region"', '"another reason"'), "exercise.toml: `wrong.one-region`: names no case: `another"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_toml_is_named(folder: Path, change: tuple[str, str], expected: str) -> None:
    assert change[0] in CODE
    found = problems_of(write_code_exercise(folder, CODE.replace(*change)))
    assert [line for line in found if line.startswith(expected)], found


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"starter_py": None},
            "starter.py: the file is missing\n  help: add it: it holds the program that the learner",
        ),
        ({"solution_py": " \n"}, "solution.py: the file is empty"),
        ({"starter_json": "{}"}, "starter.json: no key or rule of the folder reads this file"),
        ({"wrong__other_json": "{}"}, "wrong/other.json: no key or rule of the folder reads this file"),
        ({"wrong__other_py": "x"}, "exercise.toml: `wrong.other`: is missing"),
    ],
)
def test_a_mistake_in_the_files_is_named(folder: Path, files: dict[str, str | None], expected: str) -> None:
    found = problems_of(write_code_exercise(folder, CODE, **files))
    assert [line for line in found if line.startswith(expected)], found


def test_what_python_leaves_behind_is_no_stray_file(folder: Path) -> None:
    """Whoever runs a wrong program by hand gets a `__pycache__`."""
    write_code_exercise(folder)
    (folder / "wrong" / "__pycache__").mkdir()
    (folder / "__pycache__").mkdir()
    assert load_code(folder).slug == SLUG


def test_short_and_telltale_lines_of_the_solution_may_stand_in_hints(folder: Path) -> None:
    """`return key` and an import give nothing away."""
    toml = CODE.replace("Which steps?", "return key, import hashlib, def signing_key(secret, date, region, service):")
    assert load_code(write_code_exercise(folder, toml)).hints[0].startswith("return key")


# -- what is proved


def findings(root: Path) -> list[str]:
    return [str(finding) for finding in prove(load_course(root))]


def test_a_right_exercise_is_proved_claim_by_claim(tmp_path: Path) -> None:
    assert findings(write_code_course(tmp_path)) == [
        "ok    signing-key: the starter is failed",
        "ok    signing-key: the solution passes",
        "ok    signing-key: wrong/hex.py fails on `the documented example`",
        "ok    signing-key: wrong/one-region.py fails on `another region`",
    ]


def test_a_starter_may_be_meant_not_to_run(tmp_path: Path) -> None:
    """Then that is what is claimed."""
    folder = write_code_course(tmp_path) / "exercises" / "02_sigv4" / SLUG
    toml = CODE.replace("difficulty", "starter-invalid = true\ndifficulty")
    write_code_exercise(folder, toml, starter_py="def signing_key(")
    assert findings(tmp_path)[0] == "ok    signing-key: the starter is invalid_program"


def test_what_does_not_hold_is_found_with_its_reason(tmp_path: Path) -> None:
    folder = write_code_course(tmp_path) / "exercises" / "02_sigv4" / SLUG
    wrong = {"wrong__hex_py": "def signing_key(", "wrong__one_region_py": RIGHT.replace("AWS4", "")}
    write_code_exercise(folder, CODE, starter_py=RIGHT, solution_py="def signing_key(a): pass", **wrong)
    failures = [line for line in findings(tmp_path) if line.startswith("FAIL")]
    assert "A key (signing-key): passed" in failures[0]
    assert "cannot be called with 4 arguments: it has 1 parameter (`a`)" in failures[1]
    assert failures[2].endswith("its outcome is invalid_program: `(` was never closed")
    assert failures[3].endswith("it fails on `the documented example` first")


# -- the course


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(write_code_course(tmp_path / "root"), Progress(tmp_path / "learner"))


def test_checks_are_remembered_and_reported(course: Course) -> None:
    """A program that cannot be called is an attempt, the starter is none."""
    exercise = course.exercise(SLUG)
    outcomes = [
        course.check(SLUG, text).outcome for text in (exercise.starter, "def f(", exercise.wrong[0].text, RIGHT)
    ]
    assert outcomes == [Outcome.NOT_ATTEMPTED, Outcome.INVALID_PROGRAM, Outcome.FAILED, Outcome.PASSED]
    (row,) = course.report().lessons[0].exercises
    assert (row.slug, row.passed, row.attempts) == (SLUG, True, 3)
    assert "def signing_key" not in course.progress.path.read_text()


def test_the_solution_opens_after_three_different_programs(course: Course) -> None:
    """The same program with another comment is no new attempt."""
    texts = ["def f(", "x = 1", "x = 1  # again", "x  =  1"]
    for text in texts:
        course.check(SLUG, text)
    assert course.solution(SLUG).text is None
    assert "so far: 2" in course.solution(SLUG).note
    course.check(SLUG, "x = 2")
    assert course.solution(SLUG).text == RIGHT


def test_hints_and_reset_are_as_for_policies(course: Course) -> None:
    assert [course.hint(SLUG).number for _ in range(4)] == [1, 2, 3, 3]
    assert course.reset(SLUG) == course.exercise(SLUG).starter
    assert course.hint(SLUG).number == 1


def test_both_kinds_live_in_one_course(tmp_path: Path) -> None:
    """A document is no program, and a program no policy."""
    root = write_code_course(tmp_path)
    write_exercise(root / "exercises" / "03_policies" / "read-reports")
    course = Course(root, Progress(tmp_path / "learner"))
    assert course.check(SLUG, {"Version": "2012-10-17"}).outcome is Outcome.INVALID_PROGRAM
    assert course.check("read-reports", RIGHT).outcome is Outcome.INVALID_POLICY
    assert [row.total for row in course.report().lessons] == [1, 1]

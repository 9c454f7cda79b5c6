"""Lesson 06 shows every rule of roles with real calls, and what it says of STS is what STS answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_lowercase

import nbformat
import pytest
from nbformat import NotebookNode

from iamkit.course import Course, Outcome, PolicyExercise, Progress
from lessons import build

LESSON = "06_roles"
SOURCE = build.LESSONS / "src" / f"{LESSON}.md"
PREDICTIONS = ("trusted-by-name", "trusted-account", "trusted-abroad", "session-policy-adds", "pull-request")
EXERCISES = (
    "one-service",
    "pass-one-role",
    "lend-one-prefix",
    "who-really-acted",
    "the-world-gets-in",
    "one-pipeline",
    "one-team",
)

# What the lesson stages, and where: in a cell (a text of what it shows), in a prediction, or in a wrong answer that
# `iamkit check` refutes.
STAGED = {
    "E13: a trust policy must allow": ["cell no role trust policy allows the sts:AssumeRole action"],
    "E13: naming the caller is enough in an account": ["prediction trusted-by-name"],
    "E13: naming the account delegates": ["prediction trusted-account", "cell alice in 111122223333 +developer"],
    "E15: across accounts both sides": ["prediction trusted-abroad", "cell scanner in 444455556666 +audit"],
    "E2: the ARN of a session": ["cell with the session: arn:aws:sts::111122223333:assumed-role/reader/alice-reads"],
    "E3: keys of sessions": ["cell ASIA[A-Z2-7]{16} b'the plan'"],
    "E11: a session policy cuts": ["prediction session-policy-adds", "wrong lend-one-prefix/no-session-policy"],
    "E21: an hour in a chain": ["cell exceeds the 1 hour session limit for roles assumed by role chaining"],
    "E21: how long a session lasts": ["wrong lend-one-prefix/one-hour"],
    "E21: source identity and transitive tags": ["cell deploy/release-7 .* 60 +bob +team=shop \\(transitive\\)"],
    "E22: whose token it is": [
        "cell in: repo:mallory/anything:ref:refs/heads/main",
        "prediction pull-request",
        "wrong one-pipeline/every-repository",
        "wrong one-pipeline/any-audience",
    ],
    "E22: a token is checked first": ["cell refused: .*\\nin: nobody"],
    "E23: staff come with an assertion": [
        "cell in: arn:aws:sts::111122223333:assumed-role/ledger/frank",
        "cell in: .*ledger/mallory\nrefused: Response signature invalid\nin: nobody",
        "wrong one-team/beside-the-old-one",
        "wrong one-team/any-address",
    ],
    "A16: an instance gets its role from a profile": [
        "cell the machine: .*assumed-role/reader/i-[0-9a-f]{17}\nrefused"
    ],
    "E25: sessions are revoked": [
        "cell the thief: b'the plan'\nrefused: .* with an explicit deny in an identity-based"
    ],
    "E26: the confused deputy": [
        "cell you: here is the report\nmallory: here is the report\nyou: here is the report\nrefused: .*\nmallory: no",
        "wrong the-world-gets-in/only-the-account-mended",
    ],
    "E26: one service": ["wrong one-service/two-services"],
    "passing a role": [
        "cell iam:PassRole'\\] → b'\"arn:aws:sts::.*:assumed-role/boss/tool",
        "wrong pass-one-role/every-role",
    ],
    "who really acted": ["cell who really acted: .*deploy/release-7 ← .*developer/work ← .*user/bob"],
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(progress=Progress(tmp_path_factory.mktemp("progress")))


@pytest.fixture(scope="module")
def stored() -> NotebookNode:
    """The lesson as it is committed; another test says that this is what its source gives."""
    notebook: NotebookNode = nbformat.read(build.LESSONS / f"{LESSON}.ipynb", as_version=4)
    return notebook


@pytest.fixture(scope="module")
def shown(stored: NotebookNode) -> str:
    return "\n".join(text for cell in stored.cells for text in texts(cell))


def texts(cell: NotebookNode) -> Iterator[str]:
    """Yield what a code cell shows, as plain text."""
    for output in cell.get("outputs", ()):
        yield output.text if output.output_type == "stream" else output.data.get("text/plain", "")


def code(notebook: NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("rule", STAGED)
def test_every_rule_is_met_by_doing(rule: str, course: Course, shown: str) -> None:
    """The place exists, and where it is a cell, that is what the cell shows."""
    for place in STAGED[rule]:
        kind, _, name = place.partition(" ")
        if kind == "cell":
            assert re.search(name, shown), name
        elif kind == "wrong":
            slug, _, wrong = name.partition("/")
            assert wrong in [each.name for each in course.exercise(slug).wrong]
        else:
            assert name in PREDICTIONS


def test_each_exercise_and_prediction_is_there_once(course: Course, stored: NotebookNode) -> None:
    (lesson,) = [lesson for lesson in course.content.lessons if lesson.name == LESSON]
    assert {exercise.slug for exercise in lesson.exercises} == set(EXERCISES)
    assert {scenario.slug for scenario in lesson.scenarios} == set(PREDICTIONS)
    assert re.findall(r'^exercise\("([\w-]+)"\)$', code(stored), re.MULTILINE) == list(EXERCISES)
    assert re.findall(r'^predict\("([\w-]+)"\)$', code(stored), re.MULTILINE) == list(PREDICTIONS)


def test_a_stored_notebook_tells_no_answer_of_a_prediction(course: Course, stored: NotebookNode) -> None:
    """A prediction is committed before its answer is on screen."""
    for slug in PREDICTIONS:
        (cell,) = [cell for cell in stored.cells if f'predict("{slug}", "")' in cell.source]
        told = "\n".join(texts(cell))
        scenario = course.content.scenario(slug)
        assert f"{scenario.title}: not predicted yet" in told
        assert scenario.why.strip()[:40] not in told


def test_predictions_have_no_favorite_answer(course: Course) -> None:
    """Else one could guess without reading."""
    answers = [course.content.scenario(slug).declared for slug in PREDICTIONS]
    assert len(set(answers)) >= 2


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    right = [ascii_lowercase[question.right] for question in course.questions(LESSON)]
    assert set(right) == set("abcd")
    assert 4 <= len(right) <= 6


def test_the_answers_of_the_quiz_are_asked_for_in_order(course: Course, stored: NotebookNode) -> None:
    assert re.findall(r'^    "([\w-]+)": "",$', code(stored), re.MULTILINE) == [
        question.id for question in course.questions(LESSON)
    ]


def test_nothing_that_differs_from_run_to_run_is_printed(shown: str) -> None:
    """The port, moments and durations of this very run."""
    assert re.findall(r"127\.0\.0\.1|localhost|20\d\d-\d\d-\d\dT", shown) == []


@pytest.mark.parametrize("slug", [slug for slug in EXERCISES if slug != "who-really-acted"])
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """What a learner reads after a pass is true."""
    exercise = course.exercise(slug)
    language = "json" if isinstance(exercise, PolicyExercise) else "python"
    (other,) = re.findall(rf"```{language}\n(.*?)```", exercise.why, re.DOTALL)
    result = course.check(slug, other)
    assert result.outcome is Outcome.PASSED, repr(result)
    assert other.strip() != exercise.solution.strip()


def test_the_other_program_that_follows_a_chain_passes_as_well(course: Course) -> None:
    (other,) = re.findall(r"```python\n(.*?)```", course.exercise("who-really-acted").why, re.DOTALL)
    assert course.check("who-really-acted", other).outcome is Outcome.PASSED

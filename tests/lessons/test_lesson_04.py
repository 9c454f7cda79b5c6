"""Lesson 04 shows every rule of conditions by doing, and what it says of requests is what the local cloud does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_lowercase

import nbformat
import pytest
from nbformat import NotebookNode

from iamkit.course import Course, Outcome, PolicyExercise, Progress
from iamkit.reference.global_keys import global_key
from lessons import build

LESSON = "04_conditions"
SOURCE = build.LESSONS / "src" / f"{LESSON}.md"
PREDICTIONS = (
    "both-lines",
    "a-variable-without-a-value",
    "only-through-the-endpoint",
    "users-in-frankfurt",
    "no-tags-at-all",
    "an-access-key-and-mfa",
)
EXERCISES = (
    "a-folder-each",
    "pictures-over-tls",
    "team-tags",
    "through-the-hole",
    "close-the-hole",
    "mfa-for-people",
    "office-and-endpoint",
)

# What the lesson stages, and where: in a cell (a text of what it shows), in a prediction, or in a wrong answer that
# `iamkit check` refutes.
STAGED = {
    "P22: lines AND, values OR": ["prediction both-lines", "cell 198\\.51\\.100\\.1 +true +yes +yes +holds"],
    "P24: a missing key": [
        "cell StringEquals +no +yes",
        "cell StringNotEquals +yes! +no",
        "prediction only-through-the-endpoint",
    ],
    "P24: IfExists": [
        "cell StringNotEqualsIfExists +yes! +no",
        "wrong office-and-endpoint/if-exists",
        "wrong team-tags/if-exists",
    ],
    "P28: CIDR blocks": [
        "cell from 127\\.0\\.0\\.0/8: allowed",
        "cell `203\\.0\\.113\\.0/24`, the request has `127\\.0\\.0\\.1`",
    ],
    "P27: dates": ["cell after 0 hours: allowed\nrefused: .*\nafter 2 hours: denied"],
    "P29: MFA and long-term keys": [
        "cell Bool, access key: deleted",
        "cell BoolIfExists, access key: denied",
        "prediction an-access-key-and-mfa",
    ],
    "P29: TLS": ["wrong pictures-over-tls/only-objects"],
    "P30: all of nothing": [
        "cell ForAllValues:StringEquals +yes!",
        "prediction no-tags-at-all",
        "wrong close-the-hole/if-exists",
    ],
    "P30: any is not all": ["wrong close-the-hole/any-value"],
    "P31: Null": ["cell Null true +yes", "wrong close-the-hole/null-true"],
    "P34: variables need the version": ["wrong a-folder-each/old-version"],
    "P36: defaults": ["wrong a-folder-each/a-default", "wrong team-tags/a-default"],
    "P38: a variable without a value": ["prediction a-variable-without-a-value"],
    "E4: tags of three kinds": [
        "cell with the tag shop she reads: shop",
        "cell with the tag bank she reads: bank",
        "wrong team-tags/tags-unguarded",
    ],
    "E4: the requested region": ["prediction users-in-frankfurt"],
    "E4: VPC endpoints": ["wrong office-and-endpoint/private-address", "wrong office-and-endpoint/any-endpoint"],
    "E4: roles have no MFA": ["wrong mfa-for-people/if-exists-for-all"],
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


def test_exercises_rise_in_difficulty(course: Course) -> None:
    levels = [course.exercise(slug).difficulty for slug in EXERCISES]
    assert levels == sorted(levels)
    assert levels[0] < levels[-1]


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
    assert len(set(answers)) == 3
    assert max(map(answers.count, answers)) == 2


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    right = [ascii_lowercase[question.right] for question in course.questions(LESSON)]
    assert set(right) == set("abcd")
    assert 4 <= len(right) <= 6


def test_the_answers_of_the_quiz_are_asked_for_in_order(course: Course, stored: NotebookNode) -> None:
    assert re.findall(r'"([\w-]+)": ""', code(stored)) == [question.id for question in course.questions(LESSON)]


def test_the_quiz_asks_about_earlier_lessons_too(course: Course) -> None:
    asked = [question.text for question in course.questions(LESSON)]
    assert sum(bool(re.search(r"\(Lesson 0[0-3]\)", text)) for text in asked) == 2


def test_what_is_said_of_the_keys_is_what_the_reference_has(stored: NotebookNode, shown: str) -> None:
    """When a key is there is a fact of AWS's, and stands in one place."""
    told = dict(re.findall(r"^(aws:[\w/]+) .*in: (.+)$", shown, re.MULTILINE))
    assert len(told) == 11
    for name, present in told.items():
        key = global_key(name)
        assert key is not None
        assert key.present == present


def test_nothing_that_differs_from_run_to_run_is_printed(shown: str) -> None:
    """The port, moments and codes of this very run; 127.0.0.1 without a port is the lesson's own example."""
    assert re.findall(r"127\.0\.0\.1:|localhost|20\d\d-\d\d-\d\dT", shown) == []


def test_the_neighbors_are_named(stored: NotebookNode) -> None:
    """The lessons before and after, by the title that they have."""
    for name in ("03_policies", "05_credentials"):
        title = (
            (build.LESSONS / "src" / f"{name}.md").read_text(encoding="utf-8").partition("\n# ")[2].partition("\n")[0]
        )
        assert f"lesson {name[:2]}, {title}".lower() in stored.cells[-1].source.lower()


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """What a learner reads after a pass is true."""
    exercise = course.exercise(slug)
    language = "json" if isinstance(exercise, PolicyExercise) else "python"
    (other,) = re.findall(rf"```{language}\n(.*?)```", exercise.why, re.DOTALL)
    result = course.check(slug, other)
    assert result.outcome is Outcome.PASSED, repr(result)
    assert other.strip() != exercise.solution.strip()

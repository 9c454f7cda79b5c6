"""Lesson 05 does what it says: keys win by their place, a role is stolen through a hole, and the hole is closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_lowercase

import nbformat
import pytest
from nbformat import NotebookNode

from iamkit.course import CodeExercise, Course, Outcome, PolicyExercise, Progress
from lessons import build

LESSON = "05_credentials"
SOURCE = build.LESSONS / "src" / f"{LESSON}.md"
PREDICTIONS = ("three-keys-on-a-laptop", "stolen-yesterday", "container-behind-a-hop", "six-sources")
RECAP = ("empty-on-the-server", "who-was-it", "what-version-two-stops", "rotate-in-which-order", "a-key-in-a-variable")
EXERCISES = (
    "which-key-signs",
    "leaked-keys",
    "two-steps",
    "delivered-by-version-two",
    "a-program-that-gives-keys",
    "rotate-without-downtime",
)
CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(progress=Progress(tmp_path_factory.mktemp("progress")))


@pytest.fixture(scope="module")
def shown(course: Course) -> list[tuple[str, str]]:
    """Each code cell with what it shows to one who has made every prediction, and made it well."""
    notebook = build.read(SOURCE)
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith("exercise(")]
    for cell in notebook.cells:
        if asked := re.search(r'^quiz\("([\w-]+)", letter\)', cell.source, re.MULTILINE):
            right = ascii_lowercase[course.content.question(asked[1]).right]
            cell.source = re.sub(r'^(letter(?:, \w+)* = )""', rf'\1"{right}"', cell.source, flags=re.MULTILINE)
    build.execute(notebook)
    return [(cell.source, "\n".join(texts(cell))) for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def stored() -> NotebookNode:
    notebook: NotebookNode = nbformat.read(build.LESSONS / f"{LESSON}.ipynb", as_version=4)
    return notebook


def texts(cell: NotebookNode) -> Iterator[str]:
    """Yield what a code cell shows, as plain text."""
    for output in cell.get("outputs", ()):
        yield output.text if output.output_type == "stream" else output.data.get("text/plain", "")


def said(shown: list[tuple[str, str]], part: str) -> str:
    """Give what the one cell shows that has this text in it."""
    (found,) = [text for source, text in shown if part in source]
    return found


def code(notebook: NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def test_the_key_that_signs_is_the_one_that_the_lesson_names(shown: list[tuple[str, str]]) -> None:
    """Environment, then the chosen profile, then the default one; and a profile in the code before all of them."""
    assert said(shown, 'quiz("three-keys-on-a-laptop"').rstrip().endswith("\nenv: user/dave")
    lines = [line.rpartition(": ")[2] for line in said(shown, "no key in the environment").split("\n") if line]
    assert lines == ["user/frank", "user/erin", "user/frank"]


def test_the_figures_have_the_winners_that_the_text_names(shown: list[tuple[str, str]]) -> None:
    crowded, instance = said(shown, "crowded = "), said(shown, "On an instance with a role")
    assert re.findall(r"^\d+ .* (\S+) +wins$", crowded, re.MULTILINE) == ["env"]
    assert len(re.findall(r"(?:there, and not asked|wins)$", crowded, re.MULTILINE)) == 5
    assert re.findall(r"^\d+ .* (\S+) +wins$", instance, re.MULTILINE) == ["iam-role"]


def test_boto3_asks_by_version_2_and_the_hole_by_version_1(shown: list[tuple[str, str]]) -> None:
    """As the metadata service saw it."""
    ours = re.findall(r"^(PUT|GET) (\S+) (with|without) a token: (\d+)$", said(shown, "On an instance"), re.MULTILINE)
    assert ours == [
        ("PUT", "/latest/api/token", "without", "200"),
        ("GET", CREDENTIALS, "with", "200"),
        ("GET", CREDENTIALS + "web", "with", "200"),
    ]
    assert re.findall(r"(GET|PUT) (\S+) +(\w.*\w)  +(.*)$", said(shown, "stolen = json"), re.MULTILINE) == [
        ("GET", "…/security-credentials/", "nothing", "200, the role's name"),
        ("GET", "…/security-credentials/web", "nothing", "200, credentials"),
    ]


def test_the_thief_reads_until_the_deny_and_the_program_goes_on(shown: list[tuple[str, str]]) -> None:
    """Version 2 stops the attack, not what was stolen before."""
    text = said(shown, "thief = {")
    assert text.startswith("the thief reads: carol,4200\n")
    assert re.search(r"allowed: \S+:assumed-role/web/i-[0-9a-f]+ ← ec2\.amazonaws\.com: s3:GetObject", text)
    closed = said(shown, "instance.require_tokens()")
    assert closed.startswith("the attack: 401\nthe program reads: carol,4200")
    assert re.search(r"through the app +GET \S+/web +nothing +401, nothing$", closed, re.MULTILINE)
    assert re.search(r"with boto3 +GET \S+/web +a token +200, credentials$", closed, re.MULTILINE)
    after = said(shown, 'PolicyName="revoke"')
    assert "version 1 is off, and the thief reads: carol,4200\n" in after
    assert "(AccessDenied)" in after
    assert "with an explicit deny in an identity-based policy" in after
    assert after.endswith("and the program reads: carol,4200\n")


def test_a_token_does_not_reach_a_container_behind_a_hop(shown: list[tuple[str, str]]) -> None:
    text = said(shown, 'quiz("container-behind-a-hop"')
    assert "hop limit 1 gives no credentials\nPUT /latest/api/token without a token, 1 hop away: lost\n" in text
    assert re.search(r"^hop limit 2 gives iam-role: assumed-role/web/i-", text, re.MULTILINE)


def test_every_door_is_the_rung_that_the_lesson_says(shown: list[tuple[str, str]]) -> None:
    """By boto3's own words, each from a real source."""
    assert said(shown, "own = f").splitlines() == [
        "container-role: assumed-role/task",
        "assume-role: assumed-role/build/dave-at-work",
        "custom-process: assumed-role/build/from-a-program",
    ]
    assert said(shown, "identity_center").splitlines() == [
        "the role AWSReservedSSO_ReadReports_…",
        "sso and the session is named alice",
    ]
    assert said(shown, 'quiz("six-sources"').rstrip().endswith('"env"')


def test_a_key_is_changed_and_the_old_one_is_unknown(shown: list[tuple[str, str]]) -> None:
    text = said(shown, "get_access_key_last_used")
    assert "with the new key: arn:aws:iam::111122223333:user/erin" in text
    assert "the old key was last used before the new one: True" in text
    assert "with the old key: InvalidClientTokenId" in text


def test_a_stored_notebook_tells_no_answer_of_a_prediction(stored: NotebookNode) -> None:
    """A prediction is committed before its answer is on screen."""
    for slug in PREDICTIONS:
        (cell,) = [cell for cell in stored.cells if f'quiz("{slug}")' in cell.source]
        told = "\n".join(texts(cell))
        assert told.rstrip().endswith(f"{slug}: not answered yet; choose a letter from `a` to `d`")


def test_nothing_that_changes_from_run_to_run_is_in_the_notebook(stored: NotebookNode) -> None:
    """No port, no time, no secret."""
    told = "\n".join(text for cell in stored.cells for text in texts(cell))
    assert re.findall(r"127\.0\.0\.1|localhost|\d{4}-\d\d-\d\dT|Secret(?:AccessKey)?['\"]", told) == []


def test_all_of_the_lesson_is_asked_once(course: Course, stored: NotebookNode) -> None:
    """In the order in which this file names it."""
    written = code(stored)
    assert re.findall(r'^quiz\("([\w-]+)"\)$', written, re.MULTILINE) == [*PREDICTIONS, *RECAP]
    assert re.findall(r'^exercise\("([\w-]+)', written, re.MULTILINE) == list(EXERCISES)
    assert [question.id for question in course.questions(LESSON)] == [*PREDICTIONS, *RECAP]


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    """Else one could pass by pressing the same letter."""
    for asked in (PREDICTIONS, RECAP):
        assert {ascii_lowercase[course.content.question(each).right] for each in asked} == set("abcd")


def test_every_option_of_a_question_is_explained(course: Course) -> None:
    for question in course.questions(LESSON):
        assert question.why.count("\n- **") + question.why.startswith("- **") == len(question.options)


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """As the reason shows it, after a pass."""
    exercise = course.exercise(slug)
    assert isinstance(exercise, PolicyExercise | CodeExercise)
    language = "json" if isinstance(exercise, PolicyExercise) else "python"
    other = re.findall(rf"```{language}\n(.*?)```", exercise.why, re.DOTALL)[-1]
    result = course.check(slug, other)
    assert result.outcome is Outcome.PASSED, repr(result)
    assert other.strip() != exercise.solution.strip()

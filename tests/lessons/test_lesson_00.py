"""Lesson 00 does what it says: a real request is denied, what is missing is granted, and it passes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_lowercase

import nbformat
import pytest
from nbformat import NotebookNode

from iamkit import Decision
from iamkit.course import CodeExercise, Course, Outcome, PolicyExercise, Progress
from lessons import build

LESSON = "00_first_contact"
SOURCE = build.LESSONS / "src" / f"{LESSON}.md"
PREDICTIONS = ("new-user", "who-am-i", "the-file-beside-it", "grants-herself", "a-deny-beside-it")
EXERCISES = ("first-grant", "three-denials", "allowed-yet-denied", "grant-with-boto3", "from-the-message")
CAROL = "User: arn:aws:iam::111122223333:user/carol is not authorized to perform:"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(progress=Progress(tmp_path_factory.mktemp("progress")))


@pytest.fixture(scope="module")
def shown(course: Course) -> list[tuple[str, str]]:
    """Each code cell with what it shows to one who has made every prediction, and made it well."""
    notebook = build.read(SOURCE)
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith(("exercise(", "%%policy"))]
    for cell in notebook.cells:
        if asked := re.search(r'^predict\("([\w-]+)", (?:guess|"")\)', cell.source, re.MULTILINE):
            answer = course.scenario(asked[1]).declared.value
            cell.source = re.sub(r'(guess = |predict\("[\w-]+", )""', rf'\1"{answer}"', cell.source)
    build.execute(notebook)
    return [(cell.source, "\n".join(texts(cell))) for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def stored() -> NotebookNode:
    notebook: NotebookNode = nbformat.read(build.LESSONS / f"{LESSON}.ipynb", as_version=4)
    return notebook


def texts(cell: NotebookNode) -> Iterator[str]:
    """Yield what a code cell shows, as plain text, the messages in one line each."""
    for output in cell.get("outputs", ()):
        text = output.text if output.output_type == "stream" else output.data.get("text/plain", "")
        yield text.replace("\n    ", " ") if output.output_type == "stream" else text


def said(shown: list[tuple[str, str]], part: str) -> str:
    """Give what the one cell shows that has this text in it."""
    (found,) = [text for source, text in shown if part in source]
    return found


def code(notebook: NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


def test_the_first_request_is_denied_and_the_message_has_the_parts_that_are_read(
    shown: list[tuple[str, str]], stored: NotebookNode
) -> None:
    """The table names six parts, in their order."""
    message = said(shown, "def attempt")
    table = next(cell.source for cell in stored.cells if cell.source.startswith("## Read it once"))
    parts = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(parts) == 6
    place = 0
    for part in parts:
        for piece in filter(None, part.split("…")):
            place = message.index(piece.strip(), place)
    assert message.startswith(f"An error occurred (AccessDenied) when calling the GetObject operation: {CAROL}")


def test_what_the_cloud_says_is_missing_is_what_the_lesson_grants(shown: list[tuple[str, str]]) -> None:
    """And then the file can be read, which is the point of it all."""
    missing = next(text for source, text in shown if source == "show(cloud.why())")
    assert (
        '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/2026/january.csv"}' in missing
    )
    granted = said(shown, "statement = {")
    assert granted.startswith("month,sold\njanuary,42\n")
    assert "One request, one sentence: ALLOW" in granted
    parts = [line for line in granted.splitlines() if line.startswith(("WHO", "WHAT", "WHICH", "CONDITIONS"))]
    assert [line.split()[-1] for line in parts] == ["fits"] * 4


def test_a_wrong_secret_is_another_refusal(shown: list[tuple[str, str]]) -> None:
    """Not known comes before not allowed."""
    assert "(SignatureDoesNotMatch)" in said(shown, "stranger = ")
    assert said(shown, 'predict("who-am-i")').endswith("arn:aws:iam::111122223333:user/carol\n")


def test_every_service_asks_the_same_and_says_it_with_a_code_of_its_own(shown: list[tuple[str, str]]) -> None:
    """The administrator is asked as well, and what was not signed rightly came to no decision."""
    text = said(shown, "list_tables")
    codes = re.findall(r"An error occurred \((\w+)\)", text)
    assert codes == ["AccessDeniedException", "UnauthorizedOperation", "AccessDenied", "AuthorizationError"]
    assert text.count(CAROL) == 4
    trail = re.findall(r"^(\w+) +(\w+:\w+) +(\w+)$", text, re.MULTILINE)
    assert {decision for who, _, decision in trail if who == "administrator"} == {"ALLOW"}
    assert [decision for who, action, decision in trail if (who, action) == ("carol", "s3:GetObject")] == [
        "IMPLICIT_DENY",
        "ALLOW",
        "IMPLICIT_DENY",
    ]


def test_the_cloud_decides_as_every_prediction_says(shown: list[tuple[str, str]], course: Course) -> None:
    """The prediction asks the engine, the lines below it ask the cloud with boto3."""
    ends = {Decision.IMPLICIT_DENY: "because no identity-based policy allows", Decision.EXPLICIT_DENY: "explicit deny"}
    for slug in PREDICTIONS:
        answer = course.scenario(slug).declared
        text = said(shown, f'predict("{slug}")')
        assert f"decision:   {answer.value}" in text
        if slug != "new-user" and answer in ends:
            assert re.search(rf"^An error occurred \(.*{ends[answer]}", text, re.MULTILINE)
    assert "does not fit" in said(shown, 'predict("the-file-beside-it")')


def test_a_call_and_its_action_have_different_names_and_a_head_has_no_message(shown: list[tuple[str, str]]) -> None:
    text = said(shown, "list_objects_v2")
    assert "calling the ListObjectsV2 operation" in text
    assert "perform: s3:ListBucket on" in text
    assert "calling the HeadObject operation: Forbidden\n" in text


def test_a_stored_notebook_tells_no_answer_of_a_prediction(stored: NotebookNode) -> None:
    """A prediction is committed before its answer is on screen."""
    for slug in PREDICTIONS:
        (cell,) = [cell for cell in stored.cells if f'predict("{slug}")' in cell.source]
        told = "\n".join(texts(cell))
        assert "not predicted yet" in told
        assert "  decision: " not in told
        assert "An error occurred" not in told


def test_all_of_the_lesson_is_asked_once(course: Course, stored: NotebookNode) -> None:
    """In the order in which this file names it."""
    written = code(stored)
    assert re.findall(r'^predict\("([\w-]+)"\)$', written, re.MULTILINE) == list(PREDICTIONS)
    assert re.findall(r'^(?:exercise\("|%%policy )([\w-]+)', written, re.MULTILINE) == list(EXERCISES)
    questions = [question.id for question in course.questions(LESSON)]
    assert re.findall(r'^    "([\w-]+)": "",$', written, re.MULTILINE) == questions


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    """Else one could pass by pressing the same letter."""
    right = [ascii_lowercase[question.right] for question in course.questions(LESSON)]
    assert set(right) == set("abcd")
    assert {course.scenario(slug).declared for slug in PREDICTIONS} == set(Decision)


def test_a_cell_of_the_lesson_can_be_run_again(stored: NotebookNode) -> None:
    """The cell that starts the cloud makes everything in it too: run again, it finds nothing in its way."""
    (cell,) = [cell for cell in stored.cells if "local_cloud(seed=1)" in cell.source]
    made = re.findall(r"\.(create_\w+)\(", code(stored))
    assert made == re.findall(r"\.(create_\w+)\(", cell.source)


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """As the reason shows it, after a pass."""
    exercise = course.exercise(slug)
    language = "json" if isinstance(exercise, PolicyExercise) else "python"
    other = re.findall(rf"```{language}\n(.*?)```", exercise.why, re.DOTALL)[-1]
    assert isinstance(exercise, PolicyExercise | CodeExercise)
    result = course.check(slug, other)
    assert result.outcome is Outcome.PASSED, repr(result)
    assert other.strip() != exercise.solution.strip()


def test_the_messages_of_the_tasks_are_what_boto3_says(course: Course, shown: list[tuple[str, str]]) -> None:
    """The same words in the same order as those that came from the cloud; only names differ."""
    form = re.compile(
        r"An error occurred \(\w+\) when calling the \w+ operation: User: arn:aws:iam::\d{12}:user/\w+ is not "
        r"authorized to perform: (\w+:\w+) on resource: \S+ "
        r"(because no identity-based policy allows the \1 action|with an explicit deny in an identity-based policy)"
    )
    assert form.search(said(shown, "def attempt"))
    assert form.search(said(shown, 'predict("a-deny-beside-it")'))
    for slug in ("first-grant", "allowed-yet-denied"):
        (quoted,) = re.findall(r"^> (.+)$", course.exercise(slug).task, re.MULTILINE)
        assert form.fullmatch(quoted)

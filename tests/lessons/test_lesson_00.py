"""Lesson 00 does what it says: a real request is denied, what is missing is granted, and it passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iamkit import Decision
from iamkit.course import Course
from tests.lessons import reading
from tests.lessons.reading import Reading

LESSON = "00_first_contact"
PREDICTIONS = ("new-user", "who-am-i", "the-file-beside-it", "grants-herself", "a-deny-beside-it")
EXERCISES = ("first-grant", "three-denials", "allowed-yet-denied", "grant-with-boto3", "from-the-message")
CAROL = "User: arn:aws:iam::111122223333:user/carol is not authorized to perform:"

stored = reading.as_committed(LESSON)
shown = reading.as_answered(LESSON)


def messages(shown: Reading, part: str) -> str:
    """Give what a cell shows, each message in one line."""
    return shown.said(part).replace("\n    ", " ")


def test_the_first_request_is_denied_and_the_message_has_the_parts_that_are_read(
    shown: Reading, stored: Reading
) -> None:
    """The table names six parts, in their order."""
    message = messages(shown, "def attempt")
    table = next(cell.source for cell in stored.cells if cell.source.startswith("## Read it once"))
    parts = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(parts) == 6
    place = 0
    for part in parts:
        for piece in filter(None, part.split("…")):
            place = message.index(piece.strip(), place)
    assert message.startswith(f"An error occurred (AccessDenied) when calling the GetObject operation: {CAROL}")


def test_what_the_cloud_says_is_missing_is_what_the_lesson_grants(shown: Reading) -> None:
    """And then the file can be read, which is the point of it all."""
    missing = reading.text_of(next(cell for cell in shown.cells if cell.source == "show(cloud.why())"))
    assert (
        '{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/2026/january.csv"}' in missing
    )
    granted = shown.said("statement = {")
    assert granted.startswith("month,sold\njanuary,42\n")
    assert "One request, one sentence: ALLOW" in granted
    parts = [line for line in granted.splitlines() if line.startswith(("WHO", "WHAT", "WHICH", "CONDITIONS"))]
    assert [line.split()[-1] for line in parts] == ["fits"] * 4


def test_a_wrong_secret_is_another_refusal(shown: Reading) -> None:
    """Not known comes before not allowed."""
    assert "(SignatureDoesNotMatch)" in messages(shown, "stranger = ")
    assert shown.said('predict("who-am-i")').endswith("arn:aws:iam::111122223333:user/carol\n")


def test_every_service_asks_the_same_and_says_it_with_a_code_of_its_own(shown: Reading) -> None:
    """The administrator is asked as well, and what was not signed rightly came to no decision."""
    text = messages(shown, "list_tables")
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


def test_the_cloud_decides_as_every_prediction_says(shown: Reading, course: Course) -> None:
    """The prediction asks the engine, the lines below it ask the cloud with boto3."""
    ends = {Decision.IMPLICIT_DENY: "because no identity-based policy allows", Decision.EXPLICIT_DENY: "explicit deny"}
    for slug in PREDICTIONS:
        answer = course.scenario(slug).declared
        text = messages(shown, f'predict("{slug}")')
        assert f"decision:   {answer.value}" in text
        if slug != "new-user" and answer in ends:
            assert re.search(rf"^An error occurred \(.*{ends[answer]}", text, re.MULTILINE)
    assert "does not fit" in shown.said('predict("the-file-beside-it")')


def test_a_call_and_its_action_have_different_names_and_a_head_has_no_message(shown: Reading) -> None:
    text = messages(shown, "list_objects_v2")
    assert "calling the ListObjectsV2 operation" in text
    assert "perform: s3:ListBucket on" in text
    assert "calling the HeadObject operation: Forbidden\n" in text


def test_a_stored_notebook_tells_no_answer_of_a_prediction(course: Course, stored: Reading) -> None:
    """A prediction is committed before its answer is on screen."""
    reading.keeps_answers(stored, course, PREDICTIONS)
    for slug in PREDICTIONS:
        assert "An error occurred" not in stored.said(f'predict("{slug}")')


def test_all_of_the_lesson_is_asked_once(course: Course, stored: Reading) -> None:
    """In the order in which this file names it."""
    reading.asks_for_all(stored, course, LESSON, exercises=EXERCISES, predictions=PREDICTIONS)
    reading.asks_questions_in_order(stored, course, LESSON)


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    """Else one could pass by pressing the same letter."""
    assert set(reading.letters(course.questions(LESSON))) == set("abcd")
    assert {course.scenario(slug).declared for slug in PREDICTIONS} == set(Decision)


def test_a_cell_of_the_lesson_can_be_run_again(stored: Reading) -> None:
    """The cell that starts the cloud makes everything in it too: run again, it finds nothing in its way."""
    made = re.findall(r"\.(create_\w+)\(", stored.code)
    assert made == re.findall(r"\.(create_\w+)\(", stored.cell("local_cloud(seed=1)").source)


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """As the reason shows it, after a pass."""
    reading.passes_as_well(course, slug)


def test_the_messages_of_the_tasks_are_what_boto3_says(course: Course, shown: Reading) -> None:
    """The same words in the same order as those that came from the cloud; only names differ."""
    form = re.compile(
        r"An error occurred \(\w+\) when calling the \w+ operation: User: arn:aws:iam::\d{12}:user/\w+ is not "
        r"authorized to perform: (\w+:\w+) on resource: \S+ "
        r"(because no identity-based policy allows the \1 action|with an explicit deny in an identity-based policy)"
    )
    assert form.search(messages(shown, "def attempt"))
    assert form.search(messages(shown, 'predict("a-deny-beside-it")'))
    for slug in ("first-grant", "allowed-yet-denied"):
        (quoted,) = re.findall(r"^> (.+)$", course.exercise(slug).task, re.MULTILINE)
        assert form.fullmatch(quoted)


def test_with_every_starter_replaced_by_its_solution_every_check_passes(shown: reading.Reading, tmp_path: Path) -> None:
    """The progress that the notebook leaves says so."""
    reading.every_check_passes(shown, LESSON, tmp_path)

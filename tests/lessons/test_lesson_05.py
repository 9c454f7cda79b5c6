"""Lesson 05 does what it says: keys win by their place, a role is stolen through a hole, and the hole is closed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from iamkit.course import Course
from tests.lessons import reading
from tests.lessons.reading import Reading

LESSON = "05_credentials"
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

stored = reading.as_committed(LESSON)
shown = reading.as_answered(LESSON)


def test_the_key_that_signs_is_the_one_that_the_lesson_names(shown: Reading) -> None:
    """Environment, then the chosen profile, then the default one; and a profile in the code before all of them."""
    assert shown.said('quiz("three-keys-on-a-laptop"').rstrip().endswith("\nenv: user/dave")
    lines = [line.rpartition(": ")[2] for line in shown.said("no key in the environment").split("\n") if line]
    assert lines == ["user/frank", "user/erin", "user/frank"]


def test_the_figures_have_the_winners_that_the_text_names(shown: Reading) -> None:
    crowded, instance = shown.said("crowded = "), shown.said("On an instance with a role")
    assert re.findall(r"^\d+ .* (\S+) +wins$", crowded, re.MULTILINE) == ["env"]
    assert len(re.findall(r"(?:there, and not asked|wins)$", crowded, re.MULTILINE)) == 5
    assert re.findall(r"^\d+ .* (\S+) +wins$", instance, re.MULTILINE) == ["iam-role"]


def test_boto3_asks_by_version_2_and_the_hole_by_version_1(shown: Reading) -> None:
    """As the metadata service saw it."""
    ours = re.findall(r"^(PUT|GET) (\S+) (with|without) a token: (\d+)$", shown.said("On an instance"), re.MULTILINE)
    assert ours == [
        ("PUT", "/latest/api/token", "without", "200"),
        ("GET", CREDENTIALS, "with", "200"),
        ("GET", CREDENTIALS + "web", "with", "200"),
    ]
    assert re.findall(r"(GET|PUT) (\S+) +(\w.*\w)  +(.*)$", shown.said("stolen = json"), re.MULTILINE) == [
        ("GET", "…/security-credentials/", "nothing", "200, the role's name"),
        ("GET", "…/security-credentials/web", "nothing", "200, credentials"),
    ]


def test_the_thief_reads_until_the_deny_and_the_program_goes_on(shown: Reading) -> None:
    """Version 2 stops the attack, not what was stolen before."""
    text = shown.said("thief = {")
    assert text.startswith("the thief reads: carol,4200\n")
    assert re.search(r"allowed: \S+:assumed-role/web/i-[0-9a-f]+ ← ec2\.amazonaws\.com: s3:GetObject", text)
    closed = shown.said("instance.require_tokens()")
    assert closed.startswith("the attack: 401\nthe program reads: carol,4200")
    assert re.search(r"through the app +GET \S+/web +nothing +401, nothing$", closed, re.MULTILINE)
    assert re.search(r"with boto3 +GET \S+/web +a token +200, credentials$", closed, re.MULTILINE)
    after = shown.said('PolicyName="revoke"')
    assert "version 1 is off, and the thief reads: carol,4200\n" in after
    assert "(AccessDenied)" in after
    assert "with an explicit deny in an identity-based policy" in after
    assert after.endswith("and the program reads: carol,4200\n")


def test_a_token_does_not_reach_a_container_behind_a_hop(shown: Reading) -> None:
    text = shown.said('quiz("container-behind-a-hop"')
    assert "hop limit 1 gives no credentials\nPUT /latest/api/token without a token, 1 hop away: lost\n" in text
    assert re.search(r"^hop limit 2 gives iam-role: assumed-role/web/i-", text, re.MULTILINE)


def test_every_door_is_the_rung_that_the_lesson_says(shown: Reading) -> None:
    """By boto3's own words, each from a real source."""
    assert shown.said("own = f").splitlines() == [
        "container-role: assumed-role/task",
        "assume-role: assumed-role/build/dave-at-work",
        "custom-process: assumed-role/build/from-a-program",
    ]
    assert shown.said("identity_center").splitlines() == [
        "the role AWSReservedSSO_ReadReports_…",
        "sso and the session is named alice",
    ]
    assert shown.said('quiz("six-sources"').rstrip().endswith('"env"')


def test_a_key_is_changed_and_the_old_one_is_unknown(shown: Reading) -> None:
    text = shown.said("get_access_key_last_used")
    assert "with the new key: arn:aws:iam::111122223333:user/erin" in text
    assert "the old key was last used before the new one: True" in text
    assert "with the old key: InvalidClientTokenId" in text


def test_a_stored_notebook_tells_no_answer_of_a_prediction(stored: Reading) -> None:
    """A prediction is committed before its answer is on screen."""
    for slug in PREDICTIONS:
        told = stored.said(f'quiz("{slug}")')
        assert told.rstrip().endswith(f"{slug}: not answered yet; choose a letter from `a` to `d`")


def test_nothing_that_changes_from_run_to_run_is_in_the_notebook(stored: Reading) -> None:
    """No port, no time, no secret."""
    assert re.findall(r"127\.0\.0\.1|localhost|\d{4}-\d\d-\d\dT|Secret(?:AccessKey)?['\"]", stored.told) == []


def test_all_of_the_lesson_is_asked_once(course: Course, stored: Reading) -> None:
    """In the order in which this file names it."""
    reading.asks_for_all(stored, course, LESSON, exercises=EXERCISES, predictions=())
    reading.asks_questions_in_order(stored, course, LESSON)
    assert [question.id for question in course.questions(LESSON)] == [*PREDICTIONS, *RECAP]


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    """Else one could pass by pressing the same letter."""
    for asked in (PREDICTIONS, RECAP):
        assert set(reading.letters(map(course.content.question, asked))) == set("abcd")


def test_every_option_of_a_question_is_explained(course: Course) -> None:
    reading.explains_every_option(course, LESSON)


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """As the reason shows it, after a pass."""
    reading.passes_as_well(course, slug)


def test_with_every_starter_replaced_by_its_solution_every_check_passes(shown: reading.Reading, tmp_path: Path) -> None:
    """The progress that the notebook leaves says so."""
    reading.every_check_passes(shown, LESSON, tmp_path)

"""Lesson 06 shows every rule of roles with real calls, and what it says of STS is what STS answers."""

from __future__ import annotations

import re

import pytest

from iamkit.course import Course
from tests.lessons import reading
from tests.lessons.reading import Reading

LESSON = "06_roles"
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

# What the lesson stages, and where (`reading.stages`).
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

stored = reading.as_committed(LESSON)


@pytest.mark.parametrize("rule", STAGED)
def test_every_rule_is_met_by_doing(rule: str, course: Course, stored: Reading) -> None:
    """The place exists, and where it is a cell, that is what the cell shows."""
    reading.stages(STAGED[rule], stored.told, course, PREDICTIONS)


def test_each_exercise_and_prediction_is_there_once(course: Course, stored: Reading) -> None:
    reading.asks_for_all(stored, course, LESSON, exercises=EXERCISES, predictions=PREDICTIONS)


def test_a_stored_notebook_tells_no_answer_of_a_prediction(course: Course, stored: Reading) -> None:
    """A prediction is committed before its answer is on screen."""
    reading.keeps_answers(stored, course, PREDICTIONS)


def test_predictions_have_no_favorite_answer(course: Course) -> None:
    """Else one could guess without reading."""
    answers = [course.content.scenario(slug).declared for slug in PREDICTIONS]
    assert len(set(answers)) >= 2


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    right = reading.letters(course.questions(LESSON))
    assert set(right) == set("abcd")
    assert 4 <= len(right) <= 6


def test_the_answers_of_the_quiz_are_asked_for_in_order(course: Course, stored: Reading) -> None:
    reading.asks_questions_in_order(stored, course, LESSON)


def test_nothing_that_differs_from_run_to_run_is_printed(stored: Reading) -> None:
    """The port, moments and durations of this very run."""
    assert re.findall(r"127\.0\.0\.1|localhost|20\d\d-\d\d-\d\dT", stored.told) == []


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """What a learner reads after a pass is true."""
    reading.passes_as_well(course, slug)

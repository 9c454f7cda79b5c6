"""Lesson 04 shows every rule of conditions by doing, and what it says of requests is what the local cloud does."""

from __future__ import annotations

import re

import pytest

from iamkit.course import Course
from iamkit.reference.global_keys import global_key
from lessons import build
from tests.lessons import reading
from tests.lessons.reading import Reading

LESSON = "04_conditions"
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

# What the lesson stages, and where (`reading.stages`).
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

stored = reading.as_committed(LESSON)


@pytest.mark.parametrize("rule", STAGED)
def test_every_rule_is_met_by_doing(rule: str, course: Course, stored: Reading) -> None:
    """The place exists, and where it is a cell, that is what the cell shows."""
    reading.stages(STAGED[rule], stored.told, course, PREDICTIONS)


def test_each_exercise_and_prediction_is_there_once(course: Course, stored: Reading) -> None:
    reading.asks_for_all(stored, course, LESSON, exercises=EXERCISES, predictions=PREDICTIONS)


def test_exercises_rise_in_difficulty(course: Course) -> None:
    reading.rises(course, EXERCISES)


def test_a_stored_notebook_tells_no_answer_of_a_prediction(course: Course, stored: Reading) -> None:
    """A prediction is committed before its answer is on screen."""
    reading.keeps_answers(stored, course, PREDICTIONS)


def test_predictions_have_no_favorite_answer(course: Course) -> None:
    """Else one could guess without reading."""
    answers = [course.content.scenario(slug).declared for slug in PREDICTIONS]
    assert len(set(answers)) == 3
    assert max(map(answers.count, answers)) == 2


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    right = reading.letters(course.questions(LESSON))
    assert set(right) == set("abcd")
    assert 4 <= len(right) <= 6


def test_the_answers_of_the_quiz_are_asked_for_in_order(course: Course, stored: Reading) -> None:
    reading.asks_questions_in_order(stored, course, LESSON)


def test_the_quiz_asks_about_earlier_lessons_too(course: Course) -> None:
    asked = [question.text for question in course.questions(LESSON)]
    assert sum(bool(re.search(r"\(Lesson 0[0-3]\)", text)) for text in asked) == 2


def test_what_is_said_of_the_keys_is_what_the_reference_has(stored: Reading) -> None:
    """When a key is there is a fact of AWS's, and stands in one place."""
    told = dict(re.findall(r"^(aws:[\w/]+) .*in: (.+)$", stored.told, re.MULTILINE))
    assert len(told) == 11
    for name, present in told.items():
        key = global_key(name)
        assert key is not None
        assert key.present == present


def test_nothing_that_differs_from_run_to_run_is_printed(stored: Reading) -> None:
    """The port, moments and codes of this very run; 127.0.0.1 without a port is the lesson's own example."""
    assert re.findall(r"127\.0\.0\.1:|localhost|20\d\d-\d\d-\d\dT", stored.told) == []


def test_the_neighbors_are_named(stored: Reading) -> None:
    """The lessons before and after, by the title that they have."""
    for name in ("03_policies", "05_credentials"):
        title = (
            (build.LESSONS / "src" / f"{name}.md").read_text(encoding="utf-8").partition("\n# ")[2].partition("\n")[0]
        )
        assert f"lesson {name[:2]}, {title}".lower() in stored.cells[-1].source.lower()


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """What a learner reads after a pass is true."""
    reading.passes_as_well(course, slug)

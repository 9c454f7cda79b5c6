"""Lesson 02 stages every mistake that people make with signatures, and what it says of servers is what they say."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamkit.course import Course
from iamkit.sigv4 import AccessKey, AuthenticationFailure, Credentials, HttpRequest, verify
from lessons import build
from tests.lessons import reading
from tests.lessons.reading import Reading

LESSON = "02_sigv4"
PREDICTIONS = (
    "local-time",
    "token-left-behind",
    "change-on-the-way",
    "space-in-a-path",
    "listener-replays",
    "url-another-method",
)
RECAP = ("who-or-no", "leaked-signing-key", "fails-with-a-space", "url-outlives", "paid-twice")
EXERCISES = (
    "signing-key",
    "read-the-answer",
    "users-only",
    "canonical-request",
    "written-for-s3",
    "one-object-one-minute",
    "your-own-api",
)

# What confuses people most (A17), and where the lesson lets it break (`reading.stages`).
STAGED = {
    "the path is encoded once or twice": [
        "prediction space-in-a-path",
        "wrong canonical-request/path-encoded-once",
        "wrong written-for-s3/only-the-query",
        "example path-encoded-once",
    ],
    "a missing session token looks like a wrong key": [
        "prediction token-left-behind",
        "words 403 InvalidClientTokenId: The security token included in the request is invalid",
        "wrong users-only/added-after-signing",
        "example token-lost",
    ],
    "Host has a port": ["words {'Host': 'iam.amazonaws.com:443'}  403", "wrong read-the-answer/port-signed"],
    "a proxy changes a header": ["prediction change-on-the-way", "example proxy-adds-port"],
    "the HTTP client writes a Content-Type": [
        "words content-type:application/json",
        "words {'Content-Type': 'text/plain'}  403",
        "wrong your-own-api/content-type-afterwards",
    ],
    "the hash of another payload": [
        "words a space as the body  403",
        "wrong read-the-answer/body-unsigned",
        "wrong canonical-request/hash-of-nothing",
        "example body-changed",
    ],
    "a clock is wrong": ["words Signature expired: 20150830T122000Z", "example clock-behind"],
    "local time is sent as UTC": ["prediction local-time", "words Signature not yet current: 20150830T143600Z"],
    "the scope has another date": ["wrong signing-key/date-of-the-example"],
    "the scope has another region": [
        "words Credential should be scoped to a valid region, not 'eu-central-1'.",
        "example other-region",
    ],
    "the scope has another signing name": ["words Credential should be scoped to correct service: 'iam'."],
    "a presigned URL is used with another method": [
        "prediction url-another-method",
        "wrong one-object-one-minute/for-putting",
        "example url-with-other-method",
    ],
    "the key chain has hex instead of bytes": ["wrong signing-key/hex-between-steps"],
    "a line break is missing or another one": [
        "wrong canonical-request/no-blank-line",
        "wrong canonical-request/carriage-returns",
    ],
    "sorted before encoding": ["wrong canonical-request/sorted-before-encoding", "wrong written-for-s3/only-the-path"],
    "header values are not trimmed": ["wrong canonical-request/not-trimmed", "wrong read-the-answer/spaces-kept"],
    "aws-chunked without its framing": ["words 400 IncompleteBody: The request body terminated unexpectedly"],
    "SignatureDoesNotMatch is not AccessDenied": [
        "words 403 AccessDenied: User: arn:aws:sts::111122223333:assumed-role/app/build-7 is not authorized",
        "prediction token-left-behind",
    ],
}

stored = reading.as_committed(LESSON)
shown = reading.as_answered(LESSON)


@pytest.mark.parametrize("confusion", STAGED)
def test_every_confusion_breaks_somewhere_and_is_found(confusion: str, course: Course, shown: Reading) -> None:
    """A17, item by item: the place exists, and where it is in a cell, that is what the cell shows."""
    reading.stages(STAGED[confusion], shown.told, course, PREDICTIONS)


def test_the_steps_by_hand_agree_with_the_engine_with_aws_and_with_botocore(shown: Reading) -> None:
    """A step that differs would print False."""
    told = shown.told
    assert re.findall(r"^as the engine: *(\w+)", told, re.MULTILINE) == ["True"] * 4
    assert re.findall(r"^(?:as AWS prints|canonical request|signature): *(\w+)$", told, re.MULTILINE) == ["True"] * 3


def test_only_what_arrives_as_it_was_signed_is_accepted(shown: Reading) -> None:
    """Each answer stands behind what was sent, in the order of the lesson."""
    expected = [
        ("{'Host': 'iam.amazonaws.com:443'}", "403"),
        ("{'Content-Type': 'text/plain'}", "403"),
        ("{'X-Forwarded-For': '203.0.113.7'}", "200"),
        ("a space as the body", "403"),
        ("s3 /my%20file.txt", "200"),
        ("s3 /my%2520file.txt", "403"),
        ("lambda /my%20file.txt", "403"),
        ("lambda /my%2520file.txt", "200"),
        ("0 minutes later", "200"),
        ("14 minutes later", "200"),
        ("16 minutes later", "403"),
        ("another action", "403"),
        ("GET after 60 s", "200"),
        ("GET after 61 s", "403"),
        ("PUT after 0 s", "403"),
        ("HEAD after 0 s", "403"),
    ]
    sent = r"\{'.*'\}|a space as the body|(?:s3|lambda) /\S+|\d+ minutes later|another action|[A-Z]+ after \d+ s"
    got = re.findall(rf"^({sent})  (\d+)", shown.told, re.MULTILINE)
    assert got == expected


def test_a_stored_notebook_tells_no_answer_of_a_prediction(stored: Reading) -> None:
    """A prediction is committed before its answer is on screen: what asks the server waits for a letter."""
    for question in PREDICTIONS:
        told = stored.said(f'quiz("{question}", letter)')
        assert "not answered" in told
        assert not re.search(r"\b(?:200 OK|403|400)\b", told)


def test_every_question_is_asked_once(course: Course, stored: Reading) -> None:
    """Predictions in cells of their own, the others in the recap."""
    reading.asks_for_all(stored, course, LESSON, exercises=EXERCISES, predictions=())
    reading.asks_questions_in_order(stored, course, LESSON)
    assert [question.id for question in course.questions(LESSON)] == [*PREDICTIONS, *RECAP]
    assert re.findall(r'^quiz\("([\w-]+)", letter\)$', stored.code, re.MULTILINE) == list(PREDICTIONS)


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    """Else one could pass by pressing the same letter."""
    right = reading.letters(course.questions(LESSON))
    assert set(right) == set("abcd")
    assert max(map(right.count, right)) <= len(right) // 2


def load(path: Path) -> dict[str, Any]:
    """Run a program of the course and return what it defines."""
    defined: dict[str, Any] = {}
    exec(path.read_text(encoding="utf-8"), defined)
    return defined


def test_the_answer_in_read_the_answer_is_the_real_one() -> None:
    """The task quotes a server and the signer's log: both come from the starter as it is."""
    folder = build.EXERCISES / LESSON / "read-the-answer"
    task = (folder / "task.md").read_text(encoding="utf-8")
    starter = load(folder / "starter.py")
    alice = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    request = {
        "method": "POST",
        "target": "/",
        "headers": [
            ("Host", "iam.amazonaws.com"),
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("X-Job", "nightly   users"),
        ],
        "body": b"Action=ListUsers&Version=2010-05-08",
    }
    headers = starter["sign"](request, alice, "us-east-1", "iam", "20150830T123600Z")
    sent = HttpRequest("POST", "/", headers, b"Action=ListUsers&Version=2010-05-08")
    with pytest.raises(AuthenticationFailure) as refused:
        verify(sent, {"AKIDEXAMPLE": AccessKey(alice)}.get, region="us-east-1", service="iam", now=NOW)
    assert refused.value.message.strip() in task
    assert starter["canonical_request"](request, headers[:-1])[0] in task


NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
PARTS = ("users-only", "written-for-s3", "read-the-answer")


@pytest.mark.parametrize("slug", EXERCISES)
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """A part of a program replaces what the solution defines under the same names."""
    program = reading.blocks(course, slug)[-1]
    if slug in PARTS:
        program = f"{course.exercise(slug).solution}\n\n{program}"
    reading.passes_as_well(course, slug, program)


def test_with_every_starter_replaced_by_its_solution_every_check_passes(shown: reading.Reading, tmp_path: Path) -> None:
    """The progress that the notebook leaves says so."""
    reading.every_check_passes(shown, LESSON, tmp_path)

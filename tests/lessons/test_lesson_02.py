"""Lesson 02 stages every mistake that people make with signatures, and what it says of servers is what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from iamkit.course import Course, Outcome, Progress
from iamkit.notebook.signing.presets import PRESETS
from iamkit.sigv4 import AccessKey, AuthenticationFailure, Credentials, HttpRequest, verify
from lessons import build

LESSON = "02_sigv4"
SOURCE = build.LESSONS / "src" / f"{LESSON}.md"
EXERCISES = build.EXERCISES / LESSON
PREDICTIONS = (
    "local-time",
    "token-left-behind",
    "change-on-the-way",
    "space-in-a-path",
    "listener-replays",
    "url-another-method",
)
RECAP = ("who-or-no", "leaked-signing-key", "fails-with-a-space", "url-outlives", "paid-twice")

# What confuses people most (A17), and where the lesson lets it break: in a cell (a text of what it then shows), in a
# wrong program that `iamkit check` refutes, in a prediction, or in an example of the signature lab.
STAGED = {
    "the path is encoded once or twice": [
        "prediction space-in-a-path",
        "wrong canonical-request/path-encoded-once",
        "wrong written-for-s3/only-the-query",
        "example path-encoded-once",
    ],
    "a missing session token looks like a wrong key": [
        "prediction token-left-behind",
        "cell 403 InvalidClientTokenId: The security token included in the request is invalid",
        "wrong users-only/added-after-signing",
        "example token-lost",
    ],
    "Host has a port": ["cell {'Host': 'iam.amazonaws.com:443'}  403", "wrong read-the-answer/port-signed"],
    "a proxy changes a header": ["prediction change-on-the-way", "example proxy-adds-port"],
    "the HTTP client writes a Content-Type": [
        "cell content-type:application/json",
        "cell {'Content-Type': 'text/plain'}  403",
        "wrong your-own-api/content-type-afterwards",
    ],
    "the hash of another payload": [
        "cell a space as the body  403",
        "wrong read-the-answer/body-unsigned",
        "wrong canonical-request/hash-of-nothing",
        "example body-changed",
    ],
    "a clock is wrong": ["cell Signature expired: 20150830T122000Z", "example clock-behind"],
    "local time is sent as UTC": ["prediction local-time", "cell Signature not yet current: 20150830T143600Z"],
    "the scope has another date": ["wrong signing-key/date-of-the-example"],
    "the scope has another region": [
        "cell Credential should be scoped to a valid region, not 'eu-central-1'.",
        "example other-region",
    ],
    "the scope has another signing name": ["cell Credential should be scoped to correct service: 'iam'."],
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
    "aws-chunked without its framing": ["cell 400 IncompleteBody: The request body terminated unexpectedly"],
    "SignatureDoesNotMatch is not AccessDenied": [
        "cell 403 AccessDenied: User: arn:aws:sts::111122223333:assumed-role/app/build-7 is not authorized",
        "prediction token-left-behind",
    ],
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(progress=Progress(tmp_path_factory.mktemp("progress")))


@pytest.fixture(scope="module")
def source() -> NotebookNode:
    """The lesson as its author wrote it."""
    return build.read(SOURCE)


@pytest.fixture(scope="module")
def shown(course: Course) -> str:
    """All that the lesson shows to one who has made every prediction, and made it well."""
    notebook = build.read(SOURCE)
    notebook.cells = [cell for cell in notebook.cells if not cell.source.startswith("exercise(")]
    for cell in notebook.cells:
        if asked := re.search(r'^quiz\("([\w-]+)", letter\)', cell.source, re.MULTILINE):
            cell.source = re.sub(r'(letter(?:, \w+)? = )""', rf'\1"{letter(course, asked[1])}"', cell.source)
    build.execute(notebook)
    return "\n".join(text for cell in notebook.cells for text in texts(cell))


def texts(cell: NotebookNode) -> Iterator[str]:
    """Yield what a code cell shows, as plain text."""
    for output in cell.get("outputs", ()):
        yield output.text if output.output_type == "stream" else output.data.get("text/plain", "")


def letter(course: Course, question: str) -> str:
    return ascii_lowercase[course.content.question(question).right]


def code(notebook: NotebookNode) -> str:
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.mark.parametrize("confusion", STAGED)
def test_every_confusion_breaks_somewhere_and_is_found(confusion: str, course: Course, shown: str) -> None:
    """A17, item by item: the place exists, and where it is a cell, that is what the cell shows."""
    assert STAGED[confusion]
    for place in STAGED[confusion]:
        kind, _, name = place.partition(" ")
        if kind == "cell":
            assert name in shown
        elif kind == "wrong":
            slug, _, wrong = name.partition("/")
            assert wrong in [each.name for each in course.exercise(slug).wrong]
        elif kind == "prediction":
            assert name in PREDICTIONS
        else:
            assert (kind, name in PRESETS) == ("example", True)


def test_the_steps_by_hand_agree_with_the_engine_with_aws_and_with_botocore(shown: str) -> None:
    """A step that differs would print False."""
    assert re.findall(r"^as the engine: *(\w+)", shown, re.MULTILINE) == ["True"] * 4
    assert re.findall(r"^(?:as AWS prints|canonical request|signature): *(\w+)$", shown, re.MULTILINE) == ["True"] * 3


def test_only_what_arrives_as_it_was_signed_is_accepted(shown: str) -> None:
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
    got = re.findall(rf"^({sent})  (\d+)", shown, re.MULTILINE)
    assert got == expected


def test_a_stored_notebook_tells_no_answer_of_a_prediction(source: NotebookNode) -> None:
    """A prediction is committed before its answer is on screen: what asks the server waits for a letter."""
    stored = nbformat.read(build.LESSONS / f"{LESSON}.ipynb", as_version=4)
    for question in PREDICTIONS:
        (cell,) = [cell for cell in stored.cells if f'quiz("{question}", letter)' in cell.source]
        told = "\n".join(texts(cell))
        assert "not answered" in told
        assert not re.search(r"\b(?:200 OK|403|400)\b", told)


def test_every_question_is_asked_once(course: Course, source: NotebookNode) -> None:
    """Predictions in cells of their own, the others in the recap."""
    assert [question.id for question in course.questions(LESSON)] == [*PREDICTIONS, *RECAP]
    assert re.findall(r'^quiz\("([\w-]+)"\)$', code(source), re.MULTILINE) == [*PREDICTIONS, *RECAP]
    assert re.findall(r'^quiz\("([\w-]+)", letter\)$', code(source), re.MULTILINE) == list(PREDICTIONS)


def test_right_options_are_spread_over_the_letters(course: Course) -> None:
    """Else one could pass by pressing the same letter."""
    right = [letter(course, question) for question in (*PREDICTIONS, *RECAP)]
    assert set(right) == set("abcd")
    assert max(map(right.count, right)) <= len(right) // 2


def load(path: Path) -> dict[str, Any]:
    """Run a program of the course and return what it defines."""
    defined: dict[str, Any] = {}
    exec(path.read_text(encoding="utf-8"), defined)
    return defined


def test_the_answer_in_read_the_answer_is_the_real_one() -> None:
    """The task quotes a server and the signer's log: both come from the starter as it is."""
    folder = EXERCISES / "read-the-answer"
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
WHOLE = ("signing-key", "canonical-request", "one-object-one-minute", "your-own-api")
PARTS = ("users-only", "written-for-s3", "read-the-answer")


@pytest.mark.parametrize("slug", [*WHOLE, *PARTS])
def test_the_other_good_solution_passes_as_well(slug: str, course: Course) -> None:
    """A part of a program replaces what the solution defines under the same names."""
    exercise = course.exercise(slug)
    shown = re.findall(r"```python\n(.*?)```", exercise.why, re.DOTALL)
    program = shown[-1] if slug in WHOLE else f"{exercise.solution}\n\n{shown[-1]}"
    result = course.check(slug, program)
    assert result.outcome is Outcome.PASSED, repr(result)
    assert program.strip() != exercise.solution.strip()

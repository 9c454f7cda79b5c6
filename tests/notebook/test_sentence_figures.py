"""The sentence compares a request with the statement it meets, as the engine does."""

from __future__ import annotations

import re

import pytest

from iamkit import Decision, Evaluation, Policies, Request, evaluate
from iamkit.notebook.sentence_figures import Part, parts_of, sentence, statement_of

CAROL = "arn:aws:iam::111122223333:user/carol"
JANUARY = "arn:aws:s3:::reports/2026/january.csv"
CONTEXT = {"aws:SourceIp": "203.0.113.7", "aws:CurrentTime": "2026-11-29T22:24:08Z"}


def statement(effect: str = "Allow", action: str = "s3:GetObject", resource: str = JANUARY, **more: object) -> object:
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def decided(*statements: object, action: str = "s3:GetObject", resource: str = JANUARY) -> Evaluation:
    policies = Policies({"Version": "2012-10-17", "Statement": list(statements)}) if statements else Policies()
    return evaluate(Request(CAROL, action, resource, CONTEXT), policies)


def fits(evaluation: Evaluation) -> list[bool | None]:
    return [part.fits for part in parts_of(evaluation)]


def test_an_allowed_request_fits_in_all_four_parts() -> None:
    assert parts_of(decided(statement())) == (
        Part("WHO", "principal", CAROL, "attached to user/carol", True),
        Part("WHAT", "action", "s3:GetObject", "s3:GetObject", True),
        Part("WHICH", "resource", JANUARY, JANUARY, True),
        Part("CONDITIONS", "context", "aws:SourceIp = 203.0.113.7, aws:CurrentTime = now", "none: always", True),
    )


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"action": "s3:PutObject"}, [True, False, True, True]),
        ({"resource": JANUARY + "x"}, [True, True, False, True]),
        ({"action": "s3:PutObject", "resource": JANUARY + "x"}, [True, False, False, True]),
    ],
)
def test_the_part_that_does_not_fit_is_the_one_that_differs(changed: dict[str, str], expected: list[bool]) -> None:
    evaluation = decided(statement(), **changed)
    assert evaluation.decision is Decision.IMPLICIT_DENY
    assert fits(evaluation) == expected


def test_a_condition_that_does_not_hold_is_named_by_its_key() -> None:
    condition = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
    evaluation = decided(statement(Condition=condition))
    assert fits(evaluation) == [True, True, True, False]
    assert parts_of(evaluation)[3].said == "aws:SourceIp"


def test_without_a_statement_there_is_nothing_to_compare() -> None:
    evaluation = decided()
    assert statement_of(evaluation) is None
    assert fits(evaluation) == [None] * 4
    assert {part.said for part in parts_of(evaluation)} == {"no statement"}


def test_the_deciding_statement_is_shown_or_else_the_nearest() -> None:
    """A Deny decides beside an Allow; of two that do not match, the one that misses less."""
    deny = decided(statement(), statement("Deny", "s3:*"))
    assert [part.said for part in parts_of(deny)][1] == "s3:*"
    far = statement(action="sqs:SendMessage", resource="arn:aws:sqs:us-east-1:111122223333:orders")
    near = decided(far, statement(), resource=JANUARY + "x")
    assert [part.said for part in parts_of(near)][1] == "s3:GetObject"


def test_what_is_left_out_of_a_list_is_said_so() -> None:
    negated = {"Effect": "Allow", "NotAction": "iam:*", "NotResource": ["arn:aws:s3:::pay/*", "arn:aws:s3:::hr/*"]}
    said = [part.said for part in parts_of(decided(negated))]
    assert said[1:3] == ["all but iam:*", "all but arn:aws:s3:::pay/* or arn:aws:s3:::hr/*"]


def test_the_figure_has_its_words_as_text_and_the_same_bytes_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Alternative text, a table, and the decision with gate and statement; no time that differs from run to run."""
    evaluation = decided(statement(), resource=JANUARY + "<b>")
    first, second = sentence(evaluation), sentence(evaluation)
    assert first is not None
    assert second is not None
    assert first.html == second.html
    assert re.search(r'<img alt="One request, one sentence: IMPLICIT_DENY\. [^"]+" ', first.html)
    assert "<b>" not in first.html
    assert "2026-11-29" not in first.text
    assert "WHICH (resource)" in first.text
    assert "does not fit" in first.text
    assert first.text.endswith("IMPLICIT_DENY: the gate `identity-based policies`: no statement allows it")
    assert capsys.readouterr().out.count(first.text) == 2


def test_a_mistaken_call_says_so_and_does_not_raise(capsys: pytest.CaptureFixture[str]) -> None:
    assert sentence("no evaluation") is None  # type: ignore[arg-type]
    assert "sentence" in capsys.readouterr().out

"""Every view: HTML that JupyterLab keeps, nothing of a learner's that is taken for HTML, the same words everywhere."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from iamkit import InvalidPolicy, Policy, PolicyType, Request, Resource, evaluate
from iamkit.course import Counterexample, Course, Outcome, PolicyExercise, Progress
from iamkit.notebook import html, listing, words
from iamkit.notebook.display import View
from iamkit.notebook.views.evaluations import evaluation_view
from iamkit.notebook.views.policies import invalid_view, policy_view, request_view
from iamkit.notebook.views.predictions import prediction_view, scenario_view
from iamkit.notebook.views.quizzes import Answers, Quiz, answers_view, quiz_view
from iamkit.notebook.views.registry import VIEWS, view_of
from iamkit.notebook.views.reports import report_view
from iamkit.notebook.views.results import announcement, result_view
from iamkit.notebook.views.texts import Starter, hint_view, message_view, solution_view, starter_view

SLUG = "read-one-prefix"
ALICE = "arn:aws:iam::111122223333:user/alice"
EVIL = '<script>alert("x")</script><b>&'
# What JupyterLab 4 keeps of a notebook that it does not trust.
KEPT = frozenset(
    {"a", "b", "blockquote", "br", "caption", "code", "dd", "details", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4"}
    | {"hr", "i", "img", "label", "li", "ol", "p", "pre", "progress", "q", "span", "strong", "summary", "table"}
    | {"tbody", "td", "th", "thead", "tr", "ul"}
)
VOID = {"br", "hr", "img"}


class Reader(HTMLParser):
    """Checks that tags are known, closed in order, and carry nothing that is stripped or runs."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in KEPT, tag
        for name, value in attrs:
            assert name != "role"
            assert not name.startswith(("aria-", "on"))
            assert "var(" not in (value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(view: View) -> str:
    """Check the HTML of a view and return its text; the plain text is checked for addresses."""
    reader = Reader()
    reader.feed(view.html)
    reader.close()
    assert reader.open == []
    assert " at 0x" not in view.text
    assert view.text.strip()
    return reader.text


def policy(*statements: dict[str, Any], **how: Any) -> Policy:
    filled = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement} for statement in statements]
    return Policy.parse({"Version": "2012-10-17", "Statement": filled}, **how)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(progress=Progress(tmp_path))


def test_every_view_is_html_that_survives(course: Course) -> None:
    """All kinds of results, from the course itself."""
    exercise, scenario = course.exercise(SLUG), course.scenario("deny-elsewhere")
    questions = course.questions("03_policies")
    results = [course.check(SLUG, text) for text in (None, "{", exercise.wrong[0].text, exercise.solution)]
    views = [result_view(result, exercise) for result in results]
    views += [hint_view(course.hint(SLUG)), solution_view(course.solution(SLUG))]
    views += [starter_view(Starter(exercise.starter)), scenario_view(scenario), message_view("a `b`\nhelp: c")]
    views += [prediction_view(course.predict(scenario.slug, guess)) for guess in ("", "ALLOW", "EXPLICIT_DENY")]
    views += [quiz_view(Quiz(questions, "…")), report_view(course.report())]
    views += [answers_view(Answers(tuple(course.answer(each.id, 0) for each in questions), questions))]
    views += [evaluation_view(scenario.evaluate()), request_view(scenario.request)]
    for view in views:
        read(view)
    assert {result.outcome for result in results} == set(Outcome) - {Outcome.INVALID_PROGRAM}


def test_what_a_learner_wrote_is_never_html() -> None:
    """In policies, requests, problems and messages."""
    broken = {"Version": EVIL, "Statement": {"Effect": EVIL}}
    with pytest.raises(InvalidPolicy) as error:
        Policy.parse(broken)
    shown = policy({"Action": "s3:Get*", "Resource": f"arn:aws:s3:::{EVIL}"}, name=EVIL)
    request = Request(ALICE, "s3:GetObject", f"arn:aws:s3:::{EVIL}", {EVIL: [EVIL, EVIL]})
    text = json.dumps(shown.to_dict(), indent=2)
    views = [policy_view(shown), policy_view(shown, text), request_view(request), message_view(EVIL)]
    views += [invalid_view(broken, error.value.problems), evaluation_view(evaluate(request, shown))]
    for view in views:
        assert EVIL in read(view).replace('\\"', '"')
        assert "<script" not in view.html


def test_html_in_markdown_is_shown_as_text() -> None:
    assert "<b>" not in html.markdown("a <b>bold</b> word")
    assert "<table" in html.markdown("| a | b |\n| --- | --- |\n| 1 | 2 |")
    assert "javascript:" not in html.markdown("[x](javascript:alert(1))").replace("[x](javascript:alert(1))", "")


def test_badges_bring_their_own_background() -> None:
    for color in (html.GREEN, html.RED, html.BROWN):
        assert f"color:#fff;background:{color}" in html.badge("x", color)


def test_every_line_of_a_policy_is_there_once_and_numbered(course: Course) -> None:
    text = course.exercise(SLUG).solution
    shown = read(policy_view(Policy.parse(text), text))
    for number, line in enumerate(text.strip().splitlines(), 1):
        assert f"{number} {line}" in shown
    caption = "Statement 0, ReadReports: allows s3:GetObject on arn:aws:s3:::reports/2026/*"
    assert caption in shown
    assert shown.index(caption) < shown.index('"Sid"')


def test_a_document_that_was_no_text_is_laid_out_as_a_person_would() -> None:
    """Short lists stay on their line, long ones do not."""
    short = {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": {}}
    assert listing.pretty(short) == '{\n  "Action": ["s3:GetObject", "s3:ListBucket"],\n  "Resource": {}\n}'
    long = [f"s3:Action{number:02}" for number in range(9)]
    assert listing.pretty(long).count("\n") == 10
    assert json.loads(listing.pretty({"a": [long, short, None, True]})) == {"a": [long, short, None, True]}


def test_the_place_of_a_problem_is_marked() -> None:
    """By line and column, or by JSON Pointer where the document came as a dict."""
    text = '{\n  "Version": "2012-10-17",\n  "Statement": [}\n}'
    with pytest.raises(InvalidPolicy) as error:
        Policy.parse(text)
    lines = invalid_view(text, error.value.problems).text.splitlines()
    line = lines.index('> 3   "Statement": [}')
    assert lines[line + 1].index("^") == lines[line].index("}")
    document = {"Statement": {"Effect": "allow", "Action": "s3:*", "Resource": "*"}}
    with pytest.raises(InvalidPolicy) as error:
        Policy.parse(document)
    assert '> 3     "Effect": "allow",' in invalid_view(document, error.value.problems).text


@pytest.mark.parametrize(
    ("statement", "caption"),
    [
        ({}, "allows `s3:GetObject` on every resource"),
        ({"Effect": "Deny", "Action": "*"}, "denies every action on every resource"),
        ({"Sid": "Read", "Action": ["a:B", "c:D", "e:F"]}, "allows `a:B`, `c:D` and `e:F` on every resource"),
        ({"Action": None, "NotAction": "iam:*"}, "allows every action except `iam:*` on every resource"),
        (
            {"Resource": None, "NotResource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]},
            "allows `s3:GetObject` on every resource except `arn:aws:s3:::a` or `arn:aws:s3:::b`",
        ),
        (
            {"Action": [f"s3:A{number}" for number in range(8)]},
            "allows `s3:A0`, `s3:A1`, `s3:A2`, `s3:A3`, `s3:A4`, `s3:A5` and 2 more on every resource",
        ),
        ({"Principal": "*"}, "allows `s3:GetObject` on every resource to everyone"),
        (
            {"Principal": {"AWS": ["111122223333", ALICE], "Service": "ec2.amazonaws.com"}},
            f"allows `s3:GetObject` on every resource to the account `111122223333`, `{ALICE}` "
            "and the service `ec2.amazonaws.com`",
        ),
        (
            {"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}},
            "denies `s3:GetObject` on every resource to everyone except the account `111122223333`",
        ),
    ],
)
def test_a_statement_as_a_sentence(statement: dict[str, Any], caption: str) -> None:
    filled = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **statement}
    filled = {key: value for key, value in filled.items() if value is not None}
    parsed = Policy.parse({"Version": "2012-10-17", "Statement": filled})
    assert words.caption(parsed.statements[0]).partition(": ")[2] == caption


@pytest.mark.parametrize(
    ("operator", "value", "sentence"),
    [
        ("Bool", "true", "`aws:x` is `true`"),
        ("StringEquals", ["a", "b"], "`aws:x` is `a` or `b`"),
        ("StringNotEquals", "a", "`aws:x` is not `a`"),
        ("StringNotLike", ["a*", "b*"], "`aws:x` does not match any of `a*` or `b*`"),
        ("StringLikeIfExists", "a*", "`aws:x`, where it is there, matches `a*`"),
        ("ForAllValues:StringEquals", "a", "every value of `aws:x` is `a`"),
        ("ForAnyValue:StringLike", "a*", "some value of `aws:x` matches `a*`"),
        ("IpAddress", "203.0.113.0/24", "`aws:x` is in `203.0.113.0/24`"),
        ("NotIpAddress", "203.0.113.0/24", "`aws:x` is not in `203.0.113.0/24`"),
        ("NumericLessThanEquals", "3", "`aws:x` is at most `3`"),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", "`aws:x` is after `2026-01-01T00:00:00Z`"),
        ("ArnNotLike", "arn:aws:s3:::a", "`aws:x` does not match `arn:aws:s3:::a`"),
        ("Null", "true", "`aws:x` is absent"),
        ("Null", "false", "`aws:x` is there"),
    ],
)
def test_a_condition_as_words(operator: str, value: object, sentence: str) -> None:
    statement = policy({"Condition": {operator: {"aws:x": value}}}).statements[0]
    assert words.caption(statement).endswith(f", if {sentence}")


def test_every_operator_has_words() -> None:
    """A row added to the engine's table is not forgotten here."""
    from iamkit.policy.operators import OPERATORS

    for name in OPERATORS:
        statement = policy({"Condition": {name: {"aws:x": "1"}}}).statements[0]
        assert "`aws:x` " in words.caption(statement)


def test_a_decision_says_who_what_which_and_by_what() -> None:
    """Gate and deciding statement, in the same words as everywhere."""
    evaluation = evaluate(Request(ALICE, "s3:PutObject", "arn:aws:s3:::a/b"), policy({"Sid": "Read"}, name="app"))
    shown = read(evaluation_view(evaluation))
    assert f"{ALICE} asks for s3:PutObject on arn:aws:s3:::a/b. Decided by the gate identity-based policies" in shown
    assert "no statement allows it" in shown
    assert evaluation.message in shown
    assert "statement 0 (Read) of policy app" in shown  # nearly matched
    for step in evaluation.steps:
        assert f"{step.gate.value}{step.outcome.value}" in shown
    denied = evaluate(Request(ALICE, "s3:GetObject"), policy({"Effect": "Deny", "Sid": "No"}, name="guard"))
    assert "Decided by statement 0 (No) of policy guard, at the gate explicit deny." in read(evaluation_view(denied))


def test_missing_keys_and_what_could_not_be_read_are_shown() -> None:
    conditions = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
    shown = policy({"Condition": conditions}, name="app")
    assert "Missing context keys: aws:SourceIp" in read(
        evaluation_view(evaluate(Request(ALICE, "s3:GetObject"), shown))
    )
    odd = Request(ALICE, "s3:GetObject", context={"aws:SourceIp": "here"})
    assert "Not evaluated:" in read(evaluation_view(evaluate(odd, shown)))


def test_a_failed_check_shows_one_request(course: Course) -> None:
    """Principal, action, resource, expected, got, the deciding statement and the feedback."""
    exercise = course.exercise(SLUG)
    wide = next(wrong for wrong in exercise.wrong if wrong.name == "whole-bucket")
    result = course.check(SLUG, wide.text)
    found = result.counterexample
    assert isinstance(found, Counterexample)
    shown = read(result_view(result, exercise))
    for part in (found.principal, found.action, found.resource, found.expected, found.got.value, "Decided by"):
        assert part in shown
    assert re.sub("`", "", found.feedback).strip() in shown
    assert shown.count("Principal") == 1
    assert "`" not in announcement(result)


def test_a_passed_check_names_its_cases_in_both_forms(course: Course) -> None:
    exercise = course.exercise(SLUG)
    assert isinstance(exercise, PolicyExercise)
    view = result_view(course.check(SLUG, exercise.solution), exercise)
    shown = read(view)
    for case in exercise.cases:
        assert case.name in shown
        assert case.name in view.text


def test_an_owner_that_the_arn_does_not_tell_is_shown() -> None:
    request = Request(ALICE, "s3:GetObject", Resource("arn:aws:s3:::a/b", "444455556666"))
    assert "of account 444455556666" in read(request_view(request))


def test_the_type_of_a_policy_is_part_of_its_heading() -> None:
    boundary = policy({}, {}, name="limit", type=PolicyType.PERMISSIONS_BOUNDARY)
    assert words.policy_heading(boundary) == "Policy `limit`, a permissions boundary: 2 statements"
    assert words.policy_heading(policy({})) == "Policy: 1 statement"


def test_views_are_the_same_every_time(course: Course) -> None:
    scenario = course.scenario("deny-elsewhere")
    again = Course(progress=course.progress).scenario("deny-elsewhere")
    assert scenario_view(scenario).html == scenario_view(again).html
    assert view_of(scenario) is not None
    assert view_of(object()) is None
    assert Policy in VIEWS

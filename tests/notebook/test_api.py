"""What a learner calls: shown once, complete in plain text, and never an exception."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from iamkit import Decision, Policies, Policy, Request, evaluate
from iamkit.course import Course, Outcome, Progress, course_root
from iamkit.notebook import check, exercise, hint, predict, progress, quiz, reset, session, show, solution
from iamkit.notebook.views.quizzes import Answers

SLUG = "read-one-prefix"
ALICE = "arn:aws:iam::111122223333:user/alice"
REPORT = "arn:aws:s3:::reports/2026/january.csv"
BROAD = {"Version": "2012-10-17", "Statement": {"Sid": "All", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}}


@pytest.fixture(autouse=True)
def course(tmp_path: Path) -> Iterator[Course]:
    """Every test begins the course."""
    course = Course(progress=Progress(tmp_path))
    session.use(session.Session(course))
    yield course
    session.use(None)


def run(*cells: str) -> list[list[Any]]:
    """Run cells in a kernel; return the outputs of each."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    # Else every kernel warns that others on this machine could read along.
    config = Config({"KernelManager": {"transport_encryption": "auto"}})
    NotebookClient(notebook, kernel_name="python3", timeout=120, config=config).execute()
    return [list(cell.outputs) for cell in notebook.cells]


def plain(outputs: list[Any]) -> list[str]:
    return [output.data["text/plain"] for output in outputs]


def test_each_call_displays_exactly_once_wherever_it_stands() -> None:
    """Last line or not, named or not, in a loop or not; in a later cell it shows again."""
    first, second, third, fourth, fifth = run(
        "from iamkit import Request, evaluate\nfrom iamkit.notebook import *",
        f"result = check({SLUG!r}, {BROAD!r})\nresult",
        "result",
        f"for each in range(2):\n    hint({SLUG!r})\nexercise({SLUG!r})",
        f"show({BROAD!r})\nprogress()\nevaluate(Request({ALICE!r}, 's3:GetObject'), {BROAD!r})",
    )
    assert first == []
    assert [output.output_type for output in (*second, *third)] == ["display_data", "execute_result"]
    assert plain(third) == plain(second)
    assert all("text/html" in output.data for output in (*second, *third))
    assert [text.partition(":")[0] for text in plain(fourth)] == ["Hint 1 of 3", "Hint 2 of 3", f'exercise("{SLUG}")']
    assert [text.split()[0] for text in plain(fifth)] == ["Policy:", "[....................]", f"`{ALICE}`"]


def test_nothing_a_learner_writes_raises(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelled name, a forgotten argument, a strange value: each gives one clear message."""
    wrong: list[tuple[Any, str]] = [
        (lambda: check("read-one-prefi", "{}"), "did you mean `read-one-prefix`"),
        (lambda: check(), "it is called as `check(slug, attempt)`"),  # type: ignore[call-arg]
        (lambda: check(SLUG, {1, 2}), "a set is no policy"),  # type: ignore[arg-type]
        (lambda: check(SLUG, "{"), "expected a key in double quotes"),
        (lambda: hint("nonsense"), "there is no exercise `nonsense`"),
        (lambda: exercise("nonsense"), "there is no exercise `nonsense`"),
        (lambda: reset([]), "there is no exercise `[]`"),  # type: ignore[arg-type]
        (lambda: predict("nonsense"), "there is no prediction `nonsense`"),
        (lambda: predict("deny-elsewhere", "NO"), "`ALLOW`, `EXPLICIT_DENY`, `IMPLICIT_DENY`"),
        (lambda: predict("deny-elsewhere", 7), "`ALLOW`, `EXPLICIT_DENY`, `IMPLICIT_DENY`"),  # type: ignore[arg-type]
        (lambda: quiz("99_nothing"), "there is no lesson or question `99_nothing`"),
        (lambda: quiz("03", {"speling": "a"}), "did you mean `spelling`?"),
        (lambda: quiz("spelling", "z"), "choose a letter from `a` to `d`"),
        (lambda: show(), "there is nothing to show"),
        (lambda: show(3), "this int is no policy"),
        (lambda: show(None, {"Statement": {1: {2}}}), "this NoneType is no policy"),
        (lambda: show("not JSON"), "Not a valid policy"),
    ]
    for call, told in wrong:
        call()
        said = capsys.readouterr().out
        assert told in said
        assert "Traceback" not in said


def test_a_defect_of_ours_is_one_line_that_says_how_to_report_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("boom\nand more")

    monkeypatch.setattr(Course, "check", broken)
    assert check(SLUG, BROAD) is None
    said = capsys.readouterr().out
    assert "RuntimeError: boom and more" in said
    assert "please report it" in said
    assert said.count("\n") == 1


def test_an_interrupt_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Course, "check", interrupted)
    with pytest.raises(KeyboardInterrupt):
        check(SLUG, BROAD)


def test_the_results_of_the_course_come_back(course: Course) -> None:
    result = check(SLUG, course.exercise(SLUG).solution)
    assert result is not None
    assert result.outcome is Outcome.PASSED
    found = predict("deny-elsewhere", "explicit deny")
    assert found is not None
    assert found.correct is True
    opened = solution(SLUG)
    assert opened is not None
    assert opened.text == course.exercise(SLUG).solution
    assert reset(SLUG) == course.exercise(SLUG).starter
    report = progress()
    assert report is not None
    assert report.done == 1


def test_progress_of_one_lesson(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """By its number or its name; a lesson that there is not is answered with those that there are."""
    name = course.content.lessons[0].name
    for asked in (name, name[:2]):
        report = progress(asked)
        assert report is not None
        assert [row.lesson for row in report.lessons] == [name]
    capsys.readouterr()
    assert progress("99") is None
    assert "there is no lesson `99`" in capsys.readouterr().out


def test_a_check_takes_a_file(tmp_path: Path, course: Course) -> None:
    path = tmp_path / "policy.json"
    path.write_text(course.exercise(SLUG).solution)
    result = check(SLUG, path)
    assert result is not None
    assert result.outcome is Outcome.PASSED


def test_an_unchanged_starter_is_not_attempted(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    result = check(SLUG, course.exercise(SLUG).starter)
    assert result is not None
    assert result.outcome is Outcome.NOT_ATTEMPTED
    assert "not attempted yet" in capsys.readouterr().out


def test_a_prediction_shows_its_question_first(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Policies and request are there, the decision is not."""
    predict("deny-elsewhere")
    said = capsys.readouterr().out
    assert "Policy `guardrail`" in said
    assert "principal:" in said
    assert course.scenario("deny-elsewhere").why.strip() not in said
    assert course.progress.history().prediction("deny-elsewhere") is None


def test_a_quiz_asks_then_explains(course: Course, capsys: pytest.CaptureFixture[str]) -> None:
    """Letters are answers; what is left open stays open."""
    question = course.questions("03_policies")[0]
    quiz("03_policies")
    asked = capsys.readouterr().out
    assert f"  a. {question.options[0]}" in asked
    assert question.why.strip() not in asked
    letter = "abcd"[question.right]
    given = quiz("03_policies", {question.id: f"{letter.upper()})"})
    assert isinstance(given, Answers)
    assert given.right == 1
    assert question.why.strip() in capsys.readouterr().out
    assert course.progress.history().answer(question.id) == "correct"
    assert sum(answer.chosen is None for answer in given.answers) == len(given.answers) - 1


def test_one_question_by_its_id(course: Course) -> None:
    question = course.questions("03_policies")[0]
    wrong = next(index for index in range(4) if index != question.right)
    given = quiz(question.id, "abcd"[wrong])
    assert isinstance(given, Answers)
    assert [answer.correct for answer in given.answers] == [False]


def test_show_takes_a_request_and_policies_in_any_order(capsys: pytest.CaptureFixture[str]) -> None:
    """Request, policy and decision, whatever came first."""
    request, policy = Request(ALICE, "s3:GetObject", REPORT), Policy.parse(BROAD, name="broad")
    show(request, policy)
    said = capsys.readouterr().out
    show(policy, request)
    assert capsys.readouterr().out == said
    show(request, Policies(identity_based=policy))
    assert capsys.readouterr().out.splitlines()[-1] == said.splitlines()[-1]
    assert "ALLOW, decided by statement 0 (`All`) of policy `broad`, at the gate `identity-based policies`" in said


def test_show_knows_every_type_of_policy_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    """Groups and organization levels are said, and what cannot be read."""
    levels = {"root": [BROAD]}
    show(Policies(identity_based=BROAD, groups={"staff": BROAD}, service_control=levels, session='{"Statement": 1}'))
    said = capsys.readouterr().out
    assert "From the group `staff`:" in said
    assert "At the level `root`:" in said
    assert "session policy cannot be read" in said


def test_a_decision_names_gate_and_statement(capsys: pytest.CaptureFixture[str]) -> None:
    evaluation = evaluate(Request(ALICE, "s3:GetObject", REPORT), Policy.parse(BROAD, name="broad"))
    assert evaluation.decision is Decision.ALLOW
    show(evaluation)
    assert repr(evaluation) in capsys.readouterr().out


def test_importing_is_quick_and_light() -> None:
    """Nothing heavy comes along: figures, Markdown and widgets are imported when they are shown."""
    heavy = ("matplotlib", "boto3", "jsonschema", "markdown_it", "anywidget", "IPython")
    program = f"import sys, iamkit.notebook; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_second_widget_of_an_exercise_is_the_first() -> None:
    """What was written and tried is still there."""
    first = exercise(SLUG)
    assert first is not None
    first.text = "typed"
    second = exercise(SLUG)
    assert second is first
    assert second.text == "typed"


def test_the_lessons_of_the_checkout_are_found() -> None:
    assert (course_root() / "exercises").is_dir()

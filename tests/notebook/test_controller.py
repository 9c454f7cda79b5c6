"""The buttons of the exercise widget, over a real course."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamkit.course import Course, Progress
from iamkit.notebook.controller import open_widget
from iamkit.notebook.exercise_widget import ExerciseWidget

SLUG = "read-one-prefix"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(progress=Progress(tmp_path))


@pytest.fixture
def widget(course: Course) -> ExerciseWidget:
    return open_widget(course, SLUG)


def test_an_exercise_opens_with_task_and_starter(course: Course, widget: ExerciseWidget) -> None:
    """Nothing has been tried: no outcome, no hint, no solution."""
    exercise = course.exercise(SLUG)
    total = len([each for each in course.content.exercises.values() if each.lesson == exercise.lesson])
    assert (widget.title, widget.text) == (exercise.title, exercise.starter.rstrip())
    assert widget.task_html.startswith("<p>")
    assert (widget.outcome, widget.hints_html, widget.hints_total, widget.can_reveal) == ("", [], 3, False)
    assert "3 different attempts" in widget.reveal_note
    assert widget.progress_text == f"0 of {total} exercises passed"
    assert repr(widget) == f'exercise("{SLUG}")'


def test_a_wrong_policy_shows_its_request(course: Course, widget: ExerciseWidget) -> None:
    wrong = next(each for each in course.exercise(SLUG).wrong if each.name == "whole-bucket")
    widget.controller.check(wrong.text)
    assert widget.outcome == "failed"
    assert "<dl" in widget.result_html
    assert widget.announcement.startswith("Not there yet: s3:GetObject on arn:aws:s3:::reports/")
    assert "expected deny, got allow" in widget.announcement


def test_a_broken_policy_marks_its_place(widget: ExerciseWidget) -> None:
    """Line and column go to the editor, once; the result does not repeat them."""
    widget.controller.check('{\n  "Statement": [}\n}')
    (problem,) = widget.problems
    assert (problem["line"], problem["column"], problem["severity"]) == (2, 17, "error")
    assert widget.outcome == "invalid"
    assert problem["message"] not in widget.result_html
    assert "line 2, column 17" in widget.announcement


def test_findings_are_marked_where_they_stand(course: Course, widget: ExerciseWidget) -> None:
    """What the engine takes and IAM Access Analyzer would not is marked with its severity (P39)."""
    text = '{"Version": "2012-10-17",\n "Statement": {"Effect": "Allow", "Action": "s3:GetObjects", "Resource": "*",'
    text += '\n  "Condition": {"StringEquals": {"aws:SecureTransport": "true"}}}}'
    widget.controller.check(text)
    shown = [
        (each["line"], each["column"], each["severity"], each["message"].split(":")[0]) for each in widget.problems
    ]
    assert shown == [(2, 45, "error", "Invalid action"), (3, 34, "warning", "Type mismatch")]
    assert widget.problems[0]["help"] == "did you mean `s3:GetObject`?"


def test_solution_has_nothing_marked(course: Course, widget: ExerciseWidget) -> None:
    """A good policy is left alone."""
    widget.controller.check(course.exercise(SLUG).solution)
    assert widget.problems == []


def test_a_pass_shows_why_and_counts(course: Course, widget: ExerciseWidget) -> None:
    widget.controller.check(course.exercise(SLUG).solution)
    assert widget.outcome == "passed"
    assert widget.can_reveal
    assert widget.progress_text.startswith("1 of ")
    assert widget.announcement == "Passed: 6 of 6 cases."
    why = widget.result_html
    widget.controller.solution()
    assert "s3:GetObject" in widget.solution_html
    assert why == widget.result_html
    assert widget.solution_html.count("<p>") == 0  # why stands in the result


def test_the_solution_waits_for_three_different_attempts(course: Course, widget: ExerciseWidget) -> None:
    """The same policy again is no new attempt, and neither is the starter."""
    texts = [wrong.text for wrong in course.exercise(SLUG).wrong[:3]]
    for text in (course.exercise(SLUG).starter, texts[0], texts[0], texts[1]):
        widget.controller.check(text)
    widget.controller.solution()
    assert (widget.solution_html, widget.can_reveal) == ("", False)
    assert "so far: 2" in widget.announcement
    widget.controller.check(texts[2])
    assert (widget.can_reveal, widget.reveal_note) == (True, "")
    widget.controller.solution()
    assert "<pre>" in widget.solution_html


def test_hints_add_up_and_reset_takes_them_back(course: Course, widget: ExerciseWidget) -> None:
    for number in (1, 2, 3, 3):
        widget.controller.hint()
        assert len(widget.hints_html) == number
        assert widget.announcement.startswith(f"Hint {number} of 3")
    widget.text = "{}"
    widget.controller.reset()
    assert (widget.hints_html, widget.text) == ([], course.exercise(SLUG).starter.rstrip())
    assert (widget.outcome, widget.result_html, widget.problems) == ("", "", [])


def test_a_new_kernel_remembers(course: Course, widget: ExerciseWidget, tmp_path: Path) -> None:
    """The pass, the hints and the solution are there; the text is the starter again."""
    widget.controller.hint()
    widget.controller.check(course.exercise(SLUG).solution)
    again = open_widget(Course(progress=Progress(tmp_path)), SLUG)
    assert (again.outcome, len(again.hints_html), again.can_reveal) == ("passed", 1, True)
    assert again.result_html == ""

"""A learner in lesson 03, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from iamkit.course import Course, PolicyExercise, Progress, course_root
from tests.browser.lab import LabPage, plain
from tests.browser.learner import lesson

pytestmark = pytest.mark.browser

NOTEBOOK = "03_policies.ipynb"
lab = lesson(NOTEBOOK)


@pytest.fixture
def exercise() -> PolicyExercise:
    """The first exercise of the lesson that the widget shows."""
    source = (course_root() / "lessons" / NOTEBOOK).read_text(encoding="utf-8")
    shown = re.search(r'"exercise\(\\"([\w-]+)\\"\)"', source)
    assert shown
    found = Course().exercise(shown[1])
    assert isinstance(found, PolicyExercise)
    return found


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage, exercise: PolicyExercise) -> None:
    """As axe-core sees prose, stored outputs and the widget, as opened, run, and with a failed check."""
    assert lab.violations(["light"]) == []
    lab.screenshot("opened")
    lab.run_once()
    widget = lab.exercise(exercise.slug)
    widget.write(exercise.wrong[0].text)
    widget.press("check")
    expect(widget.result).not_to_be_empty()
    assert lab.violations() == []
    lab.screenshots_of_all("lesson-03")


def test_a_syntax_error_is_marked_where_it_stands(lab: LabPage, exercise: PolicyExercise) -> None:
    """Line and column are said, too."""
    lab.run_once()
    widget = lab.exercise(exercise.slug)
    widget.write('{\n  "Version": "2012-10-17",\n  "Statement": [}\n}')
    widget.press("check")
    expect(widget.root.locator(".iamkit-problems")).to_contain_text(re.compile(r"line 3", re.IGNORECASE))
    lab.screenshot("syntax-error", widget.root)


def test_findings_are_marked_where_they_stand(lab: LabPage, exercise: PolicyExercise) -> None:
    """A policy that can be judged has them too: what Access Analyzer calls an error, and what only warns."""
    lab.run_once()
    widget = lab.exercise(exercise.slug)
    widget.write(
        """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": ["s3:GetObjekt", "iam:PassRole"],
      "Resource": "*"
    }
  ]
}"""
    )
    widget.press("check")
    problems = widget.root.locator(".iamkit-problems")
    expect(problems).to_contain_text(re.compile(r"Line 6, column 18.*Invalid action.*s3:GetObjekt"))
    expect(problems).to_contain_text(re.compile(r"Pass role with star in resource", re.IGNORECASE))
    expect(widget.root.locator(".cm-lint-marker-error, .cm-lint-marker-warning")).not_to_have_count(0)
    assert lab.violations() == []
    lab.screenshot("findings", widget.root)


def test_a_learner_fails_fixes_passes_and_keeps_it(lab: LabPage, exercise: PolicyExercise, folder: Path) -> None:
    """Type a wrong policy, see the request it gets wrong, take a hint, fix it, restart the kernel, see it passed."""
    lab.run_once()
    widget = lab.exercise(exercise.slug)
    feedback_of = {case.name: case.feedback for case in exercise.cases}
    wrong = next(wrong for wrong in exercise.wrong if wrong.refuted_by in feedback_of)
    feedback = feedback_of[wrong.refuted_by]

    widget.write(wrong.text)
    widget.press("check")
    expect(widget.result).to_contain_text(plain(feedback))
    for part in ("Principal", "Action", "Resource", "Expected"):
        expect(widget.result).to_contain_text(re.compile(part, re.IGNORECASE))
    lab.screenshot("failed", widget.root)

    widget.press("hint")
    expect(widget.root).to_contain_text(plain(exercise.hints[0]))

    widget.write(exercise.solution)
    lab.page.keyboard.press("ControlOrMeta+Enter")
    expect(widget.result).to_contain_text(re.compile("passed", re.IGNORECASE))
    lab.screenshot("passed", widget.root)

    lab.restart()
    lab.run_all()
    expect(lab.exercise(exercise.slug).root).to_contain_text(re.compile("passed", re.IGNORECASE))
    lab.screenshot("restarted", lab.exercise(exercise.slug).root)
    assert Progress(folder).history().passed(exercise.slug)


def test_axe_sees_the_text_of_the_notebook(lab: LabPage) -> None:
    """Its contrast check once saw no text here at all: a bad one must be found for the test above to mean anything."""
    lab.page.locator(".jp-RenderedMarkdown").first.evaluate(
        "e => e.insertAdjacentHTML('beforeend', '<p style=\"color:#777;background:#888\">can you read this?</p>')"
    )
    assert any("color-contrast" in line and "can you read this?" in line for line in lab.violations())

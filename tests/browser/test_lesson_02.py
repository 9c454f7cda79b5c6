"""A learner in lesson 02, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from iamkit.course import CodeExercise, Course, Progress
from tests.browser.lab import LabPage, plain
from tests.browser.learner import lesson

pytestmark = pytest.mark.browser

NOTEBOOK = "02_sigv4.ipynb"
ENDLESS = "def signing_key(secret, date, region, service):\n    while True:\n        pass\n"


lab = lesson(NOTEBOOK)


@pytest.fixture
def exercise() -> CodeExercise:
    """The lesson's first exercise."""
    found = Course().exercise("signing-key")
    assert isinstance(found, CodeExercise)
    return found


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage, exercise: CodeExercise) -> None:
    """As axe-core sees prose, stored outputs, figures, widgets and the lab, as opened and as run."""
    assert lab.violations(["light"]) == []
    lab.run_once()
    for slug in ("signing-key", "read-the-answer", "your-own-api"):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.locator(".iamkit-lab")).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all("lesson-02")


def test_a_learner_fails_fixes_passes_and_keeps_it(lab: LabPage, exercise: CodeExercise, folder: Path) -> None:
    """A mistake, a hint, an endless loop that costs nothing, the solution, a new kernel."""
    lab.run_once()
    widget = lab.exercise(exercise.slug)
    widget.write(next(each.text for each in exercise.wrong if each.refuted_by == "the documented example"))
    widget.press("check")
    expect(widget.result).to_contain_text("The documented example")
    widget.press("hint")
    expect(widget.root).to_contain_text(plain(exercise.hints[0]))

    widget.write(ENDLESS)
    widget.press("check")
    expect(widget.result).to_contain_text("the call was stopped")

    widget.write(exercise.solution)
    lab.page.keyboard.press("ControlOrMeta+Enter")
    expect(widget.result).to_contain_text("Passed")
    lab.restart()
    lab.run_all()
    expect(lab.exercise(exercise.slug).root).to_contain_text("Passed")
    assert Progress(folder).history().passed(exercise.slug)

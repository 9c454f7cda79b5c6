"""A learner in lesson 00, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from iamkit.course import Course, Progress
from tests.browser.lab import THEMES, LabPage, lab_page, plain, theme_name
from tests.learning import Learning

pytestmark = pytest.mark.browser

NOTEBOOK = "00_first_contact.ipynb"
POLICY, PROGRAM = "first-grant", "grant-with-boto3"


@pytest.fixture(params=THEMES)
def lab(request: pytest.FixtureRequest, browser: Browser, server: Learning, folder: Path) -> Iterator[LabPage]:
    """The lesson, open for one who has done nothing yet; nothing beyond this machine may be asked for."""
    Progress(folder).path.unlink(missing_ok=True)
    with lab_page(browser, server, request.param) as opened:
        opened.open(NOTEBOOK)
        yield opened
        assert opened.strangers == []


@pytest.fixture(scope="module")
def course() -> Course:
    return Course()


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage) -> None:
    """As axe-core sees prose, stored outputs, figure and widgets, as opened and as run."""
    assert lab.violations() == []
    lab.run_all()
    for slug in (POLICY, "allowed-yet-denied", PROGRAM, "from-the-message"):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.get_by_text("An error occurred (AccessDenied)").first).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all(f"lesson-00-{theme_name(lab)}")


def test_a_learner_fails_asks_passes_and_keeps_it(lab: LabPage, course: Course, folder: Path) -> None:
    """A mistake says what a thief would gain, a hint helps, the message's words pass, a new kernel knows it."""
    lab.run_all()
    exercise, widget, theme = course.exercise(POLICY), lab.exercise(POLICY), theme_name(lab)
    widget.write(next(wrong.text for wrong in exercise.wrong if wrong.refuted_by == "reads the orders"))
    widget.press("check")
    expect(widget.result).to_contain_text("Whoever steals its key")
    widget.press("hint")
    expect(widget.root).to_contain_text(plain(exercise.hints[0]))
    lab.screenshot(f"lesson-00-failed-{theme}", widget.root)

    widget.write(exercise.solution)
    lab.page.keyboard.press("ControlOrMeta+Enter")
    expect(widget.result).to_contain_text("Passed")
    lab.screenshot(f"lesson-00-passed-{theme}", widget.root)
    lab.restart()
    lab.run_all()
    expect(lab.exercise(POLICY).root).to_contain_text("Passed")
    assert Progress(folder).history().passed(POLICY)


def test_a_program_is_tried_with_real_clients(lab: LabPage, course: Course, folder: Path) -> None:
    """The one that replaces the first grant by the next is caught, while the lesson's own cloud goes on."""
    lab.run_all()
    exercise, widget, theme = course.exercise(PROGRAM), lab.exercise(PROGRAM), theme_name(lab)
    widget.write(next(wrong.text for wrong in exercise.wrong if wrong.name == "one-name"))
    widget.press("check")
    expect(widget.result).to_contain_text("took this file away", timeout=60_000)
    lab.screenshot(f"lesson-00-program-failed-{theme}", widget.root)

    widget.write(exercise.solution)
    widget.press("check")
    expect(widget.result).to_contain_text("Passed", timeout=60_000)
    lab.screenshot(f"lesson-00-program-passed-{theme}", widget.root)
    assert Progress(folder).history().passed(PROGRAM)

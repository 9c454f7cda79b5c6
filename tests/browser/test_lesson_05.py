"""A learner in lesson 05, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from iamkit.course import Course, Progress
from tests.browser.lab import THEMES, LabPage, lab_page, plain, theme_name
from tests.learning import Learning

pytestmark = pytest.mark.browser

NOTEBOOK = "05_credentials.ipynb"
LEAKED, ROTATED = "leaked-keys", "rotate-without-downtime"
# Each check starts or resets a cloud and makes clients in two processes.
PATIENCE = 90_000


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
    """As axe-core sees prose, stored outputs, figures and widgets, as opened and as run."""
    assert lab.violations() == []
    lab.run_all()
    for slug in ("which-key-signs", LEAKED, "two-steps", "delivered-by-version-two", ROTATED):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.get_by_text("the thief reads: carol,4200").first).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all(f"lesson-05-{theme_name(lab)}")


def test_a_learner_fails_asks_passes_and_keeps_it(lab: LabPage, course: Course, folder: Path) -> None:
    """Who looks at what is left misses what was removed; a hint helps; a new kernel knows of the pass."""
    lab.run_all()
    exercise, widget, theme = course.exercise(LEAKED), lab.exercise(LEAKED), theme_name(lab)
    widget.write(next(wrong.text for wrong in exercise.wrong if wrong.name == "what-is-left"))
    widget.press("check")
    expect(widget.result).to_contain_text("whoever clones the repository clones that too", timeout=PATIENCE)
    widget.press("hint")
    expect(widget.root).to_contain_text(plain(exercise.hints[0]))
    lab.screenshot(f"lesson-05-failed-{theme}", widget.root)

    widget.write(exercise.solution)
    lab.page.keyboard.press("ControlOrMeta+Enter")
    expect(widget.result).to_contain_text("Passed", timeout=PATIENCE)
    lab.screenshot(f"lesson-05-passed-{theme}", widget.root)
    lab.restart()
    lab.run_all()
    expect(lab.exercise(LEAKED).root).to_contain_text("Passed")
    assert Progress(folder).history().passed(LEAKED)


def test_a_gap_is_seen_in_the_trail(lab: LabPage, course: Course, folder: Path) -> None:
    """The key that goes off before the new one is in place, while the lesson's own cloud goes on."""
    lab.run_all()
    exercise, widget, theme = course.exercise(ROTATED), lab.exercise(ROTATED), theme_name(lab)
    widget.write(next(wrong.text for wrong in exercise.wrong if wrong.name == "off-before-the-secret"))
    widget.press("check")
    expect(widget.result).to_contain_text("the application has no key that works", timeout=PATIENCE)
    lab.screenshot(f"lesson-05-program-failed-{theme}", widget.root)

    widget.write(exercise.solution)
    widget.press("check")
    expect(widget.result).to_contain_text("Passed", timeout=PATIENCE)
    lab.screenshot(f"lesson-05-program-passed-{theme}", widget.root)
    assert Progress(folder).history().passed(ROTATED)

"""A learner in lesson 01, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from iamkit.course import Course, Progress
from tests.browser.lab import THEMES, LabPage, lab_page, plain, theme_name
from tests.learning import Learning

pytestmark = pytest.mark.browser

NOTEBOOK = "01_identities.ipynb"
POLICY, PROGRAM, REAL = "monday-only", "same-principal", "keys-that-should-not-exist"


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
    for slug in ("read-an-arn", POLICY, PROGRAM, "which-phase", REAL):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.get_by_text("assumed-role/importer/monday").first).to_be_visible()
    expect(lab.page.get_by_text("UnrecognizedClientException").first).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all(f"lesson-01-{theme_name(lab)}")


def test_a_learner_fails_asks_passes_and_keeps_it(lab: LabPage, course: Course, folder: Path) -> None:
    """One more day is caught on Sunday, a hint helps, the role passes, a new kernel knows it."""
    lab.run_all()
    exercise, widget, theme = course.exercise(POLICY), lab.exercise(POLICY), theme_name(lab)
    widget.write(next(wrong.text for wrong in exercise.wrong if wrong.name == "one-more-day"))
    widget.press("check")
    expect(widget.result).to_contain_text("A list of sessions is never complete")
    widget.press("hint")
    expect(widget.root).to_contain_text(plain(exercise.hints[0]))
    lab.screenshot(f"lesson-01-failed-{theme}", widget.root)

    widget.write(exercise.solution)
    lab.page.keyboard.press("ControlOrMeta+Enter")
    expect(widget.result).to_contain_text("Passed")
    lab.screenshot(f"lesson-01-passed-{theme}", widget.root)
    lab.restart()
    lab.run_all()
    expect(lab.exercise(POLICY).root).to_contain_text("Passed")
    assert Progress(folder).history().passed(POLICY)


def test_programs_are_judged_by_what_they_find(lab: LabPage, course: Course, folder: Path) -> None:
    """One without a cloud, and one in accounts that grow old while the lesson's own cloud goes on."""
    lab.run_all()
    theme = theme_name(lab)
    for slug, mistake, told in (
        (PROGRAM, "before-the-colon", "each of them gets the other's files"),
        (REAL, "no-root", "no identity-based policy stops them"),
    ):
        exercise, widget = course.exercise(slug), lab.exercise(slug)
        widget.write(next(wrong.text for wrong in exercise.wrong if wrong.name == mistake))
        widget.press("check")
        expect(widget.result).to_contain_text(told, timeout=90_000)
        lab.screenshot(f"lesson-01-{slug}-failed-{theme}", widget.root)
        widget.write(exercise.solution)
        widget.press("check")
        expect(widget.result).to_contain_text("Passed", timeout=90_000)
        lab.screenshot(f"lesson-01-{slug}-passed-{theme}", widget.root)
        assert Progress(folder).history().passed(slug)

"""A learner in lesson 06, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from iamkit.course import CodeExercise, Course, PolicyExercise, Progress
from tests.browser.lab import THEMES, LabPage, lab_page, plain, theme_name
from tests.learning import Learning

pytestmark = pytest.mark.browser

NOTEBOOK = "06_roles.ipynb"


@pytest.fixture(params=THEMES)
def lab(request: pytest.FixtureRequest, browser: Browser, server: Learning, folder: Path) -> Iterator[LabPage]:
    """The lesson, open for one who has done nothing yet; nothing beyond this machine may be asked for."""
    Progress(folder).path.unlink(missing_ok=True)
    with lab_page(browser, server, request.param) as opened:
        opened.open(NOTEBOOK)
        yield opened
        assert opened.strangers == []


@pytest.fixture
def trust() -> PolicyExercise:
    """An exercise whose answer is a trust policy."""
    found = Course().exercise("the-world-gets-in")
    assert isinstance(found, PolicyExercise)
    return found


@pytest.fixture
def lend() -> CodeExercise:
    """The exercise that is tried with real calls."""
    found = Course().exercise("lend-one-prefix")
    assert isinstance(found, CodeExercise)
    return found


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage, trust: PolicyExercise) -> None:
    """As axe-core sees prose, stored outputs, figures and widgets, as opened, as run, and with a failed check."""
    assert lab.violations() == []
    lab.run_all()
    for slug in ("one-service", "lend-one-prefix", "who-really-acted"):
        expect(lab.exercise(slug).root).to_be_visible()
    widget = lab.exercise(trust.slug)
    widget.write(trust.wrong[0].text)
    widget.press("check")
    expect(widget.result).not_to_be_empty()
    assert lab.violations() == []
    lab.screenshots_of_all(f"lesson-06-{theme_name(lab)}")


def test_a_learner_fails_fixes_passes_and_keeps_it(lab: LabPage, trust: PolicyExercise, folder: Path) -> None:
    """The request of an attacker comes back, a hint helps, the mended policy passes, and a new kernel knows it."""
    theme = theme_name(lab)
    lab.run_all()
    widget = lab.exercise(trust.slug)
    feedback = {case.name: case.feedback for case in trust.cases}
    wrong = next(wrong for wrong in trust.wrong if wrong.name == "only-the-id-mended")
    widget.write(wrong.text)
    widget.press("check")
    expect(widget.result).to_contain_text(plain(feedback[wrong.refuted_by]))
    lab.screenshot(f"lesson-06-failed-{theme}", widget.root)
    widget.press("hint")
    expect(widget.root).to_contain_text(plain(trust.hints[0]))

    widget.write(trust.solution)
    lab.page.keyboard.press("ControlOrMeta+Enter")
    expect(widget.result).to_contain_text("Passed")
    lab.screenshot(f"lesson-06-passed-{theme}", widget.root)
    lab.restart()
    lab.run_all()
    expect(lab.exercise(trust.slug).root).to_contain_text("Passed")
    assert Progress(folder).history().passed(trust.slug)


def test_a_session_is_tried_with_real_calls(lab: LabPage, lend: CodeExercise) -> None:
    """A session that can do too much is used against its maker; the lesson's own cloud goes on beside it."""
    theme = theme_name(lab)
    lab.run_all()
    widget = lab.exercise(lend.slug)
    widget.write(next(wrong.text for wrong in lend.wrong if wrong.name == "no-slash"))
    widget.press("check")
    expect(widget.result).to_contain_text("rainbow", timeout=90_000)
    lab.screenshot(f"lesson-06-session-failed-{theme}", widget.root)
    widget.write(lend.solution)
    widget.press("check")
    expect(widget.result).to_contain_text("Passed", timeout=90_000)

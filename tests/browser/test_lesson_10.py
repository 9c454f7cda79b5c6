"""A learner in lesson 10, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.learner import Learner, lesson

pytestmark = pytest.mark.browser

lab = lesson("10_least_privilege.ipynb")


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage) -> None:
    """As axe-core sees prose, stored outputs, the figure and widgets, as opened and as run."""
    assert lab.violations(["light"]) == []
    lab.run_once()
    for slug in (
        "the-unused-grants",
        "generate-then-tighten",
        "what-the-findings-name",
        "from-outside",
        "nothing-changed",
    ):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.get_by_text("nothing new: proved").first).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all("lesson-10")


def test_a_learner_errs_asks_and_passes(lab: LabPage, folder: Path) -> None:
    """A difference that no case shows is shown by the proof, the mended policy passes."""
    lab.run_once()
    learner = Learner(lab, folder, "nothing-changed", "10")
    learner.errs("version-lost", "The old policy decides this request otherwise.")
    assert lab.violations() == []
    learner.asks()
    learner.passes()


def test_a_stranger_is_shown_who_comes_in(lab: LabPage, folder: Path) -> None:
    """Who mends one of two findings reads what the other one lets in."""
    lab.run_once()
    learner = Learner(lab, folder, "from-outside", "10")
    learner.errs("reports-only", "Everybody can leave files in your bucket, at your cost.")
    learner.passes()

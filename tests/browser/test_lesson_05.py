"""A learner in lesson 05, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.learner import Learner, lesson

pytestmark = pytest.mark.browser

lab = lesson("05_credentials.ipynb")


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage) -> None:
    """As axe-core sees prose, stored outputs, figures and widgets, as opened and as run."""
    assert lab.violations(["light"]) == []
    lab.run_once()
    for slug in ("which-key-signs", "leaked-keys", "two-steps", "delivered-by-version-two", "rotate-without-downtime"):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.get_by_text("the thief reads: carol,4200").first).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all("lesson-05")


def test_a_learner_errs_asks_and_passes(lab: LabPage, folder: Path) -> None:
    """Who looks at what is left misses what was removed."""
    lab.run_once()
    learner = Learner(lab, folder, "leaked-keys", "05")
    learner.errs("what-is-left", "whoever clones the repository clones that too")
    learner.asks()
    learner.passes()


def test_a_gap_is_seen_in_the_trail(lab: LabPage, folder: Path) -> None:
    """The key that goes off before the new one is in place; the lesson's own cloud goes on."""
    lab.run_once()
    learner = Learner(lab, folder, "rotate-without-downtime", "05")
    learner.errs("off-before-the-secret", "the application has no key that works")
    learner.passes()

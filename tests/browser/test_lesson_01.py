"""A learner in lesson 01, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.learner import Learner, lesson

pytestmark = pytest.mark.browser

lab = lesson("01_identities.ipynb")


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage) -> None:
    """As axe-core sees prose, stored outputs, figures and widgets, as opened and as run."""
    assert lab.violations(["light"]) == []
    lab.run_once()
    for slug in ("read-an-arn", "monday-only", "same-principal", "which-phase", "keys-that-should-not-exist"):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.get_by_text("assumed-role/importer/monday").first).to_be_visible()
    expect(lab.page.get_by_text("UnrecognizedClientException").first).to_be_visible()
    expect(lab.page.get_by_text("Authentication code for device is not valid").first).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all("lesson-01")


def test_a_learner_errs_asks_and_passes(lab: LabPage, folder: Path) -> None:
    """One more day is caught on Sunday, the role passes."""
    lab.run_once()
    learner = Learner(lab, folder, "monday-only", "01")
    learner.errs("one-more-day", "A list of sessions is never complete")
    learner.asks()
    learner.passes()


def test_a_program_is_judged_by_what_it_finds(lab: LabPage, folder: Path) -> None:
    """Two people whose names begin alike."""
    lab.run_once()
    learner = Learner(lab, folder, "same-principal", "01")
    learner.errs("before-the-colon", "each of them gets the other's files")
    learner.passes()


def test_keys_are_looked_for_in_accounts_that_grow_old(lab: LabPage, folder: Path) -> None:
    """With real clients, while the lesson's own cloud goes on."""
    lab.run_once()
    learner = Learner(lab, folder, "keys-that-should-not-exist", "01")
    learner.errs("no-root", "no identity-based policy stops them")
    learner.passes()

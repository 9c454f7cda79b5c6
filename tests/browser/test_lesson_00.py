"""A learner in lesson 00, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.learner import Learner, lesson

pytestmark = pytest.mark.browser

lab = lesson("00_first_contact.ipynb")


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage) -> None:
    """As axe-core sees prose, stored outputs, figures and widgets, as opened and as run."""
    assert lab.violations(["light"]) == []
    lab.run_once()
    for slug in ("first-grant", "allowed-yet-denied", "grant-with-boto3", "from-the-message"):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.get_by_text("An error occurred (AccessDenied)").first).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all("lesson-00")


def test_a_learner_errs_asks_and_passes(lab: LabPage, folder: Path) -> None:
    """A mistake says what a thief would gain, the message's words pass."""
    lab.run_once()
    learner = Learner(lab, folder, "first-grant", "00")
    learner.errs("all-of-sqs", "Whoever steals its key")
    learner.asks()
    learner.passes()


def test_a_program_is_tried_with_real_clients(lab: LabPage, folder: Path) -> None:
    """The one that replaces the first grant by the next is caught; the lesson's own cloud goes on."""
    lab.run_once()
    learner = Learner(lab, folder, "grant-with-boto3", "00")
    learner.errs("one-name", "took this file away")
    learner.passes()

"""A learner in lesson 06, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.learner import Learner, lesson

pytestmark = pytest.mark.browser

lab = lesson("06_roles.ipynb")


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage) -> None:
    """As axe-core sees prose, stored outputs, figures and widgets, as opened and as run."""
    assert lab.violations(["light"]) == []
    lab.run_once()
    for slug in ("one-service", "the-world-gets-in", "lend-one-prefix", "who-really-acted", "one-team"):
        expect(lab.exercise(slug).root).to_be_visible()
    expect(lab.page.get_by_text("Response signature invalid").first).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all("lesson-06")


def test_a_learner_errs_asks_and_passes(lab: LabPage, folder: Path) -> None:
    """The request of an attacker is shown, the mended trust policy passes."""
    lab.run_once()
    learner = Learner(lab, folder, "the-world-gets-in", "06")
    learner.errs("only-the-id-mended", "An external ID is no secret: it stands in tickets and logs.")
    assert lab.violations() == []
    learner.asks()
    learner.passes()


def test_the_directory_vouches_and_the_trust_policy_says_for_whom(lab: LabPage, folder: Path) -> None:
    """Who is let in because nothing is known of their team is shown; billing alone passes."""
    lab.run_once()
    learner = Learner(lab, folder, "one-team", "06")
    learner.errs("if-it-says-so", "A trainee has no team yet")
    learner.passes()


def test_a_session_is_tried_with_real_calls(lab: LabPage, folder: Path) -> None:
    """A session that can do too much is used against its maker; the lesson's own cloud goes on."""
    lab.run_once()
    learner = Learner(lab, folder, "lend-one-prefix", "06")
    learner.errs("no-slash", "rainbow")
    learner.passes()

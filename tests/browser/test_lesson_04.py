"""A learner in lesson 04, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.lab import LabPage
from tests.browser.learner import Learner, lesson

pytestmark = pytest.mark.browser

lab = lesson("04_conditions.ipynb")


def test_nothing_serious_keeps_anyone_from_the_lesson(lab: LabPage) -> None:
    """As axe-core sees prose, stored outputs, the truth table and widgets, as opened and as run."""
    assert lab.violations(["light"]) == []
    lab.run_once()
    for slug in ("a-folder-each", "team-tags", "through-the-hole", "office-and-endpoint"):
        expect(lab.exercise(slug).root).to_be_visible()
    assert lab.violations() == []
    lab.screenshots_of_all("lesson-04")


def test_a_learner_errs_asks_and_passes(lab: LabPage, folder: Path) -> None:
    """The trap of IfExists is answered by the server's request, the mended policy passes."""
    lab.run_once()
    learner = Learner(lab, folder, "office-and-endpoint", "04")
    learner.errs("if-exists", "The request has no aws:SourceIp, and your condition takes that for a wrong address.")
    assert lab.violations() == []
    learner.asks()
    learner.passes()


def test_a_hole_is_tried_with_real_calls(lab: LabPage, folder: Path) -> None:
    """A program that names players reads its own score alone; one that names nobody reads them all."""
    lab.run_once()
    learner = Learner(lab, folder, "through-the-hole", "04")
    learner.errs("gives-up", "the policy is tight")
    learner.passes()

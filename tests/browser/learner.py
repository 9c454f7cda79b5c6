"""What a learner does in a lesson: open it, make a mistake, ask for a hint, pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from iamkit.course import Course, Progress
from tests.browser.lab import LabPage, lab_page, plain
from tests.learning import Learning


def lesson(notebook: str) -> Any:
    """Make the fixture `lab` of a lesson: open for one who has done nothing yet, cut off from all but this machine.

    It is opened once: the tests of a file come to it one after the other, in their order.
    """

    @pytest.fixture(scope="module")
    def lab(browser: Browser, server: Learning, folder: Path) -> Iterator[LabPage]:
        Progress(folder).path.unlink(missing_ok=True)
        with lab_page(browser, server) as opened:
            opened.open(notebook)
            yield opened
            assert opened.strangers == []

    return lab


@dataclass
class Learner:
    """Somebody at one exercise of an open lesson, whose cells have run; `number` names the pictures."""

    lab: LabPage
    folder: Path
    slug: str
    number: str

    def __post_init__(self) -> None:
        self.exercise = Course().exercise(self.slug)
        self.widget = self.lab.exercise(self.slug)

    def errs(self, mistake: str, told: str) -> None:
        """Hand in one of the exercise's wrong answers, and read what is said about it."""
        self.widget.write(next(wrong.text for wrong in self.exercise.wrong if wrong.name == mistake))
        self.widget.press("check")
        expect(self.widget.result).to_contain_text(told)
        self._picture("failed")

    def asks(self) -> None:
        """Take the first hint."""
        self.widget.press("hint")
        expect(self.widget.root).to_contain_text(plain(self.exercise.hints[0]))

    def passes(self) -> None:
        """Hand in the solution, by the keyboard."""
        self.widget.write(self.exercise.solution)
        self.lab.page.keyboard.press("ControlOrMeta+Enter")
        expect(self.widget.result).to_contain_text("Passed")
        self._picture("passed")
        assert Progress(self.folder).history().passed(self.slug)

    def _picture(self, what: str) -> None:
        self.lab.screenshot(f"lesson-{self.number}-{self.slug}-{what}", self.widget.root)

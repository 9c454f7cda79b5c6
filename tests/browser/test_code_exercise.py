"""A learner writes a program in the exercise widget, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from iamkit.course import CodeExercise, Course, Progress
from tests.browser.lab import Exercise, LabPage, lab_page, write_notebook
from tests.learning import Learning

pytestmark = pytest.mark.browser

NOTEBOOK = "programs.ipynb"
KEY, SIGNER = "signing-key", "written-for-s3"


@pytest.fixture(scope="module")
def notebook(server: Learning, folder: Path) -> str:
    """A notebook of two exercises beside the lessons."""
    texts = ("from iamkit.notebook import exercise", f'exercise("{KEY}")', f'exercise("{SIGNER}")')
    write_notebook(folder / NOTEBOOK, [nbformat.v4.new_code_cell(text) for text in texts])
    return NOTEBOOK


@pytest.fixture(scope="module")
def window(browser: Browser, server: Learning, notebook: str) -> Iterator[LabPage]:
    """The notebook, open; nothing beyond this machine may be asked for."""
    with lab_page(browser, server) as opened:
        opened.open(notebook)
        yield opened
        assert opened.strangers == []


@pytest.fixture
def lab(window: LabPage, folder: Path) -> LabPage:
    """The exercises as one sees them who has done nothing yet."""
    Progress(folder).path.unlink(missing_ok=True)
    window.run_all()
    return window


def exercise(slug: str) -> CodeExercise:
    found = Course().exercise(slug)
    assert isinstance(found, CodeExercise)
    return found


def wrong(slug: str, refuted_by: str) -> str:
    return next(each.text for each in exercise(slug).wrong if each.refuted_by == refuted_by)


def checked(widget: Exercise, program: str, told: str) -> None:
    """Write a program, check it, and wait until the result says this."""
    widget.write(program)
    widget.press("check")
    expect(widget.result).to_contain_text(told)


def test_a_learner_fails_and_passes(lab: LabPage, folder: Path) -> None:
    """A call with what was expected and what came; then the pass, which is kept."""
    widget = lab.exercise(KEY)
    checked(widget, wrong(KEY, "the documented example"), "What helps")
    for part in ("signing_key(", "Expected", "Got", "The documented example"):
        expect(widget.result).to_contain_text(part)
    lab.screenshot("program-failed", widget.root)
    assert lab.violations() == []
    checked(widget, exercise(KEY).solution, "Passed")
    expect(widget.result).to_contain_text("signing_key is yours now")
    lab.screenshot("program-passed", widget.root)
    assert Progress(folder).history().passed(KEY)


def test_what_the_server_answers_is_shown(lab: LabPage) -> None:
    """The line that the client signed otherwise, and the mistake that leads to its signature."""
    widget = lab.exercise(SIGNER)
    checked(widget, wrong(SIGNER, "sorted as encoded"), "The client sorted the query, then encoded it;")
    for part in ("First difference", "Line 3 (query)", "does not match the signature you provided", "What you sent"):
        expect(widget.result).to_contain_text(part)
    lab.screenshot("program-refused", widget.root)
    assert lab.violations() == []


def test_a_syntax_error_is_marked_where_it_stands(lab: LabPage) -> None:
    widget = lab.exercise(KEY)
    checked(widget, "import hmac\n\ndef signing_key(secret)\n    pass\n", "Cannot be called yet")
    expect(widget.root.locator(".iamkit-problems")).to_contain_text(re.compile(r"Line 3, column 24.*expected :"))
    expect(widget.root.locator(".cm-lint-marker-error")).to_have_count(1)
    lab.screenshot("program-syntax-error", widget.root)


def test_the_keyboard_writes_python_and_gets_out_again(lab: LabPage) -> None:
    """Enter indents by four after a colon, Tab leaves the editor for the Check button."""
    widget = lab.exercise(KEY)
    widget.write("def signing_key(secret, date, region, service):")
    lab.page.keyboard.press("Enter")
    lab.page.keyboard.type("return 1")
    lab.page.keyboard.press("Tab")
    expect(widget.root.locator(".iamkit-check")).to_be_focused()
    lab.page.keyboard.press("Enter")
    expect(widget.result).to_contain_text("The function must return bytes. Yours returned an int.")
    expect(widget.root.locator(".cm-line").last).to_have_text("    return 1")

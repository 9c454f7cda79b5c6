"""A learner writes a program in the exercise widget, with a real browser in a real JupyterLab, in both themes."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from iamkit.course import CodeExercise, Course, Progress
from tests.browser.lab import Exercise, LabPage, Theme, chromium, lab_page
from tests.learning import Learning, learning

pytestmark = pytest.mark.browser

NOTEBOOK = "programs.ipynb"
THEMES: tuple[Theme, ...] = ("JupyterLab Light", "JupyterLab Dark")
KEY, SIGNER = "signing-key", "written-for-s3"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The learner's course folder."""
    return tmp_path_factory.mktemp("learner") / "course"


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Learning]:
    """The course as `iamkit learn` starts it, with a notebook of two exercises beside the lessons."""
    configuration = Path(os.environ["JUPYTER_CONFIG_DIR"], "jupyter_lab_config.json")
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(json.dumps({"LabApp": {"expose_app_in_browser": True}}))
    with learning(folder) as started:
        texts = ("from iamkit.notebook import exercise", f'exercise("{KEY}")', f'exercise("{SIGNER}")')
        cells = [nbformat.v4.new_code_cell(text, id=f"cell-{number}") for number, text in enumerate(texts)]
        # Without a kernel's name JupyterLab would ask for one.
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / NOTEBOOK)
        yield started
    configuration.unlink()


@pytest.fixture(params=THEMES)
def lab(request: pytest.FixtureRequest, browser: Browser, server: Learning, folder: Path) -> Iterator[LabPage]:
    """The exercises, open for one who has done nothing yet; nothing beyond this machine may be asked for."""
    Progress(folder).path.unlink(missing_ok=True)
    with lab_page(browser, server, request.param) as opened:
        opened.open(NOTEBOOK)
        opened.run_all()
        yield opened
        assert opened.strangers == []


def exercise(slug: str) -> CodeExercise:
    found = Course().exercise(slug)
    assert isinstance(found, CodeExercise)
    return found


def wrong(slug: str, refuted_by: str) -> str:
    return next(each.text for each in exercise(slug).wrong if each.refuted_by == refuted_by)


def theme_name(lab: LabPage) -> str:
    return "dark" if lab.page.locator("body[data-jp-theme-light='false']").count() else "light"


def checked(widget: Exercise, program: str, told: str) -> None:
    """Write a program, check it, and wait until the result says this."""
    widget.write(program)
    widget.press("check")
    expect(widget.result).to_contain_text(told)


def test_a_learner_fails_and_passes(lab: LabPage, folder: Path) -> None:
    """A call with what was expected and what came; then the pass, which is kept."""
    theme = theme_name(lab)
    widget = lab.exercise(KEY)
    checked(widget, wrong(KEY, "the documented example"), "What helps")
    for part in ("signing_key(", "Expected", "Got", "The documented example"):
        expect(widget.result).to_contain_text(part)
    lab.screenshot(f"program-failed-{theme}", widget.root)
    assert lab.violations() == []
    checked(widget, exercise(KEY).solution, "Passed")
    expect(widget.result).to_contain_text("signing_key is yours now")
    lab.screenshot(f"program-passed-{theme}", widget.root)
    assert Progress(folder).history().passed(KEY)


def test_what_the_server_answers_is_shown(lab: LabPage) -> None:
    """The line that the client signed otherwise, and the mistake that leads to its signature."""
    widget = lab.exercise(SIGNER)
    checked(widget, wrong(SIGNER, "sorted as encoded"), "The client sorted the query, then encoded it;")
    for part in ("First difference", "Line 3 (query)", "does not match the signature you provided", "What you sent"):
        expect(widget.result).to_contain_text(part)
    lab.screenshot(f"program-refused-{theme_name(lab)}", widget.root)
    assert lab.violations() == []


def test_a_syntax_error_is_marked_where_it_stands(lab: LabPage) -> None:
    widget = lab.exercise(KEY)
    checked(widget, "import hmac\n\ndef signing_key(secret)\n    pass\n", "Cannot be called yet")
    expect(widget.root.locator(".iamkit-problems")).to_contain_text(re.compile(r"Line 3, column 24.*expected :"))
    expect(widget.root.locator(".cm-lint-marker-error")).to_have_count(1)
    lab.screenshot(f"program-syntax-error-{theme_name(lab)}", widget.root)


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

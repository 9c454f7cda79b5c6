"""A learner with the signature lab, with a real browser in a real JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, expect

from iamkit.notebook.signing.presets import PRESETS
from tests.browser.lab import NEXT_FRAME, LabPage, lab_page, write_notebook
from tests.learning import Learning

pytestmark = pytest.mark.browser

NOTEBOOK = "lab.ipynb"
AWS_EXAMPLE = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"


@pytest.fixture(scope="module")
def notebook(server: Learning, folder: Path) -> str:
    """A notebook of two cells beside the lessons."""
    code = "from iamkit.notebook import signature_lab\nlab = signature_lab()"
    write_notebook(folder / NOTEBOOK, [nbformat.v4.new_markdown_cell("# Lab"), nbformat.v4.new_code_cell(code)])
    return NOTEBOOK


@pytest.fixture(scope="module")
def window(browser: Browser, server: Learning, notebook: str) -> Iterator[LabPage]:
    """The notebook, open; nothing beyond this machine may be asked for."""
    with lab_page(browser, server) as opened:
        opened.open(notebook)
        yield opened
        assert opened.strangers == []


@pytest.fixture
def lab(window: LabPage) -> LabPage:
    """The lab, new and at its first preset."""
    window.page.locator(".iamkit-lab").evaluate_all("old => old.forEach(e => { e.dataset.old = '' })")
    window.run_all()
    expect(window.page.locator(".iamkit-lab[data-old]")).to_have_count(0)
    expect(window.page.locator(".iamkit-lab")).to_be_visible()
    return window


def field(lab: LabPage, name: str) -> Locator:
    return lab.page.locator(f".iamkit-field[data-field='{name}'] :is(input, textarea, select)")


def error(lab: LabPage, name: str) -> Locator:
    return lab.page.locator(f".iamkit-field[data-field='{name}'] .iamkit-error")


def signature(lab: LabPage) -> Locator:
    return lab.page.locator(".iamkit-signature")


def answer(lab: LabPage) -> Locator:
    return lab.page.locator(".iamkit-answer")


def start_from(lab: LabPage, slug: str) -> None:
    lab.page.get_by_label("Start from").select_option(slug)
    expect(lab.page.locator(".iamkit-lab h3")).to_have_text(PRESETS[slug].title)


def picture(lab: LabPage, name: str) -> None:
    lab.screenshot(f"signature-lab-{name}", lab.page.locator(".iamkit-lab"))


def test_typing_changes_signature_and_says_how_much(lab: LabPage) -> None:
    """Letter by letter, with what changed marked; Start over brings back what was."""
    expect(signature(lab)).to_have_text(AWS_EXAMPLE)
    expect(answer(lab)).to_contain_text("200OK")
    field(lab, "query").focus()
    lab.page.keyboard.press("Home")
    for _ in "Action=ListUsers":
        lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("Backspace")
    lab.page.keyboard.type("z")
    expect(field(lab, "query")).to_have_value("Action=ListUserz&Version=2010-05-08")
    expect(signature(lab)).not_to_have_text(AWS_EXAMPLE)
    expect(lab.page.locator(".iamkit-summary")).to_have_text(
        re.compile(r"^1 character changed in the canonical request; \d\d of 64 characters of the signature changed\.$")
    )
    assert signature(lab).locator("mark").count() > 0
    expect(answer(lab)).to_contain_text("200OK")
    expect(lab.page.locator(".iamkit-live")).to_contain_text("The server answers 200 OK.")

    lab.page.get_by_role("button", name="Start over").click()
    expect(signature(lab)).to_have_text(AWS_EXAMPLE)
    expect(lab.page.locator(".iamkit-lab mark")).to_have_count(0)


def test_what_happens_on_the_way_changes_the_answer(lab: LabPage) -> None:
    """The learner is the proxy: the server refuses, says which line, and believes again after Undo."""
    wire = field(lab, "wire")
    wire.fill(wire.input_value().replace("Host: iam.amazonaws.com", "Host: iam.amazonaws.com:8443"))
    expect(answer(lab)).to_contain_text("403SignatureDoesNotMatch")
    expect(lab.page.locator(".iamkit-tampering mark")).to_have_text(":8443")
    expect(lab.page.locator(".iamkit-why")).to_contain_text("header host")
    expect(signature(lab)).to_have_text(AWS_EXAMPLE)
    field(lab, "method").select_option("PUT")
    expect(wire).to_have_value(re.compile(r"^PUT .*\nHost: iam\.amazonaws\.com:8443\n"))

    lab.page.get_by_role("button", name="Undo what happened").click()
    expect(answer(lab)).to_contain_text("200OK")
    expect(lab.page.locator(".iamkit-tampering")).to_be_hidden()


def test_clocks_move_by_buttons(lab: LabPage) -> None:
    """Fifteen minutes are tolerated."""
    later = lab.page.get_by_role("button", name="+5 min")
    for minutes in (5, 10, 15):
        later.click()
        expect(lab.page.locator(".iamkit-clock")).to_have_text(f"{minutes} minutes ahead of your client's clock.")
        expect(answer(lab)).to_contain_text("200OK")
    later.click()
    expect(answer(lab)).to_contain_text("Signature expired")


def test_a_mistake_is_told_beside_its_field(lab: LabPage) -> None:
    """Nothing is lost: what was typed, and what the client signed last."""
    field(lab, "headers").fill("Host iam.amazonaws.com")
    expect(error(lab, "headers")).to_contain_text("no colon")
    expect(field(lab, "headers")).to_have_attribute("aria-invalid", "true")
    expect(field(lab, "headers")).to_have_value("Host iam.amazonaws.com")
    expect(signature(lab)).to_have_text(AWS_EXAMPLE)
    expect(lab.page.locator(".iamkit-summary")).to_contain_text("cannot sign this")
    field(lab, "headers").fill("Host: iam.amazonaws.com")
    expect(error(lab, "headers")).to_be_hidden()
    expect(signature(lab)).not_to_have_text(AWS_EXAMPLE)


def test_a_late_answer_is_dropped(lab: LabPage) -> None:
    """An answer to an older revision comes after the learner typed on: it must not be shown."""
    root = lab.page.locator(".iamkit-lab")
    field(lab, "body").fill("one")
    expect(root).to_have_attribute("data-revision", "1")
    field(lab, "body").fill("two")
    expect(root).to_have_attribute("data-revision", "2")
    shown = signature(lab).inner_text()
    # Forge the answer to the first edit; the honest one after it shows that both have arrived.
    forge = "lab.picture = lab.picture | {'revision': 1, 'signature': [['late', True]]}"
    honest = "lab.picture = lab.picture | {'revision': 2, 'signature': [['in time', True]]}"
    run(lab, forge)
    assert signature(lab).inner_text() == shown
    run(lab, honest)
    expect(signature(lab)).to_have_text("in time")


# Resolves when the kernel is done and its messages are here.
RUN = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  await kernel.requestExecute({ code, stop_on_error: true }).done;
}"""


def run(lab: LabPage, code: str) -> None:
    """Run code in the kernel and wait until the page has drawn what came of it."""
    lab.page.evaluate(RUN, code)
    lab.page.evaluate(NEXT_FRAME)


def test_keys_stay_in_the_lab(lab: LabPage) -> None:
    """JupyterLab adds a cell for an `a` and leaves for an arrow; here a select gets them."""
    cells = lab.page.locator(".jp-Cell").count()
    chosen = lab.page.get_by_label("Start from")
    chosen.focus()
    lab.page.keyboard.press("ArrowDown")
    expect(lab.page.locator(".iamkit-lab h3")).to_have_text("S3 object with a space")
    expect(chosen).to_be_focused()
    field(lab, "method").focus()
    for key in ("a", "b", "x"):
        lab.page.keyboard.press(key)
    assert lab.page.locator(".jp-Cell").count() == cells
    lab.page.keyboard.press("Tab")
    expect(field(lab, "path")).to_be_focused()


def test_a_kernel_that_is_gone_is_told(lab: LabPage) -> None:
    """Typing into a lab whose kernel was restarted says so; running the cell again brings a new lab."""
    lab.restart()
    if lab.page.locator(".iamkit-lab").count():
        field(lab, "body").fill("x")
        expect(lab.page.locator(".iamkit-trouble")).to_contain_text("run this cell again", ignore_case=True)
        lab.screenshot("signature-lab-gone")
    lab.run_all()
    expect(lab.page.locator(".iamkit-lab")).to_have_count(1)
    field(lab, "body").fill("x")
    expect(signature(lab)).not_to_have_text(AWS_EXAMPLE)
    expect(lab.page.locator(".iamkit-trouble")).to_be_hidden()


@pytest.mark.parametrize("slug", ["iam-get", "proxy-adds-port", "presigned-url", "token-lost"])
def test_nothing_serious_keeps_anyone_from_it(lab: LabPage, slug: str) -> None:
    """As axe-core sees it, with marks, with an error, and in both themes; pictures to look at."""
    start_from(lab, slug)
    if slug == "iam-get":
        field(lab, "query").fill("Action=ListUserz&Version=2010-05-08")
        expect(signature(lab)).not_to_have_text(AWS_EXAMPLE)
    if slug == "presigned-url":
        field(lab, "expires").fill("0")
        expect(error(lab, "expires")).to_be_visible()
    assert lab.violations() == []
    picture(lab, slug)


# Fields scroll by themselves, as fields of one line do.
STICKS_OUT = """root => [...root.querySelectorAll(':not(input, textarea)')]
  .filter(e => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map(e => e.outerHTML.slice(0, 90))"""


@pytest.mark.parametrize("width", [600, 400])
def test_narrow_windows_hold_it(lab: LabPage, width: int) -> None:
    """One column, and nothing sticks out."""
    start_from(lab, "proxy-adds-port")
    size = lab.page.viewport_size
    assert size
    lab.page.set_viewport_size({"width": width, "height": size["height"]})
    lab.page.evaluate(NEXT_FRAME)
    root = lab.page.locator(".iamkit-lab")
    assert root.evaluate(STICKS_OUT) == []
    picture(lab, f"narrow-{width}")
    lab.page.set_viewport_size(size)

"""A learner with the service authorization reference, with a real browser in a real JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, expect

from iamkit.reference import expand
from tests.browser.lab import NEXT_FRAME, LabPage, lab_page, write_notebook
from tests.learning import Learning

pytestmark = pytest.mark.browser

NOTEBOOK = "reference.ipynb"


@pytest.fixture(scope="module")
def notebook(server: Learning, folder: Path) -> str:
    """A notebook of two cells beside the lessons."""
    code = 'from iamkit.notebook import reference\nbrowser = reference("s3")'
    write_notebook(folder / NOTEBOOK, [nbformat.v4.new_markdown_cell("# Reference"), nbformat.v4.new_code_cell(code)])
    return NOTEBOOK


@pytest.fixture(scope="module")
def lab(browser: Browser, server: Learning, notebook: str) -> Iterator[LabPage]:
    """The reference of S3, open; nothing beyond this machine may be asked for."""
    with lab_page(browser, server) as page:
        page.open(notebook)
        page.run_all()
        expect(root(page)).to_be_visible()
        yield page
        assert page.strangers == []


def root(lab: LabPage) -> Locator:
    return lab.page.locator(".iamkit-reference")


def search(lab: LabPage, text: str) -> None:
    root(lab).get_by_label("Search actions").fill(text)


def shown(lab: LabPage) -> list[str]:
    return root(lab).locator("li:visible summary > code").all_inner_texts()


def picture(lab: LabPage, name: str) -> None:
    lab.screenshot(f"reference-{name}", root(lab))


# A table scrolls by itself where an ARN is long.
STICKS_OUT = """root => [...root.querySelectorAll(':not(input, .iamkit-table, .iamkit-table *)')]
  .filter(e => e.clientWidth > 1 && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')
  .map(e => e.outerHTML.slice(0, 90))"""


def test_nothing_serious_keeps_anyone_from_it(lab: LabPage) -> None:
    """As axe-core sees it, as opened and with actions unfolded, and in a narrow window; pictures to look at."""
    assert lab.violations() == []
    picture(lab, "opened")
    search(lab, "objecttagging")
    for action in ("DeleteObjectTagging", "PutObjectTagging"):
        root(lab).locator(f"details[data-action='{action}'] summary").click()
    assert lab.violations() == []
    picture(lab, "unfolded")
    size = lab.page.viewport_size
    assert size
    lab.page.set_viewport_size({"width": 460, "height": size["height"]})
    lab.page.evaluate(NEXT_FRAME)
    assert root(lab).evaluate(STICKS_OUT) == []
    picture(lab, "narrow")
    lab.page.set_viewport_size(size)


@pytest.mark.parametrize("pattern", ["Get*", "s3:*acl", "???Object", "*Bucket*Policy*", "*", "Nothing*"])
def test_pattern_finds_what_a_policy_matches(lab: LabPage, pattern: str) -> None:
    """The page's own matching agrees with the engine's."""
    search(lab, pattern)
    whole = pattern if ":" in pattern else f"s3:{pattern}"
    found = expand(whole)
    assert shown(lab) == [name.removeprefix("s3:") for name in found]
    expect(root(lab).locator(".iamkit-found")).to_have_text(
        f"{len(found)} of {len(expand('s3:*'))} actions match the pattern {pattern}."
    )


def test_words_are_found_in_descriptions_and_levels_filter(lab: LabPage) -> None:
    """Both together; Show all takes both back."""
    search(lab, "access control list bucket")
    assert {"GetBucketAcl", "PutBucketAcl"} <= set(shown(lab))
    for level in ("List", "Read", "Write", "Tagging"):
        root(lab).get_by_label(re.compile(f"^{level} ")).uncheck()
    assert "PutBucketAcl" in shown(lab)
    assert "GetBucketAcl" not in shown(lab)
    picture(lab, "filtered")
    root(lab).get_by_role("button", name="Show all").click()
    assert len(shown(lab)) == len(expand("s3:*"))


def test_action_unfolds_by_keyboard(lab: LabPage) -> None:
    """From the search on: Tab to the first action, Enter opens it, and JupyterLab gets none of the keys."""
    cells = lab.page.locator(".jp-Cell").count()
    search(lab, "")
    field = root(lab).get_by_label("Search actions")
    field.focus()
    lab.page.keyboard.type("GetObjectTagging")
    opened = root(lab).locator("details[data-action='GetObjectTagging']")
    expect(root(lab).locator(".iamkit-found")).to_contain_text("1 of ")
    # The button and five levels stand between.
    for _ in range(7):
        lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Enter")
    expect(opened).to_have_attribute("open", "")
    expect(opened).to_contain_text("arn:${Partition}:s3:::${BucketName}/${ObjectName}")
    expect(opened).to_contain_text("s3:ExistingObjectTag/<key>")
    assert lab.page.locator(".jp-Cell").count() == cells


def test_what_cannot_be_limited_and_what_else_is_needed_is_told(lab: LabPage) -> None:
    """No resource types, and dependent actions."""
    for action, told in (("ListAccessPoints", "cannot be limited to a resource"), ("CreateJob", "iam:PassRole")):
        search(lab, action)
        opened = root(lab).locator(f"details[data-action='{action}']")
        opened.locator("summary").click()
        expect(opened).to_contain_text(told)


def test_page_searches_without_a_kernel(lab: LabPage) -> None:
    """It has all of the service."""
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    search(lab, "List*")
    assert len(shown(lab)) == len(expand("s3:List*"))

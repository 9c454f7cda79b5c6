"""Drive a lesson in a real JupyterLab with a real browser.

Nothing here sleeps: JupyterLab's own promises say when a notebook is ready and when its cells have run.
"""

from __future__ import annotations

import contextlib
import importlib.resources
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlsplit

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import Browser, Locator, Page, Request, sync_playwright

from tests.browser.chromium import find_chromium
from tests.learning import Learning

# Light comes last: it is what a page wears between looks at both.
THEMES = {"dark": "JupyterLab Dark", "light": "JupyterLab Light"}

# Milliseconds. A check may start or reset a cloud and make clients in two processes, on a machine that has much to do.
PATIENCE = 90_000
# Pictures are for people, of whom there are none on CI.
PICTURES = not os.environ.get("CI")
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]

READY = """async () => {
  const panel = window.jupyterapp.shell.currentWidget;
  await window.jupyterapp.restored;
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.revealed;
  await panel.sessionContext.session.kernel.info;
}"""
WEAR = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
WORN = """theme =>
  document.body.dataset.jpThemeName === theme && !document.querySelector('#jupyterlab-splash')"""
NEXT_FRAME = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
RUN_ALL = "() => window.jupyterapp.commands.execute('notebook:run-all-cells')"
RESTART = """async () => {
  const session = window.jupyterapp.shell.currentWidget.sessionContext;
  await session.restartKernel();
  await session.session.kernel.info;
}"""

FURTHER = "e => { const y = e.scrollTop; e.scrollTop += 2200; return e.scrollTop > y; }"

# axe's contrast check sees no text in JupyterLab's scrolling panels without this. A cell that is not on screen has the
# size that JupyterLab expects of it, not its own, so that what is in it could lie over the next cell. A list that
# scrolls by itself must then be as tall as it is, else it lies over whatever follows.
OVERFLOW = (
    "html, body, * { overflow: visible !important; content-visibility: visible !important; }"
    " [class*=iamkit] * { max-height: none !important; }"
)
AXE = """async (include) => {
  const found = await axe.run({include}, {resultTypes: ['violations']});
  return found.violations.filter(({impact}) => impact === 'serious' || impact === 'critical').flatMap(
    ({id, impact, nodes}) => nodes.map(({html, failureSummary}) => `${impact} ${id}: ${html}\\n${failureSummary}`));
}"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium; where there is none the tests fail, `make test` decides whether to run them."""
    path = find_chromium()
    assert path, "no Chromium: install `chromium`, or name one in IAMKIT_CHROMIUM"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class LabPage:
    """One notebook open in JupyterLab; `strangers` are the addresses it asked for beyond this machine."""

    page: Page
    server: Learning
    strangers: list[str] = field(default_factory=list)
    has_run: bool = False

    def open(self, notebook: str) -> None:
        """Open a notebook with a new kernel and wait until it could run."""
        for session in self.server.ask("GET", "/api/sessions"):
            self.server.ask("DELETE", f"/api/sessions/{session['id']}")
        self.page.goto(f"{self.server.server}/doc/tree/{quote(notebook)}?token={self.server.token}&reset")
        self.page.wait_for_function("() => window.jupyterapp?.shell?.currentWidget?.context")
        self.page.evaluate(READY)

    def run_all(self) -> None:
        """Run all cells and wait for the last one."""
        self.page.evaluate(RUN_ALL)
        self.has_run = True

    def run_once(self) -> None:
        """Run all cells unless they have run since the notebook was opened."""
        if not self.has_run:
            self.run_all()

    def restart(self) -> None:
        """Restart the kernel and wait until the new one answers."""
        self.page.evaluate(RESTART)

    def in_each_theme(self, themes: Iterable[str] = THEMES) -> Iterator[str]:
        """Wear each theme in turn, and yield its name for a picture's file."""
        for name in themes:
            self.page.evaluate(WEAR, THEMES[name])
            self.page.wait_for_function(WORN, arg=THEMES[name])
            yield name

    def exercise(self, slug: str) -> Exercise:
        return Exercise(self.page, self.page.locator(f".iamkit-exercise[data-slug='{slug}']"))

    def violations(self, themes: Iterable[str] = THEMES) -> list[str]:
        """Return what axe-core finds serious or critical in the lesson itself, not in JupyterLab around it."""
        script = importlib.resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.page.evaluate(script)
        # Under the pointer a heading shows JupyterLab's own mark for a link to it.
        self.page.mouse.move(0, 0)
        style = self.page.add_style_tag(content=OVERFLOW)
        try:
            looked_at = [[".jp-RenderedMarkdown"], [".jp-OutputArea-output"]]
            return [
                f"{theme}: {each}"
                for theme in self.in_each_theme(themes)
                for each in self.page.evaluate(AXE, looked_at)
            ]
        finally:
            style.evaluate("element => element.remove()")

    def screenshot(self, name: str, part: Locator | None = None) -> None:
        """Leave pictures in build/screenshots, one a theme, of the page as it is or of the whole of a part of it."""
        if not PICTURES:
            return
        if part is None:
            for theme in self.in_each_theme():
                self.page.screenshot(path=SCREENSHOTS / f"{name}-{theme}.png")
            return
        # A part that is taller than the notebook's window would be cut: make the window tall enough for it.
        size = self.page.viewport_size
        box = part.bounding_box()
        assert size is not None
        assert box is not None
        self.page.set_viewport_size({"width": size["width"], "height": int(box["height"]) + 300})
        for theme in self.in_each_theme():
            part.scroll_into_view_if_needed()
            part.screenshot(path=SCREENSHOTS / f"{name}-{theme}.png")
        self.page.set_viewport_size(size)

    def screenshots_of_all(self, name: str) -> None:
        """Leave pictures of the whole notebook, one tall window after the other, in each theme."""
        if not PICTURES:
            return
        size = self.page.viewport_size
        assert size is not None
        self.page.set_viewport_size({"width": size["width"], "height": 2400})
        notebook = self.page.locator(".jp-NotebookPanel:visible .jp-WindowedPanel-outer")
        for theme in self.in_each_theme():
            notebook.evaluate("e => { e.scrollTop = 0; }")
            self.page.evaluate(NEXT_FRAME)
            for number in range(1, 40):
                self.page.screenshot(path=SCREENSHOTS / f"{name}-{theme}-{number:02}.png")
                if not notebook.evaluate(FURTHER):
                    break
                self.page.evaluate(NEXT_FRAME)
        self.page.set_viewport_size(size)


@dataclass
class Exercise:
    """The exercise widget as its user sees it."""

    page: Page
    root: Locator

    def write(self, policy: str) -> None:
        """Replace what the editor holds, as by pasting."""
        self.root.locator(".iamkit-editor .cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(policy)

    def press(self, button: Literal["check", "hint", "reset", "solution"]) -> None:
        self.root.locator(f".iamkit-{button}").click()

    @property
    def result(self) -> Locator:
        return self.root.locator(".iamkit-result")


@contextlib.contextmanager
def lab_page(browser: Browser, server: Learning) -> Iterator[LabPage]:
    """Open a page, cut off from everything but this machine."""
    raw = json.dumps({"theme": THEMES["light"]})
    server.ask("PUT", "/lab/api/settings/@jupyterlab/apputils-extension:themes", {"raw": raw})
    # One for all, whose cache has JupyterLab after the first page.
    context = browser.contexts[0] if browser.contexts else browser.new_context(viewport={"width": 1280, "height": 1000})
    # JupyterLab is some megabytes of code, which a busy machine takes its time to serve.
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    opened = LabPage(page, server)

    def note_strangers(request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname != "127.0.0.1":
            opened.strangers.append(request.url)

    # A route would stop them as well, and slow down each of JupyterLab's hundreds of requests: `FLAGS` stop them.
    page.on("request", note_strangers)
    try:
        yield opened
    finally:
        page.close()


def plain(markdown: str) -> re.Pattern[str]:
    """Return what matches a text of the course as it is displayed: without its Markdown, however it is wrapped."""
    words = re.sub(r"[`*]", "", markdown).split()
    return re.compile(r"\s+".join(map(re.escape, words)))


def write_notebook(path: Path, cells: list[NotebookNode]) -> None:
    """Write a notebook for a test; without a kernel's name JupyterLab would ask for one."""
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)

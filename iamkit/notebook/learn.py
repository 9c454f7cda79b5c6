"""`iamkit learn`: lay out the lessons, start JupyterLab, and open the lesson to go on with."""

from __future__ import annotations

import contextlib
import os
import sys
import webbrowser
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

from iamkit.course import Course, course_root
from iamkit.course.progress import Progress
from iamkit.notebook import folder as course_folder
from iamkit.notebook import lab

# In the course folder, not in the temporary one: a confined browser may read only what is below the home.
OPENING_PAGE = ".iamkit-open.html"
LEADING_ON = '<!doctype html><title>iamkit</title><meta http-equiv="refresh" content="0; url={}">\n'


def learn(directory: Path, *, port: int, browser: bool, say: Callable[[str], object]) -> None:
    """Run the course in `directory` until the learner ends it; raise `OSError` with what went wrong."""
    lessons = course_root() / "lessons"
    for lesson in course_folder.lay_out(lessons, directory):
        say(str(lesson))
    notebook = next_lesson(lessons, directory)
    say("Starting JupyterLab …")
    with contextlib.suppress(KeyboardInterrupt), lab.running(directory, port) as server:
        if server.port != port:
            say(f"Port {port} is taken: this course is on port {server.port}.")
        address = server.address(notebook)
        say(f"\nYour course is open at\n\n    {address}\n\nYour work is in {directory}. Stop with Ctrl-C.\n")
        with opening_page(directory, address) as page:
            if browser and _has_screen():
                webbrowser.open(page.resolve().as_uri())
            server.wait()
    say("Stopped. Your work is kept: run the same command to go on.")


def next_lesson(lessons: Path, directory: Path) -> str:
    """Return the notebook of the first lesson with an exercise to solve, or of the last when all are solved."""
    notebooks = sorted(path.name for path in lessons.glob("*.ipynb"))
    if not notebooks:
        raise FileNotFoundError(f"no lesson in `{lessons}`\nhelp: run make lessons")
    unsolved = {row.lesson for row in Course(progress=Progress(directory)).report().lessons if row.done < row.total}
    return next((name for name in notebooks if Path(name).stem in unsolved), notebooks[-1])


@contextlib.contextmanager
def opening_page(directory: Path, address: str) -> Iterator[Path]:
    """Write a page that leads to the address: a browser's arguments are open to every user, this file is not."""
    page = directory / OPENING_PAGE
    page.unlink(missing_ok=True)
    with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(
            f'<!doctype html><title>iamkit</title><meta http-equiv="refresh" content="0; url={escape(address)}">'
        )
    try:
        yield page
    finally:
        page.unlink(missing_ok=True)


def _has_screen() -> bool:
    """Tell whether a browser could show a window: a text browser would take the terminal over."""
    if sys.platform != "linux":
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))

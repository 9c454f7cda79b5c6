"""The cell magic `%%policy`, in a real IPython shell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from iamkit.course import Course, Progress
from iamkit.notebook import display, load_ipython_extension, magic, session

SLUG = "read-one-prefix"


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Course]:
    course = Course(progress=Progress(tmp_path))
    session.use(session.Session(course))
    yield course
    session.use(None)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A shell of its own, that the display takes for the running one and whose displays are caught."""
    make: Any = InteractiveShell
    shell = make()
    shell.history_manager.enabled = False
    monkeypatch.setattr(display, "shell", lambda: shell)
    publisher: Any = CapturingDisplayPublisher
    shell.display_pub = publisher()
    yield shell
    shell.history_manager.end_session()


def shown(shell: Any) -> list[str]:
    texts = [output["data"]["text/plain"] for output in shell.display_pub.outputs]
    shell.display_pub.outputs.clear()
    return texts


def test_the_extension_registers_the_magic(shell: Any) -> None:
    load_ipython_extension(shell)
    assert "policy" in shell.magics_manager.magics["cell"]


def test_a_cell_is_checked_when_it_runs(shell: Any, course: Course) -> None:
    """The cell is the JSON; quotes around the name are fine."""
    load_ipython_extension(shell)
    done = shell.run_cell(f'%%policy "{SLUG}"\n{course.exercise(SLUG).solution}')
    assert done.success
    (text,) = shown(shell)
    assert text.startswith(f"Read one prefix ({SLUG}): passed")


def test_an_unchanged_starter_is_no_error(shell: Any, course: Course) -> None:
    load_ipython_extension(shell)
    assert shell.run_cell(f"%%policy {SLUG}\n{course.exercise(SLUG).starter}").success
    (text,) = shown(shell)
    assert "not attempted yet" in text
    assert course.progress.history().attempts(SLUG) == 0


def test_a_missing_or_misspelled_name_is_said(shell: Any, course: Course) -> None:
    load_ipython_extension(shell)
    for line, told in (("", "name it in the first line"), ("read-one-prefi", "did you mean `read-one-prefix`")):
        assert shell.run_cell(f"%%policy {line}\n{{}}").success
        assert told in "".join(shown(shell))
    assert isinstance(course, Course)


def test_loading_twice_forgets_once(shell: Any) -> None:
    """A second import registers nothing twice."""
    load_ipython_extension(shell)
    load_ipython_extension(shell)
    assert shell.events.callbacks["pre_run_cell"].count(display._forget) == 1


def test_without_a_shell_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(magic, "shell", lambda: None)
    magic.load()

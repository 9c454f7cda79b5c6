"""A code exercise in the notebook: the magic, the call, the widget, and the function that a pass leaves behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from iamkit.course import Course, FailedCall, Outcome, Progress, Result
from iamkit.course.lines import first_difference
from iamkit.notebook import display, load_ipython_extension, session
from iamkit.notebook.api import check, reset, solution
from iamkit.notebook.controller import open_widget
from iamkit.notebook.defining import define_passed
from iamkit.notebook.views.results import announcement, result_view
from tests.course.building import RIGHT, write_code_course
from tests.notebook.test_html import EVIL, read

SLUG = "signing-key"
HEX = RIGHT.replace(".digest()", ".hexdigest().encode()")
EXAMPLE = '("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam")'


@pytest.fixture(autouse=True)
def course(tmp_path: Path) -> Iterator[Course]:
    course = Course(write_code_course(tmp_path / "root"), Progress(tmp_path / "learner"))
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
    monkeypatch.setattr("iamkit.notebook.defining.shell", lambda: shell)
    publisher: Any = CapturingDisplayPublisher
    shell.display_pub = publisher()
    load_ipython_extension(shell)
    yield shell
    shell.history_manager.end_session()


def shown(shell: Any) -> str:
    (output,) = shell.display_pub.outputs
    shell.display_pub.outputs.clear()
    return str(output["data"]["text/plain"])


# -- the magic


def test_a_cell_that_passes_defines_its_function_and_nothing_else(shell: Any) -> None:
    """Its helpers, its imports and what it prints stay where they are."""
    program = RIGHT + "\nprint('loaded')\nextra = 1\nif __name__ == '__main__':\n    raise ValueError\n"
    before = set(shell.user_ns)
    assert shell.run_cell(f"%%code {SLUG}\n{program}").success
    text = shown(shell)
    assert text.startswith("A key (signing-key): passed\n  6 of 6 cases passed, 101 calls made\n    the documented ")
    assert "`signing_key` is yours now: call it in any cell of this notebook." in text
    assert {name for name in shell.user_ns if not name.startswith("_")} - before == {"signing_key"}
    assert shell.user_ns["signing_key"]("a", "b", "c", "d")[:1] != b""


def test_a_function_from_a_pass_can_be_checked_as_a_function(shell: Any) -> None:
    """Its source is still known."""
    shell.run_cell(f"%%code {SLUG}\n{RIGHT}")
    shown(shell)
    result = check(SLUG, shell.user_ns["signing_key"])
    assert result is not None
    assert result.outcome is Outcome.PASSED
    assert "yours now" not in result.note


@pytest.mark.parametrize("program", [HEX, "def signing_key(", "x = 1", "%matplotlib inline"])
def test_a_cell_that_does_not_pass_defines_nothing(shell: Any, program: str) -> None:
    assert shell.run_cell(f"%%code {SLUG}\n{program}").success
    assert "yours now" not in shown(shell)
    assert "signing_key" not in shell.user_ns


def test_an_empty_or_nameless_cell_is_no_error(shell: Any) -> None:
    assert shell.run_cell(f"%%code {SLUG}\n# nothing yet\n").success
    assert "not attempted yet" in shown(shell)
    assert shell.run_cell("%%code\nx").success
    assert "name it in the first line, as in `%%code signing-key`" in shown(shell)


def test_a_program_that_behaves_differently_here_defines_nothing(shell: Any, course: Course) -> None:
    """It passed there, and raises here: nothing is said of a definition."""
    exercise = course.exercise(SLUG)
    passed = Result(SLUG, "A key", Outcome.PASSED)
    for program in ("raise ValueError", "import sys\nsys.exit()", "x = 1"):
        assert define_passed(exercise, passed, program) is passed
    assert "signing_key" not in shell.user_ns


# -- the call


def test_a_function_is_checked_with_all_that_it_needs(shell: Any) -> None:
    """The imports stand in another cell."""
    shell.run_cell("import hashlib, hmac\nfrom iamkit.notebook import check")
    shell.run_cell("\n".join(RIGHT.splitlines()[2:]) + f"\n\nresult = check({SLUG!r}, signing_key)")
    assert shell.user_ns["result"].outcome is Outcome.PASSED
    shell.display_pub.outputs.clear()


def test_a_function_without_a_source_is_told(shell: Any) -> None:
    assert check(SLUG, len) is None
    assert shown(shell).startswith(
        "the source of a builtin_function_or_method cannot be read\nhelp: hand in a function"
    )


def test_a_file_is_checked_by_its_text(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(RIGHT)
    result = check(SLUG, path)
    assert result is not None
    assert result.outcome is Outcome.PASSED


def test_solution_and_reset_show_python(capsys: pytest.CaptureFixture[str]) -> None:
    check(SLUG, RIGHT)
    capsys.readouterr()
    solution(SLUG)
    assert "def signing_key(secret, date, region, service):" in capsys.readouterr().out
    reset(SLUG)
    assert "return secret.encode()" in capsys.readouterr().out


# -- how results look


def result_of(course: Course, program: str) -> Result:
    return course.check(SLUG, program)


def test_a_failed_call_shows_everything(course: Course) -> None:
    """Call, expected, got and what helps at once, the steps folded away, and all of it as plain text."""
    result = result_of(course, HEX.replace("    key =", "    print('<b>')\n    key =", 1))
    view = result_view(result, course.exercise(SLUG))
    text = read(view)
    told = ("Not there yet", "The documented example", f"signing_key{EXAMPLE}", "Between the steps the key is", "<b>")
    for part in told:
        assert part in text
    assert "<details" in view.html
    assert view.text == repr(result)
    assert "  printed:    <b>" in view.text


def test_the_first_difference_stands_under_its_column(course: Course) -> None:
    """In lines that are not wrapped, whatever a learner's text holds."""
    expected, got = "GET\n/", f"GET\n{EVIL}"
    difference = first_difference(expected, got)
    found = FailedCall("a case", "f", ("x",), (EVIL,), expected, got, "Look `there`.", difference)
    result = Result(SLUG, "A key", Outcome.FAILED, counterexample=found, cases_total=2, calls_made=1)
    view = result_view(result)
    text = read(view)
    rows = text[text.index("expected  /") :].splitlines()
    assert rows[1] == f"got       {EVIL}"
    assert rows[2].startswith("          ^")
    assert re.search(r'<pre style="white-space:pre;', view.html)
    assert "What was expected, in full" in text
    assert announcement(result) == "Not there yet: a case: line 2, column 1: expected /, got <. Look there."


def test_long_details_are_folded_and_short_ones_are_rows(course: Course) -> None:
    details = (("explanation", "The client did it."), ("line 3", "x = 1"), ("what you sent", "a\nb"))
    found = FailedCall("a case", "f", (), (), "the server accepts the request", "403 No", "Help.", None, details)
    view = result_view(Result(SLUG, "A key", Outcome.FAILED, counterexample=found))
    read(view)
    assert re.search(r"<dt[^>]*>Explanation</dt><dd[^>]*>The client did it.</dd>", view.html)
    assert re.search(r"<dt[^>]*>Line 3</dt><dd[^>]*><code>x = 1</code></dd>", view.html)
    assert "<summary>What you sent</summary>" in view.html
    assert announcement(Result(SLUG, "A key", Outcome.FAILED, counterexample=found)) == (
        "Not there yet: a case: got 403 No. Help."
    )


def test_a_program_that_cannot_be_called_shows_its_line(course: Course) -> None:
    result = result_of(course, "print('<i>')\ndef signing_key(a): pass")
    view = result_view(result, course.exercise(SLUG))
    text = read(view)
    assert "Cannot be called yet" in text
    assert "Line 2, column 1: signing_key cannot be called with 4 arguments: it has 1 parameter (a)" in text
    assert "   2  def signing_key(a): pass\n      ^" in text
    assert "<i>" in text
    assert "line 2, column 1: `signing_key` cannot" in view.text
    assert announcement(result).startswith("Cannot be called yet: 1 problem. line 2, column 1: signing_key cannot")


# -- the widget


def test_the_widget_knows_that_it_edits_python(course: Course) -> None:
    """And how long the page has to wait for a program that does not end."""
    widget = open_widget(course, SLUG)
    assert (widget.language, widget.patience) == ("python", 25)
    assert widget.text == course.exercise(SLUG).starter.rstrip()


def test_check_marks_the_place_once(course: Course) -> None:
    widget = open_widget(course, SLUG)
    widget.controller.check("def signing_key(secret)\n    pass")
    (problem,) = widget.problems
    assert (problem["line"], problem["column"], problem["message"]) == (1, 24, "expected `:`")
    assert widget.outcome == "invalid"
    assert "marked in your program" in widget.result_html
    assert "expected" not in widget.result_html


def test_what_concerns_the_whole_program_has_no_pointer(course: Course) -> None:
    widget = open_widget(course, SLUG)
    widget.controller.check("print('here')\nx = 1")
    (problem,) = widget.problems
    assert (problem["line"], problem["message"]) == (None, "the program does not define `signing_key`")
    assert "here" in widget.result_html


def test_fail_pass_and_reset(course: Course, shell: Any) -> None:
    """A pass defines the function here as well."""
    widget = open_widget(course, SLUG)
    widget.controller.check(HEX)
    assert widget.outcome == "failed"
    assert "What helps" in widget.result_html
    widget.controller.check(RIGHT)
    assert widget.outcome == "passed"
    assert "is yours now" in widget.result_html
    assert callable(shell.user_ns["signing_key"])
    widget.controller.reset()
    assert widget.announcement == "The program is as it was at the start, and the hints begin again."
    assert widget.text == course.exercise(SLUG).starter.rstrip()

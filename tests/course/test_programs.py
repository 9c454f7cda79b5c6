"""A program is checked by what its function returns; whatever else it is, there is a result that says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from iamkit import Policy
from iamkit.course import CodeExercise, FailedCall, Outcome, Result
from iamkit.course.judges import JUDGES, Call, Judge, Refusal
from iamkit.course.judges.cases import same_text
from iamkit.course.programs import canonical, check_program, digest, judge_program
from tests.course.building import RIGHT, load_code, write_code_exercise

STARTER = "def double(text):\n    return text\n"


def doubled(text: str) -> Call:
    return Call((text,), text * 2, lambda value: same_text(value, text * 2, lambda _: f"`{text}` was not doubled."))


CASES = {"a letter": lambda: [doubled("a"), doubled("b")], "two lines": lambda: [doubled("c\n")]}
DOUBLE = Judge("double", ("text",), "a str", CASES)
TOML = """
kind = "code"
title = "Twice"
difficulty = 1
function = "double"
judge = "double"
without = ["string"]
time-limit = 2
hints = ["How often?", "What does `*` do?", "Twice."]
"""


@pytest.fixture
def exercise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CodeExercise:
    """An exercise whose judge asks for little: `double(text)`."""
    monkeypatch.setitem(JUDGES, "double", DOUBLE)
    files = {"starter_py": STARTER, "solution_py": "double = lambda text: text * 2\n"}
    folder = tmp_path / "02_sigv4" / "double-it"
    return load_code(write_code_exercise(folder, TOML, wrong__hex_py=None, wrong__one_region_py=None, **files))


def failed(exercise: CodeExercise, program: str) -> FailedCall:
    result = check_program(exercise, program)
    assert result.outcome is Outcome.FAILED
    assert isinstance(result.counterexample, FailedCall)
    return result.counterexample


def problem(exercise: CodeExercise, program: Any) -> str:
    """Return place, message and help of the one problem of a program that cannot be called."""
    result = check_program(exercise, program)
    assert result.outcome is Outcome.INVALID_PROGRAM
    assert len(result.problems) == 1
    return "\n".join(line.strip() for line in repr(result).splitlines()[1:])


def test_a_pass_says_how_much_was_tried(exercise: CodeExercise) -> None:
    result = check_program(exercise, exercise.solution)
    assert (result.outcome, result.cases_passed, result.cases_total, result.calls_made) == (Outcome.PASSED, 2, 2, 3)
    assert repr(result).splitlines() == [
        "Twice (double-it): passed",
        "  2 of 2 cases passed, 3 calls made",
        "Each key is made from the one before.",
    ]


def test_the_first_call_that_is_not_right_is_shown(exercise: CodeExercise) -> None:
    """As a call to paste, with what was expected, what came, and where they part; the cases after it still count."""
    result = check_program(
        exercise, "def double(text):\n    print('given', text)\n    return 2 * text.replace('b', 'd')"
    )
    assert (result.outcome, result.cases_passed) == (Outcome.FAILED, 1)
    assert repr(result) == (
        "Twice (double-it): not there yet\n"
        "  1 of 2 cases passed, 3 calls made\n"
        "  case:       a letter\n"
        '  call:       double("b")\n'
        "  expected:   bb\n"
        "  got:        dd\n"
        "  differs in:\n"
        "    line 1, column 1: expected `b`, got `d`\n"
        "      expected: bb\n"
        "      got:      dd\n"
        "                ^\n"
        "  feedback:   `b` was not doubled.\n"
        "  printed:    given b"
    )


def test_texts_of_several_lines_stand_below_their_names(exercise: CodeExercise) -> None:
    shown = repr(failed(exercise, "def double(text): return text.strip() * 2"))
    assert '  call:       double("c\\n")\n  expected:\n    c\n    c\n\n  got:        cc\n' in shown


@pytest.mark.parametrize(
    ("body", "got", "feedback"),
    [
        ("pass", "None", "returned nothing: is a `return` missing?"),
        ("yield text", "<generator object double>", "return `list(…)` of it"),
        ("return map(str, text)", "<map object>", "return `list(…)` of it"),
        ("return 7", "7", "must return a str. Yours returned an int."),
        ("return object()", "<object object>", "Yours returned an object."),
        ("return hmac.new(text)", "NameError: name 'hmac' is not defined", "Write `import hmac` at the top"),
        ("return helper(text)", "NameError: name 'helper' is not defined", "The program runs by itself"),
        (
            "hashlib.sha256(text)",
            "TypeError: Strings must be encoded before hashing",
            "`.encode()` turns text into",
        ),
        ("return text + b''", 'TypeError: can only concatenate str (not "bytes") to str', "Join text with text"),
        ("return input()", "EOFError: EOF when reading a line", "Nobody answers `input()`"),
        ("return double(text)", "RecursionError: maximum recursion depth exceeded", "calls itself without an end"),
        ("raise SystemExit(2)", "SystemExit: the program wants to end (2)", "must return, not end the program"),
        ("raise ValueError", "ValueError", "For these arguments the function must return a value."),
        ("os._exit(4)", "nothing: the program ended its process, with exit status 4", "not end the program"),
        ("while True: pass", "nothing: the call was stopped, because 2 seconds were over", "a loop that has no end"),
    ],
)
def test_whatever_a_call_does_there_is_a_sentence(exercise: CodeExercise, body: str, got: str, feedback: str) -> None:
    found = failed(exercise, f"import hashlib, os\ndef double(text):\n    {body}")
    assert found.got == got
    assert feedback in found.feedback


def test_an_exception_names_the_learners_line(exercise: CodeExercise) -> None:
    found = failed(exercise, "def double(text):\n    x = 1\n    return text + x")
    assert found.details == (("line 3", "return text + x"),)


def test_calls_after_one_that_never_came_back_do_not_pass(exercise: CodeExercise) -> None:
    result = check_program(exercise, "def double(text):\n    while text == 'b': pass\n    return text * 2")
    assert (result.cases_passed, result.calls_made) == (0, 2)
    assert isinstance(result.counterexample, FailedCall)
    assert result.counterexample.call == 'double("b")'


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (
            "def double(text)\n    return text",
            "line 1, column 17: expected `:`\n1  def double(text)\n^",
        ),
        (
            "x = 1\ndef double(text):\n    return text * (2\n",
            "line 3, column 19: `(` was never closed\n2  def double(text):\n3      return text * (2\n^",
        ),
        (
            "import string\ndef double(text): pass",
            "line 1, column 1: `string` may not be imported here\n"
            "help: this exercise is to write yourself what it does\n1  import string\n^",
        ),
        (
            "if True:\n    1 / 0",
            "line 2, column 5: ZeroDivisionError: division by zero, before `double` was called\n"
            "1  if True:\n2      1 / 0\n^",
        ),
        (
            "hashlib.sha256()",
            "line 1, column 1: NameError: name `hashlib` is not defined, before `double` was called\n"
            "help: Write `import hashlib` at the top of the program: it runs by itself, without the other cells.\n"
            "1  hashlib.sha256()\n^",
        ),
        ("x = 1", "the program does not define `double`\nhelp: write `def double(text):`"),
        (
            "def dubble(text): pass",
            "the program does not define `double`\nhelp: call `dubble` so, or write `def double(text):`",
        ),
        ("double = 7", "`double` is an int, not a function\nhelp: write `def double(text):`"),
        (
            "async def double(text): pass",
            "line 1, column 1: `double` is `async`: a call gives no value\nhelp: write `def double(text):`\n"
            "1  async def double(text): pass\n^",
        ),
        (
            "def double(): pass",
            "line 1, column 1: `double` cannot be called with 1 argument: it has no parameters\n"
            "help: write `def double(text):`\n1  def double(): pass\n^",
        ),
        (
            "print('here')\nwhile True: pass",
            "the program was stopped after 2 seconds, before `double` was called\n"
            "help: outside the function nothing may take long: is there a loop without an end?\nprinted:    here",
        ),
        (
            "import os\nos._exit(0)",
            "the program ended with exit status 0, before `double` was called\nhelp: it must only define the function",
        ),
        (7, "an int is no program\nhelp: hand in its text, or the function itself"),
        ({"Version": "2012-10-17"}, "a dict is no program\nhelp: hand in its text, or the function itself"),
        ("#" * 300_000 + "\nx", "the program has 300,002 characters\nhelp: a page or two is enough"),
    ],
)  # fmt: skip
def test_a_program_that_cannot_be_called_says_where_and_why(exercise: CodeExercise, program: Any, told: str) -> None:
    assert problem(exercise, program) == told


def test_the_mark_stands_below_its_column(exercise: CodeExercise) -> None:
    excerpt = check_program(exercise, "x = 1\nf = (1\n").excerpt.splitlines()
    assert excerpt == ["   1  x = 1", "   2  f = (1", "          ^"]
    assert excerpt[1].index("(") == excerpt[2].index("^")


@pytest.mark.parametrize(
    "program", [None, "", "  \n", STARTER, "# mine\n\ndef double(text):   # yes\n  return text\n\n"]
)
def test_what_changes_nothing_is_not_attempted(exercise: CodeExercise, program: Any) -> None:
    """Comments, blank lines and another indentation are no attempt."""
    result = check_program(exercise, program)
    assert result.outcome is Outcome.NOT_ATTEMPTED
    assert "this is the program you started from" in result.note


def test_the_starter_can_still_be_judged(exercise: CodeExercise) -> None:
    assert judge_program(exercise, exercise.starter).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (RIGHT, RIGHT.replace("    ", "\t") + "# done\n", True),
        (RIGHT, RIGHT.replace("key", "k"), False),
        ("if a:\n  b\nc", "if a:\n  b\n  c", False),
        ("x = 'a b'", "x = 'ab'", False),
        ("def f(:\n  1", "def f(:  \n  1\n", True),
        ("def f(:\n  1", "def f(:\n  2", False),
        ("'''", "(", False),
        ("x\0", "y\0", False),
        ("\ud800", "\udfff", False),
    ],
)
def test_attempts_are_told_apart_by_what_they_say(one: str, other: str, same: bool) -> None:
    """Also those that are no Python."""
    assert (canonical(one) == canonical(other)) is same
    assert (digest(one) == digest(other)) is same
    assert len(digest(one)) == 12


def test_what_is_no_text_has_a_digest_too() -> None:
    assert digest(7) != digest(Policy)
    assert digest({}) == digest({"a": 1})


def test_a_machine_without_a_second_python_is_told(exercise: CodeExercise, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the learner's attempt that failed."""
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    result = check_program(exercise, RIGHT)
    assert result.outcome is Outcome.NOT_ATTEMPTED
    assert "no second Python can be started here" in result.note


def test_more_is_worked_out_only_for_the_call_that_is_shown(
    monkeypatch: pytest.MonkeyPatch, exercise: CodeExercise
) -> None:
    """An explanation may take a while."""
    asked: list[str] = []

    def refuse(text: str) -> Call:
        def explained() -> Refusal:
            asked.append(text)
            return Refusal("more.", "x", details=(("why", "because"),))

        return Call((text,), "x", lambda value: Refusal("less.", "x", explained=explained))

    cases = {"one": lambda: [refuse("a"), refuse("b")], "two": lambda: [refuse("c")]}
    monkeypatch.setitem(JUDGES, "double", Judge("double", ("text",), "a str", cases))
    result: Result = check_program(exercise, exercise.solution)
    assert isinstance(result.counterexample, FailedCall)
    assert (asked, result.counterexample.details) == (["a"], (("why", "because"),))

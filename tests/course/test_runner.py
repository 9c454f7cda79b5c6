"""A learner's program runs in a process of its own: whatever it does, there is a clear result, and soon."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from iamkit.course import runner
from iamkit.course.border import Foreign
from iamkit.course.runner import CannotRun, Limits, Program, Raised, Refused, Returned, Run, Stopped, run

# Long enough for a few lines on a busy machine; what the interpreter needs to start is not counted.
SOON = Limits(seconds=2)
USUAL = Limits()
POSIX = os.name == "posix"


def program(text: str, *parameters: str, without: tuple[str, ...] = ()) -> Program:
    return Program(text, "f", parameters or ("a",), without)


def refused(text: str, limits: Limits = USUAL, **how: Any) -> Refused:
    made = run(program(text, **how), [(1,)], limits)
    assert made.answers == ()
    assert made.refused is not None
    return made.refused


def only(text: str, *arguments: Any, limits: Limits = USUAL) -> runner.Answer:
    """Make one call and return its answer."""
    given = arguments or (1,)
    names = [f"p{place}" for place in range(len(given))]
    (answer,) = run(program(text, *names), [given], limits).answers
    return answer


def test_each_call_gives_its_value() -> None:
    """In order, and each with what it printed."""
    text = "print('loading')\ndef f(a):\n    print('got', a)\n    return a * 2\n"
    answers = (Returned(2, "got 1\n"), Returned("xx", "got x\n"), Returned(b"yy", "got b'y'\n"))
    assert Run(answers) == run(program(text), [(1,), ("x",), (b"y",)])


def test_a_call_cannot_spoil_the_next() -> None:
    """Each has arguments of its own; what the program keeps is its own affair."""
    arguments = ([1],)
    answers = run(program("def f(a):\n    a.append(2)\n    return a"), [arguments, arguments]).answers
    assert (Returned([1, 2]), Returned([1, 2])) == answers
    assert arguments == ([1],)


def test_the_program_sees_the_environment_but_not_ours(tmp_path: Path) -> None:
    """It is neither the main module nor in our process, and has our packages."""
    text = "import os, anywidget\ndef f(a): return __name__, os.getpid()"
    answer = only(text)
    assert isinstance(answer, Returned)
    name, pid = answer.value
    assert name == "your_program"
    assert os.getpid() != pid
    assert not psutil.pid_exists(pid)


def test_dataclasses_and_sets_work_as_ever() -> None:
    """They look for their module; and the order of a set is the same every time."""
    text = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\n"
        "def f(a): return P(a).x, ''.join({'ab', 'cd', 'ef', 'gh'})"
    )
    assert only(text) == only(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("def f(a)\n    return a", 1, 9, "expected ':'"),
        ("def f(a):\nreturn a", 2, 1, "expected an indented block after function definition on line 1"),
        ("x = 1\nf = (\n", 2, 5, "'(' was never closed"),
        ("f = 'é' 1", 1, 9, "invalid syntax"),
    ],
)
def test_a_syntax_error_has_its_place(text: str, line: int, column: int, message: str) -> None:
    found = refused(text)
    assert found.kind == "syntax"
    assert {"kind": "syntax", "message": message, "line": line, "column": column} == found.details


@pytest.mark.parametrize("text", ["x = '\0'", "x = '\ud800'", "(" * 5_000, "-" * 90_000 + "1"])
def test_what_python_cannot_even_read_is_a_syntax_error(text: str) -> None:
    """Null bytes, halves of characters, nesting without end: never a crash."""
    assert refused(text).kind == "syntax"


@pytest.mark.parametrize(
    ("text", "kind", "details"),
    [
        ("def g(a): pass", "missing", {"close": []}),
        ("def ff(a): pass", "missing", {"close": ["ff"]}),
        ("f = 3", "not callable", {"type": "int"}),
        ("async def f(a): pass", "async", {"line": 1}),
        ("\ndef f(a, b): pass", "parameters", {"has": ["a", "b"], "line": 2}),
        ("def f(): pass", "parameters", {"has": [], "line": 1}),
        ("def f(*, a): pass", "parameters", {"has": ["a"], "line": 1}),
        ("x = 1\nraise ValueError('no')", "raised", {"type": "ValueError", "message": "no", "line": 2}),
        ("import sys\nsys.exit(3)", "raised", {"type": "SystemExit", "message": "3", "line": 2}),
        ("import os\nos._exit(3)", "exit", {"detail": "3"}),
    ],
)
def test_a_program_that_cannot_be_called_says_why(text: str, kind: str, details: dict[str, object]) -> None:
    found = refused(text)
    assert (kind, details) == (found.kind, {key: value for key, value in found.details.items() if key != "kind"})


@pytest.mark.parametrize(
    "text", ["f = lambda *a: 1", "def f(a, b=2): return 1", "class f:\n    def __new__(cls, a): return 1",
             "import functools\nf = functools.partial(lambda b, a: 1, 2)", "f = abs"]
)  # fmt: skip
def test_whatever_can_be_called_is_called(text: str) -> None:
    assert Returned(1) == only(text)


@pytest.mark.parametrize(
    "line",
    [
        "import iamkit.sigv4",
        "from iamkit.sigv4 import sign",
        "from iamkit import sigv4",
        "import iamkit.sigv4.chunks as c",
    ],
)
def test_a_closed_module_cannot_be_imported(line: str) -> None:
    """Wherever in the program that stands."""
    found = refused(f"def f(a):\n    {line}", without=("iamkit.sigv4",))
    assert found.details == {"kind": "import", "name": "iamkit.sigv4", "line": 2, "column": 5}


def test_other_modules_stay_open() -> None:
    text = "import iamkit.policy, hmac\ndef f(a): return 1"
    assert (Returned(1),) == run(program(text, without=("iamkit.sigv4", "hm")), [(1,)]).answers


def test_an_exception_has_the_learners_line() -> None:
    """The last of their own, be it raised deep in a library."""
    text = "import json\ndef g(a):\n    return json.loads(a)\ndef f(a):\n    return g(a)"
    answer = only(text, "{")
    assert isinstance(answer, Raised)
    assert (answer.type, answer.line) == ("JSONDecodeError", 3)


def test_the_calls_after_an_exception_are_made() -> None:
    answers = run(program("def f(a): return 1 // a"), [(0,), (1,)]).answers
    assert [Raised, Returned] == [type(answer) for answer in answers]


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("import sys\ndef f(a): sys.exit('bye')", "SystemExit"),
        ("def f(a): raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("def f(a): return f(a)", "RecursionError"),
        ("def f(a): return input()", "EOFError"),
        ("class E(Exception):\n    def __str__(self): raise ValueError\ndef f(a): raise E", "E"),
    ],
)
def test_whatever_is_raised_is_an_answer(text: str, type: str) -> None:
    answer = only(text)
    assert isinstance(answer, Raised)
    assert type == answer.type


def test_an_endless_loop_is_stopped_in_the_call_where_it_is() -> None:
    """The calls before it keep their values, those after it are not made."""
    made = run(
        program("def f(a):\n    print('call', a)\n    while a == 2: pass\n    return a"), [(1,), (2,), (3,)], SOON
    )
    assert (Returned(1, "call 1\n"), Stopped("time", printed="call 2\n")) == made.answers


def test_a_slow_start_is_not_the_programs_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine needs long until Python runs at all; the program's own time has not begun then."""
    monkeypatch.setattr(runner, "_BOOT", f"import time; time.sleep(0.6); {runner._BOOT}")
    assert Returned(2) == only("def f(a): return a + 1", limits=Limits(seconds=0.5))


def test_an_interpreter_that_never_starts_is_not_the_programs_fault_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is said of the program, which nobody has seen."""
    monkeypatch.setattr(runner, "_BOOT", "while True: pass")
    monkeypatch.setattr(runner, "_START_SECONDS", 0.2)
    with pytest.raises(CannotRun, match=r"no second Python has started here within 0\.2 seconds"):
        only("def f(a): return a")


def test_an_endless_loop_outside_the_function_is_stopped() -> None:
    assert Refused("time", {"detail": ""}, "here\n") == refused("print('here')\nwhile True: pass", SOON)


def test_a_flood_of_output_is_cut() -> None:
    answer = only("def f(a):\n    while True: print('x' * 10_000)", limits=SOON)
    assert isinstance(answer, Stopped)
    assert 2_000 < len(answer.printed) < 2_100
    assert "bytes more" in answer.printed


def test_a_program_that_ends_itself_is_told_from_one_that_crashes() -> None:
    assert Stopped("exit", "3") == only("import os\ndef f(a): os._exit(3)")
    if POSIX:
        text = "import os, signal\ndef f(a): os.kill(os.getpid(), signal.SIGSEGV)"
        assert Stopped("crash", "SIGSEGV") == only(text)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux holds a process to its memory")
def test_memory_has_an_end() -> None:
    """Bit by bit or at once."""
    for text in (
        "def f(a): return len(b'x' * (1 << 34))",
        "def f(a):\n    x = []\n    while True: x.append(b'x' * 10_000_000)",
    ):
        answer = only(text, limits=Limits(memory=1 << 28))
        assert isinstance(answer, Raised)
        assert answer.type == "MemoryError"


def test_values_that_are_no_data_are_described() -> None:
    assert Returned(Foreign("object", "<object object>")) == only("def f(a): return object()")
    assert Returned((Foreign("set", "{1}"), None)) == only("def f(a): return {1}, None")


def test_printing_what_we_say_gives_no_pass() -> None:
    """On every descriptor that the process has: without the mark no line is ours, and no value is another's."""
    text = """
import json, os
def f(a):
    for place in range(12):
        for message in ({"call": 0, "value": 42}, {"done": True}, {"problem": {"kind": "x"}}):
            try:
                os.write(place, b"\\n" + json.dumps(message).encode() + b"\\n")
            except OSError:
                pass
    return 1
"""
    answer = only(text)
    assert isinstance(answer, Returned)
    assert answer.value == 1


def test_closing_our_pipes_ends_the_run() -> None:
    answer = only("import os\ndef f(a):\n    os.closerange(0, 50)\n    return 1")
    assert isinstance(answer, Stopped)


@pytest.mark.skipif(not POSIX, reason="process groups are POSIX's")
def test_children_of_the_program_end_with_it(tmp_path: Path) -> None:
    """Also when the program ended well before them, and keeps its pipes open."""
    file = tmp_path / "pid"
    text = f"""
import pathlib, subprocess
def f(a):
    sleeping = subprocess.Popen(["sleep", "600"])
    pathlib.Path({str(file)!r}).write_text(str(sleeping.pid))
"""
    assert Returned(None) == only(text)
    with contextlib.suppress(psutil.NoSuchProcess):
        child = psutil.Process(int(file.read_text()))
        until = time.monotonic() + 60
        while child.status() != psutil.STATUS_ZOMBIE:  # nobody may be there to ask after it
            assert time.monotonic() < until
            time.sleep(0.01)  # it is no child of ours: nothing tells that it has ended


@pytest.mark.skipif(not POSIX, reason="only POSIX forks")
def test_a_program_that_forks_answers_each_call_once() -> None:
    answers = run(program("import os\nos.fork()\ndef f(a): return a"), [(1,), (2,), (3,)]).answers
    assert answers == (Returned(1), Returned(2), Returned(3))


def test_a_background_thread_keeps_nobody_waiting() -> None:
    text = "import threading\nthreading.Thread(target=threading.Event().wait).start()\ndef f(a): return a"
    assert Returned(1) == only(text)


def test_many_calls_with_long_arguments_fit_through_the_pipes() -> None:
    """More than any pipe holds, both ways."""
    calls = [("x" * 50_000,)] * 20
    answers = run(program("def f(a): return a"), calls).answers
    assert [Returned("x" * 50_000)] * 20 == list(answers)


def test_an_interrupt_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever interrupts the kernel interrupts the check."""
    started: list[int] = []

    def interrupted(self: Any, seconds: float) -> None:
        started.append(self.process.pid)
        raise KeyboardInterrupt

    monkeypatch.setattr(runner._Parent, "_next", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(program("def f(a):\n    while True: pass"), [(1,)])
    assert not psutil.pid_exists(started[0])


def test_without_a_python_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(CannotRun, match="no second Python can be started here"):
        run(program("def f(a): return 1"), [(1,)])


def test_no_thread_is_left() -> None:
    before = threading.active_count()
    only("def f(a): return a")
    assert before == threading.active_count()

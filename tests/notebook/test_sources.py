"""A function of the notebook becomes a program that runs by itself."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from iamkit.course.runner import Program, Returned, run
from iamkit.notebook.sources import NoSource, program_of


@pytest.fixture
def shell() -> Iterator[Any]:
    """A shell of its own: its cells are what a kernel's are."""
    make: Any = InteractiveShell
    shell = make()
    shell.history_manager.enabled = False
    yield shell
    shell.history_manager.end_session()


def cells(shell: Any, *texts: str) -> dict[str, Any]:
    for text in texts:
        assert shell.run_cell(text).success, text
    names: dict[str, Any] = shell.user_ns
    return names


def given(text: str, argument: object = "x") -> object:
    """Run a program in a fresh interpreter and return what its `f` gives."""
    (answer,) = run(Program(text, "f", ("argument",)), [(argument,)]).answers
    assert isinstance(answer, Returned), answer
    return answer.value


def test_a_function_alone_is_its_source(shell: Any) -> None:
    names = cells(shell, "x = 1\n\ndef f(text):\n    return text * 2\n\nx = 2")
    assert program_of(names["f"], "f") == "def f(text):\n    return text * 2\n"


def test_what_it_uses_goes_along_and_nothing_else(shell: Any) -> None:
    """Imports, data and helpers of other cells, each once; never a call that stands in a cell."""
    names = cells(
        shell,
        "import hashlib, hmac as mac, json, urllib.parse",
        "from urllib.parse import quote as q\nfrom textwrap import indent",
        "PREFIX = 'AWS4'\nUNUSED = 3\nSIZES = {'a': [1, (2, b'x')]}",
        "def helper(text):\n    return q(text) + inner(text) + PREFIX\n\n"
        "def inner(text):\n    return indent(text, PREFIX)",
        "def f(text):\n    def local(key):\n        return mac.new(key, b'', hashlib.sha256).hexdigest()[:4]\n"
        "    return helper(text) + urllib.parse.quote(local(b'k')) + str(SIZES) + inner.__name__",
        "raise_if_run = True\nexpected = f('a b')",
    )
    text = program_of(names["f"], "f")
    assert sorted(text.split("\n\n\n")[0].splitlines()) == [
        "from textwrap import indent",
        "from urllib.parse import quote as q",
        "import hashlib",
        "import hmac as mac",
        "import urllib.parse",
    ]
    assert text.count("def inner") == 1
    assert "UNUSED" not in text
    assert "json" not in text
    assert "raise_if_run" not in text
    assert text.count("PREFIX = 'AWS4'") == 1
    assert given(text, "a b") == names["expected"]


def test_another_name_is_given_the_asked_one(shell: Any) -> None:
    names = cells(shell, "def mine(text):\n    return text + '!'", "again = mine")
    for function in (names["mine"], names["again"]):
        assert given(program_of(function, "f"), "x") == "x!"


def test_functions_that_call_each_other_end(shell: Any) -> None:
    names = cells(shell, "def g(n):\n    return f(n - 1)\n\ndef f(n):\n    return n if n < 1 else g(n)")
    assert given(program_of(names["f"], "f"), 4) == 0


def test_the_newest_definition_counts(shell: Any) -> None:
    """Run the cell again after a change, and that is what is checked."""
    cells(shell, "def f(text):\n    return 1")
    names = cells(shell, "def f(text):\n    return 2")
    assert given(program_of(names["f"], "f")) == 2


def test_a_class_of_a_library_is_imported(shell: Any) -> None:
    names = cells(shell, "from iamkit.sigv4 import Credentials as C", "def f(text):\n    return C('AKID', text)")
    assert "from iamkit.sigv4.credentials import Credentials as C" in program_of(names["f"], "f")


def test_decorators_and_defaults_are_used_too(shell: Any) -> None:
    names = cells(
        shell,
        "from functools import cache\nN = 3",
        "@cache\ndef g(x):\n    return x",
        "def f(text, times=N):\n    return text * times",
    )
    assert given(program_of(names["f"], "f"), "x") == "xxx"
    with pytest.raises(NoSource, match="the source of a _lru_cache_wrapper cannot be read"):
        program_of(names["g"], "f")


def outer() -> Callable[[str], str]:
    secret = "x"

    def inner(text: str) -> str:
        return text + secret

    return inner


def made_of_nothing() -> Any:
    module = ModuleType("nowhere")
    exec("def f(text): return text", module.__dict__)
    return module.__dict__["f"]


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda text: text, "a lambda is no program\nhelp: write a function: `def f(…):`"),
        (outer(), "`inner` uses `secret` of the function around it\nhelp: define it at the left margin of a cell"),
        (
            made_of_nothing(),
            "the source of `f` cannot be read\nhelp: hand in its text, or write it in a",
        ),
        (builtins.len, "the source of a builtin_function_or_method cannot be read\nhelp: hand in a function made with"),
        (partial(print), "the source of a partial cannot be read"),
        (str, "the source of a type cannot be read"),
    ],
)
def test_where_there_is_no_source_that_is_said(function: Any, told: str) -> None:
    with pytest.raises(NoSource) as caught:
        program_of(function, "f")
    assert str(caught.value).startswith(told)

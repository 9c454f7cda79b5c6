"""The other side of the border: runs in a process of its own, loads a learner's program and makes the calls.

What it finds goes, a line of JSON each after the mark, to the pipe that was its standard output; whatever the program
prints goes elsewhere. Nothing is judged here: a program that forged a line could say no more than its values do.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import inspect
import json
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple, NoReturn

from iamkit.course.border import Client, Json, decode, describe, encode

MODULE = "your_program"
FILE = "<your program>"

_MESSAGE = 1_000


class Job(NamedTuple):
    """What the parent asks for: arguments are encoded; `mark`, a secret, begins a message and a call's output."""

    program: str
    function: str
    parameters: list[str]
    calls: list[Json]
    without: list[str]
    memory: int
    mark: str


def main(job: dict[str, Any]) -> NoReturn:
    """Do the job and end the process, whatever threads or handlers the program left behind."""
    channel = _take_standard_streams()
    status = 1
    with contextlib.suppress(BaseException):
        _Child(Job(**{name: job[name] for name in Job._fields}), channel).work()
        status = 0
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(status)


def _take_standard_streams() -> int:
    """Keep the pipe of the results for ourselves; what is printed shares the pipe of the errors."""
    channel = os.dup(1)
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", write_through=True)  # type: ignore[union-attr]
    return channel


class _Refused(Exception):
    """The program cannot be called, and why: the keys of a message of the kind `problem`."""

    def __init__(self, kind: str, **details: Json) -> None:
        super().__init__(kind)
        self.details: dict[str, Json] = {"kind": kind, **details}


class _Child:
    """Load one program and call its function."""

    def __init__(self, job: Job, channel: int) -> None:
        self.job = job
        self.channel = channel

    def work(self) -> None:
        _limit_memory(self.job.memory)
        self.tell({"ready": True})
        try:
            function = self.load()
        except _Refused as refused:
            self.tell({"problem": refused.details})
            return
        for number, arguments in enumerate(self.job.calls):
            self.begin(number)
            self.tell({"call": number, **self.call(function, arguments)})
        self.tell({"done": True})

    def tell(self, message: dict[str, Any]) -> None:
        data = f"{self.job.mark} {json.dumps(message)}\n".encode()
        while data:
            data = data[os.write(self.channel, data) :]

    def begin(self, number: int) -> None:
        """Cut the output here, so that what a call prints is known to be its own."""
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(1, f"\0{self.job.mark}{number}\0".encode())
        self.tell({"begin": number})

    def load(self) -> Callable[..., object]:
        """Compile and run the program; return the function, or raise `_Refused`."""
        code = self.compile()
        module = ModuleType(MODULE)
        sys.modules[MODULE] = module  # where dataclasses, for one, look their module up
        try:
            exec(code, module.__dict__)
        except BaseException as error:
            raise _Refused("raised", **self.raised(error)) from None
        return self.find(module.__dict__)

    def compile(self) -> Any:
        try:
            tree = ast.parse(self.job.program, FILE)
            self.refuse_imports(tree)
            return compile(tree, FILE, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise _Refused("syntax", message=error.msg, line=error.lineno, column=error.offset) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise _Refused("syntax", message=str(error) or "too deeply nested", line=None, column=None) from None

    def refuse_imports(self, tree: ast.AST) -> None:
        for node in ast.walk(tree):
            for name in _imported(node):
                closed = next((one for one in self.job.without if name == one or name.startswith(f"{one}.")), None)
                if closed is not None:
                    place = {"line": node.lineno, "column": node.col_offset + 1}  # type: ignore[attr-defined]
                    raise _Refused("import", name=closed, **place)

    def find(self, names: dict[str, Any]) -> Callable[..., Any]:
        wanted = self.job.function
        if wanted not in names:
            own = [name for name, value in names.items() if callable(value) and not name.startswith("__")]
            close: list[Json] = list(difflib.get_close_matches(wanted, own, n=1))
            raise _Refused("missing", close=close)
        function: Callable[..., Any] = names[wanted]
        line = function.__code__.co_firstlineno if inspect.isfunction(function) else None
        if not callable(function):
            raise _Refused("not callable", type=type(function).__name__)
        if inspect.iscoroutinefunction(function):
            raise _Refused("async", line=line)
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):  # written in C: the call will show
            return function
        try:
            signature.bind(*self.job.parameters)
        except TypeError:
            has: list[Json] = list(signature.parameters)
            raise _Refused("parameters", has=has, line=line) from None
        return function

    def call(self, function: Callable[..., object], arguments: Json) -> dict[str, Any]:
        """Make one call, with arguments of its own: what it does to them does not reach the next."""
        try:
            value = function(*map(_real, decode(arguments)))
            return {"value": encode(value)}
        except BaseException as error:
            return {"raised": self.raised(error)}

    def raised(self, error: BaseException) -> dict[str, Any]:
        """Say what was raised, and on which line of the program."""
        place = None
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == FILE:
                place = trace.tb_lineno
            trace = trace.tb_next
        error.__traceback__ = None  # lets go of what the frames hold: after a MemoryError that is needed
        try:
            message = str(error)
        except Exception:
            message = describe(error).text
        return {"type": type(error).__name__, "message": message[:_MESSAGE], "line": place}


def _real(argument: object) -> object:
    """Make the boto3 client that an argument stands for; boto3 is slow to import, and few programs need it."""
    if not isinstance(argument, Client):
        return argument
    from iamkit.cloud.clients import Keys, make_client

    keys = Keys(argument.access_key_id, argument.secret_access_key, argument.session_token)
    return make_client(argument.endpoint, argument.service, keys)


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _limit_memory(limit: int) -> None:
    """Hold the process to so many bytes, where the platform can."""
    try:
        import resource
    except ImportError:
        return
    for what, amount in ((resource.RLIMIT_AS, limit), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (amount, amount))

"""Run a learner's program in a process of its own: bounded in time, memory and output, and never in ours.

Knows processes and what `child` says; knows neither exercises nor what the values should be.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from iamkit.course.border import Foreign, Unreadable, decode, encode
from iamkit.course.printed import Printed

# A line longer than what `encode` can give is none of ours.
_LONGEST_LINE = 16_000_000
_BOOT = (
    "import json, sys; job = json.loads(sys.stdin.buffer.readline()); sys.path[:] = job.pop('path'); "
    "from iamkit.course.child import main; main(job)"
)
# What would make the child behave differently from a plain interpreter.
_NOT_FOR_CHILD = ("PYTHONINSPECT", "PYTHONSTARTUP", "PYTHONPROFILEIMPORTTIME", "PYTHONVERBOSE", "PYTHONWARNINGS")
_AWS_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
SECONDS = 10
# For an interpreter to start and find our packages; that it takes long is never the program's fault.
_START_SECONDS = 60
_POSIX = os.name == "posix"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use: seconds for loading and all calls together, bytes of memory.

    The time begins when the interpreter has started and is about to load the program.
    """

    seconds: float = SECONDS
    memory: int = 1 << 30


@dataclass(frozen=True, slots=True)
class Program:
    """What is run: a text that must define `function` with these parameters, and modules that it may not import."""

    text: str
    function: str
    parameters: tuple[str, ...]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """A call gave a value; `Foreign` stands for what is no data."""

    value: Any
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Raised:
    """A call raised; `line` is the last one of the learner's own program, None where it is not among the frames."""

    type: str
    message: str
    line: int | None
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A call never came back: `why` is "time", "exit" (the program ended the process) or "crash"."""

    why: str
    detail: str = ""
    printed: str = ""


Answer = Returned | Raised | Stopped


@dataclass(frozen=True, slots=True)
class Refused:
    """The program could not be called at all.

    `kind` is "syntax", "import", "raised", "missing", "not callable", "async", "parameters", or a `Stopped.why`.
    """

    kind: str
    details: dict[str, Any]
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a program: the answers to its calls in order, the last of them perhaps `Stopped`."""

    answers: tuple[Answer, ...] = ()
    refused: Refused | None = None


class CannotRun(OSError):
    """No second Python can be started here."""


def run(program: Program, calls: Sequence[tuple[Any, ...]], limits: Limits = Limits()) -> Run:
    """Load a program and make the calls; raise only `CannotRun`, and an interrupt after the child is gone."""
    mark = secrets.token_hex(16)
    job = {
        "path": [path or os.getcwd() for path in sys.path],  # noqa: PTH109 - as Python itself reads an empty entry
        "program": program.text,
        "function": program.function,
        "parameters": list(program.parameters),
        "without": list(program.without),
        "calls": [encode(arguments) for arguments in calls],
        "memory": limits.memory,
        "mark": mark,
    }
    with _process() as process:
        child = _Parent(process, mark)
        child.feed(json.dumps(job).encode() + b"\n")
        return child.watch(limits.seconds)


@contextlib.contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    """Start a fresh interpreter with a process group of its own; kill all of it in the end."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in _NOT_FOR_CHILD and not name.startswith("AWS_")  # a program has the keys it is given, no others
    }
    environment |= {"PYTHONHASHSEED": "0"}  # the same program gives the same, also where it uses sets
    environment |= dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")  # where the practice cloud is
    environment |= {"AWS_EC2_METADATA_DISABLED": "true", **dict.fromkeys(_AWS_FILES, os.devnull)}
    # Not with `-I`: it would ignore the hash seed. The path comes with the job, to be the kernel's own.
    command = [sys.executable or "", "-P", "-s", "-X", "utf8", "-c", _BOOT]
    options: dict[str, Any] = {"start_new_session": True} if _POSIX else {"creationflags": _windows_flags()}
    options |= dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    try:
        process = subprocess.Popen(command, env=environment, bufsize=0, **options)
    except OSError as error:
        raise CannotRun(f"no second Python can be started here ({error.strerror or error})") from error
    try:
        yield process
    finally:
        if process.returncode is None:  # else its number may be another's by now
            _kill(process)
            process.wait()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and all that it started, also when it has ended by itself."""
    if _POSIX:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        with contextlib.suppress(OSError):
            subprocess.run(tree, capture_output=True, check=False)
    with contextlib.suppress(OSError):
        process.kill()


def _windows_flags() -> int:
    names = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW")
    return sum(getattr(subprocess, name, 0) for name in names)


class _Parent:
    """Listen to one child: its messages in a queue, its output in `printed`."""

    def __init__(self, process: subprocess.Popen[bytes], mark: str) -> None:
        self.process = process
        self.mark = mark.encode() + b" "
        self.printed = Printed(mark)
        self.messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self.threads = [_thread(self._listen), _thread(self._read_output)]

    def feed(self, job: bytes) -> None:
        """Hand the job over; a child that is gone already will be found to be so."""
        assert self.process.stdin is not None
        self.threads.append(_thread(_write, self.process.stdin, job))

    def watch(self, seconds: float) -> Run:
        """Follow the messages until the work is done, the child ends, or its time is over; may raise `CannotRun`."""
        deadline = time.monotonic() + _START_SECONDS
        calls: list[dict[str, Any]] = []
        ready = begun = False
        refused: dict[str, Any] = {}
        stopped: tuple[str, str] | None = None
        try:
            while not refused and stopped is None:
                message = self._next(deadline)
                if message is None:
                    stopped = self._ended(deadline)
                    if stopped[0] == "time" and not ready:
                        raise CannotRun(f"no second Python has started here within {_START_SECONDS} seconds")
                elif "ready" in message:
                    ready = True
                    deadline = time.monotonic() + seconds
                elif "done" in message:
                    break
                elif "problem" in message:
                    refused = message["problem"]
                elif "begin" in message:
                    begun = True
                elif message["call"] == len(calls):  # a program that forks makes every call twice
                    calls.append(message)
        finally:
            self._finish()
        if refused:
            return Run(refused=Refused(refused["kind"], refused, self.printed.of(None)))
        if stopped and not begun:
            return Run(refused=Refused(stopped[0], {"detail": stopped[1]}, self.printed.of(None)))
        answers = [_answer(message, self.printed.of(number)) for number, message in enumerate(calls)]
        return Run((*answers, Stopped(*stopped, self.printed.of(len(calls)))) if stopped else tuple(answers))

    def _next(self, deadline: float) -> dict[str, Any] | None:
        """Wait for a message; None when there is none any more, or when the time is over."""
        try:
            return self.messages.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty:
            return None

    def _ended(self, deadline: float) -> tuple[str, str]:
        """Say how the child ended whose messages stopped before the work was done."""
        try:
            status = self.process.wait(max(deadline - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            return "time", ""
        if status < 0:
            with contextlib.suppress(ValueError):
                return "crash", signal.Signals(-status).name
        return ("exit", str(status)) if status >= 0 else ("crash", str(status))

    def _finish(self) -> None:
        """Kill the child, then take what is left in its pipes; one who keeps them open is not waited for."""
        _kill(self.process)
        for thread in self.threads:
            thread.join(timeout=1)
        for stream, thread in zip((self.process.stdout, self.process.stderr), self.threads, strict=False):
            if stream is not None and not thread.is_alive():
                stream.close()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in _lines(self.process.stdout):
            # A line without the mark is the program's own.
            if line.startswith(self.mark):
                self.messages.put(json.loads(line.removeprefix(self.mark)))
        self.messages.put(None)

    def _read_output(self) -> None:
        assert self.process.stderr is not None
        while data := _read(self.process.stderr):
            self.printed.feed(data)


def _answer(message: dict[str, Any], printed: str) -> Answer:
    if "raised" in message:
        return Raised(**message["raised"], printed=printed)
    try:
        return Returned(decode(message["value"]), printed)
    except Unreadable:
        return Returned(Foreign("value", "a value that cannot be read"), printed)


def _lines(stream: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while data := _read(stream):
        *lines, rest = (rest + data).split(b"\n")
        yield from lines
        if len(rest) > _LONGEST_LINE:
            return


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(65_536)
    except (OSError, ValueError):  # closed while we read
        return b""


def _write(stream: IO[bytes], data: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):
        view = memoryview(data)
        while view:
            view = view[stream.write(view) :]
    with contextlib.suppress(OSError):
        stream.close()


def _thread(target: Any, *arguments: Any) -> threading.Thread:
    thread = threading.Thread(target=target, args=arguments, daemon=True)
    thread.start()
    return thread

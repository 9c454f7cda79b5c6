"""Run a function once, in a process of its own, for as long as it may and no longer.

Every invocation is a cold start: a new folder with the code in it, a new interpreter. That is the laptop's own, of
whatever version; a function's runtime says only that it is Python.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.functions import bootstrap
from iamkit.cloud.run import RoleCredentials, environment
from iamkit.cloud.store import Deployed

# Developer Guide, "Lambda quotas": the unzipped package; the init phase has 10 seconds of its own.
_MOST_UNZIPPED = 262_144_000
_SECONDS_TO_INIT = 10
# What the interpreter needs to be there at all, in MB: addresses are counted, not pages.
_MEMORY_TO_START = 768
_MOST_OUTPUT = 1_048_576
# The environment is made from nothing, but for what a process of the system needs.
_INHERITED = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What is run: a version of a function, under which ARN, with what and as whom."""

    function: Deployed
    invoked_arn: str
    request_id: str
    event: str = field(repr=False)
    client_context: Mapping[str, Any] | None
    log_stream: str
    credentials: RoleCredentials = field(repr=False)

    @property
    def log_group(self) -> str:
        """Name the log group of the function."""
        return f"/aws/lambda/{self.function.name}"


@dataclass(frozen=True, slots=True)
class Finished:
    """How it ended: an answer, or `error` with one; neither, and the exit `status` or a timeout says why.

    `status` is negative for a signal. `output` is what was printed, the last of it. Times are in seconds.
    """

    payload: bytes | None
    error: str | None
    status: int | None
    timed_out: bool
    output: bytes = field(repr=False)
    seconds: float
    seconds_to_init: float
    memory: int | None


class Stopped(ServiceError):
    """The cloud was stopped while a function ran."""

    def __init__(self) -> None:
        super().__init__("ServiceException", "The local cloud was stopped while the function ran.", 500)


class Processes:
    """The processes that run now, so that they can be ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[_Process] = set()
        self._stopped = False

    def run(self, invocation: Invocation, fence_url: str) -> Finished:
        """Run a function to its end; raises Stopped, and ServiceError for code that cannot be unpacked."""
        with tempfile.TemporaryDirectory(prefix="iamkit-function-", ignore_cleanup_errors=True) as folder:
            process = self._start(invocation, Path(folder), fence_url)
            try:
                finished = process.finish(invocation.function.timeout)
            finally:
                process.kill()
                with self._lock:
                    self._running.discard(process)
        if self._stopped:
            raise Stopped
        return finished

    def _start(self, invocation: Invocation, folder: Path, fence_url: str) -> _Process:
        task, home = folder / "task", folder / "home"
        for each in (task, home):
            each.mkdir()
        _unpack(invocation.function.code, task)
        made = _environment(invocation, folder, fence_url)
        with self._lock:
            if self._stopped:
                raise Stopped
            process = _Process(task, made)
            self._running.add(process)
        process.tell(_orders(invocation, task))
        return process

    def stop(self) -> None:
        """End whatever runs, and start nothing more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                process.kill()


class _Process:
    """An interpreter with its pipes, and a thread for each pipe."""

    def __init__(self, task: Path, environment: Mapping[str, str]) -> None:
        self._began = time.monotonic()
        self._popen = subprocess.Popen(
            [sys.executable, "-I", "-u", "-B", "-X", "utf8", bootstrap.__file__],
            cwd=task,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._ready, self._answered = threading.Event(), threading.Event()
        self._answer: Mapping[str, Any] | None = None
        self._payload = b""
        self._output = bytearray()
        self._dropped = 0
        self._ready_at = self._ended_at = self._began
        self._threads = [
            threading.Thread(target=read, args=(pipe,), name="iamkit-function", daemon=True)
            for read, pipe in ((self._read_frames, self._popen.stdout), (self._read_output, self._popen.stderr))
        ]
        for thread in self._threads:
            thread.start()

    def tell(self, orders: bytes) -> None:
        """Say what to run; the pipe stays open, as a sign that the cloud is there."""
        assert self._popen.stdin is not None
        try:
            self._popen.stdin.write(b"%010d" % len(orders) + orders)
            self._popen.stdin.flush()
        except BrokenPipeError:
            pass  # How it ended says why.

    def finish(self, timeout: int) -> Finished:
        """Wait for the answer or for the time to be over, end the process and tell how it went."""
        in_time = self._ready.wait(max(timeout, _SECONDS_TO_INIT)) and self._answered.wait(
            max(0.0, self._ready_at + timeout - time.monotonic())
        )
        self._ended_at = time.monotonic()
        self.kill()
        status = self._popen.wait()
        for thread in self._threads:
            thread.join(5)
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            _close(pipe)
        answer = self._answer
        return Finished(
            payload=None if answer is None else self._payload,
            error=None if answer is None else answer["error"],
            status=None if answer is not None or not in_time else status,
            timed_out=not in_time,
            output=self._kept_output(),
            seconds=self._ended_at - self._ready_at,
            seconds_to_init=self._ready_at - self._began,
            memory=None if answer is None else answer["memory"],
        )

    def kill(self) -> None:
        """End the process and all that it has started; it is not waited for, so that its ID stays its own."""
        if self._popen.returncode is not None:
            return
        if sys.platform == "win32":
            self._popen.kill()
            return
        # macOS says that a group whose processes have all ended may not be killed.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)

    def _read_frames(self, pipe: IO[bytes]) -> None:
        """Read that the handler is loaded, then the answer; anything else is no answer."""
        try:
            head = _frame(pipe)
            self._ready_at = time.monotonic()
            if head is not None and head.get("ready"):
                self._ready.set()
                head = _frame(pipe)
            if head is not None and 0 <= head["size"] <= bootstrap.MOST_BYTES:
                payload = pipe.read(head["size"])
                if len(payload) == head["size"]:
                    self._payload, self._answer = payload, {"error": head["error"], "memory": head["memory"]}
        except (KeyError, TypeError, ValueError, OSError):
            pass
        finally:
            self._ready.set()
            self._answered.set()

    def _read_output(self, pipe: IO[bytes]) -> None:
        """Keep the last of what is printed."""
        try:
            while piece := os.read(pipe.fileno(), 65536):
                self._output += piece
                surplus = len(self._output) - _MOST_OUTPUT
                if surplus > 0:
                    del self._output[:surplus]
                    self._dropped += surplus
        except (OSError, ValueError):
            pass

    def _kept_output(self) -> bytes:
        kept = bytes(self._output)
        if not self._dropped:
            return kept
        return f"[iamkit] the first {self._dropped:,} bytes of output are not kept\n".encode() + kept


def _frame(pipe: IO[bytes]) -> dict[str, Any] | None:
    line = pipe.readline(4096)
    head = json.loads(line) if line else None
    return head if isinstance(head, dict) else None


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except OSError:
        pass


def _orders(invocation: Invocation, task: Path) -> bytes:
    function = invocation.function
    return json.dumps(
        {
            "handler": function.handler,
            "task": str(task),
            "timeout": function.timeout,
            "memory": (function.memory_size + _MEMORY_TO_START) * 1024 * 1024,
            "event": invocation.event,
            "context": {
                "aws_request_id": invocation.request_id,
                "log_group_name": invocation.log_group,
                "log_stream_name": invocation.log_stream,
                "function_name": function.name,
                "memory_limit_in_mb": str(function.memory_size),
                "function_version": function.version,
                "invoked_function_arn": invocation.invoked_arn,
                "client_context": invocation.client_context,
            },
        }
    ).encode()


def _environment(invocation: Invocation, folder: Path, fence_url: str) -> dict[str, str]:
    """Make the environment of a function; its own variables replace Lambda's language and time zone and no more."""
    function, home = invocation.function, str(folder / "home")
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    files = folder / "sdk"
    files.mkdir()
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        **function.variables,
        **environment(invocation.credentials, inherited, files, fence_url),
        "HOME": home,
        "USERPROFILE": home,
        "TMPDIR": home,
        "TEMP": home,
        "TMP": home,
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(folder / "task"),
        "LAMBDA_RUNTIME_DIR": str(Path(bootstrap.__file__).parent),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": invocation.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": invocation.log_stream,
    }


def _unpack(code: bytes, task: Path) -> None:
    """Unzip a deployment package; names that lead out of the folder are made harmless by zipfile."""
    try:
        with zipfile.ZipFile(io.BytesIO(code)) as package:
            size = sum(each.file_size for each in package.infolist())
            if size > _MOST_UNZIPPED:
                raise ServiceError(
                    "InvalidZipFileException", f"Unzipped size must be smaller than {_MOST_UNZIPPED} bytes", 502
                )
            package.extractall(task)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as problem:
        raise ServiceError(
            "InvalidZipFileException", f"Lambda could not unzip the deployment package: {problem}", 502
        ) from None

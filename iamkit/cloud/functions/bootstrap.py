"""Run one handler, in a process of its own: what AWS Lambda calls the runtime.

Standard library only, as it is started by its path. It is told on stdin which handler to call, and answers on what was
stdout with frames, a line of JSON that may be followed by bytes. What the handler prints goes to stderr, the log. The
other end of stdin is held by the cloud: when that is gone, this process ends.
"""

from __future__ import annotations

import contextlib
import decimal
import importlib
import json
import logging
import os
import signal
import sys
import sysconfig
import threading
import time
import traceback
from types import TracebackType
from typing import Any

# Quotas: 6 MB of response, and some room (Lambda quotas, "Invocation payload").
MOST_BYTES = 6_291_556
_TOO_LARGE = f"Response payload size exceeded maximum allowed payload size ({MOST_BYTES} bytes)."
_LOG_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t{request_id}\t%(message)s"


class Fault(Exception):
    """What the runtime itself has to complain about."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.trace = trace or []


class _Named:
    """An object with the members that Lambda gives, None where they were not sent."""

    members: tuple[str, ...] = ()

    def __init__(self, given: dict[str, Any]) -> None:
        for member in self.members:
            setattr(self, member, given.get(member))

    def __repr__(self) -> str:
        return f"{type(self).__name__}([{','.join(f'{name}={getattr(self, name)}' for name in self.members)}])"


class CognitoIdentity(_Named):
    """Who called through Amazon Cognito: nobody, here."""

    members = ("cognito_identity_id", "cognito_identity_pool_id")


class Client(_Named):
    """The application of a mobile SDK."""

    members = ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name")


class ClientContext(_Named):
    """What the caller sent as ClientContext."""

    members = ("custom", "env", "client")

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        self.client = Client(given["client"]) if isinstance(given.get("client"), dict) else None


class LambdaContext(_Named):
    """The second argument of a handler (Developer Guide, "Using the Lambda context object")."""

    members = (
        "aws_request_id", "log_group_name", "log_stream_name", "function_name", "memory_limit_in_mb",
        "function_version", "invoked_function_arn", "client_context", "identity", "tenant_id",
    )  # fmt: skip

    def __init__(self, given: dict[str, Any], deadline: float) -> None:
        super().__init__(given)
        client = given.get("client_context")
        self.client_context = ClientContext(client) if isinstance(client, dict) else None
        self.identity = CognitoIdentity({})
        self._deadline = deadline

    def get_remaining_time_in_millis(self) -> int:
        """Tell how long the invocation may go on."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))

    def log(self, message: object) -> None:
        """Write to the log."""
        sys.stdout.write(str(message))


def find(handler: str) -> Any:
    """Import the module of a handler, `module.function`, and find the function."""
    module_name, dot, name = handler.rpartition(".")
    if not dot:
        raise Fault(
            "Runtime.MalformedHandlerName", f"Bad handler '{handler}': not enough values to unpack (expected 2, got 1)"
        )
    if module_name.partition(".")[0] in sys.builtin_module_names:
        raise Fault("Runtime.BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as problem:
        raise Fault("Runtime.ImportModuleError", f"Unable to import module '{module_name}': {problem}") from None
    except SyntaxError as problem:
        where = shown(f'  File "{problem.filename}" Line {problem.lineno}\n    {problem.text}')
        message = f"Syntax error in module '{module_name}': {problem}"
        raise Fault("Runtime.UserCodeSyntaxError", message, [where]) from None
    try:
        return getattr(module, name)
    except AttributeError:
        raise Fault("Runtime.HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'") from None


def shown(trace: str) -> str:
    """Name files as Lambda does: the code stands in /var/task, Python in /var/lang."""
    python = f"/var/lang/lib/python{sys.version_info.major}.{sys.version_info.minor}"
    places = (
        (os.environ.get("LAMBDA_TASK_ROOT", ""), "/var/task"),
        (sysconfig.get_path("purelib"), f"{python}/site-packages"),
        (sysconfig.get_path("stdlib"), python),
    )
    for real, said in places:
        if real:
            trace = trace.replace(real, said)
    return trace


def stack(trace: TracebackType | None) -> list[str]:
    """Write the frames of the function's own code and of what it called, without those of this file."""
    frames = [(each.filename, each.lineno or 0, each.name, each.line) for each in traceback.extract_tb(trace)]
    while frames and frames[0][0] == __file__:
        del frames[0]
    return [shown(line) for line in traceback.format_list(frames)]


def as_json(value: object) -> bytes:
    """Write a result; raises Fault for what JSON cannot say."""

    def number(other: object) -> object:
        if isinstance(other, decimal.Decimal):
            return int(other) if other == other.to_integral_value() else float(other)
        raise TypeError(f"Object of type {type(other).__name__} is not JSON serializable")

    try:
        return json.dumps(value, default=number, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as problem:
        raise Fault("Runtime.MarshalError", f"Unable to marshal response: {problem}") from None


class Runtime:
    """The life of one invocation; `frames` is the file descriptor that the cloud reads.

    It is no file object, which would be closed before the process ends: the end of the pipe is the end of the process.
    """

    def __init__(self, told: dict[str, Any], frames: int) -> None:
        self.told = told
        self.frames = frames

    def run(self) -> None:
        """Load the handler, call it, answer."""
        try:
            handler = find(self.told["handler"])
        except Exception as problem:
            self.fail(problem, request_id="")
            return
        deadline = time.monotonic() + self.told["timeout"]
        self.frame({"ready": True})
        try:
            event = json.loads(self.told["event"])
            payload = as_json(handler(event, LambdaContext(self.told["context"], deadline)))
        except Exception as problem:
            self.fail(problem, request_id=self.told["context"]["aws_request_id"])
            return
        if len(payload) > MOST_BYTES:
            self.send("Function.ResponseSizeTooLarge", json.dumps(_too_large()).encode())
            return
        self.send(None, payload)

    def fail(self, problem: Exception, request_id: str) -> None:
        """Answer what went wrong, and log it as Lambda does: lines that belong together are one event."""
        if isinstance(problem, Fault):
            kind, trace = problem.kind, problem.trace
        else:
            kind, trace = type(problem).__name__, stack(problem.__traceback__)
        error = {"errorMessage": str(problem), "errorType": kind, "requestId": request_id, "stackTrace": trace}
        said = f"[ERROR] {kind}: {problem}" if str(problem) else f"[ERROR] {kind}"
        lines = [said, "Traceback (most recent call last):"]
        lines += [_indented(line) for frame in trace for line in frame.splitlines()]
        sys.stdout.write("\r".join(lines) + "\n")
        self.send(kind, json.dumps(error).encode()[:MOST_BYTES])

    def send(self, error: str | None, payload: bytes) -> None:
        """Answer; everything printed so far comes first."""
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        self.frame({"size": len(payload), "error": error, "memory": memory_used()}, payload)

    def frame(self, head: dict[str, Any], body: bytes = b"") -> None:
        """Write a frame."""
        rest = memoryview(json.dumps(head).encode() + b"\n" + body)
        while rest:
            rest = rest[os.write(self.frames, rest) :]


def _too_large() -> dict[str, str]:
    return {"errorMessage": _TOO_LARGE, "errorType": "Function.ResponseSizeTooLarge"}


def _indented(line: str) -> str:
    """Indent with what CloudWatch does not strip."""
    text = line.lstrip(" ")
    return "\u00a0" * (len(line) - len(text)) + text


def memory_used() -> int | None:
    """Tell the most memory that was in use, in MB; None where the system does not say."""
    if sys.platform == "win32":
        return None
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most // (1024 * 1024 if sys.platform == "darwin" else 1024)


def limit_memory(most_bytes: int) -> None:
    """Bound the address space, where the system does; and leave no core files."""
    if sys.platform == "win32":
        return
    import resource

    for kind, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_AS, most_bytes)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (value, value))


def end_with_the_cloud(lifeline: int) -> None:
    """Wait until the other end of a pipe is gone, and end, with everything that was started here."""
    with contextlib.suppress(OSError):
        while os.read(lifeline, 4096):
            pass
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.killpg(0, signal.SIGKILL)
    os._exit(1)


def set_up_logging(request_id: str) -> None:
    """Give the root logger the format of Lambda's Python runtime."""
    handler = logging.StreamHandler(sys.stdout)
    formatter = logging.Formatter(_LOG_FORMAT.format(request_id=request_id), "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.getLogger().addHandler(handler)


def main() -> None:
    """Take the pipes for ourselves, read what to do, do it."""
    lifeline, frames = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    told = json.loads(orders(lifeline))
    limit_memory(told["memory"])
    threading.Thread(target=end_with_the_cloud, args=(lifeline,), daemon=True).start()
    sys.path.insert(0, told["task"])
    sys.argv = [told["handler"]]
    set_up_logging(told["context"]["aws_request_id"])
    Runtime(told, frames).run()
    # The environment freezes when an answer is there: no thread goes on, no clean-up runs.
    os._exit(0)


def orders(pipe: int) -> bytes:
    """Read what to do: its length in ten digits, then so many bytes; the pipe stays open."""
    size, pieces = int(_exactly(pipe, 10)), []
    while size:
        pieces.append(_exactly(pipe, min(size, 1 << 20)))
        size -= len(pieces[-1])
    return b"".join(pieces)


def _exactly(pipe: int, size: int) -> bytes:
    piece = b""
    while len(piece) < size:
        more = os.read(pipe, size - len(piece))
        if not more:
            # The cloud is gone before it has said what to do.
            os._exit(1)
        piece += more
    return piece


if __name__ == "__main__":
    main()

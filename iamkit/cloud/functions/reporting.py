"""Say how an invocation ended, in Lambda's words: the payload of a failure, and the log."""

from __future__ import annotations

import base64
import json
import math
import signal
from dataclasses import dataclass
from datetime import UTC, datetime

from iamkit.cloud.functions.running import Finished, Invocation

# Invoke, LogType: "Tail to include the execution log in the response", of which there are the last 4 KB.
_TAIL = 4096


@dataclass(frozen=True, slots=True)
class Report:
    """The answer of a function, whether it is an error, and the lines of its log."""

    payload: bytes
    failed: bool
    log: str

    @property
    def tail(self) -> str:
        """Give the end of the log as Invoke answers it, in base64."""
        return base64.b64encode(self.log.encode()[-_TAIL:]).decode()


def report(invocation: Invocation, finished: Finished, ended: datetime) -> Report:
    """Put together what Lambda tells of an invocation."""
    payload, kind, said = _outcome(invocation, finished, ended)
    log = (
        f"START RequestId: {invocation.request_id} Version: {invocation.function.version}\n"
        f"{_lines(finished.output)}{said}"
        f"END RequestId: {invocation.request_id}\n"
        f"{_report_line(invocation, finished, kind)}\n"
    )
    return Report(payload, finished.payload is None or finished.error is not None, log)


def _outcome(invocation: Invocation, finished: Finished, ended: datetime) -> tuple[bytes, str, str]:
    """Give the payload, the type of a failure of the environment, and what that adds to the log."""
    if finished.payload is not None:
        return finished.payload, "", ""
    start = f"RequestId: {invocation.request_id} Error: "
    if finished.timed_out:
        problem = f"Task timed out after {invocation.function.timeout:.2f} seconds"
        moment = ended.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        return (
            _failure("Sandbox.Timedout", start + problem),
            "Sandbox.Timedout",
            f"{moment}Z {invocation.request_id} {problem}\n\n",
        )
    message = f"{start}Runtime exited {_why(finished.status)}"
    return _failure("Runtime.ExitError", message), "Runtime.ExitError", f"{message}\nRuntime.ExitError\n"


def _why(status: int | None) -> str:
    if not status:
        return "without providing a reason"
    if status > 0:
        return f"with error: exit status {status}"
    try:
        name = (signal.strsignal(-status) or str(-status)).lower()
    except ValueError:
        name = str(-status)
    return f"with error: signal: {name.partition(':')[0]}"


def _failure(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}, separators=(",", ":")).encode()


def _lines(output: bytes) -> str:
    text = output.decode("utf-8", "replace")
    return text if not text or text.endswith("\n") else f"{text}\n"


def _report_line(invocation: Invocation, finished: Finished, kind: str) -> str:
    function = invocation.function
    took = 1000 * (min(finished.seconds, function.timeout) if finished.timed_out else finished.seconds)
    started = 1000 * finished.seconds_to_init
    parts = [
        f"REPORT RequestId: {invocation.request_id}",
        f"Duration: {took:.2f} ms",
        f"Billed Duration: {math.ceil(took + started)} ms",
        f"Memory Size: {function.memory_size} MB",
        *([f"Max Memory Used: {finished.memory} MB"] if finished.memory is not None else []),
        f"Init Duration: {started:.2f} ms",
    ]
    if finished.timed_out:
        parts.append("Status: timeout")
    elif kind:
        parts += ["Status: error", f"Error Type: {kind}"]
    return "\t".join(parts)

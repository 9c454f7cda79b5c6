"""How an invocation ended, in Lambda's words."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from iamkit.cloud.functions.reporting import Report, report
from iamkit.cloud.functions.running import Finished, Invocation
from tests.cloud.functions.world import credentials, deployed

REQUEST = "8f507cfc-example"
ENDED = datetime(2026, 1, 31, 12, 0, 0, 250_000, tzinfo=UTC)


def reported(**more: Any) -> Report:
    """Report an invocation that took 1.5 ms, unless it is said otherwise."""
    invocation = Invocation(deployed(timeout=3), "arn", REQUEST, "{}", None, "stream", credentials())
    given: dict[str, Any] = {
        "payload": None,
        "error": None,
        "status": None,
        "timed_out": False,
        "output": b"",
        "seconds": 0.0015,
        "seconds_to_init": 0.1,
        "memory": None,
    }
    return report(invocation, Finished(**{**given, **more}), ENDED)


def test_an_answer_goes_out_as_it_is() -> None:
    """The log has what was printed between START and END."""
    done = reported(payload=b'"ok"', output=b"one\ntwo", memory=37)
    assert (done.payload, done.failed) == (b'"ok"', False)
    assert done.log == (
        f"START RequestId: {REQUEST} Version: $LATEST\none\ntwo\nEND RequestId: {REQUEST}\n"
        f"REPORT RequestId: {REQUEST}\tDuration: 1.50 ms\tBilled Duration: 102 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 37 MB\tInit Duration: 100.00 ms\n"
    )


def test_an_error_of_the_handler_is_its_payload() -> None:
    """The runtime has written it already."""
    done = reported(payload=b'{"errorType": "ValueError"}', error="ValueError")
    assert (done.payload, done.failed) == (b'{"errorType": "ValueError"}', True)


def test_a_timeout() -> None:
    """The payload has no time in it, the log has."""
    done = reported(timed_out=True, seconds=3.02)
    assert json.loads(done.payload) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {REQUEST} Error: Task timed out after 3.00 seconds",
    }
    assert f"2026-01-31T12:00:00.250Z {REQUEST} Task timed out after 3.00 seconds\n" in done.log
    assert done.failed
    assert "\tDuration: 3000.00 ms\t" in done.log
    assert done.log.endswith("\tStatus: timeout\n")


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (0, "without providing a reason"),
        (1, "with error: exit status 1"),
        (-9, "with error: signal: killed"),
        (-11, "with error: signal: segmentation fault"),
        (-99, "with error: signal: 99"),
    ],
)
def test_a_process_that_ended(status: int, why: str) -> None:
    """Exit status or signal; 0 is no reason."""
    done = reported(status=status)
    assert json.loads(done.payload) == {
        "errorType": "Runtime.ExitError",
        "errorMessage": f"RequestId: {REQUEST} Error: Runtime exited {why}",
    }
    assert done.failed
    assert done.log.endswith("\tStatus: error\tError Type: Runtime.ExitError\n")


def test_the_tail_is_the_end_of_the_log() -> None:
    """4 KB, in base64."""
    done = reported(payload=b"1", output="é".encode() * 5000)
    tail = base64.b64decode(done.tail)
    assert len(tail) == 4096
    assert done.log.encode().endswith(tail)


def test_what_is_no_text_is_replaced() -> None:
    """A function may print anything."""
    assert "\ufffd" in reported(payload=b"1", output=b"\xff").log

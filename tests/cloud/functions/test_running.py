"""A function runs in a process of its own: bounded, fenced, and gone when its time is over."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.functions.bootstrap import MOST_BYTES
from iamkit.cloud.functions.running import Finished, Invocation, Processes, Stopped
from tests.cloud.functions.world import MEETING, Meeting, credentials, deployed, package

ARN = "arn:aws:lambda:us-east-1:111122223333:function:report:live"
REQUEST = "8f507cfc-example"
FENCE = "http://127.0.0.1:9"


def invocation(source: str, event: str = "{}", client: dict[str, Any] | None = None, **more: Any) -> Invocation:
    """Put an invocation together."""
    return Invocation(deployed(source, **more), ARN, REQUEST, event, client, "2026/01/31/[1]abc", credentials())


def run(source: str, event: str = "{}", client: dict[str, Any] | None = None, **more: Any) -> Finished:
    """Run a function by itself."""
    return Processes().run(invocation(source, event, client, **more), FENCE)


def answered(source: str, event: str = "{}", **more: Any) -> Any:
    """Run a function that answers."""
    finished = run(source, event, **more)
    assert (finished.error, finished.timed_out) == (None, False), finished
    assert finished.payload is not None
    return json.loads(finished.payload)


def failed(source: str, **more: Any) -> dict[str, Any]:
    """Run a function that answers an error."""
    finished = run(source, **more)
    assert finished.payload is not None
    error = json.loads(finished.payload)
    assert finished.error == error["errorType"]
    return dict(error)


def test_the_event_comes_in_and_the_result_goes_out() -> None:
    """JSON in, JSON out, nothing lost on the way."""
    event = json.dumps({"text": "grüße", "list": [1, 2.5, None, True]})
    assert answered("def handler(event, context): return event", event) == json.loads(event)
    large = json.dumps("x" * 3_000_000)
    assert len(answered("def handler(event, context): return event", large)) == 3_000_000


def test_the_context_is_lambdas() -> None:
    """What the Developer Guide lists, with the ARN that was invoked."""
    source = """
def handler(event, context):
    names = ("function_name function_version invoked_function_arn memory_limit_in_mb aws_request_id log_group_name "
             "log_stream_name").split()
    return {name: getattr(context, name) for name in names} | {
        "remaining": context.get_remaining_time_in_millis(),
        "custom": context.client_context.custom,
        "title": context.client_context.client.app_title,
        "identity": context.identity.cognito_identity_id,
    }
"""
    told = {"custom": {"a": "b"}, "client": {"app_title": "t"}}
    finished = run(source, client=told, memory_size=256)
    assert finished.payload is not None
    given = json.loads(finished.payload)
    assert 0 < given.pop("remaining") <= 30_000
    assert given == {
        "function_name": "report",
        "function_version": "$LATEST",
        "invoked_function_arn": ARN,
        "memory_limit_in_mb": "256",
        "aws_request_id": REQUEST,
        "log_group_name": "/aws/lambda/report",
        "log_stream_name": "2026/01/31/[1]abc",
        "custom": {"a": "b"},
        "title": "t",
        "identity": None,
    }


def test_nothing_of_the_user_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No profile, no home, no secret of the laptop; the function's own variables, but none in place of Lambda's."""
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-user")
    monkeypatch.setenv("GITHUB_TOKEN", "of-the-user")
    source = "import os\ndef handler(event, context): return dict(os.environ) | {'cwd': os.getcwd()}"
    variables = {
        "STAGE": "test",
        "TZ": "Europe/Berlin",
        "AWS_ENDPOINT_URL": "https://elsewhere.example",
        "HTTPS_PROXY": "",
        "NO_PROXY": "*",
    }
    seen = answered(source, variables=variables)
    assert "of-the-user" not in seen.values()
    assert "AWS_PROFILE" not in seen
    assert (seen["STAGE"], seen["AWS_SECRET_ACCESS_KEY"], seen["AWS_SESSION_TOKEN"]) == ("test", "secret", "token")
    assert (seen["AWS_ENDPOINT_URL"], seen["HTTPS_PROXY"]) == ("http://127.0.0.1:9", FENCE)
    assert seen["NO_PROXY"] == "127.0.0.1,localhost,.localhost"
    assert seen["HOME"] not in (os.environ["HOME"], "")
    assert (seen["TZ"], seen["LANG"]) == ("Europe/Berlin", "en_US.UTF-8")
    assert (seen["cwd"], seen["AWS_LAMBDA_FUNCTION_NAME"]) == (seen["LAMBDA_TASK_ROOT"], "report")
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.13"
    assert not Path(seen["LAMBDA_TASK_ROOT"]).exists()


def test_files_beside_the_handler_are_found() -> None:
    """A package has modules in folders; none can lie outside of it."""
    code = package(
        "from lib.inner import word\ndef handler(event, context): return [word, open('data.txt').read()]",
        **{"lib/inner.py": "word = 'in'", "data.txt": "data", "../outside.py": "word = 'out'"},
    )
    assert answered("", code=code) == ["in", "data"]
    nested = package("", **{"src/app.py": "def handler(event, context): return 'nested'"})
    assert answered("", code=nested, handler="src/app.handler") == "nested"


def test_an_exception_is_told_as_lambda_tells_it() -> None:
    """Message, type, request and the frames of the function's own code."""
    finished = run("def handler(event, context):\n    print('before')\n    raise ValueError('no')\n")
    assert finished.error == "ValueError"
    assert json.loads(finished.payload or b"") == {
        "errorMessage": "no",
        "errorType": "ValueError",
        "requestId": REQUEST,
        "stackTrace": ["  File \"/var/task/app.py\", line 3, in handler\n    raise ValueError('no')\n"],
    }
    assert finished.output.decode() == (
        "before\n[ERROR] ValueError: no\rTraceback (most recent call last):\r"
        "\u00a0\u00a0File \"/var/task/app.py\", line 3, in handler\r\u00a0\u00a0\u00a0\u00a0raise ValueError('no')\n"
    )


@pytest.mark.parametrize(
    ("source", "handler", "kind", "message"),
    [
        ("", "other.handler", "Runtime.ImportModuleError", "Unable to import module 'other': No module named 'other'"),
        ("", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def (", "app.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app': invalid syntax"),
        ("", "handler", "Runtime.MalformedHandlerName", "Bad handler 'handler'"),
        ("", "sys.exit", "Runtime.BuiltInModuleConflict", "Cannot use built-in module sys"),
        ("1 / 0", "app.handler", "ZeroDivisionError", "division by zero"),
        ("import boto4", "app.handler", "Runtime.ImportModuleError", "Unable to import module 'app': No module named"),
    ],
)
def test_what_cannot_be_loaded_is_told_without_a_request(source: str, handler: str, kind: str, message: str) -> None:
    """The handler is loaded before any request comes in."""
    error = failed(source, handler=handler)
    assert (error["errorType"], error["requestId"]) == (kind, "")
    assert error["errorMessage"].startswith(message)


def test_a_result_that_is_no_json() -> None:
    """The runtime complains, not the handler; numbers of DynamoDB are written."""
    error = failed("def handler(event, context): return {1, 2}")
    assert error == {
        "errorMessage": "Unable to marshal response: Object of type set is not JSON serializable",
        "errorType": "Runtime.MarshalError",
        "requestId": REQUEST,
        "stackTrace": [],
    }
    decimals = "from decimal import Decimal as D\ndef handler(event, context): return [D('2'), D('2.5')]"
    assert answered(decimals) == [2, 2.5]


def test_a_result_that_is_too_large() -> None:
    """6 MB of response, no more."""
    assert len(answered(f"def handler(event, context): return 'x' * {MOST_BYTES - 2}")) == MOST_BYTES - 2
    error = failed(f"def handler(event, context): return 'x' * {MOST_BYTES}")
    assert error["errorType"] == "Function.ResponseSizeTooLarge"


@pytest.mark.parametrize(
    ("statement", "status"),
    [("sys.exit(3)", 3), ("sys.exit()", 0), ("os._exit(7)", 7), ("os.kill(os.getpid(), 9)", -9)],
)
def test_a_process_that_ends_has_no_answer(statement: str, status: int) -> None:
    """exit(), a crash, a signal: how it ended is all there is."""
    finished = run(f"import os, sys\ndef handler(event, context): {statement}")
    assert (finished.payload, finished.error, finished.status, finished.timed_out) == (None, None, status, False)


def test_time_is_over() -> None:
    """The process is killed, with what it has started; what it printed until then is kept."""
    source = """
import subprocess, sys
def handler(event, context):
    print("begun")
    subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"])
"""
    finished = run(source, timeout=1)
    assert (finished.payload, finished.timed_out) == (None, True)
    assert finished.output == b"begun\n"
    assert 1 <= finished.seconds < 5


# A function that starts another process, which says that it runs and waits.
PARENT = """
import subprocess, sys
CHILD = (
    "import socket; s = socket.create_connection(('127.0.0.1', %d)); "
    "s.sendall(b'here'); print('.', flush=True); s.recv(8)"
)

def handler(event, context):
    child = subprocess.Popen([sys.executable, "-c", CHILD % event["port"]], stdout=subprocess.PIPE)
    child.stdout.readline()
    if event["wait"]:
        child.wait()
    return "done"
"""


def test_children_do_not_outlive_the_answer() -> None:
    """What a handler leaves running ends with it."""
    with Meeting() as meeting:
        assert answered(PARENT, json.dumps({"port": meeting.port, "wait": False})) == "done"
        assert meeting.meet().recv(1) == b""


def test_the_stop_ends_what_runs_with_its_children() -> None:
    """Nothing of a function is left when the cloud is gone."""
    processes, ended = Processes(), threading.Event()
    with Meeting() as meeting:

        def invoke() -> None:
            with pytest.raises(Stopped):
                processes.run(invocation(PARENT, json.dumps({"port": meeting.port, "wait": True})), FENCE)
            ended.set()

        thread = threading.Thread(target=invoke)
        thread.start()
        child = meeting.meet()
        processes.stop()
        assert child.recv(1) == b""
        thread.join(10)
    assert ended.is_set()


def test_a_function_ends_with_the_process_of_the_cloud(tmp_path: Path) -> None:
    """A kernel that is killed leaves no function behind: the pipe that it held is closed."""
    program = """
import json, sys
from iamkit.cloud.functions.running import Processes
from tests.cloud.functions.test_running import FENCE, MEETING, invocation
Processes().run(invocation(MEETING, json.dumps({"port": int(sys.argv[1])})), FENCE)
"""
    root = Path(__file__).parents[3]
    with Meeting() as meeting:
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{program}", str(meeting.port)]
        # What is killed cannot tidy up.
        cloud = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "TMPDIR": str(tmp_path)})
        function = meeting.meet()
        cloud.kill()
        cloud.wait()
        assert function.recv(1) == b""


def test_what_is_printed_is_bounded() -> None:
    """The last megabyte is kept, and it is said that there was more."""
    finished = run("def handler(event, context):\n    for _ in range(40): print('x' * 99_999)\n    print('end')")
    assert finished.payload == b"null"
    first, _, rest = finished.output.partition(b"\n")
    assert first == b"[iamkit] the first 2,951,428 bytes of output are not kept"
    assert len(rest) == 1_048_576
    assert rest.endswith(b"x\nend\n")


def test_what_is_printed_never_is_an_answer() -> None:
    """Frames have a pipe of their own; whoever writes to stdout, file descriptor included, writes a log."""
    source = """
import os
def handler(event, context):
    os.write(1, b'{"size": 4, "error": null, "memory": 1}\\nfake\\n')
    return os.read(0, 10).decode()
"""
    finished = run(source)
    assert finished.payload == b'""'
    assert b"fake" in finished.output


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
def test_memory_is_bounded() -> None:
    """A function with little memory cannot take all of the laptop's."""
    error = failed("def handler(event, context): return len(bytearray(2 * 1024 ** 3))")
    assert error["errorType"] == "MemoryError"


def test_logging_has_lambdas_format() -> None:
    """The root logger says level, time and request."""
    finished = run("import logging\ndef handler(event, context): logging.warning('careful')")
    level, moment, request, text = finished.output.decode().split("\t")
    assert (level, request, text) == ("[WARNING]", REQUEST, "careful\n")
    assert moment.endswith("Z")


@pytest.mark.parametrize("code", [b"", b"no zip file", package("x" * 100)[:60]], ids=["empty", "no zip", "cut off"])
def test_a_package_that_cannot_be_unpacked(code: bytes) -> None:
    """Nothing runs."""
    with pytest.raises(ServiceError) as caught:
        run("", code=code)
    assert (caught.value.code, caught.value.status) == ("InvalidZipFileException", 502)


def test_nothing_starts_after_the_stop() -> None:
    """A cloud that was stopped runs no more functions."""
    processes = Processes()
    processes.stop()
    with pytest.raises(Stopped):
        processes.run(invocation(MEETING), FENCE)

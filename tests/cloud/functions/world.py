"""Functions to try: their packages, and a meeting point on loopback that says when they run."""

from __future__ import annotations

import io
import json
import socket
import zipfile
from types import TracebackType
from typing import Any

from iamkit.cloud.run import RoleCredentials
from iamkit.cloud.store import Deployed

ACCOUNT = "111122223333"
OTHER = "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/worker"
SECONDS = 30
# A machine that has much to do starts a process slowly; nobody waits longer than needed.
PATIENCE = 120


def package(source: str, **files: str) -> bytes:
    """Zip a module `app` and more files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as opened:
        opened.writestr("app.py", source)
        for name, text in files.items():
            opened.writestr(name, text)
    return packed.getvalue()


def deployed(source: str = "", **more: Any) -> Deployed:
    """Make a function as the store gives it."""
    given: dict[str, Any] = {
        "arn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:report",
        "name": "report",
        "version": "$LATEST",
        "runtime": "python3.13",
        "handler": "app.handler",
        "role": ROLE,
        "timeout": SECONDS,
        "memory_size": 128,
        "variables": {},
        "code": package(source),
    }
    return Deployed(**{**given, **more})


def credentials(endpoint: str = "http://127.0.0.1:9") -> RoleCredentials:
    """Make credentials that open nothing."""
    return RoleCredentials(endpoint, "us-east-1", "ASIAIOSFODNN7EXAMPLE", "secret", "token")


def trust(service: str = "lambda.amazonaws.com", **more: Any) -> str:
    """Write a trust policy for a service."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def allow(*actions: str, resource: str = "*", **more: Any) -> str:
    """Write a policy that allows."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": resource, **more}}
    )


# A function that says that it runs, then waits to be told to go on.
MEETING = """
import socket

def handler(event, context):
    with socket.create_connection(("127.0.0.1", event["port"])) as there:
        there.sendall(b"here")
        return there.recv(8).decode()
"""


class Meeting:
    """A socket on loopback where functions report; what is sent to one lets it go on."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(PATIENCE)
        self.port: int = self._socket.getsockname()[1]
        self._met: list[socket.socket] = []

    def meet(self) -> socket.socket:
        """Wait until a function runs."""
        there, _ = self._socket.accept()
        there.settimeout(PATIENCE)
        self._met.append(there)
        assert there.recv(4) == b"here"
        return there

    def __enter__(self) -> Meeting:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        for each in (*self._met, self._socket):
            each.close()

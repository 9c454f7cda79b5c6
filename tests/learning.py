"""Start the course as a learner does, by its command, and hear what it says."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Learning:
    """A running `iamkit learn`: its process, what it said so far, the address it printed."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    address: str = ""

    @property
    def server(self) -> str:
        """The address of the server, without a path."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 0

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.address).query)["token"][0]

    def listen(self) -> None:
        """Read on until the address is printed; JupyterLab that does not come up ends the process, and so this."""
        for line in self._output:
            self.said.append(line.rstrip())
            if line.strip().startswith("http://"):
                self.address = line.strip()
                return
        raise AssertionError(f"no address in: {self.said}")

    def interrupt(self) -> int:
        """Press Ctrl-C, read what is still said, and return the exit status."""
        self.process.send_signal(signal.SIGINT)
        self.said += [line.rstrip() for line in self._output]
        return self.process.wait()

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call JupyterLab's REST API; return what it answers."""
        content = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.server}{path}", content, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    @property
    def _output(self) -> IO[str]:
        assert self.process.stdout is not None
        return self.process.stdout


def _first_port() -> int:
    """Give the processes of pytest-xdist ports of their own: two servers that look at once may find the same one."""
    return 8888 + 50 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


@contextlib.contextmanager
def learning(folder: Path, *options: str) -> Iterator[Learning]:
    """Run `iamkit learn FOLDER --no-browser` until the block ends."""
    if "--port" not in options:
        options += ("--port", str(_first_port()))
    command = [sys.executable, "-m", "iamkit", "learn", str(folder), "--no-browser", *options]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        started = Learning(process)
        try:
            started.listen()
            yield started
        finally:
            if process.poll() is None:
                started.interrupt()

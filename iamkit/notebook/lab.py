"""JupyterLab as a child process: started on one folder, known by its address, stopped with its kernels."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote, urlencode

HOST = "127.0.0.1"
# Defaults of JupyterLab for the course, below whatever the learner has set: it does not ask about news.
DEFAULTS = Path(__file__).parent / "jupyter"
SECONDS_TO_START = 120
SECONDS_TO_STOP = 15


class LabError(OSError):
    """JupyterLab did not start."""


@dataclass(frozen=True, slots=True)
class Lab:
    """A JupyterLab that answers."""

    process: subprocess.Popen[bytes]
    port: int
    token: str

    def address(self, notebook: str) -> str:
        """Return the address of a notebook, with the token that lets its reader in."""
        return f"http://{HOST}:{self.port}/lab/tree/{quote(notebook)}?{urlencode({'token': self.token})}"

    def wait(self) -> int:
        """Return the exit status of JupyterLab once it has ended, as by File > Shut Down."""
        return self.process.wait()


@contextlib.contextmanager
def running(folder: Path, port: int) -> Iterator[Lab]:
    """Start JupyterLab on a folder and, whatever ends the block, stop it together with its kernels.

    A port that is taken makes JupyterLab try the next ones. Raises `LabError`.
    """
    token = secrets.token_hex(24)
    with _signals_as_interrupts():
        # In a session of its own it does not get the terminal's Ctrl-C, at which it would ask whether it is meant.
        process = subprocess.Popen(
            _command(folder, port), env=_environment(folder, token), stdin=subprocess.DEVNULL, start_new_session=True
        )
        try:
            yield Lab(process, _port_once_it_answers(process, token), token)
        finally:
            _stop(process)


def _command(folder: Path, port: int) -> list[str]:
    options = {
        "ServerApp.ip": HOST,
        "ServerApp.port": str(port),
        "ServerApp.root_dir": str(folder.resolve()),
        "ServerApp.base_url": "/",
        "ServerApp.open_browser": "False",
        "Application.log_level": "ERROR",
        # Another user of this machine could read what goes between notebook and kernel, or be told so at every start.
        "KernelManager.transport_encryption": "auto",
        # Nothing is asked of the network: no look for updates or extensions.
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    command = [sys.executable, "-m", "jupyterlab", *(f"--{name}={value}" for name, value in options.items())]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command


def _environment(folder: Path, token: str) -> dict[str, str]:
    # The token goes by the environment: every user of a machine can read the arguments of a process.
    configuration = os.pathsep.join(filter(None, (os.environ.get("JUPYTER_CONFIG_PATH"), str(DEFAULTS))))
    return {
        **os.environ,
        "IAMKIT_COURSE_DIR": str(folder.resolve()),
        "JUPYTER_CONFIG_PATH": configuration,
        "JUPYTER_TOKEN": token,
    }


def _port_once_it_answers(process: subprocess.Popen[bytes], token: str) -> int:
    """Return the port that JupyterLab took, which its own information file says."""
    from jupyter_core.paths import jupyter_runtime_dir

    information = Path(jupyter_runtime_dir()) / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            port = int(_read(information)["port"])
            if _answers(port, token):
                return port
        with contextlib.suppress(subprocess.TimeoutExpired):
            status = process.wait(timeout=0.1)
            raise LabError(f"JupyterLab ended with status {status} before it answered: its own words stand above")
    raise LabError(f"JupyterLab did not answer within {SECONDS_TO_START} seconds")


def _read(information: Path) -> dict[str, Any]:
    content = json.loads(information.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError("not a JSON object")
    return content


def _answers(port: int, token: str) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/api/status", headers={"Authorization": f"token {token}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    finally:
        connection.close()


@contextlib.contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """Let a closed terminal or a `kill` end the block as Ctrl-C does, so that no server is left behind."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    names = ("SIGINT", "SIGTERM", "SIGHUP")
    before = {number: signal.signal(number, interrupt) for name in names if (number := getattr(signal, name, None))}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask JupyterLab to stop, which stops its kernels; kill it when it does not, or at a second Ctrl-C."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=SECONDS_TO_STOP)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        process.kill()
        process.wait()

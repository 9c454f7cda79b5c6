"""Each of these runs the command itself, with a real JupyterLab."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import psutil
import pytest

from iamkit.course import course_root
from iamkit.notebook import learn
from tests.learning import Learning, learning

FIRST = min(path.name for path in (course_root() / "lessons").glob("*.ipynb"))
NEWER = FIRST.replace(".ipynb", " (new).ipynb")


def command_lines(processes: list[psutil.Process]) -> list[str]:
    """Return how the processes were started; one that has ended in the meantime has nothing to tell."""
    lines = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie too
            lines.append(" ".join(process.cmdline()))
    return lines


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Learning]:
    with learning(tmp_path_factory.mktemp("learn") / "my course") as server:
        yield server


def test_the_address_printed_opens_the_lesson(started: Learning) -> None:
    """It carries the notebook and the token."""
    assert f"/lab/tree/{FIRST}?token=" in started.address
    with urllib.request.urlopen(started.address) as answer:
        assert answer.status == HTTPStatus.OK
    assert started.ask("GET", f"/api/contents/{FIRST}?content=0")["name"] == FIRST


def test_nobody_gets_in_without_the_token(started: Learning) -> None:
    """A server that runs code must not be open to the rest of the machine."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{started.server}/api/contents")
    with refused.value as answer:
        assert answer.code == HTTPStatus.FORBIDDEN


def test_the_token_is_not_in_the_arguments_of_a_process(started: Learning) -> None:
    """Every user of a machine can list them."""
    family = [process := psutil.Process(started.process.pid), *process.children(recursive=True)]
    lines = command_lines(family)
    assert any("jupyterlab" in line for line in lines)
    assert not [line for line in lines if started.token in line]


def test_the_server_listens_on_loopback_only(started: Learning) -> None:
    (server,) = psutil.Process(started.process.pid).children()
    listening = {link.laddr.ip for link in server.net_connections(kind="tcp") if link.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_a_taken_port_is_said_and_another_one_used(tmp_path: Path) -> None:
    """Whoever asked for that port learns where the course is."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with learning(tmp_path, "--port", str(port)) as server:
            assert server.port != port
            assert f"Port {port} is taken: this course is on port {server.port}." in server.said


def test_ctrl_c_stops_the_server_and_its_kernels(tmp_path: Path) -> None:
    """No process is left, the exit status is that of a success, and the page with the token is gone."""
    with learning(tmp_path) as server:
        server.ask("POST", "/api/kernels", {"name": "python3"})
        family = psutil.Process(server.process.pid).children(recursive=True)
        assert any("ipykernel_launcher" in line for line in command_lines(family))
        assert (tmp_path / learn.OPENING_PAGE).exists()
        assert server.interrupt() == 0
        assert server.said[-1].startswith("Stopped. Your work is kept")
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert not (tmp_path / learn.OPENING_PAGE).exists()


def test_a_second_start_keeps_the_work_and_puts_a_newer_lesson_beside_it(tmp_path: Path) -> None:
    """What was there as the first start left it, edited, and then a course that has a newer lesson."""
    edited = "an edited lesson, from an older course"
    (tmp_path / FIRST).write_text(edited)
    with learning(tmp_path) as server:
        assert f"{FIRST}: your work stays as it is; the newer lesson is `{NEWER}`" in server.said
        assert FIRST in server.address
    assert (tmp_path / FIRST).read_text() == edited
    assert (tmp_path / NEWER).read_bytes() == (course_root() / "lessons" / FIRST).read_bytes()


def test_the_opening_page_leads_to_the_address_and_is_for_its_owner_only(tmp_path: Path) -> None:
    """The token is in it."""
    with learn.opening_page(tmp_path, 'http://127.0.0.1:1/lab?token=a&b="') as page:
        assert 'url=http://127.0.0.1:1/lab?token=a&amp;b=&quot;"' in page.read_text()
        assert page.stat().st_mode & 0o777 == 0o600
    assert not page.exists()


def test_a_folder_that_cannot_be_used_is_one_clear_message(tmp_path: Path) -> None:
    """No traceback, and a status that says it failed."""
    target = tmp_path / "a file"
    target.write_text("")
    command = [sys.executable, "-m", "iamkit", "learn", str(target)]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 1
    assert finished.stderr.startswith(f"Error: `{target}` is a file")
    assert "Traceback" not in finished.stderr

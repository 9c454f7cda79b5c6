"""The local cloud as a process: it says how to reach it, serves, and ends when told."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest

IAMKIT = [sys.executable, "-m", "iamkit", "cloud"]


@contextmanager
def started(*options: str) -> Iterator[subprocess.Popen[str]]:
    """Start `iamkit cloud`, and end it."""
    with subprocess.Popen([*IAMKIT, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def lines(process: subprocess.Popen[str], number: int) -> Sequence[str]:
    """Read what it says."""
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(number)]


def test_one_line_of_json() -> None:
    """Endpoint and keys of each account, for scripts; Ctrl-C ends it well."""
    with started("--json", "--seed", "1", "--account", "111122223333", "--account", "444455556666") as process:
        told = json.loads(lines(process, 1)[0])
        for account, keys in told["administrators"].items():
            sts = boto3.client(
                "sts",
                region_name=told["region"],
                endpoint_url=told["endpoint"],
                aws_access_key_id=keys["accessKeyId"],
                aws_secret_access_key=keys["secretAccessKey"],
            )
            assert sts.get_caller_identity()["Account"] == account
    assert process.returncode == 0


def test_shell_exports_are_all_that_a_program_needs(tmp_path: Path) -> None:
    """Unmodified boto3, nothing but the environment."""
    with started() as process:
        exports = dict(re.findall(r"(AWS_\w+)=(\S+)", "".join(lines(process, 4))))
        program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        ran = subprocess.run(
            [sys.executable, "-c", program],
            env={**kept, **exports, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout.strip() == "arn:aws:iam::111122223333:user/administrator"


@pytest.mark.parametrize(
    ("options", "message"), [(["--account", "12"], "`12` is no account"), (["--port", "0"], "0 is not")]
)
def test_what_it_cannot_do_is_said(options: list[str], message: str) -> None:
    """One line and help, no traceback."""
    ran = subprocess.run([*IAMKIT, *options], capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_port_that_is_taken() -> None:
    """It says so, and starts nothing."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = subprocess.run([*IAMKIT, "--port", port], capture_output=True, text=True, check=False)
    assert ran.returncode != 0
    assert "in use" in ran.stderr
    assert "Traceback" not in ran.stderr

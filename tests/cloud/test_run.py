"""A program that `iamkit run` starts can call the local cloud and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from iamkit.cloud.fence import Fence
from iamkit.cloud.run import RoleCredentials, command_line, environment, run

BIN = Path(sys.executable).parent


class Recording(BaseHTTPRequestHandler):
    """Stand where the cloud would, and note who calls."""

    calls: ClassVar[list[tuple[str, str]]] = []

    def do_POST(self) -> None:
        """Answer anything with an empty JSON object."""
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self.calls.append((self.headers.get("Authorization", ""), self.headers.get("X-Amz-Target", "")))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def calls() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """An endpoint on loopback, and what is called there."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Recording)
    Recording.calls = []
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", Recording.calls
    server.shutdown()
    server.server_close()


def credentials(endpoint: str) -> RoleCredentials:
    return RoleCredentials(endpoint, "us-east-1", "ASIAIOSFODNN7EXAMPLE", "secret", "token")


def test_nothing_of_the_user_is_inherited(tmp_path: Path) -> None:
    """No variable of AWS, no profile, no file, no proxy; all else stays."""
    inherited = {
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "aws_session_token": "real",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/",
        "AWS_WEB_IDENTITY_TOKEN_FILE": "/var/token",
        "AWS_CA_BUNDLE": "/etc/bundle",
        "HTTPS_PROXY": "http://corporate:8080",
        "no_proxy": "*",
        "PATH": "/usr/bin",
        "LANG": "C.UTF-8",
    }
    made = environment(credentials("http://127.0.0.1:4566"), inherited, tmp_path, "http://127.0.0.1:9")
    assert made["LANG"] == "C.UTF-8"
    for value in (
        "production",
        "AKIAREAL",
        "real",
        "http://169.254.170.2/",
        "/var/token",
        "http://corporate:8080",
        "*",
    ):
        assert value not in made.values()
    assert made["HTTPS_PROXY"] == made["https_proxy"] == made["ALL_PROXY"] == "http://127.0.0.1:9"
    assert Path(made["AWS_CONFIG_FILE"]).parent == Path(made["AWS_SHARED_CREDENTIALS_FILE"]).parent == tmp_path
    assert "token" not in Path(made["AWS_CONFIG_FILE"]).read_text()


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["python", "app.py"], ["python", "app.py"]),
        (["aws", "s3", "ls"], ["aws", "s3", "ls"]),
        (["/opt/bin/aws", "s3", "ls"], ["/opt/bin/aws", "--endpoint-url", "URL", "s3", "ls"]),
        (["./aws.exe", "s3", "ls"], ["./aws.exe", "--endpoint-url", "URL", "s3", "ls"]),
        (["/bin/aws", "--endpoint-url=X", "s3", "ls"], ["/bin/aws", "--endpoint-url=X", "s3", "ls"]),
    ],
)
def test_the_cli_is_told_the_endpoint(command: list[str], expected: list[str]) -> None:
    """By its path; by its name it is found wrapped."""
    assert command_line(command, "URL") == expected


def test_the_fence_refuses_all(tmp_path: Path) -> None:
    """Tunnels and plain requests alike, and it remembers what was asked for."""
    with Fence() as fence:
        connection = HTTPConnection("127.0.0.1", int(fence.url.rpartition(":")[2]))
        connection.set_tunnel("sqs.us-east-1.amazonaws.com", 443)
        with pytest.raises(OSError, match="403"):
            connection.connect()
        plain = HTTPConnection("127.0.0.1", int(fence.url.rpartition(":")[2]))
        plain.request("GET", "http://169.254.169.254/latest/meta-data/")
        assert plain.getresponse().status == 403
        assert fence.refused == [
            "CONNECT sqs.us-east-1.amazonaws.com:443",
            "GET http://169.254.169.254/latest/meta-data/",
        ]


def test_the_aws_cli_stays_on_loopback_for_sqs(
    calls: tuple[str, list[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Version 1 of the CLI ignores AWS_ENDPOINT_URL for SQS; here it calls the cloud, with the role's key."""
    endpoint, called = calls
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    ran = run(["aws", "sqs", "list-queues"], credentials(endpoint))
    assert (ran.status, ran.refused) == (0, ()), capfd.readouterr()
    assert [target for _, target in called] == ["AmazonSQS.ListQueues"]
    assert "Credential=ASIAIOSFODNN7EXAMPLE/" in called[0][0]


def test_the_same_without_wrapping_meets_the_fence(calls: tuple[str, list[tuple[str, str]]], tmp_path: Path) -> None:
    """Were the CLI not told, it would call AWS itself: the fence is what then stops it."""
    endpoint, called = calls
    with Fence() as fence:
        made = environment(credentials(endpoint), {"PATH": ""}, tmp_path, fence.url)
        made |= {"AWS_MAX_ATTEMPTS": "1", "PATH": os.environ["PATH"]}
        for name in ("AWS_ENDPOINT_URL", "AWS_CONFIG_FILE"):
            del made[name]
        finished = subprocess.run([BIN / "aws", "sqs", "list-queues"], env=made, check=False, capture_output=True)
        assert finished.returncode != 0
        assert called == []
        assert fence.refused
        assert all("amazonaws.com:443" in what for what in fence.refused)


def test_boto3_calls_the_cloud(calls: tuple[str, list[tuple[str, str]]], capfd: pytest.CaptureFixture[str]) -> None:
    """Unmodified, with no argument but the service."""
    endpoint, called = calls
    program = "import boto3; boto3.client('dynamodb').list_tables(); boto3.client('sqs').list_queues()"
    ran = run([sys.executable, "-c", program], credentials(endpoint))
    assert ran.status == 0, capfd.readouterr()
    assert [target.rpartition(".")[2] for _, target in called] == ["ListTables", "ListQueues"]


def test_the_status_is_the_programs() -> None:
    """As a shell would see it."""
    assert run([sys.executable, "-c", "raise SystemExit(7)"], credentials("http://127.0.0.1:9")).status == 7

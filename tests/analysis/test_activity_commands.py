"""`iamkit generate` and `iamkit unused`: what they print, and their exit status."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iamkit.cli import main
from tests.analysis.events import BUCKET, event, get


@pytest.fixture
def log(tmp_path: Path) -> str:
    file = tmp_path / "log.json"
    file.write_text(json.dumps({"Records": [get("a"), event("s3", "ListBuckets")]}))
    return str(file)


@pytest.fixture
def policy(tmp_path: Path) -> str:
    file = tmp_path / "policy.json"
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"}
    file.write_text(json.dumps({"Version": "2012-10-17", "Statement": statement}))
    return str(file)


def run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, arguments, input=given)


def test_generate_prints_the_policy_alone(log: str) -> None:
    """It can be sent to a file; the rest goes to standard error."""
    done = run("generate", log, "--conditions", "aws:SourceIp")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["Statement"][0]["Condition"] == {"IpAddress": {"aws:SourceIp": "192.0.2.7"}}
    assert "evidence: S3Read: 1 event" in done.stderr
    assert json.loads(run("generate", log, "--format", "json").stdout)["window"]["events"] == 2
    assert "evidence:" in run("generate", log, "--format", "text").stdout


def test_generate_says_by_its_status_what_could_not_be_read(log: str) -> None:
    """1 for a part, 2 for all of it."""
    lines = json.dumps(get("a")).encode() + b"\n{bad}\n"
    partly = run("generate", "-", given=lines)
    assert partly.exit_code == 1
    assert json.loads(partly.stdout)["Statement"]
    assert ":2: the line is no JSON" in partly.stderr
    nothing = run("generate", log + ".missing")
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert "no such file" in nothing.stderr
    assert run("generate", log, "--conditions", "aws:TagKeys").exit_code == 2
    assert run("generate", log, "--principal", "alice").exit_code == 2


def test_generate_without_files_asks_the_cloud_that_runs() -> None:
    """And says how to start one."""
    done = run("generate")
    assert done.exit_code == 2
    assert "iamkit cloud" in done.stderr


def test_unused_says_by_its_status_whether_something_is_unused(log: str, policy: str, tmp_path: Path) -> None:
    """0 for nothing, 1 for something, 2 for no answer."""
    assert run("unused", "--policy", policy, log).exit_code == 0
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"Records": [event("s3", "ListBuckets")]}))
    done = run("unused", "--policy", policy, str(other), "--format", "json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["statements"][0]["used"] is False
    assert "never used" in run("unused", "--policy", policy, str(other)).stdout
    assert run("unused", "--policy", policy, log + ".missing").exit_code == 2
    assert run("unused", "--policy", log, log).exit_code == 2

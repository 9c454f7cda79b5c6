from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from iamkit.cli import main

ALLOW_READ = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}


def case(name: str, action: str) -> bytes:
    request = {
        "principal": "arn:aws:iam::111122223333:user/alice",
        "action": action,
        "resource": {"resource": "arn:aws:s3:::reports/a.csv", "accountId": "111122223333"},
        "context": {},
    }
    return json.dumps({"name": name, "request": request, "identityPolicies": [ALLOW_READ]}).encode()


def run(*arguments: str, given: bytes = b"") -> Result:
    return CliRunner().invoke(main, arguments, input=given)


def decisions(result: Result) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return [(line["name"], line.get("decision", "error")) for line in lines]


def test_the_version_is_the_installed_one() -> None:
    assert run("--version").stdout.split()[-1] == version("iamkit")


def test_help_names_every_command() -> None:
    for command in ("check", "evaluate", "learn", "progress"):
        assert f"\n  {command} " in run("--help").stdout


def test_evaluate_answers_each_line_of_a_file(tmp_path: Path) -> None:
    """One result a line, in the order of the cases."""
    file = tmp_path / "cases.jsonl"
    file.write_bytes(case("read", "s3:GetObject") + b"\n\n" + case("write", "s3:PutObject") + b"\n")
    result = run("evaluate", str(file))
    assert result.exit_code == 0
    assert decisions(result) == [("read", "ALLOW"), ("write", "IMPLICIT_DENY")]


@pytest.mark.parametrize("bad", [b"{", b"[]", b'{"name": "bad"}', b"\xff\xfe", b"[" * 100_000, b'{"name": 1e999}'])
def test_a_bad_line_is_an_error_for_that_line_only(bad: bytes) -> None:
    """The rest goes on, and the exit status tells."""
    result = run("evaluate", "-", given=bad + b"\n" + case("read", "s3:GetObject") + b"\n")
    assert result.exit_code == 1
    first, second = decisions(result)
    assert first[1] == "error"
    assert second == ("read", "ALLOW")


def test_a_last_line_without_newline_and_windows_line_ends_count() -> None:
    result = run("evaluate", "-", given=case("a", "s3:GetObject") + b"\r\n" + case("b", "s3:GetObject"))
    assert decisions(result) == [("a", "ALLOW"), ("b", "ALLOW")]


def test_evaluate_answers_before_the_next_line_is_sent() -> None:
    """A tool may hold the process open and ask one case at a time."""
    command = [sys.executable, "-m", "iamkit", "evaluate", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in ("first", "second"):
            process.stdin.write(case(name, "s3:GetObject") + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["name"] == name
        process.stdin.close()
        assert process.wait() == 0


def test_a_reader_that_stops_early_ends_evaluate_quietly(tmp_path: Path) -> None:
    """As in `iamkit evaluate cases.jsonl | head -1`."""
    file = tmp_path / "cases.jsonl"
    file.write_bytes((case("read", "s3:GetObject") + b"\n") * 5000)
    command = [sys.executable, "-m", "iamkit", "evaluate", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_missing_file_is_a_usage_error() -> None:
    result = run("evaluate", "no-such-file.jsonl")
    assert result.exit_code == 2
    assert "no-such-file.jsonl" in result.stderr


def test_learn_without_jupyterlab_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine alone is a valid installation."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    result = run("learn")
    assert result.exit_code == 1
    assert 'help: run pip install "iamkit[course]"' in result.stderr


def test_the_command_line_imports_nothing_it_does_not_need() -> None:
    """`iamkit evaluate` starts fast and works without the course installed."""
    program = "import sys, iamkit.cli; print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"IPython", "anywidget", "jupyterlab", "matplotlib"}.isdisjoint(finished.stdout.split())

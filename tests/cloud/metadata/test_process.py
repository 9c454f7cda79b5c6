"""A command that a profile names as its `credential_process` (A15)."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamkit.cloud.local_cloud import Keys, LocalCloud
from iamkit.cloud.metadata.process import main
from tests.cloud.metadata.world import ACCOUNT, alice, home, run_chain

ROLE = f"arn:aws:iam::{ACCOUNT}:role/second"


@pytest.fixture(scope="module")
def keys(cloud: LocalCloud) -> Keys:
    """Give the keys of a user who may assume the role."""
    return alice(cloud)


def variables(cloud: LocalCloud, keys: Keys) -> dict[str, str]:
    """Give what the command reads."""
    return {
        "IAMKIT_ENDPOINT": cloud.endpoint,
        "IAMKIT_ACCESS_KEY_ID": keys.access_key_id,
        "IAMKIT_SECRET_ACCESS_KEY": keys.secret_access_key,
    }


@pytest.fixture
def environment(cloud: LocalCloud, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set what the command reads."""
    for name, value in variables(cloud, keys).items():
        monkeypatch.setenv(name, value)


def test_a_profile_with_a_process(cloud: LocalCloud, keys: Keys, tmp_path: Path) -> None:
    """An unmodified chain runs the command: whose session it is, what it may and what not."""
    command = f"{sys.executable} -m iamkit.cloud.metadata.process {ROLE} --session-name process"
    files = home(tmp_path, f"[default]\nregion = us-east-1\ncredential_process = {command}\n")
    told = run_chain(
        {
            **variables(cloud, keys),
            "AWS_ENDPOINT_URL": cloud.endpoint,
            "AWS_CONFIG_FILE": str(files / ".aws" / "config"),
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
    )
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/second/process"
    assert told == {"method": "custom-process", "arn": arn, "queues": 200, "users": "AccessDenied"}


@pytest.mark.usefixtures("environment")
def test_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Version 1, and when it ends."""
    assert main([ROLE, "--duration", "900"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]
    assert document["Version"] == 1
    left = (datetime.fromisoformat(document["Expiration"]) - datetime.now(UTC)).total_seconds()
    assert 800 < left <= 900


def test_arguments_go_before_variables(
    cloud: LocalCloud, keys: Keys, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is said on the command line counts."""
    for name in variables(cloud, keys):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    given = ["--endpoint", cloud.endpoint, "--access-key-id", keys.access_key_id]
    assert main([ROLE, *given, "--secret-access-key", keys.secret_access_key]) == 0
    assert json.loads(capsys.readouterr().out)["AccessKeyId"].startswith("ASIA")


@pytest.mark.usefixtures("environment")
def test_a_denial_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The message of STS, on standard error, where SDKs read it."""
    assert main([f"arn:aws:iam::{ACCOUNT}:role/task"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"iamkit: User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: sts:Ass")


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://sts.amazonaws.com",
        "http://sts.amazonaws.com",
        "http://127.0.0.1.evil.example:80",
        "http://127.0.0.1:80@evil.example",
        "http://127.0.0.1:80/path",
        "ftp://127.0.0.1",
        "http://[::1",
        "127.0.0.1:4566",
        "http://user@127.0.0.1:4566",
        "http://127.0.0.1:²",
    ],
)
def test_only_loopback_is_called(endpoint: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Keys and requests go to the local cloud or nowhere."""
    assert main([ROLE, "--endpoint", endpoint]) == 1
    assert capsys.readouterr().err.startswith(f"iamkit: `{endpoint}` is no local cloud\nhelp: ")


@pytest.mark.usefixtures("environment")
def test_a_cloud_that_does_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Port 9 of loopback answers nobody."""
    assert main([ROLE, "--endpoint", "http://127.0.0.1:9"]) == 1
    assert capsys.readouterr().err == "iamkit: no cloud answers at http://127.0.0.1:9\nhelp: does it still run?\n"


@pytest.mark.usefixtures("environment")
def test_what_is_no_cloud(cloud: LocalCloud, capsys: pytest.CaptureFixture[str]) -> None:
    """Another server on loopback is told as it answers."""
    with cloud.instance() as instance:
        assert main([ROLE, "--endpoint", instance.endpoint]) == 1
        assert capsys.readouterr().err == "iamkit: the answer is none of STS\n"
    with cloud.identity_center() as center:
        assert main([ROLE, "--endpoint", center.endpoint]) == 1
        assert capsys.readouterr().err == "iamkit: there is nothing here\n"


def test_keys_are_needed(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The variables of AWS are not read: a chain that found these would run no process."""
    for name in ("IAMKIT_ACCESS_KEY_ID", "IAMKIT_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    assert main([ROLE, "--endpoint", cloud.endpoint]) == 1
    assert capsys.readouterr().err == (
        "iamkit: no keys of whoever assumes the role\nhelp: set IAMKIT_ACCESS_KEY_ID and IAMKIT_SECRET_ACCESS_KEY\n"
    )

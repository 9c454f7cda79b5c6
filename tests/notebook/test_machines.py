"""Machines for boto3: nothing of the learner's in them, nothing of theirs left behind."""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from iamkit.notebook.machines import Told, elsewhere, machine, package, profile, who

KEY = {"AccessKeyId": "AKIAONE", "SecretAccessKey": "secret"}
VARIABLES = {"AWS_ACCESS_KEY_ID": "AKIATWO", "AWS_SECRET_ACCESS_KEY": "secret"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A learner with keys in every place of their own."""
    (tmp_path / ".aws").mkdir()
    for name in ("config", "credentials"):
        (tmp_path / ".aws" / name).write_text(profile("default", {"AccessKeyId": "AKIAMINE", "SecretAccessKey": "x"}))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMINE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "mine")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    return tmp_path


@pytest.mark.usefixtures("home")
def test_nothing_of_the_learner_s_is_on_a_machine_and_all_of_it_is_back_afterwards() -> None:
    """Also when the block fails."""
    before = dict(os.environ)
    with machine() as session:
        assert session.get_credentials() is None
        assert who(session) == "no credentials"
    assert dict(os.environ) == before
    with pytest.raises(KeyError), machine(VARIABLES):
        del os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_NOT_THERE"]
    assert dict(os.environ) == before


@pytest.mark.usefixtures("home")
def test_variables_files_and_code() -> None:
    """Each is what it is on a machine of one's own."""
    with machine(credentials=profile("default", KEY)) as session:
        found = session.get_credentials()
        assert found is not None
        assert (found.method, found.access_key) == ("shared-credentials-file", "AKIAONE")
        files = [Path(os.environ[name]) for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")]
        assert all(file.exists() for file in files)
    assert not any(file.exists() for file in files)
    with machine(VARIABLES, credentials=profile("work", KEY), code={"profile_name": "work"}) as session:
        found = session.get_credentials()
        assert found is not None
        assert found.access_key == "AKIAONE"


def test_the_real_instance_metadata_is_never_asked() -> None:
    """Only an address that somebody gave is; without one boto3 is told that there is none."""
    with machine({"AWS_EC2_METADATA_DISABLED": "false"}):
        assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
    with machine({"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:9", "AWS_EC2_METADATA_DISABLED": "true"}):
        assert os.environ["AWS_EC2_METADATA_DISABLED"] == "false"


def test_without_a_cloud_nothing_is_sent_to_aws() -> None:
    """Keys of the local cloud are none of AWS's business."""
    with machine(VARIABLES) as session, pytest.raises(EndpointConnectionError, match=r"127\.0\.0\.1:9"):
        session.client("sts", config=Config(retries={"total_max_attempts": 1})).get_caller_identity()


def test_a_process_elsewhere(tmp_path: Path) -> None:
    """It finds nothing where there is nothing; what it fails with is its last line."""
    empty = {"AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}
    files = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    assert elsewhere(empty | files) == Told(None, None)
    with pytest.raises(RuntimeError, match="ProfileNotFound"):
        elsewhere(empty | files | {"AWS_PROFILE": "nobody"})


def test_a_package_for_lambda() -> None:
    with zipfile.ZipFile(BytesIO(package("x = 1\n"))) as opened:
        assert opened.read("app.py") == b"x = 1\n"

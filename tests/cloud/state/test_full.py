"""A disk that is full, a directory that is none: it is said at once, and nothing is acknowledged that is not kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.cloud.state.running import IAMKIT, Running, running

# A file may have so many bytes in the process that serves; more fails as on a full disk.
LIMITED = (
    "import resource, signal, sys\n"
    "from iamkit.cli import main\n"
    "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
    "main(['cloud', '--json', '--state', sys.argv[1]])"
)


def fill(iam: Any, kept: list[str]) -> None:
    """Make users, until there is no room."""
    for number in range(200):
        iam.create_user(UserName=f"user-{number}", Tags=[{"Key": "k", "Value": "v" * 256}])
        kept.append(f"user-{number}")


def test_full_disk(tmp_path: Path) -> None:
    """The call that found no room fails, all later ones too; a restart has exactly what was acknowledged."""
    state = tmp_path / "state"
    kept: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", LIMITED, str(state)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            cloud = Running(process)
            iam = cloud.client("iam")
            with pytest.raises(ClientError) as refused:
                fill(iam, kept)
            for call in (iam.list_users, iam.get_user, lambda: iam.create_user(UserName="later")):
                with pytest.raises(ClientError) as later:
                    call()
                assert later.value.response["Error"] == refused.value.response["Error"]
        finally:
            process.kill()
    error, status = refused.value.response["Error"], refused.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert (error["Code"], status) == ("InternalFailure", 500)
    assert error["Message"] == (
        f"the state in {state} cannot be written: File too large; nothing more is answered until the cloud starts anew"
    )
    assert 10 < len(kept) < 200
    with running(state) as cloud:
        users = cloud.client("iam").list_users()["Users"]
        assert [each["UserName"] for each in users] == ["administrator", *kept]
        cloud.client("iam").create_user(UserName="now-there-is-room")


@pytest.mark.parametrize("what", ["file", "in use", "damaged"])
def test_what_cannot_be_used(tmp_path: Path, what: str) -> None:
    """One line and help, no traceback, and a status that says so."""
    state = tmp_path / "state"
    if what == "file":
        state.write_text("I am a file")
        said = "File exists"
    elif what == "damaged":
        state.mkdir()
        (state / "journal").write_bytes(b"not a journal at all")
        said = "is damaged: at byte 0: this is no state that this iamkit can read\nhelp: "
    else:
        from iamkit.cloud.state.locking import lock

        state.mkdir()
        held = lock(state)
        said = "is in use by another local cloud\nhelp: "
    ran = subprocess.run([*IAMKIT, "--state", str(state)], capture_output=True, text=True, check=False, timeout=100)
    if what == "in use":
        os.close(held)
    assert ran.returncode != 0
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr

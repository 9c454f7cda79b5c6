"""Which clouds run on this laptop is known to their owner, and to nobody else."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from iamkit.cloud.registry import NoCloud, find, folder, registered

FIRST, SECOND = "http://127.0.0.1:4001", "http://127.0.0.1:4002"


def test_the_only_one_is_found() -> None:
    """Without a word about which."""
    with registered(FIRST, "t1") as path:
        assert find() == find(FIRST) == find("4001")
        assert (find().endpoint, find().token) == (FIRST, "t1")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(NoCloud, match="no local cloud runs\nhelp: start one"):
        find()


def test_of_several_one_is_named() -> None:
    """Which is meant cannot be guessed."""
    with registered(FIRST, "t1"), registered(SECOND, "t2"):
        with pytest.raises(NoCloud, match="several clouds run"):
            find()
        assert find("4002").token == "t2"
        with pytest.raises(NoCloud, match="no local cloud runs at `4003`"):
            find("4003")


def test_a_file_says_it_as_well(tmp_path: Path) -> None:
    """What `iamkit cloud --json` printed."""
    told = tmp_path / "cloud.json"
    told.write_text(json.dumps({"endpoint": FIRST, "token": "t", "region": "us-east-1"}), encoding="utf-8")
    assert find(str(told)).token == "t"
    told.write_text("{}", encoding="utf-8")
    with pytest.raises(NoCloud, match="does not say 'endpoint'"):
        find(str(told))


def test_the_file_of_a_cloud_that_was_killed_is_cleared_away() -> None:
    """Its process is gone, so nobody waits for it."""
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    left = place / "cloud-4009.json"
    left.write_text(json.dumps({"endpoint": FIRST, "token": "t", "pid": int(gone.stdout)}), encoding="utf-8")
    spoiled = place / "cloud-4010.json"
    spoiled.write_text("{", encoding="utf-8")
    with pytest.raises(NoCloud, match="no local cloud runs"):
        find()
    assert not left.exists()
    assert not spoiled.exists()

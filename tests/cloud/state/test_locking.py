"""One at a time: two processes would write over each other."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from iamkit.cloud.state.locking import InUse, lock


def test_locked_until_it_is_closed(tmp_path: Path) -> None:
    """Also for the same process."""
    held = lock(tmp_path)
    with pytest.raises(InUse, match="is in use by another local cloud\nhelp: stop that one first"):
        lock(tmp_path)
    os.close(held)
    os.close(lock(tmp_path))
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


def test_a_process_that_is_killed_lets_go(tmp_path: Path) -> None:
    """The file stays, the lock does not."""
    program = (
        "import sys, pathlib; from iamkit.cloud.state.locking import lock\n"
        "held = lock(pathlib.Path(sys.argv[1])); print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"locked\n"
        with pytest.raises(InUse):
            lock(tmp_path)
        process.kill()
        process.wait(10)
    os.close(lock(tmp_path))

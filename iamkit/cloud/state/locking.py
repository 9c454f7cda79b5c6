"""One process at a time may use a directory."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class InUse(OSError):
    """Another local cloud uses this directory."""


def lock(directory: Path) -> int:
    """Lock a directory until the file that this gives is closed, or the process ends however; raises InUse."""
    file = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(file)
    except OSError as problem:
        os.close(file)
        raise InUse(
            f"`{directory}` is in use by another local cloud\nhelp: stop that one first, or name another directory"
        ) from problem
    return file


def _lock(file: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

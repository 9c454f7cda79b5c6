"""Which clouds run on this laptop: a file for each, readable by its owner alone, gone when the cloud ends."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class NoCloud(LookupError):
    """No cloud runs here, or it is not clear which is meant."""


@dataclass(frozen=True, slots=True)
class Running:
    """Where a cloud listens, and the token of its owner."""

    endpoint: str
    token: str = field(repr=False)


def folder() -> Path:
    """Give the folder of the files, for this user on this laptop."""
    # Imported where it is needed: the engine's command line has no use for it.
    from platformdirs import user_state_path

    return user_state_path("iamkit")


@contextmanager
def registered(endpoint: str, token: str) -> Iterator[Path]:
    """Let other processes of this user find a cloud while the block runs."""
    place = folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = place / f"cloud-{endpoint.rpartition(':')[2]}.json"
    with suppress(FileNotFoundError):
        path.unlink()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump({"endpoint": endpoint, "token": token, "pid": os.getpid()}, file)
    try:
        yield path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()


def find(wanted: str | None = None) -> Running:
    """Find the cloud of an endpoint or a port, or the only one that runs; raises NoCloud.

    `wanted` may also be a file with the line that `iamkit cloud --json` printed.
    """
    if wanted is not None and Path(wanted).is_file():
        return _read(json.loads(Path(wanted).read_text(encoding="utf-8")))
    running = list(_running())
    if wanted is not None:
        running = [each for each in running if wanted in (each.endpoint, each.endpoint.rpartition(":")[2])]
    if len(running) == 1:
        return running[0]
    if running:
        listed = ", ".join(each.endpoint for each in running)
        raise NoCloud(f"several clouds run: {listed}\nhelp: say which: --cloud {running[-1].endpoint}")
    which = f" at `{wanted}`" if wanted else ""
    raise NoCloud(f"no local cloud runs{which}\nhelp: start one in another terminal: iamkit cloud")


def _running() -> Iterator[Running]:
    """List what is registered and still lives; the file of a cloud that was killed is cleared away."""
    place = folder()
    for path in sorted(place.glob("cloud-*.json")) if place.is_dir() else ():
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            os.kill(record["pid"], 0)
            yield _read(record)
        except (ValueError, KeyError, TypeError, ProcessLookupError):
            with suppress(OSError):
                path.unlink()
        except OSError:
            continue


def _read(record: Mapping[str, Any]) -> Running:
    try:
        return Running(str(record["endpoint"]), str(record["token"]))
    except KeyError as missing:
        raise NoCloud(f"the file does not say {missing}\nhelp: it holds what `iamkit cloud --json` prints") from None

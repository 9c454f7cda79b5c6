"""Measure the servers in turns, so that noise meets all of them, and one server under many clients."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import psutil

from benchmarks.cloud.calls import CALLS, DENIED, Ask, Connection
from benchmarks.cloud.serving import SERVERS

ROUNDS = 15
CALLS_A_ROUND = 100


@dataclass(frozen=True, slots=True)
class Started:
    """A server that runs in a process of its own."""

    process: subprocess.Popen[str]
    told: dict[str, Any] = field(repr=False)

    def connect(self) -> Connection:
        """Be alice."""
        return Connection(self.told["endpoint"], self.told["accessKeyId"], self.told["secretAccessKey"])

    def megabytes(self) -> float:
        """Tell how much memory the process holds."""
        return float(psutil.Process(self.process.pid).memory_info().rss) / 1e6


@contextmanager
def started(name: str) -> Iterator[Started]:
    """Start a server, and end it."""
    command = [sys.executable, "-m", "benchmarks.cloud.serving", name]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield Started(process, json.loads(process.stdout.readline()))
        process.stdin.close()
        process.wait(30)


def measure() -> dict[str, dict[str, float]]:
    """Give the median time of each call from each server, in milliseconds: the best of several rounds."""
    with ExitStack() as stack:
        connections = {name: stack.enter_context(started(name)).connect() for name in SERVERS}
        found: dict[str, dict[str, float]] = {}
        for title, ask in CALLS.items():
            rounds: dict[str, list[float]] = {name: [] for name in SERVERS}
            for _ in range(ROUNDS):
                for name, connection in connections.items():
                    rounds[name].append(_round(connection, ask))
            found[title] = {name: min(times) for name, times in rounds.items()}
        for connection in connections.values():
            connection.close()
        return found


def _round(connection: Connection, ask: Ask) -> float:
    request = connection.prepare(ask)
    times = []
    for _ in range(CALLS_A_ROUND):
        begun = time.perf_counter()
        status, body = connection.send(request)
        times.append(time.perf_counter() - begun)
        if status != ask.status:
            raise AssertionError(f"{ask.target} answers {status}: {body[:200]!r}")
    return statistics.median(times) * 1e3


@dataclass(slots=True)
class Load:
    """What many clients saw: how many calls, which answers were not as for one client alone, and the memory."""

    clients: int
    seconds: float
    calls: int = 0
    wrong: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def load(clients: int = 32, seconds: float = 60.0) -> Load:
    """Let many clients make mixed calls at once; memory is looked at every five seconds after a warm-up."""
    with started("iamkit") as server:
        _warm_up(server)
        made = Load(clients, seconds, memory=[server.megabytes()])
        ended, counting = threading.Event(), threading.Lock()
        threads = [
            threading.Thread(target=_client, args=(server, number, ended, counting, made)) for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            ended.wait(min(5.0, left))
            made.memory.append(server.megabytes())
        ended.set()
        for thread in threads:
            thread.join()
        return made


def _warm_up(server: Started) -> None:
    """Fill the trail, which keeps the last 10,000 events."""
    connection = server.connect()
    requests = [connection.prepare(ask) for ask in (*CALLS.values(), DENIED)]
    for number in range(11_000):
        connection.send(requests[number % len(requests)])
    connection.close()


def _client(server: Started, number: int, ended: threading.Event, counting: threading.Lock, made: Load) -> None:
    connection = server.connect()
    asks = [*CALLS.values(), DENIED]
    requests = [(ask, connection.prepare(ask)) for ask in asks[number % len(asks) :] + asks[: number % len(asks)]]
    calls, wrong = 0, []
    try:
        while not ended.is_set():
            for ask, request in requests:
                status, body = connection.send(request)
                calls += 1
                if status != ask.status:
                    wrong.append(f"{ask.method} {ask.target}: {status} {body[:200]!r}")
    except Exception as problem:
        wrong.append(f"client {number}: {type(problem).__name__}: {problem}")
    connection.close()
    with counting:
        made.calls += calls
        made.wrong += wrong


def starting(rounds: int = 5) -> tuple[float, float]:
    """Give the seconds that importing and then starting the cloud take: the best of several processes."""
    times = []
    for _ in range(rounds):
        with started("iamkit") as server:
            times.append((server.told["start"], server.told["import"]))
    start, imported = min(times)
    return imported, start

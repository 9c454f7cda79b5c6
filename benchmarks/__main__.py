"""Measure every contestant on every load in one run and print the ratios."""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks import signing
from benchmarks.contestants import CONTESTANTS, WITHOUT_CONDITIONS, Decide
from benchmarks.loads import LOADS, Load
from benchmarks.machine import machine

ROUNDS = 15
SECONDS_A_ROUND = 0.05


def contestants(load: Load) -> dict[str, Decide]:
    """Prepare the contestants of a load, and prove that each gives the right decisions."""
    names = [name for name in CONTESTANTS if not (load.conditions and name in WITHOUT_CONDITIONS)]
    ready = {name: CONTESTANTS[name](load) for name in names}
    for name, decide in ready.items():
        answers = [decide(n) for n in range(len(load.requests))]
        if answers != load.allowed:
            raise AssertionError(f"{name} decides {load.name} as {answers}, not {load.allowed}")
    return ready


def microseconds(decide: Callable[[int], object], requests: int) -> float:
    """Time one round: decisions one after another for a while."""
    order = list(range(requests)) * 5
    done = 0
    start = time.perf_counter()
    while (spent := time.perf_counter() - start) < SECONDS_A_ROUND:
        for n in order:
            decide(n)
        done += len(order)
    return spent / done * 1e6


def measure(load: Load) -> dict[str, float]:
    """Take the best of several rounds, in which the contestants take turns so that noise meets all of them."""
    ready = contestants(load)
    rounds = [{name: microseconds(decide, len(load.requests)) for name, decide in ready.items()} for _ in range(ROUNDS)]
    return {name: min(one[name] for one in rounds) for name in ready}


def import_milliseconds(statement: str) -> float:
    """Time a fresh interpreter that runs one statement."""
    times = []
    for _ in range(9):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-S", "-c", f"import sys; sys.path[:0] = ['.']; {statement}"], check=True)
        times.append((time.perf_counter() - start) * 1e3)
    return min(times)


def _ratio(value: float) -> str:
    return f"{value:.1f}×" if value >= 1 else f"{value:.2f}×"


PEERS = [name for name in CONTESTANTS if not name.startswith("iamkit")]
SIGNING_PEERS = [name for name in signing.CONTESTANTS if not name.startswith("iamkit")]


def _once(sign: signing.Sign) -> Callable[[int], str]:
    return lambda _: sign()


def measure_signing(load: signing.SigningLoad) -> dict[str, float]:
    """Time a request's signatures, after a proof that all contestants give the same."""
    ready = {name: prepare(load) for name, prepare in signing.CONTESTANTS.items()}
    signatures = {sign().rpartition("=")[2] for name, sign in ready.items() if name not in signing.OTHER_SIGNATURE}
    if len(signatures) != 1:
        raise AssertionError(f"not one signature of {load.name}: {signatures}")
    timed = {name: _once(sign) for name, sign in ready.items()}
    rounds = [{name: microseconds(decide, 1) for name, decide in timed.items()} for _ in range(40)]
    return {name: min(one[name] for one in rounds) for name in ready}


def table(title: str, peers: list[str], loads: list[tuple[str, dict[str, float]]]) -> None:
    """Print a table of times, and of how many times the rate of each peer that is."""
    print(f"\n| load | {title} | µs | {' | '.join(f'× {peer}' for peer in peers)} |")
    print("|---|---|--:|" + "--:|" * len(peers))
    for load, best in loads:
        for name, time_taken in best.items():
            ratios = [_ratio(best[peer] / time_taken) if peer in best else "" for peer in peers]
            print(f"| {load} | {name} | {time_taken:.1f} | {' | '.join(ratios)} |")


def main() -> None:
    """Print the tables, in Markdown."""
    print(f"Python {platform.python_version()}, {machine()}, one thread; best of {ROUNDS} rounds or more")
    only = sys.argv[1:] or ["decisions", "signing", "import"]
    if "decisions" in only:
        table("who decides", PEERS, [(load.name, measure(load)) for load in LOADS])
    if "signing" in only:
        table("who signs", SIGNING_PEERS, [(load.name, measure_signing(load)) for load in signing.LOADS])
    if "import" in only:
        bare, engine = import_milliseconds("pass"), import_milliseconds("import iamkit")
        print(f"\n`import iamkit` takes {engine - bare:.0f} ms on top of an interpreter that starts in {bare:.0f} ms.")
        whole = import_milliseconds("import iamkit.sigv4")
        print(f"`import iamkit.sigv4` takes {whole - bare:.0f} ms.")


if __name__ == "__main__":
    main()

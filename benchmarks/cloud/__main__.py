"""Print the tables of the local cloud, in Markdown: `python -m benchmarks.cloud`."""

from __future__ import annotations

import platform
import sys

from benchmarks.cloud.measuring import CALLS_A_ROUND, ROUNDS, load, measure, starting
from benchmarks.machine import machine


def main() -> None:
    """Measure what is named, or all of it."""
    only = sys.argv[1:] or ["calls", "load", "start"]
    print(f"Python {platform.python_version()}, {machine()}; one client unless told otherwise")
    if "calls" in only:
        print_calls()
    if "load" in only:
        print_load()
    if "start" in only:
        imported, start = starting()
        print(f"\nThe local cloud starts in {start:.2f} s after an import of {imported:.2f} s.")


def print_calls() -> None:
    """Print the median of each call and what the checks add to it."""
    print(f"\nMedian of {CALLS_A_ROUND} calls over HTTP, best of {ROUNDS} rounds, in ms")
    print("\n| call | iamkit | iamkit, unchecked | moto's server | checks add | beside moto's server |")
    print("|---|--:|--:|--:|--:|--:|")
    for title, times in measure().items():
        ours, bare, moto = times["iamkit"], times["iamkit, unchecked"], times["moto"]
        row = f"{ours:.2f} | {bare:.2f} | {moto:.2f} | {ours / bare - 1:+.0%} | {ours / moto - 1:+.0%}"
        print(f"| {title} | {row} |")


def print_load() -> None:
    """Print what a minute of many clients did."""
    made = load()
    rate = made.calls / made.seconds
    low, high = min(made.memory), max(made.memory)
    print(
        f"\n{made.clients} clients at once for {made.seconds:.0f} s: {made.calls:,} mixed calls "
        f"({rate:,.0f} a second), {len(made.wrong)} answers that one client alone would not get; "
        f"memory from {made.memory[0]:.0f} to {made.memory[-1]:.0f} MB (between {low:.0f} and {high:.0f})."
    )
    for line in made.wrong[:10]:
        print(f"- {line}")


if __name__ == "__main__":
    main()

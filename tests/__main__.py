"""Run every check of the project in turn and say at the end what passed: `make test`.

All checks run even when an early one fails, so that one run shows everything there is to mend.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.browser.chromium import find_chromium

ROOT = Path(__file__).parent.parent
PYTEST = (sys.executable, "-m", "pytest", "-q")
# The tests of a file share what is slow to start: a cloud, a kernel, a browser.
IN_TWO = ("-n", "2", "--dist", "loadfile")
# Many of them wait for processes of their own.
IN_THREE = ("-n", "3", "--dist", "loadfile")
CLOSING_LINE = re.compile(r"\b\d+ (?:passed|failed|errors?|skipped|deselected)\b.* in [\d.]+s")

# What is compiled once need not be compiled by each of the hundreds of processes that the tests start.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "PYTHONPYCACHEPREFIX": str(ROOT / "build" / "pycache")
}

QUICK: dict[str, tuple[str, ...]] = {
    "lint": (sys.executable, "-m", "ruff", "check"),
    "format": (sys.executable, "-m", "ruff", "format", "--check"),
}
# Beside the tests, whatever they say comes after them.
BESIDE: dict[str, tuple[str, ...]] = {
    "exercises": (sys.executable, "-m", "iamkit", "check"),
    "types": (sys.executable, "-m", "mypy"),
}
ON_TWO_CORES: dict[str, tuple[str, ...]] = {
    "tests": (*PYTEST, *IN_THREE, "-m", "not browser"),
    "lessons": (*PYTEST, *IN_TWO, "--nbval", "--nbval-current-env", "lessons"),
    "browser": (*PYTEST, *IN_TWO, "-m", "browser", "tests/browser"),
}


@dataclass(frozen=True, slots=True)
class Finished:
    name: str
    verdict: str
    seconds: float
    closing_line: str = ""
    note: str = ""
    said: str = ""


def run_quietly(name: str, command: tuple[str, ...]) -> Finished:
    """Run one check beside others, and keep what it says."""
    start = time.monotonic()
    ran = subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    verdict = "passed" if ran.returncode == 0 else "FAILED"
    said = f"\n--- {name}: {' '.join(command[2:])}\n{ran.stdout.rstrip()}"
    return Finished(name, verdict, time.monotonic() - start, said=said)


def run(name: str, command: tuple[str, ...]) -> Finished:
    """Run one check, show what it says as it says it, and keep the line pytest closes with."""
    print(f"\n--- {name}: {' '.join(command[2:])}", flush=True)
    start = time.monotonic()
    closing_line = ""
    with subprocess.Popen(
        command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if CLOSING_LINE.search(line):
                closing_line = line.strip()
    verdict = "passed" if process.returncode == 0 else "FAILED"
    return Finished(name, verdict, time.monotonic() - start, closing_line)


def without_browser() -> Finished:
    """Say loudly that no browser test ran; on CI that is a failure."""
    verdict = "FAILED" if os.environ.get("CI") else "SKIPPED"
    return Finished("browser", verdict, 0.0, note="no Chromium was found, so NO BROWSER TEST RAN: install `chromium`")


def main() -> int:
    """Run all checks and return how the process should exit."""
    shutil.rmtree(ROOT / "build" / "screenshots", ignore_errors=True)
    finished = [run(name, command) for name, command in QUICK.items()]
    with ThreadPoolExecutor(1) as beside:
        others = beside.map(run_quietly, BESIDE, BESIDE.values())
        finished += [
            without_browser() if name == "browser" and find_chromium() is None else run(name, command)
            for name, command in ON_TWO_CORES.items()
        ]
        for other in others:
            print(other.said, flush=True)
            finished.append(other)
    print("\n--- summary")
    for check in finished:
        print(f"{check.verdict:8}{check.name:10}{check.seconds:6.1f} s  {check.note}".rstrip())
    failed = [check.name for check in finished if check.verdict == "FAILED"]
    print(f"failed: {', '.join(failed)}" if failed else "every check that ran passed")
    # As pytest wrote them and last, where a reader of the log, or a program, looks for the counts.
    print("\n".join(check.closing_line for check in finished if check.closing_line))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

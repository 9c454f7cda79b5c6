"""The runtime needs nothing but Python; what it does is tested by running functions."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from iamkit.cloud.functions import bootstrap
from iamkit.cloud.functions.bootstrap import Fault, as_json, shown


def test_it_starts_where_nothing_else_is_installed() -> None:
    """It is a file that an isolated interpreter runs; without orders it ends."""
    command = [sys.executable, "-I", "-S", bootstrap.__file__]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


def test_files_are_named_as_lambda_names_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No folder of the laptop is told."""
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
    assert shown(f'File "{tmp_path}/app.py"') == 'File "/var/task/app.py"'
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert shown(f'File "{subprocess.__file__}"') == f'File "/var/lang/lib/python{version}/subprocess.py"'


def test_json_of_results() -> None:
    """Text stays text, numbers of DynamoDB are numbers."""
    assert as_json({"a": "ü", "n": [Decimal("3"), Decimal("1.25")]}) == '{"a": "ü", "n": [3, 1.25]}'.encode()
    loop: list[object] = []
    loop.append(loop)
    for value in (loop, {1: object()}, b"bytes"):
        with pytest.raises(Fault, match="Unable to marshal response"):
            as_json(value)

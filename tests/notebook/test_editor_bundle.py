"""The committed bundle of the exercise widget is what its sources give."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "iamkit" / "notebook"
EDITOR = NOTEBOOK / "editor"
STATIC = NOTEBOOK / "static"
BUNDLES = ("exercise.js", "exercise.css")
STALE = "the bundle is older than its sources: run `npm ci && node build.mjs` in iamkit/notebook/editor"


def source_digest() -> str:
    """Give the sum that build.mjs writes into the first line of what it builds."""
    files = [EDITOR / name for name in ("build.mjs", "package-lock.json", "package.json")]
    files += [path for path in (EDITOR / "src").rglob("*") if path.is_file()]
    total = hashlib.sha256()
    for name, path in sorted((path.relative_to(EDITOR).as_posix(), path) for path in files):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{hashlib.sha256(text).hexdigest()}  {name}\n".encode())
    return total.hexdigest()


@pytest.mark.parametrize("name", BUNDLES)
def test_bundle_is_built_from_these_sources(name: str) -> None:
    """The sum in the first line is that of the sources beside it."""
    first_line = (STATIC / name).read_text(encoding="utf-8").splitlines()[0]
    assert first_line.startswith("/*"), first_line
    assert f"sha256 {source_digest()} " in first_line, STALE


@pytest.mark.parametrize("name", BUNDLES)
def test_bundle_needs_no_network(name: str) -> None:
    """The bundle names no address but the SVG namespace and loads nothing."""
    text = (STATIC / name).read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[\w./-]+", text)) <= {"http://www.w3.org/2000/svg"}
    assert re.search(r"@import|url\((?!'data:)|(?<![\w$.])import\s*[({\"']", text) is None


def test_bundle_carries_the_licenses_of_its_packages() -> None:
    """Whatever is bundled is named with its version, and its license goes along."""
    text = (STATIC / "exercise.js").read_text(encoding="utf-8")
    assert "Bundled here: @codemirror/autocomplete 6.20.4, @codemirror/commands" in text
    assert "Permission is hereby granted, free of charge" in text


def test_lock_file_names_no_download_address() -> None:
    """The lock file pins versions and sums, and leaves the choice of a registry to whoever builds."""
    lock = (EDITOR / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert '"resolved"' not in lock
    assert "://" not in lock


def test_bundle_is_reproducible(tmp_path: Path) -> None:
    """Built anew from nothing, the bundle has the same bytes; the sources' own tests pass."""
    npm = shutil.which("npm")
    if npm is None:
        reason = "npm is not here: THE COMMITTED BUNDLE WAS NOT REBUILT (its sum was compared)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    editor = tmp_path / "editor"
    shutil.copytree(EDITOR, editor, ignore=shutil.ignore_patterns("node_modules"))
    for command in (["ci", "--no-update-notifier"], ["run", "build"], ["test"]):
        done = subprocess.run([npm, *command], cwd=editor, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, f"npm {' '.join(command)}\n{done.stdout}\n{done.stderr}"
    for name in BUNDLES:
        assert (tmp_path / "static" / name).read_bytes() == (STATIC / name).read_bytes(), STALE

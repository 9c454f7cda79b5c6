"""Build the notebooks that learners open from the sources that people edit: `make lessons`.

`lessons/src/NN_name.md` is MyST Markdown; it is executed and becomes `lessons/NN_name.ipynb`. The same source gives
the same bytes every time: what is committed is what this build gives, and `--check` says whether it is.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

ROOT = Path(__file__).parent.parent
LESSONS = ROOT / "lessons"
EXERCISES = ROOT / "exercises"

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
POLICY_MAGIC = "%%policy"
# A live view carries the random id of its model, which is gone with its kernel: the text beside it stays.
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class LessonError(ValueError):
    """A lesson cannot be built from its source."""


def sources() -> list[Path]:
    """Return the sources of all lessons, in order."""
    return sorted((LESSONS / "src").glob("*.md"))


def build(source: Path, exercises: Path = EXERCISES) -> str:
    """Return the notebook of one lesson, executed, as the text of its file."""
    notebook = read(source, exercises)
    execute(notebook)
    notebook.metadata = NotebookNode(METADATA)
    for cell in notebook.cells:
        _check_outputs(source, cell)
        _strip(cell)
    nbformat.validate(notebook)
    text: str = nbformat.writes(notebook, version=nbformat.NO_CONVERT)
    return text + "\n"


def read(source: Path, exercises: Path = EXERCISES) -> NotebookNode:
    """Return the notebook of one lesson, not yet executed, with its starters filled in."""
    notebook: NotebookNode = jupytext.reads(source.read_text(encoding="utf-8"), fmt="md:myst")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.metadata = NotebookNode({"tags": cell.metadata.tags} if cell.metadata.get("tags") else {})
        if cell.cell_type == "code":
            cell.source = _with_starter(cell.source, exercises)
    _name_cells(notebook.cells)
    return notebook


def execute(notebook: NotebookNode) -> str:
    """Run all cells in a fresh kernel, home and course folder; return the progress that was recorded."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
            store_widget_state=False,
            record_timing=False,
            coalesce_streams=True,
            # Else every kernel warns that others on this machine could read along.
            config=Config({"KernelManager": {"transport_encryption": "auto"}}),
        )
        client.execute(env=_environment(Path(folder)))
        progress = Path(folder, "progress.jsonl")
        return progress.read_text(encoding="utf-8") if progress.exists() else ""


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment in which nothing of this machine or of its user shows in an output."""
    fonts = ROOT / "build" / "matplotlib"
    if not any(fonts.glob("fontlist-*.json")):
        # Else the first lesson with a figure would tell about the search for fonts.
        fonts.mkdir(parents=True, exist_ok=True)
        searching = [sys.executable, "-c", "import matplotlib.font_manager"]
        subprocess.run(searching, env={**os.environ, "MPLCONFIGDIR": str(fonts)}, check=True, capture_output=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IAMKIT_", "JUPYTER_", "MPL"))}
    return {
        **kept,
        "HOME": str(folder),
        "IAMKIT_COURSE_DIR": str(folder),
        "IPYTHONDIR": str(folder / ".ipython"),
        "MPLCONFIGDIR": str(fonts),
        "PYTHONHASHSEED": "0",
        "TZ": "UTC",
    }


def _with_starter(source: str, exercises: Path) -> str:
    """Fill a `%%policy slug` with nothing below with the starter of that exercise."""
    first, _, rest = source.partition("\n")
    if not first.startswith(POLICY_MAGIC) or rest.strip():
        return source
    slug = first.removeprefix(POLICY_MAGIC).strip()
    starter = next(exercises.glob(f"*/{slug}/starter.json"), None)
    if starter is None:
        raise LessonError(f"no exercise `{slug}` in `{exercises.name}`\nhelp: the name follows {POLICY_MAGIC}")
    return f"{first}\n{starter.read_text(encoding='utf-8').rstrip()}"


def _name_cells(cells: Iterable[NotebookNode]) -> None:
    """Give every cell an id from its text, numbered where a text comes again: an edit changes no other id."""
    seen: dict[str, int] = {}
    for cell in cells:
        text = f"{cell.cell_type}\n{cell.source}"
        seen[text] = seen.get(text, 0) + 1
        cell.id = hashlib.sha256(f"{seen[text]}\n{text}".encode()).hexdigest()[:12]


def _check_outputs(source: Path, cell: NotebookNode) -> None:
    for output in cell.get("outputs", ()):
        if output.output_type == "stream" and output.name == "stderr":
            raise LessonError(f"{source.name}: a cell writes to stderr: {output.text.strip()}\n{cell.source}")


def _strip(cell: NotebookNode) -> None:
    """Remove what differs from run to run or says nothing to a reader."""
    cell.metadata.pop("execution", None)
    for output in cell.get("outputs", ()):
        output.pop("transient", None)
        data: dict[str, Any] = output.get("data", {})
        data.pop(WIDGET_VIEW, None)
        if "metadata" in output:
            output.metadata = NotebookNode()


def differences(built: Mapping[Path, str]) -> list[str]:
    """Return a line for every notebook that is not what the build gives."""
    lines = []
    for path, text in built.items():
        if not path.exists():
            lines.append(f"{path.name} is missing")
        elif path.read_text(encoding="utf-8") != text:
            lines.append(f"{path.name} is not what its source gives: {_first_difference(path, text)}")
    return lines


def without_source(built: Iterable[Path]) -> list[str]:
    """Return a line for every notebook that no source gives."""
    return [f"{path.name} has no source" for path in sorted(set(LESSONS.glob("*.ipynb")) - set(built))]


def _first_difference(path: Path, text: str) -> str:
    pairs = enumerate(zip(path.read_text(encoding="utf-8").splitlines(), text.splitlines(), strict=False), start=1)
    return next((f"line {n}: {old.strip()} → {new.strip()}" for n, (old, new) in pairs if old != new), "its length")


def main(arguments: list[str] | None = None) -> int:
    """Build lessons, all unless some are named, or with `--check` compare them with what is there."""
    parser = argparse.ArgumentParser(prog="python -m lessons.build", description="Build the notebooks of the course.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a notebook is out of date")
    parser.add_argument("numbers", metavar="NN", nargs="*", help="number of a lesson, as 03; all unless told")
    given = parser.parse_args(arguments)
    chosen = [source for source in sources() if not given.numbers or source.stem[:2] in given.numbers]
    if not chosen:
        parser.error(f"there is no lesson {' '.join(given.numbers)}")
    built = {LESSONS / f"{source.stem}.ipynb": build(source) for source in chosen}
    if given.check:
        lines = differences(built) + ([] if given.numbers else without_source(built))
        print("\n".join(lines) or "every notebook is what its source gives")
        return 1 if lines else 0
    for path in LESSONS.glob("*.ipynb"):
        if path not in built and not given.numbers:
            path.unlink()
    for path, text in built.items():
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"built {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

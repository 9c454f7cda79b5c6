"""What is committed in lessons/ is what the build gives, and reads as a lesson should."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from lessons import build

NOTEBOOKS = sorted(build.LESSONS.glob("*.ipynb"))
IDS = [path.stem for path in NOTEBOOKS]

SCRATCH = """# A lesson

```{code-cell} ipython3
:tags: [hide-input]
print("out")
```

```{code-cell} ipython3
print("out")
```

```{code-cell} ipython3
%%policy read-prefix
```
"""


def cells(path: Path, kind: str) -> list[NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def where(cell: NotebookNode) -> str:
    """Name a cell by its first line, for whoever has to mend it."""
    return str(cell.source).splitlines()[0]


def html(path: Path) -> list[str]:
    """Return every HTML output of a notebook."""
    outputs = [output for cell in cells(path, "code") for output in cell.outputs]
    return ["".join(output.data["text/html"]) for output in outputs if "text/html" in output.get("data", {})]


def write_scratch(folder: Path, text: str = SCRATCH) -> Path:
    """Write a lesson and the exercise it uses; return its source."""
    exercise = folder / "exercises" / "01_scratch" / "read-prefix"
    exercise.mkdir(parents=True)
    (exercise / "starter.json").write_text('{\n  "Version": "2012-10-17"\n}\n')
    source = folder / "01_scratch.md"
    source.write_text(text)
    return source


def test_there_is_a_notebook_for_every_source_and_no_other() -> None:
    assert NOTEBOOKS
    assert [path.stem for path in build.sources()] == IDS


@pytest.mark.parametrize("source", build.sources(), ids=lambda path: path.stem)
def test_the_committed_notebook_is_what_its_source_gives(source: Path) -> None:
    """Run `make lessons` and commit what it writes. A cell that raises fails the build, so Run All survives too."""
    assert build.differences({build.LESSONS / f"{source.stem}.ipynb": build.build(source)}) == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_every_code_cell_was_run_in_order(path: Path) -> None:
    """Strict validation never compares a cell without a count."""
    counts = [cell.execution_count for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_a_lesson_has_20_to_40_cells(path: Path) -> None:
    assert 20 <= len(cells(path, "markdown")) + len(cells(path, "code")) <= 40


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_no_cell_is_longer_than_it_can_be_read(path: Path) -> None:
    """Ten lines of code, ninety words of prose; a policy to edit is as long as it is."""
    code = [cell for cell in cells(path, "code") if not cell.source.startswith(build.POLICY_MAGIC)]
    assert [where(cell) for cell in code if len(cell.source.splitlines()) > 10] == []
    assert [where(cell) for cell in cells(path, "markdown") if len(cell.source.split()) > 90] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_every_image_has_a_text_for_those_who_cannot_see_it(path: Path) -> None:
    """An image that comes without HTML gets no alternative text from JupyterLab."""
    prose = "\n".join(cell.source for cell in cells(path, "markdown"))
    assert re.findall(r"!\[\s*\]\([^)]*\)", prose) == []
    images = [image for text in (prose, *html(path)) for image in re.findall(r"<img\b[^>]*>", text)]
    assert [image[:80] for image in images if not re.search(r"""\balt=(["'])(?!\1)""", image)] == []
    outputs = [output.get("data", {}) for cell in cells(path, "code") for output in cell.outputs]
    bare = [data for data in outputs if any(kind.startswith("image/") for kind in data) and "text/html" not in data]
    assert bare == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_every_exercise_is_shown_once(path: Path) -> None:
    """A widget that is displayed and also the last line of its cell once stood there twice."""
    shown = [cell for cell in cells(path, "code") if re.fullmatch(r'exercise\("[\w-]+"\)', cell.source)]
    assert shown
    assert [where(cell) for cell in shown if len(cell.outputs) != 1] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_stored_html_is_what_an_untrusted_notebook_shows(path: Path) -> None:
    """JupyterLab takes these out of a notebook that came from elsewhere."""
    stripped = re.compile(r"<style|<svg|<script|\srole=|\saria-|var\(--jp-")
    assert [match.group() for text in html(path) for match in stripped.finditer(text)] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_nothing_of_the_machine_that_built_it_is_in_a_lesson(path: Path) -> None:
    """Paths, object addresses and the state of widgets differ elsewhere."""
    text = path.read_text(encoding="utf-8")
    assert str(build.ROOT) not in text
    assert re.findall(r"/(?:tmp|home|root|Users)/\w+|\bat 0x[0-9a-f]+", text) == []
    assert build.WIDGET_VIEW not in text
    assert set(nbformat.read(path, as_version=4).metadata) == {"kernelspec", "language_info"}


def test_an_empty_policy_cell_gets_the_starter_of_its_exercise(tmp_path: Path) -> None:
    notebook = build.read(write_scratch(tmp_path), tmp_path / "exercises")
    assert notebook.cells[-1].source == '%%policy read-prefix\n{\n  "Version": "2012-10-17"\n}'


def test_a_policy_cell_for_no_exercise_is_an_error(tmp_path: Path) -> None:
    source = write_scratch(tmp_path, "```{code-cell} ipython3\n%%policy no-such-one\n```\n")
    with pytest.raises(build.LessonError, match="no exercise `no-such-one`"):
        build.read(source, tmp_path / "exercises")


def test_cells_with_the_same_text_have_ids_of_their_own(tmp_path: Path) -> None:
    """An id depends on the text and nothing else, so that an edit elsewhere changes no id."""
    source = write_scratch(tmp_path)
    before = [cell.id for cell in build.read(source, tmp_path / "exercises").cells]
    source.write_text(SCRATCH.replace("# A lesson", "# Another title"))
    after = [cell.id for cell in build.read(source, tmp_path / "exercises").cells]
    assert len(set(before)) == len(before) == 4
    assert before[0] != after[0]
    assert before[1:] == after[1:]


def test_a_cell_that_raises_or_warns_fails_the_build(tmp_path: Path) -> None:
    """Learners would meet the same."""
    for code in ("1 / 0", "import sys; print('careful', file=sys.stderr)"):
        source = write_scratch(tmp_path / str(len(code)), f"```{{code-cell}} ipython3\n{code}\n```\n")
        with pytest.raises(Exception, match=r"ZeroDivisionError|writes to stderr: careful"):
            build.build(source)


def test_differences_name_the_first_line_that_is_not_the_same(tmp_path: Path) -> None:
    path = tmp_path / "01_scratch.ipynb"
    assert build.differences({path: "a\n"})[0] == "01_scratch.ipynb is missing"
    path.write_text("a\nb\n")
    assert build.differences({path: "a\nc\n"})[0] == "01_scratch.ipynb is not what its source gives: line 2: b → c"

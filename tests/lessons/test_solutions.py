"""A learner who knows every solution passes every exercise of every lesson."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbformat import NotebookNode

from iamkit.course import Course, Progress
from lessons import build

POLICY = re.compile(rf"^{build.POLICY_MAGIC}\s+(?P<slug>\S+)")
WIDGET = re.compile(r"""^exercise\((["'])(?P<slug>[\w-]+)\1\)$""", re.MULTILINE)


def solve(cell: NotebookNode, course: Course) -> list[str]:
    """Put the solution into a cell that asks for one; return the exercises it solves."""
    if policy := POLICY.match(cell.source):
        cell.source = f"{policy.group()}\n{course.exercise(policy['slug']).solution}"
        return [policy["slug"]]
    solved: list[str] = []

    def as_check(widget: re.Match[str]) -> str:
        solved.append(widget["slug"])
        solution = course.exercise(widget["slug"]).solution
        return f"from iamkit.notebook import check\ncheck({widget['slug']!r}, {solution!r})"

    cell.source = WIDGET.sub(as_check, cell.source)
    return solved


@pytest.mark.parametrize("source", build.sources(), ids=lambda path: path.stem)
def test_with_every_starter_replaced_by_its_solution_every_check_passes(source: Path, tmp_path: Path) -> None:
    """The progress that the notebook leaves says so: its lesson is done, and no check of it failed."""
    course = Course(progress=Progress(tmp_path))
    notebook = build.read(source)
    solved = [slug for cell in notebook.cells if cell.cell_type == "code" for slug in solve(cell, course)]
    course.progress.path.write_text(build.execute(notebook), encoding="utf-8")
    (lesson,) = [row for row in course.report().lessons if row.lesson == source.stem]
    assert {row.slug for row in lesson.exercises} == set(solved)
    assert lesson.done == lesson.total >= 5
    checks = [record for record in course.progress.history().records if record.event == "check"]
    assert {record.outcome for record in checks} == {"passed"}

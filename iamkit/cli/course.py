"""Commands for learners and for who writes exercises."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from iamkit.course.content import Content
    from iamkit.course.exercises import Exercise

COURSE_FOLDER = Path("~/iamkit")


@click.command()
@click.argument("directory", metavar="[DIR]", type=click.Path(path_type=Path), default=COURSE_FOLDER)
@click.option("--port", type=click.IntRange(1, 65535), default=8888, show_default=True, help="Port to try first.")
@click.option("--browser/--no-browser", default=True, help="Open a browser, or print the address only.")
def learn(directory: Path, port: int, browser: bool) -> None:
    """Open the course in JupyterLab, with your own copy of the lessons in DIR (~/iamkit unless told).

    Your work in DIR is never overwritten: start it again whenever you like and go on where you stopped.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise click.ClickException('JupyterLab is not installed\nhelp: run pip install "iamkit[course]"')
    from iamkit.notebook.learn import learn as start

    try:
        start(directory.expanduser(), port=port, browser=browser, say=click.echo)
    except OSError as error:
        raise click.ClickException(str(error)) from error


@click.command()
def progress() -> None:
    """Show how far you are, exercise by exercise."""
    from iamkit.course import Course

    click.echo(repr(Course().report()))


@click.command()
@click.option("--mutate", is_flag=True, help="Judge every policy that is one small step away from a solution instead.")
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
def check(slugs: tuple[str, ...], mutate: bool) -> None:
    """Prove the exercises: no starter passes, every solution does, every wrong policy fails where it should.

    With --mutate: no policy one small step away from a solution passes, unless it is proved to mean the same.
    """
    from iamkit.course import MalformedExercise, UnknownExercise, course_root, load_course

    try:
        content = load_course(course_root())
        exercises = [content.exercise(slug) for slug in slugs] or list(content.exercises.values())
    except (MalformedExercise, UnknownExercise) as error:
        raise click.ClickException(str(error)) from error
    sys.exit(_mutated(exercises) if mutate else _proved(content, exercises if slugs else None))


def _proved(content: Content, exercises: list[Exercise] | None) -> bool:
    """Say what is proved of some exercises, or of the whole course; tell whether it is not enough."""
    from iamkit.course.proof import prove, prove_exercises

    findings = prove(content) if exercises is None else tuple(prove_exercises(exercises))
    for finding in findings:
        click.echo(str(finding))
    failed = sum(not finding.holds for finding in findings)
    click.echo(f"{len(findings) - failed} of {len(findings)} claims hold")
    # A course about which nothing is claimed is not proved.
    return failed > 0 or not findings


def _mutated(exercises: list[Exercise]) -> bool:
    """Say what becomes of the mutants of some exercises; tell whether any survives."""
    from iamkit.course.mutation import mutate

    if importlib.util.find_spec("z3") is None:
        raise click.ClickException(
            'what a mutant means is proved with z3, which is not installed\nhelp: run pip install "iamkit[course]"'
        )
    judged = survivors = 0
    for mutation in mutate(exercises):
        click.echo(str(mutation))
        judged += len(mutation.judged or ())
        survivors += len(mutation.survivors)
    click.echo(f"{judged - survivors} of {judged} mutants refused or proved to mean the same")
    return survivors > 0

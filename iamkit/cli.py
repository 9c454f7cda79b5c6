"""The command line: this file reads the words, the work is done in the rooms, imported when they are needed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import BinaryIO

import click

COURSE_FOLDER = Path("~/iamkit")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="iamkit")
def main() -> None:
    """Learn AWS IAM by doing, on your own machine, without an AWS account."""


@main.command()
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


@main.command()
def progress() -> None:
    """Show how far you are, exercise by exercise."""
    from iamkit.course import Course

    click.echo(repr(Course().report()))


@main.command()
@click.argument("slugs", metavar="[SLUG]...", nargs=-1)
def check(slugs: tuple[str, ...]) -> None:
    """Prove the exercises: no starter passes, every solution does, every wrong policy fails where it should."""
    from iamkit.course import MalformedExercise, UnknownExercise, course_root, load_course
    from iamkit.course.proof import prove, prove_exercises

    try:
        content = load_course(course_root())
        findings = tuple(prove_exercises(map(content.exercise, slugs)) if slugs else prove(content))
    except (MalformedExercise, UnknownExercise) as error:
        raise click.ClickException(str(error)) from error
    for finding in findings:
        click.echo(str(finding))
    failed = sum(not finding.holds for finding in findings)
    click.echo(f"{len(findings) - failed} of {len(findings)} claims hold")
    # A course about which nothing is claimed is not proved.
    sys.exit(failed > 0 or not findings)


@main.command()
@click.argument("file", type=click.File("rb"))
def evaluate(file: BinaryIO) -> None:
    """Decide one request a line: JSON cases from FILE (- is standard input), one JSON result a line.

    The exit status is 1 if any line had an error.
    """
    from iamkit.evaluation.batch import evaluate_line

    failed = False
    for raw in file:
        if not raw.strip():
            continue
        try:
            result = evaluate_line(raw.decode())
        except UnicodeDecodeError as error:
            result = {"name": None, "error": f"not UTF-8: byte {error.start + 1} of the line cannot be read"}
        failed = failed or "error" in result
        # Whoever feeds this line by line waits for the answer before sending the next.
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
    sys.exit(failed)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; a free one unless told.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Account to open, 12 digits; may be repeated.")
@click.option("--seed", type=int, help="Make names, IDs and keys the same in every run.")
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR", help="Keep everything in DIR over restarts.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON instead of shell exports.")
@click.option("--with-parent", is_flag=True, hidden=True, help="Say JSON, and end when standard input ends.")
def cloud(
    port: int | None, accounts: tuple[str, ...], seed: int | None, state: Path | None, as_json: bool, with_parent: bool
) -> None:
    """Run the local cloud until Ctrl-C; print its endpoint and an administrator's keys when it is ready."""
    if importlib.util.find_spec("moto") is None:
        raise click.ClickException('the local cloud is not installed\nhelp: run pip install "iamkit[cloud]"')
    from iamkit.cloud.serving import serve

    try:
        serve(port or 0, accounts, seed, as_json=as_json, say=click.echo, with_parent=with_parent, state=state)
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error

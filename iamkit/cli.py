"""The command line: this file reads the words, the work is done in the rooms, imported when they are needed."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

if TYPE_CHECKING:
    from iamkit.analysis.activity import Activity, Source

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


@main.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--role", required=True, metavar="NAME", help="The role's name, or its ARN.")
@click.option("--account", metavar="ID", help="The role's account, where its name is in several.")
@click.option("--as", "service", metavar="SERVICE", help="Who assumes the role, such as lambda.amazonaws.com.")
@click.option("--cloud", "which", metavar="CLOUD", help="Endpoint or port of a cloud, or a file with its line of JSON.")
@click.option("--region", default="us-east-1", show_default=True, help="Region of the program.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(
    role: str, account: str | None, service: str | None, which: str | None, region: str, command: tuple[str, ...]
) -> None:
    """Run COMMAND with a role's session credentials against the local cloud, and nothing of your own AWS settings.

    What the role lacks shows now, and not after deploying: each denial is explained when the program ends. The exit
    status is the program's.
    """
    _need_cloud()
    from iamkit.cloud.registry import NoCloud
    from iamkit.cloud.remote import Refusal
    from iamkit.cloud.running import run_with_role

    try:
        status = run_with_role(
            command, role, account, service, which, region, say=lambda text: click.echo(text, err=True)
        )
    except (NoCloud, Refusal) as error:
        raise click.ClickException(str(error.args[0])) from error
    sys.exit(status)


@main.command()
@click.argument("number", metavar="[last|N]", default="last")
@click.option("--cloud", "which", metavar="CLOUD", help="Endpoint or port of a cloud, or a file with its line of JSON.")
@click.option("--list", "listed", is_flag=True, help="List all denials, a line each.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each denial.")
def why(number: str, which: str | None, listed: bool, as_json: bool) -> None:
    """Explain the last call that the local cloud refused, or that of event N: gate, statement, what would mend it."""
    _need_cloud()
    from iamkit.cloud.registry import NoCloud
    from iamkit.cloud.remote import Refusal
    from iamkit.cloud.running import denials

    try:
        found = denials(which, None if number == "last" else number, every=listed)
    except (NoCloud, Refusal) as error:
        raise click.ClickException(str(error.args[0])) from error
    for denial in found:
        click.echo(json.dumps(denial.as_json()) if as_json else denial.line if listed else repr(denial))


def _say_aside(text: str) -> None:
    """Speak where the program's own output is not mixed with it."""
    click.echo(text, err=True)


def _need_cloud() -> None:
    if importlib.util.find_spec("moto") is None:
        raise click.ClickException('the local cloud is not installed\nhelp: run pip install "iamkit[cloud]"')


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; a free one unless told.")
@click.option("--account", "accounts", multiple=True, metavar="ID", help="Account to open, 12 digits; may be repeated.")
@click.option("--seed", type=int, help="Make names, IDs and keys the same in every run.")
@click.option(
    "--organization",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Accounts, units, SCPs and RCPs, in JSON.",
)
@click.option("--state", type=click.Path(path_type=Path), metavar="DIR", help="Keep everything in DIR over restarts.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON instead of shell exports.")
@click.option("--with-parent", is_flag=True, hidden=True, help="Say JSON, and end when standard input ends.")
def cloud(
    port: int | None,
    accounts: tuple[str, ...],
    seed: int | None,
    organization: Path | None,
    state: Path | None,
    as_json: bool,
    with_parent: bool,
) -> None:
    """Run the local cloud until Ctrl-C; print its endpoint and an administrator's keys when it is ready."""
    _need_cloud()
    from iamkit.cloud.serving import serve

    try:
        serve(
            port or 0,
            accounts,
            seed,
            as_json=as_json,
            say=click.echo,
            with_parent=with_parent,
            state=state,
            organization=organization,
        )
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error


@main.command()
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option("--principal", metavar="ARN", help="Whose activity: a user, a role, or a session of it.")
@click.option("--conditions", multiple=True, metavar="KEY", help="Condition key to keep, as aws:SourceIp; repeatable.")
@click.option("--names", type=click.IntRange(0), help="Names below a prefix that are listed; more are `*` (3).")
@click.option("--exact", is_flag=True, help="Keep each resource as it was seen.")
@click.option("--cloud", "which", metavar="CLOUD", help="Read the trail of a local cloud: its endpoint, port or file.")
@click.option(
    "--format",
    "shown",
    type=click.Choice(["policy", "text", "json"]),
    default="policy",
    show_default=True,
    help="The policy alone, or with its evidence.",
)
def generate(
    files: tuple[str, ...],
    principal: str | None,
    conditions: tuple[str, ...],
    names: int | None,
    exact: bool,
    which: str | None,
    shown: str,
) -> None:
    """Write the policy that allows what was done, from CloudTrail's files; without FILE from the local cloud's trail.

    FILE may be a log file or a directory of them, gzipped or not, JSON lines, what lookup-events prints, or - for
    standard input. The policy is printed, an array where one would be too long; what it rests on and what was left out
    goes to standard error. The exit status is 0, 1 if a part of the activity could not be read, 2 if there is no
    policy.
    """
    from iamkit.analysis.generalising import DEFAULT
    from iamkit.analysis.least_privilege import generate as write

    most = None if exact else DEFAULT if names is None else names
    try:
        made = write(_activity(files, which), principal=principal, generalise=most, keep_conditions=conditions)
    except ValueError as error:
        raise _no_answer(error) from error
    if shown == "json":
        click.echo(json.dumps(made.as_json(), indent=2))
    elif shown == "text":
        click.echo(repr(made))
    else:
        documents = [each.to_dict() for each in made.policies]
        click.echo(json.dumps(documents[0] if len(documents) == 1 else documents, indent=2))
        for name, lines in made.rows():
            for line in lines:
                _say_aside(f"{name}: {line}")
    sys.exit(bool(made.unread))


@main.command()
@click.argument("files", metavar="[ACTIVITY]...", nargs=-1)
@click.option("--policy", "file", required=True, type=click.File("rb"), help="The identity-based policy to look at.")
@click.option("--principal", metavar="ARN", help="Whose activity: a user, a role, or a session of it.")
@click.option("--cloud", "which", metavar="CLOUD", help="Read the trail of a local cloud: its endpoint, port or file.")
@click.option("--format", "shown", type=click.Choice(["text", "json"]), default="text", show_default=True)
def unused(files: tuple[str, ...], file: BinaryIO, principal: str | None, which: str | None, shown: str) -> None:
    """Tell what of a policy was never used in the activity, and suggest a tighter one.

    ACTIVITY is as for `iamkit generate`. The exit status is 0 if all of it was used, 1 if something was not, 2 if there
    is no answer, or a part of the activity could not be read.
    """
    from iamkit.analysis.unused import unused as look
    from iamkit.policy import Policy

    try:
        policy = Policy.parse(file.read(), name=Path(file.name).name)
        report = look(policy, _activity(files, which), principal=principal)
    except ValueError as error:
        raise _no_answer(error) from error
    click.echo(json.dumps(report.as_json(), indent=2) if shown == "json" else repr(report))
    sys.exit(2 if report.unread else report.anything)


class _NoAnswer(click.ClickException):
    """There is nothing to print: the exit status tells it from an answer that says no."""

    exit_code = 2


def _no_answer(error: Exception) -> _NoAnswer:
    return _NoAnswer(str(error.args[0]) if error.args else "there is no answer")


def _activity(files: tuple[str, ...], which: str | None) -> Activity:
    """Gather the sources that a command names; the trail of the cloud that runs where it names none."""
    from iamkit.analysis.activity import Activity

    sources: list[Source] = [sys.stdin.buffer if name == "-" else name for name in files]
    if which is not None or not files:
        _need_cloud()
        from iamkit.cloud.registry import NoCloud, find
        from iamkit.cloud.remote import Refusal, ask

        try:
            sources.append(ask(find(which), "events"))
        except (NoCloud, Refusal) as error:
            raise _no_answer(error) from error
    return Activity(*sources)

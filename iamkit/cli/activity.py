"""Commands from activity to policies."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from iamkit.cli.cloud import need_cloud, say_aside

if TYPE_CHECKING:
    from iamkit.analysis.activity import Activity, Source


@click.command()
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
                say_aside(f"{name}: {line}")
    sys.exit(bool(made.unread))


@click.command()
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
        need_cloud()
        from iamkit.cloud.registry import NoCloud, find
        from iamkit.cloud.remote import Refusal, ask

        try:
            sources.append(ask(find(which), "events"))
        except (NoCloud, Refusal) as error:
            raise _no_answer(error) from error
    return Activity(*sources)

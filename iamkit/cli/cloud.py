"""Commands around the local cloud."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import click


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
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
    need_cloud()
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


@click.command()
@click.argument("number", metavar="[last|N]", default="last")
@click.option("--cloud", "which", metavar="CLOUD", help="Endpoint or port of a cloud, or a file with its line of JSON.")
@click.option("--list", "listed", is_flag=True, help="List all denials, a line each.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each denial.")
def why(number: str, which: str | None, listed: bool, as_json: bool) -> None:
    """Explain the last call that the local cloud refused, or that of event N: gate, statement, what would mend it."""
    need_cloud()
    from iamkit.cloud.registry import NoCloud
    from iamkit.cloud.remote import Refusal
    from iamkit.cloud.running import denials

    try:
        found = denials(which, None if number == "last" else number, every=listed)
    except (NoCloud, Refusal) as error:
        raise click.ClickException(str(error.args[0])) from error
    for denial in found:
        click.echo(json.dumps(denial.as_json()) if as_json else denial.line if listed else repr(denial))


def say_aside(text: str) -> None:
    """Speak where the program's own output is not mixed with it."""
    click.echo(text, err=True)


def need_cloud() -> None:
    """Say what to install where the local cloud is not."""
    if importlib.util.find_spec("moto") is None:
        raise click.ClickException('the local cloud is not installed\nhelp: run pip install "iamkit[cloud]"')


@click.command()
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
    need_cloud()
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

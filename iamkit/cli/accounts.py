"""Commands about whole accounts: who can get in, and how far."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from iamkit.analysis.landscape import Landscape


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--zone", type=click.Choice(["account", "organization"]), default="account", help="The zone of trust.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def exposure(files: tuple[Path, ...], zone: Literal["account", "organization"], as_json: bool) -> None:
    """Find who outside an account or an organization can reach a resource or a role.

    Each FILE is what `aws iam get-account-authorization-details` prints, or tells of resources and an organization.
    The exit status is 1 if there is a finding.
    """
    from iamkit.analysis.exposure import exposure as find
    from iamkit.analysis.telling import exposure_json

    found = find(_landscape(files), zone)
    click.echo(json.dumps(exposure_json(found), indent=2) if as_json else repr(found))
    sys.exit(bool(found.findings))


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--from", "credential", metavar="WHO", help="A principal's ARN or name, an access key, a function's ARN.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reach(files: tuple[Path, ...], credential: str | None, as_json: bool) -> None:
    """List the ways by which principals come to more than they have; with --from, all that is reached from there.

    Each FILE is what `aws iam get-account-authorization-details` prints, or tells of resources and an organization.
    """
    from iamkit.analysis.landscape import UnknownPrincipal
    from iamkit.analysis.reach import blast_radius, escalations
    from iamkit.analysis.telling import blast_radius_json, escalations_json

    landscape = _landscape(files)
    if credential is None:
        steps = escalations(landscape)
        click.echo(json.dumps(escalations_json(steps), indent=2) if as_json else repr(steps))
        return
    try:
        found = blast_radius(landscape, credential)
    except UnknownPrincipal as error:
        raise click.ClickException(str(error.args[0])) from error
    click.echo(json.dumps(blast_radius_json(found), indent=2) if as_json else repr(found))


def _landscape(files: tuple[Path, ...]) -> Landscape:
    from iamkit.analysis.landscape_files import MalformedLandscape, load_landscape

    try:
        return load_landscape(*files)
    except (MalformedLandscape, OSError) as error:
        raise click.ClickException(str(error)) from error

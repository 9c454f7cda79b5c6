"""The command line: these files read the words, the work is done in the rooms, imported when they are needed."""

from __future__ import annotations

import click

from iamkit.cli.accounts import exposure, reach
from iamkit.cli.activity import generate, unused
from iamkit.cli.cloud import cloud, run, why
from iamkit.cli.course import check, learn, progress
from iamkit.cli.policies import evaluate, lint


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="iamkit")
def main() -> None:
    """Learn AWS IAM by doing, on your own machine, without an AWS account."""


for command in (learn, progress, check, evaluate, lint, generate, unused, exposure, reach, cloud, run, why):
    main.add_command(command)

"""Commands about single policies and requests."""

from __future__ import annotations

import json
import sys
from typing import BinaryIO

import click

_POLICY_TYPES = ("identity", "resource", "trust", "boundary", "session", "scp", "rcp", "vpc-endpoint")
_SEVERITIES = ("error", "security-warning", "warning", "suggestion")


@click.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option(
    "--type", "type_word", type=click.Choice(_POLICY_TYPES), help="Type of the policies; guessed unless told."
)
@click.option("--resource-type", metavar="TYPE", help="What it is attached to, such as AWS::S3::Bucket.")
@click.option("--format", "form", type=click.Choice(("text", "json", "sarif")), default="text", show_default=True)
@click.option(
    "--fail-on", type=click.Choice(_SEVERITIES), default="error", show_default=True, help="Least severity to fail for."
)
@click.option("--fix", "mend", is_flag=True, help="First make the edits that change no meaning, in the files.")
def lint(
    files: tuple[str, ...], type_word: str | None, resource_type: str | None, form: str, fail_on: str, mend: bool
) -> None:
    """Find what IAM Access Analyzer finds in policies, offline: a policy a FILE, directories with all their .json.

    A - is standard input. The exit status is 0 without findings of the severity of --fail-on or graver, 1 with any, 2
    if a file cannot be read.
    """
    from iamkit import __version__
    from iamkit.analysis.findings.files import TYPE_WORDS, fails, lint_files
    from iamkit.analysis.findings.reports import as_json, as_sarif, as_text
    from iamkit.policy.catalogue import Severity

    if resource_type and type_word is None:
        type_word = "resource"
    try:
        linted = lint_files(files, TYPE_WORDS[type_word] if type_word else None, resource_type, mend=mend)
    except OSError as error:
        raise click.UsageError(f"`{error.filename}` cannot be read: {error.strerror}") from error
    text = as_json(linted) if form == "json" else as_sarif(linted, __version__) if form == "sarif" else as_text(linted)
    click.echo(text, nl=False)
    sys.exit(fails(linted, Severity[fail_on.upper().replace("-", "_")]))


@click.command()
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

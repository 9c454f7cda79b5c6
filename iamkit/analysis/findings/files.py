"""Which files `iamkit lint` reads, and what it makes of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from iamkit.analysis.findings.reports import Linted
from iamkit.analysis.findings.running import findings, fix
from iamkit.policy import PolicyType
from iamkit.policy.catalogue import Severity

TYPE_WORDS = {
    "identity": PolicyType.IDENTITY_BASED,
    "resource": PolicyType.RESOURCE_BASED,
    "trust": PolicyType.TRUST,
    "boundary": PolicyType.PERMISSIONS_BOUNDARY,
    "session": PolicyType.SESSION,
    "scp": PolicyType.SERVICE_CONTROL,
    "rcp": PolicyType.RESOURCE_CONTROL,
    "vpc-endpoint": PolicyType.VPC_ENDPOINT,
}
"""The policy types as the command line calls them."""

STANDARD_INPUT = "-"


def lint_files(
    names: Iterable[str], type: PolicyType | None = None, resource_type: str | None = None, *, mend: bool = False
) -> tuple[Linted, ...]:
    """Read each file, all `.json` files of a directory, or standard input for `-`, and find what there is.

    With `mend`, first make the edits that change no meaning and write the file back. Raise `OSError` for what cannot
    be read.
    """
    return tuple(_lint(name, type, resource_type, mend) for name in _files(names))


def _files(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        path = Path(name)
        if name != STANDARD_INPUT and path.is_dir():
            yield from (str(each) for each in sorted(path.rglob("*.json")))
        else:
            yield name


def _lint(name: str, type: PolicyType | None, resource_type: str | None, mend: bool) -> Linted:
    raw = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Linted(name, "", findings(raw, type=type, resource_type=resource_type))
    if mend and name != STANDARD_INPUT:
        fixed = fix(text, type=type, resource_type=resource_type)
        if fixed != text:
            # Bytes, so that the file's own line ends stay.
            Path(name).write_bytes(fixed.encode())
            text = fixed
    return Linted(name, text, findings(text, type=type, resource_type=resource_type))


def fails(files: Iterable[Linted], at: Severity) -> bool:
    """Tell whether any finding is as grave as that, or graver."""
    order = list(Severity)
    return any(order.index(finding.severity) <= order.index(at) for file in files for finding in file.findings)

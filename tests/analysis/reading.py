"""Pairs of policies with known meanings, as `pairs/**/*.json` has them.

A side is one policy document, of the pair's `type`, or the policies in force under the names of `iamkit evaluate`.
`meaning` is what mine allows against theirs: the same, more, less, or neither; what only one side allows is a request.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from iamkit import Policies, Policy, PolicyType, Request, Resource

FOLDER = Path(__file__).parent / "pairs"

_PLACES = {
    "identityPolicies": "identity_based",
    "resourcePolicy": "resource_based",
    "permissionBoundaries": "permissions_boundary",
    "sessionPolicy": "session",
    "endpointPolicies": "vpc_endpoint",
    "groups": "groups",
    "managementAccount": "management_account",
}
_LEVELS = {"serviceControlPolicies": "service_control", "resourceControlPolicies": "resource_control"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides, and for each side a request that it alone allows, where there is one."""

    name: str
    source: str
    mine: Policies
    theirs: Policies
    only_mine: Request | None = None
    only_theirs: Request | None = None

    @property
    def meaning(self) -> str:
        """Say what mine allows against theirs."""
        if self.only_mine is not None:
            return "more" if self.only_theirs is None else "neither"
        return "same" if self.only_theirs is None else "less"


def read_pairs(folder: Path = FOLDER) -> Iterator[tuple[str, Pair, dict[str, Any]]]:
    """Read all files: the file's name, the pair, and what is written of it."""
    for path in sorted(folder.rglob("*.json")):
        for written in json.loads(path.read_text("utf-8"))["pairs"]:
            yield path.stem, read_pair(written), written


def read_pair(written: Mapping[str, Any]) -> Pair:
    type = PolicyType(written.get("type", PolicyType.IDENTITY_BASED.value))
    return Pair(
        written["name"],
        written["source"],
        _side(written["mine"], type),
        _side(written["theirs"], type),
        _request(written.get("onlyMine")),
        _request(written.get("onlyTheirs")),
    )


def _side(written: Mapping[str, Any], type: PolicyType) -> Policies:
    if "Statement" in written:
        return Policies.of(Policy.parse(written, type=type))
    fields: dict[str, Any] = {}
    for key, value in written.items():
        if key in _LEVELS:
            fields[_LEVELS[key]] = {level["orgIdentifier"]: level["policies"] for level in value}
        else:
            fields[_PLACES[key]] = value
    policies = Policies(**fields)
    assert not policies.invalid, policies.invalid
    return policies


def _request(written: Mapping[str, Any] | None) -> Request | None:
    if written is None:
        return None
    resource = Resource(written["resource"]["resource"], written["resource"].get("accountId"))
    return Request(written["principal"], written["action"], resource, written.get("context"))

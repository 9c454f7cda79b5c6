"""Read an organization from a file: units, accounts, and the policies attached at every level."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from iamkit.arn import is_account_id
from iamkit.cloud.store import Organization
from iamkit.cloud.store.organization import Kind
from iamkit.policy import InvalidPolicy

_KINDS: Mapping[str, Kind] = {"scps": "service_control", "rcps": "resource_control"}
_LEVEL = frozenset({"units", "accounts", *_KINDS})
_EXAMPLE = (
    '{"management": "111122223333", "root": {"scps": {}, "units": {"Production": {"accounts": ["444455556666"]}}}}'
)


class MalformedOrganization(ValueError):
    """The file does not describe an organization."""


def read_organization(path: Path) -> tuple[Organization, tuple[str, ...]]:
    """Read a file and give the organization with its accounts, the management account first.

    The file is JSON: `management` is an account, `root` a level. A level has `units` by name, each a level, `accounts`,
    a list of IDs or a level by ID, and `scps` and `rcps`, policies by name. Raises MalformedOrganization, OSError.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise _malformed("", f"the file is not JSON: {problem}") from None
    if not isinstance(told, dict) or not is_account_id(str(told.get("management"))):
        raise _malformed("/management", "the management account is missing: 12 digits")
    organization = Organization(told["management"], **({"id": told["id"]} if "id" in told else {}))
    accounts = dict.fromkeys([told["management"]])
    for account in _level(organization, told.get("root", {}), organization.root, "/root"):
        accounts[account] = None
    return organization, tuple(accounts)


def _level(organization: Organization, told: Any, target: str, place: str) -> Iterator[str]:
    """Fill a root or a unit; yield the accounts below it."""
    _attach(organization, told, target, place)
    for name, inner in _table(told, "units", place).items():
        yield from _level(organization, inner, organization.add_unit(name, target), f"{place}/units/{name}")
    listed = told.get("accounts", ())
    for account in listed:
        where = f"{place}/accounts/{account}"
        if not is_account_id(str(account)):
            raise _malformed(where, f"`{account}` is no account: 12 digits")
        organization.add_account(account, target)
        if isinstance(listed, dict):
            _attach(organization, listed[account], account, where)
        yield account


def _attach(organization: Organization, told: Any, target: str, place: str) -> None:
    if not isinstance(told, dict):
        raise _malformed(place, "a level is a JSON object")
    for name in told.keys() - _LEVEL:
        raise _malformed(f"{place}/{name}", f"a level has {', '.join(sorted(_LEVEL))}")
    for field, kind in _KINDS.items():
        for name, document in _table(told, field, place).items():
            try:
                organization.attach(json.dumps(document), target, kind, name)
            except InvalidPolicy as problem:
                raise _malformed(f"{place}/{field}/{name}", str(problem)) from None


def _table(told: Any, field: str, place: str) -> Mapping[str, Any]:
    found = told.get(field, {})
    if not isinstance(found, dict):
        raise _malformed(f"{place}/{field}", "a JSON object by name")
    return found


def _malformed(place: str, problem: str) -> MalformedOrganization:
    return MalformedOrganization(f"{place or '/'}: {problem}\nhelp: for example {_EXAMPLE}")

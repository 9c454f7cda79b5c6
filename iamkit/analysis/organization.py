"""An organization as an analysis sees it: where each account stands, and the policies of every level above it (E7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from iamkit.policy import Policy

Levels = Mapping[str, tuple[Policy, ...]]
"""Policies by level, from the root down; a level without any allows nothing."""


@dataclass(frozen=True, slots=True)
class Membership:
    """An account in an organization; `path` is `o-…/r-…/ou-…/`, as aws:PrincipalOrgPaths has it (E4)."""

    path: str
    service_control: Levels | None = field(default=None, hash=False)
    resource_control: Levels | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization's accounts; the management account is exempt from its policies (E7)."""

    id: str
    management_account: str
    accounts: Mapping[str, Membership] = field(default_factory=dict, hash=False)

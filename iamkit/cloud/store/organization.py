"""An organization: accounts in organizational units, with policies at every level (E7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from iamkit.policy import Policy, PolicyType

Kind = Literal["service_control", "resource_control"]
# What was done to an organization: the method, and what it was given.
Change = tuple[str, tuple[str, ...]]
_TYPES: Mapping[Kind, PolicyType] = {
    "service_control": PolicyType.SERVICE_CONTROL,
    "resource_control": PolicyType.RESOURCE_CONTROL,
}
_FULL_ACCESS: Mapping[Kind, tuple[str, str]] = {
    "service_control": (
        "FullAWSAccess",
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
    ),
    "resource_control": (
        "RCPFullAWSAccess",
        '{"Version": "2012-10-17", "Statement": ['
        '{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}',
    ),
}


class UnknownTarget(LookupError):
    """The organization has no such root, unit or account."""


@dataclass(slots=True)
class _Target:
    """A root, a unit or an account, with the policies attached to it."""

    id: str
    name: str
    parent: str | None
    policies: dict[Kind, dict[str, Policy]] = field(default_factory=dict)


class Organization:
    """Accounts in a tree of units; FullAWSAccess is attached everywhere until it is detached, as AWS does.

    The management account is exempt from what is attached, which the engine knows (E7).
    """

    def __init__(self, management_account: str, id: str = "o-exampleorgid", root: str = "r-ab12") -> None:
        self.id = id
        self.management_account = management_account
        self.root = root
        self.changes: list[Change] = []
        self.watcher: Callable[[Change], object] | None = None
        self._targets: dict[str, _Target] = {}
        self._add(root, "Root", None)
        self._add(management_account, management_account, root)

    def add_unit(self, name: str, parent: str | None = None, id: str | None = None) -> str:
        """Add an organizational unit below another one or below the root; gives its ID."""
        above = parent or self.root
        self._target(above)
        made = id or f"ou-{self.root.removeprefix('r-')}-{len(self._targets):08d}"
        self._add(made, name, above)
        self._changed("add_unit", name, above, made)
        return made

    def add_account(self, account: str, parent: str | None = None) -> None:
        """Add an account, or move it, below a unit or the root."""
        above = parent or self.root
        self._target(above)
        if account in self._targets:
            self._targets[account].parent = above
        else:
            self._add(account, account, above)
        self._changed("add_account", account, above)

    def attach(self, policy: str, target: str, kind: Kind, name: str) -> None:
        """Attach a policy, JSON, to the root, a unit or an account; raises InvalidPolicy."""
        self._target(target).policies[kind][name] = Policy.parse(policy, type=_TYPES[kind], name=name)
        self._changed("attach", policy, target, kind, name)

    def detach(self, name: str, target: str, kind: Kind) -> None:
        """Detach a policy; raises UnknownTarget where it is not attached."""
        if self._target(target).policies[kind].pop(name, None) is None:
            raise UnknownTarget(f"`{name}` is not attached to `{target}`")
        self._changed("detach", name, target, kind)

    def change(self, name: str, given: Sequence[str]) -> None:
        """Do again what `changes` tells."""
        changes: Mapping[str, Callable[..., object]] = {
            "add_unit": self.add_unit,
            "add_account": self.add_account,
            "attach": self.attach,
            "detach": self.detach,
        }
        changes[name](*given)

    def _changed(self, name: str, *given: str) -> None:
        self.changes.append((name, given))
        if self.watcher is not None:
            self.watcher((name, given))

    def levels(self, account: str | None, kind: Kind) -> dict[str, list[Policy]] | None:
        """Give the policies above an account by level, from the root down; None for an account outside."""
        if account is None or account not in self._targets:
            return None
        way = reversed([*self._up(account)])
        return {f"{each.name} ({each.id})": list(each.policies[kind].values()) for each in way}

    def paths(self, account: str) -> tuple[str, ...]:
        """Give the path of an account, as aws:PrincipalOrgPaths has it: `o-…/r-…/ou-…/` (E4)."""
        if account not in self._targets:
            return ()
        units = [each.id for each in reversed([*self._up(account)][1:])]
        return ("/".join([self.id, *units, ""]),)

    def __contains__(self, account: str) -> bool:
        return account in self._targets

    def _add(self, id: str, name: str, parent: str | None) -> None:
        full = {
            kind: {given: Policy.parse(text, type=_TYPES[kind], name=given)}
            for kind, (given, text) in _FULL_ACCESS.items()
        }
        self._targets[id] = _Target(id, name, parent, full)

    def _target(self, id: str) -> _Target:
        if id not in self._targets:
            raise UnknownTarget(f"the organization has no `{id}`")
        return self._targets[id]

    def _up(self, id: str) -> Iterator[_Target]:
        target: _Target | None = self._target(id)
        while target is not None:
            yield target
            target = self._targets[target.parent] if target.parent else None


def written(organization: Organization) -> dict[str, Any]:
    """Write an organization down: how it began, and what was done to it."""
    return {
        "management_account": organization.management_account,
        "id": organization.id,
        "root": organization.root,
        "changes": [[name, list(given)] for name, given in organization.changes],
    }


def read(told: Mapping[str, Any]) -> Organization:
    """Make the organization that `written` wrote down."""
    made = Organization(told["management_account"], told["id"], told["root"])
    for name, given in told["changes"]:
        made.change(name, given)
    return made

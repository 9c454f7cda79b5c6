"""The `Principal` and `NotPrincipal` elements (P14–P21)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from iamkit.arn import is_account_id
from iamkit.policy.callers import Caller, CallerKind

KINDS = ("AWS", "Service", "Federated", "CanonicalUser")


class Naming(IntEnum):
    """How closely an element names a caller; what an Allow is worth depends on it (E8)."""

    NOT_NAMED = 0
    ACCOUNT = 1  # the caller's whole account: delegation
    BEHIND = 2  # the role of a role session, the IAM user of a federated user session
    CALLER = 3  # the caller itself, or everyone


@dataclass(frozen=True, slots=True)
class Principals:
    """A `Principal` element, or with `negated` a `NotPrincipal` element: the names by kind, as written.

    `"*"` alone is the same as `{"AWS": "*"}` (P15).
    """

    aws: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    federated: tuple[str, ...] = ()
    canonical_user: tuple[str, ...] = ()
    negated: bool = False
    _accounts: frozenset[str] = field(init=False, repr=False, compare=False)
    _roles: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        accounts = {text if is_account_id(text) else text.split(":")[4] for text in self.aws if _is_account(text)}
        object.__setattr__(self, "_accounts", frozenset(accounts))
        object.__setattr__(self, "_roles", frozenset(key for text in self.aws if (key := _role_key(text))))

    @property
    def everyone(self) -> bool:
        """Tell whether the element is `"*"`."""
        return "*" in self.aws

    def names(self, caller: Caller) -> Naming:
        """Tell how closely the element covers the caller."""
        if self.negated:
            return Naming.CALLER if not self._lists_any(caller) else Naming.NOT_NAMED
        if self.everyone:
            return Naming.CALLER
        return self._listed(caller)

    def denies(self, caller: Caller) -> bool:
        """Tell whether a Deny with this element reaches the caller; NotPrincipal spares only who is listed in full."""
        return not self._spares(caller) if self.negated else self.names(caller) > Naming.NOT_NAMED

    def _listed(self, caller: Caller) -> Naming:
        match caller.kind:
            case CallerKind.ANONYMOUS:
                return Naming.NOT_NAMED
            case CallerKind.SERVICE:
                listed = caller.arn in self.service or "*" in self.service
                return Naming.CALLER if listed else Naming.NOT_NAMED
            case CallerKind.IDENTITY_PROVIDER:
                listed = caller.arn in self.federated or "*" in self.federated
                return Naming.CALLER if listed else Naming.NOT_NAMED
        if self._lists_itself(caller):
            return Naming.CALLER
        if self._lists_behind(caller):
            return Naming.BEHIND
        return Naming.ACCOUNT if self._lists_account(caller) else Naming.NOT_NAMED

    def _lists_itself(self, caller: Caller) -> bool:
        if caller.kind is CallerKind.ROLE_SESSION:
            return caller.arn in self.aws and caller.arn != caller.role_arn
        if caller.kind is CallerKind.ROOT:
            return caller.account in self._accounts  # E8: for the root user its account is itself
        return caller.arn in self.aws or (caller.kind is CallerKind.USER and self._lists_id(caller))

    def _lists_behind(self, caller: Caller) -> bool:
        if caller.kind is CallerKind.FEDERATED_USER:
            return caller.user_arn is not None and caller.user_arn in self.aws
        if caller.kind is not CallerKind.ROLE_SESSION:
            return False
        if caller.role_arn is not None:
            return caller.role_arn in self.aws or self._lists_id(caller)
        # A session's ARN has lost its role's path; role names are unique in an account, so the name decides (P18).
        return f"{caller.account}:{caller.role_name}" in self._roles or self._lists_id(caller)

    def _lists_id(self, caller: Caller) -> bool:
        return caller.unique_id is not None and caller.unique_id in self.aws  # P21

    def _lists_account(self, caller: Caller) -> bool:
        return caller.account in self._accounts or (
            caller.canonical_user_id is not None and caller.canonical_user_id in self.canonical_user
        )

    def _lists_any(self, caller: Caller) -> bool:
        return self._listed(caller) > Naming.NOT_NAMED

    def _spares(self, caller: Caller) -> bool:
        """Apply P20: every identity of the caller has to be listed, and a wildcard lists nobody."""
        match caller.kind:
            case CallerKind.ANONYMOUS:
                return False
            case CallerKind.SERVICE:
                return caller.arn in self.service
            case CallerKind.IDENTITY_PROVIDER:
                return caller.arn in self.federated
            case CallerKind.ROOT:
                return self._lists_account(caller)
            case CallerKind.ROLE_SESSION:
                return self._lists_itself(caller) and self._lists_behind(caller) and self._lists_account(caller)
        return self._lists_itself(caller) and self._lists_account(caller)


def _is_account(text: str) -> bool:
    return is_account_id(text) or (text.startswith("arn:") and text.endswith(":root") and text.count(":") == 5)


def _role_key(text: str) -> str | None:
    """Reduce a role's ARN to `account:name`."""
    parts = text.split(":", 5)
    if len(parts) < 6 or parts[2] != "iam" or not parts[5].startswith("role/"):
        return None
    return f"{parts[4]}:{parts[5].rpartition('/')[2]}"

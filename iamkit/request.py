"""A request: who (principal) does what (action) on which (resource) under what conditions (context)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from iamkit.policy.callers import Caller, CallerKind
from iamkit.policy.variables import ContextValue

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9-]+", re.ASCII)


class InvalidRequest(ValueError):
    """The request could not be one that AWS receives."""


@dataclass(frozen=True, slots=True)
class Resource:
    """What a request acts on: an ARN, or `*` for an action without one (P13).

    `account` is the owner's account, which the ARN may not tell (E17); None: the ARN's own, or else the caller's.
    """

    arn: str
    account: str | None = None

    @property
    def owner(self) -> str | None:
        """Tell the owner's account, where it is known."""
        return self.account if self.account is not None else _account_of(self.arn)


@dataclass(frozen=True, slots=True, init=False)
class Request:
    """One request; `context` maps condition keys, in any case, to one value or to several.

    The keys that follow from the caller and the resource (E4) are filled in unless the context has them or
    `derive` is off. Raises `InvalidRequest` for an action that is none, `UnknownPrincipal` for a principal.

    >>> Request("arn:aws:iam::111122223333:user/alice", "s3:GetObject", "arn:aws:s3:::reports/a").value("aws:username")
    'alice'
    """

    principal: Caller
    action: str
    resource: Resource
    context: Mapping[str, ContextValue]
    derive: bool
    folded_action: str = field(repr=False, compare=False)
    _folded: dict[str, ContextValue] | None = field(repr=False, compare=False)

    def __init__(
        self,
        principal: str | Caller,
        action: str,
        resource: str | Resource = "*",
        context: Mapping[str, Any] | None = None,
        *,
        derive: bool = True,
    ) -> None:
        store = object.__setattr__
        store(self, "principal", Caller.parse(principal) if isinstance(principal, str) else principal)
        store(self, "action", action)
        store(self, "resource", _resource(resource) if isinstance(resource, str) else resource)
        store(self, "context", _read_context(context) if context else {})
        store(self, "derive", derive)
        store(self, "folded_action", _fold_action(action if isinstance(action, str) else repr(action)))
        store(self, "_folded", None)

    @property
    def folded_context(self) -> Mapping[str, ContextValue]:
        """Return the whole context under keys in lower case; made when first asked for, as few statements ask."""
        folded = self._folded
        if folded is None:
            folded = {key.lower(): value for key, value in self.context.items()}
            if self.derive:
                _derive(self.principal, self.resource, folded)
            object.__setattr__(self, "_folded", folded)
        return folded

    def value(self, key: str) -> ContextValue | None:
        """Return what the request says under a condition key, whatever the key's case."""
        return self.folded_context.get(key.lower())

    @property
    def resource_account(self) -> str | None:
        """Tell the account whose resource this is; without other knowledge it is the caller's own (E17)."""
        return self.resource.owner or self.principal.account

    @property
    def crosses_accounts(self) -> bool:
        """Tell whether caller and resource belong to different accounts (E15)."""
        account = self.principal.account
        return account is not None and (self.resource.owner or account) != account


@lru_cache(maxsize=4096)
def _resource(arn: str) -> Resource:
    return Resource(arn)


@lru_cache(maxsize=4096)
def _fold_action(action: str) -> str:
    """Check an action and put it in lower case (P8)."""
    if not _ACTION.fullmatch(action):
        raise InvalidRequest(
            f"`{action}` is no action of a request\n"
            "  help: a request names one action in full, as in `s3:GetObject`; wildcards belong in policies"
        )
    return action.lower()


@lru_cache(maxsize=4096)
def _account_of(arn: str) -> str | None:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdecimal() else None


def _read_context(context: Mapping[str, Any]) -> dict[str, ContextValue]:
    read = {key: _context_value(key, value) for key, value in context.items()}
    if len({key.lower() for key in read}) < len(read):
        raise InvalidRequest("two context keys differ only in case")
    return read


def _context_value(key: str, value: Any) -> ContextValue:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return tuple(_one_value(key, item) for item in value)
    raise InvalidRequest(f"the context key `{key}` has a value that is neither text nor a list of texts")


def _one_value(key: str, value: Any) -> str:
    single = _context_value(key, value)
    if isinstance(single, tuple):
        raise InvalidRequest(f"the context key `{key}` has a list inside a list")
    return single


_PRINCIPAL_TYPES = {
    CallerKind.ROOT: "Account",
    CallerKind.USER: "User",
    CallerKind.ROLE_SESSION: "AssumedRole",
    CallerKind.FEDERATED_USER: "FederatedUser",
    CallerKind.ANONYMOUS: "Anonymous",
}

_DERIVED: dict[str, Callable[[Caller, Resource], str | None]] = {
    "aws:principalarn": lambda caller, _: _principal_arn(caller),
    "aws:principalaccount": lambda caller, _: "anonymous" if caller.kind is CallerKind.ANONYMOUS else caller.account,
    "aws:principaltype": lambda caller, _: _PRINCIPAL_TYPES.get(caller.kind),
    "aws:principalisawsservice": lambda caller, _: "true" if caller.kind is CallerKind.SERVICE else "false",
    "aws:principalservicename": lambda caller, _: caller.arn if caller.kind is CallerKind.SERVICE else None,
    "aws:username": lambda caller, _: caller.name if caller.kind is CallerKind.USER else None,
    "aws:userid": lambda caller, _: _user_id(caller),
    "aws:resourceaccount": lambda caller, resource: resource.owner or caller.account,
}


def _derive(caller: Caller, resource: Resource, folded: dict[str, ContextValue]) -> None:
    """Add the keys of E4 that follow from caller and resource; what the context gives stands."""
    for key, tell in _DERIVED.items():
        if key not in folded and (value := tell(caller, resource)) is not None:
            folded[key] = value
    for tag, value in caller.tags.items():
        folded.setdefault(f"aws:principaltag/{tag}".lower(), value)


def _principal_arn(caller: Caller) -> str | None:
    if caller.kind in (CallerKind.SERVICE, CallerKind.IDENTITY_PROVIDER, CallerKind.ANONYMOUS):
        return None
    if caller.kind is not CallerKind.ROLE_SESSION:
        return caller.arn
    partition = caller.arn.split(":", 2)[1]
    return caller.role_arn or f"arn:{partition}:iam::{caller.account}:role/{caller.role_name}"


def _user_id(caller: Caller) -> str | None:
    """Tell `aws:userid` where it is known (E3)."""
    match caller.kind:
        case CallerKind.ROOT:
            return caller.account
        case CallerKind.USER:
            return caller.unique_id
        case CallerKind.ROLE_SESSION:
            return f"{caller.unique_id}:{caller.name.partition('/')[2]}" if caller.unique_id else None
        case CallerKind.FEDERATED_USER:
            return f"{caller.account}:{caller.name}"
        case CallerKind.ANONYMOUS:
            return "anonymous"
    return None

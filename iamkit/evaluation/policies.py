"""The policies in force for a request, each under the name of its type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

from iamkit.policy.document import InvalidPolicy, Policy
from iamkit.policy.grammar import PolicyType
from iamkit.policy.source import Problem

Document = Policy | Mapping[str, Any] | str
"""A policy, or a document that becomes one."""

Levels = Mapping[str, Sequence[Document]]
"""Policies of an organization level by level, from the root through the OUs to the account (E7)."""


@dataclass(frozen=True, slots=True)
class OrganizationLevel:
    """The organization's root, an OU or an account, with the SCPs or RCPs attached there."""

    name: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True, init=False)
class Policies:
    """All policies that may have a say; what is None or absent does not exist.

    A field takes policies or documents. A document that is no policy of its type is kept in `invalid`, and every
    evaluation then denies and says so. Of several boundaries an Allow in one is enough; session policies add up.
    An organization level without any policy allows nothing; an absent level does not exist.
    """

    identity_based: tuple[Policy, ...]
    groups: Mapping[str, tuple[Policy, ...]] = field(hash=False)
    resource_based: Policy | None
    permissions_boundary: tuple[Policy, ...] | None
    session: tuple[Policy, ...] | None
    service_control: tuple[OrganizationLevel, ...] | None
    resource_control: tuple[OrganizationLevel, ...] | None
    vpc_endpoint: tuple[Policy, ...] | None
    management_account: str | None
    invalid: tuple[InvalidPolicy, ...]
    _compiled: list[Any] = field(repr=False, compare=False)

    def __init__(
        self,
        identity_based: Document | Sequence[Document] = (),
        resource_based: Document | None = None,
        permissions_boundary: Document | Sequence[Document] | None = None,
        session: Document | Sequence[Document] | None = None,
        service_control: Levels | None = None,
        resource_control: Levels | None = None,
        vpc_endpoint: Document | Sequence[Document] | None = None,
        *,
        groups: Mapping[str, Document | Sequence[Document]] | None = None,
        management_account: str | None = None,
    ) -> None:
        read = _Reader()
        fields: dict[str, object] = {
            "identity_based": read.all(identity_based, PolicyType.IDENTITY_BASED) or (),
            "groups": {
                name: read.all(documents, PolicyType.IDENTITY_BASED, f" of group {name}") or ()
                for name, documents in (groups or {}).items()
            },
            "resource_based": next(iter(read.all(resource_based, PolicyType.RESOURCE_BASED) or ()), None),
            "permissions_boundary": read.all(permissions_boundary, PolicyType.PERMISSIONS_BOUNDARY),
            "session": read.all(session, PolicyType.SESSION) or None,
            "service_control": read.levels(service_control, PolicyType.SERVICE_CONTROL),
            "resource_control": read.levels(resource_control, PolicyType.RESOURCE_CONTROL),
            "vpc_endpoint": read.all(vpc_endpoint, PolicyType.VPC_ENDPOINT),
            "management_account": management_account,
            "invalid": tuple(read.invalid),
            "_compiled": [],
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, policies: Policies | Document | Iterable[Document]) -> Policies:
        """Take what `evaluate` takes: a full set, or one or several policies, each under its own type."""
        if isinstance(policies, Policies):
            return policies
        if isinstance(policies, Policy):
            known = policies._compiled.get("alone")
            if known is None:
                known = policies._compiled["alone"] = cls(**{_field_of(policies): _value_of(policies)})
            alone: Policies = known
            return alone
        if isinstance(policies, str | Mapping):
            return cls(identity_based=policies)
        return cls(identity_based=list(policies))


_FIELDS = {
    PolicyType.RESOURCE_BASED: "resource_based",
    PolicyType.TRUST: "resource_based",
    PolicyType.PERMISSIONS_BOUNDARY: "permissions_boundary",
    PolicyType.SESSION: "session",
    PolicyType.SERVICE_CONTROL: "service_control",
    PolicyType.RESOURCE_CONTROL: "resource_control",
    PolicyType.VPC_ENDPOINT: "vpc_endpoint",
}


def _field_of(policy: Policy) -> str:
    return _FIELDS.get(policy.type, "identity_based") if policy.type else "identity_based"


def _value_of(policy: Policy) -> Any:
    controls = (PolicyType.SERVICE_CONTROL, PolicyType.RESOURCE_CONTROL)
    return {"organization": [policy]} if policy.type in controls else policy


class _Reader:
    """Reads documents into policies of a type and gathers those that are none."""

    def __init__(self) -> None:
        self.invalid: list[InvalidPolicy] = []

    def all(
        self, documents: Document | Sequence[Document] | None, type: PolicyType, suffix: str = ""
    ) -> tuple[Policy, ...] | None:
        if documents is None:
            return None
        many: list[Any] = [*documents] if _is_many(documents) else [documents]
        return tuple(self._policies(many, type, suffix))

    def levels(self, levels: Levels | None, type: PolicyType) -> tuple[OrganizationLevel, ...] | None:
        if not levels:
            return None
        if not isinstance(levels, Mapping):
            help = "write {level: [policies]}, from the organization's root to the account"
            problem = Problem(f"a {levels.__class__.__name__} does not name the organization's levels", help=help)
            self.invalid.append(InvalidPolicy((problem,), type.value))
            return None
        return tuple(
            OrganizationLevel(str(name), self.all(documents, type, f" of {name}") or ())
            for name, documents in levels.items()
        )

    def _policies(self, documents: Sequence[Any], type: PolicyType, suffix: str) -> Iterator[Policy]:
        for index, document in enumerate(documents):
            number = f" {index + 1}" if len(documents) > 1 else ""
            try:
                yield self._policy(document, type, f"{type.value}{number}{suffix}")
            except InvalidPolicy as error:
                self.invalid.append(error)

    def _policy(self, document: Any, type: PolicyType, name: str) -> Policy:
        if not isinstance(document, Policy | Mapping | str):
            raise InvalidPolicy((Problem(f"a {document.__class__.__name__} is no policy"),), name)
        policy = document if isinstance(document, Policy) else Policy.parse(document, name=name)
        if type is PolicyType.RESOURCE_BASED and _is_trust_policy(policy):
            type = PolicyType.TRUST
        return policy.as_type(type)


def _is_many(documents: Any) -> TypeGuard[Iterable[Any]]:
    return isinstance(documents, Iterable) and not isinstance(documents, Policy | Mapping | str | bytes)


def _is_trust_policy(policy: Policy) -> bool:
    """A trust policy stands on a role and has no resource element (P4)."""
    if policy.type is not None:
        return policy.type is PolicyType.TRUST
    return bool(policy.statements) and all(statement.resource_element is None for statement in policy.statements)

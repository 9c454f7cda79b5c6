"""Who outside a zone of trust a statement could mean: candidates that the engine is asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from iamkit.analysis.candidates import filled
from iamkit.arn import is_account_id
from iamkit.policy import Caller, CallerKind, Statement, UnknownPrincipal
from iamkit.policy.variables import ContextValue


class OutsiderKind(Enum):
    """Kinds of external principals, as IAM Access Analyzer tells them apart."""

    EVERYONE = "everyone"
    ACCOUNT = "AWS account"
    PRINCIPAL = "AWS principal"
    ORGANIZATION = "organization"
    SERVICE = "AWS service"
    FEDERATED = "federated provider"
    CANONICAL_USER = "canonical user"


@dataclass(frozen=True, slots=True)
class Outsider:
    """A principal outside the zone of trust, and what its requests say of themselves."""

    kind: OutsiderKind
    name: str
    caller: Caller = field(compare=False)
    context: Mapping[str, ContextValue] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return self.name if self.kind is OutsiderKind.EVERYONE else f"{self.kind.value} `{self.name}`"


@dataclass(frozen=True, slots=True)
class Zone:
    """Whom a resource trusts: accounts, and the organization that they are in, if that is the zone."""

    accounts: frozenset[str]
    organization: str | None = None

    @property
    def stranger(self) -> str:
        """Give an account that nobody knows."""
        return next(account for digit in "98765432" if (account := digit * 12) not in self.accounts)

    def trusts(self, account: str | None) -> bool:
        """Tell whether an account is in the zone."""
        return account in self.accounts


def outsiders(statement: Statement, zone: Zone, owner: str) -> Iterator[Outsider]:
    """Yield candidates for a statement of a resource's policy, the widest first; they may still be denied."""
    element = statement.principal_element
    if element is None:
        return
    if element.everyone or element.negated:
        yield from _everyone(zone)
        yield from _named_in_conditions(statement, zone)
        return
    for text in element.aws:
        yield from _aws(text, zone)
    for service in element.service:
        yield from _services(service, statement, zone)
    for provider in element.federated:
        yield from _federated(provider, owner)
    for identity in element.canonical_user:
        caller = _user(zone.stranger).known_as(canonical_user_id=identity)
        yield Outsider(OutsiderKind.CANONICAL_USER, identity, caller)


def _everyone(zone: Zone) -> Iterator[Outsider]:
    yield Outsider(OutsiderKind.EVERYONE, "everyone", Caller(CallerKind.ANONYMOUS))
    yield Outsider(OutsiderKind.EVERYONE, "everyone with an AWS account", _user(zone.stranger))


def _user(account: str) -> Caller:
    return Caller.parse(f"arn:aws:iam::{account}:user/outsider")


def _account(account: str) -> Outsider:
    return Outsider(OutsiderKind.ACCOUNT, account, _user(account))


def _aws(text: str, zone: Zone) -> Iterator[Outsider]:
    account = text if is_account_id(text) else text.split(":")[4] if text.count(":") >= 5 else None
    if account is None or zone.trusts(account):
        return  # a unique ID is what is left of a principal that was deleted (P21)
    if is_account_id(text) or text.endswith(":root"):
        yield _account(account)
        return
    try:
        yield Outsider(OutsiderKind.PRINCIPAL, text, Caller.parse(text))
    except UnknownPrincipal:
        return


def _services(service: str, statement: Statement, zone: Zone) -> Iterator[Outsider]:
    """Yield a service that acts for a stranger, and for each account outside that a condition names."""
    caller = Caller.parse("s3.amazonaws.com" if service == "*" else service)
    prefix = service.partition(".")[0] if service != "*" else "s3"
    for account in (zone.stranger, *_accounts(statement, ("aws:sourceaccount", "aws:sourcearn"), zone)):
        yield Outsider(
            OutsiderKind.SERVICE,
            service if account == zone.stranger else f"{service} for account {account}",
            caller,
            _source(account, prefix, statement),
        )


def _source(account: str, prefix: str, statement: Statement) -> dict[str, ContextValue]:
    """Tell for whose resource a service acts; an ARN that a condition asks for, if it is one of the account."""
    arns = [filled(value) for key, value in _values(statement) if key == "aws:sourcearn"]
    own = [arn for arn in arns if f":{account}:" in arn]
    return {
        "aws:SourceAccount": account,
        "aws:SourceArn": own[0] if own else f"arn:aws:{prefix}:us-east-1:{account}:outsider",
    }


def _federated(provider: str, owner: str) -> Iterator[Outsider]:
    try:
        caller = Caller.parse(f"arn:aws:iam::{owner}:oidc-provider/outsider.example" if provider == "*" else provider)
    except UnknownPrincipal:
        return
    yield Outsider(OutsiderKind.FEDERATED, provider, caller, {"aws:FederatedProvider": provider})


def _named_in_conditions(statement: Statement, zone: Zone) -> Iterator[Outsider]:
    """Yield those outside whom conditions of a statement for everybody name."""
    for account in _accounts(statement, ("aws:principalaccount", "kms:calleraccount", "aws:sourceowner"), zone):
        yield _account(account)
    for key, value in _values(statement):
        if key == "aws:principalarn" and value.count(":") >= 5:
            yield from _aws(filled(value).replace(":x:", f":{zone.stranger}:"), zone)
        elif key in ("aws:principalorgid", "aws:principalorgpaths"):
            yield from _organization(value, zone)
    for account in _accounts(statement, ("aws:sourceaccount", "aws:sourcearn"), zone):
        caller = Caller.parse("s3.amazonaws.com")
        context = _source(account, "s3", statement)
        yield Outsider(OutsiderKind.SERVICE, f"services for account {account}", caller, context)


def _organization(value: str, zone: Zone) -> Iterator[Outsider]:
    organization = filled(value.partition("/")[0])
    if organization == zone.organization:
        return
    path = filled(value) if "/" in value else f"{organization}/r-outside/"
    context: dict[str, ContextValue] = {"aws:PrincipalOrgID": organization, "aws:PrincipalOrgPaths": (path,)}
    yield Outsider(OutsiderKind.ORGANIZATION, organization, _user(zone.stranger), context)


def _accounts(statement: Statement, keys: tuple[str, ...], zone: Zone) -> list[str]:
    """List the accounts outside that conditions name under some keys, by themselves or in ARNs."""
    found = []
    for key, value in _values(statement):
        account = value.split(":")[4] if value.count(":") >= 5 else value
        if key in keys and is_account_id(account) and not zone.trusts(account):
            found.append(account)
    return list(dict.fromkeys(found))


def _values(statement: Statement) -> Iterator[tuple[str, str]]:
    for condition in statement.conditions:
        if not condition.use.operator.negated:
            yield from ((condition.key.lower(), value) for value in condition.values)

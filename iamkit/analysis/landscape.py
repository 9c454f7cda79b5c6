"""What is there to be analyzed: accounts with their principals, policies, resources and keys, and their organization.

A landscape never changes. It is read from JSON (`landscape_files`), which a local cloud writes as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from iamkit.analysis.organization import Organization
from iamkit.arn import Arn
from iamkit.policy import Policy

ACCESS_KEYS_PER_USER = 2
"""IAM User Guide, "IAM and AWS STS quotas": a user has at most two access keys."""
VERSIONS_PER_POLICY = 5
"""IAM User Guide, "IAM and AWS STS quotas": a managed policy has at most five versions."""


class UnknownPrincipal(LookupError):
    """The landscape has no such user, role or access key."""


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """A managed policy with all its versions; `default` names the one in force."""

    arn: str
    name: str
    default: str
    versions: Mapping[str, Policy] = field(hash=False)

    @property
    def policy(self) -> Policy:
        """Give the version in force."""
        return self.versions[self.default]

    @property
    def is_aws_managed(self) -> bool:
        """Tell whether AWS maintains it, so that nobody else can change it."""
        return self.arn.split(":")[4] == "aws"


@dataclass(frozen=True, slots=True)
class Group:
    """A user group; `attached` are ARNs of managed policies."""

    arn: str
    name: str
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user; `groups` and `boundary` are ARNs, and None stands for what nobody told."""

    arn: str
    name: str
    unique_id: str = ""
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    access_keys: int | None = None
    has_password: bool | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """An IAM role with its trust policy and the ARNs of its instance profiles."""

    arn: str
    name: str
    trust: Policy
    unique_id: str = ""
    inline: tuple[Policy, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    instance_profiles: tuple[str, ...] = ()

    @property
    def is_service_linked(self) -> bool:
        """Tell whether only its service can assume and change it (IAM User Guide, "Service-linked roles")."""
        return ":role/aws-service-role/" in self.arn


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource with its policy, if it has one, and the ARN of the role whose credentials its code gets."""

    arn: str
    account: str
    policy: Policy | None = None
    role: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def service(self) -> str:
        """Name the service, as in the ARN."""
        return self.arn.split(":")[2]


Principal = User | Role


@dataclass(frozen=True, slots=True, repr=False)
class Landscape:
    """Accounts and all that is in them, each by ARN; access keys by ID, with the ARN of their user."""

    accounts: tuple[str, ...]
    users: Mapping[str, User] = field(default_factory=dict, hash=False)
    groups: Mapping[str, Group] = field(default_factory=dict, hash=False)
    roles: Mapping[str, Role] = field(default_factory=dict, hash=False)
    managed: Mapping[str, ManagedPolicy] = field(default_factory=dict, hash=False)
    resources: Mapping[str, Resource] = field(default_factory=dict, hash=False)
    access_keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    organization: Organization | None = None

    @property
    def principals(self) -> Iterator[Principal]:
        """Yield users, then roles, by ARN."""
        yield from (self.users[arn] for arn in sorted(self.users))
        yield from (self.roles[arn] for arn in sorted(self.roles))

    def principal(self, told: str) -> Principal:
        """Find a user or a role by its ARN, by a name that only one has, or by an access key of the user.

        A role session's ARN finds the role, and the ARN of a resource the role that its code runs with.
        """
        arn = self.access_keys.get(told, told)
        found = self.users.get(arn) or self.roles.get(arn)
        if found is not None:
            return found
        if arn in self.resources and (role := self.resources[arn].role) is not None:
            return self.principal(role)
        matching = [each for each in self.principals if _is_named(each, arn)]
        if len(matching) != 1:
            raise UnknownPrincipal(_unknown(told, matching, self))
        return matching[0]

    def owner(self, arn: str) -> str | None:
        """Tell the account of a resource, which the ARN of a bucket does not say (E17)."""
        return _account_of(arn) or next((each.account for each in self._near(arn)), None)

    def resource(self, arn: str) -> Resource | None:
        """Find a resource, and for an object its bucket."""
        return next(self._near(arn), None)

    def _near(self, arn: str) -> Iterator[Resource]:
        names = [arn]
        if arn.startswith("arn:") and arn.split(":")[2] == "s3":
            names.append(arn.partition("/")[0])
        yield from (self.resources[name] for name in names if name in self.resources)

    def in_organization(self, account: str) -> bool:
        """Tell whether an account is in the organization."""
        return self.organization is not None and account in self.organization.accounts

    def __repr__(self) -> str:
        counts = (
            (len(self.accounts), "account"),
            (len(self.users), "user"),
            (len(self.groups), "group"),
            (len(self.roles), "role"),
            (len(self.resources), "resource"),
        )
        told = ", ".join(f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counts)
        return f"Landscape({told}{', in an organization' if self.organization else ''})"


def account_of(principal: Principal) -> str:
    """Tell the account of a user or a role."""
    return Arn.parse(principal.arn).account


def short(arn: str) -> str:
    """Name a principal or a resource without its account and path: `user/alice`, `role/deploy`.

    >>> short("arn:aws:iam::111122223333:role/service/deploy")
    'role/deploy'
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return arn
    if parts[2] == "iam" and "/" in parts[5]:
        return f"{parts[5].partition('/')[0]}/{parts[5].rpartition('/')[2]}"
    return parts[5] if parts[5] != "root" else f"account {parts[4]}"


def _account_of(arn: str) -> str | None:
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[4].isdecimal() else None


def _is_named(principal: Principal, told: str) -> bool:
    parts = told.split(":", 5)
    if len(parts) == 6 and parts[2] == "sts" and parts[5].startswith("assumed-role/"):
        name = parts[5].split("/")[1]
        return isinstance(principal, Role) and principal.name == name and account_of(principal) == parts[4]
    return told in (principal.name, short(principal.arn))


def _unknown(told: str, matching: list[Principal], landscape: Landscape) -> str:
    if matching:
        return f"`{told}` is the name of {len(matching)}\n  help: say {' or '.join(each.arn for each in matching[:3])}"
    some = ", ".join(short(each.arn) for each, _ in zip(landscape.principals, range(5), strict=False))
    return f"`{told}` is no user, role or access key here\n  help: for example {some or 'nobody is here'}"

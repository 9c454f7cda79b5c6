"""Users, groups and roles with all that belongs to them, as IAM's own operations ask for it; read from moto."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from iamkit.cloud.store.backends import accounts, backend
from iamkit.cloud.store.reading import read_arn

_TABLES = {"user": "users", "group": "groups", "role": "roles"}
_AWS = "arn:aws:iam::aws:"
_UNIQUE_ID = re.compile(r"A(?:ID|RO)A[A-Z0-9]{12,}")


@dataclass(frozen=True, slots=True)
class AttachedPolicy:
    """A policy of an entity; `kind` is a word of the API's PolicySourceType, `arn` is empty for an inline policy."""

    name: str
    kind: str
    owner_kind: str
    owner: str
    text: str = field(repr=False)
    arn: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """A user, a group or a role with its policies; those of a user's groups are there, too."""

    kind: str
    arn: str
    account: str
    policies: tuple[AttachedPolicy, ...]
    boundary: AttachedPolicy | None


@dataclass(frozen=True, slots=True)
class Key:
    """A long-term access key, without its secret."""

    id: str
    active: bool
    created: datetime


@dataclass(frozen=True, slots=True)
class UserCredentials:
    """What a user can prove to be itself with; certificates are pairs: active, uploaded."""

    name: str
    arn: str
    unique_id: str
    created: datetime
    has_password: bool
    mfa: bool
    keys: tuple[Key, ...]
    certificates: tuple[tuple[bool, datetime], ...]


def entity(arn: str) -> Entity | None:
    """Find a user, a group or a role by its ARN, path included."""
    found, kind = find(arn)
    if found is None:
        return None
    account = found.arn.split(":")[4]
    held = [*_policies(found, kind)]
    if kind == "user":
        for group in backend("iam", account).get_groups_for_user(found.name):
            held += _policies(group, "group")
    return Entity(kind, found.arn, account, tuple(held), _boundary(found, kind, account))


def find(arn: str) -> tuple[Any, str]:
    """Find what moto keeps of an entity, and its kind."""
    read = read_arn(arn)
    kind, _, name = read.resource.partition("/") if read else ("", "", "")
    if read is None or read.service != "iam" or kind not in _TABLES:
        return None, ""
    found = named(read.account, kind, name.rpartition("/")[2])
    return (found, kind) if found is not None and found.arn == arn else (None, "")


def named(account: str, kind: str, name: str) -> Any:
    """Find what moto keeps of an entity by its name."""
    if account not in accounts():
        return None
    held = getattr(backend("iam", account), _TABLES[kind])
    return next((each for each in held.values() if each.name == name), None)


def identified(unique_id: str) -> bool:
    """Tell whether a user or a role of any account has the ID."""
    for account in accounts():
        iam = backend("iam", account)
        if any(each.id == unique_id for table in (iam.users, iam.roles) for each in table.values()):
            return True
    return False


def nameable(principal: str) -> bool:
    """Tell whether a policy may name a principal under `AWS`; what other clouds' accounts hold is not known here."""
    if _UNIQUE_ID.fullmatch(principal):
        return identified(principal)
    parts = principal.split(":", 5)
    if len(parts) == 6 and parts[2] == "iam" and parts[5].startswith("group/"):
        # A group hands out permissions and authenticates nobody.
        return False
    if len(parts) < 6 or parts[2] != "iam" or not parts[5].startswith(("user/", "role/")) or parts[4] not in accounts():
        return True
    return find(principal)[0] is not None


def is_managed_policy(arn: str, account: str) -> bool:
    """Tell whether there is such a managed policy, of the account or AWS's own."""
    return account in accounts() and arn in backend("iam", account).managed_policies


def users_of(account: str) -> Iterator[UserCredentials]:
    """List the users of an account with what they have to prove themselves, by name."""
    for _, user in sorted(backend("iam", account).users.items()):
        yield UserCredentials(
            user.name,
            user.arn,
            user.id,
            aware(user.create_date),
            bool(user.password),
            bool(user.mfa_devices),
            tuple(Key(key.access_key_id, key.status == "Active", aware(key.create_date)) for key in user.access_keys),
            tuple((each.status == "Active", aware(each.upload_date)) for each in user.signing_certificates.values()),
        )


def password_days(account: str) -> int | None:
    """Give the days after which the password policy asks for a new password."""
    policy = backend("iam", account).account_password_policy
    days = getattr(policy, "max_password_age", None)
    return int(days) if days else None


def attachments(arn: str, account: str) -> int:
    """Count the entities that have a managed policy, as a permissions policy or as their boundary."""
    iam = backend("iam", account)
    having = [each for name in _TABLES.values() for each in getattr(iam, name).values()]
    return sum(arn in each.managed_policies for each in having) + sum(_boundary_arn(each) == arn for each in having)


def versions(arn: str, account: str) -> int:
    """Count the versions of a managed policy."""
    held = backend("iam", account).managed_policies.get(arn)
    return len(held.versions) if held is not None else 0


def inline_policies(account: str, kind: str, name: str) -> Mapping[str, str]:
    """Give the inline policies of an entity by name, JSON."""
    found = named(account, kind, name)
    return dict(found.policies) if found is not None else {}


def aware(moment: datetime) -> datetime:
    """Say of a time of moto's that it is UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def role_used(arn: str, unique_id: str | None, region: str, now: datetime) -> None:
    """Note that a session of a role has made a request; GetRole shows it."""
    role, _ = find(arn)
    if role is not None and role.id == unique_id:
        role.last_used, role.last_used_region = now.astimezone(UTC).replace(tzinfo=None, microsecond=0), region


def _policies(found: Any, kind: str) -> Iterator[AttachedPolicy]:
    for name, text in found.policies.items():
        yield AttachedPolicy(name, kind, kind, found.name, text)
    for held in found.managed_policies.values():
        yield _managed(held, kind, found.name)


def _managed(held: Any, owner_kind: str, owner: str) -> AttachedPolicy:
    kind = "aws-managed" if held.arn.startswith(_AWS) else "user-managed"
    text = next((str(version.document) for version in held.versions if version.is_default), "")
    return AttachedPolicy(held.name, kind, owner_kind, owner, text, held.arn)


def _boundary(found: Any, kind: str, account: str) -> AttachedPolicy | None:
    arn = _boundary_arn(found)
    if arn is None:
        return None
    held = backend("iam", account).managed_policies.get(arn)
    if held is None:  # a boundary whose policy is gone allows nothing (E10)
        return AttachedPolicy(arn.rpartition("/")[2], "user-managed", kind, found.name, _NOTHING, arn)
    return _managed(held, kind, found.name)


def _boundary_arn(found: Any) -> str | None:
    held = getattr(found, "permissions_boundary", None)
    return str(held["PermissionsBoundaryArn"]) if held else None


_NOTHING = '{"Version": "2012-10-17", "Statement": []}'


def user_result(account: str, name: str) -> dict[str, Any]:
    """Describe a user as CreateUser and GetUser do."""
    user = named(account, "user", name)
    described: dict[str, Any] = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "CreateDate": aware(user.create_date),
    }
    if user.tags:
        described["Tags"] = user.tags
    if _boundary_arn(user) is not None:
        described["PermissionsBoundary"] = dict(user.permissions_boundary)
    return described


def user_groups(account: str, name: str) -> tuple[str, ...]:
    """Name the groups that a user is in; none for no such user."""
    if named(account, "user", name) is None:
        return ()
    return tuple(group.name for group in backend("iam", account).get_groups_for_user(name))


def owner_of_key(access_key_id: str) -> str | None:
    """Name the user who holds a long-term access key."""
    for account in accounts():
        for user in backend("iam", account).users.values():
            if any(key.access_key_id == access_key_id for key in user.access_keys):
                return str(user.name)
    return None

"""What IAM knows: users, roles, groups, their keys and their policies, read from moto as they are now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.backends import accounts, backend
from iamkit.cloud.store.reading import read_arn
from iamkit.policy import Caller, CallerKind, Policy, PolicyType
from iamkit.sigv4 import AccessKey, Credentials

_WITH_ENTITY = frozenset({CallerKind.USER, CallerKind.ROLE_SESSION, CallerKind.FEDERATED_USER})
AWS_POLICIES = "arn:aws:iam::aws:policy/"


@dataclass(frozen=True, slots=True)
class Role:
    """A role as IAM keeps it; the trust policy is JSON, `max_session_duration` is in seconds."""

    arn: str
    name: str
    path: str
    unique_id: str
    trust_policy: str
    max_session_duration: int
    tags: Mapping[str, str]
    boundary: str | None


@dataclass(frozen=True, slots=True)
class User:
    """A user as IAM keeps it."""

    arn: str
    name: str
    path: str
    unique_id: str
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MfaDevice:
    """A virtual MFA device; `seed` is the shared secret in base32."""

    serial_number: str
    seed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """An identity provider for OpenID Connect; `url` has no scheme, as IAM keeps it."""

    arn: str
    url: str
    client_ids: tuple[str, ...]
    thumbprints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SamlProvider:
    """An identity provider for SAML 2.0 with its metadata, XML."""

    arn: str
    metadata: str = field(repr=False)


@lru_cache(maxsize=4096)
def _policy(text: str, name: str, kind: PolicyType) -> Policy | str:
    """Parse a policy once; one that cannot be read stays text, which the engine names and denies for."""
    try:
        return Policy.parse(text, type=kind, name=name)
    except ValueError:
        return text


@lru_cache(maxsize=1024)
def _credentials(access_key_id: str, secret_access_key: str) -> Credentials:
    """Make the credentials once: they keep the signing keys that were derived from them."""
    return Credentials(access_key_id, secret_access_key)


class Directory:
    """IAM's own state, in all accounts."""

    def accounts(self) -> list[str]:
        """List the accounts that there are."""
        return accounts()

    def holder(self, access_key_id: str) -> Holder | None:
        """Find who holds a long-term access key."""
        for account in accounts():
            iam = backend("iam", account)
            key = iam.access_keys.get(access_key_id)
            if key is not None and key.user_name in iam.users:
                caller = self._caller(iam.users[key.user_name])
                held = _credentials(key.access_key_id, key.secret_access_key)
                return Holder(AccessKey(held, key.status == "Active", None, caller.arn), caller)
        return None

    def living(self, holder: Holder | None) -> Holder | None:
        """Give the holder of a session, unless the role or the user behind it has been deleted (P21)."""
        if holder is None or holder.caller.kind not in _WITH_ENTITY:
            return holder
        if holder.caller.kind is CallerKind.FEDERATED_USER and not holder.caller.user_arn:
            return holder
        return holder if self._entity(holder.caller) is not None else None

    def _caller(self, user: Any) -> Caller:
        return Caller(
            CallerKind.USER,
            user.arn,
            user.account_id,
            user.name,
            unique_id=user.id,
            tags=_tags(user.tags),
        )

    def identity_policies(
        self, caller: Caller
    ) -> tuple[tuple[Policy | str, ...], Mapping[str, tuple[Policy | str, ...]]]:
        """List a caller's own policies, and those of each group that it is in (E9)."""
        found = self._entity(caller)
        if found is None:
            return (), {}
        if caller.kind is CallerKind.ROLE_SESSION:
            return _policies_of(found, "role"), {}
        iam = backend("iam", found.account_id)
        groups = {group.name: _policies_of(group, "group") for group in iam.get_groups_for_user(found.name)}
        return _policies_of(found, "user"), groups

    def boundary(self, caller: Caller) -> Policy | str | None:
        """Find the permissions boundary of a caller; one whose policy is gone allows nothing (E10)."""
        found = self._entity(caller)
        if found is None:
            return None
        is_role = caller.kind is CallerKind.ROLE_SESSION
        arn = found.permissions_boundary_arn if is_role else _boundary_of(found)
        if not arn:
            return None
        return self._managed(arn, PolicyType.PERMISSIONS_BOUNDARY) or '{"Version": "2012-10-17", "Statement": []}'

    def user_boundary(self, arn: str) -> str | None:
        """Give the ARN of a user's permissions boundary."""
        user = self._named(arn, "user", "users")
        return None if user is None else _boundary_of(user)

    def set_user_boundary(self, account: str, name: str, boundary: str | None) -> None:
        """Set or drop the permissions boundary of a user; raises ServiceError where there is no such user."""
        user = self._by_name(account, "users", name)
        if user is None:
            raise ServiceError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
        # moto has no such attribute of users, but shows it where there is one, as it does for roles.
        user.permissions_boundary = (
            {"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": boundary}
            if boundary
            else None
        )

    def managed_policy(self, arn: str) -> Policy | None:
        """Find the default version of a managed policy, the customer's or AWS's."""
        found = self._managed(arn, PolicyType.SESSION)
        return found if isinstance(found, Policy) else None

    def _managed(self, arn: str, kind: PolicyType) -> Policy | str | None:
        read = read_arn(arn)
        if read is None:
            return None
        account = read.account if read.account != "aws" else next(iter(accounts()), "")
        held = backend("iam", account).managed_policies.get(arn) if account else None
        return None if held is None else _policy(_default(held), held.name, kind)

    def roles(self, account: str) -> tuple[Role, ...]:
        """List an account's roles, in the order in which they were made."""
        return tuple(_role(found) for found in backend("iam", account).roles.values())

    def role(self, arn: str) -> Role | None:
        """Find a role by its ARN, path included."""
        found = self._named(arn, "role", "roles")
        return None if found is None else _role(found)

    def users(self, account: str) -> tuple[User, ...]:
        """List an account's users, in the order in which they were made."""
        return tuple(_user(found) for found in backend("iam", account).users.values())

    def role_arns(self, account: str) -> list[str]:
        """List the ARNs of an account's roles."""
        return [role.arn for role in backend("iam", account).roles.values()] if account in accounts() else []

    def user(self, arn: str) -> User | None:
        """Find a user by its ARN, path included."""
        found = self._named(arn, "user", "users")
        return None if found is None else _user(found)

    def mfa_devices(self, user_arn: str) -> tuple[MfaDevice, ...]:
        """List the devices that are enabled for a user."""
        user = self._named(user_arn, "user", "users")
        if user is None:
            return ()
        virtual = backend("iam", user.account_id).virtual_mfa_devices
        return tuple(
            MfaDevice(serial, virtual[serial].base32_string_seed) for serial in user.mfa_devices if serial in virtual
        )

    def mfa_seed(self, account: str, serial_number: str) -> str | None:
        """Find the secret of a virtual MFA device, enabled or not."""
        found = backend("iam", account).virtual_mfa_devices.get(serial_number)
        return None if found is None else str(found.base32_string_seed)

    def oidc_providers(self, account: str) -> tuple[OidcProvider, ...]:
        """List an account's identity providers for OpenID Connect."""
        return tuple(
            OidcProvider(arn, each.url, tuple(each.client_id_list or ()), tuple(each.thumbprint_list or ()))
            for arn, each in backend("iam", account).open_id_providers.items()
        )

    def saml_providers(self, account: str) -> tuple[SamlProvider, ...]:
        """List an account's identity providers for SAML."""
        return tuple(
            SamlProvider(each.arn, each.saml_metadata_document)
            for each in backend("iam", account).saml_providers.values()
        )

    def _entity(self, caller: Caller) -> Any:
        """Find the user or the role whose policies a caller acts under.

        One that was made under the name of a deleted one is somebody else (P21).
        """
        found = self._behind(caller)
        if found is None or caller.kind is CallerKind.FEDERATED_USER or caller.unique_id in (None, found.id):
            return found
        return None

    def _behind(self, caller: Caller) -> Any:
        if caller.kind is CallerKind.USER:
            return self._named(caller.arn, "user", "users")
        if caller.kind is CallerKind.FEDERATED_USER and caller.user_arn:
            return self._named(caller.user_arn, "user", "users")
        if caller.kind is CallerKind.ROLE_SESSION and caller.account:
            if caller.role_arn:
                return self._named(caller.role_arn, "role", "roles")
            return self._by_name(caller.account, "roles", caller.role_name)
        return None

    def _named(self, arn: str, kind: str, table: str) -> Any:
        read = read_arn(arn)
        if read is None or not read.resource.startswith(f"{kind}/"):
            return None
        found = self._by_name(read.account, table, read.resource.rpartition("/")[2])
        return found if found is not None and found.arn == arn else None

    def _by_name(self, account: str, table: str, name: str) -> Any:
        if account not in accounts():
            return None
        held = getattr(backend("iam", account), table)
        # moto keeps users by name and roles by ID.
        return held.get(name) or next((each for each in held.values() if each.name == name), None)


def _role(found: Any) -> Role:
    return Role(
        found.arn,
        found.name,
        found.path,
        found.id,
        found.assume_role_policy_document,
        int(found.max_session_duration or 3600),
        _tags(found.tags),
        found.permissions_boundary_arn or None,
    )


def _user(found: Any) -> User:
    return User(found.arn, found.name, found.path, found.id, _tags(found.tags))


def _boundary_of(user: Any) -> str | None:
    held = getattr(user, "permissions_boundary", None)
    return str(held["PermissionsBoundaryArn"]) if held else None


def _tags(listed: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in listed or ()}


def _policies_of(owner: Any, kind: str) -> tuple[Policy | str, ...]:
    """Read inline and managed policies, under names that a person recognizes."""
    inline = [
        _policy(text, f"inline policy {name} of {kind} {owner.name}", PolicyType.IDENTITY_BASED)
        for name, text in owner.policies.items()
    ]
    managed = [
        _policy(_default(each), each.name, PolicyType.IDENTITY_BASED) for each in owner.managed_policies.values()
    ]
    return (*inline, *managed)


def _default(managed: Any) -> str:
    """Give the text of a managed policy's default version."""
    return next((str(version.document) for version in managed.versions if version.is_default), "")

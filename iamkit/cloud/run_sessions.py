"""The role session that a program on the laptop is run with: made for whom the role trusts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sessions import Session
from iamkit.cloud.store import Role
from iamkit.policy import InvalidPolicy, Policy, PolicyType

if TYPE_CHECKING:
    from iamkit.cloud.local_cloud import LocalCloud

SESSION_NAME = "iamkit-run"


class UnknownRole(LookupError):
    """The cloud has no such role."""


def role_session(cloud: LocalCloud, role: str, account: str | None = None, service: str | None = None) -> Session:
    """Make a session of a role, by name or ARN, as the service that will run the program would have it.

    That is the service given, else each that the trust policy names, else the account's administrator. Raises
    UnknownRole, and ServiceError where the trust policy lets none of them in.
    """
    found = _find(cloud, role, account)
    services = [service] if service else list(_trusted_services(found))
    refusal: ServiceError | None = None
    for each in services:
        try:
            return cloud.sts.assume_as_service(each, found.arn, SESSION_NAME)
        except ServiceError as error:
            refusal = error
    if service is None:
        try:
            return cloud.sts.assume_for(cloud.administrator_holder(found.arn.split(":")[4]), found.arn, SESSION_NAME)
        except ServiceError as error:
            refusal = refusal or error
    assert refusal is not None
    raise refusal


def _find(cloud: LocalCloud, role: str, account: str | None) -> Role:
    directory = cloud.directory
    wanted = [role] if role.startswith("arn:") else []
    if not wanted:
        owners = [account] if account else list(cloud.accounts)
        wanted = [arn for owner in owners for arn in directory.role_arns(owner) if arn.rpartition("/")[2] == role]
    found = [each for each in map(directory.role, wanted) if each is not None]
    if len(found) == 1:
        return found[0]
    if found:
        arns = ", ".join(each.arn for each in found)
        raise UnknownRole(f"`{role}` is a role in several accounts: {arns}\nhelp: name one by its ARN")
    names = sorted({arn.rpartition("/")[2] for owner in cloud.accounts for arn in directory.role_arns(owner)})
    known = f"there are {', '.join(f'`{name}`' for name in names)}" if names else "there are no roles yet"
    raise UnknownRole(f"there is no role `{role}`\nhelp: {known}")


def _trusted_services(role: Role) -> Iterator[str]:
    """Name the services that some Allow of the trust policy names, in their order."""
    try:
        policy = Policy.parse(role.trust_policy, type=PolicyType.TRUST)
    except InvalidPolicy:
        return
    allowed = [each.principal_element for each in policy.statements if each.effect == "Allow"]
    named = [service for element in allowed if element and not element.negated for service in element.service]
    yield from dict.fromkeys(named)

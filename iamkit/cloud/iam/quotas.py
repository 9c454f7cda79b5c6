"""How many of a kind an entity may have, by default (P7)."""

from __future__ import annotations

from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.iam.parts import account_of
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.entities import named, user_groups

_POLICIES = 10
_GROUPS = 10


def check_attachment(call: Call, holder: Holder | None, *_: object) -> None:
    """Check AttachUserPolicy, AttachGroupPolicy and AttachRolePolicy."""
    kind = call.operation.removeprefix("Attach").removesuffix("Policy")
    found = named(account_of(holder), kind.lower(), call.parameters.get(f"{kind}Name", ""))
    if found is None or call.parameters.get("PolicyArn") in found.managed_policies:
        return
    if len(found.managed_policies) >= _POLICIES:
        raise ServiceError("LimitExceeded", f"Cannot exceed quota for PoliciesPer{kind}: {_POLICIES}", 409)


def check_membership(call: Call, holder: Holder | None, *_: object) -> None:
    """Check AddUserToGroup."""
    groups = user_groups(account_of(holder), call.parameters.get("UserName", ""))
    if call.parameters.get("GroupName") not in groups and len(groups) >= _GROUPS:
        raise ServiceError("LimitExceeded", f"Cannot exceed quota for GroupsPerUser: {_GROUPS}", 409)

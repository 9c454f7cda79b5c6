"""From a call to the IAM actions and ARNs that must be allowed: one table a service."""

from __future__ import annotations

from iamkit.cloud.actions.asking import Authorization, Resources
from iamkit.cloud.actions.services import SERVICES
from iamkit.cloud.calls import Call, NotModelled

__all__ = ["SERVICES", "Authorization", "Resources", "authorizations"]

# Buckets have names of their own in all accounts, and images are shared: a call may well name those of others.
_MANY_OWNERS = frozenset({"s3", "ec2"})


def authorizations(call: Call, resources: Resources, account: str) -> tuple[Authorization, ...]:
    """List what a call of an account needs to be allowed, all of it.

    Raises NotModelled for an operation without a row, ServiceError for parameters that its service refuses.
    """
    service = SERVICES.get(call.service)
    if service is None:
        raise NotModelled(f"the service {call.service}", f"the services are {', '.join(SERVICES)}")
    needed = service.authorizations(call, resources, account)
    if service.prefix not in _MANY_OWNERS:
        own = (each for each in needed if each.action.startswith(f"{service.prefix}:"))
        if len({each.account or account for each in own}) > 1:
            # A call is executed in one account: it must not be authorized in another.
            raise NotModelled("a call on resources of several accounts", "make one call for each account")
    return needed

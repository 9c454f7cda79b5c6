"""Permissions boundaries of users, which moto does not keep (E10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from iamkit.cloud.calls import Answer, Call, ServiceError
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.directory import Directory


class UserBoundaries:
    """The operations of IAM that set and drop a user's boundary, and CreateUser, which may set one."""

    def __init__(self, directory: Directory, execute: Callable[[Call, str], Answer]) -> None:
        self.directory = directory
        self.execute = execute

    def put(self, call: Call, holder: Holder | None, *_: object) -> Mapping[str, Any]:
        """PutUserPermissionsBoundary."""
        account = _account(holder)
        self._check(call.parameters.get("PermissionsBoundary", ""))
        self.directory.set_user_boundary(account, call.parameters["UserName"], call.parameters["PermissionsBoundary"])
        return {}

    def delete(self, call: Call, holder: Holder | None, *_: object) -> Mapping[str, Any]:
        """DeleteUserPermissionsBoundary."""
        self.directory.set_user_boundary(_account(holder), call.parameters["UserName"], None)
        return {}

    def create_user(self, call: Call, holder: Holder | None, *_: object) -> Answer | None:
        """CreateUser with a boundary: the user has it from the first moment."""
        boundary = call.parameters.get("PermissionsBoundary")
        if boundary is None:
            return None
        self._check(boundary)
        given = self.execute(call, _account(holder))
        if given.status == 200:
            self.directory.set_user_boundary(_account(holder), call.parameters["UserName"], boundary)
        return given

    def _check(self, arn: str) -> None:
        if self.directory.managed_policy(arn) is None:
            raise ServiceError("NoSuchEntity", f"Policy {arn} does not exist or is not attachable.", 404)


def _account(holder: Holder | None) -> str:
    return (holder.caller.account if holder else None) or ""

"""Permissions boundaries: moto keeps those of roles, unchecked, and none of users (E10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iamkit.arn import Arn, InvalidArn
from iamkit.cloud.calls import Answer, Call, ServiceError
from iamkit.cloud.iam.parts import Execute, account_of
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.directory import Directory
from iamkit.cloud.store.entities import is_managed_policy, user_result


class Boundaries:
    """The operations that set and drop boundaries, and those that make a user or a role with one."""

    def __init__(self, directory: Directory, execute: Execute) -> None:
        self.directory = directory
        self.execute = execute

    def put_user(self, call: Call, holder: Holder | None, *_: object) -> Mapping[str, Any]:
        """PutUserPermissionsBoundary."""
        account, boundary = account_of(holder), self.checked(call, holder)
        self.directory.set_user_boundary(account, call.parameters["UserName"], boundary)
        return {}

    def delete_user(self, call: Call, holder: Holder | None, *_: object) -> Mapping[str, Any]:
        """DeleteUserPermissionsBoundary."""
        self.directory.set_user_boundary(account_of(holder), call.parameters["UserName"], None)
        return {}

    def create_user(self, call: Call, holder: Holder | None, *_: object) -> Mapping[str, Any] | Answer | None:
        """CreateUser with a boundary: the user has it from the first moment."""
        if call.parameters.get("PermissionsBoundary") is None:
            return None
        account, boundary = account_of(holder), self.checked(call, holder)
        given = self.execute(call, account)
        if given.status != 200:
            return given
        self.directory.set_user_boundary(account, call.parameters["UserName"], boundary)
        return {"User": user_result(account, call.parameters["UserName"])}

    def check_role(self, call: Call, holder: Holder | None, *_: object) -> None:
        """PutRolePermissionsBoundary and CreateRole: moto takes any ARN, and goes on."""
        if call.parameters.get("PermissionsBoundary") is not None:
            self.checked(call, holder)

    def checked(self, call: Call, holder: Holder | None) -> str:
        """Give the boundary that a call names; raises ServiceError for what is no managed policy to be had here."""
        arn = str(call.parameters.get("PermissionsBoundary", ""))
        try:
            owner = Arn.parse(arn).account
        except InvalidArn:
            raise ServiceError("ValidationError", f"Invalid ARN:  Could not be parsed! {arn}") from None
        account = account_of(holder)
        if owner not in (account, "aws"):
            message = "Scope ARN: {arn} does not belong to account {account}."
            raise ServiceError("InvalidInput", message.format(arn=arn, account=account))
        if not is_managed_policy(arn, account):
            raise ServiceError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)
        return arn

"""Another name or path: the user stays the same, with its keys and its place in policies (P21)."""

from __future__ import annotations

from dataclasses import dataclass

from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.iam.parts import Execute, Given, account_of, no_such_entity
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.belongings import move_group, take_along
from iamkit.cloud.store.entities import named
from iamkit.cloud.store.principals import replace_principal


@dataclass(frozen=True, slots=True)
class Renaming:
    """UpdateUser and UpdateGroup."""

    execute: Execute

    def user(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """UpdateUser: moto would give the keys to whoever is made under the old name, and take another's place."""
        account, old, new = account_of(holder), call.parameters.get("UserName", ""), call.parameters.get("NewUserName")
        found = named(account, "user", old)
        if found is None:
            return None
        if new is not None and new != old and named(account, "user", new) is not None:
            raise ServiceError("EntityAlreadyExists", f"User with name {new} already exists.", 409)
        old_arn = found.arn
        given = self.execute(call, account)
        if given.status == 200:
            take_along(account, found.name, old_arn)
            replace_principal(old_arn, found.arn)
        return given

    def group(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """UpdateGroup: moto reads a new path only beside a new name."""
        name, path = call.parameters.get("GroupName", ""), call.parameters.get("NewPath")
        if call.parameters.get("NewGroupName") is not None or path is None:
            return None
        if named(account_of(holder), "group", name) is None:
            raise no_such_entity(f"The group with name {name} cannot be found.")
        move_group(account_of(holder), name, path)
        return {}

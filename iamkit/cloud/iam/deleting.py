"""What IAM does not delete while something hangs on it, and what then becomes of policies that name it (P21)."""

from __future__ import annotations

from dataclasses import dataclass

from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.iam.parts import Execute, Given, account_of
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.belongings import belongings, is_assigned
from iamkit.cloud.store.entities import attachments, named, versions
from iamkit.cloud.store.principals import replace_principal


@dataclass(frozen=True, slots=True)
class Deleting:
    """DeleteUser, DeleteRole, DeleteGroup, DeletePolicy and DeleteVirtualMFADevice."""

    execute: Execute

    def user(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """DeleteUser: keys, a password and devices would be those of the next user of that name."""
        return self._delete(call, account_of(holder), "user")

    def role(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """DeleteRole; moto knows what hangs on a role."""
        return self._delete(call, account_of(holder), "role")

    def group(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """DeleteGroup."""
        _refuse_with(belongings(account_of(holder), "group", call.parameters.get("GroupName", "")))
        return None

    def policy(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """DeletePolicy: not while anybody has it, as a boundary either."""
        arn, account = call.parameters.get("PolicyArn", ""), account_of(holder)
        if attachments(arn, account):
            raise _conflict("Cannot delete a policy attached to entities.")
        if versions(arn, account) > 1:
            raise _conflict(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
        return None

    def mfa_device(self, call: Call, holder: Holder | None, *_: object) -> Given:
        """DeleteVirtualMFADevice: a user's second factor does not vanish."""
        if is_assigned(call.parameters.get("SerialNumber", ""), account_of(holder)):
            raise _conflict("Cannot delete an MFA device that is assigned to a user: deactivate it first.")
        return None

    def _delete(self, call: Call, account: str, kind: str) -> Given:
        name = call.parameters.get(f"{kind.title()}Name", "")
        found = named(account, kind, name)
        if found is None:
            return None
        _refuse_with(belongings(account, kind, name))
        arn, unique_id = found.arn, found.id
        given = self.execute(call, account)
        if given.status == 200:
            replace_principal(arn, unique_id)
        return given


def _refuse_with(hanging: tuple[str, ...]) -> None:
    if hanging:
        raise _conflict(f"Cannot delete entity, must {hanging[0]} first.")


def _conflict(message: str) -> ServiceError:
    return ServiceError("DeleteConflict", message, 409)

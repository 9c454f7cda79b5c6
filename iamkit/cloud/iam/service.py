"""The operations of IAM that are answered here, and those that are checked here before moto has them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from iamkit.cloud.calls import Call
from iamkit.cloud.iam import context_keys, documents, quotas
from iamkit.cloud.iam.boundaries import Boundaries
from iamkit.cloud.iam.credential_report import Account, CredentialReports
from iamkit.cloud.iam.deleting import Deleting
from iamkit.cloud.iam.last_used import LastUsed
from iamkit.cloud.iam.mfa_devices import MfaDevices
from iamkit.cloud.iam.parts import Execute, Given, Operation
from iamkit.cloud.iam.renaming import Renaming
from iamkit.cloud.iam.simulating import Simulator
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store import Directory, Organization


class Iam:
    """What IAM does here itself; `authenticated` is to be told of every request whose signature was good."""

    def __init__(
        self,
        directory: Directory,
        organization: Organization | None,
        execute: Execute,
        clock: Callable[[], datetime],
        account: Callable[[str], Account],
    ) -> None:
        self._last_used = LastUsed()
        self._boundaries = Boundaries(directory, execute)
        self._reports = CredentialReports(self._last_used, account, clock, execute)
        self._deleting, self._renaming = Deleting(execute), Renaming(execute)
        self._simulator = Simulator(directory, organization)
        self._devices = MfaDevices(directory, clock)

    def join(self, organization: Organization | None) -> None:
        """Simulate in another organization from now on."""
        self._simulator.organization = organization

    def authenticated(self, holder: Holder, service: str, region: str, now: datetime) -> None:
        """Note that a key was used."""
        self._last_used.record(holder, service, region, now)

    def handlers(self) -> Mapping[str, Operation]:
        """Give the operations by the names that the gateway knows them by."""
        return {f"iam:{name}": operation for name, operation in self._operations().items()}

    def _operations(self) -> Mapping[str, Operation]:
        boundaries, reports, deleting = self._boundaries, self._reports, self._deleting
        return {
            "SimulateCustomPolicy": self._simulator.custom,
            "SimulatePrincipalPolicy": self._simulator.principal,
            "GetContextKeysForCustomPolicy": context_keys.for_custom_policy,
            "GetContextKeysForPrincipalPolicy": context_keys.for_principal_policy,
            "PutUserPermissionsBoundary": boundaries.put_user,
            "DeleteUserPermissionsBoundary": boundaries.delete_user,
            "CreateUser": boundaries.create_user,
            "PutRolePermissionsBoundary": boundaries.check_role,
            "CreateRole": _all(documents.check_trust, boundaries.check_role),
            "UpdateAssumeRolePolicy": documents.check_trust,
            "PutUserPolicy": documents.check_inline,
            "PutGroupPolicy": documents.check_inline,
            "PutRolePolicy": documents.check_inline,
            "CreatePolicy": documents.check_managed,
            "CreatePolicyVersion": documents.check_managed,
            "AttachUserPolicy": quotas.check_attachment,
            "AttachGroupPolicy": quotas.check_attachment,
            "AttachRolePolicy": quotas.check_attachment,
            "AddUserToGroup": quotas.check_membership,
            "DeleteUser": deleting.user,
            "DeleteRole": deleting.role,
            "DeleteGroup": deleting.group,
            "DeletePolicy": deleting.policy,
            "DeleteVirtualMFADevice": deleting.mfa_device,
            "EnableMFADevice": self._devices.check_codes,
            "UpdateUser": self._renaming.user,
            "UpdateGroup": self._renaming.group,
            "GenerateCredentialReport": reports.generate,
            "GetCredentialReport": reports.get,
            "CreateLoginProfile": reports.password,
            "UpdateLoginProfile": reports.password,
            "UpdateAccessKey": reports.key,
            "GetAccessKeyLastUsed": self._last_used.get_access_key_last_used,
        }


def _all(*checks: Callable[..., None]) -> Operation:
    """Check one thing after the other, then leave the call to moto."""

    def checked(call: Call, holder: Holder | None, *rest: Any) -> Given:
        for check in checks:
            check(call, holder, *rest)
        return None

    return checked

"""What IAM reads into a call that names no user: the caller's own."""

from __future__ import annotations

from dataclasses import replace

from iamkit.cloud.calls import Call
from iamkit.cloud.sessions import Holder
from iamkit.policy import CallerKind

# IAM's operations of which the API reference says that the user name is optional and defaults to the caller's.
_OWN_USER = frozenset(
    {
        "ChangePassword", "CreateAccessKey", "DeleteAccessKey", "GetUser", "ListAccessKeys", "ListMFADevices",
        "ListServiceSpecificCredentials", "ListSigningCertificates", "ListSSHPublicKeys", "UpdateAccessKey",
        "UploadSigningCertificate", "DeactivateMFADevice",
    }
)  # fmt: skip


def with_defaults(call: Call, holder: Holder | None) -> Call:
    """Fill in the user that a call leaves out, before it is authorized and executed."""
    if call.service != "iam" or call.operation not in _OWN_USER or call.parameters.get("UserName"):
        return call
    if holder is None or holder.caller.kind is not CallerKind.USER or call.operation == "ChangePassword":
        return call
    return replace(call, parameters={**call.parameters, "UserName": holder.caller.name})

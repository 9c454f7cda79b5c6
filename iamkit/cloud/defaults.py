"""What services read into a call: the caller's own user where none is named, an ARN where a part of one is."""

from __future__ import annotations

import re
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


_PARTIAL_ARN = re.compile(r"[0-9]{12}:function:[^:]+(?::[^:]+)?", re.ASCII)


def with_defaults(call: Call, holder: Holder | None) -> Call:
    """Fill in what a call leaves out, before it is authorized and executed."""
    if call.service == "lambda":
        return _with_whole_arn(call)
    if call.service != "iam" or call.operation not in _OWN_USER or call.parameters.get("UserName"):
        return call
    if holder is None or holder.caller.kind is not CallerKind.USER or call.operation == "ChangePassword":
        return call
    return replace(call, parameters={**call.parameters, "UserName": holder.caller.name})


def _with_whole_arn(call: Call) -> Call:
    """Lambda takes `ACCOUNT:function:NAME` for a function's ARN (API reference: FunctionName)."""
    name = call.parameters.get("FunctionName")
    if not isinstance(name, str) or _PARTIAL_ARN.fullmatch(name) is None:
        return call
    return replace(call, parameters={**call.parameters, "FunctionName": f"arn:aws:lambda:{call.region}:{name}"})

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


# Operations of CloudWatch Logs that take a log group's name or its ARN, of which moto heeds the name.
_NAMED_EITHER_WAY = frozenset({"DescribeLogStreams", "FilterLogEvents", "GetLogEvents", "StartQuery"})
# A key has one policy, and that is its name (KMS API reference: PolicyName).
_POLICIES_OF_KEYS = frozenset({"GetKeyPolicy", "PutKeyPolicy"})
_PARTIAL_ARN = re.compile(r"[0-9]{12}:function:[^:]+(?::[^:]+)?", re.ASCII)


def with_defaults(call: Call, holder: Holder | None) -> Call:
    """Fill in what a call leaves out, before it is authorized and executed."""
    if call.service == "lambda":
        return _with_whole_arn(call)
    if call.service == "logs" and call.operation in _NAMED_EITHER_WAY:
        return _with_group_names(call, (holder.caller.account if holder else None) or "")
    if call.service == "kms" and call.operation in _POLICIES_OF_KEYS and not call.parameters.get("PolicyName"):
        return replace(call, parameters={**call.parameters, "PolicyName": "default"})
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


def _with_group_names(call: Call, account: str) -> Call:
    """Name the caller's own log groups by their names; those of others keep their ARNs (API: logGroupIdentifier)."""
    given = dict(call.parameters)
    own = f"arn:aws:logs:{call.region}:{account}:log-group:"
    one, several = given.get("logGroupIdentifier"), given.get("logGroupIdentifiers")
    if isinstance(one, str) and "logGroupName" not in given and (name := _group_name(one, own)):
        del given["logGroupIdentifier"]
        given["logGroupName"] = name
    if isinstance(several, list) and "logGroupNames" not in given:
        names = [_group_name(each, own) for each in several if isinstance(each, str)]
        if len(names) == len(several) and all(names):
            del given["logGroupIdentifiers"]
            given["logGroupNames"] = names
    return replace(call, parameters=given)


def _group_name(identifier: str, own: str) -> str:
    """Take the name out of an ARN of the caller's own; empty for what is another's."""
    name = identifier.removeprefix(own).removesuffix(":*") if identifier.startswith(own) else identifier
    return "" if ":" in name else name

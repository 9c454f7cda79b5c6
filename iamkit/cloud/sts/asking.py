"""GetCallerIdentity, GetAccessKeyInfo and DecodeAuthorizationMessage: questions that make no session (E14)."""

from __future__ import annotations

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sts.deciding import require
from iamkit.cloud.sts.parts import Answer, Asked, Parts
from iamkit.request import Request, Resource


def get_caller_identity(parts: Parts, asked: Asked) -> Answer:
    """Answer GetCallerIdentity, which nothing can deny."""
    caller = asked.signer.caller
    who = Request(caller, "sts:GetCallerIdentity").value("aws:userid")
    return {"UserId": who, "Account": caller.account, "Arn": caller.arn}


def get_access_key_info(parts: Parts, asked: Asked) -> Answer:
    """Answer GetAccessKeyInfo: whose account an access key belongs to, active or not, expired or not."""
    caller = asked.signer.caller
    require(parts, asked, caller, "sts:GetAccessKeyInfo", Resource("*", caller.account))
    access_key_id = asked.parameters["AccessKeyId"]
    holder = parts.directory.holder(access_key_id) or parts.sessions.holder(access_key_id)
    if holder is None:
        raise ServiceError("ValidationError", f"The access key ID {access_key_id} is not known")
    return {"Account": holder.caller.account}


def decode_authorization_message(parts: Parts, asked: Asked) -> Answer:
    """Answer DecodeAuthorizationMessage."""
    caller = asked.signer.caller
    require(parts, asked, caller, "sts:DecodeAuthorizationMessage", Resource("*", caller.account))
    return {"DecodedMessage": parts.messages.decode(asked.parameters["EncodedMessage"], caller.account or "")}

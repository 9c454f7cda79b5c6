"""GetSessionToken and GetFederationToken: sessions that keep to a user's own permissions (E24)."""

from __future__ import annotations

from iamkit.cloud.calls import NotModelled
from iamkit.cloud.sts.deciding import require
from iamkit.cloud.sts.parts import Answer, Asked, Parts, credentials
from iamkit.cloud.sts.session_policies import packed_size, session_policies
from iamkit.cloud.sts.tags import tags_of
from iamkit.policy import Caller, CallerKind
from iamkit.policy.variables import ContextValue
from iamkit.request import Resource

_DEFAULT_SECONDS = 43200
_ROOT_SECONDS = 3600


def get_session_token(parts: Parts, asked: Asked) -> Answer:
    """Answer GetSessionToken, which needs no permission: it is how a user says who it is, with MFA or without."""
    signer = asked.signer
    keys: dict[str, ContextValue] = {}
    if parts.codes.present(signer.caller, asked.parameters, asked.now):
        keys["aws:MultiFactorAuthPresent"] = "true"
    seconds = asked.parameters.get("DurationSeconds") or _DEFAULT_SECONDS
    if signer.caller.kind is CallerKind.ROOT:
        seconds = min(seconds, _ROOT_SECONDS)
    session = parts.sessions.make(
        signer.caller,
        asked.operation,
        asked.now,
        seconds,
        context=keys,
        maker=str(signer.caller),
        token_size=asked.parameters.get("MinimumSessionTokenSize") or 0,
    )
    return credentials(session)


def get_federation_token(parts: Parts, asked: Asked) -> Answer:
    """Answer GetFederationToken: what the user may do and the session policies allow, and nothing without those."""
    user, name = asked.signer.caller, asked.parameters["Name"]
    if user.kind is CallerKind.ROOT:
        raise NotModelled("GetFederationToken with the root user's keys", "call it with the keys of an IAM user")
    account = user.account or ""
    partition = user.arn.split(":", 2)[1]
    arn = f"arn:{partition}:sts::{account}:federated-user/{name}"
    tags = tags_of(asked.parameters)
    for action in ("sts:GetFederationToken", *(("sts:TagSession",) if tags.need_permission else ())):
        require(parts, asked, user, action, Resource(arn, account), tags.keys())
    policies = session_policies(asked.parameters, parts.directory, account)
    packed = packed_size(asked.parameters, tags)
    session = parts.sessions.make(
        Caller(CallerKind.FEDERATED_USER, arn, account, name, user_arn=user.arn, tags=tags.over(user.tags)),
        asked.operation,
        asked.now,
        asked.parameters.get("DurationSeconds") or _DEFAULT_SECONDS,
        session_policies=policies,
        maker=str(user),
        token_size=asked.parameters.get("MinimumSessionTokenSize") or 0,
    )
    answer = credentials(session)
    answer["FederatedUser"] = {"FederatedUserId": f"{account}:{name}", "Arn": arn}
    if packed is not None:
        answer["PackedPolicySize"] = packed
    return answer

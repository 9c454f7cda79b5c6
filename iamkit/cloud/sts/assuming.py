"""AssumeRole: a user or a session takes on a role (E13, E21, E26)."""

from __future__ import annotations

from collections.abc import Mapping

from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.cloud.sessions import Session
from iamkit.cloud.sts.parts import Answer, Asked, Parts
from iamkit.cloud.sts.role_sessions import Wanted, open_role_session
from iamkit.cloud.sts.tags import tags_of
from iamkit.policy import Caller, CallerKind
from iamkit.policy.variables import ContextValue


def assume_role(parts: Parts, asked: Asked) -> Answer:
    """Answer AssumeRole."""
    signer = asked.signer
    if signer.caller.kind is CallerKind.ROOT:
        raise ServiceError("AccessDenied", "Roles may not be assumed by root accounts.", 403)
    if asked.parameters.get("ProvidedContexts"):
        raise NotModelled("trusted identity propagation (`ProvidedContexts`)", "leave the parameter out")
    tags = tags_of(asked.parameters, signer.session)
    source_identity = _source_identity(asked, signer.session)
    keys: dict[str, ContextValue] = {}
    if "ExternalId" in asked.parameters:
        keys["sts:ExternalId"] = asked.parameters["ExternalId"]
    if parts.codes.present(signer.caller, asked.parameters, asked.now):
        keys |= {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}
    wanted = Wanted(
        signer.caller,
        asked.parameters["RoleArn"],
        asked.parameters["RoleSessionName"],
        tags,
        source_identity,
        request_keys=keys,
    )
    return open_role_session(parts, asked, wanted)[1]


def assume_as_service(
    parts: Parts, asked: Asked, service: str, session_keys: Mapping[str, ContextValue], seconds: int | None
) -> Session:
    """Make a role session for an AWS service, whose principal the trust policy must name (E26)."""
    wanted = Wanted(
        Caller.parse(service),
        asked.parameters["RoleArn"],
        asked.parameters["RoleSessionName"],
        tags_of(asked.parameters),
        session_keys=session_keys,
        seconds=seconds,
    )
    return open_role_session(parts, asked, wanted)[0]


def _source_identity(asked: Asked, session: Session | None) -> str | None:
    """Keep the source identity of the session, which nobody can change once it is set."""
    requested: str | None = asked.parameters.get("SourceIdentity")
    kept = session.source_identity if session else None
    if kept is not None and requested not in (None, kept):
        raise ServiceError(
            "AccessDenied",
            f"User: {asked.signer.caller} is not authorized to perform: sts:SetSourceIdentity on resource: "
            f"{asked.parameters['RoleArn']} because the source identity of a session cannot be changed",
            403,
        )
    return kept if kept is not None else requested

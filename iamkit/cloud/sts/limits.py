"""What temporary credentials may not even ask for, whatever their policies say (E24)."""

from __future__ import annotations

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sessions import Session

# The operations of STS that a session may call, by the operation that made it; None: all but those of `_FOR_KEYS`.
_STS: dict[str, frozenset[str]] = {
    "GetSessionToken": frozenset({"AssumeRole", "GetCallerIdentity"}),
    "GetFederationToken": frozenset({"GetCallerIdentity"}),
}
_FOR_KEYS = frozenset({"GetSessionToken", "GetFederationToken"})
# Nobody signs these, so it does not matter what they are signed with.
_UNSIGNED = frozenset({"AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"})


def refused_for(session: Session | None, service: str, operation: str) -> ServiceError | None:
    """Say why credentials may not call an operation at all; None where policies decide, and for long-term keys."""
    if session is None:
        return None
    if service == "iam" and not _may_call_iam(session):
        return ServiceError("InvalidClientTokenId", "The security token included in the request is invalid", 403)
    if service == "sts" and operation not in _UNSIGNED and not _may_call_sts(session, operation):
        return ServiceError("AccessDenied", f"Cannot call {operation} with session credentials", 403)
    return None


def _may_call_iam(session: Session) -> bool:
    if session.kind == "GetSessionToken":
        return session.context.get("aws:MultiFactorAuthPresent") == "true"
    return session.kind != "GetFederationToken"


def _may_call_sts(session: Session, operation: str) -> bool:
    allowed = _STS.get(session.kind)
    return operation in allowed if allowed is not None else operation not in _FOR_KEYS

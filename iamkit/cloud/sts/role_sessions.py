"""Make a role session, whoever asks: decide, look at the limits, give credentials (E13, E21)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from iamkit.arn import Arn, InvalidArn
from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sessions import Session
from iamkit.cloud.sts.deciding import Denial, denied, require
from iamkit.cloud.sts.parts import Answer, Asked, Parts, credentials
from iamkit.cloud.sts.providers import Role
from iamkit.cloud.sts.session_policies import packed_size, session_policies
from iamkit.cloud.sts.tags import SessionTags
from iamkit.policy import Caller, CallerKind
from iamkit.policy.variables import ContextValue
from iamkit.request import Resource

DEFAULT_SECONDS = 3600
CHAINED_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Wanted:
    """A role session that a caller asks for.

    `request_keys` are the condition keys of the request alone, `session_keys` those that its session goes on to have.
    `at_most` ends the session early, in seconds from now. `seconds` is how long a service of AWS makes it last, whose
    sessions the role's maximum does not limit (IAM User Guide, "Update the maximum session duration for a role").
    """

    caller: Caller
    role_arn: str
    name: str
    tags: SessionTags = field(default_factory=SessionTags)
    source_identity: str | None = None
    request_keys: Mapping[str, ContextValue] = field(default_factory=dict)
    session_keys: Mapping[str, ContextValue] = field(default_factory=dict)
    at_most: int | None = None
    seconds: int | None = None


def role_account(role_arn: str) -> str:
    """Tell the account of a role; ValidationError for what is no role's ARN."""
    try:
        arn = Arn.parse(role_arn)
    except InvalidArn:
        raise ServiceError("ValidationError", f"{role_arn} is invalid") from None
    if arn.service != "iam" or arn.region or not arn.account.isdecimal() or not arn.resource.startswith("role/"):
        raise ServiceError("ValidationError", "Request ARN is invalid")
    return arn.account


def open_role_session(parts: Parts, asked: Asked, wanted: Wanted, denial: Denial = denied) -> tuple[Session, Answer]:
    """Decide and make a role session; give it with the members that every AssumeRole operation answers.

    Nothing about the role is told, not even that it is there, before its trust policy has allowed the caller.
    """
    account = role_account(wanted.role_arn)
    role = parts.directory.role(wanted.role_arn)
    _decide(parts, asked, wanted, role, account, denial)
    if role is None:
        # A policy in force would have to allow it on a role that is not there.
        raise ServiceError("AccessDenied", f"The role {wanted.role_arn} does not exist", 403)
    seconds = _seconds(asked, role) if wanted.seconds is None else wanted.seconds
    if wanted.at_most is not None:
        seconds = min(seconds, wanted.at_most)
    policies = session_policies(asked.parameters, parts.directory, account)
    packed = packed_size(asked.parameters, wanted.tags)
    session = parts.sessions.make(
        _caller(wanted, role, account),
        asked.operation,
        asked.now,
        seconds,
        context=wanted.session_keys,
        session_policies=policies,
        transitive=wanted.tags.transitive,
        source_identity=wanted.source_identity,
        maker=str(wanted.caller),
        maker_session=asked.holder.session if asked.holder else None,
        token_size=asked.parameters.get("MinimumSessionTokenSize") or 0,
    )
    return session, _answer(session, role, wanted, packed)


def _decide(parts: Parts, asked: Asked, wanted: Wanted, role: Role | None, account: str, denial: Denial) -> None:
    """Ask for the operation itself, then for tags and source identity, which inherited ones need as well."""
    keys: dict[str, ContextValue] = {"sts:RoleSessionName": wanted.name, **wanted.tags.keys(), **wanted.request_keys}
    if wanted.source_identity is not None:
        keys["sts:SourceIdentity"] = wanted.source_identity
    for key, value in (role.tags if role else {}).items():
        keys[f"aws:ResourceTag/{key}"] = keys[f"iam:ResourceTag/{key}"] = value
    actions = [f"sts:{asked.operation}"]
    actions += ["sts:TagSession"] if wanted.tags.need_permission else []
    actions += ["sts:SetSourceIdentity"] if wanted.source_identity is not None else []
    for action in actions:
        require(parts, asked, wanted.caller, action, Resource(wanted.role_arn, account), keys, denial)


def _seconds(asked: Asked, role: Role) -> int:
    """Tell how long the session lasts: at most the role's maximum, and an hour at most in a chain."""
    requested: int | None = asked.parameters.get("DurationSeconds")
    seconds = DEFAULT_SECONDS if requested is None else requested
    if asked.holder is not None and asked.holder.session is not None and seconds > CHAINED_SECONDS:
        raise ServiceError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    if seconds > role.max_session_duration:
        raise ServiceError(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    return seconds


def _caller(wanted: Wanted, role: Role, account: str) -> Caller:
    partition = wanted.role_arn.split(":", 2)[1]
    return Caller(
        CallerKind.ROLE_SESSION,
        f"arn:{partition}:sts::{account}:assumed-role/{role.name}/{wanted.name}",
        account,
        f"{role.name}/{wanted.name}",
        role_arn=role.arn,
        unique_id=role.unique_id,
        tags=wanted.tags.over(role.tags),
    )


def _answer(session: Session, role: Role, wanted: Wanted, packed: int | None) -> Answer:
    answer = credentials(session)
    answer["AssumedRoleUser"] = {"AssumedRoleId": f"{role.unique_id}:{wanted.name}", "Arn": session.caller.arn}
    if packed is not None:
        answer["PackedPolicySize"] = packed
    if wanted.source_identity is not None:
        answer["SourceIdentity"] = wanted.source_identity
    return answer


def seconds_until(asked: Asked, end: datetime | None) -> int | None:
    """Count the whole seconds until an end that an identity provider has set."""
    return None if end is None else max(0, (end - asked.now.replace(microsecond=0)) // timedelta(seconds=1))

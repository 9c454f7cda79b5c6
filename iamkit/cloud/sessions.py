"""Who an access key speaks for: an IAM user, the root user, or a session that STS has made (E1, E4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from iamkit.policy import Caller, Policy
from iamkit.policy.variables import ContextValue
from iamkit.sigv4 import AccessKey


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials and all that STS knows of them.

    `context` has the condition keys that every request of the session carries beside those of its caller:
    aws:TokenIssueTime, aws:MultiFactorAuthPresent, aws:SourceIdentity, aws:FederatedProvider, the provider's own. The
    caller's `tags` are the session tags over those of the role or user; `transitive` names those that go on when
    roles are chained. `session_policies` is None where none were passed. `maker` is who asked for the session: an ARN,
    and the session behind it where there was one, so that a chain can be followed to its beginning.
    """

    access_key: AccessKey
    caller: Caller
    kind: str
    issued: datetime
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    session_policies: tuple[Policy, ...] | None = None
    transitive: frozenset[str] = frozenset()
    source_identity: str | None = None
    maker: str = ""
    maker_session: Session | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds an access key; `session` is None for a long-term key."""

    access_key: AccessKey
    caller: Caller
    session: Session | None = None

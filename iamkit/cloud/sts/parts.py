"""What every operation of STS works with, and what it is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sessions import Holder, Session
from iamkit.cloud.sts.authorization_messages import AuthorizationMessages
from iamkit.cloud.sts.mfa import OneTimeCodes
from iamkit.cloud.sts.providers import Directory, Federation, OrganizationKeys, PoliciesInForce
from iamkit.cloud.sts.sessions import MAX_TOKEN_SIZE, Sessions
from iamkit.evaluation import Evaluation
from iamkit.policy.variables import ContextValue

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """The rest of the cloud, as far as STS needs it."""

    directory: Directory
    sessions: Sessions
    federation: Federation
    policies_in_force: PoliciesInForce
    organization_keys: OrganizationKeys
    codes: OneTimeCodes
    messages: AuthorizationMessages


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to STS: `context` has the keys of its caller, its network and its time."""

    operation: str
    parameters: Mapping[str, Any] = field(repr=False)
    holder: Holder | None
    context: Mapping[str, ContextValue]
    now: datetime
    record: Callable[[Evaluation], None]

    @property
    def signer(self) -> Holder:
        """Return who signed the request; without a signature there is nobody to speak for."""
        if self.holder is None:
            raise ServiceError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
        return self.holder


def credentials(session: Session) -> Answer:
    """Write a session's credentials as every operation answers them, with the size of the token."""
    given = session.access_key.credentials
    size = len(given.session_token or "")
    return {
        "Credentials": {
            "AccessKeyId": given.access_key_id,
            "SecretAccessKey": given.secret_access_key,
            "SessionToken": given.session_token,
            "Expiration": session.access_key.expires,
        },
        "SessionTokenSize": size,
        "SessionTokenUtilization": size * 100 // MAX_TOKEN_SIZE,
    }

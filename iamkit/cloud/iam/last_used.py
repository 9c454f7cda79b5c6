"""When keys and roles were last used: every request that has been authenticated counts, denied ones, too."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from iamkit.cloud.calls import Call, ServiceError
from iamkit.cloud.iam.parts import Given
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store.entities import owner_of_key, role_used
from iamkit.policy import CallerKind

# The credential report keeps the first use within such a span (IAM User Guide, "Credential reports").
_SPAN = timedelta(minutes=15)
NEVER = "N/A"


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a key."""

    time: datetime
    service: str
    region: str


@dataclass(slots=True)
class LastUsed:
    """The last use of every long-term key, and the one that a credential report tells."""

    _last: dict[str, Use] = field(default_factory=dict)
    _reported: dict[str, Use] = field(default_factory=dict)

    def record(self, holder: Holder, service: str, region: str, now: datetime) -> None:
        """Note a request whose signature was good."""
        caller, use = holder.caller, Use(now.replace(microsecond=0), service, region)
        if holder.session is None:
            key = holder.access_key.credentials.access_key_id
            self._last[key] = use
            if key not in self._reported or now - self._reported[key].time >= _SPAN:
                self._reported[key] = use
        elif caller.kind is CallerKind.ROLE_SESSION and caller.role_arn:
            role_used(caller.role_arn, caller.unique_id, region, now)

    def reported(self, access_key_id: str) -> Use | None:
        """Give the use of a key that a credential report tells."""
        return self._reported.get(access_key_id)

    def get_access_key_last_used(self, call: Call, *_: object) -> Given:
        """GetAccessKeyLastUsed."""
        key = call.parameters.get("AccessKeyId", "")
        owner = owner_of_key(key)
        if owner is None:
            raise ServiceError("AccessDenied", "The access key does not belong to a user of this account.", 403)
        use = self._last.get(key)
        told = {"ServiceName": NEVER, "Region": NEVER}
        if use is None:
            return {"UserName": owner, "AccessKeyLastUsed": told}
        used = {"LastUsedDate": use.time, "ServiceName": use.service, "Region": use.region}
        return {"UserName": owner, "AccessKeyLastUsed": used}

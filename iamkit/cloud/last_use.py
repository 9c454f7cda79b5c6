"""When an access key was last used, which the trail knows and moto does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from iamkit.cloud.calls import Call
from iamkit.cloud.store import backends
from iamkit.cloud.trail import Event


def last_use_from(events: Iterable[Event]) -> Callable[..., None]:
    """Make GetAccessKeyLastUsed answer from what happened; a request that was denied is a use as well.

    IAM API Reference, "GetAccessKeyLastUsed".
    """

    def note(call: Call, *_: object) -> None:
        key = call.parameters.get("AccessKeyId")
        used = [event for event in events if event.call and event.holder and _key(event) == key]
        if used:
            _write(str(key), used[-1])

    return note


def _key(event: Event) -> str:
    assert event.holder is not None
    return event.holder.access_key.credentials.access_key_id


def _write(key: str, event: Event) -> None:
    from moto.iam.models import AccessKeyLastUsed

    assert event.call is not None
    # IAM has no region of its own, and says so by that of its endpoint, us-east-1.
    found = AccessKeyLastUsed(event.time.replace(tzinfo=None), event.call.service, event.call.region)
    for account in backends.accounts():
        for each in backends.backend("iam", account).get_all_access_keys_for_all_users():
            if each.access_key_id == key:
                each.last_used = found

"""What is written down of a call that was done: enough to do it again, and to see that it gave the same."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from iamkit.cloud.calls import Answer, Call, ServiceError
from iamkit.cloud.sessions import Holder
from iamkit.policy.variables import ContextValue
from iamkit.sigv4 import HttpRequest

# The port is another one in each run, and stands in the URLs of queues.
_HERE = re.compile(rb"(127\.0\.0\.1|localhost):\d+")
_DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Act:
    """A call that may be done: by whom, in which account, with which condition keys, and when."""

    call: Call
    holder: Holder | None
    context: Mapping[str, ContextValue] = field(repr=False)
    account: str | None
    request_id: str
    now: datetime

    @property
    def name(self) -> str:
        """Name service and operation."""
        return f"{self.call.service}:{self.call.operation}"


def record_of(act: Act) -> dict[str, Any]:
    """Write an act; of its request only the line is kept, as nothing is executed from the rest."""
    call = act.call
    return {
        "kind": "call",
        "service": call.service,
        "operation": call.operation,
        "parameters": call.parameters,
        "protocol": call.protocol,
        "region": call.region,
        "method": call.request.method,
        "path": call.request.path,
        "holder": act.holder.access_key.credentials.access_key_id if act.holder else None,
        "context": act.context,
        "account": act.account,
        "request_id": act.request_id,
        "now": act.now,
    }


def act_of(record: Mapping[str, Any], holders: Callable[[str], Holder | None]) -> Act:
    """Read an act; raises ValueError where nobody holds its access key."""
    holder = None
    if record["holder"] is not None:
        holder = holders(record["holder"])
        if holder is None:
            raise ValueError(f"nobody holds the access key `{record['holder']}`")
    request = HttpRequest(record["method"], record["path"], [], b"")
    call = Call(
        record["service"],
        record["operation"],
        record["parameters"],
        record["protocol"],
        record["region"],
        request,
    )
    context = {key: tuple(value) if isinstance(value, list) else value for key, value in record["context"].items()}
    return Act(call, holder, context, record["account"], record["request_id"], record["now"])


def digest_of(outcome: object) -> bytes:
    """Shorten an outcome to what must be the same when the call is done again: an answer, or an exception."""
    digest = hashlib.sha256()
    if isinstance(outcome, Answer):
        digest.update(f"{outcome.status}\n".encode())
        for name, value in sorted((name.lower(), value) for name, value in outcome.headers):
            digest.update(f"{name}: {value}\n".encode("utf-8", "surrogateescape"))
        digest.update(_HERE.sub(rb"\1", outcome.body))
    elif isinstance(outcome, ServiceError):
        digest.update(f"{outcome.code}\n{outcome.status}\n{outcome.message}".encode("utf-8", "surrogatepass"))
    elif isinstance(outcome, Exception):
        digest.update(type(outcome).__qualname__.encode())
    return digest.digest()[:_DIGEST_BYTES]

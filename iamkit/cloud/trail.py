"""What happened: one event a call, in the shape of CloudTrail's, newest last."""

from __future__ import annotations

import gzip
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import translate
from os import PathLike
from pathlib import Path
from typing import Any

from iamkit.cloud.calls import Call
from iamkit.cloud.sessions import Holder, Session
from iamkit.evaluation import Evaluation
from iamkit.policy import CallerKind

_KINDS = {
    CallerKind.ROOT: "Root",
    CallerKind.USER: "IAMUser",
    CallerKind.ROLE_SESSION: "AssumedRole",
    CallerKind.FEDERATED_USER: "FederatedUser",
    CallerKind.SERVICE: "AWSService",
    CallerKind.IDENTITY_PROVIDER: "WebIdentityUser",
    CallerKind.ANONYMOUS: "AWSAccount",
}
_HIDDEN_TEXT = "HIDDEN_DUE_TO_SECURITY_REASONS"
# Secrets do not belong in a log (CloudTrail hides the same).
_HIDDEN = frozenset(
    {
        "SecretString", "SecretBinary", "Plaintext", "Body", "Payload", "ZipFile", "MessageBody", "Message", "Password",
        "NewPassword", "OldPassword", "WebIdentityToken", "SAMLAssertion", "TokenCode", "CiphertextBlob", "Item",
        "Environment", "UserData", "logEvents",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """One call and its outcome; `evaluations` are what the engine decided for it, the last one denied if one was."""

    number: int
    time: datetime
    request_id: str
    call: Call | None
    holder: Holder | None
    source_ip: str
    status: int
    error_code: str = ""
    error_message: str = ""
    evaluations: tuple[Evaluation, ...] = field(default=(), repr=False)

    @property
    def denied(self) -> bool:
        """Tell whether the engine refused it."""
        return bool(self.evaluations) and not self.evaluations[-1].allowed

    @property
    def chain(self) -> tuple[str, ...]:
        """Say who really acted: the caller, then who gave it its session, back to the first."""
        return tuple(_chain(self.holder))

    def _owner(self) -> str | None:
        """Tell whose trail it belongs into: the account's that was acted in, else the caller's."""
        owners = [each.request.resource.owner for each in self.evaluations]
        return next(filter(None, owners), None) or (self.holder.caller.account if self.holder else None)

    @property
    def outcome(self) -> str:
        """Say how it ended: `allowed`, `denied`, or the code of another error."""
        return "denied" if self.denied else self.error_code or "allowed"

    @property
    def name(self) -> str:
        """Name the operation, as `s3:ListBuckets`."""
        return f"{self.call.service}:{self.call.operation}" if self.call else "unreadable"

    def whos(self) -> tuple[str, ...]:
        """List who acted, back to the first."""
        return self.chain

    def whats(self) -> tuple[str, ...]:
        """List the operation and the actions that were decided for it."""
        return (self.name, *(each.request.action for each in self.evaluations))

    def wheres(self) -> tuple[str, ...]:
        """List the resources that were decided about."""
        return tuple(each.request.resource.arn for each in self.evaluations)

    def outcomes(self) -> tuple[str, ...]:
        """List the words for how it ended."""
        return (self.outcome, self.error_code)

    def __str__(self) -> str:
        where = next((arn for arn in self.wheres() if arn != "*"), "*")
        return f"{self.number}: {self.outcome}: {' ← '.join(self.chain)}: {self.name} on {where}"

    @property
    def access_keys(self) -> tuple[str, ...]:
        """List the access key that signed, then those behind its session, back to the first that is known."""
        held: list[str] = [] if self.holder is None else [self.holder.access_key.credentials.access_key_id]
        session = self.holder.session if self.holder else None
        while session is not None and session.maker_session is not None:
            session = session.maker_session
            held.append(session.access_key.credentials.access_key_id)
        return tuple(held)

    def as_json(self) -> dict[str, Any]:
        """Write the event as CloudTrail records one."""
        call = self.call
        record: dict[str, Any] = {
            "eventVersion": "1.09",
            "userIdentity": _identity(self.holder),
            "eventTime": self.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": f"{call.service if call else 'unknown'}.amazonaws.com",
            "eventName": call.operation if call else "Unknown",
            "awsRegion": call.region if call else "us-east-1",
            "sourceIPAddress": self.source_ip,
            "userAgent": next(iter(call.request.header("user-agent")), "") if call else "",
            "requestParameters": _parameters(call.parameters) if call else None,
            "requestID": self.request_id,
            "eventType": "AwsApiCall",
            "recipientAccountId": self._owner(),
        }
        if self.error_code:
            record |= {"errorCode": self.error_code, "errorMessage": self.error_message}
        if self.evaluations:
            own = [each for each in self.evaluations if _on_behalf(each) is None]
            record["resources"] = [{"ARN": each.request.resource.arn} for each in own]
        return record

    def records(self) -> Iterator[dict[str, Any]]:
        """Write the event, and one more for each request that a service made of another on behalf of the caller.

        KMS Developer Guide, "Logging AWS KMS API calls with AWS CloudTrail": such an event names the service that made
        the request instead of the caller's address, and in `invokedBy`.
        """
        record = self.as_json()
        yield record
        # How the call itself ended is not how the service's request did.
        shared = {name: value for name, value in record.items() if name not in ("errorCode", "errorMessage")}
        for each in self.evaluations:
            service = _on_behalf(each)
            if service is not None:
                yield (
                    shared | _made_by(service, each) | {"userIdentity": shared["userIdentity"] | {"invokedBy": service}}
                )


def _on_behalf(evaluation: Evaluation) -> str | None:
    """Name the service that asked on behalf of the caller (IAM User Guide, "Forward access sessions")."""
    request = evaluation.request
    if request.principal.kind is CallerKind.SERVICE or request.value("aws:ViaAWSService") != "true":
        return None
    service = request.value("aws:CalledViaLast")
    return service if isinstance(service, str) else None


def _made_by(service: str, evaluation: Evaluation) -> dict[str, Any]:
    """Say what of an event is another's when a service made the request, all of them to KMS."""
    request = evaluation.request
    prefix, _, name = request.action.partition(":")
    pairs = "kms:encryptioncontext:"
    context = {key[len(pairs) :]: value for key, value in request.context.items() if key.lower().startswith(pairs)}
    made: dict[str, Any] = {
        "eventSource": f"{prefix}.amazonaws.com",
        "eventName": name,
        "sourceIPAddress": service,
        "userAgent": service,
        "requestParameters": {"keyId": request.resource.arn, "encryptionContext": context},
        "resources": [{"ARN": request.resource.arn, "type": "AWS::KMS::Key"}],
        "recipientAccountId": request.resource.owner,
    }
    return made if evaluation.allowed else made | {"errorCode": "AccessDenied", "errorMessage": evaluation.message}


def _chain(holder: Holder | None) -> Iterator[str]:
    if holder is None:
        yield "anonymous"
        return
    yield str(holder.caller)
    session: Session | None = holder.session
    while session is not None:
        if session.maker:
            yield session.maker
        session = session.maker_session


def _identity(holder: Holder | None) -> dict[str, Any]:
    if holder is None:
        return {"type": "AWSAccount", "accountId": "anonymous", "principalId": ""}
    caller = holder.caller
    identity: dict[str, Any] = {
        "type": _KINDS[caller.kind],
        "principalId": caller.unique_id or caller.account,
        "arn": str(caller),
        "accountId": caller.account,
        "accessKeyId": holder.access_key.credentials.access_key_id,
    }
    if caller.kind is CallerKind.USER:
        identity["userName"] = caller.name
    if holder.session is not None:
        attributes = {"creationDate": holder.session.issued.strftime("%Y-%m-%dT%H:%M:%SZ"), "mfaAuthenticated": "false"}
        if holder.session.context.get("aws:MultiFactorAuthPresent") == "true":
            attributes["mfaAuthenticated"] = "true"
        identity["sessionContext"] = {"attributes": attributes}
        if caller.kind is CallerKind.ROLE_SESSION:
            issuer = {"type": "Role", "arn": caller.role_arn, "userName": caller.role_name}
            identity["sessionContext"]["sessionIssuer"] = issuer
        if holder.session.source_identity:
            identity["sessionContext"]["sourceIdentity"] = holder.session.source_identity
    return identity


def _parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    return {_lower(name): _HIDDEN_TEXT if name in _HIDDEN else _plain(value) for name, value in given.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _parameters(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]


class Trail:
    """The last events, at most `kept` of them; `events` finds those that are of interest."""

    def __init__(self, kept: int = 10_000) -> None:
        self._events: deque[Event] = deque(maxlen=kept)
        self._recorded = 0

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "nothing has happened yet"

    def record(self, event: Event) -> None:
        """Add an event."""
        self._events.append(event)
        self._recorded += 1

    @property
    def next_number(self) -> int:
        """Give the number of the event to come; the first is 1."""
        return self._recorded + 1

    def __iter__(self) -> Iterator[Event]:
        return iter(tuple(self._events))

    def __len__(self) -> int:
        return len(self._events)

    def denials(self) -> list[Event]:
        """List the calls that the engine refused, newest first."""
        return [event for event in reversed(tuple(self._events)) if event.denied]

    def events(
        self,
        *,
        who: str = "*",
        action: str = "*",
        resource: str = "*",
        outcome: str = "*",
        after: int = 0,
    ) -> tuple[Event, ...]:
        """Find events, oldest first, by patterns with `*` and `?`.

        `who` is anyone of an event's chain, `action` an IAM action or an operation (`s3:ListBuckets`), `outcome` is
        `allowed`, `denied` or an error code; those up to the number `after` are left out.
        """
        wanted = [(who, Event.whos), (action, Event.whats), (resource, Event.wheres), (outcome, Event.outcomes)]
        asked = [(re.compile(translate(pattern), re.IGNORECASE).match, of) for pattern, of in wanted if pattern != "*"]
        return tuple(
            event
            for event in self
            if event.number > after and all(any(map(matches, of(event))) for matches, of in asked)
        )

    def as_json(self) -> str:
        """Export all events as a CloudTrail log file has them."""
        return json.dumps({"Records": [record for event in self for record in event.records()]}, indent=2)

    def save(self, path: str | PathLike[str]) -> None:
        """Write all events to a file, as CloudTrail delivers them; compressed where the name ends in `.gz`."""
        raw = self.as_json().encode()
        Path(path).write_bytes(gzip.compress(raw, mtime=0) if str(path).endswith(".gz") else raw)

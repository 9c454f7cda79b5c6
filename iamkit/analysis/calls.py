"""From an event to a call: who, when, and which actions on which resources it needed; or why it counts for nothing."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from iamkit.analysis.activity import Logged, Record
from iamkit.analysis.operations import PASSED_ROLE, Row, passing, prefix_of, rows_of
from iamkit.analysis.parameters import Parameters
from iamkit.analysis.resources import found_for
from iamkit.analysis.templates import Found
from iamkit.evaluation import Evaluation
from iamkit.policy import CallerKind
from iamkit.policy.patterns import escape
from iamkit.policy.variables import ContextValue
from iamkit.reference import Action

NOTHING: Mapping[str, ContextValue] = MappingProxyType({})

DENIED = "denied: what was refused may not be needed, and is not given"
NOT_AUTHENTICATED = "refused before any policy was asked"
BY_SERVICE = "made by an AWS service for itself"
NO_IDENTITY = "made by somebody without an identity-based policy here"
ROOT = "made by the root user, whom no identity-based policy limits"
NO_CALL = "not a call of the API"
NO_PERMISSION = "needs no permission"
UNKNOWN = "neither the table of operations nor the reference knows an action of this event"

# The same everywhere but in EC2's words (A12); a denial is of a policy, the others come before.
_DENIED = re.compile(r"AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized|Forbidden$|^403$")
_UNSIGNED = re.compile(
    r"AuthFailure|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch|InvalidSignature|IncompleteSignature"
    r"|Expired|InvalidAccessKeyId|MissingAuthenticationToken|InvalidToken|RequestTimeTooSkewed|Throttl|TooManyRequests"
)
_TOKENS = frozenset({"WebIdentityUser", "SAMLUser", "AWSAccount", "Unknown", "IdentityCenterUser", "Directory"})


# The local cloud records all calls, and marks none.
_OF_DATA = frozenset(
    {
        "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:UpdateItem",
        "lambda:Invoke", "s3:DeleteObject", "s3:GetObject", "s3:HeadObject", "s3:ListObjects", "s3:ListObjectsV2",
        "s3:PutObject", "sns:Publish", "sqs:ReceiveMessage", "sqs:SendMessage",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Use:
    """An action that was allowed on a resource; `resource` is a pattern, which is one ARN where `sure`."""

    action: str
    resource: str
    sure: bool = True
    why: str = ""
    context: Mapping[str, ContextValue] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One event, read; `reason` says why it has no uses, where it has none."""

    name: str
    principal: str
    caller: str
    time: str
    place: str
    uses: tuple[Use, ...] = ()
    reason: str = ""
    context: Mapping[str, ContextValue] = field(default_factory=dict, hash=False)
    data: bool = False


def level_of(action: Action) -> str:
    """Give the one access level of an action; the data add to the narrower ones that they write, too."""
    return action.access_level.partition(",")[0]


def call_of(logged: Logged) -> Call:
    """Read an event; never raises for what an event says."""
    record = logged.record
    prefix = prefix_of(str(record.get("eventSource") or "unknown.amazonaws.com"))
    name = f"{prefix}:{record.get('eventName')}"
    identity = record.get("userIdentity")
    identity = identity if isinstance(identity, Mapping) else {}
    time = record.get("eventTime")
    data = record.get("eventCategory") == "Data" or record.get("managementEvent") is False or name in _OF_DATA
    head = (name, principal_of(identity), str(identity.get("arn") or ""), time if isinstance(time, str) else "")
    reason = _reason(logged, identity)
    if reason:
        return Call(*head, logged.place, reason=reason, data=data)
    context = _context(record, identity)
    uses = tuple(_decided(logged.evaluations)) or tuple(_derived(record, prefix, context))
    if not uses:
        return Call(*head, logged.place, reason=UNKNOWN, data=data)
    return Call(*head, logged.place, uses, context=context, data=data)


def _reason(logged: Logged, identity: Mapping[str, Any]) -> str:
    """Tell why an event shows no permission in use."""
    record = logged.record
    kind, error = identity.get("type"), str(record.get("errorCode") or "")
    if record.get("eventType", "AwsApiCall") != "AwsApiCall":
        return NO_CALL
    if logged.evaluations and not logged.evaluations[-1].allowed:
        return DENIED
    if _UNSIGNED.search(error):
        return NOT_AUTHENTICATED
    if _DENIED.search(error):
        return DENIED
    if kind == "AWSService":
        return BY_SERVICE
    if kind == "Root":
        return ROOT
    if kind in _TOKENS or not isinstance(identity.get("arn"), str):
        return NO_IDENTITY
    return NO_PERMISSION if record.get("eventName") == "GetCallerIdentity" else ""  # E14


def principal_of(identity: Mapping[str, Any]) -> str:
    """Give the ARN whose policies count: the role of a role session, the user of a federated user session, the user."""
    context = identity.get("sessionContext")
    issuer = context.get("sessionIssuer") if isinstance(context, Mapping) else None
    issued = issuer.get("arn") if isinstance(issuer, Mapping) else None
    if isinstance(issued, str) and issued.startswith("arn:"):
        return issued
    return principal_named(str(identity.get("arn") or ""))


@lru_cache(maxsize=1024)
def principal_named(arn: str) -> str:
    """Give the role of a role session's ARN, without its path, which that ARN does not have; others as they are.

    >>> principal_named("arn:aws:sts::111122223333:assumed-role/App/i-0abc")
    'arn:aws:iam::111122223333:role/App'
    """
    head, found, name = arn.partition(":assumed-role/")
    return f"{head.replace(':sts:', ':iam:', 1)}:role/{name.partition('/')[0]}" if found else arn


def _decided(evaluations: tuple[Evaluation, ...]) -> Iterator[Use]:
    """Take what the local cloud's engine decided; what a service asked for itself is not the caller's."""
    for each in evaluations:
        request = each.request
        if request.principal.kind is not CallerKind.SERVICE:
            arn = request.resource.arn
            context = dict(request.context)
            yield Use(request.action, arn if arn == "*" else escape(arn), context=context)


def _derived(record: Record, prefix: str, context: Mapping[str, ContextValue]) -> Iterator[Use]:
    """Derive what an event needed from its name and its parameters."""
    rows = _rows(prefix, str(record.get("eventName")))
    if not rows:
        return
    parameters = Parameters.of(record)
    counting = [each for each in rows if _counts(each, parameters)]
    for row in counting:
        more = context
        if row.needed.on == PASSED_ROLE:
            more = {**context, **_passed_to(rows)}
        for found in found_for(row.needed, parameters):
            yield _use(row, found, more)


@lru_cache(maxsize=4096)
def _rows(prefix: str, name: str) -> tuple[Row, ...]:
    return rows_of(prefix, name)


def _counts(row: Row, parameters: Parameters) -> bool:
    if row.without and parameters.has(row.without):
        return False
    return not row.given or parameters.has(row.given)


def _passed_to(rows: tuple[Row, ...]) -> Mapping[str, ContextValue]:
    services = [found.service for row in rows if (found := passing(row.needed.action))]
    return {"iam:PassedToService": services[0]} if services else NOTHING


def _use(row: Row, found: Found, context: Mapping[str, ContextValue]) -> Use:
    if row.needed.on == PASSED_ROLE:
        why = "inferred: CloudTrail has no event of iam:PassRole" + (f"; {found.why}" if found.why else "")
        return Use(row.needed.action, found.pattern, found.sure, why, context)
    return Use(row.needed.action, found.pattern, found.sure, found.why, context)


def _context(record: Record, identity: Mapping[str, Any]) -> Mapping[str, ContextValue]:
    """Tell the condition keys that an event tells (E4; "CloudTrail record contents")."""
    told: dict[str, ContextValue] = {}
    address, tls = record.get("sourceIPAddress"), record.get("tlsDetails")
    if isinstance(address, str) and _is_address(address):
        told["aws:SourceIp"] = address
    for key, value in (
        ("aws:RequestedRegion", record.get("awsRegion")),
        ("aws:SourceVpce", record.get("vpcEndpointId")),
    ):
        if isinstance(value, str) and value:
            told[key] = value
    if isinstance(tls, Mapping) and tls.get("tlsVersion"):
        told["aws:SecureTransport"] = "true"
    if identity.get("invokedBy"):
        told["aws:ViaAWSService"] = "true"
    session = identity.get("sessionContext")
    if isinstance(session, Mapping):
        attributes = session.get("attributes")
        if isinstance(attributes, Mapping) and attributes.get("mfaAuthenticated") in ("true", "false"):
            told["aws:MultiFactorAuthPresent"] = str(attributes["mfaAuthenticated"])
        if isinstance(session.get("sourceIdentity"), str):
            told["aws:SourceIdentity"] = str(session["sourceIdentity"])
    return told


@lru_cache(maxsize=4096)
def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True

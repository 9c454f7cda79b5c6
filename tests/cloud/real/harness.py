"""Rows of the action tables, tried by real boto3 clients: one entry says what an operation needs, and nothing else.

An entry is tried in a world that its `prepare` makes anew. First every way to be refused: everything is allowed but
one of the needs is denied, and all needs but one are allowed; nothing in the world may change. Then the caller is
allowed exactly the needs, and the operation must succeed. What the engine decided must be the needs, no fewer.

Texts in parameters and needs name what was prepared in braces: `{bucket}`. A text that is one name in braces and
nothing else stands for the thing itself, which need not be text.
"""

from __future__ import annotations

import io
import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from botocore import xform_name
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import ACCOUNT, REGION, Keys, LocalCloud
from iamkit.cloud.store.backends import backend
from iamkit.policy import CallerKind

OTHER_ACCOUNT = "444455556666"
CALLER = "caller"
# All inline policies of a user (IAM User Guide, "IAM and AWS STS quotas").
_INLINE = 2048
# What a service answers to a caller who may not (A12); a HEAD has no body, and so only the status.
DENIED = {
    "dynamodb": ("AccessDeniedException", 400),
    "ec2": ("UnauthorizedOperation", 403),
    "iam": ("AccessDenied", 403),
    "kms": ("AccessDeniedException", 400),
    "lambda": ("AccessDeniedException", 403),
    "logs": ("AccessDeniedException", 400),
    "s3": ("AccessDenied", 403),
    "secretsmanager": ("AccessDeniedException", 400),
    "sns": ("AuthorizationError", 403),
    "sqs": ("AccessDeniedException", 400),
    "sts": ("AccessDenied", 403),
}
_HEADS = frozenset({"HeadBucket", "HeadObject"})
Value = str | Sequence[str]


class Need(NamedTuple):
    """An action on a resource, with the condition keys that the request must carry.

    `given` is what a resource-based policy allows already: no identity-based policy needs to, but a deny counts.
    """

    action: str
    resource: str = "*"
    keys: Mapping[str, Value] = {}
    given: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What was prepared, by the names that an entry has for it."""

    held: Mapping[str, Any]

    def fill(self, value: Any) -> Any:
        """Replace names in braces, however deep they stand."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return {self._text(key) if isinstance(key, str) else key: self.fill(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill(each) for each in value]
        return value

    def _text(self, text: str) -> Any:
        if text[:1] == "{" and text[-1:] == "}" and text[1:-1] in self.held:
            return self.held[text[1:-1]]
        for name, value in self.held.items():
            if isinstance(value, str):
                text = text.replace("{" + name + "}", value)
        return text


class World:
    """A running cloud, an administrator's clients to prepare it, and a caller whose permissions each case sets."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self._counter = itertools.count(1)
        self._clients: dict[tuple[str, str], Any] = {}
        self._managed = ""
        iam = self.admin("iam")
        iam.create_user(UserName=CALLER)
        key = iam.create_access_key(UserName=CALLER)["AccessKey"]
        self.keys = Keys(key["AccessKeyId"], key["SecretAccessKey"])

    def admin(self, service: str) -> Any:
        """Give the administrator's client of a service."""
        return self._client(service, "administrator", None)

    def caller(self, service: str) -> Any:
        """Give the client of the caller who is tested."""
        return self._client(service, CALLER, self.keys)

    def _client(self, service: str, who: str, keys: Keys | None) -> Any:
        if (service, who) not in self._clients:
            self._clients[service, who] = self.cloud.client(service, keys)
        return self._clients[service, who]

    def name(self, stem: str) -> str:
        """Make a name that nothing has yet."""
        return f"{stem}-{next(self._counter)}"

    def permit(self, *statements: Mapping[str, Any]) -> None:
        """Give the caller one policy, and no other; one that is too long for a user stands in a managed policy."""
        iam = self.admin("iam")
        if self._managed:
            iam.detach_user_policy(UserName=CALLER, PolicyArn=self._managed)
            self._managed = ""
        policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, separators=(",", ":"))
        if len(policy) > _INLINE:
            self._managed = iam.create_policy(PolicyName=self.name("long"), PolicyDocument=policy)["Policy"]["Arn"]
            iam.attach_user_policy(UserName=CALLER, PolicyArn=self._managed)
            policy = json.dumps({"Version": "2012-10-17", "Statement": [NOTHING]})
        iam.put_user_policy(UserName=CALLER, PolicyName="exactly", PolicyDocument=policy)


def nothing(world: World) -> Mapping[str, Any]:
    """Prepare nothing."""
    return {}


@dataclass(frozen=True, slots=True)
class Row:
    """An entry: an operation by botocore's name, its parameters, what it needs, and the world it is tried in.

    `ends` is the code of the service's own error with which the operation ends where it is allowed; `note` tells
    entries of one operation apart.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    needs: tuple[Need, ...]
    prepare: Callable[[World], Mapping[str, Any]] = nothing
    ends: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.service}-{self.operation}" + (f"-{self.note}" if self.note else "")


@dataclass(slots=True)
class Trial:
    """One row in a world that was prepared for it."""

    world: World
    row: Row
    parameters: dict[str, Any] = field(init=False)
    needs: list[Need] = field(init=False)

    def __post_init__(self) -> None:
        held = {"account": ACCOUNT, "other": OTHER_ACCOUNT, "region": REGION, "caller": CALLER}
        names = Names({**held, **self.row.prepare(self.world)})
        self.parameters = names.fill(self.row.parameters)
        self.needs = [
            each._replace(resource=names.fill(each.resource), keys=names.fill(each.keys)) for each in self.row.needs
        ]

    def call(self) -> str:
        """Send the operation as the caller; give the code of the error, or nothing where it succeeds."""
        # What was sent once is sent again: a stream would be at its end.
        given = {name: _again(value) for name, value in self.parameters.items()}
        try:
            answer = getattr(self.world.caller(self.row.service), xform_name(self.row.operation))(**given)
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            return f"{code} {error.response['ResponseMetadata']['HTTPStatusCode']}"
        for value in answer.values():
            if hasattr(value, "read"):
                value.read()
        return ""

    def refused(self, *statements: Mapping[str, Any]) -> None:
        """Check that the caller is refused with these permissions, in the service's words, and changes nothing."""
        self.world.permit(*statements)
        before = frozen(self.row.service)
        code, status = DENIED[self.row.service]
        if self.row.operation in _HEADS:
            code = str(status)
        assert self.call() == f"{code} {status}", f"allowed with {json.dumps(statements)}"
        changed = _difference(before, frozen(self.row.service))
        assert not changed, f"a refused call changed {changed}"

    def check(self) -> None:
        """Try every way to be refused, then the one way to be allowed."""
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        asked = [each for each in self.needs if not each.given]
        for need in self.needs:
            self.refused(everything, statement(need, "Deny"))
            if not need.given:
                self.refused(*(statement(each) for each in asked if each != need), NOTHING)
        self.world.permit(*(statement(each) for each in asked))
        outcome = self.call()
        *_, event = self.world.cloud.trail
        # What a service takes on for the caller, as Lambda does a function's role, is not the caller's to be allowed.
        asked_for = (
            each.request for each in event.evaluations if each.request.principal.kind is not CallerKind.SERVICE
        )
        decided = {(each.action, each.resource.arn) for each in asked_for}
        unknown = {each for each in decided if not any(_fits(need, *each) for need in self.needs)}
        told = f"{event.error_code} {event.error_message}"
        assert outcome.partition(" ")[0] == self.row.ends, told
        assert not unknown, f"it was decided besides: {unknown}; {told}"
        assert all(any(_fits(need, *each) for each in decided) for need in self.needs), f"{decided}; {told}"
        assert not event.denied, told


NOTHING: Mapping[str, Any] = {"Effect": "Allow", "Action": "iam:GetAccountSummary", "Resource": "*"}


def _fits(need: Need, action: str, arn: str) -> bool:
    """Compare what was decided with a need, whose resource may have wildcards."""
    return need.action == action and fnmatchcase(arn, need.resource)


def _again(value: Any) -> Any:
    return io.BytesIO(value.getvalue()) if isinstance(value, io.BytesIO) else value


def statement(need: Need, effect: str = "Allow") -> dict[str, Any]:
    """Write the statement of exactly one need."""
    written: dict[str, Any] = {"Effect": effect, "Action": need.action, "Resource": need.resource}
    condition: dict[str, dict[str, Any]] = {}
    for key, value in need.keys.items():
        if isinstance(value, str):
            condition.setdefault("StringEquals", {})[key] = value
        else:
            # All that the request has, and at least one.
            condition.setdefault("ForAllValues:StringEquals", {})[key] = list(value)
            condition.setdefault("ForAnyValue:StringEquals", {})[key] = list(value)
    return written | ({"Condition": condition} if condition else {})


def check(world: World, row: Row) -> None:
    """Try one entry."""
    Trial(world, row).check()


def without_entry(service: str, rows: Iterable[Row]) -> set[str]:
    """List the operations that have a row of their own in a service's table, and no entry here."""
    from iamkit.cloud.actions import SERVICES

    return set(SERVICES[service].rows) - {row.operation for row in rows if row.service == service}


_PLAIN = (str, int, float, bool, bytes, type(None))


def frozen(service: str) -> Any:
    """Copy all that moto keeps of a service in the account, so that it can be compared."""
    kept = backend(service, ACCOUNT) if service in ("iam", "s3", "sts") else backend(service, ACCOUNT, REGION)
    return _freeze(vars(kept), {})


def _freeze(value: Any, seen: dict[int, int]) -> Any:
    """Copy something; what was met before, as things of EC2 know each other, is named by when it was."""
    if isinstance(value, _PLAIN):
        return value
    if id(value) in seen:
        return f"#{seen[id(value)]}"
    seen[id(value)] = len(seen)
    if isinstance(value, Mapping):
        return {repr(key): _freeze(each, seen) for key, each in value.items() if not _of_aws(key, each)}
    if isinstance(value, list | tuple | set | frozenset):
        return [_freeze(each, seen) for each in value]
    if hasattr(value, "seek") and hasattr(value, "read"):
        return _content(value)
    if hasattr(value, "__dict__") and type(value).__module__.startswith("moto."):
        return {type(value).__name__: _freeze(vars(value), seen)}
    return repr(value)


def _of_aws(key: Any, value: Any) -> bool:
    """Tell AWS's own policies and images: they are many, and nobody can change them."""
    if isinstance(key, str) and (key == "aws_managed_policies" or key.startswith("arn:aws:iam::aws:")):
        return True
    return getattr(value, "owner_id", None) not in (None, ACCOUNT, OTHER_ACCOUNT)


def _difference(before: Any, after: Any, place: str = "") -> str:
    """Name the first place where two frozen states differ."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        pairs: Iterable[tuple[str, Any, Any]] = ((key, before[key], after[key]) for key in before)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = ((str(number), *both) for number, both in enumerate(zip(before, after, strict=True)))
    else:
        return "" if before == after else f"{place or 'the state'}: {before!r:.200} -> {after!r:.200}"
    return next(filter(None, (_difference(old, new, f"{place}/{key}") for key, old, new in pairs)), "")


def _content(held: Any) -> bytes:
    if held.closed:
        return b""
    place = held.tell()
    held.seek(0)
    content: bytes = held.read()
    held.seek(place)
    return content


def a_world() -> Iterator[World]:
    """Run a cloud with two accounts and a caller; the body of a module's fixture."""
    with LocalCloud(accounts=(ACCOUNT, OTHER_ACCOUNT), seed=7) as cloud:
        yield World(cloud)

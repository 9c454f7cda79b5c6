"""The judges `read-arn` and `same-principal`: what an ARN and a unique ID say about who asks (E2, E3)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from iamkit.course.as_python import as_python
from iamkit.course.judges.cases import Call, Judge, Refusal, of_type

ACCOUNTS = ("111122223333", "444455556666", "012345678901")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


# -- read-arn


class Read(NamedTuple):
    """A text with what it names: nothing, or an identity; `told` says what it costs to read it wrongly."""

    arn: str
    kind: str | None
    account: str = ""
    name: str = ""
    told: str = ""

    @property
    def expected(self) -> dict[str, str] | None:
        """Give what the function must return."""
        return None if self.kind is None else {"kind": self.kind, "account": self.account, "name": self.name}


def _iam(kind: str, name: str, path: str = "/", place: int = 0, told: str = "", partition: str = "aws") -> Read:
    account = ACCOUNTS[place]
    return Read(f"arn:{partition}:iam::{account}:{kind}{path}{name}", kind, account, name, told)


def _session(role: str, session: str, place: int = 0, told: str = "", partition: str = "aws") -> Read:
    account = ACCOUNTS[place]
    arn = f"arn:{partition}:sts::{account}:assumed-role/{role}/{session}"
    return Read(arn, "role session", account, role, told)


def _root(place: int, told: str = "", partition: str = "aws") -> Read:
    return Read(f"arn:{partition}:iam::{ACCOUNTS[place]}:root", "root user", ACCOUNTS[place], "root", told)


def _federated(name: str, place: int = 0, told: str = "") -> Read:
    account = ACCOUNTS[place]
    return Read(f"arn:aws:sts::{account}:federated-user/{name}", "federated user", account, name, told)


def _service(name: str, told: str = "") -> Read:
    return Read(name, "service", "", name, told)


def _nobody(arn: str, what: str) -> Read:
    return Read(arn, None, told=f"This is {what}, which never asks for anything.")


_PATHS = "A path tells where somebody belongs; it is no part of the name, and IAM's calls do not take it."
_SESSIONS = (
    "A session is named by whoever begins it. What stays is the role, the part in the middle: look for that one."
)
_ROOT = "This one may do everything, and no identity-based policy stops it: a log must not take it for a user."
_ZERO = "An account ID is text of twelve digits: as a number it would lose its leading zero."

ARNS: Mapping[str, tuple[Read, ...]] = {
    "users": (
        _iam("user", "carol"), _iam("user", "dave@example.com", place=1), _iam("user", "erin", place=2, told=_ZERO),
    ),
    "groups and roles": (_iam("group", "analysts"), _iam("role", "importer", place=1)),
    "the root user": (_root(0, _ROOT), _root(1, _ROOT)),
    "paths": (
        _iam("user", "carol", "/data/", told=_PATHS),
        _iam("role", "importer", "/data/night/", told=_PATHS),
        _iam("role", "AWSServiceRoleForSupport", "/aws-service-role/support.amazonaws.com/", told=_PATHS),
        _iam("group", "analysts", "/user/", told=_PATHS),
    ),
    "role sessions": (
        _session("importer", "monday", told=_SESSIONS),
        _session("web", "i-0bf93fb2c8954687d", 1, _SESSIONS),
        _session("AWSReservedSSO_Read_56eeaeed67c5b757", "ana@example.com", told=_SESSIONS),
        _session("user", "role", 1, _SESSIONS),
    ),
    "federated users": (_federated("dora"), _federated("role", 1)),
    "services": tuple(
        _service(f"{name}.amazonaws.com", "AWS's services have names instead of ARNs, and belong to no account.")
        for name in ("ec2", "lambda", "cloudtrail")
    ),
    "other partitions": (
        _iam("user", "carol", partition="aws-cn"),
        _session("importer", "monday", partition="aws-us-gov"),
        _root(0, _ROOT, "aws-cn"),
    ),
    "a colon in the path": (
        _iam("user", "carol", "/team:data/", told="IAM allows a colon in a path: only the first five separate parts."),
        _iam("role", "importer", "/a:b/c:d/", told="IAM allows a colon in a path: only the first five separate parts."),
    ),
    "what never asks": (
        _nobody("arn:aws:s3:::user/alice", "a file `alice` in a bucket `user`"),
        _nobody("arn:aws:sqs:us-east-1:111122223333:root", "a queue with the name `root`"),
        _nobody("arn:aws:iam::aws:policy/AdministratorAccess", "a policy"),
        _nobody("arn:aws:iam::111122223333:instance-profile/web", "an instance profile, the envelope of a role"),
        _nobody("arn:aws:iam::111122223333:mfa/carol", "a device, a second proof and nobody by itself"),
    ),
}  # fmt: skip


def _judge_read(read: Read, value: Any) -> Refusal | None:
    wanted = as_python(read.expected)
    if value == read.expected:
        return None
    if read.expected is None:
        return Refusal(read.told, wanted, as_python(value))
    if value is None:
        told = read.told or "This one can be met in any log, and your function finds nobody in it."
        return Refusal(told, wanted, "None")
    refused = of_type(value, dict, wanted, "a dict, or None")
    return refused or Refusal(read.told or _difference(read, value), wanted, as_python(value))


def _difference(read: Read, value: dict[Any, Any]) -> str:
    right = read.expected or {}
    wrong = [key for key in right if value.get(key) != right[key]]
    if wrong:
        return f"Read `{wrong[0]}` again, part by part."
    return f"Return these three and nothing else: {', '.join(f'`{key}`' for key in right)}."


def _calls_of_arns(rows: tuple[Read, ...]) -> Iterator[Call]:
    for read in rows:
        yield Call((read.arn,), as_python(read.expected), partial(_judge_read, read), takes_none=True)


# -- same-principal

Identity = dict[str, str]


class Pair(NamedTuple):
    """Two answers of GetCallerIdentity, and whether the same one asked."""

    one: Identity
    other: Identity
    same: bool
    told: str


class Answers:
    """Make answers of GetCallerIdentity, with unique IDs from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def id(self, prefix: str) -> str:
        """Make a unique ID."""
        return prefix + "".join(self._random.choices(_LETTERS, k=17))

    def user(self, resource: str, unique_id: str = "", place: int = 0) -> Identity:
        """Answer an IAM user; `resource` is the end of the ARN."""
        account = ACCOUNTS[place]
        return _identity(unique_id or self.id("AIDA"), account, f"arn:aws:iam::{account}:user/{resource}")

    def session(self, role: str, name: str, unique_id: str, place: int = 0) -> Identity:
        """Answer a session of a role."""
        account = ACCOUNTS[place]
        return _identity(f"{unique_id}:{name}", account, f"arn:aws:sts::{account}:assumed-role/{role}/{name}")

    def federated(self, name: str, place: int = 0) -> Identity:
        """Answer a federated user, who has no unique ID of its own."""
        account = ACCOUNTS[place]
        return _identity(f"{account}:{name}", account, f"arn:aws:sts::{account}:federated-user/{name}")

    def root(self, place: int = 0) -> Identity:
        """Answer a root user."""
        return _identity(ACCOUNTS[place], ACCOUNTS[place], f"arn:aws:iam::{ACCOUNTS[place]}:root")


def _identity(unique_id: str, account: str, arn: str) -> Identity:
    return {"UserId": unique_id, "Account": account, "Arn": arn}


def pairs() -> Mapping[str, tuple[Pair, ...]]:
    """Give the pairs of all cases."""
    make = Answers(7)
    carol, importer, again, exporter = make.id("AIDA"), make.id("AROA"), make.id("AROA"), make.id("AROA")
    root, dora = make.root(), make.federated("dora")
    monday = make.session("importer", "monday", importer)
    moved = "It is the same user, moved to another path or renamed. She would lose all her files over a new team."
    new = "The first one was deleted, and somebody new got the name: your program hands over the old one's files."
    nightly = "The same role, the same program, another run: what it saved on Monday it cannot find on Tuesday."
    shared = "Two persons of one account: each of them gets the other's files."
    powers = "The root user is taken for somebody who may do little, or the other way round."
    return {
        "one user": (
            Pair(make.user("carol", carol), make.user("carol", carol), True, "The same user, twice."),
            Pair(make.user("carol", carol), make.user("dave"), False, "Dave gets Carol's files."),
        ),
        "renamed": (
            Pair(make.user("carol", carol), make.user("finance/carol", carol), True, moved),
            Pair(make.user("carol", carol), make.user("carol-ann", carol), True, moved),
        ),
        "made again": (
            Pair(make.user("carol", carol), make.user("carol"), False, new),
            Pair(monday, make.session("importer", "monday", again), False, new),
        ),
        "two runs of one program": (
            Pair(monday, make.session("importer", "tuesday", importer), True, nightly),
            Pair(monday, make.session("exporter", "monday", exporter), False,
                 "Two roles, two programs: only the sessions have the same name, which anybody can choose."),
        ),
        "federated users": (
            Pair(dora, make.federated("dora"), True, "Dora signed in again, and finds nothing of her own."),
            Pair(dora, make.federated("erik"), False, shared),
            Pair(dora, make.federated("dora", 1), False, "Another company's Dora: two accounts, two persons."),
        ),
        "the root user": (
            Pair(root, make.root(), True, "The root user, twice."),
            Pair(root, dora, False, powers),
            Pair(root, make.root(1), False, "The root users of two accounts."),
        ),
    }  # fmt: skip


def _judge_pair(pair: Pair, value: Any) -> Refusal | None:
    refused = of_type(value, bool, as_python(pair.same), "True or False")
    if refused is not None or value is pair.same:
        return refused
    return Refusal(pair.told, as_python(pair.same), as_python(value))


def _calls_of_pairs(name: str) -> Iterator[Call]:
    for pair in pairs()[name]:
        yield Call((pair.one, pair.other), as_python(pair.same), partial(_judge_pair, pair))


def _named(names: Iterable[str], calls: Callable[[str], Iterable[Call]]) -> dict[str, Callable[[], Iterable[Call]]]:
    return {name: partial(calls, name) for name in names}


READ_ARN = Judge(
    name="read-arn",
    parameters=("arn",),
    returns="a dict, or None",
    cases=_named(ARNS, lambda name: _calls_of_arns(ARNS[name])),
)
SAME_PRINCIPAL = Judge(
    name="same-principal",
    parameters=("one", "other"),
    returns="True or False",
    cases=_named(pairs(), _calls_of_pairs),
)

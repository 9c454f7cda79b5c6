"""The judge `who-really-acted`: logs in CloudTrail's shape, and who stands at the beginning of a chain of sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from iamkit.course.as_python import as_python
from iamkit.course.judges.cases import Call, Judge, Refusal, of_type

Record = dict[str, Any]

_ACCOUNT = "111122223333"
_PROVIDER = f"arn:aws:iam::{_ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
_PEOPLE = ("alice", "bob", "carol", "dave", "erin")
_ROLES = ("developer", "deploy", "reader", "support", "audit", "backup", "release")
_SERVICES = ("lambda.amazonaws.com", "ec2.amazonaws.com", "ecs-tasks.amazonaws.com")
_SESSIONS = ("work", "console", "ticket-4711", "nightly")
_CALLS = (
    ("s3.amazonaws.com", "DeleteBucket", {"bucketName": "amzn-s3-demo-bucket"}),
    ("sqs.amazonaws.com", "PurgeQueue", {"queueUrl": "orders"}),
    ("dynamodb.amazonaws.com", "DeleteTable", {"tableName": "orders"}),
    ("ec2.amazonaws.com", "StopInstances", {"instanceId": "i-0123456789abcdef0"}),
)
_BEGIN = datetime(2026, 1, 31, 8, tzinfo=UTC)
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


class _Identity(NamedTuple):
    """Who signs: `userIdentity` as the log has it; `origin` is whom `who_really_acted` should name."""

    logged: Record
    origin: str


class _Log:
    """Write a log, a minute or more between the records; names, keys and times come from a seed."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)
        self.records: list[Record] = []
        self.at = _BEGIN

    def person(self, name: str | None = None) -> _Identity:
        name = name or self.random.choice(_PEOPLE)
        arn = f"arn:aws:iam::{_ACCOUNT}:user/{name}"
        logged = {"type": "IAMUser", "arn": arn, "accountId": _ACCOUNT, "accessKeyId": self._key("AKIA")}
        return _Identity({**logged, "userName": name}, arn)

    def pipeline(self) -> _Identity:
        """A job on GitHub, which has no ARN and no key: its token says who it is."""
        job = f"repo:octo-org/{self.random.choice(('shop', 'blog'))}:ref:refs/heads/main"
        return _Identity({"type": "WebIdentityUser", "userName": job, "identityProvider": _PROVIDER}, job)

    def service(self) -> _Identity:
        """An AWS service, which takes on the role it was given."""
        name = self.random.choice(_SERVICES)
        return _Identity({"type": "AWSService", "invokedBy": name}, name)

    def become(self, who: _Identity, role: str, session: str | None = None) -> _Identity:
        """Log that somebody becomes a role; give the session."""
        session = session or self.random.choice(_SESSIONS)
        arn, key = f"arn:aws:sts::{_ACCOUNT}:assumed-role/{role}/{session}", self._key("ASIA")
        answer = {"credentials": {"accessKeyId": key}, "assumedRoleUser": {"arn": arn}}
        web = who.logged["type"] == "WebIdentityUser"
        self._ask(who, role, session, "AssumeRoleWithWebIdentity" if web else "AssumeRole", answer)
        logged = {"type": "AssumedRole", "arn": arn, "accountId": _ACCOUNT, "accessKeyId": key}
        return _Identity(logged, who.origin)

    def refused(self, who: _Identity, role: str, session: str) -> None:
        """Log that somebody would have liked to."""
        self._ask(who, role, session, "AssumeRole", None)
        self.records[-1]["errorCode"] = "AccessDenied"

    def call(self, who: _Identity) -> Record:
        """Log a call of another service."""
        source, name, parameters = self.random.choice(_CALLS)
        return self._record(who, source, name, dict(parameters), None)

    def _ask(self, who: _Identity, role: str, session: str, operation: str, answer: Record | None) -> None:
        asked = {"roleArn": f"arn:aws:iam::{_ACCOUNT}:role/{role}", "roleSessionName": session}
        self._record(who, "sts.amazonaws.com", operation, asked, answer)

    def _record(self, who: _Identity, source: str, name: str, asked: Record, answer: Record | None) -> Record:
        self.at += timedelta(seconds=self.random.randrange(60, 400))
        record = {
            "eventTime": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": source,
            "eventName": name,
            "userIdentity": dict(who.logged),
            "requestParameters": asked,
            "responseElements": answer,
        }
        self.records.append(record)
        return record

    def _key(self, start: str) -> str:
        return start + "".join(self.random.choices(_BASE32, k=16))


UNKNOWN = "unknown"

Question = tuple[Record, list[Record], str]
"""The event to explain, the log, and who should be named."""


def _asked(log: _Log, who: _Identity) -> Question:
    event = log.call(who)
    return event, log.records, who.origin


def _alone(log: _Log) -> Question:
    return _asked(log, log.person())


def _one_role(log: _Log) -> Question:
    return _asked(log, log.become(log.person(), log.random.choice(_ROLES)))


def _chained(log: _Log, who: _Identity, length: int) -> _Identity:
    for role in log.random.sample(_ROLES, length):
        who = log.become(who, role)
    return who


def _chain(log: _Log) -> Question:
    return _asked(log, _chained(log, log.person(), log.random.choice((2, 3, 5))))


def _same_name(log: _Log) -> Question:
    """Several people, one role, one name of a session: the sessions have the same ARN."""
    role, session = log.random.choice(_ROLES), log.random.choice(_SESSIONS)
    sessions = [log.become(log.person(name), role, session) for name in log.random.sample(_PEOPLE, 3)]
    for other in sessions:
        log.call(other)
    return _asked(log, log.random.choice(sessions[:-1]))


def _after_a_refusal(log: _Log) -> Question:
    who, role = log.person(), log.random.choice(_ROLES)
    log.refused(log.person("erin"), role, "work")
    session = log.become(who, role, "work")
    log.refused(session, "administrator", "work")
    return _asked(log, session)


def _pipeline(log: _Log) -> Question:
    return _asked(log, _chained(log, log.pipeline(), log.random.choice((1, 2))))


def _service(log: _Log) -> Question:
    return _asked(log, _chained(log, log.service(), log.random.choice((1, 2))))


def _too_late(log: _Log) -> Question:
    """The log was switched on after somebody had become the first role."""
    who = _chained(log, log.person(), log.random.choice((1, 2, 3)))
    log.records.clear()
    last = log.become(who, "release") if log.random.random() < 0.7 else who
    event, records, _ = _asked(log, last)
    return event, records, UNKNOWN


def _a_day(log: _Log) -> Question:
    """Everything at once; the newest record is not the one that is asked about."""
    random = log.random
    makers = (log.person, log.person, log.pipeline, log.service)
    actors = [make() for make in random.choices(makers, k=4)]
    for _ in range(12):
        who = random.choice(actors)
        if random.random() < 0.5:
            actors.append(log.become(who, random.choice(_ROLES[:3]), random.choice(_SESSIONS[:2])))
        elif "accessKeyId" in who.logged:
            log.call(who)
    acting = [who for who in actors if "accessKeyId" in who.logged]
    who = random.choice(acting or [log.become(actors[0], "deploy")])
    event = log.call(who)
    log.call(log.become(log.person(), "reader"))
    return event, log.records, who.origin


_FEEDBACK = {
    "a person acts": "No role was used: whoever signed the event is who acted.",
    "one role": "Find the `AssumeRole` whose answer holds the access key ID that the event was signed with. Who asked "
    "for it is who acted.",
    "a chain of roles": "Whoever asked for this session was a session itself. Follow it back in the same way, until "
    "somebody asks who is no role.",
    "one session name for everyone": "Two people can give their sessions the same name, and then the ARNs are the "
    "same. An access key ID is given out once.",
    "refused attempts": "A refused `AssumeRole` has an answer of None: it gave nobody a session.",
    "a pipeline": "A job of a pipeline has neither key nor ARN. Its identity has a `userName`: that is what its token "
    "said.",
    "a service": "A service has neither key nor ARN. Its identity says who it is under `invokedBy`.",
    "the log begins too late": "Nothing in this log says who asked for the first session. Then nobody can be named: "
    'return `"unknown"`, rather than a wrong name.',
    "a whole day": "Each of these alone is right, but not together.",
}


def _judge(case: str, wanted: str, value: Any) -> Refusal | None:
    refused = of_type(value, str, as_python(wanted), "a str")
    if refused is not None or value == wanted:
        return refused
    return Refusal(_FEEDBACK[case], as_python(wanted), as_python(value))


def _calls(case: str, count: int, make: Callable[[_Log], Question]) -> Iterator[Call]:
    for number in range(count):
        event, records, wanted = make(_Log(f"who-really-acted {case} {number}"))
        yield Call((event, records), as_python(wanted), partial(_judge, case, wanted))


_MAKERS: dict[str, tuple[int, Callable[[_Log], Question]]] = {
    "a person acts": (3, _alone),
    "one role": (6, _one_role),
    "a chain of roles": (8, _chain),
    "one session name for everyone": (10, _same_name),
    "refused attempts": (5, _after_a_refusal),
    "a pipeline": (6, _pipeline),
    "a service": (6, _service),
    "the log begins too late": (8, _too_late),
    "a whole day": (30, _a_day),
}
_CASES: dict[str, Callable[[], Iterable[Call]]] = {
    name: partial(_calls, name, count, make) for name, (count, make) in _MAKERS.items()
}

WHO_REALLY_ACTED = Judge(
    name="who-really-acted",
    parameters=("event", "trail"),
    returns="a str, who stands at the beginning",
    cases=_CASES,
)

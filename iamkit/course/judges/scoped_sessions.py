"""The judge `scoped-session`: credentials for one customer's files, tried with real calls in a practice account."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from iamkit.course.as_python import kind_of
from iamkit.course.judges.cases import Call, Refusal
from iamkit.course.practice import Account, World, practice_judge

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

    from iamkit.cloud.clients import Keys

BUCKET, OTHER_BUCKET = "amzn-s3-demo-bucket", "amzn-s3-demo-bucket1"
CUSTOMERS = ("rain", "rainbow", "snow")
_FILES = ("invoice.pdf", "2026/may.csv")
_MINUTES = 15
_MISSING = "The function must return credentials: what `assume_role` answers under `Credentials`."


class _Prepared(NamedTuple):
    """An account with files, a role that may do much with them, and who may become it."""

    account: Account
    role: str
    app: Keys


class _Try(NamedTuple):
    """A call with the credentials; `{customer}` stands for the customer whose they are, `{other}` for another one."""

    service: str
    operation: str
    parameters: dict[str, str]
    allowed: bool
    told: str


def _object(operation: str, key: str, told: str, *, allowed: bool = False, bucket: str = BUCKET, **more: str) -> _Try:
    return _Try("s3", operation, {"Bucket": bucket, "Key": key, **more}, allowed, told)


_READS = (
    "The customer's files cannot be read. A session may do what the role's policies *and* the session policy allow."
)
_TRIES: dict[str, tuple[_Try, ...]] = {
    "reads the customer's files": tuple(
        _object("get_object", f"{{customer}}/{file}", _READS, allowed=True) for file in _FILES
    ),
    "reads no other customer's files": (
        _object("get_object", "{other}/invoice.pdf", "One customer's app can read another customer's invoices."),
    ),
    "reads no customer with a longer name": (
        _object(
            "get_object",
            "{customer}bow/invoice.pdf",
            "`rainbow` begins like `rain`. The `/` is what ends a customer's name.",
        ),
    ),
    "reads no other bucket": (
        _object(
            "get_object",
            "{customer}/invoice.pdf",
            "Another bucket has a folder of the same name, and is nobody's business.",
            bucket=OTHER_BUCKET,
        ),
    ),
    "reads and no more": (
        _object("put_object", "{customer}/invoice.pdf", "The app can falsify an invoice.", Body="paid"),
        _object("delete_object", "{customer}/invoice.pdf", "The app can delete what it should show."),
        _object("get_object_acl", "{customer}/invoice.pdf", "The app can read who else has access to a file."),
        _Try("s3", "list_objects_v2", {"Bucket": BUCKET}, False, "The names of all customers' files can be read."),
        _Try("sqs", "list_queues", {}, False, "The role may do more than read files, and so may the app."),
    ),
}
_LASTS = "ends after 15 minutes"
_NAMED = "is named after the customer"


@lru_cache(maxsize=1)
def _prepared(world: World) -> _Prepared:
    """Make the account once for all cases of a check."""
    account = world.account()
    s3 = account.client("s3")
    for bucket in (BUCKET, OTHER_BUCKET):
        s3.create_bucket(Bucket=bucket)
        for customer in CUSTOMERS:
            for file in _FILES:
                s3.put_object(Bucket=bucket, Key=f"{customer}/{file}", Body=customer.encode())
    iam = account.client("iam")
    app = iam.create_user(UserName="app")["User"]["Arn"]
    trust = _policy(Action="sts:AssumeRole", Principal={"AWS": app})
    role = iam.create_role(RoleName="files", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    may = _policy(Action=["s3:*", "sqs:*"], Resource="*")
    iam.put_role_policy(RoleName="files", PolicyName="files", PolicyDocument=may)
    from iamkit.cloud.clients import Keys

    return _Prepared(account, role, Keys.of(iam.create_access_key(UserName="app")))


def _policy(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


def _calls(case: str, customers: tuple[str, ...], world: World) -> Iterator[Call]:
    prepared = _prepared(world)
    for customer in customers:
        sts = prepared.account.argument("sts", prepared.app)
        expected = f"credentials that read {customer}/… in {BUCKET}"
        yield Call((sts, prepared.role, BUCKET, customer), expected, partial(_judge, case, prepared.account, customer))


def _judge(case: str, account: Account, customer: str, value: Any) -> Refusal | None:
    expected = f"credentials that read {customer}/… in {BUCKET}"
    from iamkit.cloud.clients import Keys

    try:
        keys = Keys.of(value)
        whole = all(isinstance(part, str) and part for part in (keys.access_key_id, keys.secret_access_key))
    except (AttributeError, KeyError, TypeError):
        return Refusal(_MISSING, expected, kind_of(value))
    if not whole or not isinstance(keys.session_token, str):
        return Refusal(f"{_MISSING} A session has a token as well.", expected, kind_of(value))
    if case == _LASTS:
        return _lasting(value)
    if case == _NAMED:
        return _named(account, keys, customer)
    for attempt in _TRIES[case]:
        refused = _tried(account, keys, customer, attempt)
        if refused is not None:
            return refused
    return None


@lru_cache(maxsize=8)
def _client(account: Account, service: str, keys: Keys) -> Any:
    """Make a client once for all tries: that takes longer than a call."""
    return account.client(service, keys)


def _tried(account: Account, keys: Keys, customer: str, attempt: _Try) -> Refusal | None:
    from botocore.exceptions import ClientError

    other = next(name for name in reversed(CUSTOMERS) if name != customer)
    given = {name: text.format(customer=customer, other=other) for name, text in attempt.parameters.items()}
    place = "/".join(given[name] for name in ("Bucket", "Key") if name in given)
    asked = f"{attempt.service} {attempt.operation} {place}".strip()
    expected = f"{asked} is {'allowed' if attempt.allowed else 'denied'}"
    try:
        getattr(_client(account, attempt.service, keys), attempt.operation)(**given)
    except ClientError as error:
        told = error.response["Error"]
        if told["Code"] in ("AccessDenied", "AccessDeniedException"):
            return Refusal(attempt.told, expected, told["Message"]) if attempt.allowed else None
        return _not_good(error, expected)
    return None if attempt.allowed else Refusal(attempt.told, expected, f"{asked} is allowed")


def _lasting(value: Any) -> Refusal | None:
    expected = f"credentials that end after {_MINUTES} minutes"
    end = value.get("Credentials", value).get("Expiration")
    if not isinstance(end, datetime) or end.tzinfo is None:
        return Refusal(_MISSING, expected, "no Expiration")
    minutes = round((end - datetime.now(UTC)).total_seconds() / 60)
    # A slow machine may take a while to come here.
    if _MINUTES - 3 <= minutes <= _MINUTES:
        return None
    told = "Credentials that leak are good until they end. Say how long the session lasts: `DurationSeconds`."
    return Refusal(told, expected, f"credentials that end after {minutes} minutes")


def _named(account: Account, keys: Keys, customer: str) -> Refusal | None:
    from botocore.exceptions import ClientError

    expected = f"a session whose ARN ends in /{customer}"
    try:
        arn = account.client("sts", keys).get_caller_identity()["Arn"]
    except ClientError as error:
        return _not_good(error, expected)
    if arn.rpartition("/")[2] == customer:
        return None
    told = "The log shows a session's name with every call: without the customer's, nobody can tell them apart."
    return Refusal(told, expected, arn)


def _not_good(error: ClientError, expected: str) -> Refusal:
    told = error.response["Error"]
    return Refusal(f"The credentials are not good: {told['Code']}.", expected, told["Message"])


def _world(case: str) -> Iterable[str]:
    return ("rain",) if case == "reads no customer with a longer name" else ("rain", "snow")


SCOPED_SESSION = practice_judge(
    name="scoped-session",
    parameters=("sts", "role", "bucket", "customer"),
    returns="a dict, the Credentials of a session",
    worlds={case: partial(_calls, case, tuple(_world(case))) for case in (*_TRIES, _LASTS, _NAMED)},
)

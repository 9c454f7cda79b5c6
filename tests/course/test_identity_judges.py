"""What the judges of identities hold for real is what a cloud answers; and `old-keys` reads real reports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.clients import Keys, make_client
from iamkit.course.border import Client
from iamkit.course.judges.cases import Refusal
from iamkit.course.judges.phases import AUTHENTICATION, AUTHORIZATION, ERRORS, NEITHER
from iamkit.course.judges.principals import pairs
from iamkit.course.judges.reports import ACCOUNTS, OLD_KEYS, OLDEST, ROOT
from iamkit.notebook import local_cloud, principals, stop_cloud

CALLS: dict[str, tuple[str, dict[str, str]]] = {
    "iam": ("list_users", {}),
    "dynamodb": ("list_tables", {}),
    "sqs": ("send_message", {"QueueUrl": "", "MessageBody": "x"}),
    "s3": ("get_object", {"Bucket": "reports", "Key": "2026/january.csv"}),
    "ec2": ("describe_instances", {}),
    "sns": ("list_topics", {}),
}


@pytest.fixture(scope="module")
def answered() -> Iterator[set[tuple[str, str, str]]]:
    """Code, message and phase of every way to be refused, at every service, with real clients."""
    cloud = local_cloud(seed=1)
    iam = cloud.client("iam")
    iam.create_user(UserName="carol")
    carol = iam.create_access_key(UserName="carol")["AccessKey"]
    session = cloud.client("sts", carol).get_session_token(DurationSeconds=900)["Credentials"]
    cloud.client("s3").create_bucket(Bucket="reports")
    queue = cloud.client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    found: set[tuple[str, str, str]] = set()

    def ask(keys: dict[str, Any]) -> None:
        for service, (call, asked) in CALLS.items():
            with pytest.raises(ClientError) as caught:
                getattr(cloud.client(service, keys), call)(**asked | ({"QueueUrl": queue} if service == "sqs" else {}))
            error = caught.value.response["Error"]
            phase = AUTHORIZATION if [*cloud.trail][-1].evaluations else AUTHENTICATION
            found.add((error["Code"], error["Message"].partition("\n")[0], phase))

    ask(carol)
    ask(carol | {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"})
    ask(carol | {"SecretAccessKey": "x" * 40})
    ask(session | {"SessionToken": None})
    with principals.late_clock(hours=1):
        ask(carol)
    cloud.let_pass(timedelta(minutes=16))
    ask(session)
    yield found
    stop_cloud()


def test_errors_are_those_that_real_clients_get(answered: set[tuple[str, str, str]]) -> None:
    """Code, message and phase, but for those of unsigned requests, which other tests try, and for other reasons."""
    unsigned = {"MissingAuthenticationToken"}
    for error in (each for rows in ERRORS.values() for each in rows):
        if error.phase == NEITHER or error.code in unsigned or "anonymous" in error.message:
            continue
        if error.message == "Request has expired":
            assert error.code == "AccessDenied"  # A12: a presigned URL
            continue
        assert (error.code, error.message, error.phase) in answered


def test_owners_are_those_that_a_cloud_answers() -> None:
    """The same kinds of ARN with the same kinds of unique ID."""
    shapes = {"AIDA": ":user/", "AROA": ":assumed-role/"}
    for pair in (each for rows in pairs().values() for each in rows):
        for identity in (pair.one, pair.other):
            prefix = identity["UserId"][:4]
            if prefix in shapes:
                assert shapes[prefix] in identity["Arn"]
            else:
                assert identity["UserId"].partition(":")[0] == identity["Account"]
            assert f"::{identity['Account']}:" in identity["Arn"]


# -- old-keys


def find(iam: Any, *, days: int = OLDEST, doctored: Callable[[list[Any]], list[Any]] = list) -> list[Any]:
    """Read the report of an account rightly, or with another limit; or change what was found."""
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    report, found = iam.get_credential_report(), []
    for row in csv.DictReader(io.StringIO(report["Content"].decode())):
        for number in (1, 2):
            active, used, made = (
                row[f"access_key_{number}_{of}"] for of in ("active", "last_used_date", "last_rotated")
            )
            if active == "true":
                age = report["GeneratedTime"] - datetime.fromisoformat(made if used == "N/A" else used)
                if row["user"] == ROOT or age > timedelta(days=days):
                    found.append((row["user"], number))
    return doctored(found)


def judged(**how: Any) -> list[tuple[str, Refusal]]:
    """Call the function in every account, before any answer is judged; give what is refused."""
    made = [(case.name, call, find(real(call.arguments[0]), **how)) for case in OLD_KEYS.build() for call in case.calls]
    refused = [(name, call.judge(value)) for name, call, value in made]
    return [(name, refusal) for name, refusal in refused if refusal is not None]


def real(argument: Any) -> Any:
    assert isinstance(argument, Client)
    return make_client(argument.endpoint, argument.service, Keys(argument.access_key_id, argument.secret_access_key))


def test_the_right_answer_is_accepted_in_any_order_and_as_lists() -> None:
    assert judged(doctored=lambda found: [list(each) for each in reversed(found)]) == []


@pytest.mark.parametrize(
    ("how", "case", "told"),
    [
        ({"days": 88}, "a key nobody has used for long", "Key 1 of `erin` is in use: it was used 89 days ago."),
        ({"days": 100}, "a key nobody has used for long", "Key 1 of `carol` stays. It was last used more than 90 days"),
        (
            {"doctored": lambda found: [*found, ("administrator", 1)]},
            "a key nobody has used for long",
            "Your own key is on the list",
        ),
        ({"doctored": lambda found: [*found, "carol"]}, "a key nobody has used for long", "There is no such key:"),
        ({"doctored": lambda found: found * 2}, "a key nobody has used for long", "Name each key once."),
        ({"doctored": lambda found: [*found, ("heidi", 1)]}, "a key nobody has used for long", "There is no such key:"),
        ({"doctored": dict}, "a key nobody has used for long", "must return a list."),
    ],
)
def test_what_is_wrong_with_a_list_is_said(how: dict[str, Any], case: str, told: str) -> None:
    """The first refusal is the one that a learner sees."""
    name, refusal = judged(**how)[0]
    assert (name, told in refusal.feedback) == (case, True), refusal.feedback


def test_every_user_has_a_reason_to_be_there() -> None:
    """In each account a key that goes or one that must stay, and in all of them together each kind."""
    assert all(keys for keys in ACCOUNTS.values())
    keys = [key for own in ACCOUNTS.values() for key in own]
    assert {(key.active, key.used is None, bool(key.told)) for key in keys} >= {
        (True, False, True), (True, True, True), (True, False, False), (False, False, False), (False, True, False),
    }  # fmt: skip

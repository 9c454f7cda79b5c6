"""Exercises whose programs use real boto3: a fresh world for every check, and the same one each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from iamkit.course.as_python import call_of
from iamkit.course.border import Client, decode, encode
from iamkit.course.judges.cases import Call, Refusal
from iamkit.course.practice import Practice, World, practice, practice_judge
from iamkit.course.runner import CannotRun, Limits, Program, Raised, Returned, run

CREATE = """
def make(iam, name):
    iam.create_user(UserName=name)
    return iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]
"""


def _users(world: World) -> Iterator[Call]:
    account = world.account()

    def judge(value: Any) -> Refusal | None:
        users = [each["UserName"] for each in account.client("iam").list_users()["Users"]]
        return None if users == ["administrator", "carol"] else Refusal(f"there are {users}", "carol", str(value))

    yield Call((account.argument("iam"), "carol"), "carol is there", judge)


JUDGE = practice_judge("users", ("iam", "name"), "an access key ID", {"one account": _users, "another": _users})


def tried(text: str) -> tuple[list[Any], list[Refusal | None]]:
    """Check a program once: its answers, and what the judge says."""
    calls = [call for case in JUDGE.build() for call in case.calls]
    made = run(Program(text, "make", ("iam", "name")), [call.arguments for call in calls], Limits(60))
    return list(made.answers), [
        call.judge(getattr(answer, "value", None)) for call, answer in zip(calls, made.answers, strict=True)
    ]


def test_each_call_has_an_account_of_its_own_and_each_check_a_fresh_world() -> None:
    """The same names can be made twice, and the same check gives the same keys."""
    first, judged = tried(CREATE)
    again, judged_again = tried(CREATE)
    assert judged == judged_again == [None, None]
    assert first == again
    assert isinstance(first[0], Returned)
    assert first[0].value.startswith("AKIA")
    assert first[0].value != first[1].value


def test_what_was_not_done_is_seen_in_the_account() -> None:
    """The judge looks at what is there, not at what is said."""
    _, judged = tried("def make(iam, name):\n    return name")
    assert [refusal.feedback for refusal in judged if refusal] == ["there are ['administrator']"] * 2


def test_a_denied_call_is_the_learner_s_to_see() -> None:
    """boto3 raises in the learner's program, on its line."""
    answers, _ = tried("def make(iam, name):\n    iam.get_user(UserName=name)")
    assert isinstance(answers[0], Raised)
    assert (answers[0].type, answers[0].line) == ("NoSuchEntityException", 2)


def test_a_client_is_written_as_it_is_made() -> None:
    """A failed call can be read; its secret is not shown."""
    client = Client("iam", "http://127.0.0.1:1", "AKIAEXAMPLE", "secret")
    assert decode(encode(client)) == client
    assert call_of("make", (client, "carol")) == 'make(boto3.client("iam"), "carol")'
    assert "secret" not in repr(client)


def test_events_of_an_account() -> None:
    """The judge can ask what happened, in that account alone."""
    world = practice().begin()
    mine, other = world.account(), world.account()
    mine.client("iam").list_users()
    other.client("iam").list_roles()
    assert [each["eventName"] for each in mine.events()] == ["ListUsers"]


def test_a_process_that_ended_is_started_anew() -> None:
    """Whatever became of it."""
    before = practice()
    before.stop()
    assert not before.alive
    assert practice() is not before
    assert practice().begin().account().id == "111122223333"


def test_where_no_process_can_be_started_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where a learner's program cannot be run."""
    monkeypatch.setattr("sys.executable", "/nonexistent/python")
    with pytest.raises(CannotRun, match="no second Python"):
        Practice()


def test_an_account_has_a_root_user_and_grows_old() -> None:
    """As the credential report tells, whose time is the cloud's."""
    world = practice().begin()
    account = world.account()
    account.client("sts", account.root()).get_caller_identity()
    world.let_pass(timedelta(days=100))
    iam = account.client("iam")
    iam.generate_credential_report()
    report = iam.get_credential_report()
    root = report["Content"].decode().splitlines()[1].split(",")
    assert root[:2] == ["<root_account>", f"arn:aws:iam::{account.id}:root"]
    used = datetime.fromisoformat(root[10])
    assert (report["GeneratedTime"] - used).days in (99, 100)

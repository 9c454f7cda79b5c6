"""The judge `grant-read` tries with real clients what a user can do after the learner's function has run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from iamkit.cloud.clients import Keys, make_client
from iamkit.course import Course, Progress
from iamkit.course.border import Client
from iamkit.course.judges.cases import Refusal
from iamkit.course.judges.grants import GRANT_READ

Grant = Callable[[Any, str, str, str], Any]


def put(iam: Any, user: str, name: str, *statements: dict[str, Any]) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    iam.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=document)


def allow(action: str | Sequence[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)}


def grant(action: str | Sequence[str] = "s3:GetObject", more: str = "") -> Grant:
    """Grant rightly, or other actions, or something more."""

    def granted(iam: Any, user: str, bucket: str, key: str) -> None:
        arns = [f"arn:aws:s3:::{bucket}/{key}", *([more] if more else [])]
        put(iam, user, f"{bucket}-{key}".replace("/", "-"), allow(action, *arns))

    return granted


def judged(function: Grant) -> list[tuple[str, Refusal]]:
    """Call a function as the course does, all cases before any is judged; return what is refused."""
    cases = GRANT_READ.build()
    returned = [(call, case.name, function(*map(real, call.arguments))) for case in cases for call in case.calls]
    refused = [(name, call.judge(value)) for call, name, value in returned]
    return [(name, refusal) for name, refusal in refused if refusal is not None]


def real(argument: Any) -> Any:
    if not isinstance(argument, Client):
        return argument
    return make_client(argument.endpoint, argument.service, Keys(argument.access_key_id, argument.secret_access_key))


def keeping_one_policy(iam: Any, user: str, bucket: str, key: str) -> None:
    """Read the policy that is there and add to it: another right answer."""
    names = iam.list_user_policies(UserName=user)["PolicyNames"]
    old = iam.get_user_policy(UserName=user, PolicyName="files")["PolicyDocument"]["Statement"] if names else []
    put(iam, user, "files", *old, allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"))


def one_name(iam: Any, user: str, bucket: str, key: str) -> None:
    put(iam, user, "file", allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"))


def name_of_the_key(iam: Any, user: str, bucket: str, key: str) -> None:
    put(iam, user, key.replace("/", "-"), allow("s3:GetObject", f"arn:aws:s3:::{bucket}/{key}"))


@pytest.mark.parametrize("function", [grant(), keeping_one_policy], ids=["one policy a file", "one policy a user"])
def test_right_answers_are_accepted_whatever_they_return(function: Grant) -> None:
    assert judged(function) == []
    assert all(call.takes_none for case in GRANT_READ.build() for call in case.calls)


@pytest.mark.parametrize(
    ("function", "case", "told"),
    [
        (lambda *_: None, "reads the file", "S3 answers `AccessDenied`: nothing allows it yet."),
        (one_name, "more files, and still the first", "A later call took this file away from grace."),
        (name_of_the_key, "more files, and still the first", "also the file of the same name in another bucket"),
        (grant(["s3:GetObject", "s3:GetObjectAcl"]), "only reads it", "reads who else has access"),
        (grant(["s3:GetObject", "s3:DeleteObject"]), "only reads it", "deletes the file"),
        (grant(["s3:GetObject", "s3:PutObject"]), "only reads it", "falsify the numbers"),
        (grant(more="arn:aws:s3:::amzn-s3-demo-bucket/*"), "reads no other file", "Another file of the bucket"),
        (grant(more="arn:aws:s3:::*/2026/january.csv"), "reads no other file", "in another bucket can be read"),
        (
            grant(["s3:GetObject", "s3:ListBucket"], more="arn:aws:s3:::amzn-s3-demo-bucket"),
            "reads no other file",
            "knows the name of every file",
        ),
    ],
)
def test_what_nobody_asked_for_is_found(function: Grant, case: str, told: str) -> None:
    """The first refusal is the one that a learner sees."""
    name, refusal = judged(function)[0]
    assert (name, told in refusal.feedback) == (case, True)
    assert refusal.got
    assert refusal.expected


def test_who_deletes_the_key_is_told_so() -> None:
    """A refusal that is none of IAM's policies is shown as it is."""

    def locked_out(iam: Any, user: str, bucket: str, key: str) -> None:
        for each in iam.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=user, AccessKeyId=each["AccessKeyId"])

    _, refusal = judged(locked_out)[0]
    assert refusal.feedback == "Carol asks for the file and is refused: `InvalidAccessKeyId`."


def test_every_check_begins_anew_with_the_same_names_and_keys() -> None:
    """Else the second check would find what the first one made."""
    first, second = ([call.arguments for case in GRANT_READ.build() for call in case.calls] for _ in range(2))
    assert first == second


def test_a_function_that_may_return_nothing_is_not_asked_for_a_value(tmp_path: Path) -> None:
    """Not even when it raises."""
    course = Course(progress=Progress(tmp_path))
    result = course.check("grant-with-boto3", "def grant(iam, user, bucket, key):\n    raise ValueError")
    assert "For these arguments the function must end without an exception." in repr(result)
    result = course.check("grant-with-boto3", "def grant(iam, user, bucket, key):\n    pass")
    assert "nothing allows it yet" in repr(result)

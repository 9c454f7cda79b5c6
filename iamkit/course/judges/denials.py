"""The judge `denial-message`: from the message of a denial to the statement that is missing, tried on the engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from iamkit import Policies, Request, evaluate
from iamkit.course.as_python import as_python
from iamkit.course.judges.cases import Call, Judge, Refusal, of_type
from iamkit.policy import InvalidPolicy, Policy

_USER = "arn:aws:iam::111122223333:user/{}"
_HERE = "us-east-1:111122223333"


class _Denied(NamedTuple):
    """A denied request, and one like it that must stay denied: another action, another resource."""

    user: str
    operation: str
    action: str
    other_action: str
    resource: str = "*"
    other_resource: str = ""
    explicit: bool = False

    @property
    def request(self) -> Request:
        return Request(_USER.format(self.user), self.action, self.resource)

    @property
    def neighbors(self) -> Iterator[tuple[Request, str]]:
        """Give the requests that nobody asked for, each with what it would mean to allow it."""
        told = f"allows `{self.other_action}` as well: the message names one action"
        yield self.request_like(action=self.other_action), told
        if self.other_resource:
            told = f"covers `{self.other_resource}` as well: the message names one resource"
            yield self.request_like(resource=self.other_resource), told

    def request_like(self, action: str = "", resource: str = "") -> Request:
        return Request(_USER.format(self.user), action or self.action, resource or self.resource)

    @property
    def message(self) -> str:
        """Write what boto3 says."""
        denies = {"Effect": "Deny", "Action": self.action, "Resource": "*"}
        policies = Policies({"Version": "2012-10-17", "Statement": denies}) if self.explicit else Policies()
        service = self.action.partition(":")[0]
        code = _CODES.get(service, "AccessDeniedException")
        said = _BEFORE.get(service, "") + evaluate(self.request, policies).message
        return f"An error occurred ({code}) when calling the {self.operation} operation: {said}"


_CODES = {"s3": "AccessDenied", "iam": "AccessDenied", "ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}
_BEFORE = {"ec2": "You are not authorized to perform this operation. "}


def _judge(denied: _Denied, value: Any) -> Refusal | None:
    expected = _expected(denied)
    if denied.explicit:
        told = (
            "A statement denies this request, and no Allow wins against it. Whoever adds yours changes nothing today, "
            "and grants more than was wanted on the day the Deny is taken out."
        )
        return None if value is None else Refusal(told, expected, as_python(value))
    if value is None:
        return Refusal("Nothing denies this request, it is only not allowed yet: one Allow helps.", expected, "None")
    return of_type(value, dict, expected, "a dict, the statement") or _of_statement(denied, value, expected)


def _of_statement(denied: _Denied, value: dict[Any, Any], expected: str) -> Refusal | None:
    got = as_python(value)
    try:
        policy = Policy.parse(json.dumps({"Version": "2012-10-17", "Statement": value}))
    except (TypeError, ValueError) as error:
        what = str(error).partition("\n")[0] if isinstance(error, InvalidPolicy) else "it is no JSON"
        return Refusal(f"IAM would not take a policy with this statement: {what}.", expected, got)
    if not evaluate(denied.request, policy).allowed:
        told = f"With your statement the request is still denied: `{denied.action}` on `{denied.resource}`."
        return Refusal(told, expected, got)
    for request, told in denied.neighbors:
        if evaluate(request, policy).allowed:
            return Refusal(f"The request passes, but your statement {told}.", expected, got)
    return None


def _expected(denied: _Denied) -> str:
    if denied.explicit:
        return "None: no Allow helps"
    return f"an Allow for `{denied.action}` on `{denied.resource}`, and nothing else"


def _s3(user: str, key: str, other: str, explicit: bool = False) -> _Denied:
    bucket = "arn:aws:s3:::reports/"
    return _Denied(user, "GetObject", "s3:GetObject", "s3:DeleteObject", bucket + key, bucket + other, explicit)


_CASES: dict[str, tuple[_Denied, ...]] = {
    "your own message": (_s3("carol", "2026/january.csv", "2026/february.csv"),),
    "the action is not the name of the call": (
        _Denied("dave", "ListObjectsV2", "s3:ListBucket", "s3:DeleteBucket", "arn:aws:s3:::logs", "arn:aws:s3:::pay"),
        _Denied("dave", "CopyObject", "s3:GetObject", "s3:PutObject", "arn:aws:s3:::a/b.txt", "arn:aws:s3:::a/c.txt"),
    ),
    "other services": (
        _Denied(
            "dave", "SendMessage", "sqs:SendMessage", "sqs:PurgeQueue", f"arn:aws:sqs:{_HERE}:orders",
            f"arn:aws:sqs:{_HERE}:refunds",
        ),
        _Denied(
            "importer", "PutItem", "dynamodb:PutItem", "dynamodb:DeleteTable", f"arn:aws:dynamodb:{_HERE}:table/prices",
            f"arn:aws:dynamodb:{_HERE}:table/customers",
        ),
        _Denied(
            "erin", "Publish", "sns:Publish", "sns:DeleteTopic", f"arn:aws:sns:{_HERE}:news",
            f"arn:aws:sns:{_HERE}:alarms",
        ),
        _Denied(
            "erin", "GetUser", "iam:GetUser", "iam:DeleteUser", _USER.format("erin"), _USER.format("administrator"),
        ),
    ),
    "no resource in the message": (
        _Denied("dave", "ListBuckets", "s3:ListAllMyBuckets", "s3:CreateBucket"),
        _Denied("erin", "DescribeInstances", "ec2:DescribeInstances", "ec2:DescribeVolumes"),
        _Denied("erin", "ListQueues", "sqs:ListQueues", "sqs:CreateQueue"),
    ),
    "spaces in a name": (
        _s3("carol", "2026/my notes.txt", "2026/my"),
        _s3("carol", "closed because of rain.csv", "closed"),
    ),
    "an explicit deny": (
        _s3("carol", "payroll/january.csv", "payroll/february.csv", explicit=True),
        _Denied("erin", "DescribeInstances", "ec2:DescribeInstances", "ec2:DescribeVolumes", explicit=True),
    ),
}  # fmt: skip


def _calls(rows: tuple[_Denied, ...]) -> Iterator[Call]:
    for denied in rows:
        yield Call((denied.message,), _expected(denied), partial(_judge, denied), takes_none=True)


def _makers() -> Iterator[tuple[str, Callable[[], Iterable[Call]]]]:
    for name, rows in _CASES.items():
        yield name, partial(_calls, rows)


DENIAL_MESSAGE = Judge(
    name="denial-message",
    parameters=("message",),
    returns="a dict, the statement, or None",
    cases=dict(_makers()),
)

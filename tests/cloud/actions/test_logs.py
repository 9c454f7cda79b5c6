"""What each operation of Amazon CloudWatch Logs needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.logs import NOT_MODELLED
from iamkit.cloud.calls import Call, NotModelled, ServiceError
from tests.cloud.actions.world import (
    ACCOUNT,
    Case,
    Context,
    FakeResources,
    Need,
    any_call,
    asked,
    check_any,
    check_coverage,
    ids,
)

PLAIN = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/report"
GROUP = f"{PLAIN}:log-stream:"
STREAM = f"{GROUP}2026/11/24/[$LATEST]abc"
DESTINATION = f"arn:aws:logs:us-east-1:{ACCOUNT}:destination:central"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deliver"
PASSED: Context = {"iam:PassedToService": "logs.amazonaws.com"}
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}
AT: dict[str, Any] = {"logGroupName": "/aws/lambda/report"}
IN: dict[str, Any] = {**AT, "logStreamName": "2026/11/24/[$LATEST]abc"}
REFERENCE = "Service Authorization Reference, Amazon CloudWatch Logs"
GUIDE = "User Guide, CloudWatch Logs resources and operations"

CASES = [
    Case("DescribeLogGroups", {}, (Need("logs:DescribeLogGroups"),), REFERENCE),
    Case("CreateLogGroup", AT, (Need("logs:CreateLogGroup", GROUP),), GUIDE),
    Case(
        "CreateLogGroup",
        {**AT, "tags": {"team": "red"}},
        (Need("logs:CreateLogGroup", GROUP, TAGGED), Need("logs:TagResource", PLAIN, TAGGED)),
        "API reference, CreateLogGroup: tags",
    ),
    Case("CreateLogStream", IN, (Need("logs:CreateLogStream", STREAM),), GUIDE),
    Case("PutLogEvents", IN, (Need("logs:PutLogEvents", STREAM),), GUIDE),
    Case("GetLogEvents", IN, (Need("logs:GetLogEvents", STREAM),), GUIDE),
    Case(
        "GetLogEvents",
        {**IN, "unmask": True},
        (Need("logs:GetLogEvents", STREAM), Need("logs:Unmask", GROUP)),
        "API reference, PutDataProtectionPolicy",
    ),
    Case("FilterLogEvents", {**AT, "unmask": False}, (Need("logs:FilterLogEvents", GROUP),), REFERENCE),
    Case("FilterLogEvents", {"logGroupIdentifier": f"{PLAIN}:*"}, (Need("logs:FilterLogEvents", GROUP),), REFERENCE),
    Case("DescribeLogStreams", AT, (Need("logs:DescribeLogStreams", GROUP),), REFERENCE),
    Case(
        "StartQuery",
        {"logGroupNames": ["/aws/lambda/report", "other"], "queryString": "x"},
        (
            Need("logs:StartQuery", GROUP),
            Need("logs:StartQuery", f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:other:log-stream:"),
        ),
        REFERENCE,
    ),
    Case(
        "PutSubscriptionFilter",
        {**AT, "destinationArn": DESTINATION, "roleArn": ROLE},
        (
            Need("logs:PutSubscriptionFilter", GROUP),
            Need("logs:PutSubscriptionFilter", DESTINATION),
            Need("iam:PassRole", ROLE, PASSED),
        ),
        "API reference, PutSubscriptionFilter",
    ),
    Case(
        "PutDestination",
        {"destinationName": "central", "targetArn": "arn:aws:kinesis:us-east-1:1:stream/x", "roleArn": ROLE},
        (Need("logs:PutDestination", DESTINATION), Need("iam:PassRole", ROLE, PASSED)),
        "API reference, PutDestination",
    ),
    Case(
        "TagResource",
        {"resourceArn": f"{PLAIN}:*", "tags": {"team": "red"}},
        (Need("logs:TagResource", PLAIN, TAGGED),),
        "API reference, LogGroup: logGroupArn",
    ),
    Case(
        "UntagResource",
        {"resourceArn": PLAIN, "tagKeys": ["team"]},
        (Need("logs:UntagResource", PLAIN, {"aws:TagKeys": ("team",)}),),
        "API reference, LogGroup: logGroupArn",
    ),
    Case(
        "UntagLogGroup",
        {**AT, "tags": ["team"]},
        (Need("logs:UntagLogGroup", GROUP, {"aws:TagKeys": ("team",)}),),
        REFERENCE,
    ),
    Case("PutResourcePolicy", {"policyName": "x"}, (Need("logs:PutResourcePolicy"),), REFERENCE),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("logs", case.operation, case.parameters) == case.needs, case.source


def test_tags_of_the_group_are_told() -> None:
    """They are those of the log group's own ARN."""
    (needed,) = asked("logs", "DescribeLogStreams", AT, FakeResources(tagged={PLAIN: {"team": "red"}}))
    assert needed.context == {"aws:ResourceTag/team": "red"}


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("PutLogEvents", AT),
        ("PutLogEvents", {**IN, "logStreamName": "a:b"}),
        ("CreateLogGroup", {"logGroupName": "a:log-stream:b"}),
        ("FilterLogEvents", {}),
        ("FilterLogEvents", {**AT, "logGroupIdentifier": "other"}),
        ("FilterLogEvents", {"logGroupIdentifier": STREAM}),
        ("FilterLogEvents", {"logGroupIdentifier": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:a"}),
        ("TagResource", {"resourceArn": STREAM, "tags": {"a": "b"}}),
    ],
)
def test_what_logs_would_not_take_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    """Names that would be another resource's, two names at once, and other regions."""
    with pytest.raises(ServiceError) as caught:
        asked("logs", operation, parameters)
    assert caught.value.code == "InvalidParameterException"


def test_query_must_name_its_groups() -> None:
    """The text of a query is not read."""
    with pytest.raises(NotModelled):
        asked("logs", "StartQuery", {"queryString": "SOURCE x"})


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("logs", NOT_MODELLED)


@given(made=any_call("logs"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made)

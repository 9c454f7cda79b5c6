"""Amazon CloudWatch Logs, row by row, with boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.cloud.real.harness import Need, Row, World, a_world, check, without_entry

HERE = "arn:aws:logs:us-east-1:111122223333"
NOW = 1_750_000_000_000
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"Service": ["logs.amazonaws.com", "lambda.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        },
    }
)


def a_group(world: World) -> Mapping[str, Any]:
    """Make a log group with a tag, a stream, an event and a filter."""
    logs, name = world.admin("logs"), world.name("/app/web")
    logs.create_log_group(logGroupName=name, tags={"team": "red"})
    logs.create_log_stream(logGroupName=name, logStreamName="one")
    logs.put_log_events(logGroupName=name, logStreamName="one", logEvents=[{"timestamp": NOW, "message": "hello"}])
    logs.put_retention_policy(logGroupName=name, retentionInDays=7)
    logs.put_metric_filter(logGroupName=name, filterName="errors", filterPattern="ERROR", metricTransformations=METRIC)
    return {"group": name, **arns(name)}


def arns(name: str) -> Mapping[str, str]:
    """Name a group as policies see it (User Guide, "Resources and operations"), its stream, and it for tags."""
    plain = f"{HERE}:log-group:{name}"
    return {"arn": f"{plain}:log-stream:", "stream": f"{plain}:log-stream:one", "plain": plain}


def a_name(world: World) -> Mapping[str, Any]:
    """Give the name of a log group that does not exist."""
    name = world.name("/app/web")
    return {"group": name, **arns(name)}


def two_groups(world: World) -> Mapping[str, Any]:
    """Make another group beside."""
    second = a_group(world)
    return {**a_group(world), "second": second["group"], "second_arn": second["arn"]}


def a_destination(world: World) -> Mapping[str, Any]:
    """Make a group, and a destination with a role that CloudWatch Logs may take, in front of a stream."""
    logs, name, role = world.admin("logs"), world.name("destination"), world.name("role")
    arn = world.admin("iam").create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    stream = "arn:aws:kinesis:us-east-1:111122223333:stream/events"
    logs.put_destination(destinationName=name, roleArn=arn, targetArn=stream, tags={"team": "red"})
    destination = f"{HERE}:destination:{name}"
    return {**a_group(world), "name": name, "destination": destination, "role": arn, "target": stream}


def a_function(world: World) -> Mapping[str, Any]:
    """Make a group, and a function that takes its events."""
    made, name = a_destination(world), world.name("function")
    code = {"ZipFile": b"PK\x05\x06" + b"\x00" * 18}
    function = world.admin("lambda").create_function(
        FunctionName=name, Runtime="python3.13", Handler="index.handler", Role=made["role"], Code=code
    )
    return {**made, "function": function["FunctionArn"]}


METRIC = [{"metricName": "errors", "metricNamespace": "app", "metricValue": "1"}]
RED = {"aws:ResourceTag/team": "red"}
NEW_TAG = {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]}
PASSED = {"iam:PassedToService": "logs.amazonaws.com"}
ON, STREAM = {"logGroupName": "{group}"}, {"logGroupName": "{group}", "logStreamName": "one"}
EVENTS = [{"timestamp": NOW, "message": "hello"}]


def on_group(operation: str, parameters: Mapping[str, Any], arn: str = "{arn}", **more: Any) -> Row:
    """Write the entry of an operation that needs one action on a log group with a tag, or on its stream."""
    need = Need(f"logs:{operation}", arn, {**RED, **more.pop("keys", {})})
    return Row("logs", operation, parameters, (need,), a_group, **more)


BY_ARN = {"logGroupIdentifier": "{plain}"}
GROUPS = (
    Row("logs", "CreateLogGroup", ON, (Need("logs:CreateLogGroup", "{arn}"),), a_name),
    Row(
        "logs",
        "CreateLogGroup",
        {**ON, "tags": {"team": "blue"}},
        (Need("logs:CreateLogGroup", "{arn}", NEW_TAG), Need("logs:TagResource", "{plain}", NEW_TAG)),
        a_name,
        note="tagged",
    ),
    on_group("DeleteLogGroup", ON),
    Row(
        "logs",
        "DeleteLogGroup",
        ON,
        (Need("logs:DeleteLogGroup", "{arn}"),),
        a_name,
        "ResourceNotFoundException",
        "unknown",
    ),
    Row("logs", "DescribeLogGroups", {}, (Need("logs:DescribeLogGroups"),)),
    on_group("PutRetentionPolicy", {**ON, "retentionInDays": 14}),
    on_group("DeleteRetentionPolicy", ON),
    on_group("ListTagsForResource", {"resourceArn": "{plain}"}, "{plain}"),
    on_group("TagResource", {"resourceArn": "{plain}", "tags": {"team": "blue"}}, "{plain}", keys=NEW_TAG),
    on_group(
        "UntagResource", {"resourceArn": "{plain}", "tagKeys": ["team"]}, "{plain}", keys={"aws:TagKeys": ["team"]}
    ),
    on_group("ListTagsLogGroup", ON),
    on_group("TagLogGroup", {**ON, "tags": {"team": "blue"}}, keys=NEW_TAG),
    on_group("PutMetricFilter", {**ON, "filterName": "all", "filterPattern": "", "metricTransformations": METRIC}),
    on_group("DescribeMetricFilters", ON),
    on_group("DeleteMetricFilter", {**ON, "filterName": "errors"}),
    # moto does not know keys of groups: who is allowed learns that.
    on_group("AssociateKmsKey", {**ON, "kmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/k"}, ends="NotModelled"),
    on_group("DisassociateKmsKey", {"resourceIdentifier": "{plain}"}, ends="NotModelled"),
)
STREAMS = (
    on_group("CreateLogStream", {**ON, "logStreamName": "two"}, "{arn}two"),
    on_group("DeleteLogStream", STREAM, "{stream}"),
    on_group("DescribeLogStreams", ON),
    on_group("PutLogEvents", {**STREAM, "logEvents": EVENTS}, "{stream}"),
    on_group("GetLogEvents", STREAM, "{stream}"),
    Row(
        "logs",
        "GetLogEvents",
        {**STREAM, "unmask": True},
        (Need("logs:GetLogEvents", "{stream}", RED), Need("logs:Unmask", "{arn}")),
        a_group,
        note="unmask",
    ),
    on_group("FilterLogEvents", ON),
    Row(
        "logs",
        "FilterLogEvents",
        {**ON, "unmask": True},
        (Need("logs:FilterLogEvents", "{arn}", RED), Need("logs:Unmask", "{arn}")),
        a_group,
        note="unmask",
    ),
    on_group("DescribeLogStreams", BY_ARN, note="by-arn"),
    on_group("GetLogEvents", {**BY_ARN, "logStreamName": "one"}, "{stream}", note="by-arn"),
    on_group("FilterLogEvents", BY_ARN, note="by-arn"),
)
QUERY = {"startTime": 1_700_000_000, "endTime": 1_800_000_000, "queryString": "fields @message"}
OTHERS = (
    on_group("StartQuery", {**QUERY, **ON}),
    Row(
        "logs",
        "StartQuery",
        {**QUERY, "logGroupNames": ["{group}", "{second}"]},
        (Need("logs:StartQuery", "{arn}", RED), Need("logs:StartQuery", "{second_arn}")),
        two_groups,
        note="two",
    ),
    Row(
        "logs",
        "StartQuery",
        {**QUERY, "logGroupIdentifiers": ["{plain}", "{second}"]},
        (Need("logs:StartQuery", "{arn}", RED), Need("logs:StartQuery", "{second_arn}")),
        two_groups,
        note="by-arn",
    ),
    Row("logs", "DescribeQueries", {}, (Need("logs:DescribeQueries"),)),
    Row(
        "logs",
        "PutSubscriptionFilter",
        {**ON, "filterName": "all", "filterPattern": "", "destinationArn": "{function}"},
        (Need("logs:PutSubscriptionFilter", "{arn}", RED),),
        a_function,
    ),
    Row(
        "logs",
        "PutSubscriptionFilter",
        {**ON, "filterName": "all", "filterPattern": "", "destinationArn": "{target}", "roleArn": "{role}"},
        (Need("logs:PutSubscriptionFilter", "{arn}", RED), Need("iam:PassRole", "{role}", PASSED)),
        a_destination,
        # moto looks for the stream, of a service that is not modelled.
        ends="InvalidParameterException",
        note="role",
    ),
    Row(
        "logs",
        "PutSubscriptionFilter",
        {**ON, "filterName": "all", "filterPattern": "", "destinationArn": "{destination}"},
        (
            Need("logs:PutSubscriptionFilter", "{arn}", RED),
            Need("logs:PutSubscriptionFilter", "{destination}", RED),
        ),
        a_destination,
        # moto takes no destinations of this kind.
        ends="ResourceNotFoundException",
        note="destination",
    ),
    on_group("DescribeSubscriptionFilters", ON),
    Row(
        "logs",
        "PutDestination",
        {"destinationName": "{name}-2", "roleArn": "{role}", "targetArn": "{target}", "tags": {"team": "blue"}},
        (
            Need("logs:PutDestination", "{destination}-2", NEW_TAG),
            Need("logs:TagResource", "{destination}-2", NEW_TAG),
            Need("iam:PassRole", "{role}", PASSED),
        ),
        a_destination,
    ),
    Row(
        "logs",
        "PutDestinationPolicy",
        {"destinationName": "{name}", "accessPolicy": "{}"},
        (Need("logs:PutDestinationPolicy", "{destination}", RED),),
        a_destination,
    ),
    Row(
        "logs",
        "DeleteDestination",
        {"destinationName": "{name}"},
        (Need("logs:DeleteDestination", "{destination}", RED),),
        a_destination,
    ),
    Row(
        "logs",
        "ListTagsForResource",
        {"resourceArn": "{destination}"},
        (Need("logs:ListTagsForResource", "{destination}", RED),),
        a_destination,
        note="destination",
    ),
    Row(
        "logs",
        "PutResourcePolicy",
        {"policyName": "dns", "policyDocument": "{}"},
        (Need("logs:PutResourcePolicy"),),
    ),
    Row("logs", "DescribeResourcePolicies", {}, (Need("logs:DescribeResourcePolicies"),)),
    Row("logs", "DescribeDestinations", {}, (Need("logs:DescribeDestinations"),)),
)
ROWS = (*GROUPS, *STREAMS, *OTHERS)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(world: World, row: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, row)


def test_every_row_has_an_entry() -> None:
    """A row that nobody tries may be wrong."""
    assert not without_entry("logs", ROWS)

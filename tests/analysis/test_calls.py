"""What an event needed: actions by other names, resources by parameters, and why some events count for nothing."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit.analysis import calls
from iamkit.analysis.activity import Logged
from iamkit.analysis.calls import Use, call_of, principal_named
from tests.analysis.events import BUCKET, ROLE, SESSION, event, get, role_session

HERE = "us-east-1:111122223333"
ANSWERING_KEY = f"arn:aws:kms:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def uses(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(use.action, use.resource) for use in call_of(Logged("here", record)).uses]


@pytest.mark.parametrize(
    ("source", "name", "parameters", "expected"),
    [
        # Amazon S3 CloudTrail events; Required permissions for Amazon S3 API operations
        ("s3", "ListObjects", {"bucketName": "b", "list-type": "2"}, [("s3:ListBucket", "arn:aws:s3:::b")]),
        ("s3", "HeadObject", {"bucketName": "b", "key": "k"}, [("s3:GetObject", "arn:aws:s3:::b/k")]),
        (
            "s3",
            "GetObject",
            {"bucketName": "b", "key": "k", "versionId": "v"},
            [("s3:GetObjectVersion", "arn:aws:s3:::b/k")],
        ),
        (
            "s3",
            "CopyObject",
            {"bucketName": "b", "key": "new", "x-amz-copy-source": "/other/old%20one"},
            [("s3:GetObject", "arn:aws:s3:::other/old one"), ("s3:PutObject", "arn:aws:s3:::b/new")],
        ),
        ("s3", "GetObject", {"bucketName": "b", "key": "a*b"}, [("s3:GetObject", "arn:aws:s3:::b/a${*}b")]),
        ("s3", "ListBuckets", None, [("s3:ListAllMyBuckets", "*")]),
        # Lambda management events in CloudTrail
        (
            "lambda",
            "GetFunction20150331v2",
            {"functionName": "f"},
            [("lambda:GetFunction", f"arn:aws:lambda:{HERE}:function:f")],
        ),
        (
            "lambda",
            "Invoke",
            {"functionName": "f:live"},
            [("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:f:live")],
        ),
        ("monitoring", "PutMetricData", {"namespace": "n"}, [("cloudwatch:PutMetricData", "*")]),
        (
            "sqs",
            "SendMessageBatch",
            {"queueUrl": "https://sqs.us-east-1.amazonaws.com/444455556666/jobs"},
            [("sqs:SendMessage", "arn:aws:sqs:us-east-1:444455556666:jobs")],
        ),
        (
            "dynamodb",
            "Query",
            {"tableName": "t", "indexName": "i"},
            [("dynamodb:Query", f"arn:aws:dynamodb:{HERE}:table/t/index/i")],
        ),
        (
            "secretsmanager",
            "GetSecretValue",
            {"secretId": "db"},
            [("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:db-??????")],
        ),
        (
            "sts",
            "AssumeRole",
            {"roleArn": "arn:aws:iam::444455556666:role/Reader", "tags": [{"key": "a"}]},
            [
                ("sts:AssumeRole", "arn:aws:iam::444455556666:role/Reader"),
                ("sts:TagSession", "arn:aws:iam::444455556666:role/Reader"),
            ],
        ),
        ("ec2", "DescribeInstances", {"instancesSet": {}}, [("ec2:DescribeInstances", "*")]),
        (
            "ec2",
            "StopInstances",
            {"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}},
            [
                ("ec2:StopInstances", f"arn:aws:ec2:{HERE}:instance/i-1"),
                ("ec2:StopInstances", f"arn:aws:ec2:{HERE}:instance/i-2"),
            ],
        ),
        ("dynamodb", "PutItem", None, [("dynamodb:PutItem", f"arn:aws:dynamodb:{HERE}:table/*")]),
    ],
)
def test_actions_and_resources(
    source: str, name: str, parameters: dict[str, Any] | None, expected: list[tuple[str, str]]
) -> None:
    """Operations that are not actions of the same name, and where each action was needed."""
    assert uses(event(source, name, parameters)) == expected


def test_a_role_that_is_handed_on_is_inferred() -> None:
    """CloudTrail has no event of iam:PassRole ("IAM Access Analyzer policy generation")."""
    role = "arn:aws:iam::111122223333:role/Worker"
    record = event("lambda", "CreateFunction20150331", {"functionName": "f", "role": role})
    passed, created = call_of(Logged("here", record)).uses
    assert (passed.action, passed.resource) == ("iam:PassRole", role)
    assert passed.context["iam:PassedToService"] == "lambda.amazonaws.com"
    assert passed.why.startswith("inferred: ")
    assert created.action == "lambda:CreateFunction"


def test_the_role_of_an_instance_profile_is_a_guess_that_is_said() -> None:
    """RunInstances names an instance profile, and the role is in the profile."""
    profile = {"arn": "arn:aws:iam::111122223333:instance-profile/web"}
    found = call_of(Logged("here", event("ec2", "RunInstances", {"iamInstanceProfile": profile}))).uses
    passed = next(use for use in found if use.action == "iam:PassRole")
    assert (passed.resource, passed.sure) == ("arn:aws:iam::111122223333:role/web", False)
    assert "assumed" in passed.why


def test_resources_say_in_full_what_parameters_abbreviate() -> None:
    """A key behind an alias, the end of a secret's ARN, the path of a role."""
    secret = f"arn:aws:secretsmanager:{HERE}:secret:db-AbCdEf"
    record = event("secretsmanager", "GetSecretValue", {"secretId": "db"}, resources=[{"ARN": secret}])
    assert uses(record) == [("secretsmanager:GetSecretValue", secret)]
    record = event("kms", "Decrypt", {"keyId": "alias/app"}, resources=[{"ARN": ANSWERING_KEY}])
    assert uses(record) == [("kms:Decrypt", ANSWERING_KEY)]
    record = event("iam", "GetRole", {"roleName": "App"}, resources=[{"ARN": ROLE}])
    assert uses(record) == [("iam:GetRole", ROLE)]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (get("k", errorCode="AccessDenied"), calls.DENIED),
        (event("ec2", "RunInstances", errorCode="Client.UnauthorizedOperation"), calls.DENIED),
        (get("k", errorCode="InvalidClientTokenId"), calls.NOT_AUTHENTICATED),
        (get("k", userIdentity={"type": "AWSService", "invokedBy": "delivery.logs.amazonaws.com"}), calls.BY_SERVICE),
        (get("k", userIdentity={"type": "AWSAccount", "accountId": "anonymous"}), calls.NO_IDENTITY),
        (get("k", userIdentity={"type": "Root", "arn": "arn:aws:iam::111122223333:root"}), calls.ROOT),
        (event("signin", "ConsoleLogin", eventType="AwsConsoleSignIn"), calls.NO_CALL),
        (event("sts", "GetCallerIdentity"), calls.NO_PERMISSION),
        (event("s3", "FlyToTheMoon"), calls.UNKNOWN),
        (event("moon", "GetObject"), calls.UNKNOWN),
        ({"eventName": "GetObject"}, calls.NO_IDENTITY),
        (get("k", userIdentity="nobody"), calls.NO_IDENTITY),
    ],
)
def test_events_that_show_no_permission_in_use(record: dict[str, Any], reason: str) -> None:
    """Each with its reason, none raises."""
    call = call_of(Logged("here", record))
    assert (call.uses, call.reason) == ((), reason)


def test_a_call_that_failed_otherwise_was_allowed() -> None:
    """Who is told that there is no such key may read keys."""
    assert uses(get("k", errorCode="NoSuchKey")) == [("s3:GetObject", f"{BUCKET}/k")]


def test_a_role_and_its_sessions_are_one_principal() -> None:
    """The session's issuer has the role's path, the session's ARN has not."""
    assert call_of(Logged("here", get("k"))).principal == ROLE
    assert principal_named(SESSION) == "arn:aws:iam::111122223333:role/App"
    plain = {"type": "AssumedRole", "arn": SESSION}
    assert call_of(Logged("here", get("k", userIdentity=plain))).principal == "arn:aws:iam::111122223333:role/App"


def test_condition_keys_that_an_event_tells() -> None:
    """E4; an address that is a service's name is none."""
    more: dict[str, Any] = {
        "tlsDetails": {"tlsVersion": "TLSv1.3"},
        "vpcEndpointId": "vpce-1",
        "sourceIPAddress": "AWS Internal",
    }
    record = get("k", **more, userIdentity={**role_session(), "invokedBy": "athena.amazonaws.com"})
    assert call_of(Logged("here", record)).context == {
        "aws:RequestedRegion": "us-east-1",
        "aws:SourceVpce": "vpce-1",
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "true",
        "aws:MultiFactorAuthPresent": "false",
    }


def test_a_use_can_be_told_from_another() -> None:
    """Uses are values."""
    assert Use("s3:GetObject", "*") == Use("s3:GetObject", "*")

"""Unmodified boto3 invokes functions, which call the cloud with their role's credentials, and boto3 too."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from iamkit.cloud.functions.concurrency import AT_ONCE
from iamkit.cloud.local_cloud import Keys, LocalCloud
from tests.cloud.functions.world import ACCOUNT, MEETING, OTHER, ROLE, SECONDS, Meeting, allow, package, trust

Create = Callable[..., str]
BUCKET = "amzn-s3-demo-bucket"
ECHO = "def handler(event, context): return event"
# A function with a session of its own, so that it makes no clients before it is called.
READ = f"""
import boto3
s3 = boto3.client("s3")

def handler(event, context):
    return s3.get_object(Bucket="{BUCKET}", Key=event["key"])["Body"].read().decode()
"""


def read(answer: Any) -> Any:
    """Read what a function answered."""
    return json.loads(answer["Payload"].read())


def refused(call: Any, **parameters: Any) -> tuple[str, int, str]:
    """Call, and give code, status and message of the error."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Message"]


def user(cloud: LocalCloud, name: str, *policies: str, account: str = ACCOUNT) -> Keys:
    """Make a user with inline policies."""
    iam = cloud.client("iam", cloud.administrator(account))
    iam.create_user(UserName=name)
    for number, policy in enumerate(policies):
        iam.put_user_policy(UserName=name, PolicyName=f"policy-{number}", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Keys(key["AccessKeyId"], key["SecretAccessKey"])


def test_a_function_answers(functions: Any, create: Create) -> None:
    """Payload, version, request; nothing about logs unless it is asked for."""
    create("echo", ECHO)
    answer = functions.invoke(FunctionName="echo", Payload=b'{"a": ["\xc3\xbc"]}')
    assert (answer["StatusCode"], answer["ExecutedVersion"]) == (200, "$LATEST")
    assert "FunctionError" not in answer
    assert "LogResult" not in answer
    assert read(answer) == {"a": ["ü"]}
    assert read(functions.invoke(FunctionName="echo")) == {}
    tail = functions.invoke(FunctionName="echo", LogType="Tail")
    request = tail["ResponseMetadata"]["RequestId"]
    assert base64.b64decode(tail["LogResult"]).startswith(f"START RequestId: {request} Version: $LATEST\n".encode())


def test_a_function_may_do_what_its_role_may(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """The caller's permissions are not the function's: allowed and denied by the role's policies, and by its session.

    The trail says for whom the function acted.
    """
    cloud.client("s3").create_bucket(Bucket=BUCKET)
    for key in ("open", "closed"):
        cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"hello")
    iam = cloud.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust())
    arn = create("reader", READ, Role=f"arn:aws:iam::{ACCOUNT}:role/reader")
    only = {"ArnEquals": {"lambda:SourceFunctionArn": arn}}
    policy = allow("s3:GetObject", resource=f"arn:aws:s3:::{BUCKET}/open", Condition=only)
    iam.put_role_policy(RoleName="reader", PolicyName="read", PolicyDocument=policy)
    caller = cloud.client("lambda", user(cloud, "caller", allow("lambda:InvokeFunction", resource=arn)))
    assert read(caller.invoke(FunctionName="reader", Payload=b'{"key": "open"}')) == "hello"
    event = next(event for event in cloud.trail if event.call and event.call.operation == "GetObject")
    assert event.chain == (f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/reader", "lambda.amazonaws.com")
    answer = caller.invoke(FunctionName="reader", Payload=b'{"key": "closed"}')
    error = read(answer)
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert error["requestId"] == answer["ResponseMetadata"]["RequestId"]
    assert (
        f"User: arn:aws:sts::{ACCOUNT}:assumed-role/reader/reader is not authorized to perform: s3:GetObject on "
        f"resource: arn:aws:s3:::{BUCKET}/closed because no identity-based policy allows the s3:GetObject action"
    ) in error["errorMessage"]


def test_who_may_not_invoke_runs_nothing(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """No process, no session, no log."""
    create("guarded", ECHO)
    stranger = cloud.client("lambda", user(cloud, "stranger"))
    before = len(cloud.trail)
    code, status, message = refused(stranger.invoke, FunctionName="guarded")
    assert (code, status) == ("AccessDeniedException", 403)
    assert f"lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:{ACCOUNT}:function:guarded" in message
    assert len(cloud.trail) == before + 1


def test_dry_run_decides_and_does_nothing(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """204 for who may, 403 for who may not."""
    create("dry", "raise ValueError")
    answer = functions.invoke(FunctionName="dry", InvocationType="DryRun")
    assert (answer["StatusCode"], answer["Payload"].read()) == (204, b"")
    stranger = cloud.client("lambda", user(cloud, "dry-stranger"))
    assert refused(stranger.invoke, FunctionName="dry", InvocationType="DryRun")[:2] == ("AccessDeniedException", 403)


def test_versions_and_aliases_run_their_own_code(functions: Any, create: Create) -> None:
    """A version keeps its code; an alias points at one; the ARN that is invoked has the qualifier."""
    source = "def handler(event, context): return [{}, context.function_version, context.invoked_function_arn]"
    arn = create("versioned", source.format(1), Publish=True)
    functions.update_function_code(FunctionName="versioned", ZipFile=package(source.format(2)))
    functions.create_alias(FunctionName="versioned", Name="live", FunctionVersion="1")
    for qualifier, expected in {
        "$LATEST": [2, "$LATEST", f"{arn}:$LATEST"],
        "1": [1, "1", f"{arn}:1"],
        "live": [1, "1", f"{arn}:live"],
    }.items():
        answer = functions.invoke(FunctionName="versioned", Qualifier=qualifier)
        assert (read(answer), answer["ExecutedVersion"]) == (expected, expected[1])
    assert read(functions.invoke(FunctionName="versioned")) == [2, "$LATEST", arn]
    assert read(functions.invoke(FunctionName=f"{arn}:live"))[0] == 1
    for name in ("versioned:2", "versioned:test", "nothing"):
        code, status, message = refused(functions.invoke, FunctionName=name)
        assert (code, status) == ("ResourceNotFoundException", 404)
        assert message == f"Function not found: arn:aws:lambda:us-east-1:{ACCOUNT}:function:{name}"


def test_a_permission_on_an_alias_is_for_the_alias(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """Resource-based policies across accounts, where both sides must allow (E15)."""
    arn = create("shared", ECHO, Publish=True)
    functions.create_alias(FunctionName="shared", Name="live", FunctionVersion="1")
    functions.add_permission(
        FunctionName="shared",
        Qualifier="live",
        StatementId="other-account",
        Action="lambda:InvokeFunction",
        Principal=OTHER,
    )
    allowed = allow("lambda:InvokeFunction", resource=f"{arn}*")
    foreign = cloud.client("lambda", user(cloud, "foreign", allowed, account=OTHER))
    assert read(foreign.invoke(FunctionName=f"{arn}:live", Payload=b"[1]")) == [1]
    assert refused(foreign.invoke, FunctionName=arn)[:2] == ("AccessDeniedException", 403)
    without = cloud.client("lambda", user(cloud, "without", account=OTHER))
    assert refused(without.invoke, FunctionName=f"{arn}:live")[:2] == ("AccessDeniedException", 403)


def test_a_role_that_does_not_trust_lambda(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """When a function is made, when its role is changed, and when the trust is taken back later."""
    iam = cloud.client("iam")
    iam.create_role(RoleName="servers", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    servers = f"arn:aws:iam::{ACCOUNT}:role/servers"
    text = "The role defined for the function cannot be assumed by Lambda."
    code = {"ZipFile": package(ECHO)}
    for role in (servers, f"{servers}-none"):
        assert refused(
            functions.create_function,
            FunctionName="untrusted",
            Runtime="python3.13",
            Handler="app.handler",
            Role=role,
            Code=code,
        ) == ("InvalidParameterValueException", 400, text)
    assert refused(functions.get_function, FunctionName="untrusted")[0] == "ResourceNotFoundException"
    create("trusted", ECHO)
    changed = refused(functions.update_function_configuration, FunctionName="trusted", Role=servers)
    assert changed == ("InvalidParameterValueException", 400, text)
    iam.update_assume_role_policy(RoleName="worker", PolicyDocument=trust("ec2.amazonaws.com"))
    try:
        assert refused(functions.invoke, FunctionName="trusted") == ("AccessDeniedException", 403, text)
        assert cloud.trail.denials()[0].evaluations[-1].request.action == "sts:AssumeRole"
    finally:
        iam.update_assume_role_policy(RoleName="worker", PolicyDocument=trust())


def test_trust_may_be_in_one_function_only(cloud: LocalCloud, create: Create) -> None:
    """E26: the trust policy sees for which function Lambda asks."""
    only = {"ArnEquals": {"aws:SourceArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:chosen"}}
    only |= {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    cloud.client("iam").create_role(RoleName="one", AssumeRolePolicyDocument=trust(Condition=only))
    role = f"arn:aws:iam::{ACCOUNT}:role/one"
    create("chosen", ECHO, Role=role)
    assert refused(create, name="unchosen", source=ECHO, Role=role)[0] == "InvalidParameterValueException"


def test_logs_need_the_roles_permission(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """A function runs without logs; each of the three actions is needed, and the trail says which was missing."""
    logs, iam = cloud.client("logs"), cloud.client("iam")

    def groups() -> list[str]:
        found = logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/quiet")["logGroups"]
        return [group["logGroupName"] for group in found]

    iam.create_role(RoleName="quiet", AssumeRolePolicyDocument=trust())
    create("quiet", "def handler(event, context): print('said'); return 1", Role=f"arn:aws:iam::{ACCOUNT}:role/quiet")
    steps: tuple[tuple[tuple[str, ...], str, list[str]], ...] = (
        ((), "logs:CreateLogGroup", []),
        (("logs:CreateLogGroup",), "logs:CreateLogStream", ["/aws/lambda/quiet"]),
        (("logs:CreateLogStream",), "logs:PutLogEvents", ["/aws/lambda/quiet"]),
    )
    for actions, denied, exists in steps:
        iam.put_role_policy(RoleName="quiet", PolicyName="logs", PolicyDocument=allow("sqs:ListQueues", *actions))
        assert read(functions.invoke(FunctionName="quiet")) == 1
        assert cloud.trail.denials()[0].evaluations[-1].request.action == denied
        assert groups() == exists
    actions = ("logs:CreateLogStream", "logs:PutLogEvents")
    iam.put_role_policy(RoleName="quiet", PolicyName="logs", PolicyDocument=allow(*actions))
    request = functions.invoke(FunctionName="quiet")["ResponseMetadata"]["RequestId"]
    events = logs.filter_log_events(logGroupName="/aws/lambda/quiet")["events"]
    # What a function prints is nobody's business but its log's.
    assert "said" not in cloud.trail.as_json()
    assert [event["message"] for event in events][:3] == [
        f"START RequestId: {request} Version: $LATEST\n",
        "said\n",
        f"END RequestId: {request}\n",
    ]
    assert events[0]["logStreamName"].startswith(cloud._clock().strftime("%Y/%m/%d/[$LATEST]"))


def test_an_event_is_accepted_and_done_later(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """202 at once, while the function has not even begun to answer."""
    create("later", MEETING)
    with Meeting() as meeting:
        payload = json.dumps({"port": meeting.port})
        answer = functions.invoke(FunctionName="later", InvocationType="Event", Payload=payload)
        assert (answer["StatusCode"], answer["Payload"].read()) == (202, b"")
        there = meeting.meet()
        assert not cloud.functions.wait(0)
        there.sendall(b"go")
        assert cloud.functions.wait(SECONDS)
    found = cloud.client("logs").filter_log_events(logGroupName="/aws/lambda/later")["events"]
    assert found[0]["message"].startswith(f"START RequestId: {answer['ResponseMetadata']['RequestId']}")


def test_the_cloud_answers_while_a_function_runs(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """Nobody waits for a function but who invoked it; what is reserved bounds it."""
    create("busy", MEETING)
    functions.put_function_concurrency(FunctionName="busy", ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as pool, Meeting() as meeting:
        payload = json.dumps({"port": meeting.port})
        running = pool.submit(functions.invoke, FunctionName="busy", Payload=payload)
        there = meeting.meet()
        assert cloud.client("sts").get_caller_identity()["Account"] == ACCOUNT
        with pytest.raises(ClientError) as caught:
            functions.invoke(FunctionName="busy", Payload=payload)
        assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
        assert caught.value.response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
        there.sendall(b"go")
        assert read(running.result(SECONDS)) == "go"


def test_as_many_functions_as_may_run_call_the_cloud(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """All run at the same time, then all of them call back; none waits for another, and one more is throttled."""
    source = f"""
import os, urllib.request
{MEETING}
meet = handler
def handler(event, context):
    meet(event, context)
    with urllib.request.urlopen(os.environ["AWS_ENDPOINT_URL"] + "/{BUCKET}-public/word") as response:
        return response.read().decode()
"""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=f"{BUCKET}-public")
    s3.put_object(Bucket=f"{BUCKET}-public", Key="word", Body=b"open")
    public = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{BUCKET}-public/*",
    }
    s3.put_bucket_policy(Bucket=f"{BUCKET}-public", Policy=json.dumps({"Version": "2012-10-17", "Statement": public}))
    create("crowd", source)
    crowd = cloud.client("lambda", config=Config(max_pool_connections=AT_ONCE, read_timeout=2 * SECONDS))
    with ThreadPoolExecutor(AT_ONCE) as pool, Meeting() as meeting:
        payload = json.dumps({"port": meeting.port})
        running = [pool.submit(crowd.invoke, FunctionName="crowd", Payload=payload) for _ in range(AT_ONCE)]
        there = [meeting.meet() for _ in running]
        assert refused(functions.invoke, FunctionName="crowd", Payload=payload)[:2] == ("TooManyRequestsException", 429)
        for each in there:
            each.sendall(b"go")
        assert [read(each.result(SECONDS)) for each in running] == ["open"] * AT_ONCE


def test_functions_time_out(functions: Any, create: Create) -> None:
    """A timeout is an answer, too."""
    create("slow", "import time\ndef handler(event, context): time.sleep(600)", Timeout=1)
    answer = functions.invoke(FunctionName="slow")
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    request = answer["ResponseMetadata"]["RequestId"]
    assert read(answer) == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request} Error: Task timed out after 1.00 seconds",
    }


def test_a_function_reaches_nothing_but_the_cloud(functions: Any, create: Create) -> None:
    """An SDK that goes elsewhere meets the fence."""
    source = """
import urllib.request
def handler(event, context): urllib.request.urlopen("http://sqs.us-east-1.amazonaws.com/")
"""
    create("outward", source)
    error = read(functions.invoke(FunctionName="outward"))
    assert (error["errorType"], error["errorMessage"]) == ("HTTPError", "HTTP Error 403: Refused by iamkit")


def test_packages_come_from_buckets_that_the_caller_may_read(cloud: LocalCloud, functions: Any, create: Create) -> None:
    """Who makes a function reads its package."""
    bucket = f"{BUCKET}-code"
    cloud.client("s3").create_bucket(Bucket=bucket)
    cloud.client("s3").put_object(Bucket=bucket, Key="app.zip", Body=package(ECHO))
    cloud.client("s3").put_object(Bucket=bucket, Key="app.txt", Body=b"no zip file")
    create("stored", "", Code={"S3Bucket": bucket, "S3Key": "app.zip"})
    assert read(functions.invoke(FunctionName="stored", Payload=b"[2]")) == [2]
    code, _, message = refused(
        functions.update_function_code, FunctionName="stored", S3Bucket=bucket, S3Key="missing.zip"
    )
    assert code == "InvalidParameterValueException"
    assert "NoSuchKey" in message
    text = refused(functions.update_function_code, FunctionName="stored", S3Bucket=bucket, S3Key="app.txt")
    assert text[2] == "Could not unzip uploaded file. Please check your file, then try to upload again."
    cloud.client("s3", cloud.administrator(OTHER)).create_bucket(Bucket=f"{bucket}-elsewhere")
    elsewhere = {"S3Bucket": f"{bucket}-elsewhere", "S3Key": "app.zip"}
    foreign = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:*"}
    foreign["Resource"] = f"arn:aws:s3:::{bucket}-elsewhere/*"
    cloud.client("s3", cloud.administrator(OTHER)).put_bucket_policy(
        Bucket=f"{bucket}-elsewhere", Policy=json.dumps({"Version": "2012-10-17", "Statement": foreign})
    )
    assert refused(functions.update_function_code, FunctionName="stored", **elsewhere)[0] == "NotModelled"
    maker = cloud.client("lambda", user(cloud, "maker", allow("lambda:*", "iam:PassRole")))
    code, _, message = refused(
        maker.create_function,
        FunctionName="stolen",
        Runtime="python3.13",
        Handler="app.handler",
        Role=ROLE,
        Code={"S3Bucket": bucket, "S3Key": "app.zip"},
    )
    assert code == "AccessDeniedException"
    assert f"s3:GetObject on resource: arn:aws:s3:::{bucket}/app.zip" in message


def test_what_lambda_does_not_do_here(functions: Any, create: Create) -> None:
    """Loudly: other languages, images, layers, streams of responses."""
    create("node", ECHO, Runtime="nodejs22.x")
    layer = functions.publish_layer_version(LayerName="tools", Content={"ZipFile": package("")})["LayerVersionArn"]
    create("layered", ECHO, Layers=[layer])
    create("old", ECHO)
    for call in (
        lambda: functions.invoke(FunctionName="node"),
        lambda: functions.invoke(FunctionName="layered"),
        lambda: functions.invoke_async(FunctionName="old", InvokeArgs=b"{}"),
        lambda: functions.invoke_with_response_stream(FunctionName="old"),
    ):
        assert refused(call)[:2] == ("NotModelled", 501)


def test_no_service_starts_docker(cloud: LocalCloud, create: Create) -> None:
    """A topic that has a function for a subscriber says so."""
    arn, sns = create("subscriber", ECHO), cloud.client("sns")
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn)
    assert refused(sns.publish, TopicArn=topic, Message="hi")[:2] == ("NotModelled", 501)

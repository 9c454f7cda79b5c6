"""A simulation, the engine asked directly, and the gateway deciding a real call: three ways to one decision."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit import Policy, Request, evaluate
from iamkit.cloud.local_cloud import LocalCloud
from iamkit.evaluation import Decision
from iamkit.policy.variables import ContextValue
from tests.cloud.iam.asking import ACCOUNT, allow, arn, keys, user

WORDS = {Decision.ALLOW: "allowed", Decision.EXPLICIT_DENY: "explicitDeny", Decision.IMPLICIT_DENY: "implicitDeny"}
BUCKET = "amzn-s3-demo-bucket"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"
RESOURCES = (f"arn:aws:s3:::{BUCKET}/alice/a.txt", f"arn:aws:s3:::{BUCKET}/bob/a.txt", f"arn:aws:s3:::{BUCKET}", QUEUE)
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "sqs:GetQueueAttributes")
PATTERNS = ("s3:*", "s3:Get*", "s3:?etObject", "*", "sqs:*", "sqs:Send*", "S3:putobject", *ACTIONS)
OWN = f"arn:aws:s3:::{BUCKET}/${{aws:username}}/*"
PLACES = ("*", f"arn:aws:s3:::{BUCKET}/*", OWN, f"arn:aws:s3:::{BUCKET}", "arn:aws:sqs:*", QUEUE)
CONDITIONS: tuple[dict[str, Any], ...] = (
    {"IpAddress": {"aws:SourceIp": ["127.0.0.0/8", "203.0.113.0/24"]}},
    {"NotIpAddress": {"aws:SourceIp": "127.0.0.1"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
    {"Null": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringEquals": {"aws:username": ["alice", "bob"]}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/al*"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    {"NumericLessThan": {"s3:max-keys": 10}},
    {"ForAllValues:StringEquals": {"aws:TagKeys": ["Team"]}},
    {"ForAnyValue:StringLike": {"aws:TagKeys": "T*"}},
)  # fmt: skip
CONTEXTS: tuple[dict[str, ContextValue], ...] = (
    {},
    {"aws:SourceIp": "127.0.0.1", "aws:SecureTransport": "true"},
    {"aws:SourceIp": "203.0.113.7", "aws:SecureTransport": "false", "s3:max-keys": "5"},
    {"aws:MultiFactorAuthPresent": "true", "aws:CurrentTime": "2026-01-01T00:00:00Z"},
    {"aws:TagKeys": ("Team", "Env"), "s3:max-keys": "50"},
)


def made_policy(generator: random.Random) -> str:
    """Make a policy of one to three statements."""
    statements = []
    for _ in range(generator.randint(1, 3)):
        negated = generator.random() < 0.1
        statement: dict[str, Any] = {
            "Effect": "Deny" if generator.random() < 0.25 else "Allow",
            "NotAction" if negated else "Action": generator.sample(PATTERNS, generator.randint(1, 2)),
            "Resource": generator.sample(PLACES, generator.randint(1, 2)),
        }
        if generator.random() < 0.4:
            statement["Condition"] = generator.choice(CONDITIONS)
        statements.append(statement)
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def entries(context: Mapping[str, ContextValue]) -> list[dict[str, Any]]:
    """Write a context as the API takes it."""
    return [
        {
            "ContextKeyName": name,
            "ContextKeyValues": [value] if isinstance(value, str) else list(value),
            "ContextKeyType": "string" if isinstance(value, str) else "stringList",
        }
        for name, value in context.items()
    ]


def code_of(call: Callable[[], Any]) -> str:
    """Call, and give the code of the error; nothing where there is none."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


@pytest.mark.parametrize("seed", range(24))
def test_a_simulation_decides_as_the_engine(iam: Any, seed: int) -> None:
    """Twenty cases a seed: decision, matching statements and missing keys are those of `evaluate`."""
    generator = random.Random(seed)
    text, context = made_policy(generator), generator.choice(CONTEXTS)
    caller = arn(f"user/{generator.choice(('alice', 'carol'))}")
    given = iam.simulate_custom_policy(
        PolicyInputList=[text],
        ActionNames=list(ACTIONS),
        ResourceArns=list(RESOURCES),
        ContextEntries=entries(context),
        CallerArn=caller,
    )
    policy = Policy.parse(text)
    for result in given["EvaluationResults"]:
        for each in result["ResourceSpecificResults"]:
            asked = Request(caller, result["EvalActionName"], each["EvalResourceName"], context)
            decided = evaluate(asked, policy)
            assert each["EvalResourceDecision"] == WORDS[decided.decision], (text, asked)
            assert each["MissingContextValues"] == list(decided.missing_context_keys), (text, asked)
            effect = {"allowed": "Allow", "explicitDeny": "Deny"}.get(each["EvalResourceDecision"])
            shown = [ref for ref in decided.matched_statements if ref.effect == effect]
            assert len(each["MatchedStatements"]) == len(shown), (text, asked)


def test_a_simulation_decides_as_the_gateway(cloud: LocalCloud, iam: Any) -> None:
    """A hundred real calls of S3 and SQS: what each was decided in its own context, the simulation decides in it."""
    user(iam, "alice")
    alice = keys(iam, "alice")
    cloud.client("s3").create_bucket(Bucket=BUCKET)
    cloud.client("s3").put_object(Bucket=BUCKET, Key="alice/a.txt", Body=b"x")
    url = cloud.client("sqs").create_queue(QueueName="jobs")["QueueUrl"]
    s3, sqs = cloud.client("s3", alice), cloud.client("sqs", alice)
    calls: tuple[Callable[[], Any], ...] = (
        lambda: s3.get_object(Bucket=BUCKET, Key="alice/a.txt"),
        lambda: s3.put_object(Bucket=BUCKET, Key="bob/a.txt", Body=b"y"),
        lambda: s3.list_objects_v2(Bucket=BUCKET, MaxKeys=5),
        lambda: sqs.send_message(QueueUrl=url, MessageBody="hi"),
        lambda: sqs.get_queue_attributes(QueueUrl=url),
    )
    seen = set()
    for seed in range(20):
        iam.put_user_policy(UserName="alice", PolicyName="made", PolicyDocument=made_policy(random.Random(1000 + seed)))
        for call in calls:
            code = code_of(call)
            assert code in ("", "AccessDenied", "AccessDeniedException")
            decided = [*cloud.trail][-1].evaluations[-1]
            given = iam.simulate_principal_policy(
                PolicySourceArn=arn("user/alice"),
                ActionNames=[decided.request.action],
                ResourceArns=[decided.request.resource.arn],
                ContextEntries=entries(decided.request.context),
            )["EvaluationResults"][0]
            assert given["EvalDecision"] == WORDS[decided.decision]
            assert (code == "") == (given["EvalDecision"] == "allowed")
            seen.add(given["EvalDecision"])
    assert seen == set(WORDS.values())


def test_the_simulated_policy_is_the_one_that_is_in_force(iam: Any) -> None:
    """A policy put a moment ago is simulated; a deleted one is not."""
    source = user(iam, "bob", allow("s3:GetObject"))

    def decision() -> str:
        given = iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=["s3:GetObject"])
        return str(given["EvaluationResults"][0]["EvalDecision"])

    assert decision() == "allowed"
    iam.delete_user_policy(UserName="bob", PolicyName="policy-0")
    assert decision() == "implicitDeny"

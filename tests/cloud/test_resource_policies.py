"""Resource-based policies that a service does not take, put by real boto3: in its words, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.functions.world import package, trust

BUCKET = "amzn-s3-demo-bucket"
OBJECTS = f"arn:aws:s3:::{BUCKET}/*"
HOME = "111122223333"
Put = Callable[[LocalCloud, str], object]


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    with LocalCloud(accounts=[HOME], seed=5) as started:
        started.client("iam").create_user(UserName="alice")
        started.client("iam").create_group(GroupName="readers")
        started.client("s3").create_bucket(Bucket=BUCKET)
        started.client("sqs").create_queue(QueueName="orders")
        started.client("sns").create_topic(Name="news")
        started.client("secretsmanager").create_secret(Name="database", SecretString="s")
        started.client("dynamodb").create_table(
            TableName="games",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        yield started


def policy(principal: Any, action: str | list[str], resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call()
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def _bucket(cloud: LocalCloud, text: str) -> object:
    return cloud.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=text)


def _queue(cloud: LocalCloud, text: str) -> object:
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    return sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})


def _topic(cloud: LocalCloud, text: str) -> object:
    arn = f"arn:aws:sns:us-east-1:{HOME}:news"
    return cloud.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)


def _key(cloud: LocalCloud, text: str) -> object:
    return cloud.client("kms").create_key(Policy=text, BypassPolicyLockoutSafetyCheck=True)


def _secret(cloud: LocalCloud, text: str) -> object:
    return cloud.client("secretsmanager").put_resource_policy(SecretId="database", ResourcePolicy=text)


def _table(cloud: LocalCloud, text: str) -> object:
    arn = f"arn:aws:dynamodb:us-east-1:{HOME}:table/games"
    return cloud.client("dynamodb").put_resource_policy(ResourceArn=arn, Policy=text)


PUTS: dict[str, tuple[Put, str, str, str]] = {
    "s3": (_bucket, "MalformedPolicy", "s3:GetObject", OBJECTS),
    "sqs": (_queue, "InvalidAttributeValue", "sqs:SendMessage", f"arn:aws:sqs:us-east-1:{HOME}:orders"),
    "sns": (_topic, "InvalidParameter", "sns:Publish", f"arn:aws:sns:us-east-1:{HOME}:news"),
    "kms": (_key, "MalformedPolicyDocumentException", "kms:Decrypt", "*"),
    "secretsmanager": (_secret, "MalformedPolicyDocumentException", "secretsmanager:GetSecretValue", "*"),
    "dynamodb": (_table, "ValidationException", "dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{HOME}:table/games"),
}


@pytest.mark.parametrize("service", PUTS)
def test_a_principal_that_exists_is_taken(cloud: LocalCloud, service: str) -> None:
    """A user of the account; one of an account that this cloud does not know; the account itself."""
    put, _, action, resource = PUTS[service]
    for name in (f"arn:aws:iam::{HOME}:user/alice", "arn:aws:iam::999999999999:role/theirs", HOME):
        put(cloud, policy({"AWS": name}, action, resource))


@pytest.mark.parametrize("name", ["user/nobody", "role/nobody", "group/readers"])
@pytest.mark.parametrize("service", PUTS)
def test_a_principal_that_does_not_exist_is_refused(cloud: LocalCloud, service: str, name: str) -> None:
    """P19, P21: a group is no principal, and an ARN without an entity behind it has no unique ID to keep."""
    put, code, action, resource = PUTS[service]
    arn = f"arn:aws:iam::{HOME}:{name}"
    found, message = refusal(lambda: put(cloud, policy({"AWS": arn}, action, resource)))
    assert found == code
    assert arn in message


@pytest.mark.parametrize("service", PUTS)
def test_a_document_that_is_no_policy_is_refused_with_its_place(cloud: LocalCloud, service: str) -> None:
    """The effect's case matters (P3)."""
    put, code, action, resource = PUTS[service]
    text = policy("*", action, resource).replace('"Allow"', '"allow"')
    found, message = refusal(lambda: put(cloud, text))
    assert found == code
    assert "/Statement/0/Effect" in message


@pytest.mark.parametrize(
    ("action", "resource", "said"),
    [
        ("s3:GetObject", "arn:aws:s3:::another-bucket/*", "Policy has invalid resource"),
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}-2/*", "Policy has invalid resource"),
        ("s3:Download", OBJECTS, "Policy has invalid action"),
        ("sqs:SendMessage", OBJECTS, "Policy has invalid action"),
        ("s3:ListBucket", OBJECTS, "Action does not apply to any resource(s) in statement"),
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}", "Action does not apply to any resource(s) in statement"),
        ("s3:ListAllMyBuckets", OBJECTS, "Action does not apply to any resource(s) in statement"),
    ],
)
def test_a_bucket_policy_speaks_of_its_bucket(cloud: LocalCloud, action: str, resource: str, said: str) -> None:
    """The three sentences with which S3 refuses what could never apply (S3, "Troubleshoot bucket policies")."""
    code, message = refusal(lambda: _bucket(cloud, policy("*", action, resource)))
    assert (code, message.startswith(said)) == ("MalformedPolicy", True), message


@pytest.mark.parametrize(
    ("action", "resource"),
    [("s3:*", OBJECTS), ("s3:List*", f"arn:aws:s3:::{BUCKET}"), ("S3:getobject", f"arn:aws:s3:::{BUCKET}/a.txt")],
)
def test_what_applies_is_taken(cloud: LocalCloud, action: str, resource: str) -> None:
    """A wildcard applies if one of its actions does (P8)."""
    _bucket(cloud, policy("*", action, resource))


def test_a_refused_policy_changes_nothing(cloud: LocalCloud) -> None:
    """The one before it stays."""
    kept = policy("*", "s3:GetObject", OBJECTS)
    _bucket(cloud, kept)
    refusal(lambda: _bucket(cloud, "{"))
    assert json.loads(cloud.client("s3").get_bucket_policy(Bucket=BUCKET)["Policy"]) == json.loads(kept)


def test_nobody_locks_a_key_for_good_by_mistake(cloud: LocalCloud) -> None:
    """KMS, PutKeyPolicy: who puts a key policy must be able to put the next, or say that this is meant."""
    kms = cloud.client("kms")
    alone = policy({"AWS": f"arn:aws:iam::{HOME}:user/alice"}, "kms:*")
    code, message = refusal(lambda: kms.create_key(Policy=alone))
    assert (code, "update the key policy in the future" in message) == ("MalformedPolicyDocumentException", True)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert refusal(lambda: kms.put_key_policy(KeyId=key, Policy=alone))[0] == "MalformedPolicyDocumentException"
    kms.put_key_policy(KeyId=key, Policy=policy({"AWS": HOME}, "kms:*"))
    kms.put_key_policy(KeyId=key, Policy=alone, BypassPolicyLockoutSafetyCheck=True)
    assert refusal(lambda: kms.describe_key(KeyId=key))[0] == "AccessDeniedException"


def test_a_function_is_shared_with_who_exists(cloud: LocalCloud) -> None:
    """Lambda, AddPermission."""
    role = cloud.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=trust())["Role"]
    functions = cloud.client("lambda")
    functions.create_function(
        FunctionName="resize",
        Runtime="python3.13",
        Role=role["Arn"],
        Handler="app.handler",
        Code={"ZipFile": package("def handler(event, context): return event\n")},
    )

    def share(name: str) -> object:
        return functions.add_permission(
            FunctionName="resize",
            StatementId=name.rpartition("/")[2],
            Action="lambda:InvokeFunction",
            Principal=f"arn:aws:iam::{HOME}:{name}",
        )

    share("user/alice")
    code, message = refusal(lambda: share("user/nobody"))
    assert (code, message) == (
        "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.",
    )

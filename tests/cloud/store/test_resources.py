"""Owners, tags, policies and ARNs of resources, read after boto3 has made them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.store import Directory, Resources
from tests.cloud.conftest import OTHER_ACCOUNT
from tests.cloud.test_local_cloud import trust

ACCOUNT, REGION = "111122223333", "us-east-1"
BUCKET = "amzn-s3-demo-bucket"
TAGS = [{"Key": "team", "Value": "blue"}]
EVERYBODY = json.dumps(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}
)


@pytest.fixture
def resources(cloud: LocalCloud) -> Resources:
    return Resources(Directory())


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def test_a_bucket_and_its_objects(cloud: LocalCloud, resources: Resources) -> None:
    """The owner is a fact, not a part of the ARN (E17); a bucket's policy is its objects', too."""
    s3 = cloud.client("s3", cloud.administrator(OTHER_ACCOUNT))
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": TAGS})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=EVERYBODY)
    s3.put_object(Bucket=BUCKET, Key="a/b", Body=b"", Tagging="class=secret")
    whole, one = f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/a/b"
    assert resources.owner(whole) == resources.owner(one) == OTHER_ACCOUNT
    assert (resources.tags(whole), resources.tags(one)) == ({"team": "blue"}, {})
    assert json.loads(resources.policy(one) or "") == json.loads(resources.policy(whole) or "") == json.loads(EVERYBODY)
    assert resources.object_tags(BUCKET, "a/b") == {"class": "secret"}
    assert resources.object_tags(BUCKET, "none") == resources.object_tags("none", "a") == {}
    assert resources.owner("arn:aws:s3:::nobodys-bucket") is None


def made(cloud: LocalCloud) -> dict[str, str]:
    """Make one of each, tagged, with a policy where the service has them; give their ARNs."""
    sqs, sns, kms = cloud.client("sqs"), cloud.client("sns"), cloud.client("kms")
    url = sqs.create_queue(QueueName="jobs", tags={"team": "blue"})["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": EVERYBODY})
    topic = sns.create_topic(Name="news", Tags=TAGS)["TopicArn"]
    key = kms.create_key(Policy=EVERYBODY, Tags=[{"TagKey": "team", "TagValue": "blue"}])["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/mine", TargetKeyId=key)
    secrets = cloud.client("secretsmanager")
    secret = secrets.create_secret(Name="db/main", SecretString="x", Tags=TAGS)["ARN"]
    secrets.put_resource_policy(SecretId=secret, ResourcePolicy=EVERYBODY)
    dynamodb = cloud.client("dynamodb")
    table = dynamodb.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "customer", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "customer", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=TAGS,
    )["TableDescription"]["TableArn"]
    cloud.client("logs").create_log_group(logGroupName="/app", tags={"team": "blue"})
    return {"queue": arn("sqs", "jobs"), "topic": topic, "key": key, "secret": secret, "table": table,
            "group": arn("logs", "log-group:/app:*")}  # fmt: skip


def test_tags_and_policies_of_each_service(cloud: LocalCloud, resources: Resources) -> None:
    """Whatever form the service keeps them in."""
    arns = made(cloud)
    for name, each in arns.items():
        assert resources.exists(each), name
        assert resources.tags(each) == {"team": "blue"}, name
        assert resources.owner(each) == ACCOUNT, name
    for name in ("queue", "key", "secret"):
        assert json.loads(resources.policy(arns[name]) or "")["Statement"], name
    assert json.loads(resources.policy(arns["topic"]) or "")["Statement"]
    assert resources.policy(arns["table"]) is resources.policy(arns["group"]) is None
    assert resources.partition_key(arns["table"]) == "customer"
    assert resources.partition_key(f"{arns['table']}x") is None


def test_a_function(cloud: LocalCloud, resources: Resources) -> None:
    """Its policy is made of the permissions that were added."""
    role = cloud.client("iam").create_role(
        RoleName="app", AssumeRolePolicyDocument=trust({"Service": "lambda.amazonaws.com"}), Tags=TAGS
    )["Role"]["Arn"]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context): return event\n")
    functions = cloud.client("lambda")
    function = functions.create_function(
        FunctionName="work", Runtime="python3.12", Role=role, Handler="app.handler",
        Code={"ZipFile": packed.getvalue()}, Tags={"team": "blue"},
    )["FunctionArn"]  # fmt: skip
    assert resources.tags(function) == {"team": "blue"} == resources.tags(role)
    assert resources.policy(function) is None
    functions.add_permission(
        FunctionName="work", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    assert "s3.amazonaws.com" in (resources.policy(function) or "")
    assert "lambda.amazonaws.com" in (resources.policy(role) or "")
    assert resources.resolve("lambda", "function", "work:1", ACCOUNT, REGION) == arn("lambda", "function:work:1")
    assert resources.resolve("lambda", "function", f"{ACCOUNT}:function:work", ACCOUNT, REGION) == function


def test_names_lead_to_arns(cloud: LocalCloud, resources: Resources) -> None:
    """A name, a part of an ARN, an alias, a URL; what does not exist gets the ARN that it would have."""
    arns = made(cloud)
    iam = cloud.client("iam")
    iam.create_user(UserName="alice", Path="/dev/")

    def resolve(service: str, kind: str, name: str) -> Any:
        return resources.resolve(service, kind, name, ACCOUNT, REGION)

    for name in ("db/main", arns["secret"], arns["secret"][:-7]):
        assert resolve("secretsmanager", "secret", name) == arns["secret"]
    assert resolve("secretsmanager", "secret", "none") == arn("secretsmanager", "secret:none")
    for name in (arns["key"], arns["key"].rpartition("/")[2], "alias/mine", arn("kms", "alias/mine")):
        assert resolve("kms", "key", name) == arns["key"]
    for name in (f"{cloud.endpoint}/{ACCOUNT}/jobs", f"https://sqs.us-east-1.amazonaws.com/{ACCOUNT}/jobs", "jobs"):
        assert resolve("sqs", "queue", name) == arns["queue"]
    assert resolve("iam", "user", "alice") == f"arn:aws:iam::{ACCOUNT}:user/dev/alice"
    assert resolve("iam", "role", "none") == f"arn:aws:iam::{ACCOUNT}:role/none"


@pytest.mark.parametrize(
    "text", ["", "*", "none", "arn:aws:s3", "arn:aws:rds:::x", "arn:aws:sqs:us-east-1:999988887777:q"]
)
def test_what_is_nothing_has_nothing(resources: Resources, text: str) -> None:
    """Odd ARNs, unknown services, unknown accounts."""
    assert resources.policy(text) is None
    assert resources.tags(text) == {}
    assert not resources.exists(text)

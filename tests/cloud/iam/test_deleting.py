"""What cannot be deleted yet, and what policies say of what has been (P21)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.iam.asking import ACCOUNT, OTHER, allow, arn, keys, mfa_device, policy, refused, session, trust, user

QUEUES = "arn:aws:iam::aws:policy/AmazonSQSFullAccess"
BUCKET = "amzn-s3-demo-bucket"


def zipped() -> bytes:
    """Pack a function that does nothing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("work.py", "def handler(event, context):\n    return None\n")
    return packed.getvalue()


def conflict(call: Any, what: str, **given: str) -> None:
    """Be refused, and told what to do first."""
    code, status, message = refused(call, **given)
    assert (code, status) == ("DeleteConflict", 409)
    assert what in message


def test_a_user_goes_last(cloud: LocalCloud, iam: Any) -> None:
    """Everything that hangs on a user must go before it, one after the other (API reference, DeleteUser)."""
    user(iam, "alice", allow("s3:*"))
    iam.attach_user_policy(UserName="alice", PolicyArn=QUEUES)
    key = keys(iam, "alice").access_key_id
    iam.create_login_profile(UserName="alice", Password="correct horse battery")
    serial, _ = mfa_device(iam, "alice", cloud.now())
    iam.create_group(GroupName="staff")
    iam.add_user_to_group(GroupName="staff", UserName="alice")
    conflict(iam.delete_virtual_mfa_device, "assigned to a user", SerialNumber=serial)
    for what, call, given in (
        ("detach all policies", iam.detach_user_policy, {"PolicyArn": QUEUES}),
        ("delete policies", iam.delete_user_policy, {"PolicyName": "policy-0"}),
        ("delete access keys", iam.delete_access_key, {"AccessKeyId": key}),
        ("delete login profile", iam.delete_login_profile, {}),
        ("delete MFA device", iam.deactivate_mfa_device, {"SerialNumber": serial}),
        ("remove users from group", iam.remove_user_from_group, {"GroupName": "staff"}),
    ):
        conflict(iam.delete_user, f"Cannot delete entity, must {what} first.", UserName="alice")
        call(UserName="alice", **given)
    iam.delete_user(UserName="alice")
    assert refused(iam.get_user, UserName="alice")[0] == "NoSuchEntity"
    assert refused(iam.delete_user, UserName="alice")[:2] == ("NoSuchEntity", 404)


def test_groups_roles_and_policies(iam: Any) -> None:
    """A group with members or policies, a role with policies, a policy with versions or attachments."""
    user(iam, "bob")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="bob")
    conflict(iam.delete_group, "remove users from group", GroupName="readers")
    iam.remove_user_from_group(GroupName="readers", UserName="bob")
    own = iam.create_policy(PolicyName="own", PolicyDocument=allow("s3:*"))["Policy"]["Arn"]
    iam.attach_group_policy(GroupName="readers", PolicyArn=own)
    conflict(iam.delete_group, "detach all policies", GroupName="readers")
    conflict(iam.delete_policy, "attached to entities", PolicyArn=own)
    iam.detach_group_policy(GroupName="readers", PolicyArn=own)
    iam.delete_group(GroupName="readers")
    iam.create_policy_version(PolicyArn=own, PolicyDocument=allow("sqs:*"), SetAsDefault=True)
    conflict(iam.delete_policy, "more than one version", PolicyArn=own)
    iam.delete_policy_version(PolicyArn=own, VersionId="v1")
    iam.delete_policy(PolicyArn=own)
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(ACCOUNT))
    iam.put_role_policy(RoleName="app", PolicyName="p", PolicyDocument=allow("s3:*"))
    conflict(iam.delete_role, "delete policies", RoleName="app")


def test_a_trust_policy_does_not_mean_the_next_of_that_name(cloud: LocalCloud, iam: Any) -> None:
    """P21: the policy shows the deleted user's ID, and who has the name now is not trusted."""
    carol = user(iam, "carol", Path="/staff/")
    unique_id = iam.get_user(UserName="carol")["User"]["UserId"]
    iam.create_role(RoleName="ops", AssumeRolePolicyDocument=trust(carol, ACCOUNT, arn("user/bob")))
    first = keys(iam, "carol")
    session(cloud, first, arn("role/ops"))
    iam.delete_access_key(UserName="carol", AccessKeyId=first.access_key_id)
    iam.delete_user(UserName="carol")
    stored = iam.get_role(RoleName="ops")["Role"]["AssumeRolePolicyDocument"]
    assert stored["Statement"][0]["Principal"] == {"AWS": [unique_id, ACCOUNT, arn("user/bob")]}
    assert user(iam, "carol", Path="/staff/") == carol
    denied = cloud.client("sts", keys(iam, "carol")).assume_role
    assert refused(denied, RoleArn=arn("role/ops"), RoleSessionName="again")[0] == "AccessDenied"
    # The text that IAM shows cannot be put again: nobody has that ID.
    code, _, message = refused(iam.update_assume_role_policy, RoleName="ops", PolicyDocument=json.dumps(stored))
    assert (code, message) == ("MalformedPolicyDocument", f'Invalid principal in policy: "AWS":"{unique_id}"')


def test_resource_policies_of_every_service_and_account(cloud: LocalCloud, iam: Any) -> None:
    """P21 holds wherever a deleted role is named, in another account as well; other names stay."""
    other = cloud.administrator(OTHER)
    iam.create_role(RoleName="batch", AssumeRolePolicyDocument=trust(ACCOUNT))
    role, unique_id = arn("role/batch"), iam.get_role(RoleName="batch")["Role"]["RoleId"]

    def shared(resource: str, action: str) -> str:
        named = {"AWS": [role, arn("root", OTHER)]}
        return policy({"Effect": "Allow", "Principal": named, "Action": action, "Resource": resource})

    s3, sqs, sns = cloud.client("s3", other), cloud.client("sqs", other), cloud.client("sns", other)
    kms, secrets, tables = cloud.client("kms", other), cloud.client("secretsmanager", other), cloud.client("dynamodb")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=shared(f"arn:aws:s3:::{BUCKET}/*", "s3:GetObject"))
    url = sqs.create_queue(QueueName="jobs")["QueueUrl"]
    queue = f"arn:aws:sqs:us-east-1:{OTHER}:jobs"
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": shared(queue, "sqs:SendMessage")})
    topic = sns.create_topic(Name="news")["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=shared(topic, "sns:Publish"))
    key = kms.create_key(Policy=shared("*", "kms:*"))["KeyMetadata"]["KeyId"]
    secrets.create_secret(Name="db", SecretString="x")
    secrets.put_resource_policy(SecretId="db", ResourcePolicy=shared("*", "secretsmanager:GetSecretValue"))
    table = tables.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableArn"]
    tables.put_resource_policy(ResourceArn=table, Policy=shared(table, "dynamodb:GetItem"))
    iam.delete_role(RoleName="batch")
    stored = (
        s3.get_bucket_policy(Bucket=BUCKET)["Policy"],
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"],
        sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"],
        kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
        secrets.get_resource_policy(SecretId="db")["ResourcePolicy"],
        tables.get_resource_policy(ResourceArn=table)["Policy"],
    )
    for text in stored:
        assert json.loads(text)["Statement"][0]["Principal"] == {"AWS": [unique_id, arn("root", OTHER)]}, text


def test_a_function_that_a_role_may_invoke(cloud: LocalCloud, iam: Any) -> None:
    """P21 in Lambda, whose policies are kept by the statement."""
    iam.create_role(RoleName="caller", AssumeRolePolicyDocument=trust(ACCOUNT))
    service = policy({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    iam.create_role(RoleName="work", AssumeRolePolicyDocument=service)
    functions = cloud.client("lambda")
    functions.create_function(
        FunctionName="work",
        Role=arn("role/work"),
        Code={"ZipFile": zipped()},
        Handler="work.handler",
        Runtime="python3.12",
    )
    functions.add_permission(
        FunctionName="work", StatementId="s", Action="lambda:InvokeFunction", Principal=arn("role/caller")
    )
    user(iam, "starter")
    iam.update_assume_role_policy(RoleName="caller", PolicyDocument=trust(arn("user/starter")))
    starter = keys(iam, "starter")

    def code() -> str:
        held = cloud.client("lambda", session(cloud, starter, arn("role/caller")))
        try:
            held.invoke(FunctionName="work", InvocationType="DryRun")
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    assert code() == ""
    iam.delete_role(RoleName="caller")
    iam.create_role(RoleName="caller", AssumeRolePolicyDocument=trust(arn("user/starter")))
    assert code() == "AccessDeniedException"


@pytest.mark.parametrize("again", [False, True])
def test_sessions_end_with_their_role(cloud: LocalCloud, iam: Any, again: bool) -> None:
    """A session of a deleted role is nobody's, even where a role of the same name has been made since."""
    name = f"short-{again}"
    user(iam, name)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(arn(f"user/{name}")))
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=allow("*"))
    held = session(cloud, keys(iam, name), arn(f"role/{name}"))
    client = cloud.client("sqs", held)
    client.list_queues()
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)
    if again:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(arn(f"user/{name}")))
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=allow("*"))
    code, _, message = refused(client.list_queues)
    assert (code, message) == ("UnrecognizedClientException", "The security token included in the request is invalid.")

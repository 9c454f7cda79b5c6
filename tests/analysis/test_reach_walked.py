"""Paths that the analysis finds are walked in a local cloud with boto3; where it finds none, a call is denied."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamkit.analysis.reach import blast_radius, paths
from iamkit.cloud.local_cloud import ACCOUNT, Keys, LocalCloud
from tests.analysis.accounts import allow, deny, policy, role, trust, user

WHO = """
import os
def handler(event, context):
    held = os.environ
    return {
        "AccessKeyId": held["AWS_ACCESS_KEY_ID"],
        "SecretAccessKey": held["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": held["AWS_SESSION_TOKEN"],
    }
"""


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """One account, the same names and keys in every run."""
    with LocalCloud(seed=11) as started:
        yield started


def make_user(cloud: LocalCloud, name: str, *statements: Mapping[str, Any]) -> Keys:
    """Make a user with one policy, and give its keys."""
    iam = cloud.client("iam")
    iam.create_user(UserName=name)
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy(*statements)))
    return Keys.of(iam.create_access_key(UserName=name)["AccessKey"])


def make_role(cloud: LocalCloud, name: str, trusted: Mapping[str, Any], *statements: Mapping[str, Any]) -> None:
    """Make a role with one policy."""
    iam = cloud.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trusted))
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy(*statements)))


def who(cloud: LocalCloud, keys: Any) -> str:
    """Ask who holds the keys."""
    arn: str = cloud.client("sts", keys).get_caller_identity()["Arn"]
    return arn


def reached(cloud: LocalCloud, source: str) -> dict[str, list[str]]:
    """Tell whom a principal comes to, and by which methods."""
    return {path.target: [step.method.name for step in path.steps] for path in paths(cloud.landscape(), source)}


def denied(call: Any, **arguments: Any) -> bool:
    """Tell whether a call is refused for want of permission."""
    with pytest.raises(ClientError) as refusal:
        call(**arguments)
    code: str = refusal.value.response["Error"]["Code"]
    return code.startswith("AccessDenied")


def package() -> bytes:
    """Pack a function that gives its credentials away."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("app.py", WHO)
    return held.getvalue()


def create_function(functions: Any, role_arn: str) -> None:
    """Make the function `tool`."""
    functions.create_function(
        FunctionName="tool",
        Role=role_arn,
        Runtime="python3.12",
        Handler="app.handler",
        Code={"ZipFile": package()},
        Timeout=60,
    )


def stolen(cloud: LocalCloud, functions: Any) -> str:
    """Invoke the function, and tell whose credentials it gives away."""
    credentials = json.loads(functions.invoke(FunctionName="tool")["Payload"].read())
    assert "AccessKeyId" in credentials, credentials
    return who(cloud, credentials)


def test_assumed_role_is_walked(cloud: LocalCloud) -> None:
    """sts:AssumeRole, with the external ID that the trust policy asks for, and a chain of two roles."""
    keys = make_user(cloud, "alice", allow("sts:AssumeRole", role("first")))
    make_role(
        cloud,
        "first",
        trust(user("alice"), Condition={"StringEquals": {"sts:ExternalId": "blue"}}),
        allow("sts:AssumeRole", role("second")),
    )
    make_role(cloud, "second", trust(role("first")))
    make_role(cloud, "third", trust("ec2.amazonaws.com"))
    ways = paths(cloud.landscape(), "alice")
    assert [path.target for path in ways] == [role("first"), role("second")]
    credentials: Any = keys
    for step in ways[1].steps:
        request = step.requests[0]
        asked = {"ExternalId": request.value("sts:ExternalId")} if request.value("sts:ExternalId") else {}
        sts = cloud.client("sts", credentials)
        credentials = sts.assume_role(RoleArn=request.resource.arn, RoleSessionName="walk", **asked)["Credentials"]
    assert who(cloud, credentials) == f"arn:aws:sts::{ACCOUNT}:assumed-role/second/walk"
    assert denied(cloud.client("sts", keys).assume_role, RoleArn=role("third"), RoleSessionName="walk")


def test_created_access_key_is_walked(cloud: LocalCloud) -> None:
    """iam:CreateAccessKey on another user gives that user's identity, and nothing on one that a Deny protects."""
    keys = make_user(
        cloud, "alice", allow("iam:CreateAccessKey", user("*")), deny("iam:CreateAccessKey", user("carol"))
    )
    make_user(cloud, "bob")
    make_user(cloud, "carol")
    assert reached(cloud, "alice") == {user("bob"): ["iam:CreateAccessKey"]}
    iam = cloud.client("iam", keys)
    assert who(cloud, iam.create_access_key(UserName="bob")["AccessKey"]) == user("bob")
    assert denied(iam.create_access_key, UserName="carol")


def test_policy_version_is_walked(cloud: LocalCloud) -> None:
    """iam:CreatePolicyVersion makes an administrator, who then comes to everybody."""
    keys = make_user(cloud, "alice")
    make_user(cloud, "bob")
    admin = cloud.client("iam")
    made = admin.create_policy(
        PolicyName="mine",
        PolicyDocument=json.dumps(policy(allow("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/mine"))),
    )
    arn = made["Policy"]["Arn"]
    admin.attach_user_policy(UserName="alice", PolicyArn=arn)
    assert reached(cloud, "alice") == {
        user("alice"): ["iam:CreatePolicyVersion"],
        user("bob"): ["iam:CreatePolicyVersion", "iam:CreateAccessKey"],
    }
    assert blast_radius(cloud.landscape(), keys.access_key_id).administers == (ACCOUNT,)
    iam = cloud.client("iam", keys)
    assert denied(iam.create_access_key, UserName="bob")
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(policy(allow("*"))), SetAsDefault=True)
    assert who(cloud, iam.create_access_key(UserName="bob")["AccessKey"]) == user("bob")


def test_passed_role_is_walked(cloud: LocalCloud) -> None:
    """PassRole with a new function that is invoked, under the only name that is allowed; not to another service."""
    function = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:tool"
    keys = make_user(
        cloud,
        "alice",
        allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
        allow(["lambda:CreateFunction", "lambda:InvokeFunction"], function),
        allow("ec2:RunInstances"),
    )
    make_role(cloud, "deploy", trust("lambda.amazonaws.com"))
    make_role(cloud, "web", trust("ec2.amazonaws.com"))
    iam = cloud.client("iam")
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    (way,) = paths(cloud.landscape(), "alice")
    assert way.target == role("deploy")
    assert [request.resource.arn for request in way.steps[0].requests[:3]] == [role("deploy"), function, function]
    functions = cloud.client("lambda", keys)
    create_function(functions, role("deploy"))
    assert stolen(cloud, functions).startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/")
    with pytest.raises(ClientError, match="PassRole"):
        cloud.client("ec2", keys).run_instances(
            ImageId="ami-12c6146b", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "web"}
        )


def test_updated_function_is_walked(cloud: LocalCloud) -> None:
    """lambda:UpdateFunctionCode gives the role of a function that is there."""
    make_role(cloud, "worker", trust("lambda.amazonaws.com"))
    create_function(cloud.client("lambda"), role("worker"))
    keys = make_user(cloud, "alice", allow(["lambda:UpdateFunctionCode", "lambda:InvokeFunction"]))
    poor = make_user(cloud, "bob", allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:other"))
    assert reached(cloud, "alice") == {role("worker"): ["lambda:UpdateFunctionCode"]}
    assert reached(cloud, "bob") == {}
    functions = cloud.client("lambda", keys)
    functions.update_function_code(FunctionName="tool", ZipFile=package())
    assert stolen(cloud, functions).startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/")
    assert denied(cloud.client("lambda", poor).update_function_code, FunctionName="tool", ZipFile=package())


def test_changed_trust_policy_is_walked(cloud: LocalCloud) -> None:
    """iam:UpdateAssumeRolePolicy is enough: a trust policy that names the user itself needs no other Allow (E13)."""
    keys = make_user(cloud, "alice", allow("iam:UpdateAssumeRolePolicy", role("deploy")))
    make_role(cloud, "deploy", trust("ec2.amazonaws.com"))
    assert reached(cloud, "alice") == {role("deploy"): ["iam:UpdateAssumeRolePolicy"]}
    sts = cloud.client("sts", keys)
    assert denied(sts.assume_role, RoleArn=role("deploy"), RoleSessionName="walk")
    cloud.client("iam", keys).update_assume_role_policy(
        RoleName="deploy", PolicyDocument=json.dumps(trust(user("alice")))
    )
    session = sts.assume_role(RoleArn=role("deploy"), RoleSessionName="walk")["Credentials"]
    assert who(cloud, session) == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/walk"


def test_removed_boundary_is_walked(cloud: LocalCloud) -> None:
    """A user whose boundary lets it delete the boundary comes to what its policies allow; with a Deny it does not."""
    admin = cloud.client("iam")
    limits = admin.create_policy(
        PolicyName="limits", PolicyDocument=json.dumps(policy(allow("iam:DeleteUserPermissionsBoundary")))
    )["Policy"]["Arn"]
    keys = make_user(cloud, "alice", allow(["iam:DeleteUserPermissionsBoundary", "iam:CreateAccessKey"]))
    make_user(cloud, "bob")
    admin.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=limits)
    assert reached(cloud, "alice") == {
        user("alice"): ["iam:DeleteUserPermissionsBoundary"],
        user("bob"): ["iam:DeleteUserPermissionsBoundary", "iam:CreateAccessKey"],
    }
    iam = cloud.client("iam", keys)
    assert denied(iam.create_access_key, UserName="bob")
    iam.delete_user_permissions_boundary(UserName="alice")
    assert who(cloud, iam.create_access_key(UserName="bob")["AccessKey"]) == user("bob")


def test_launched_instance_is_walked(cloud: LocalCloud) -> None:
    """PassRole with ec2:RunInstances gives the credentials that the instance's metadata service hands out."""
    make_role(cloud, "web", trust("ec2.amazonaws.com"))
    iam = cloud.client("iam")
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")
    keys = make_user(cloud, "alice", allow("iam:PassRole", role("web")), allow("ec2:RunInstances"))
    assert reached(cloud, "alice") == {role("web"): ["iam:PassRole + ec2:RunInstances"]}
    ec2 = cloud.client("ec2", keys)
    image = cloud.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    started = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, IamInstanceProfile={"Name": "web"})
    instance = cloud.launched(started["Instances"][0]["InstanceId"])
    credentials = json.loads(read_metadata(instance.endpoint, "iam/security-credentials/web"))
    assert who(cloud, {**credentials, "SessionToken": credentials["Token"]}).startswith(
        f"arn:aws:sts::{ACCOUNT}:assumed-role/web/i-"
    )
    (machine,) = (each for each in cloud.landscape().resources.values() if each.service == "ec2")
    assert (machine.arn.rpartition("/")[2], machine.role) == (instance.instance_id, role("web"))


def read_metadata(endpoint: str, path: str) -> str:
    """Ask an instance's metadata service, with a token (A16)."""
    ask = urllib.request.Request(
        f"{endpoint}/latest/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    )
    with urllib.request.urlopen(ask) as answer:
        headers = {"X-aws-ec2-metadata-token": answer.read().decode()}
    with urllib.request.urlopen(
        urllib.request.Request(f"{endpoint}/latest/meta-data/{path}", headers=headers)
    ) as answer:
        text: str = answer.read().decode()
    return text

"""What the modelled operations of Amazon EC2 need."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.actions import SERVICES
from iamkit.cloud.actions.ec2 import ROWS
from iamkit.cloud.calls import Call, NotModelled, ServiceError
from tests.cloud.actions.world import (
    ACCOUNT,
    Case,
    Context,
    FakeResources,
    Need,
    any_call,
    asked,
    call,
    check_any,
    ids,
    model,
    operations,
    values,
)

HERE = f"arn:aws:ec2:us-east-1:{ACCOUNT}"
INSTANCE = f"{HERE}:instance/i-1234567890abcdef0"
SECOND = f"{HERE}:instance/i-0598c7d356eba48d7"
VOLUME = f"{HERE}:volume/vol-1"
GROUP = f"{HERE}:security-group/sg-1"
DEFAULT_GROUP = f"{HERE}:security-group/sg-default"
SUBNET = f"{HERE}:subnet/subnet-1"
DEFAULT_SUBNET = f"{HERE}:subnet/subnet-default"
KEY_PAIR = f"{HERE}:key-pair/laptop"
IMAGE = "arn:aws:ec2:us-east-1::image/ami-1"
SNAPSHOT = "arn:aws:ec2:us-east-1::snapshot/snap-1"
PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/web"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/web"
RESOURCES = FakeResources(
    tagged={INSTANCE: {"team": "red"}},
    known={VOLUME: {"ec2:VolumeSize": "8"}},
    names={
        ("iam", "instance-profile", "web"): PROFILE,
        ("iam", "role-of-instance-profile", PROFILE): ROLE,
        ("ec2", "security-group", "web"): GROUP,
        ("ec2", "key-pair", "key-1"): KEY_PAIR,
        ("ec2", "default-subnet", ""): DEFAULT_SUBNET,
        ("ec2", "default-subnet", "us-east-1b"): SUBNET,
        ("ec2", "default-security-group", ""): DEFAULT_GROUP,
        ("ec2", "instance-of-association", "iip-assoc-1"): INSTANCE,
    },
)
REGION: Context = {"ec2:Region": "us-east-1"}
SIZED: Context = {**REGION, "ec2:VolumeSize": "8"}
RED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}
OWN: Context = {**REGION, "aws:ResourceTag/team": "red", "ec2:ResourceTag/team": "red"}
NEW: Context = {
    **REGION,
    "ec2:IsLaunchTemplateResource": "false",
    "ec2:InstanceType": "t3.micro",
    "ec2:Tenancy": "default",
    "ec2:EbsOptimized": "false",
    "ec2:InstanceMarketType": "on-demand",
}
RUN: Context = {**REGION, "ec2:IsLaunchTemplateResource": "false"}
ONE: dict[str, Any] = {"ImageId": "ami-1", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
GUIDE = "EC2 User Guide, Launch instances (RunInstances)"
TAGGING = "EC2 User Guide, Grant permission to tag Amazon EC2 resources during creation"
REFERENCE = "Service Authorization Reference, Amazon EC2"


def specified(*kinds: str) -> list[dict[str, Any]]:
    """Give each kind of new resource the same tag."""
    return [{"ResourceType": kind, "Tags": [{"Key": "team", "Value": "red"}]} for kind in kinds]


def run(resource: str, **keys: str) -> Need:
    """Expect RunInstances on a resource."""
    return Need("ec2:RunInstances", resource, {**RUN, **{f"ec2:{key}": value for key, value in keys.items()}})


def created(resource: str, operation: str) -> Need:
    """Expect tags on something new."""
    return Need("ec2:CreateTags", resource, {**REGION, **RED, "ec2:CreateAction": operation})


CASES = [
    Case("DescribeInstances", {}, (Need("ec2:DescribeInstances", "*", REGION),), REFERENCE),
    Case(
        "DescribeInstanceAttribute",
        {"InstanceId": "i-1234567890abcdef0", "Attribute": "userData"},
        (Need("ec2:DescribeInstanceAttribute", INSTANCE, OWN),),
        REFERENCE,
    ),
    Case(
        "StopInstances",
        {"InstanceIds": ["i-1234567890abcdef0", "i-0598c7d356eba48d7"]},
        (
            Need("ec2:StopInstances", INSTANCE, {**OWN, "ec2:InstanceID": "i-1234567890abcdef0"}),
            Need("ec2:StopInstances", SECOND, {**REGION, "ec2:InstanceID": "i-0598c7d356eba48d7"}),
        ),
        REFERENCE,
    ),
    Case(
        "RunInstances",
        ONE,
        (
            Need("ec2:RunInstances", f"{HERE}:instance/*", NEW),
            run(IMAGE, ImageID="ami-1"),
            run(f"{HERE}:volume/*", Encrypted="false"),
            run(f"{HERE}:network-interface/*", Subnet=DEFAULT_SUBNET),
            run(DEFAULT_SUBNET),
            run(DEFAULT_GROUP),
        ),
        GUIDE,
    ),
    Case(
        "RunInstances",
        {
            **ONE,
            "KeyName": "laptop",
            "SubnetId": "subnet-1",
            "SecurityGroupIds": ["sg-1"],
            "Placement": {"GroupName": "close", "Tenancy": "dedicated"},
            "IamInstanceProfile": {"Name": "web"},
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            "BlockDeviceMappings": [
                {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 8, "Encrypted": True, "SnapshotId": "snap-1"}},
                {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
            ],
            "TagSpecifications": specified("instance", "volume"),
        },
        (
            Need(
                "ec2:RunInstances",
                f"{HERE}:instance/*",
                {
                    **NEW,
                    **RED,
                    "ec2:Tenancy": "dedicated",
                    "ec2:MetadataHttpTokens": "required",
                    "ec2:MetadataHttpPutResponseHopLimit": "1",
                    "ec2:InstanceProfile": PROFILE,
                },
            ),
            run(IMAGE, ImageID="ami-1"),
            run(SNAPSHOT),
            Need(
                "ec2:RunInstances",
                f"{HERE}:volume/*",
                {
                    **RUN,
                    **RED,
                    "ec2:VolumeSize": "8",
                    "ec2:Encrypted": "true",
                    "ec2:VolumeType": "gp2",
                    "ec2:ParentSnapshot": SNAPSHOT,
                },
            ),
            run(f"{HERE}:network-interface/*", Subnet=SUBNET),
            run(SUBNET),
            run(GROUP),
            run(KEY_PAIR, KeyPairName="laptop"),
            run(f"{HERE}:placement-group/close"),
            Need(
                "iam:PassRole",
                ROLE,
                {
                    "iam:PassedToService": "ec2.amazonaws.com",
                    "iam:AssociatedResourceArn": f"{HERE}:instance/*",
                },
            ),
            created(f"{HERE}:instance/*", "RunInstances"),
            created(f"{HERE}:volume/*", "RunInstances"),
        ),
        GUIDE,
    ),
    Case(
        "RunInstances",
        {
            **ONE,
            "NetworkInterfaces": [
                {"SubnetId": "subnet-1", "Groups": ["sg-1"], "AssociatePublicIpAddress": True},
                {"NetworkInterfaceId": "eni-1"},
            ],
        },
        (
            Need("ec2:RunInstances", f"{HERE}:instance/*", NEW),
            run(IMAGE, ImageID="ami-1"),
            run(f"{HERE}:volume/*", Encrypted="false"),
            run(f"{HERE}:network-interface/*", Subnet=SUBNET, AssociatePublicIpAddress="true"),
            run(f"{HERE}:network-interface/eni-1"),
            run(SUBNET),
            run(GROUP),
        ),
        GUIDE,
    ),
    Case(
        "RunInstances",
        {**ONE, "SecurityGroups": ["web"], "Placement": {"AvailabilityZone": "us-east-1b"}},
        (
            Need("ec2:RunInstances", f"{HERE}:instance/*", {**NEW, "ec2:AvailabilityZone": "us-east-1b"}),
            run(IMAGE, ImageID="ami-1"),
            run(f"{HERE}:volume/*", Encrypted="false"),
            run(f"{HERE}:network-interface/*", Subnet=SUBNET),
            run(SUBNET),
            run(GROUP),
        ),
        GUIDE,
    ),
    Case(
        "CreateTags",
        {"Resources": ["i-1234567890abcdef0", "ami-1"], "Tags": [{"Key": "team", "Value": "red"}]},
        (Need("ec2:CreateTags", INSTANCE, {**OWN, **RED}), Need("ec2:CreateTags", IMAGE, {**REGION, **RED})),
        REFERENCE,
    ),
    Case(
        "DeleteTags",
        {"Resources": ["key-1"], "Tags": [{"Key": "team"}]},
        (Need("ec2:DeleteTags", KEY_PAIR, {**REGION, "aws:TagKeys": ("team",)}),),
        REFERENCE,
    ),
    Case(
        "CreateSecurityGroup",
        {"GroupName": "web", "VpcId": "vpc-1", "TagSpecifications": specified("security-group")},
        (
            Need("ec2:CreateSecurityGroup", f"{HERE}:security-group/*", {**REGION, **RED}),
            Need("ec2:CreateSecurityGroup", f"{HERE}:vpc/vpc-1", REGION),
            created(f"{HERE}:security-group/*", "CreateSecurityGroup"),
        ),
        TAGGING,
    ),
    Case("DeleteSecurityGroup", {"GroupName": "web"}, (Need("ec2:DeleteSecurityGroup", GROUP, REGION),), REFERENCE),
    Case(
        "AuthorizeSecurityGroupIngress",
        {"GroupId": "sg-1", "TagSpecifications": specified("security-group-rule")},
        (
            Need("ec2:AuthorizeSecurityGroupIngress", GROUP, REGION),
            Need("ec2:AuthorizeSecurityGroupIngress", f"{HERE}:security-group-rule/*", {**REGION, **RED}),
            created(f"{HERE}:security-group-rule/*", "AuthorizeSecurityGroupIngress"),
        ),
        TAGGING,
    ),
    Case(
        "CreateKeyPair",
        {"KeyName": "laptop"},
        (Need("ec2:CreateKeyPair", KEY_PAIR, {**REGION, "ec2:KeyPairType": "rsa"}),),
        REFERENCE,
    ),
    Case("DeleteKeyPair", {"KeyPairId": "key-1"}, (Need("ec2:DeleteKeyPair", KEY_PAIR, REGION),), REFERENCE),
    Case(
        "CreateVolume",
        {"AvailabilityZone": "us-east-1a", "SnapshotId": "snap-1", "TagSpecifications": specified("volume")},
        (
            Need(
                "ec2:CreateVolume",
                f"{HERE}:volume/*",
                {
                    **REGION,
                    **RED,
                    "ec2:AvailabilityZone": "us-east-1a",
                    "ec2:Encrypted": "false",
                    "ec2:ParentSnapshot": SNAPSHOT,
                    "ec2:VolumeType": "gp2",
                },
            ),
            Need("ec2:CreateVolume", SNAPSHOT, REGION),
            created(f"{HERE}:volume/*", "CreateVolume"),
        ),
        TAGGING,
    ),
    Case(
        "AttachVolume",
        {"VolumeId": "vol-1", "InstanceId": "i-1234567890abcdef0", "Device": "/dev/sdh"},
        (Need("ec2:AttachVolume", VOLUME, SIZED), Need("ec2:AttachVolume", INSTANCE, OWN)),
        REFERENCE,
    ),
    Case("DetachVolume", {"VolumeId": "vol-1"}, (Need("ec2:DetachVolume", VOLUME, SIZED),), REFERENCE),
    Case(
        "CreateSnapshot",
        {"VolumeId": "vol-1"},
        (
            Need(
                "ec2:CreateSnapshot",
                "arn:aws:ec2:us-east-1::snapshot/*",
                {**REGION, "ec2:ParentVolume": VOLUME, "ec2:VolumeSize": "8"},
                None,
            ),
            Need("ec2:CreateSnapshot", VOLUME, SIZED),
        ),
        REFERENCE,
    ),
    Case(
        "AssociateIamInstanceProfile",
        {"InstanceId": "i-1234567890abcdef0", "IamInstanceProfile": {"Name": "web"}},
        (
            Need("ec2:AssociateIamInstanceProfile", INSTANCE, {**OWN, "ec2:NewInstanceProfile": PROFILE}),
            Need(
                "iam:PassRole",
                ROLE,
                {"iam:PassedToService": "ec2.amazonaws.com", "iam:AssociatedResourceArn": INSTANCE},
            ),
        ),
        "EC2 User Guide, Grant permissions to attach an IAM role to an instance",
    ),
    Case(
        "DisassociateIamInstanceProfile",
        {"AssociationId": "iip-assoc-1"},
        (Need("ec2:DisassociateIamInstanceProfile", INSTANCE, OWN),),
        REFERENCE,
    ),
    Case(
        "ModifyInstanceAttribute",
        {"InstanceId": "i-1234567890abcdef0", "Groups": ["sg-1"]},
        (
            Need(
                "ec2:ModifyInstanceAttribute",
                INSTANCE,
                {**OWN, "ec2:Attribute": ("Groups",), "ec2:Attribute/Groups": ("sg-1",)},
            ),
            Need("ec2:ModifyInstanceAttribute", GROUP, REGION),
        ),
        REFERENCE,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less; images and snapshots tell no account."""
    needs = tuple(
        need._replace(account=None) if need.resource.startswith("arn:aws:ec2:us-east-1::") else need
        for need in case.needs
    )
    assert asked("ec2", case.operation, case.parameters, RESOURCES) == needs, case.source


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("StopInstances", {"InstanceIds": []}),
        ("StopInstances", {"InstanceIds": ["i-1/x"]}),
        ("RunInstances", {"MinCount": 1}),
        ("RunInstances", {**ONE, "TagSpecifications": specified("instance", "instance")}),
        ("RunInstances", {**ONE, "IamInstanceProfile": {"Name": "web", "Arn": PROFILE}}),
        ("DeleteKeyPair", {"KeyName": "laptop", "KeyPairId": "key-1"}),
        ("DeleteSecurityGroup", {}),
    ],
)
def test_what_ec2_would_not_take_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    """Nothing named, two names, and names that would be another resource's."""
    with pytest.raises(ServiceError) as caught:
        asked("ec2", operation, parameters, RESOURCES)
    assert caught.value.code == "InvalidParameterValue"


def test_name_of_no_known_group_is_refused() -> None:
    """A name would make an ARN that no policy has: what it stands for must be known."""
    with pytest.raises(ServiceError):
        asked("ec2", "DeleteSecurityGroup", {"GroupName": "unknown"}, RESOURCES)
    with pytest.raises(ServiceError):
        asked("ec2", "DeleteSecurityGroup", {"GroupName": "sg-2"}, RESOURCES)


def test_id_of_no_known_key_pair_is_refused() -> None:
    """A key pair's ARN has its name, not its ID."""
    with pytest.raises(ServiceError) as caught:
        asked("ec2", "DeleteKeyPair", {"KeyPairId": "key-2"}, RESOURCES)
    assert caught.value.code == "InvalidKeyPair.NotFound"


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("RunInstances", {**ONE, "LaunchTemplate": {"LaunchTemplateId": "lt-1"}}),
        ("RunInstances", {**ONE, "TagSpecifications": specified("spot-instances-request")}),
        ("CreateTags", {"Resources": ["tgw-1"], "Tags": []}),
        ("CreateVpc", {"CidrBlock": "10.0.0.0/16"}),
        ("DescribeFleetInstances", {"FleetId": "fleet-1"}),
    ],
)
def test_what_is_not_modelled_says_so(operation: str, parameters: dict[str, Any]) -> None:
    """Parts of EC2 beyond the course are refused, not waved through."""
    with pytest.raises(NotModelled):
        asked("ec2", operation, parameters, RESOURCES)


def test_beside_the_table_only_descriptions_are_modelled() -> None:
    """EC2 has hundreds of operations; whatever has no row and describes nothing is not modelled."""
    modelled = set()
    for operation in operations("ec2"):
        try:
            SERVICES["ec2"].row(operation)
            modelled.add(operation)
        except NotModelled:
            continue
    assert {name for name in modelled if not name.startswith("Describe")} == set(ROWS)
    assert {"DescribeInstances", "DescribeSecurityGroups", "DescribeImages", "DescribeTags"} <= modelled


@st.composite
def of_the_table(draw: st.DrawFn) -> Call:
    """Make a call of an operation that has a row."""
    operation = draw(st.sampled_from(sorted(ROWS)))
    return call("ec2", operation, draw(values(model("ec2").operation_model(operation).input_shape)))


@given(made=of_the_table() | any_call("ec2"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made, RESOURCES)

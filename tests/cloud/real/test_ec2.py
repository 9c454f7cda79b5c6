"""Amazon EC2, row by row, with boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from iamkit.cloud.local_cloud import ACCOUNT
from iamkit.cloud.local_cloud import REGION as REGION_NAME
from iamkit.cloud.store.backends import backend
from tests.cloud.real.harness import (
    OTHER_ACCOUNT,
    Names,
    Need,
    Row,
    World,
    a_world,
    check,
    frozen,
    statement,
    without_entry,
)

HERE, SHARED = "arn:aws:ec2:us-east-1:111122223333", "arn:aws:ec2:us-east-1:"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    }
)
PUBLIC_KEY = (
    ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    .public_key()
    .public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
)


def an_amazon_image() -> str:
    """Find a public image of Amazon's; there are many, and they take seconds to list."""
    return next(str(image.id) for image in kept().amis.values() if image.owner_alias == "amazon")


def kept() -> Any:
    """Open what moto keeps."""
    return backend("ec2", ACCOUNT, REGION_NAME)


def to_launch(world: World) -> Mapping[str, Any]:
    """Find a public image of Amazon's, the default VPC's first subnet, and its security group."""
    ec2, image = world.admin("ec2"), an_amazon_image()
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    subnets = ec2.describe_subnets(Filters=in_vpc)["Subnets"]
    subnet = min(subnets, key=lambda each: str(each["AvailabilityZone"]))["SubnetId"]
    named = [*in_vpc, {"Name": "group-name", "Values": ["default"]}]
    group = ec2.describe_security_groups(Filters=named)["SecurityGroups"][0]["GroupId"]
    return {
        "image": image,
        "image_arn": f"{SHARED}:image/{image}",
        "subnet": subnet,
        "subnet_arn": f"{HERE}:subnet/{subnet}",
        "vpc": vpc,
        "vpc_arn": f"{HERE}:vpc/{vpc}",
        "group": group,
        "group_arn": f"{HERE}:security-group/{group}",
    }


def a_profile(world: World, stem: str = "") -> Mapping[str, Any]:
    """Make an instance profile with a role in it."""
    iam, name = world.admin("iam"), world.name("web")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    profile = iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    return {f"{stem}profile": name, f"{stem}profile_arn": profile, f"{stem}role": role}


def to_launch_fully(world: World) -> Mapping[str, Any]:
    """Add a subnet, a group, a key pair, a profile, a snapshot and a network interface of one's own."""
    ec2, made = world.admin("ec2"), to_launch(world)
    name = world.name("group")
    group = ec2.create_security_group(GroupName=name, Description="web", VpcId=made["vpc"])["GroupId"]
    ec2.create_key_pair(KeyName=world.name("key"))
    key = ec2.describe_key_pairs()["KeyPairs"][-1]["KeyName"]
    # No row makes one.
    interface = kept().create_network_interface(kept().get_subnet(made["subnet"]), None).id
    return {
        **made,
        **a_profile(world),
        **a_snapshot(world),
        "own": group,
        "own_arn": f"{HERE}:security-group/{group}",
        "own_name": name,
        "key": key,
        "key_arn": f"{HERE}:key-pair/{key}",
        "interface": interface,
        "interface_arn": f"{HERE}:network-interface/{interface}",
    }


def an_instance(world: World) -> Mapping[str, Any]:
    """Launch an instance with a tag, and a group that it could be moved to."""
    ec2, made = world.admin("ec2"), to_launch(world)
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "team", "Value": "red"}]}]
    launched = ec2.run_instances(
        ImageId=made["image"], InstanceType="t3.micro", MinCount=1, MaxCount=1, TagSpecifications=tags
    )
    instance = launched["Instances"][0]["InstanceId"]
    group = ec2.create_security_group(GroupName=world.name("group"), Description="web", VpcId=made["vpc"])["GroupId"]
    return {
        **made,
        **a_profile(world),
        "instance": instance,
        "arn": f"{HERE}:instance/{instance}",
        "own": group,
        "own_arn": f"{HERE}:security-group/{group}",
    }


def a_stopped_instance(world: World) -> Mapping[str, Any]:
    """Launch an instance, and stop it."""
    made = an_instance(world)
    world.admin("ec2").stop_instances(InstanceIds=[made["instance"]])
    return made


def two_instances(world: World) -> Mapping[str, Any]:
    """Launch two."""
    second = an_instance(world)
    return {**an_instance(world), "second": second["instance"], "second_arn": second["arn"]}


def an_association(world: World) -> Mapping[str, Any]:
    """Give an instance a profile; make another."""
    made = an_instance(world)
    given = world.admin("ec2").associate_iam_instance_profile(
        InstanceId=made["instance"], IamInstanceProfile={"Name": made["profile"]}
    )
    association = given["IamInstanceProfileAssociation"]["AssociationId"]
    return {**made, **a_profile(world, "new_"), "association": association}


def a_volume(world: World) -> Mapping[str, Any]:
    """Make a volume with a tag, beside an instance."""
    made = an_instance(world)
    tags = [{"ResourceType": "volume", "Tags": [{"Key": "team", "Value": "red"}]}]
    volume = world.admin("ec2").create_volume(Size=8, AvailabilityZone="us-east-1a", TagSpecifications=tags)["VolumeId"]
    return {**made, "volume": volume, "volume_arn": f"{HERE}:volume/{volume}"}


def an_attached_volume(world: World) -> Mapping[str, Any]:
    """Attach it."""
    made = a_volume(world)
    world.admin("ec2").attach_volume(VolumeId=made["volume"], InstanceId=made["instance"], Device="/dev/sdh")
    return made


def a_snapshot(world: World) -> Mapping[str, Any]:
    """Make a snapshot of an encrypted volume."""
    ec2 = world.admin("ec2")
    volume = ec2.create_volume(Size=8, AvailabilityZone="us-east-1a", Encrypted=True)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    return {"snapshot": snapshot, "snapshot_arn": f"{SHARED}:snapshot/{snapshot}"}


def an_image(world: World) -> Mapping[str, Any]:
    """Make an image out of an instance."""
    made = an_instance(world)
    image = world.admin("ec2").create_image(InstanceId=made["instance"], Name=world.name("image"))["ImageId"]
    return {**made, "made": image, "made_arn": f"{SHARED}:image/{image}"}


def a_group(world: World) -> Mapping[str, Any]:
    """Make a security group with a tag and a rule."""
    ec2, made = world.admin("ec2"), to_launch(world)
    tags = [{"ResourceType": "security-group", "Tags": [{"Key": "team", "Value": "red"}]}]
    group = ec2.create_security_group(
        GroupName=world.name("group"), Description="web", VpcId=made["vpc"], TagSpecifications=tags
    )["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=HTTPS)
    return {**made, "own": group, "own_arn": f"{HERE}:security-group/{group}"}


def a_key(world: World) -> Mapping[str, Any]:
    """Make a key pair."""
    name = world.name("key")
    made = world.admin("ec2").create_key_pair(KeyName=name)
    return {"key": name, "key_arn": f"{HERE}:key-pair/{name}", "key_id": made["KeyPairId"]}


def a_name(world: World) -> Mapping[str, Any]:
    """Give a name that nothing has, and the default VPC."""
    name = world.name("new")
    return {**to_launch(world), "name": name, "key_arn": f"{HERE}:key-pair/{name}"}


HTTPS = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}]
SSH = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]}]
EVERYTHING_OUT = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
TAGS = [{"Key": "team", "Value": "blue"}]
REGION = {"ec2:Region": "us-east-1"}
RED = {"aws:ResourceTag/team": "red", "ec2:ResourceTag/team": "red"}
NEW_TAG = {"aws:RequestTag/team": "blue", "aws:TagKeys": ["team"]}
PASSED = {"iam:PassedToService": "ec2.amazonaws.com"}
MICRO = {**RED, **REGION, "ec2:InstanceType": "t3.micro", "ec2:RootDeviceType": "ebs", "ec2:Tenancy": "default"}
ON = {"InstanceId": "{instance}"}


def specified(*kinds: str) -> list[dict[str, Any]]:
    """Give new resources of each kind a tag."""
    return [{"ResourceType": kind, "Tags": TAGS} for kind in kinds]


def created(arn: str, operation: str) -> Need:
    """Expect tags on something new."""
    return Need("ec2:CreateTags", arn, {**NEW_TAG, "ec2:CreateAction": operation})


def on_instance(operation: str, parameters: Mapping[str, Any], keys: Mapping[str, Any] = {}, **more: Any) -> Row:
    """Write the entry of an operation that needs one action on an instance with a tag."""
    prepare = more.pop("prepare", an_instance)
    return Row("ec2", operation, parameters, (Need(f"ec2:{operation}", "{arn}", {**MICRO, **keys}),), prepare, **more)


def run(resource: str, **keys: str) -> Need:
    """Expect RunInstances on a resource."""
    return Need("ec2:RunInstances", resource, {f"ec2:{key}": value for key, value in keys.items()})


ONE = {"ImageId": "{image}", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
OF_AMAZON = run("{image_arn}", ImageID="{image}", Owner="amazon", Public="true", RootDeviceType="ebs")
RUNNING = (
    Row(
        "ec2",
        "RunInstances",
        ONE,
        (
            run(f"{HERE}:instance/*", InstanceType="t3.micro", InstanceMarketType="on-demand", Region="us-east-1"),
            OF_AMAZON,
            run(f"{HERE}:volume/*", Encrypted="false"),
            run(f"{HERE}:network-interface/*", Subnet="{subnet_arn}", Vpc="{vpc_arn}"),
            run("{subnet_arn}", SubnetID="{subnet}", Vpc="{vpc_arn}", AvailabilityZone="us-east-1a"),
            run("{group_arn}", SecurityGroupID="{group}", Vpc="{vpc_arn}"),
        ),
        to_launch,
    ),
    Row(
        "ec2",
        "RunInstances",
        {
            **ONE,
            "SubnetId": "{subnet}",
            "SecurityGroupIds": ["{own}"],
            "KeyName": "{key}",
            "IamInstanceProfile": {"Name": "{profile}"},
            "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
            "BlockDeviceMappings": [
                {"DeviceName": "/dev/sdb", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3", "SnapshotId": "{snapshot}"}}
            ],
            "TagSpecifications": specified("instance", "volume"),
        },
        (
            Need(
                "ec2:RunInstances",
                f"{HERE}:instance/*",
                {
                    **NEW_TAG,
                    "ec2:InstanceProfile": "{profile_arn}",
                    "ec2:MetadataHttpTokens": "required",
                    "ec2:MetadataHttpEndpoint": "enabled",
                },
            ),
            run("{image_arn}"),
            Need(
                "ec2:RunInstances",
                f"{HERE}:volume/*",
                {
                    **NEW_TAG,
                    "ec2:Encrypted": "true",
                    "ec2:ParentSnapshot": "{snapshot_arn}",
                    "ec2:VolumeSize": "8",
                    "ec2:VolumeType": "gp3",
                },
            ),
            run("{snapshot_arn}", Owner="{account}"),
            run(f"{HERE}:network-interface/*"),
            run("{subnet_arn}"),
            run("{own_arn}"),
            run("{key_arn}", KeyPairName="{key}"),
            Need("iam:PassRole", "{role}", {**PASSED, "iam:AssociatedResourceArn": f"{HERE}:instance/*"}),
            created(f"{HERE}:instance/*", "RunInstances"),
            created(f"{HERE}:volume/*", "RunInstances"),
        ),
        to_launch_fully,
        note="full",
    ),
    Row(
        "ec2",
        "RunInstances",
        {**ONE, "NetworkInterfaces": [{"DeviceIndex": 0, "NetworkInterfaceId": "{interface}"}]},
        (
            run(f"{HERE}:instance/*"),
            OF_AMAZON,
            run(f"{HERE}:volume/*"),
            run("{interface_arn}", Subnet="{subnet_arn}", NetworkInterfaceID="{interface}"),
        ),
        to_launch_fully,
        note="existing-interface",
    ),
    Row(
        "ec2",
        "RunInstances",
        {
            **ONE,
            "NetworkInterfaces": [
                {"DeviceIndex": 0, "SubnetId": "{subnet}", "Groups": ["{own}"], "AssociatePublicIpAddress": True}
            ],
        },
        (
            run(f"{HERE}:instance/*"),
            OF_AMAZON,
            run(f"{HERE}:volume/*"),
            run(f"{HERE}:network-interface/*", Subnet="{subnet_arn}", AssociatePublicIpAddress="true"),
            run("{subnet_arn}"),
            run("{own_arn}"),
        ),
        to_launch_fully,
        note="new-interface",
    ),
)
INSTANCES = (
    Row(
        "ec2",
        "StopInstances",
        {"InstanceIds": ["{instance}", "{second}"]},
        (
            Need("ec2:StopInstances", "{arn}", {**MICRO, "ec2:InstanceID": "{instance}"}),
            Need("ec2:StopInstances", "{second_arn}", MICRO),
        ),
        two_instances,
    ),
    on_instance("StartInstances", {"InstanceIds": ["{instance}"]}, prepare=a_stopped_instance),
    on_instance("RebootInstances", {"InstanceIds": ["{instance}"]}),
    on_instance("TerminateInstances", {"InstanceIds": ["{instance}"]}),
    # moto does not watch instances: who is allowed learns that.
    on_instance("MonitorInstances", {"InstanceIds": ["{instance}"]}, ends="NotModelled"),
    on_instance("UnmonitorInstances", {"InstanceIds": ["{instance}"]}, ends="NotModelled"),
    on_instance("GetConsoleOutput", ON),
    on_instance("GetPasswordData", ON),
    on_instance("DescribeInstanceAttribute", {**ON, "Attribute": "instanceType"}),
    on_instance(
        "ModifyInstanceAttribute",
        {**ON, "InstanceType": {"Value": "t3.large"}},
        {"ec2:Attribute": ["InstanceType"], "ec2:Attribute/InstanceType": "t3.large"},
        prepare=a_stopped_instance,
    ),
    on_instance(
        "ModifyInstanceAttribute",
        {**ON, "Attribute": "disableApiTermination", "Value": "true"},
        {"ec2:Attribute/DisableApiTermination": "true"},
        note="named",
    ),
    Row(
        "ec2",
        "ModifyInstanceAttribute",
        {**ON, "Groups": ["{own}"]},
        (
            Need("ec2:ModifyInstanceAttribute", "{arn}", {**MICRO, "ec2:Attribute": ["Groups"]}),
            Need("ec2:ModifyInstanceAttribute", "{own_arn}", {"ec2:Vpc": "{vpc_arn}"}),
        ),
        an_instance,
        note="groups",
    ),
    on_instance(
        "ModifyInstanceMetadataOptions",
        {**ON, "HttpTokens": "required"},
        {"ec2:Attribute/HttpTokens": "required"},
    ),
    Row(
        "ec2",
        "AssociateIamInstanceProfile",
        {**ON, "IamInstanceProfile": {"Name": "{profile}"}},
        (
            Need("ec2:AssociateIamInstanceProfile", "{arn}", {**MICRO, "ec2:NewInstanceProfile": "{profile_arn}"}),
            Need("iam:PassRole", "{role}", {**PASSED, "iam:AssociatedResourceArn": "{arn}"}),
        ),
        an_instance,
    ),
    Row(
        "ec2",
        "ReplaceIamInstanceProfileAssociation",
        {"AssociationId": "{association}", "IamInstanceProfile": {"Arn": "{new_profile_arn}"}},
        (
            Need(
                "ec2:ReplaceIamInstanceProfileAssociation",
                "{arn}",
                {**MICRO, "ec2:NewInstanceProfile": "{new_profile_arn}"},
            ),
            Need("iam:PassRole", "{new_role}", PASSED),
        ),
        an_association,
    ),
    on_instance(
        "DisassociateIamInstanceProfile",
        {"AssociationId": "{association}"},
        {"ec2:InstanceProfile": "{profile_arn}"},
        prepare=an_association,
    ),
)
TAGGING = (
    Row(
        "ec2",
        "CreateTags",
        {"Resources": ["{instance}", "{volume}"], "Tags": TAGS},
        (
            Need("ec2:CreateTags", "{arn}", {**RED, **NEW_TAG}),
            Need("ec2:CreateTags", "{volume_arn}", {**RED, **NEW_TAG}),
        ),
        a_volume,
    ),
    Row(
        "ec2",
        "CreateTags",
        {"Resources": ["{vpc}"], "Tags": TAGS},
        (Need("ec2:CreateTags", "{vpc_arn}", {**NEW_TAG, "ec2:VpcID": "{vpc}", "ec2:Tenancy": "default"}),),
        to_launch,
        note="vpc",
    ),
    Row(
        "ec2",
        "DeleteTags",
        {"Resources": ["{instance}", "{volume}"], "Tags": [{"Key": "team"}]},
        (
            Need("ec2:DeleteTags", "{arn}", {**RED, "aws:TagKeys": ["team"]}),
            Need("ec2:DeleteTags", "{volume_arn}", {**RED, "aws:TagKeys": ["team"]}),
        ),
        a_volume,
    ),
)
GROUP = {"GroupId": "{own}"}
OF_GROUP = {**RED, **REGION, "ec2:Vpc": "{vpc_arn}", "ec2:SecurityGroupID": "{own}"}
GROUPS = (
    Row(
        "ec2",
        "CreateSecurityGroup",
        {
            "GroupName": "{name}",
            "Description": "web",
            "VpcId": "{vpc}",
            "TagSpecifications": specified("security-group"),
        },
        (
            Need("ec2:CreateSecurityGroup", f"{HERE}:security-group/*", {**REGION, **NEW_TAG}),
            Need("ec2:CreateSecurityGroup", "{vpc_arn}", {"ec2:VpcID": "{vpc}"}),
            created(f"{HERE}:security-group/*", "CreateSecurityGroup"),
        ),
        a_name,
    ),
    *(
        Row("ec2", operation, {**GROUP, **more}, (Need(f"ec2:{operation}", "{own_arn}", OF_GROUP),), a_group)
        for operation, more in (
            ("DeleteSecurityGroup", {}),
            ("AuthorizeSecurityGroupIngress", {"IpPermissions": SSH}),
            ("RevokeSecurityGroupIngress", {"IpPermissions": HTTPS}),
            ("AuthorizeSecurityGroupEgress", {"IpPermissions": SSH}),
            ("RevokeSecurityGroupEgress", {"IpPermissions": EVERYTHING_OUT}),
        )
    ),
    Row(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        {**GROUP, "IpPermissions": SSH, "TagSpecifications": specified("security-group-rule")},
        (
            Need("ec2:AuthorizeSecurityGroupIngress", "{own_arn}", OF_GROUP),
            Need("ec2:AuthorizeSecurityGroupIngress", f"{HERE}:security-group-rule/*", NEW_TAG),
            created(f"{HERE}:security-group-rule/*", "AuthorizeSecurityGroupIngress"),
        ),
        a_group,
        note="tagged",
    ),
)
KEYS = (
    Row(
        "ec2",
        "CreateKeyPair",
        {"KeyName": "{name}", "TagSpecifications": specified("key-pair")},
        (
            Need("ec2:CreateKeyPair", "{key_arn}", {**NEW_TAG, "ec2:KeyPairType": "rsa"}),
            created("{key_arn}", "CreateKeyPair"),
        ),
        a_name,
    ),
    Row(
        "ec2",
        "ImportKeyPair",
        {"KeyName": "{name}", "PublicKeyMaterial": PUBLIC_KEY},
        (Need("ec2:ImportKeyPair", "{key_arn}", REGION),),
        a_name,
    ),
    Row(
        "ec2",
        "DeleteKeyPair",
        {"KeyName": "{key}"},
        (Need("ec2:DeleteKeyPair", "{key_arn}", {"ec2:KeyPairName": "{key}"}),),
        a_key,
    ),
    Row("ec2", "DeleteKeyPair", {"KeyPairId": "{key_id}"}, (Need("ec2:DeleteKeyPair", "{key_arn}"),), a_key, note="id"),
)
OF_VOLUME = {**RED, **REGION, "ec2:VolumeSize": "8", "ec2:Encrypted": "false", "ec2:AvailabilityZone": "us-east-1a"}
VOLUMES = (
    Row(
        "ec2",
        "CreateVolume",
        {"Size": 16, "AvailabilityZone": "us-east-1a", "Encrypted": True, "TagSpecifications": specified("volume")},
        (
            Need(
                "ec2:CreateVolume",
                f"{HERE}:volume/*",
                {**NEW_TAG, "ec2:Encrypted": "true", "ec2:VolumeSize": "16", "ec2:AvailabilityZone": "us-east-1a"},
            ),
            created(f"{HERE}:volume/*", "CreateVolume"),
        ),
    ),
    Row(
        "ec2",
        "CreateVolume",
        {"AvailabilityZone": "us-east-1a", "SnapshotId": "{snapshot}"},
        (
            Need(
                "ec2:CreateVolume",
                f"{HERE}:volume/*",
                {"ec2:Encrypted": "true", "ec2:VolumeSize": "8", "ec2:ParentSnapshot": "{snapshot_arn}"},
            ),
            Need("ec2:CreateVolume", "{snapshot_arn}", {"ec2:Owner": "{account}", "ec2:Encrypted": "true"}),
        ),
        a_snapshot,
        note="snapshot",
    ),
    Row(
        "ec2",
        "DeleteVolume",
        {"VolumeId": "{volume}"},
        (Need("ec2:DeleteVolume", "{volume_arn}", OF_VOLUME),),
        a_volume,
    ),
    Row(
        "ec2",
        "AttachVolume",
        {"VolumeId": "{volume}", "Device": "/dev/sdh", **ON},
        (Need("ec2:AttachVolume", "{volume_arn}", OF_VOLUME), Need("ec2:AttachVolume", "{arn}", MICRO)),
        a_volume,
    ),
    Row(
        "ec2",
        "DetachVolume",
        {"VolumeId": "{volume}", **ON},
        (Need("ec2:DetachVolume", "{volume_arn}", OF_VOLUME), Need("ec2:DetachVolume", "{arn}", MICRO)),
        an_attached_volume,
    ),
    Row(
        "ec2",
        "DetachVolume",
        {"VolumeId": "{volume}"},
        (Need("ec2:DetachVolume", "{volume_arn}", OF_VOLUME),),
        an_attached_volume,
        note="from-any",
    ),
    Row(
        "ec2",
        "CreateSnapshot",
        {"VolumeId": "{volume}", "TagSpecifications": specified("snapshot")},
        (
            Need(
                "ec2:CreateSnapshot",
                f"{SHARED}:snapshot/*",
                {**NEW_TAG, "ec2:ParentVolume": "{volume_arn}", "ec2:VolumeSize": "8"},
            ),
            Need("ec2:CreateSnapshot", "{volume_arn}", RED),
            created(f"{SHARED}:snapshot/*", "CreateSnapshot"),
        ),
        a_volume,
    ),
    Row(
        "ec2",
        "DeleteSnapshot",
        {"SnapshotId": "{snapshot}"},
        (Need("ec2:DeleteSnapshot", "{snapshot_arn}", {"ec2:Owner": "{account}"}),),
        a_snapshot,
    ),
    Row(
        "ec2",
        "CreateImage",
        {**ON, "Name": "one"},
        (
            Need("ec2:CreateImage", "{arn}", MICRO),
            Need("ec2:CreateImage", f"{SHARED}:image/*"),
            Need("ec2:CreateImage", f"{SHARED}:snapshot/*"),
        ),
        an_instance,
    ),
    Row(
        "ec2",
        "CreateImage",
        {**ON, "Name": "one", "TagSpecifications": specified("image", "snapshot")},
        (
            Need("ec2:CreateImage", "{arn}", MICRO),
            Need("ec2:CreateImage", f"{SHARED}:image/*", NEW_TAG),
            Need("ec2:CreateImage", f"{SHARED}:snapshot/*", NEW_TAG),
            created(f"{SHARED}:image/*", "CreateImage"),
            created(f"{SHARED}:snapshot/*", "CreateImage"),
        ),
        an_instance,
        # moto tags no snapshots of new images.
        ends="NotModelled",
        note="tagged",
    ),
    Row(
        "ec2",
        "DeregisterImage",
        {"ImageId": "{made}"},
        (Need("ec2:DeregisterImage", "{made_arn}", {"ec2:Owner": "{account}", "ec2:Public": "false"}),),
        an_image,
    ),
)
OF_ONES_OWN = {"Images": {"Owners": ["self"]}, "Snapshots": {"OwnerIds": ["self"]}}
DESCRIBED = tuple(
    Row("ec2", f"Describe{what}", OF_ONES_OWN.get(what, {}), (Need(f"ec2:Describe{what}", "*", REGION),))
    for what in (
        "AvailabilityZones",
        "Images",
        "InstanceStatus",
        "Instances",
        "KeyPairs",
        "NetworkInterfaces",
        "Regions",
        "SecurityGroupRules",
        "SecurityGroups",
        "Snapshots",
        "Subnets",
        "Tags",
        "Volumes",
        "Vpcs",
    )
)
ROWS = (*RUNNING, *INSTANCES, *TAGGING, *GROUPS, *KEYS, *VOLUMES, *DESCRIBED)


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
    assert not without_entry("ec2", ROWS)


def refused(call: Any, **parameters: Any) -> tuple[str, str, int]:
    """Call, and give code, message and status of the error."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    found = caught.value.response
    return found["Error"]["Code"], found["Error"]["Message"], found["ResponseMetadata"]["HTTPStatusCode"]


DRY: tuple[tuple[str, Mapping[str, Any], Any], ...] = (
    ("RunInstances", {"MinCount": 1, "MaxCount": 1, "ImageId": "{image}"}, to_launch),
    ("CreateTags", {"Resources": ["{vpc}"], "Tags": TAGS}, to_launch),
    ("TerminateInstances", {"InstanceIds": ["{instance}"]}, an_instance),
    # moto does not heed the flag here.
    ("ModifyInstanceMetadataOptions", {**ON, "HttpTokens": "required"}, an_instance),
    ("DescribeInstances", {}, to_launch),
)


@pytest.mark.parametrize(("operation", "parameters", "prepare"), DRY, ids=[each[0] for each in DRY])
def test_a_dry_run_does_nothing(world: World, operation: str, parameters: Mapping[str, Any], prepare: Any) -> None:
    """Who may is told so with an error, who may not is refused as ever (API reference, "DryRun")."""
    given = Names(prepare(world)).fill(parameters)
    call, before = getattr(world.caller("ec2"), xform_name(operation)), frozen("ec2")
    world.permit(statement(Need("ec2:*")))
    told = refused(call, DryRun=True, **given)
    assert told == ("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
    world.permit(statement(Need(f"ec2:{operation}"), "Deny"))
    code, _, status = refused(call, DryRun=True, **given)
    assert (code, status) == ("UnauthorizedOperation", 403)
    assert frozen("ec2") == before


SEALED = ". Encoded authorization failure message: "


def test_a_denial_can_be_decoded(world: World) -> None:
    """STS, DecodeAuthorizationMessage: what was asked, and the statement that refused, for who may decode."""
    vpc = to_launch(world)
    tag = {"Resources": [vpc["vpc"]], "Tags": TAGS}
    forbidding = {**statement(Need("ec2:CreateTags"), "Deny"), "Sid": "NoTags"}
    world.permit(statement(Need("ec2:*")), forbidding)
    code, message, status = refused(world.caller("ec2").create_tags, **tag)
    assert (code, status) == ("UnauthorizedOperation", 403)
    said, _, sealed = message.partition(SEALED)
    assert said == (
        "You are not authorized to perform this operation. User: arn:aws:iam::111122223333:user/caller is not "
        f"authorized to perform: ec2:CreateTags on resource: {vpc['vpc_arn']} with an explicit deny in an "
        "identity-based policy"
    )
    world.permit(statement(Need("sts:DecodeAuthorizationMessage")))
    opened = world.caller("sts").decode_authorization_message(EncodedMessage=sealed)
    told = json.loads(opened["DecodedMessage"])
    assert (told["allowed"], told["explicitDeny"]) == (False, True)
    assert [each["statementId"] for each in told["matchedStatements"]["items"]] == ["NoTags"]
    context = told["context"]
    assert (context["action"], context["resource"]) == ("ec2:CreateTags", vpc["vpc_arn"])
    keys = {each["key"]: each["values"]["items"] for each in context["conditions"]["items"]}
    assert keys["aws:RequestTag/team"] == [{"value": "blue"}]


def test_a_role_that_may_not_be_passed(world: World) -> None:
    """RunInstances with a profile: the denied action in the message is iam:PassRole, on the role."""
    made = to_launch_fully(world)
    world.permit(statement(Need("ec2:*")))
    launch = {"ImageId": made["image"], "MinCount": 1, "MaxCount": 1, "IamInstanceProfile": {"Name": made["profile"]}}
    code, message, _ = refused(world.caller("ec2").run_instances, **launch)
    assert code == "UnauthorizedOperation"
    assert (
        f"is not authorized to perform: iam:PassRole on resource: {made['role']} because no identity-based" in message
    )
    world.permit(statement(Need("sts:DecodeAuthorizationMessage")))
    sealed = message.partition(SEALED)[2]
    opened = world.caller("sts").decode_authorization_message(EncodedMessage=sealed)
    assert json.loads(opened["DecodedMessage"])["context"]["resource"] == made["role"]


def test_what_only_describes_says_no_more(world: World) -> None:
    """Denials of descriptions have nothing sealed in them."""
    world.permit(statement(Need("sqs:ListQueues")))
    _, message, _ = refused(world.caller("ec2").describe_instances)
    assert message.endswith("because no identity-based policy allows the ec2:DescribeInstances action")


def test_a_message_of_another_account(world: World) -> None:
    """What was sealed for one account is none of another's business."""
    world.permit(statement(Need("sqs:ListQueues")))
    _, message, _ = refused(world.caller("ec2").create_tags, Resources=[to_launch(world)["vpc"]], Tags=TAGS)
    stranger = world.cloud.client("sts", world.cloud.administrator(OTHER_ACCOUNT))
    code, _, _ = refused(stranger.decode_authorization_message, EncodedMessage=message.partition(SEALED)[2])
    assert code == "InvalidAuthorizationMessageException"


def test_an_unknown_association(world: World) -> None:
    """It has no instance to ask for: the service's own error (EC2 User Guide, "Error codes")."""
    unknown = {"AssociationId": "iip-assoc-0123456789abcdef0"}
    code, _, status = refused(world.admin("ec2").disassociate_iam_instance_profile, **unknown)
    assert (code, status) == ("InvalidAssociationID.NotFound", 400)


def test_an_instance_is_where_it_was_allowed(world: World) -> None:
    """Who names no subnet and no group is asked for the default ones, and gets them."""
    made = to_launch(world)
    launched = world.admin("ec2").run_instances(ImageId=made["image"], MinCount=1, MaxCount=1)["Instances"][0]
    assert (launched["SubnetId"], launched["VpcId"]) == (made["subnet"], made["vpc"])
    assert [each["GroupId"] for each in launched["SecurityGroups"]] == [made["group"]]

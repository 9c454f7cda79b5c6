"""What services know of their resources, read after boto3 has made them."""

from __future__ import annotations

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.store.backends import backend
from iamkit.cloud.store.knowing import keys_known

HERE, SHARED = "arn:aws:ec2:us-east-1:111122223333", "arn:aws:ec2:us-east-1:"


def test_what_ec2_knows(cloud: LocalCloud) -> None:
    """Service Authorization Reference, Amazon EC2: the keys of subnets, groups, volumes, snapshots and instances."""
    ec2 = cloud.client("ec2")
    kept = backend("ec2", "111122223333", "us-east-1")
    subnet = ec2.describe_subnets()["Subnets"][0]
    vpc = f"{HERE}:vpc/{subnet['VpcId']}"
    assert keys_known(f"{HERE}:subnet/{subnet['SubnetId']}") == {
        "ec2:SubnetID": subnet["SubnetId"],
        "ec2:Vpc": vpc,
        "ec2:AvailabilityZone": subnet["AvailabilityZone"],
        "ec2:AvailabilityZoneId": subnet["AvailabilityZoneId"],
    }
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=subnet["VpcId"])["GroupId"]
    assert keys_known(f"{HERE}:security-group/{group}") == {"ec2:SecurityGroupID": group, "ec2:Vpc": vpc}
    volume = ec2.create_volume(Size=8, AvailabilityZone="us-east-1a", Encrypted=True)["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    assert keys_known(f"{SHARED}:snapshot/{snapshot}") == {
        "ec2:SnapshotID": snapshot,
        "ec2:Owner": "111122223333",
        "ec2:ParentVolume": f"{HERE}:volume/{volume}",
        "ec2:Encrypted": "true",
        "ec2:VolumeSize": "8",
    }
    image = next(each for each in kept.amis.values() if each.owner_alias == "amazon")
    told = keys_known(f"{SHARED}:image/{image.id}")
    assert (told["ec2:Owner"], told["ec2:Public"]) == ("amazon", "true")
    launched = ec2.run_instances(ImageId=image.id, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    instance = launched["Instances"][0]["InstanceId"]
    told = keys_known(f"{HERE}:instance/{instance}")
    assert (told["ec2:InstanceType"], told["ec2:Tenancy"]) == ("t3.micro", "default")
    assert "ec2:InstanceProfile" not in told


def test_nothing_is_known_of_what_does_not_exist(cloud: LocalCloud) -> None:
    """Neither of what is to be made, nor of other accounts, nor of what is no ARN."""
    kinds = ("instance", "subnet", "security-group", "volume", "key-pair", "network-interface", "vpc", "dragon")
    for name in ("*", "none-1"):
        assert [keys_known(f"{HERE}:{kind}/{name}") for kind in kinds] == [{}] * len(kinds)
        assert keys_known(f"{SHARED}:image/{name}") == keys_known(f"{SHARED}:snapshot/{name}") == {}
    subnet = cloud.client("ec2").describe_subnets()["Subnets"][0]["SubnetId"]
    assert keys_known(f"arn:aws:ec2:us-east-1:444455556666:subnet/{subnet}") == {}
    assert keys_known(f"arn:aws:ec2:us-east-1:999999999999:subnet/{subnet}") == {}
    assert keys_known("arn:aws:lambda:us-east-1:111122223333:event-source-mapping:1234") == {}
    assert keys_known("no ARN") == keys_known("*") == {}

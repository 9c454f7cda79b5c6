"""Instances that RunInstances launched: their metadata is what calls to EC2 make of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.metadata import Instance, NotRunning
from tests.cloud.metadata.world import ACCOUNT, chain, send, who

CREDENTIALS = "/latest/meta-data/iam/security-credentials/"


class World(NamedTuple):
    """An instance that was launched with a profile, version 2 and a hop limit, and a client to change it."""

    cloud: LocalCloud
    ec2: Any
    described: dict[str, Any]
    instance: Instance


def launch(ec2: Any, **options: Any) -> dict[str, Any]:
    """Launch an instance."""
    wanted = {"ImageId": "ami-0abcdef1234567890", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    (described,) = ec2.run_instances(**wanted, **options)["Instances"]
    return dict(described)


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> Iterator[World]:
    """Launch the instance that all tests share; each leaves it as it was."""
    ec2, iam = cloud.client("ec2"), cloud.client("iam")
    iam.create_instance_profile(InstanceProfileName="web-servers")
    iam.add_role_to_instance_profile(InstanceProfileName="web-servers", RoleName="web")
    described = launch(
        ec2,
        UserData="#!/bin/sh",
        IamInstanceProfile={"Name": "web-servers"},
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 3},
    )
    with cloud.launched(described["InstanceId"]) as instance:
        yield World(cloud, ec2, described, instance)


def read(world: World, path: str) -> str:
    """Read a document by version 2."""
    ttl = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    token = send(world.instance.endpoint, "PUT", "/latest/api/token", ttl).body
    return send(world.instance.endpoint, "GET", path, {"X-aws-ec2-metadata-token": token}).body


def test_an_instance_knows_itself(world: World) -> None:
    """What DescribeInstances tells from outside, the metadata tell from inside."""
    for path, value in {
        "instance-id": world.described["InstanceId"],
        "ami-id": world.described["ImageId"],
        "instance-type": "t3.micro",
        "local-ipv4": world.described["PrivateIpAddress"],
        "placement/availability-zone": world.described["Placement"]["AvailabilityZone"],
    }.items():
        assert read(world, f"/latest/meta-data/{path}") == value
    assert read(world, "/latest/user-data") == "#!/bin/sh"
    info = json.loads(read(world, "/latest/meta-data/iam/info"))
    assert info["InstanceProfileArn"] == world.described["IamInstanceProfile"]["Arn"]


def test_the_session_bears_the_instance(world: World) -> None:
    """A chain on the instance has the role of the profile that it was launched with."""
    with chain(world.instance.environment()) as session:
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/web/{world.described['InstanceId']}"
        assert who(session) == ("iam-role", arn)


def test_options_are_changed_by_calls_to_ec2(world: World) -> None:
    """ModifyInstanceMetadataOptions changes what it names, and nothing else."""
    (identifier, endpoint) = world.described["InstanceId"], world.instance.endpoint
    assert send(endpoint, "GET", CREDENTIALS).status == 401
    changed = world.ec2.modify_instance_metadata_options(InstanceId=identifier, HttpTokens="optional")
    assert changed["InstanceMetadataOptions"]["HttpPutResponseHopLimit"] == 3
    assert send(endpoint, "GET", CREDENTIALS).status == 200
    assert world.instance.options.http_put_response_hop_limit == 3
    world.ec2.modify_instance_metadata_options(InstanceId=identifier, HttpEndpoint="disabled")
    assert send(endpoint, "GET", CREDENTIALS).status == 403
    world.ec2.modify_instance_metadata_options(InstanceId=identifier, HttpEndpoint="enabled", HttpTokens="required")
    assert send(endpoint, "GET", CREDENTIALS).status == 401


def test_ec2_tells_options_that_were_changed_here(world: World) -> None:
    """The instance's own methods and EC2 speak of the same options."""
    world.instance.modify_metadata_options(http_put_response_hop_limit=1)
    reservations = world.ec2.describe_instances(InstanceIds=[world.described["InstanceId"]])["Reservations"]
    told = reservations[0]["Instances"][0]["MetadataOptions"]
    assert (told["HttpTokens"], told["HttpPutResponseHopLimit"]) == ("required", 1)
    world.instance.modify_metadata_options(http_put_response_hop_limit=3)


def test_profiles_come_and_go(world: World) -> None:
    """Without an associated profile there is no folder `iam`."""
    found = world.ec2.describe_iam_instance_profile_associations()["IamInstanceProfileAssociations"]
    own = next(each for each in found if each["InstanceId"] == world.described["InstanceId"])
    world.ec2.disassociate_iam_instance_profile(AssociationId=own["AssociationId"])
    assert "404 - Not Found" in read(world, "/latest/meta-data/iam/info")
    world.ec2.associate_iam_instance_profile(
        InstanceId=world.described["InstanceId"], IamInstanceProfile={"Name": "web-servers"}
    )
    assert read(world, CREDENTIALS) == "web"


def test_instances_that_do_not_run(world: World) -> None:
    """Nothing is answered any more, and nobody begins to ask."""
    identifier = launch(world.ec2)["InstanceId"]
    with world.cloud.launched(identifier) as instance:
        assert send(instance.endpoint, "GET", "/latest/meta-data/").status == 200
        world.ec2.terminate_instances(InstanceIds=[identifier])
        assert send(instance.endpoint, "GET", "/latest/meta-data/").status == 403
    for missing in (identifier, "i-0123456789abcdef0"):
        with pytest.raises(NotRunning, match=f"no instance `{missing}` runs in account {ACCOUNT}"):
            world.cloud.launched(missing)
    with pytest.raises(NotRunning, match="in account 999999999999"):
        world.cloud.launched(identifier, account="999999999999")


def test_only_who_may_changes_options(world: World) -> None:
    """The change is a call like all others: the role itself may not lower its guard."""
    with chain(world.instance.environment()) as session, pytest.raises(ClientError, match="UnauthorizedOperation"):
        session.client("ec2").modify_instance_metadata_options(
            InstanceId=world.described["InstanceId"], HttpTokens="optional"
        )
    assert world.instance.options.http_tokens == "required"


def test_an_instance_that_there_is_not(world: World) -> None:
    """EC2's own error."""
    with pytest.raises(ClientError, match=r"InvalidInstanceID\.NotFound"):
        world.ec2.modify_instance_metadata_options(InstanceId="i-0123456789abcdef0", HttpTokens="optional")

"""RunInstances: everything that an instance is made of must be allowed (EC2 User Guide, "Launch instances")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iamkit.cloud.actions.asking import NOTHING, Ask, Authorization
from iamkit.cloud.actions.ec2_resources import (
    arn_of,
    each_tagged,
    key_pair,
    named_group,
    new_tags,
    profile_role,
    told,
    volume_keys,
)
from iamkit.cloud.actions.keys import text_of
from iamkit.cloud.calls import NotModelled
from iamkit.policy.variables import ContextValue

_NOT_MODELLED = (
    "CapacityReservationSpecification",
    "ElasticGpuSpecification",
    "ElasticInferenceAccelerators",
    "LaunchTemplate",
    "LicenseSpecifications",
    "SecondaryInterfaces",
)
_PREFIXES = {"subnet": "subnet-", "security-group": "sg-"}
_PLACES = ("ec2:AvailabilityZone", "ec2:AvailabilityZoneId", "ec2:Vpc")
_METADATA = {
    "ec2:MetadataHttpEndpoint": "HttpEndpoint",
    "ec2:MetadataHttpPutResponseHopLimit": "HttpPutResponseHopLimit",
    "ec2:MetadataHttpTokens": "HttpTokens",
    "ec2:InstanceMetadataTags": "InstanceMetadataTags",
}


def run_instances(ask: Ask) -> Iterator[Authorization]:
    """List what RunInstances needs: the image, the new resources, those it uses, the role, the tags."""
    for parameter in _NOT_MODELLED:
        if ask.given(parameter):
            raise NotModelled(f"{parameter} in RunInstances", "give the instance's own parameters")
    instance, volume, interface = (ask.arn(f"{kind}/*") for kind in ("instance", "volume", "network-interface"))
    profile, role = profile_role(ask) if ask.structure("IamInstanceProfile") else (None, None)
    yield _need(ask, instance, _instance_keys(ask, profile) | new_tags(ask, "instance"))
    image = arn_of(ask, "image", ask.given("ImageId"), "ImageId")
    yield _need(ask, image, {"ec2:ImageID": image.rpartition("/")[2]})
    yield from _volumes(ask, volume)
    yield from _network(ask, interface)
    if ask.given("KeyName") is not None:
        yield _need(ask, key_pair(ask), {"ec2:KeyPairName": ask.text("KeyName", "/")})
    placement = ask.structure("Placement").get("GroupName")
    if placement:
        yield _need(ask, ask.arn(f"placement-group/{ask.checked(placement, 'GroupName', '/')}"))
    if role is not None:
        yield ask.pass_role(role, "ec2.amazonaws.com", {"iam:AssociatedResourceArn": instance})
    yield from each_tagged(ask, {"instance": instance, "volume": volume, "network-interface": interface})


def _need(ask: Ask, arn: str, keys: Mapping[str, ContextValue] = NOTHING) -> Authorization:
    return ask.need("ec2:RunInstances", arn, {**keys, "ec2:IsLaunchTemplateResource": "false"})


def _instance_keys(ask: Ask, profile: str | None) -> dict[str, ContextValue]:
    """Tell what the new instances will be (API reference: the defaults)."""
    placement, market = ask.structure("Placement"), ask.structure("InstanceMarketOptions")
    keys: dict[str, ContextValue] = {
        "ec2:InstanceType": ask.optional("InstanceType") or "m1.small",
        "ec2:Tenancy": text_of(placement.get("Tenancy")) or "default",
        "ec2:EbsOptimized": text_of(bool(ask.given("EbsOptimized"))) or "false",
        "ec2:InstanceMarketType": text_of(market.get("MarketType")) or "on-demand",
    }
    keys |= told({"ec2:AvailabilityZone": "AvailabilityZone"}, placement)
    keys |= told(_METADATA, ask.structure("MetadataOptions"))
    return keys if profile is None else {**keys, "ec2:InstanceProfile": profile}


def _volumes(ask: Ask, volume: str) -> Iterator[Authorization]:
    """An instance has a root volume, whether the call describes it or the image does."""
    described = False
    tags = new_tags(ask, "volume")
    for each in ask.items("BlockDeviceMappings"):
        ebs = ask.mapping(ask.mapping(each, "BlockDeviceMappings").get("Ebs"), "Ebs")
        if not ebs:
            continue
        described = True
        keys, snapshot = volume_keys(ask, ebs)
        if snapshot is not None:
            yield _need(ask, snapshot)
        yield _need(ask, volume, keys | tags)
    if not described:
        yield _need(ask, volume, {"ec2:Encrypted": "false", **tags})


def _network(ask: Ask, interface: str) -> Iterator[Authorization]:
    """Interfaces, their subnets and security groups; what the call leaves out is the default VPC's."""
    interfaces = [ask.mapping(each, "NetworkInterfaces") for each in ask.items("NetworkInterfaces")]
    tags = new_tags(ask, "network-interface")
    groups = [arn_of(ask, "security-group", each, "SecurityGroupIds") for each in ask.items("SecurityGroupIds")]
    groups += [named_group(ask, each, "SecurityGroups") for each in ask.items("SecurityGroups")]
    subnets = [arn_of(ask, "subnet", ask.given("SubnetId"), "SubnetId")] if ask.given("SubnetId") is not None else []
    for each in interfaces:
        if each.get("NetworkInterfaceId"):
            yield _need(ask, arn_of(ask, "network-interface", each["NetworkInterfaceId"], "NetworkInterfaceId"))
            continue
        own = each.get("Groups")
        groups += [arn_of(ask, "security-group", one, "Groups") for one in own if one] if own else []
        keys = told({"ec2:AssociatePublicIpAddress": "AssociatePublicIpAddress"}, each) | tags
        if each.get("SubnetId"):
            subnets.append(arn_of(ask, "subnet", each["SubnetId"], "SubnetId"))
            keys |= _of_subnet(ask, subnets[-1])
        yield _need(ask, interface, keys)
    existing = bool(interfaces) and all(each.get("NetworkInterfaceId") for each in interfaces)
    if not existing:
        subnets = subnets or [_default(ask, "subnet", text_of(ask.structure("Placement").get("AvailabilityZone")))]
        groups = groups or [_default(ask, "security-group", ask.vpc(subnets[0]))]
    if not interfaces:
        yield _need(ask, interface, {**tags, **_of_subnet(ask, subnets[0])})
    for arn in dict.fromkeys((*subnets, *groups)):
        yield _need(ask, arn)


def _of_subnet(ask: Ask, subnet: str) -> dict[str, ContextValue]:
    """Tell where an interface will be."""
    known = ask.resources.keys(subnet)
    return {"ec2:Subnet": subnet, **{key: known[key] for key in _PLACES if key in known}}


def _default(ask: Ask, kind: str, place: ContextValue | None) -> str:
    """Find the default VPC's subnet in a zone, or the default security group of a VPC."""
    return ask.found("ec2", f"default-{kind}", place if isinstance(place, str) else "", f"{kind}/{_PREFIXES[kind]}")

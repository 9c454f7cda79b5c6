"""Condition keys that a service knows of a resource that is there already, read from moto as it is now.

Service Authorization Reference: the condition keys of the resource types of Amazon EC2, and of Lambda's actions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from iamkit.arn import Arn
from iamkit.cloud.store.backends import PARTITION, accounts, backend
from iamkit.cloud.store.reading import read_arn

Keys = dict[str, str]


def keys_known(arn: str) -> Mapping[str, str]:
    """Tell what is known of a resource, by condition key; nothing where it does not exist."""
    read = read_arn(arn)
    if read is None or read.service not in _READERS:
        return {}
    kind, _, identifier = read.resource.partition("/" if read.service == "ec2" else ":")
    reader = _READERS[read.service].get(kind)
    if reader is None:
        return {}
    # The ARNs of images and snapshots do not tell whose they are.
    for account in accounts():
        if read.account in ("", account):
            found = reader(backend(read.service, account, read.region), identifier, read)
            if found:
                return {key: value for key, value in found.items() if value}
    return {}


def _ec2(arn: Arn, kind: str, identifier: object) -> str:
    return f"arn:{PARTITION}:ec2:{arn.region}:{arn.account}:{kind}/{identifier}" if identifier else ""


def _flag(value: object) -> str:
    return "true" if value else "false"


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _zone(zone: Any) -> Keys:
    return {"ec2:AvailabilityZone": zone.name, "ec2:AvailabilityZoneId": zone.zone_id} if zone is not None else {}


def _subnet(ec2: Any, identifier: str, arn: Arn) -> Keys:
    found = next((zone[identifier] for zone in ec2.subnets.values() if identifier in zone), None)
    if found is None:
        return {}
    own = {"ec2:SubnetID": identifier, "ec2:Vpc": _ec2(arn, "vpc", found.vpc_id)}
    return own | _zone(found._availability_zone)


def _security_group(ec2: Any, identifier: str, arn: Arn) -> Keys:
    found = next((groups[identifier] for groups in ec2.groups.values() if identifier in groups), None)
    if found is None:
        return {}
    return {"ec2:SecurityGroupID": identifier, "ec2:Vpc": _ec2(arn, "vpc", found.vpc_id)}


def _vpc(ec2: Any, identifier: str, _: Arn) -> Keys:
    found = ec2.vpcs.get(identifier)
    return {} if found is None else {"ec2:VpcID": identifier, "ec2:Tenancy": _text(found.instance_tenancy)}


def _instance(ec2: Any, identifier: str, _: Arn) -> Keys:
    found = ec2.get_instance_by_id(identifier)
    if found is None:
        return {}
    options = found.metadata_options
    return {
        "ec2:InstanceID": identifier,
        "ec2:InstanceType": _text(found.instance_type),
        "ec2:EbsOptimized": _flag(found.ebs_optimized),
        "ec2:RootDeviceType": _text(found.root_device_type),
        "ec2:Tenancy": _text(getattr(found.placement, "tenancy", None)) or "default",
        "ec2:AvailabilityZone": _text(getattr(found.placement, "availability_zone", None)),
        "ec2:InstanceProfile": _profile(ec2, found),
        "ec2:MetadataHttpTokens": _text(getattr(options, "http_tokens", None)),
        "ec2:MetadataHttpEndpoint": _text(getattr(options, "http_endpoint", None)),
        "ec2:MetadataHttpPutResponseHopLimit": _text(getattr(options, "http_put_response_hop_limit", None)),
    }


def _profile(ec2: Any, instance: Any) -> str:
    """Give the ARN of an instance's profile: an association is newer than what the instance was launched with."""
    association = ec2.iam_instance_profile_associations.get(instance.id)
    held = association.iam_instance_profile if association is not None else instance.iam_instance_profile
    return _text(held.get("Arn") if isinstance(held, Mapping) else getattr(held, "arn", None))


def _image(ec2: Any, identifier: str, _: Arn) -> Keys:
    found = ec2.amis.get(identifier)
    if found is None:
        return {}
    return {
        "ec2:ImageID": identifier,
        "ec2:ImageType": _text(found.image_type),
        "ec2:Owner": _text(found.owner_alias or found.owner_id),
        "ec2:Public": _flag(found.is_public),
        "ec2:RootDeviceType": _text(found.root_device_type),
    }


def _volume(ec2: Any, identifier: str, arn: Arn) -> Keys:
    found = ec2.volumes.get(identifier)
    if found is None:
        return {}
    parent = found.snapshot_id
    own = {
        "ec2:VolumeID": identifier,
        "ec2:Encrypted": _flag(found.encrypted),
        "ec2:VolumeSize": _text(found.size),
        "ec2:VolumeType": _text(found.volume_type),
        "ec2:VolumeIops": _text(found.iops),
        "ec2:VolumeThroughput": _text(found.throughput),
        "ec2:ParentSnapshot": f"arn:{PARTITION}:ec2:{arn.region}::snapshot/{parent}" if parent else "",
    }
    return own | _zone(found.zone)


def _snapshot(ec2: Any, identifier: str, arn: Arn) -> Keys:
    found = ec2.snapshots.get(identifier)
    if found is None:
        return {}
    owned = f"arn:{PARTITION}:ec2:{arn.region}:{found.owner_id}:volume/{found.volume.id}"
    return {
        "ec2:SnapshotID": identifier,
        "ec2:Owner": _text(found.owner_id),
        "ec2:ParentVolume": owned,
        "ec2:Encrypted": _flag(found.encrypted),
        "ec2:VolumeSize": _text(found.volume.size),
    }


def _network_interface(ec2: Any, identifier: str, arn: Arn) -> Keys:
    found = ec2.enis.get(identifier)
    if found is None:
        return {}
    subnet = found.subnet
    own = {"ec2:NetworkInterfaceID": identifier, "ec2:Subnet": _ec2(arn, "subnet", subnet.id)}
    return own | {"ec2:Vpc": _ec2(arn, "vpc", subnet.vpc_id)} | _zone(subnet._availability_zone)


def _key_pair(ec2: Any, name: str, _: Arn) -> Keys:
    found = ec2.key_pairs.get(name)
    return {} if found is None else {"ec2:KeyPairName": name, "ec2:KeyPairType": _text(found.key_type) or "rsa"}


def _function(functions: Any, name: str, _: Arn) -> Keys:
    every = functions.list_functions()
    found = next((each for each in every if each.function_name == name.partition(":")[0]), None)
    url = found.url_config if found is not None else None
    return {"lambda:FunctionUrlAuthType": _text(url.config.get("AuthType"))} if url is not None else {}


def _mapping(functions: Any, identifier: str, _: Arn) -> Keys:
    found = functions.get_event_source_mapping(identifier)
    return {"lambda:FunctionArn": found.function_arn} if found is not None else {}


_READERS: dict[str, dict[str, Callable[[Any, str, Arn], Keys]]] = {
    "ec2": {
        "image": _image,
        "instance": _instance,
        "key-pair": _key_pair,
        "network-interface": _network_interface,
        "security-group": _security_group,
        "snapshot": _snapshot,
        "subnet": _subnet,
        "volume": _volume,
        "vpc": _vpc,
    },
    "lambda": {"function": _function, "event-source-mapping": _mapping},
}

"""Resources of Amazon EC2: their IDs and ARNs, the tags that they are created with, the roles that instances get."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.keys import tag_keys, tag_pairs, text_of, unique_tags
from iamkit.cloud.actions.rows import Where
from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.policy.variables import ContextValue

# The kind of resource that an ID is one of, by what it begins with.
IDS = {
    "acl": "network-acl",
    "ami": "image",
    "eni": "network-interface",
    "i": "instance",
    "igw": "internet-gateway",
    "key": "key-pair",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
}
# Their ARNs do not tell an account.
_PUBLIC = frozenset({"image", "snapshot"})


def arn_of(ask: Ask, kind: str, identifier: Any, parameter: str) -> str:
    """Give the ARN of a resource by its ID; a key pair's ARN has its name."""
    text = ask.checked(identifier, parameter, "/:")
    if kind == "key-pair":
        arn = ask.found("ec2", "key-pair", text, "key-pair/")
        if arn.endswith(f":key-pair/{text}"):
            raise ServiceError("InvalidKeyPair.NotFound", f"The key pair `{text}` does not exist.")
        return arn
    return ask.arn(f"{kind}/{text}", account="" if kind in _PUBLIC else None)


def by_id(parameter: str, kind: str) -> Where:
    """Find a resource by the parameter that has its ID."""
    return lambda ask: arn_of(ask, kind, ask.given(parameter), parameter)


def named_group(ask: Ask, name: Any, parameter: str) -> str:
    """Find a security group by its name in the default VPC; no name begins like an ID."""
    text = ask.checked(name, parameter, "/")
    if text.startswith("sg-"):
        raise ask.refuse(f"Invalid value `{text}` for {parameter}: a name must not begin with `sg-`.")
    return ask.found("ec2", "security-group", text, "security-group/sg-")


def group(ask: Ask) -> str:
    """Find the security group that a call names by ID or by name."""
    if ask.given("GroupId") is not None:
        return arn_of(ask, "security-group", ask.given("GroupId"), "GroupId")
    return named_group(ask, ask.given("GroupName"), "GroupName")


def key_pair(ask: Ask) -> str:
    """Give the ARN of the key pair, which has its name."""
    if ask.given("KeyName") is None and ask.given("KeyPairId") is not None:
        return arn_of(ask, "key-pair", ask.given("KeyPairId"), "KeyPairId")
    if ask.given("KeyPairId") is not None:
        raise ask.refuse("Only one of KeyName and KeyPairId can be given.")
    return ask.arn(f"key-pair/{ask.text('KeyName', '/')}")


def profile_role(ask: Ask) -> tuple[str, str]:
    """Find the instance profile that a call names, and the role in it."""
    given = ask.structure("IamInstanceProfile")
    text = ask.checked(given.get("Arn") or given.get("Name"), "IamInstanceProfile")
    if given.get("Arn") and given.get("Name"):
        raise ask.refuse("Only one of Arn and Name can be given for an instance profile.")
    profile = ask.found("iam", "instance-profile", text, "instance-profile/")
    return profile, ask.found("iam", "role-of-instance-profile", profile, "role/")


_VOLUME = {
    "ec2:AvailabilityZone": "AvailabilityZone",
    "ec2:Encrypted": "Encrypted",
    "ec2:VolumeIops": "Iops",
    "ec2:VolumeSize": "VolumeSize",
    "ec2:VolumeThroughput": "Throughput",
    "ec2:VolumeType": "VolumeType",
}


def told(keys: Mapping[str, str], given: Mapping[str, Any]) -> dict[str, ContextValue]:
    """Read condition keys from members of a structure."""
    values = {key: text_of(given.get(member)) for key, member in keys.items()}
    return {key: value for key, value in values.items() if value is not None}


def volume_keys(ask: Ask, given: Mapping[str, Any]) -> tuple[dict[str, ContextValue], str | None]:
    """Tell what a new volume will be, and the snapshot that it is made of (API reference: EbsBlockDevice)."""
    keys: dict[str, ContextValue] = {"ec2:Encrypted": "false", "ec2:VolumeType": "gp2"}
    snapshot = None
    if given.get("SnapshotId"):
        snapshot = arn_of(ask, "snapshot", given["SnapshotId"], "SnapshotId")
        known = ask.resources.keys(snapshot)
        keys |= {key: known[key] for key in ("ec2:Encrypted", "ec2:VolumeSize") if key in known}
        keys["ec2:ParentSnapshot"] = snapshot
    if given.get("KmsKeyId"):
        key = ask.checked(given["KmsKeyId"], "KmsKeyId")
        keys["ec2:KmsKeyId"] = ask.found("kms", "key", key, "key/")
    return keys | told(_VOLUME, given), snapshot


def _specified(ask: Ask) -> Iterator[tuple[str, dict[str, str]]]:
    """Read which kinds of new resources get which tags."""
    seen = set()
    for each in ask.items("TagSpecifications"):
        given = ask.mapping(each, "TagSpecifications")
        kind = ask.checked(given.get("ResourceType"), "ResourceType")
        if kind in seen:
            raise ask.refuse(f"Tag specification resource type must not be given twice: {kind}.")
        seen.add(kind)
        tags = given.get("Tags")
        yield kind, unique_tags(ask, tag_pairs(ask, tags if isinstance(tags, list | tuple) else ()))


def new_tags(ask: Ask, kind: str) -> dict[str, ContextValue]:
    """Tell the tags that a new resource of a kind gets."""
    return dict(tag_keys(dict(_specified(ask)).get(kind, {})))


def each_tagged(ask: Ask, arns: Mapping[str, str]) -> Iterator[Authorization]:
    """Tags on new resources need ec2:CreateTags, which learns by which operation (ec2:CreateAction)."""
    for kind, tags in _specified(ask):
        if kind not in arns:
            raise NotModelled(f"tags for {kind} in {ask.call.operation}", f"the kinds are {', '.join(arns)}")
        if tags:
            context = {**dict(tag_keys(tags)), "ec2:CreateAction": ask.call.operation}
            yield ask.need("ec2:CreateTags", arns[kind], context)

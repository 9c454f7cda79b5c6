"""Amazon EC2, the part that the course needs: instances, and what they are made of; tags.

User Guide: "Identity-based policies for Amazon EC2", "Grant permission to tag Amazon EC2 resources during creation".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from iamkit.cloud.actions.asking import Ask, Authorization
from iamkit.cloud.actions.ec2_resources import (
    IDS,
    arn_of,
    by_id,
    each_tagged,
    group,
    key_pair,
    new_tags,
    profile_role,
    volume_keys,
)
from iamkit.cloud.actions.ec2_run import run_instances
from iamkit.cloud.actions.keys import keys_of, removed_tags, tag_keys, tags_of, text_of
from iamkit.cloud.actions.rows import Row, Service, Where, on, table
from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.policy.variables import ContextValue

Keys = Mapping[str, ContextValue]
_NO_ATTRIBUTES = frozenset({"Attribute", "BlockDeviceMappings", "DryRun", "InstanceId", "Value"})
_instance = by_id("InstanceId", "instance")
_volume = by_id("VolumeId", "volume")


def _each_instance(ask: Ask) -> Iterator[Authorization]:
    """Make the row of an operation on several instances: each must be allowed."""
    for each in ask.items("InstanceIds"):
        arn = arn_of(ask, "instance", each, "InstanceIds")
        yield ask.need(f"ec2:{ask.call.operation}", arn, {"ec2:InstanceID": arn.rpartition("/")[2]})


def _nothing(_: Ask) -> Keys:
    return {}


def _created(kind: str, new: Where, *others: tuple[str, Where], keys: Callable[[Ask], Keys] = _nothing) -> Row:
    """Make the row of an operation that creates something out of other resources, where it names them."""

    def row(ask: Ask) -> Iterator[Authorization]:
        action, arn = f"ec2:{ask.call.operation}", new(ask)
        yield ask.need(action, arn, {**keys(ask), **new_tags(ask, kind)})
        for parameter, find in others:
            if ask.given(parameter) is not None:
                yield ask.need(action, find(ask))
        yield from each_tagged(ask, {kind: arn})

    return row


def _volume_keys(ask: Ask) -> Keys:
    given = {**ask.call.parameters, "VolumeSize": ask.given("Size")}
    return volume_keys(ask, given)[0]


def _snapshot_keys(ask: Ask) -> Keys:
    volume = _volume(ask)
    size = ask.resources.keys(volume).get("ec2:VolumeSize")
    return {"ec2:ParentVolume": volume} if size is None else {"ec2:ParentVolume": volume, "ec2:VolumeSize": size}


def _new(kind: str, owned: bool = True) -> Where:
    """Give the ARN of something whose ID nobody knows yet."""
    return lambda ask: ask.arn(f"{kind}/*", account=None if owned else "")


def _tags(ask: Ask) -> Iterator[Authorization]:
    """CreateTags and DeleteTags on each of the resources."""
    tags, delete = tags_of(ask), ask.call.operation == "DeleteTags"
    # Without tags DeleteTags removes all of them.
    pairs = tag_keys({}, tuple(tags) or removed_tags(ask)) if delete else tag_keys(tags)
    context = dict(pairs)
    for each in ask.items("Resources"):
        identifier = ask.checked(each, "Resources", "/:")
        kind = IDS.get(identifier.partition("-")[0])
        if kind is None:
            raise NotModelled(f"tags of {identifier}", f"the kinds of IDs are {', '.join(IDS)}")
        yield ask.need(f"ec2:{ask.call.operation}", arn_of(ask, kind, identifier, "Resources"), context)


def _image(ask: Ask) -> Iterator[Authorization]:
    """CreateImage makes an image and snapshots out of an instance."""
    image, snapshot = ask.arn("image/*", account=""), ask.arn("snapshot/*", account="")
    yield ask.need("ec2:CreateImage", _instance(ask))
    yield ask.need("ec2:CreateImage", image, new_tags(ask, "image"))
    yield ask.need("ec2:CreateImage", snapshot, new_tags(ask, "snapshot"))
    yield from each_tagged(ask, {"image": image, "snapshot": snapshot})


def _rules(ask: Ask) -> Iterator[Authorization]:
    """Rules of a security group; tagged rules are resources of their own."""
    action, rules = f"ec2:{ask.call.operation}", ask.arn("security-group-rule/*")
    yield ask.need(action, group(ask))
    tags = new_tags(ask, "security-group-rule")
    if tags:
        yield ask.need(action, rules, tags)
    yield from each_tagged(ask, {"security-group-rule": rules})


def _attributes(ask: Ask) -> Keys:
    """Tell which attributes a call sets, and to what (Service Authorization Reference: ec2:Attribute)."""
    keys: dict[str, ContextValue] = {}
    given = {name: value for name, value in ask.call.parameters.items() if name not in _NO_ATTRIBUTES}
    named = ask.optional("Attribute")
    if named is not None:
        given |= {named[:1].upper() + named[1:]: ask.given("Value")}
    for name, value in given.items():
        told = text_of(value.get("Value") if isinstance(value, Mapping) else value)
        if told is not None:
            keys[f"ec2:Attribute/{name}"] = told
    return {"ec2:Attribute": tuple(given), **keys} if given else keys


def _modify(ask: Ask) -> Iterator[Authorization]:
    """ModifyInstanceAttribute; new security groups must be allowed as well."""
    yield ask.need("ec2:ModifyInstanceAttribute", _instance(ask), _attributes(ask))
    for each in ask.items("Groups"):
        yield ask.need("ec2:ModifyInstanceAttribute", arn_of(ask, "security-group", each, "Groups"))


def _modify_metadata(ask: Ask) -> Iterator[Authorization]:
    yield ask.need("ec2:ModifyInstanceMetadataOptions", _instance(ask), _attributes(ask))


def _associate(ask: Ask) -> Iterator[Authorization]:
    """Giving an instance a profile hands it the profile's role."""
    arn = _instance(ask) if ask.call.operation == "AssociateIamInstanceProfile" else _of_association(ask)
    profile, role = profile_role(ask)
    yield ask.need(f"ec2:{ask.call.operation}", arn, {"ec2:NewInstanceProfile": profile})
    yield ask.pass_role(role, "ec2.amazonaws.com", {"iam:AssociatedResourceArn": arn})


def _of_association(ask: Ask) -> str:
    name = ask.text("AssociationId", "/:")
    arn = ask.resources.resolve("ec2", "instance-of-association", name, ask.account, ask.call.region)
    if ":instance/i-" not in arn:
        raise ServiceError("InvalidAssociationID.NotFound", f"The association ID '{name}' does not exist")
    return arn


def _detach(ask: Ask) -> Iterator[Authorization]:
    yield ask.need("ec2:DetachVolume", _volume(ask))
    if ask.given("InstanceId") is not None:
        yield ask.need("ec2:DetachVolume", _instance(ask))


_ON_INSTANCES = "StartInstances StopInstances RebootInstances TerminateInstances MonitorInstances UnmonitorInstances"
_vpc = ("VpcId", by_id("VpcId", "vpc"))
_snapshot = ("SnapshotId", by_id("SnapshotId", "snapshot"))

ROWS: Mapping[str, Row] = table(
    RunInstances=run_instances,
    **dict.fromkeys(_ON_INSTANCES.split(), _each_instance),
    CreateTags=_tags,
    DeleteTags=_tags,
    ModifyInstanceAttribute=_modify,
    ModifyInstanceMetadataOptions=_modify_metadata,
    GetConsoleOutput=on("ec2:GetConsoleOutput", _instance),
    GetPasswordData=on("ec2:GetPasswordData", _instance),
    AssociateIamInstanceProfile=_associate,
    ReplaceIamInstanceProfileAssociation=_associate,
    DisassociateIamInstanceProfile=on("ec2:DisassociateIamInstanceProfile", _of_association),
    # Security groups.
    CreateSecurityGroup=_created("security-group", _new("security-group"), _vpc),
    DeleteSecurityGroup=on("ec2:DeleteSecurityGroup", group),
    AuthorizeSecurityGroupIngress=_rules,
    AuthorizeSecurityGroupEgress=_rules,
    RevokeSecurityGroupIngress=on("ec2:RevokeSecurityGroupIngress", group),
    RevokeSecurityGroupEgress=on("ec2:RevokeSecurityGroupEgress", group),
    # Key pairs.
    CreateKeyPair=_created(
        "key-pair", key_pair, keys=lambda ask: {"ec2:KeyPairType": ask.optional("KeyType") or "rsa"}
    ),
    ImportKeyPair=_created("key-pair", key_pair),
    DeleteKeyPair=on("ec2:DeleteKeyPair", key_pair),
    # Volumes, snapshots, images.
    CreateVolume=_created("volume", _new("volume"), _snapshot, keys=_volume_keys),
    DeleteVolume=on("ec2:DeleteVolume", _volume),
    AttachVolume=on("ec2:AttachVolume", _volume, _instance),
    DetachVolume=_detach,
    CreateSnapshot=_created("snapshot", _new("snapshot", owned=False), ("VolumeId", _volume), keys=_snapshot_keys),
    DeleteSnapshot=on("ec2:DeleteSnapshot", by_id("SnapshotId", "snapshot")),
    CreateImage=_image,
    DeregisterImage=on("ec2:DeregisterImage", by_id("ImageId", "image")),
)


def _described(operation: str) -> bool:
    """Only what describes has a default: EC2 has hundreds of other operations, which are not modelled."""
    return operation.startswith("Describe")


EC2 = Service(
    "ec2",
    "ec2",
    {
        "image": by_id("ImageId", "image"),
        "instance": _instance,
        "snapshot": by_id("SnapshotId", "snapshot"),
        "subnet": by_id("SubnetId", "subnet"),
        "volume": _volume,
        "vpc": by_id("VpcId", "vpc"),
    },
    ROWS,
    keys_of({"ec2:Region": lambda ask: ask.call.region}),
    frozenset(),
    "InvalidParameterValue",
    _described,
)

"""The ARN behind a name, an ID, an alias, a URL or a part of an ARN, read from moto as it is now.

What does not exist gets the ARN that it would have, so that a policy about it decides.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from iamkit.cloud.store.backends import PARTITION, accounts, backend
from iamkit.cloud.store.reading import read_arn

# moto begins what it encrypts with the ID of the key.
_KEY_ID_BYTES = 36
# AWS managed keys are there before anybody uses them; moto lists their aliases with these IDs.
MANAGED_KEYS = {
    "alias/aws/s3": "8c3faf07-f43c-4d11-abdb-9183079214c7",
    "alias/aws/secretsmanager": "fee5173a-3972-428e-ae73-cd4c2a371222",
}


def _made(service: str, region: str, account: str, resource: str) -> str:
    return f"arn:{PARTITION}:{service}:{region}:{account}:{resource}"


def _resolve_iam(kind: str, name: str, account: str, _: str) -> str:
    iam = backend("iam", account) if account in accounts() else None
    if kind == "access-key":
        key = iam.access_keys.get(name) if iam is not None else None
        name, kind = (key.user_name, "user") if key is not None else (name, kind)
    if kind == "role-of-instance-profile":
        profiles = iam.instance_profiles.values() if iam is not None else ()
        roles = [role for profile in profiles if profile.arn == name for role in profile.roles]
        return str(roles[0].arn) if roles else _made("iam", "", account, "instance-profile/none")
    if name.startswith("arn:"):
        return name
    tables = {
        "user": "users",
        "role": "roles",
        "group": "groups",
        "policy": "managed_policies",
        "instance-profile": "instance_profiles",
        "server-certificate": "certificates",
    }
    held = getattr(iam, tables[kind], {}) if iam is not None and kind in tables else {}
    named = "cert_name" if kind == "server-certificate" else "name"
    found = next((each for each in held.values() if getattr(each, named) == name), None)
    return str(found.arn) if found is not None else _made("iam", "", account, f"{kind}/{name}")


def _resolve_sqs(_: str, name: str, account: str, region: str) -> str:
    """A queue's URL ends in account and name; a host may name the region, which the call does too."""
    if name.startswith("arn:"):
        return name
    if "/" in name:
        owner, _, queue = name.rstrip("/").rpartition("/")
        return _made("sqs", region, owner.rpartition("/")[2] or account, queue)
    return _made("sqs", region, account, name)


def _resolve_secret(kind: str, name: str, account: str, region: str) -> str:
    """A secret's ARN ends in six random characters; who asks by name or without them means the same secret."""
    read = read_arn(name)
    owner, place = (read.account, read.region) if read else (account, region)
    found = backend("secretsmanager", owner, place).secrets.get(name) if owner in accounts() else None
    if found is not None:
        return str(found.arn)
    if kind == "new-secret":
        return _arn_to_come(name, account, region)
    return name if read else _made("secretsmanager", region, account, f"secret:{name}")


def _arn_to_come(name: str, account: str, region: str) -> str:
    """Tell the ARN that a new secret will have: moto draws its last characters, and will draw the same again."""
    from moto.moto_api._internal import mock_random
    from moto.secretsmanager.utils import SecretsManagerSecretIdentifier

    before = mock_random.getstate()
    try:
        return str(SecretsManagerSecretIdentifier(account, region, name).generate())
    finally:
        mock_random.setstate(before)


def _resolve_key(kind: str, name: str, account: str, region: str) -> str:
    """A key goes by its ID, its ARN, an alias or an alias's ARN; a ciphertext, in base64, says whose it is."""
    if kind == "ciphertext":
        name = base64.b64decode(name)[:_KEY_ID_BYTES].decode("ascii", "replace")
    read = read_arn(name)
    owner, place, short = (read.account, read.region, read.resource) if read else (account, region, name)
    short = short.removeprefix("key/")
    if short.startswith("alias/"):
        held = backend("kms", owner, place).keys.values() if owner in accounts() else ()
        short = next((key.id for key in held if short in key.aliases), MANAGED_KEYS.get(short, short))
    return _made("kms", place, owner, short if short.startswith("alias/") else f"key/{short}")


def _resolve_function(_: str, name: str, account: str, region: str) -> str:
    """A function goes by name, `account:function:name`, or ARN, each with a version or an alias at its end."""
    if name.startswith("arn:"):
        return name
    parts = name.split(":")
    if len(parts) >= 3 and parts[1] == "function":
        account, parts = parts[0], parts[2:]
    return _made("lambda", region, account, f"function:{':'.join(parts)}")


def _resolve_ec2(kind: str, name: str, account: str, region: str) -> str:
    """Most go by their ID; some by a name, and some are there without being named."""
    if account in accounts():
        ec2 = backend("ec2", account, region)
        found = _EC2_KINDS[kind](ec2, name) if kind in _EC2_KINDS else None
        if found is not None:
            kind, name = found
    return _made("ec2", region, account, f"{kind}/{name}")


def _default_subnet(ec2: Any, zone: str) -> tuple[str, str] | None:
    subnets = ec2.get_default_subnets()
    found = subnets.get(zone) if zone else next((subnets[each] for each in sorted(subnets)), None)
    return ("subnet", found.id) if found is not None else None


def _default_group(ec2: Any, vpc: str) -> tuple[str, str] | None:
    """Every VPC has a default group; without a VPC it is the default VPC's."""
    inside = ec2.groups.get(vpc, {}).values()
    found = next((each for each in inside if each.name == "default"), None) if vpc else ec2.get_default_security_group()
    return ("security-group", found.id) if found is not None else None


def _group(ec2: Any, name: str) -> tuple[str, str] | None:
    found = ec2.get_security_group_from_name(name)
    return ("security-group", found.id) if found is not None else None


def _key_pair(ec2: Any, name: str) -> tuple[str, str] | None:
    return next((("key-pair", each.key_name) for each in ec2.key_pairs.values() if each.id == name), None)


def _associated(ec2: Any, name: str) -> tuple[str, str] | None:
    every = ec2.iam_instance_profile_associations.items()
    return next((("instance", instance) for instance, each in every if each.association_id == name), None)


_EC2_KINDS: dict[str, Callable[[Any, str], tuple[str, str] | None]] = {
    "default-subnet": _default_subnet,
    "default-security-group": _default_group,
    "security-group": _group,
    "key-pair": _key_pair,
    "instance-of-association": _associated,
}


def _plain(service: str, separator: str) -> Callable[[str, str, str, str], str]:
    def resolve(kind: str, name: str, account: str, region: str) -> str:
        return name if name.startswith("arn:") else _made(service, region, account, f"{kind}{separator}{name}")

    return resolve


RESOLVERS: dict[str, Callable[[str, str, str, str], str]] = {
    "iam": _resolve_iam,
    "sqs": _resolve_sqs,
    "secretsmanager": _resolve_secret,
    "kms": _resolve_key,
    "lambda": _resolve_function,
    "dynamodb": _plain("dynamodb", "/"),
    "ec2": _resolve_ec2,
    "logs": _plain("logs", ":"),
    "sns": lambda kind, name, account, region: name if name.startswith("arn:") else _made("sns", region, account, name),
}

"""What services know of their resources: owner, tags, policy, the ARN behind a name; read from moto as it is now."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from iamkit.arn import Arn
from iamkit.cloud.encryption import Encryption
from iamkit.cloud.store.backends import accounts, backend
from iamkit.cloud.store.directory import Directory
from iamkit.cloud.store.encryption import bucket_encryption, managed_policy, object_encryption, secret_encryption
from iamkit.cloud.store.kms_keys import keys_of_key
from iamkit.cloud.store.knowing import keys_known
from iamkit.cloud.store.objects import find_object
from iamkit.cloud.store.reading import read_arn
from iamkit.cloud.store.resolving import RESOLVERS
from iamkit.policy.variables import ContextValue


class Resources:
    """Read-only views of every resource, in all accounts."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory

    def owner(self, arn: str) -> str | None:
        """Tell the account that owns a resource; the ARNs of buckets and objects do not say (E17)."""
        read = read_arn(arn)
        if read is None:
            return None
        return _bucket_owner(_bucket(read)) if read.service == "s3" else read.account or None

    def exists(self, arn: str) -> bool:
        """Tell whether there is such a resource."""
        read = read_arn(arn)
        managed = read is not None and read.service == "kms" and managed_policy(read) is not None
        return managed or self._found(arn) is not None

    def tags(self, arn: str) -> Mapping[str, str]:
        """Give the tags of a resource; none where it does not exist."""
        read, found = read_arn(arn), self._found(arn)
        if read is None or found is None or read.service not in _TAGS:
            return {}
        return _TAGS[read.service](read, found)

    def policy(self, arn: str) -> str | None:
        """Give the JSON of a resource-based policy: of a bucket for its objects, too; of a role its trust policy."""
        read, found = read_arn(arn), self._found(arn)
        if read is not None and read.service == "kms" and (managed := managed_policy(read)) is not None:
            return managed
        if read is None or found is None or read.service not in _POLICIES:
            return None
        return _POLICIES[read.service](read, found) or None

    def keys(self, arn: str) -> Mapping[str, ContextValue]:
        """Tell the condition keys that say what a resource is, other than its tags."""
        read, found = read_arn(arn), self._found(arn)
        if read is not None and read.service == "kms":
            return keys_of_key(found) if found is not None else {}
        return keys_known(arn)

    def object_tags(self, bucket: str, key: str, version: str | None = None) -> Mapping[str, str]:
        """Give the tags of an object."""
        found = self._found(f"arn:aws:s3:::{bucket}")
        held = find_object(found, key, version) if found is not None else None
        if held is None:
            return {}
        return dict(backend("s3", found.account_id).tagger.get_tag_dict_for_resource(held.arn))

    def encryption(
        self, arn: str, *, version: str | None = None, stage: str | None = None, upload: str | None = None
    ) -> Encryption | None:
        """Tell the AWS KMS key behind a bucket's new objects, an object, an upload in parts or a secret."""
        read, found = read_arn(arn), self._found(arn)
        if read is None or found is None:
            return None
        if read.service == "secretsmanager":
            return secret_encryption(found, version, stage)
        _, slash, key = read.resource.partition("/")
        return object_encryption(found, key, version, upload) if slash else bucket_encryption(found)

    def boundary(self, arn: str) -> str | None:
        """Give the ARN of the permissions boundary of a user or a role."""
        if ":user/" in arn:
            return self.directory.user_boundary(arn)
        role = self.directory.role(arn)
        return role.boundary if role else None

    def partition_key(self, arn: str) -> str | None:
        """Name the attribute that is the partition key of a table or of an index."""
        table, _, index = arn.partition("/index/")
        found = self._found(table)
        if found is None:
            return None
        schema = found.schema
        for each in (*found.indexes, *found.global_indexes) if index else ():
            if each.name == index:
                schema = each.schema
        return next((str(key["AttributeName"]) for key in schema if key["KeyType"] == "HASH"), None)

    def resolve(self, service: str, kind: str, name: str, account: str, region: str) -> str:
        """Find the ARN behind a name, an ID, an alias, a URL or a part of an ARN.

        What does not exist gets the ARN that it would have.
        """
        return RESOLVERS[service](kind, name, account, region)

    def _found(self, arn: str) -> Any:
        read = read_arn(arn)
        if read is None or read.service not in _FINDERS or (read.account and read.account not in accounts()):
            return None
        return _FINDERS[read.service](read)


def _bucket(arn: Arn) -> str:
    return arn.resource.partition("/")[0]


def _bucket_owner(bucket: str) -> str | None:
    from moto.s3.models import s3_backends

    held = s3_backends.bucket_accounts.get(bucket)
    return str(held[1]) if held else None


def _s3(arn: Arn) -> Any:
    owner = _bucket_owner(_bucket(arn))
    return backend("s3", owner).buckets.get(_bucket(arn)) if owner else None


def _iam(arn: Arn) -> Any:
    kind, _, name = arn.resource.partition("/")
    iam, last = backend("iam", arn.account), name.rpartition("/")[2]
    if kind == "user":
        found = iam.users.get(last)
    elif kind == "role":
        found = next((role for role in iam.roles.values() if role.name == last), None)
    elif kind == "group":
        found = iam.groups.get(last)
    elif kind == "policy":
        found = iam.managed_policies.get(str(arn))
    elif kind == "instance-profile":
        found = next((each for each in iam.instance_profiles.values() if each.name == last), None)
    elif kind == "oidc-provider":
        found = iam.open_id_providers.get(str(arn))
    else:
        found = None
    return found if found is not None and found.arn == str(arn) else None


def _function(arn: Arn) -> Any:
    parts, functions = arn.resource.split(":"), backend("lambda", arn.account, arn.region)
    if parts[0] == "layer" and len(parts) == 3:
        versions = (each for layer in functions._layers._layers.values() for each in layer.layer_versions.values())
        return next((each for each in versions if each.arn == str(arn)), None)
    if parts[0] != "function" or len(parts) < 2:
        return None
    return next((each for each in functions.list_functions() if each.function_name == parts[1]), None)


def _key(arn: Arn) -> Any:
    return backend("kms", arn.account, arn.region).keys.get(arn.resource.partition("/")[2])


def _logs(arn: Arn) -> Any:
    kind, _, name = arn.resource.partition(":")
    logs = backend("logs", arn.account, arn.region)
    if kind == "destination":
        return next((each for each in logs.destinations.values() if each.destination_name == name), None)
    return logs.groups.get(name.partition(":")[0]) if kind == "log-group" else None


def _table(arn: Arn) -> Any:
    return backend("dynamodb", arn.account, arn.region).tables.get(arn.resource.split("/")[1])


def _secret(arn: Arn) -> Any:
    return backend("secretsmanager", arn.account, arn.region).secrets.get(str(arn))


def _instance(arn: Arn) -> Any:
    ec2, name = backend("ec2", arn.account, arn.region), arn.resource.rpartition("/")[2]
    return (ec2, name) if name in ec2.tags or ec2.get_instance_by_id(name) else None


_FINDERS: dict[str, Callable[[Arn], Any]] = {
    "s3": _s3,
    "iam": _iam,
    "sqs": lambda arn: backend("sqs", arn.account, arn.region).queues.get(arn.resource),
    "sns": lambda arn: backend("sns", arn.account, arn.region).topics.get(str(arn)),
    "dynamodb": _table,
    "lambda": _function,
    "secretsmanager": _secret,
    "kms": _key,
    "logs": _logs,
    "ec2": _instance,
}


def _pairs(listed: Any, key: str = "Key", value: str = "Value") -> dict[str, str]:
    return {str(tag[key]): str(tag[value]) for tag in listed or ()}


def _iam_tags(_: Arn, found: Any) -> dict[str, str]:
    tags = getattr(found, "tags", None)
    return {name: tag["Value"] for name, tag in tags.items()} if isinstance(tags, Mapping) else _pairs(tags)


_TAGS: dict[str, Callable[[Arn, Any], Mapping[str, str]]] = {
    "s3": lambda arn, found: (
        {} if "/" in arn.resource else dict(backend("s3", found.account_id).tagger.get_tag_dict_for_resource(found.arn))
    ),
    "iam": _iam_tags,
    "sqs": lambda arn, found: dict(found.tags),
    "sns": lambda arn, found: dict(found._tags),
    "dynamodb": lambda arn, found: _pairs(found.tags),
    "lambda": lambda arn, found: dict(getattr(found, "tags", {})),
    "secretsmanager": lambda arn, found: _pairs(found.tags),
    "kms": lambda arn, found: dict(backend("kms", arn.account, arn.region).tagger.get_tag_dict_for_resource(found.id)),
    "logs": lambda arn, found: dict(
        backend("logs", arn.account, arn.region).tagger.get_tag_dict_for_resource(found.arn)
    ),
    "ec2": lambda arn, found: dict(found[0].tags.get(found[1], {})),
}


def _text(policy: Any) -> str | None:
    if isinstance(policy, bytes):
        return policy.decode()
    return policy if isinstance(policy, str) else None


def _function_policy(_: Arn, found: Any) -> str | None:
    statements = [_with_principal(statement) for statement in found.policy.statements]
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _with_principal(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read an account, a user or a role that AddPermission names; moto keeps it as it was given."""
    principal = statement.get("Principal")
    return (
        {**statement, "Principal": {"AWS": principal}} if principal != "*" and isinstance(principal, str) else statement
    )


def _table_policy(arn: Arn, _: Any) -> str | None:
    table = str(arn).split("/index/")[0].split("/stream/")[0]
    held = backend("dynamodb", arn.account, arn.region).resource_policies.get(table)
    return _text(held.policy_doc) if held else None


_POLICIES: dict[str, Callable[[Arn, Any], str | None]] = {
    "s3": lambda arn, found: _text(found.policy),
    "iam": lambda arn, found: found.assume_role_policy_document if arn.resource.startswith("role/") else None,
    "sqs": lambda arn, found: _text(found.policy) if found.policy else None,
    "sns": lambda arn, found: _text(found.policy),
    "dynamodb": _table_policy,
    "lambda": _function_policy,
    "secretsmanager": lambda arn, found: _text(found.policy),
    "kms": lambda arn, found: _text(found.policy),
    "logs": lambda arn, found: _text(getattr(found, "access_policy", None)),
}

"""A local cloud as the analysis reads it: in the JSON of `aws iam get-account-authorization-details`, and the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from iamkit.analysis.landscape import Landscape
from iamkit.analysis.landscape_files import read_landscape
from iamkit.cloud.store.backends import backend, opened
from iamkit.cloud.store.directory import AWS_POLICIES

if TYPE_CHECKING:
    from iamkit.cloud.local_cloud import LocalCloud
    from iamkit.cloud.store import Organization, Resources


def landscape_of(cloud: LocalCloud, without: tuple[str, ...] = ()) -> Landscape:
    """Read a cloud's accounts as they are now; `without` names users and roles to leave out."""
    return read_landscape(described(cloud, without))


def described(cloud: LocalCloud, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Describe a cloud's accounts in a document of `iamkit.analysis.landscape_files`."""
    with cloud.gateway.lock:
        resources = cloud.gateway.authorizer.resources
        document: dict[str, Any] = {
            "Accounts": [_account(account, resources, without) for account in cloud.accounts],
        }
        if cloud.organization is not None:
            document["Organization"] = _organization(cloud.organization, cloud.accounts)
    return document


def _account(account: str, resources: Resources, without: tuple[str, ...]) -> dict[str, Any]:
    iam = backend("iam", account)
    users = [user for _, user in sorted(iam.users.items()) if user.name not in without]
    roles = [role for role in sorted(iam.roles.values(), key=lambda role: role.name) if role.name not in without]
    groups = [group for _, group in sorted(iam.groups.items())]
    return {
        "AccountId": account,
        "UserDetailList": [_user(user, iam, resources) for user in users],
        "GroupDetailList": [
            {"GroupName": group.name, "Arn": group.arn, **_held(group, "GroupPolicyList")} for group in groups
        ],
        "RoleDetailList": [_role(role, iam, resources) for role in roles],
        "Policies": [_managed(policy) for policy in _policies(iam, [*users, *groups, *roles])],
        "AccessKeyMetadata": [
            {"UserName": user.name, "AccessKeyId": key.access_key_id, "Status": key.status}
            for user in users
            for key in user.access_keys
        ],
        "LoginProfiles": [{"UserName": user.name} for user in users if user.password],
        "Resources": [*_resources(account, resources, {role.arn for role in roles})],
    }


def _user(user: Any, iam: Any, resources: Resources) -> dict[str, Any]:
    return {
        "UserName": user.name,
        "UserId": user.id,
        "Arn": user.arn,
        "GroupList": [group.name for group in iam.get_groups_for_user(user.name)],
        "Tags": _tags(resources.tags(user.arn)),
        **_held(user, "UserPolicyList"),
        **_boundary(resources.boundary(user.arn)),
    }


def _role(role: Any, iam: Any, resources: Resources) -> dict[str, Any]:
    profiles = [profile for profile in iam.instance_profiles.values() if role in profile.roles]
    return {
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "AssumeRolePolicyDocument": json.loads(role.assume_role_policy_document),
        "InstanceProfileList": [{"Arn": profile.arn} for profile in profiles],
        "Tags": _tags(resources.tags(role.arn)),
        **_held(role, "RolePolicyList"),
        **_boundary(resources.boundary(role.arn)),
    }


def _held(found: Any, inline: str) -> dict[str, Any]:
    return {
        inline: [
            {"PolicyName": name, "PolicyDocument": json.loads(text)} for name, text in sorted(found.policies.items())
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": held.name, "PolicyArn": arn} for arn, held in sorted(found.managed_policies.items())
        ],
    }


def _boundary(arn: str | None) -> dict[str, Any]:
    return {"PermissionsBoundary": {"PermissionsBoundaryArn": arn}} if arn else {}


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _policies(iam: Any, holders: list[Any]) -> Iterator[Any]:
    """Yield the customer's managed policies, and those of AWS's that somebody has."""
    used = {arn for holder in holders for arn in holder.managed_policies}
    used |= {getattr(holder, "permissions_boundary_arn", None) for holder in holders}
    for holder in holders:
        boundary = getattr(holder, "permissions_boundary", None)
        used.add(boundary["PermissionsBoundaryArn"] if isinstance(boundary, Mapping) else None)
    for arn, policy in sorted(iam.managed_policies.items()):
        if arn in used or not arn.startswith(AWS_POLICIES):
            yield policy


def _managed(policy: Any) -> dict[str, Any]:
    return {
        "PolicyName": policy.name,
        "Arn": policy.arn,
        "DefaultVersionId": policy.default_version_id,
        "PolicyVersionList": [
            {
                "VersionId": version.version_id,
                "IsDefaultVersion": version.is_default,
                "Document": json.loads(version.document),
            }
            for version in policy.versions
        ],
    }


def _resources(account: str, resources: Resources, roles: set[str]) -> Iterator[dict[str, Any]]:
    for service, listed in _LISTED.items():
        for region in sorted(opened(service, account)):
            for arn, role in sorted(listed(backend(service, account, region), account)):
                described: dict[str, Any] = {"Arn": arn, "AccountId": account, "Tags": _tags(resources.tags(arn))}
                policy = resources.policy(arn)
                if policy:
                    described["Policy"] = json.loads(policy)
                if role in roles:
                    described["Role"] = role
                yield described


def _instances(ec2: Any, account: str) -> Iterator[tuple[str, str]]:
    for reservation in ec2.reservations.values():
        for instance in reservation.instances:
            association = ec2.iam_instance_profile_associations.get(instance.id)
            profile = association.iam_instance_profile if association else instance.iam_instance_profile
            held = list(getattr(profile, "roles", ()))
            arn = f"arn:aws:ec2:{ec2.region_name}:{account}:instance/{instance.id}"
            if instance.state == "running":
                yield arn, held[0].arn if held else ""


_LISTED: dict[str, Callable[[Any, str], Iterator[tuple[str, str]]]] = {
    "dynamodb": lambda dynamodb, _: ((table.table_arn, "") for table in dynamodb.tables.values()),
    "ec2": _instances,
    "kms": lambda kms, _: ((key.arn, "") for key in kms.keys.values()),
    "lambda": lambda functions, _: ((each.function_arn, each.role) for each in functions.list_functions()),
    "s3": lambda s3, _: ((f"arn:aws:s3:::{bucket.name}", "") for bucket in s3.buckets.values()),
    "secretsmanager": lambda held, _: ((secret.arn, "") for secret in held.secrets.values()),
    "sns": lambda sns, _: ((arn, "") for arn in sns.topics),
    "sqs": lambda sqs, _: ((queue.queue_arn, "") for queue in sqs.queues.values()),
}


def _organization(organization: Organization, accounts: tuple[str, ...]) -> dict[str, Any]:
    members = [account for account in accounts if account in organization]
    listed = dict.fromkeys([organization.management_account, *members])
    return {
        "Id": organization.id,
        "ManagementAccountId": organization.management_account,
        "Accounts": [
            {
                "Id": account,
                "Path": organization.paths(account)[0],
                "ServiceControlPolicies": _levels(organization.levels(account, "service_control")),
                "ResourceControlPolicies": _levels(organization.levels(account, "resource_control")),
            }
            for account in listed
        ],
    }


def _levels(levels: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [
        {
            "Level": level,
            "Policies": [{"Name": policy.name, "Document": policy.to_dict()} for policy in policies],
        }
        for level, policies in (levels or {}).items()
    ]

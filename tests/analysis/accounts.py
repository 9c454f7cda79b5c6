"""Accounts to analyze, written shortly: what `aws iam get-account-authorization-details` would print of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from iamkit.analysis.landscape import Landscape
from iamkit.analysis.landscape_files import read_landscape

A, B, OUT = "111122223333", "444455556666", "777788889999"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
EVERYTHING: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}


def user(name: str, account: str = A) -> str:
    """Give a user's ARN."""
    return f"arn:aws:iam::{account}:user/{name}"


def role(name: str, account: str = A) -> str:
    """Give a role's ARN."""
    return f"arn:aws:iam::{account}:role/{name}"


def allow(actions: str | Sequence[str], resource: str | Sequence[str] = "*", **more: Any) -> dict[str, Any]:
    """Write a statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def deny(actions: str | Sequence[str], resource: str | Sequence[str] = "*", **more: Any) -> dict[str, Any]:
    """Write a statement that denies."""
    return {"Effect": "Deny", "Action": actions, "Resource": resource, **more}


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """Write a policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(*principals: Mapping[str, Any] | str, action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """Write a trust policy; a text with dots is a service."""
    statements = [
        {
            "Effect": "Allow",
            "Principal": each if isinstance(each, Mapping) else {"Service" if ".com" in each else "AWS": each},
            "Action": action,
            **more,
        }
        for each in principals
    ]
    return policy(*statements)


def account(
    users: Mapping[str, Mapping[str, Any]] | None = None,
    roles: Mapping[str, Mapping[str, Any]] | None = None,
    groups: Mapping[str, Mapping[str, Any]] | None = None,
    policies: Mapping[str, Sequence[Any]] | None = None,
    *,
    id: str = A,
    **more: Any,
) -> dict[str, Any]:
    """Write an account: each principal has any of `does`, `attached`, `boundary`, `tags`, a role also `trust`.

    `policies` are managed ones with their versions, of which the first is in force.
    """
    managed = {f"arn:aws:iam::{id}:policy/{name}": versions for name, versions in (policies or {}).items()}
    return {
        "UserDetailList": [_user(name, told, id) for name, told in (users or {}).items()],
        "RoleDetailList": [_role(name, told, id) for name, told in (roles or {}).items()],
        "GroupDetailList": [
            {"GroupName": name, "Arn": f"arn:aws:iam::{id}:group/{name}", **_held(told, "GroupPolicyList", id)}
            for name, told in (groups or {}).items()
        ],
        "Policies": [_managed(arn, versions) for arn, versions in {**managed, ADMIN: [EVERYTHING]}.items()],
        "AccountId": id,
        **more,
    }


def landscape(*documents: Mapping[str, Any]) -> Landscape:
    """Read documents."""
    return read_landscape(*documents)


def _user(name: str, told: Mapping[str, Any], id: str) -> dict[str, Any]:
    return {
        "UserName": name,
        "Arn": user(name, id),
        "UserId": f"AIDA{name.upper()}",
        "GroupList": list(told.get("groups", ())),
        **_held(told, "UserPolicyList", id),
    }


def _role(name: str, told: Mapping[str, Any], id: str) -> dict[str, Any]:
    profiles = [{"Arn": f"arn:aws:iam::{id}:instance-profile/{each}"} for each in told.get("profiles", ())]
    return {
        "RoleName": name,
        "Arn": role(name, id),
        "RoleId": f"AROA{name.upper()}",
        "AssumeRolePolicyDocument": told.get("trust") or trust("ec2.amazonaws.com"),
        "InstanceProfileList": profiles,
        **_held(told, "RolePolicyList", id),
    }


def _held(told: Mapping[str, Any], inline: str, id: str) -> dict[str, Any]:
    does = told.get("does", ())
    statements = [does] if isinstance(does, Mapping) else list(does)
    attached = [_arn(each, id) for each in told.get("attached", ())]
    held: dict[str, Any] = {
        inline: [{"PolicyName": "own", "PolicyDocument": policy(*statements)}] if statements else [],
        "AttachedManagedPolicies": [{"PolicyName": each.rpartition("/")[2], "PolicyArn": each} for each in attached],
        "Tags": [{"Key": key, "Value": value} for key, value in told.get("tags", {}).items()],
    }
    if "boundary" in told:
        held["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": _arn(told["boundary"], id),
        }
    return held


def _arn(name: str, id: str) -> str:
    return name if name.startswith("arn:") else f"arn:aws:iam::{id}:policy/{name}"


def _managed(arn: str, versions: Iterable[Any]) -> dict[str, Any]:
    numbered = [
        {"VersionId": f"v{number}", "IsDefaultVersion": number == 1, "Document": each}
        for number, each in enumerate(versions, 1)
    ]
    return {
        "PolicyName": arn.rpartition("/")[2],
        "Arn": arn,
        "DefaultVersionId": "v1",
        "PolicyVersionList": numbered,
    }


def organization(accounts: Mapping[str, Mapping[str, Any]], management: str = "999900001111") -> dict[str, Any]:
    """Write an organization: for each account `scp` and `rcp`, policies of a level of their own below FullAWSAccess."""
    members = [{"Id": management, "Path": "o-example/r-root/"}]
    for id, told in accounts.items():
        member: dict[str, Any] = {"Id": id, "Path": "o-example/r-root/"}
        if "scp" in told:
            member["ServiceControlPolicies"] = [_level("root", EVERYTHING), _level(id, EVERYTHING, told["scp"])]
        if "rcp" in told:
            full = policy(allow("*", Principal="*"))
            member["ResourceControlPolicies"] = [_level("root", full), _level(id, full, told["rcp"])]
        members.append(member)
    return {"Organization": {"Id": "o-example", "ManagementAccountId": management, "Accounts": members}}


def _level(name: str, *documents: Any) -> dict[str, Any]:
    return {
        "Level": name,
        "Policies": [{"Name": f"{name}-{number}", "Document": each} for number, each in enumerate(documents)],
    }

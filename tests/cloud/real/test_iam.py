"""IAM, row by row, with boto3: paths, tags, boundaries and roles that are passed on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from iamkit.cloud.federation.identity_provider import IdentityProvider
from tests.cloud.real.harness import Need, Row, Value, World, a_world, check, nothing, without_entry
from tests.cloud.real.test_sts import TRUST, now

IAM = "arn:aws:iam::{account}"
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}})
BOUNDARY = "arn:aws:iam::aws:policy/PowerUserAccess"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
TAGS = [{"Key": "team", "Value": "a"}]
TAGGED: Mapping[str, Value] = {"aws:RequestTag/team": "a", "aws:TagKeys": ["team"]}
TEAM: Mapping[str, Value] = {"aws:ResourceTag/team": "a"}
Held = Mapping[str, Any]


def a_name(world: World) -> Held:
    """Take a name that nothing has."""
    return {"name": world.name("n")}


def made(operation: str, parameter: str, **more: Any) -> Callable[[World], Held]:
    """Make something with a path and a tag."""

    def prepare(world: World) -> Held:
        held = a_name(world)
        getattr(world.admin("iam"), operation)(**{parameter: held["name"]}, Path="/org/", **more)
        return held

    return prepare


a_user = made("create_user", "UserName", Tags=TAGS, PermissionsBoundary=BOUNDARY)
a_group = made("create_group", "GroupName")
a_role = made("create_role", "RoleName", AssumeRolePolicyDocument=TRUST, Tags=TAGS, PermissionsBoundary=BOUNDARY)
a_policy = made("create_policy", "PolicyName", PolicyDocument=ALLOW, Tags=TAGS)
a_profile = made("create_instance_profile", "InstanceProfileName")


def a_profile_and_a_role(world: World) -> Held:
    """Make an instance profile and a role for it."""
    return {**a_profile(world), "role": a_role(world)["name"]}


def with_role(world: World) -> Held:
    """Make an instance profile with a role."""
    held = a_profile_and_a_role(world)
    world.admin("iam").add_role_to_instance_profile(InstanceProfileName=held["name"], RoleName=held["role"])
    return held


def with_key(world: World) -> Held:
    """Make a user with an access key."""
    held = a_user(world)
    key = world.admin("iam").create_access_key(UserName=held["name"])["AccessKey"]["AccessKeyId"]
    return {**held, "key": key}


def member(world: World) -> Held:
    """Make a group and a user in it, with inline and attached policies."""
    held = {**a_user(world), "group": a_group(world)["name"]}
    iam = world.admin("iam")
    iam.add_user_to_group(GroupName=held["group"], UserName=held["name"])
    iam.put_user_policy(UserName=held["name"], PolicyName="inline", PolicyDocument=ALLOW)
    iam.attach_user_policy(UserName=held["name"], PolicyArn=POLICY)
    return held


def role_with_policies(world: World) -> Held:
    """Make a role with an inline and an attached policy."""
    held, iam = a_role(world), world.admin("iam")
    iam.put_role_policy(RoleName=held["name"], PolicyName="inline", PolicyDocument=ALLOW)
    iam.attach_role_policy(RoleName=held["name"], PolicyArn=POLICY)
    return held


def a_certificate(world: World) -> Held:
    """Take a name, and make a certificate of a web server."""
    vouching = IdentityProvider("https://idp.example.com/metadata", now, seed=1)
    certificate: x509.Certificate = vouching.certificate
    key = vouching._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return {**a_name(world), "pem": certificate.public_bytes(Encoding.PEM).decode(), "private": key.decode()}


def uploaded(world: World) -> Held:
    """Upload a certificate of a web server."""
    held = a_certificate(world)
    world.admin("iam").upload_server_certificate(
        Path="/org/",
        ServerCertificateName=held["name"],
        CertificateBody=held["pem"],
        PrivateKey=held["private"],
    )
    return held


def with_issuer(world: World) -> Held:
    """Trust an issuer of tokens."""
    host = f"{world.name('issuer')}.example.com/main"
    world.admin("iam").create_open_id_connect_provider(Url=f"https://{host}", ClientIDList=["app"], Tags=TAGS)
    return {"host": host}


def with_metadata(world: World) -> Held:
    """Take a name, and write metadata of a SAML provider."""
    vouching = IdentityProvider("https://idp.example.com/metadata", now, seed=1)
    return {**a_name(world), "metadata": vouching.metadata}


def row(
    operation: str,
    arn: str,
    parameters: Mapping[str, Any],
    prepare: Callable[[World], Held] = a_name,
    *,
    keys: Mapping[str, Value] | None = None,
    ends: str = "",
    note: str = "",
) -> Row:
    """Write the entry of an operation that needs one action."""
    resource = arn if arn == "*" or arn.startswith("arn:") else f"{IAM}:{arn}"
    return Row("iam", operation, parameters, (Need(f"iam:{operation}", resource, keys or {}),), prepare, ends, note)


def tagged(operation: str, tagging: str, arn: str, parameters: Mapping[str, Any], **more: Any) -> Row:
    """Write the entry of an operation that makes something and tags it."""
    keys = {**TAGGED, **more.pop("keys", {})}
    needs = (Need(f"iam:{operation}", f"{IAM}:{arn}", keys), Need(f"iam:{tagging}", f"{IAM}:{arn}", TAGGED))
    return Row(
        "iam", operation, {**parameters, "Tags": TAGS}, needs, more.pop("prepare", a_name), note="tagged", **more
    )


def bounded(operation: str, tagging: str, kind: str, parameter: str, **more: Any) -> Row:
    """Write the entry of a user or role that is made with a path, a boundary and tags."""
    parameters = {parameter: "{name}", "Path": "/org/", "PermissionsBoundary": BOUNDARY, **more}
    return tagged(operation, tagging, f"{kind}/org/{{name}}", parameters, keys={"iam:PermissionsBoundary": BOUNDARY})


USER, ROLE, GROUP = "user/org/{name}", "role/org/{name}", "group/org/{name}"
BOUND: Mapping[str, Value] = {"iam:PermissionsBoundary": BOUNDARY, **TEAM}

ROWS = (
    row("CreateUser", "user/{name}", {"UserName": "{name}"}),
    bounded("CreateUser", "TagUser", "user", "UserName"),
    row("CreateRole", "role/{name}", {"RoleName": "{name}", "AssumeRolePolicyDocument": TRUST}),
    bounded("CreateRole", "TagRole", "role", "RoleName", AssumeRolePolicyDocument=TRUST),
    row("CreateGroup", "group/org/{name}", {"GroupName": "{name}", "Path": "/org/"}),
    tagged("CreatePolicy", "TagPolicy", "policy/{name}", {"PolicyName": "{name}", "PolicyDocument": ALLOW}),
    tagged(
        "CreateInstanceProfile",
        "TagInstanceProfile",
        "instance-profile/org/{name}",
        {"InstanceProfileName": "{name}", "Path": "/org/"},
    ),
    row("CreateVirtualMFADevice", "mfa/org/{name}", {"VirtualMFADeviceName": "{name}", "Path": "/org/"}),
    tagged(
        "CreateVirtualMFADevice",
        "TagMFADevice",
        "mfa/{name}",
        {"VirtualMFADeviceName": "{name}"},
        ends="NotModelled",
    ),
    Row(
        "iam",
        "CreateOpenIDConnectProvider",
        {"Url": "https://{name}.example.com/main", "ClientIDList": ["app"], "Tags": TAGS},
        (
            Need("iam:CreateOpenIDConnectProvider", f"{IAM}:oidc-provider/{{name}}.example.com/main", TAGGED),
            Need("iam:TagOpenIDConnectProvider", f"{IAM}:oidc-provider/{{name}}.example.com/main", TAGGED),
        ),
        a_name,
    ),
    tagged(
        "CreateSAMLProvider",
        "TagSAMLProvider",
        "saml-provider/{name}",
        {"Name": "{name}", "SAMLMetadataDocument": "{metadata}"},
        prepare=with_metadata,
        ends="NotModelled",
    ),
    row(
        "CreateSAMLProvider",
        "saml-provider/{name}",
        {"Name": "{name}", "SAMLMetadataDocument": "{metadata}"},
        with_metadata,
    ),
    tagged(
        "UploadServerCertificate",
        "TagServerCertificate",
        "server-certificate/{name}",
        {"ServerCertificateName": "{name}", "CertificateBody": "{pem}", "PrivateKey": "{private}"},
        prepare=a_certificate,
        ends="NotModelled",
    ),
    row(
        "UploadServerCertificate",
        "server-certificate/org/{name}",
        {"ServerCertificateName": "{name}", "Path": "/org/", "CertificateBody": "{pem}", "PrivateKey": "{private}"},
        a_certificate,
    ),
    Row(
        "iam",
        "UpdateUser",
        {"UserName": "{name}", "NewUserName": "{name}-new", "NewPath": "/new/"},
        (Need("iam:UpdateUser", f"{IAM}:{USER}"), Need("iam:UpdateUser", f"{IAM}:user/new/{{name}}-new")),
        a_user,
    ),
    Row(
        "iam",
        "UpdateGroup",
        {"GroupName": "{name}", "NewGroupName": "{name}-new"},
        (Need("iam:UpdateGroup", f"{IAM}:{GROUP}"), Need("iam:UpdateGroup", f"{IAM}:group/org/{{name}}-new")),
        a_group,
    ),
    Row(
        "iam",
        "UpdateServerCertificate",
        {"ServerCertificateName": "{name}", "NewServerCertificateName": "{name}-new"},
        (
            Need("iam:UpdateServerCertificate", f"{IAM}:server-certificate/org/{{name}}"),
            Need("iam:UpdateServerCertificate", f"{IAM}:server-certificate/org/{{name}}-new"),
        ),
        uploaded,
        ends="NotModelled",
    ),
    Row(
        "iam",
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "{name}", "RoleName": "{role}"},
        (
            Need("iam:AddRoleToInstanceProfile", f"{IAM}:instance-profile/org/{{name}}"),
            Need(
                "iam:PassRole",
                f"{IAM}:role/org/{{role}}",
                {
                    "iam:PassedToService": "ec2.amazonaws.com",
                    "iam:AssociatedResourceArn": "arn:aws:ec2:*:{account}:instance/*",
                },
            ),
        ),
        a_profile_and_a_role,
    ),
    row("GetAccessKeyLastUsed", USER, {"AccessKeyId": "{key}"}, with_key),
    row(
        "SimulatePrincipalPolicy",
        USER,
        {"PolicySourceArn": f"{IAM}:{USER}", "ActionNames": ["s3:GetObject"]},
        a_user,
    ),
    row("GetContextKeysForPrincipalPolicy", USER, {"PolicySourceArn": f"{IAM}:{USER}"}, a_user),
    row("GenerateServiceLastAccessedDetails", ROLE, {"Arn": f"{IAM}:{ROLE}"}, a_role, ends="NotModelled"),
    row(
        "ListPoliciesGrantingServiceAccess",
        GROUP,
        {"Arn": f"{IAM}:{GROUP}", "ServiceNamespaces": ["s3"]},
        a_group,
        ends="NotModelled",
    ),
    # Rows that follow from the names.
    row("GetUser", USER, {"UserName": "{name}"}, a_user, keys=TEAM),
    row("GetUser", "user/none", {"UserName": "none"}, nothing, ends="NoSuchEntity", note="none"),
    row("DeleteUser", USER, {"UserName": "{name}"}, a_user),
    row("ListUsers", "*", {}, nothing),
    row("CreateAccessKey", USER, {"UserName": "{name}"}, a_user),
    row("DeleteAccessKey", USER, {"UserName": "{name}", "AccessKeyId": "{key}"}, with_key),
    row("ListAccessKeys", USER, {"UserName": "{name}"}, with_key),
    row("CreateLoginProfile", USER, {"UserName": "{name}", "Password": "Passw0rd!-long"}, a_user),
    row("TagUser", USER, {"UserName": "{name}", "Tags": TAGS}, a_user, keys=TAGGED),
    row("UntagUser", USER, {"UserName": "{name}", "TagKeys": ["team"]}, a_user, keys={"aws:TagKeys": ["team"]}),
    row("ListUserTags", USER, {"UserName": "{name}"}, a_user),
    row(
        "AttachUserPolicy",
        USER,
        {"UserName": "{name}", "PolicyArn": POLICY},
        a_user,
        keys={"iam:PolicyARN": POLICY, **BOUND},
    ),
    row("DetachUserPolicy", USER, {"UserName": "{name}", "PolicyArn": POLICY}, member, keys={"iam:PolicyARN": POLICY}),
    row(
        "PutUserPolicy",
        USER,
        {"UserName": "{name}", "PolicyName": "p", "PolicyDocument": ALLOW},
        a_user,
        keys=BOUND,
    ),
    row("GetUserPolicy", USER, {"UserName": "{name}", "PolicyName": "inline"}, member),
    row("DeleteUserPolicy", USER, {"UserName": "{name}", "PolicyName": "inline"}, member, keys=BOUND),
    row(
        "PutUserPermissionsBoundary",
        USER,
        {"UserName": "{name}", "PermissionsBoundary": POLICY},
        a_user,
        keys={"iam:PermissionsBoundary": POLICY},
    ),
    row("DeleteUserPermissionsBoundary", USER, {"UserName": "{name}"}, a_user, keys=BOUND),
    row("AddUserToGroup", "group/org/{group}", {"GroupName": "{group}", "UserName": "{name}"}, member),
    row("RemoveUserFromGroup", "group/org/{group}", {"GroupName": "{group}", "UserName": "{name}"}, member),
    row("ListGroupsForUser", USER, {"UserName": "{name}"}, member),
    row("GetGroup", GROUP, {"GroupName": "{name}"}, a_group),
    row(
        "AttachGroupPolicy",
        GROUP,
        {"GroupName": "{name}", "PolicyArn": POLICY},
        a_group,
        keys={"iam:PolicyARN": POLICY},
    ),
    row("PutGroupPolicy", GROUP, {"GroupName": "{name}", "PolicyName": "p", "PolicyDocument": ALLOW}, a_group),
    row("GetRole", ROLE, {"RoleName": "{name}"}, a_role, keys=TEAM),
    row("DeleteRole", ROLE, {"RoleName": "{name}"}, a_role),
    row("ListRoles", "*", {}, nothing),
    row("ListRolePolicies", ROLE, {"RoleName": "{name}"}, a_role),
    row(
        "AttachRolePolicy",
        ROLE,
        {"RoleName": "{name}", "PolicyArn": POLICY},
        a_role,
        keys={"iam:PolicyARN": POLICY, **BOUND},
    ),
    row("DetachRolePolicy", ROLE, {"RoleName": "{name}", "PolicyArn": POLICY}, role_with_policies, keys=BOUND),
    row("PutRolePolicy", ROLE, {"RoleName": "{name}", "PolicyName": "p", "PolicyDocument": ALLOW}, a_role, keys=BOUND),
    row("DeleteRolePolicy", ROLE, {"RoleName": "{name}", "PolicyName": "inline"}, role_with_policies, keys=BOUND),
    row(
        "PutRolePermissionsBoundary",
        ROLE,
        {"RoleName": "{name}", "PermissionsBoundary": POLICY},
        a_role,
        keys={"iam:PermissionsBoundary": POLICY},
    ),
    row("DeleteRolePermissionsBoundary", ROLE, {"RoleName": "{name}"}, a_role, keys=BOUND),
    row("UpdateAssumeRolePolicy", ROLE, {"RoleName": "{name}", "PolicyDocument": TRUST}, a_role),
    row("TagRole", ROLE, {"RoleName": "{name}", "Tags": TAGS}, a_role, keys={**TAGGED, **TEAM}),
    row("GetPolicy", "policy/org/{name}", {"PolicyArn": f"{IAM}:policy/org/{{name}}"}, a_policy, keys=TEAM),
    row("DeletePolicy", "policy/org/{name}", {"PolicyArn": f"{IAM}:policy/org/{{name}}"}, a_policy),
    row(
        "CreatePolicyVersion",
        "policy/org/{name}",
        {"PolicyArn": f"{IAM}:policy/org/{{name}}", "PolicyDocument": ALLOW, "SetAsDefault": True},
        a_policy,
    ),
    row("GetPolicy", POLICY, {"PolicyArn": POLICY}, nothing, note="of-aws"),
    row("GetInstanceProfile", "instance-profile/org/{name}", {"InstanceProfileName": "{name}"}, with_role),
    row(
        "RemoveRoleFromInstanceProfile",
        "instance-profile/org/{name}",
        {"InstanceProfileName": "{name}", "RoleName": "{role}"},
        with_role,
    ),
    row(
        "GetOpenIDConnectProvider",
        "oidc-provider/{host}",
        {"OpenIDConnectProviderArn": f"{IAM}:oidc-provider/{{host}}"},
        with_issuer,
        keys=TEAM,
    ),
    row("GetServerCertificate", "server-certificate/org/{name}", {"ServerCertificateName": "{name}"}, uploaded),
    row("ListPolicies", "*", {"Scope": "Local"}, nothing),
    row("GetAccountAuthorizationDetails", "*", {"Filter": ["User"]}, nothing),
    row("UpdateAccountPasswordPolicy", "*", {"MinimumPasswordLength": 12}, nothing),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("entry", ROWS, ids=str)
def test_rows(world: World, entry: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, entry)


def test_every_row_has_an_entry() -> None:
    """A row that nobody tries may be wrong."""
    assert not without_entry("iam", ROWS)

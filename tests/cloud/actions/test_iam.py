"""What each operation of IAM needs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from iamkit.cloud.actions.iam import NOT_MODELLED
from iamkit.cloud.calls import Call, ServiceError
from tests.cloud.actions.world import (
    ACCOUNT,
    OTHER,
    Case,
    Context,
    FakeResources,
    Need,
    any_call,
    asked,
    check_any,
    check_coverage,
    ids,
)

ALICE = f"arn:aws:iam::{ACCOUNT}:user/staff/alice"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/web"
GROUP = f"arn:aws:iam::{ACCOUNT}:group/admins"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/ReadReports"
PROFILE = f"arn:aws:iam::{ACCOUNT}:instance-profile/web"
MANAGED = "arn:aws:iam::aws:policy/ReadOnlyAccess"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/Limit"
RESOURCES = FakeResources(
    tagged={ALICE: {"team": "red"}, ROLE: {"team": "blue"}, POLICY: {"owner": "ops"}},
    names={
        ("iam", "user", "alice"): ALICE,
        ("iam", "role", "web"): ROLE,
        ("iam", "instance-profile", "web"): PROFILE,
        ("iam", "access-key", "AKIAIOSFODNN7EXAMPLE"): ALICE,
    },
    boundaries={ALICE: BOUNDARY, ROLE: BOUNDARY},
)
OF_ALICE: Context = {"aws:ResourceTag/team": "red", "iam:ResourceTag/team": "red"}
OF_ROLE: Context = {"aws:ResourceTag/team": "blue", "iam:ResourceTag/team": "blue"}
LIMITED: Context = {"iam:PermissionsBoundary": BOUNDARY}
TAGS = [{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "1"}]
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:RequestTag/cost": "1", "aws:TagKeys": ("team", "cost")}
REFERENCE = "Service Authorization Reference, AWS Identity and Access Management"
TAGGING = "IAM User Guide, Tags for AWS Identity and Access Management resources"
BOUNDARIES = "IAM User Guide, Permissions boundaries for IAM entities"
API = "API reference, {}"


def made(kind: str, name: str, action: str, tag_action: str, **parameters: Any) -> Case:
    """Expect creating something with tags to need the tagging as well."""
    arn = f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"
    return Case(
        action,
        {**parameters, "Tags": TAGS},
        (Need(f"iam:{action}", arn, TAGGED), Need(tag_action, arn, TAGGED)),
        TAGGING,
    )


CASES = [
    Case("ListUsers", {}, (Need("iam:ListUsers"),), REFERENCE),
    Case("GetAccountSummary", {}, (Need("iam:GetAccountSummary"),), REFERENCE),
    Case("GetUser", {"UserName": "alice"}, (Need("iam:GetUser", ALICE, OF_ALICE),), REFERENCE),
    Case(
        "CreateUser",
        {"UserName": "bob", "Path": "/staff/"},
        (Need("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/staff/bob"),),
        API.format("CreateUser"),
    ),
    Case(
        "CreateUser",
        {"UserName": "bob", "PermissionsBoundary": BOUNDARY},
        (Need("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/bob", LIMITED),),
        BOUNDARIES,
    ),
    made("user", "bob", "CreateUser", "iam:TagUser", UserName="bob"),
    made("role", "app/x", "CreateRole", "iam:TagRole", RoleName="x", Path="/app/"),
    made("policy", "X", "CreatePolicy", "iam:TagPolicy", PolicyName="X"),
    made("instance-profile", "x", "CreateInstanceProfile", "iam:TagInstanceProfile", InstanceProfileName="x"),
    made("mfa", "x", "CreateVirtualMFADevice", "iam:TagMFADevice", VirtualMFADeviceName="x"),
    made("saml-provider", "x", "CreateSAMLProvider", "iam:TagSAMLProvider", Name="x"),
    made("server-certificate", "x", "UploadServerCertificate", "iam:TagServerCertificate", ServerCertificateName="x"),
    made(
        "oidc-provider",
        "id.example.com/a",
        "CreateOpenIDConnectProvider",
        "iam:TagOpenIDConnectProvider",
        Url="https://id.example.com/a",
    ),
    Case(
        "CreateRole",
        {"RoleName": "web2", "PermissionsBoundary": BOUNDARY},
        (Need("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/web2", LIMITED),),
        BOUNDARIES,
    ),
    Case("CreateGroup", {"GroupName": "admins"}, (Need("iam:CreateGroup", GROUP),), REFERENCE),
    Case(
        "AddUserToGroup", {"GroupName": "admins", "UserName": "alice"}, (Need("iam:AddUserToGroup", GROUP),), REFERENCE
    ),
    Case("CreateAccessKey", {"UserName": "alice"}, (Need("iam:CreateAccessKey", ALICE, OF_ALICE),), REFERENCE),
    Case(
        "DeleteAccessKey",
        {"UserName": "alice", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        (Need("iam:DeleteAccessKey", ALICE, OF_ALICE),),
        REFERENCE,
    ),
    Case(
        "GetAccessKeyLastUsed",
        {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"},
        (Need("iam:GetAccessKeyLastUsed", ALICE, OF_ALICE),),
        REFERENCE,
    ),
    Case(
        "GetPolicy",
        {"PolicyArn": POLICY},
        (Need("iam:GetPolicy", POLICY, {"aws:ResourceTag/owner": "ops"}),),
        REFERENCE,
    ),
    Case("GetPolicy", {"PolicyArn": MANAGED}, (Need("iam:GetPolicy", MANAGED),), REFERENCE),
    Case(
        "CreatePolicyVersion",
        {"PolicyArn": POLICY, "PolicyDocument": "{}"},
        (Need("iam:CreatePolicyVersion", POLICY, {"aws:ResourceTag/owner": "ops"}),),
        REFERENCE,
    ),
    Case(
        "AttachUserPolicy",
        {"UserName": "alice", "PolicyArn": MANAGED},
        (Need("iam:AttachUserPolicy", ALICE, {**OF_ALICE, **LIMITED, "iam:PolicyARN": MANAGED}),),
        BOUNDARIES,
    ),
    Case(
        "AttachRolePolicy",
        {"RoleName": "web", "PolicyArn": POLICY},
        (Need("iam:AttachRolePolicy", ROLE, {**OF_ROLE, **LIMITED, "iam:PolicyARN": POLICY}),),
        BOUNDARIES,
    ),
    Case(
        "AttachGroupPolicy",
        {"GroupName": "admins", "PolicyArn": POLICY},
        (Need("iam:AttachGroupPolicy", GROUP, {"iam:PolicyARN": POLICY}),),
        REFERENCE,
    ),
    Case(
        "PutUserPolicy",
        {"UserName": "alice", "PolicyName": "x", "PolicyDocument": "{}"},
        (Need("iam:PutUserPolicy", ALICE, {**OF_ALICE, **LIMITED}),),
        BOUNDARIES,
    ),
    Case(
        "DeleteUserPermissionsBoundary",
        {"UserName": "alice"},
        (Need("iam:DeleteUserPermissionsBoundary", ALICE, {**OF_ALICE, **LIMITED}),),
        BOUNDARIES,
    ),
    Case(
        "PutRolePermissionsBoundary",
        {"RoleName": "web", "PermissionsBoundary": POLICY},
        (Need("iam:PutRolePermissionsBoundary", ROLE, {**OF_ROLE, "iam:PermissionsBoundary": POLICY}),),
        BOUNDARIES,
    ),
    Case(
        "UpdateAssumeRolePolicy",
        {"RoleName": "web", "PolicyDocument": "{}"},
        (Need("iam:UpdateAssumeRolePolicy", ROLE, {**OF_ROLE, **LIMITED}),),
        REFERENCE,
    ),
    Case(
        "AddRoleToInstanceProfile",
        {"InstanceProfileName": "web", "RoleName": "web"},
        (
            Need("iam:AddRoleToInstanceProfile", PROFILE),
            Need(
                "iam:PassRole",
                ROLE,
                {
                    **OF_ROLE,
                    "iam:PassedToService": "ec2.amazonaws.com",
                    "iam:AssociatedResourceArn": f"arn:aws:ec2:*:{ACCOUNT}:instance/*",
                },
            ),
        ),
        API.format("AddRoleToInstanceProfile"),
    ),
    Case(
        "UpdateUser",
        {"UserName": "alice", "NewUserName": "alicia"},
        (
            Need("iam:UpdateUser", ALICE, OF_ALICE),
            Need("iam:UpdateUser", f"arn:aws:iam::{ACCOUNT}:user/staff/alicia"),
        ),
        API.format("UpdateUser"),
    ),
    Case(
        "UpdateGroup",
        {"GroupName": "admins", "NewPath": "/x/"},
        (Need("iam:UpdateGroup", GROUP), Need("iam:UpdateGroup", f"arn:aws:iam::{ACCOUNT}:group/x/admins")),
        API.format("UpdateGroup"),
    ),
    Case(
        "TagUser", {"UserName": "alice", "Tags": TAGS}, (Need("iam:TagUser", ALICE, {**TAGGED, **OF_ALICE}),), TAGGING
    ),
    Case(
        "UntagUser",
        {"UserName": "alice", "TagKeys": ["team"]},
        (Need("iam:UntagUser", ALICE, {**OF_ALICE, "aws:TagKeys": ("team",)}),),
        TAGGING,
    ),
    Case(
        "EnableMFADevice",
        {"UserName": "alice", "SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/alice"},
        (Need("iam:EnableMFADevice", ALICE, OF_ALICE),),
        REFERENCE,
    ),
    Case(
        "DeleteVirtualMFADevice",
        {"SerialNumber": f"arn:aws:iam::{ACCOUNT}:mfa/alice"},
        (Need("iam:DeleteVirtualMFADevice", f"arn:aws:iam::{ACCOUNT}:mfa/alice"),),
        REFERENCE,
    ),
    Case(
        "SimulatePrincipalPolicy",
        {"PolicySourceArn": ROLE, "ActionNames": ["s3:GetObject"]},
        (Need("iam:SimulatePrincipalPolicy", ROLE, OF_ROLE),),
        REFERENCE,
    ),
    Case("SimulateCustomPolicy", {"PolicyInputList": ["{}"]}, (Need("iam:SimulateCustomPolicy"),), REFERENCE),
    Case("GetCredentialReport", {}, (Need("iam:GetCredentialReport"),), REFERENCE),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("iam", case.operation, case.parameters, RESOURCES) == case.needs, case.source


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("iam", NOT_MODELLED)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("GetUser", {}),
        ("GetUser", {"UserName": "a/b"}),
        ("CreateUser", {"UserName": "bob", "Path": "staff"}),
        ("GetPolicy", {"PolicyArn": "arn:aws:s3:::bucket"}),
        ("GetPolicy", {"PolicyArn": ROLE}),
        ("SimulatePrincipalPolicy", {"PolicySourceArn": POLICY}),
        ("TagUser", {"UserName": "alice", "Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]}),
        ("CreateOpenIDConnectProvider", {"Url": "http://id.example.com"}),
    ],
)
def test_what_iam_would_not_take_is_refused(operation: str, parameters: dict[str, Any]) -> None:
    """A name that would be another resource's ARN, a wrong ARN, and tags that no condition can tell apart."""
    with pytest.raises(ServiceError) as caught:
        asked("iam", operation, parameters, RESOURCES)
    assert caught.value.code == "ValidationError"


@pytest.mark.parametrize("name", ["*", "a?b", "${aws:username}", "ünï"])
def test_names_stay_as_they_are(name: str) -> None:
    """Wildcards and variables in a name are text."""
    assert asked("iam", "GetUser", {"UserName": name}) == (Need("iam:GetUser", f"arn:aws:iam::{ACCOUNT}:user/{name}"),)


def test_access_key_of_nobody_is_refused() -> None:
    """There is no user to be allowed to look at."""
    with pytest.raises(ServiceError) as caught:
        asked("iam", "GetAccessKeyLastUsed", {"AccessKeyId": "AKIAI44QH8DHBEXAMPLE"})
    assert caught.value.code == "AccessDenied"


def test_role_of_another_account_cannot_be_passed() -> None:
    """PassRole never crosses accounts."""
    foreign = FakeResources(names={("iam", "role", "web"): f"arn:aws:iam::{OTHER}:role/web"})
    with pytest.raises(ServiceError, match="Cross-account pass role is not allowed"):
        asked("iam", "AddRoleToInstanceProfile", {"InstanceProfileName": "p", "RoleName": "web"}, foreign)


@given(made=any_call("iam"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made, RESOURCES)

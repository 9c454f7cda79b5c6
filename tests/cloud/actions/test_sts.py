"""What each operation of STS needs of the caller."""

from __future__ import annotations

import pytest
from hypothesis import given

from iamkit.cloud.actions.sts import NOT_MODELLED
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

ROLE = f"arn:aws:iam::{OTHER}:role/app/web"
BOB = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
NAMED: Context = {"sts:RoleSessionName": "s"}
TAGS = [{"Key": "team", "Value": "red"}]
TAGGED: Context = {"aws:RequestTag/team": "red", "aws:TagKeys": ("team",)}
REFERENCE = "Service Authorization Reference, AWS Security Token Service"
SESSION_TAGS = "IAM User Guide, Pass session tags in AWS STS"

CASES = [
    Case("GetCallerIdentity", {}, (Need("sts:GetCallerIdentity"),), "E14"),
    Case("GetSessionToken", {}, (Need("sts:GetSessionToken"),), REFERENCE),
    Case("GetAccessKeyInfo", {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}, (Need("sts:GetAccessKeyInfo"),), REFERENCE),
    Case("DecodeAuthorizationMessage", {"EncodedMessage": "x"}, (Need("sts:DecodeAuthorizationMessage"),), REFERENCE),
    Case(
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "s", "ExternalId": "42"},
        (Need("sts:AssumeRole", ROLE, {**NAMED, "sts:ExternalId": "42"}, OTHER),),
        "E21",
    ),
    Case(
        "AssumeRole",
        {"RoleArn": ROLE, "RoleSessionName": "s", "Tags": TAGS, "TransitiveTagKeys": ["team"], "SourceIdentity": "eve"},
        (
            Need(
                "sts:AssumeRole",
                ROLE,
                {**NAMED, **TAGGED, "sts:TransitiveTagKeys": ("team",), "sts:SourceIdentity": "eve"},
                OTHER,
            ),
            Need(
                "sts:TagSession",
                ROLE,
                {**TAGGED, "sts:TransitiveTagKeys": ("team",)},
                OTHER,
            ),
            Need("sts:SetSourceIdentity", ROLE, {"sts:SourceIdentity": "eve"}, OTHER),
        ),
        SESSION_TAGS,
    ),
    Case(
        "AssumeRoleWithWebIdentity",
        {"RoleArn": ROLE, "RoleSessionName": "s", "WebIdentityToken": "t"},
        (Need("sts:AssumeRoleWithWebIdentity", ROLE, NAMED, OTHER),),
        "E22",
    ),
    Case(
        "AssumeRoleWithSAML",
        {"RoleArn": ROLE, "PrincipalArn": "p", "SAMLAssertion": "a"},
        (Need("sts:AssumeRoleWithSAML", ROLE, {}, OTHER),),
        "E23",
    ),
    Case(
        "GetFederationToken",
        {"Name": "bob", "Tags": TAGS},
        (Need("sts:GetFederationToken", BOB, TAGGED), Need("sts:TagSession", BOB, TAGGED)),
        SESSION_TAGS,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_operation_needs(case: Case) -> None:
    """The operation needs what AWS documents, no more and no less."""
    assert asked("sts", case.operation, case.parameters) == case.needs, case.source


def test_tags_of_the_role_are_told() -> None:
    """A policy can allow the roles that have a tag."""
    tagged = FakeResources(tagged={ROLE: {"open": "yes"}})
    (needed,) = asked("sts", "AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"}, tagged)
    assert needed.context == {**NAMED, "aws:ResourceTag/open": "yes", "iam:ResourceTag/open": "yes"}


@pytest.mark.parametrize("arn", ["web", f"arn:aws:iam::{ACCOUNT}:user/a", "arn:aws:s3:::role/a", ""])
def test_what_is_no_role_is_refused(arn: str) -> None:
    """Only a role's ARN names a role."""
    with pytest.raises(ServiceError) as caught:
        asked("sts", "AssumeRole", {"RoleArn": arn, "RoleSessionName": "s"})
    assert caught.value.code == "ValidationError"


def test_every_operation_has_a_row_or_is_listed() -> None:
    """Nothing falls between the table and the list of what is not modelled."""
    check_coverage("sts", NOT_MODELLED)


@given(made=any_call("sts"))
def test_any_call_is_refused_or_needs_known_actions(made: Call) -> None:
    """No parameters lead to nothing needed, to an unknown action or to an ARN of another type."""
    check_any(made)

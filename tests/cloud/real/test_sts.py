"""STS, row by row, with boto3."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from iamkit.cloud.federation.identity_provider import IdentityProvider
from iamkit.cloud.federation.issuer import Issuer
from tests.cloud.real.harness import Need, Row, World, a_world, check, without_entry

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        },
    }
)


def a_role(world: World) -> Mapping[str, Any]:
    """Make a role that trusts its account."""
    name = world.name("role")
    role = world.admin("iam").create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]
    return {"role": role["Arn"]}


ASSUMED = {"RoleArn": "{role}", "RoleSessionName": "one"}
AS_ONE = {"sts:RoleSessionName": "one"}
ROWS = (
    Row("sts", "AssumeRole", ASSUMED, (Need("sts:AssumeRole", "{role}", AS_ONE),), a_role),
    Row(
        "sts",
        "AssumeRole",
        {**ASSUMED, "ExternalId": "e-1", "SourceIdentity": "ann", "Tags": [{"Key": "team", "Value": "a"}]},
        (
            Need("sts:AssumeRole", "{role}", {"sts:ExternalId": "e-1", "sts:SourceIdentity": "ann"}),
            Need("sts:TagSession", "{role}", {"aws:RequestTag/team": "a", "aws:TagKeys": ["team"]}),
            Need("sts:SetSourceIdentity", "{role}", {"sts:SourceIdentity": "ann"}),
        ),
        a_role,
        note="tagged",
    ),
    Row(
        "sts",
        "GetFederationToken",
        {"Name": "ann"},
        (Need("sts:GetFederationToken", "arn:aws:sts::{account}:federated-user/ann"),),
    ),
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """One cloud for all rows."""
    yield from a_world()


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_rows(world: World, row: Row) -> None:
    """Who lacks one need is refused and changes nothing; who has exactly the needs succeeds."""
    check(world, row)


def test_every_row_has_an_entry() -> None:
    """A row that nobody tries may be wrong; nobody signs these two, which are tried below."""
    assert without_entry("sts", ROWS) == {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}


def now() -> datetime:
    """Give the time that providers vouch for."""
    return datetime.now(UTC)


def federated(world: World, provider: str, action: str, **conditions: str) -> str:
    """Make a role that trusts a provider, on conditions."""
    statement = {"Effect": "Allow", "Principal": {"Federated": provider}, "Action": action}
    document = {"Version": "2012-10-17", "Statement": statement | {"Condition": {"StringEquals": conditions}}}
    role = world.admin("iam").create_role(RoleName=world.name("role"), AssumeRolePolicyDocument=json.dumps(document))
    return str(role["Role"]["Arn"])


def refusal(call: Any, **parameters: Any) -> str:
    """Call, and give code and status of the error; nothing where it succeeds."""
    try:
        call(**parameters)
    except ClientError as error:
        return f"{error.response['Error']['Code']} {error.response['ResponseMetadata']['HTTPStatusCode']}"
    return ""


def test_who_has_a_token_needs_the_trust_policy_only(world: World) -> None:
    """AssumeRoleWithWebIdentity: nobody signs it, and the role trusts one subject (E22)."""
    sts = world.cloud.client("sts", config=Config(signature_version=UNSIGNED))
    with Issuer(now, url="https://token.example.com") as issuer:
        world.cloud.federation.let_stand_in(issuer.url, issuer.address)
        provider = world.admin("iam").create_open_id_connect_provider(Url=issuer.url, ClientIDList=["app"])
        arn, name = provider["OpenIDConnectProviderArn"], "token.example.com"
        role = federated(world, arn, "sts:AssumeRoleWithWebIdentity", **{f"{name}:sub": "repo:octo/app"})
        asked = {"RoleArn": role, "RoleSessionName": "one"}
        call = sts.assume_role_with_web_identity
        assert refusal(call, **asked, WebIdentityToken=issuer.token("repo:octo/app", "app")) == ""
        assert refusal(call, **asked, WebIdentityToken=issuer.token("repo:octo/b", "app")) == "AccessDenied 403"


def test_who_has_an_assertion_needs_the_trust_policy_only(world: World) -> None:
    """AssumeRoleWithSAML: nobody signs it, and the role trusts one audience (E23)."""
    sts = world.cloud.client("sts", config=Config(signature_version=UNSIGNED))
    vouching = IdentityProvider("https://idp.example.com/metadata", now, seed=1)
    made = world.admin("iam").create_saml_provider(SAMLMetadataDocument=vouching.metadata, Name=world.name("corp"))
    provider, action = made["SAMLProviderArn"], "sts:AssumeRoleWithSAML"
    for audience, expected in (("https://signin.aws.amazon.com/saml", ""), ("elsewhere", "AccessDenied 403")):
        role = federated(world, provider, action, **{"SAML:aud": audience})
        assertion = vouching.assertion("carol", [(role, provider)])
        asked = {"RoleArn": role, "PrincipalArn": provider, "SAMLAssertion": assertion}
        assert refusal(sts.assume_role_with_saml, **asked) == expected

"""Tokens and assertions of identity providers, exchanged for credentials by unmodified boto3 (E22, E23)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamkit.cloud.federation.identity_provider import IdentityProvider
from iamkit.cloud.federation.issuer import Issuer
from iamkit.cloud.local_cloud import Keys, LocalCloud
from tests.cloud.test_local_cloud import allow, refused

GITHUB = "https://token.actions.githubusercontent.com"
NAME = GITHUB.removeprefix("https://")
ROLE = "arn:aws:iam::111122223333:role/deploy"
PROVIDER = f"arn:aws:iam::111122223333:oidc-provider/{NAME}"
SAML = "arn:aws:iam::111122223333:saml-provider/office"
NOBODY = Keys("AKIAIOSFODNN7EXAMPLE", "none")


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def issuer(cloud: LocalCloud) -> Iterator[Issuer]:
    """An issuer on loopback that plays GitHub, trusted by a role for one repository and branch."""
    with Issuer(now, url=GITHUB, seed=1) as started:
        cloud.federation.let_stand_in(GITHUB, started.address)
        iam = cloud.client("iam")
        iam.create_open_id_connect_provider(Url=GITHUB, ClientIDList=["sts.amazonaws.com"])
        statement = {
            "Effect": "Allow",
            "Principal": {"Federated": PROVIDER},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{NAME}:aud": "sts.amazonaws.com",
                    f"{NAME}:sub": "repo:octo-org/octo-repo:ref:refs/heads/main",
                }
            },
        }
        trusted = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trusted)
        iam.put_role_policy(RoleName="deploy", PolicyName="p", PolicyDocument=allow("s3:ListAllMyBuckets"))
        yield started


def exchange(cloud: LocalCloud, token: str) -> Any:
    """Ask for credentials with a token, without any of one's own."""
    sts = cloud.client("sts", NOBODY)
    return sts.assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="run-1", WebIdentityToken=token)


def test_one_branch_of_one_repository_gets_in(cloud: LocalCloud, issuer: Issuer) -> None:
    """What the role may do, the pipeline may do; the trail says who it really was."""
    given = exchange(cloud, issuer.github_token("octo-org/octo-repo"))
    assert given["SubjectFromWebIdentityToken"] == "repo:octo-org/octo-repo:ref:refs/heads/main"
    assert given["Provider"] == PROVIDER
    assert cloud.client("s3", given).list_buckets()["Buckets"] == []
    refused(cloud.client("s3", given).create_bucket, Bucket="amzn-s3-demo-bucket")
    assert cloud.why().chain == ("arn:aws:sts::111122223333:assumed-role/deploy/run-1", PROVIDER)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"repository": "octo-org/octo-repo", "ref": "refs/heads/feature"}, "AccessDenied"),
        ({"repository": "mallory/octo-repo"}, "AccessDenied"),
        ({"repository": "octo-org/octo-repo", "ref": "pull_request"}, "AccessDenied"),
        ({"repository": "octo-org/octo-repo", "audience": "https://github.com/octo-org"}, "InvalidIdentityToken"),
        ({"repository": "octo-org/octo-repo", "iss": "https://evil.example"}, "InvalidIdentityToken"),
        ({"repository": "octo-org/octo-repo", "exp": 1}, "ExpiredTokenException"),
    ],
)
def test_no_other_branch_repository_audience_or_issuer(
    cloud: LocalCloud, issuer: Issuer, asked: dict[str, Any], code: str
) -> None:
    """Each is refused in AWS's code."""
    assert refused(exchange, cloud=cloud, token=issuer.github_token(**asked))["Error"]["Code"] == code


def test_forged_tokens_open_nothing(cloud: LocalCloud, issuer: Issuer) -> None:
    """`alg: none`, another's key under the same name, a changed claim."""
    good = issuer.github_token("octo-org/octo-repo")
    header, claims, signature = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').rstrip(b"=").decode()
    with Issuer(now, url=GITHUB, seed=2) as mallory:
        others = mallory.github_token("octo-org/octo-repo")
    feature = issuer.github_token("octo-org/octo-repo", ref="refs/heads/feature").split(".")
    for forged in (f"{none}.{claims}.", f"{header}.{claims}.", others, f"{feature[0]}.{claims}.{feature[2]}"):
        assert refused(exchange, cloud=cloud, token=forged)["Error"]["Code"] == "InvalidIdentityToken"
    assert signature
    assert exchange(cloud, good)["Credentials"]["AccessKeyId"].startswith("ASIA")


def test_a_token_ends_in_the_cloud_s_time(cloud: LocalCloud, issuer: Issuer) -> None:
    """Five minutes later it is too old."""
    token = issuer.github_token("octo-org/octo-repo")
    cloud.let_pass(timedelta(minutes=6))
    assert refused(exchange, cloud=cloud, token=token)["Error"]["Code"] == "ExpiredTokenException"


def test_an_assertion_is_exchanged(cloud: LocalCloud) -> None:
    """A company's own sign-in, and not that of somebody who says so."""
    office = IdentityProvider("https://idp.example.com", now, seed=1)
    iam = cloud.client("iam")
    iam.create_saml_provider(Name="office", SAMLMetadataDocument=office.metadata)
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": SAML},
        "Action": "sts:AssumeRoleWithSAML",
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
    trusted = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=trusted)
    sts = cloud.client("sts", NOBODY)
    asked = {"RoleArn": ROLE, "PrincipalArn": SAML}
    given = sts.assume_role_with_saml(SAMLAssertion=office.assertion("alice", [(ROLE, SAML)]), **asked)
    arn = cloud.client("sts", given).get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::111122223333:assumed-role/deploy/alice"
    mallory = IdentityProvider("https://idp.example.com", now, seed=2)
    answer = refused(sts.assume_role_with_saml, SAMLAssertion=mallory.assertion("alice", [(ROLE, SAML)]), **asked)
    assert answer["Error"]["Code"] == "InvalidIdentityToken"

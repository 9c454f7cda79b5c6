"""Only requests that somebody can make are worth trying: a counterexample that cannot happen teaches nothing."""

from __future__ import annotations

import pytest

from iamkit import Request
from iamkit.course.askers import can_be_asked, has_one_value, is_claim

ROLE = "arn:aws:iam::111122223333:role/deploy"
ALICE = "arn:aws:iam::111122223333:user/alice"
SESSION = "arn:aws:sts::444455556666:assumed-role/scanner/nightly"
GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
SAML = "arn:aws:iam::111122223333:saml-provider/company"
SUB, AUD = "token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:aud"
WEB = "sts:AssumeRoleWithWebIdentity"

# who, what, with which keys, and whether somebody can ask that
REQUESTS = [
    (ALICE, "sts:AssumeRole", {}, True),
    (SESSION, "sts:AssumeRole", {"sts:ExternalId": "x"}, True),
    ("lambda.amazonaws.com", "sts:AssumeRole", {}, True),
    (ALICE, WEB, {}, False),
    ("lambda.amazonaws.com", "sts:AssumeRoleWithSAML", {}, False),
    ("anonymous", "sts:AssumeRole", {}, False),
    ("anonymous", "s3:GetObject", {}, True),
    (GITHUB, WEB, {SUB: "repo:a/b:ref:refs/heads/main", AUD: "sts.amazonaws.com"}, True),
    (GITHUB, "sts:TagSession", {SUB: "repo:a/b:ref:refs/heads/main", AUD: "sts.amazonaws.com"}, True),
    (GITHUB, WEB, {AUD: "sts.amazonaws.com"}, False),
    (GITHUB, WEB, {SUB: "repo:a/b:ref:refs/heads/main"}, False),
    (GITHUB, "sts:AssumeRole", {SUB: "s", AUD: "a"}, False),
    (GITHUB, "s3:GetObject", {SUB: "s", AUD: "a"}, False),
    (GITHUB, WEB, {SUB: "s", AUD: "a", "sts:ExternalId": "x"}, False),
    (GITHUB, WEB, {SUB: "s", AUD: "a", "gitlab.com:sub": "s"}, False),
    ("accounts.google.com", WEB, {"accounts.google.com:sub": "1"}, True),
    ("accounts.google.com", WEB, {SUB: "s", AUD: "a"}, False),
    (ALICE, "sts:AssumeRole", {SUB: "repo:a/b:ref:refs/heads/main"}, False),
    (SAML, "sts:AssumeRoleWithSAML", {"saml:aud": "https://signin.aws.amazon.com/saml"}, True),
    (SAML, "sts:AssumeRoleWithSAML", {}, False),
    (SAML, WEB, {"saml:aud": "a"}, False),
    (ALICE, "sts:AssumeRole", {"saml:aud": "a"}, False),
    (ALICE, "iam:PassRole", {"iam:PassedToService": "lambda.amazonaws.com"}, True),
    (ALICE, "iam:PassRole", {}, True),
    (ALICE, "iam:CreateRole", {"iam:PassedToService": "lambda.amazonaws.com"}, False),
    (ALICE, "s3:GetObject", {"sts:ExternalId": "x"}, False),
    (ALICE, "s3:GetObject", {"aws:SourceIp": "203.0.113.20"}, True),
    (ALICE, "s3:GetObject", {"aws:SourceVpce": "vpce-1a2b3c4d", "aws:VpcSourceIp": "10.0.3.7"}, True),
    (ALICE, "s3:GetObject", {"aws:SourceIp": "203.0.113.20", "aws:SourceVpce": "vpce-1a2b3c4d"}, False),
    (ALICE.replace(":aws:", ":aws-cn:"), "s3:GetObject", {}, False),
]
ASKED = {SUB, AUD, "saml:aud", "sts:externalid", "iam:passedtoservice"}


@pytest.mark.parametrize(("who", "action", "context", "possible"), REQUESTS)
def test_who_can_ask_what_with_which_keys(who: str, action: str, context: dict[str, str], possible: bool) -> None:
    """E21–E23: an identity provider asks for one thing, with the claims of its own tokens, and nobody else has them."""
    assert can_be_asked(Request(who, action, ROLE, context), ASKED) is possible


def test_a_session_is_always_named() -> None:
    """Where a condition asks for the name of the session, no request comes without one (E21)."""
    asked = ASKED | {"sts:rolesessionname"}
    assert not can_be_asked(Request(ALICE, "sts:AssumeRole", ROLE), asked)
    assert can_be_asked(Request(ALICE, "sts:AssumeRole", ROLE, {"sts:RoleSessionName": "work"}), asked)
    assert can_be_asked(Request(ALICE, "s3:GetObject", ROLE), asked)


def test_claims_begin_with_a_host() -> None:
    """Services' keys begin with a service; a tag's name may have a dot."""
    assert is_claim(SUB)
    assert has_one_value(SUB)
    assert not has_one_value("accounts.google.com:amr")
    assert not is_claim("aws:principaltag/cost.center")

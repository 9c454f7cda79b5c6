"""Findings of external access: who outside the zone of trust is let in, by which statement, with a real request."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit.analysis.exposure import Exposure, Risk, ZoneName, exposure
from iamkit.analysis.outsiders import OutsiderKind
from tests.analysis import accounts
from tests.analysis.accounts import OUT, A, B, account, allow, deny, landscape, policy, trust

BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
QUEUE = f"arn:aws:sqs:us-east-1:{A}:jobs"
TOPIC = f"arn:aws:sns:us-east-1:{A}:news"
KEY = f"arn:aws:kms:us-east-1:{A}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET = f"arn:aws:secretsmanager:us-east-1:{A}:secret:db-a1b2c3"
FUNCTION = f"arn:aws:lambda:us-east-1:{A}:function:worker"
GITHUB = f"arn:aws:iam::{A}:oidc-provider/token.actions.githubusercontent.com"


def shared(arn: str, *statements: dict[str, Any], zone: ZoneName = "account", **more: Any) -> Exposure:
    """Analyze one resource with a policy."""
    document = account({}, {}, Resources=[{"Arn": arn, "AccountId": A, "Policy": policy(*statements)}], **more)
    return exposure(landscape(document), zone)


def role_trusting(*principals: Any, zone: ZoneName = "account", **more: Any) -> Exposure:
    """Analyze one role."""
    return exposure(landscape(account({}, {"deploy": {"trust": trust(*principals, **more)}})), zone)


def told(found: Exposure) -> list[tuple[str, bool]]:
    """Name who is let in, and whether that is public."""
    assert all(each.example.allowed for each in found.findings)
    return [(str(each.outsider), each.public) for each in found.findings]


@pytest.mark.parametrize(
    ("arn", "action", "type"),
    [
        (BUCKET, "s3:GetObject", "AWS::S3::Bucket"),
        (QUEUE, "sqs:SendMessage", "AWS::SQS::Queue"),
        (TOPIC, "sns:Publish", "AWS::SNS::Topic"),
        (KEY, "kms:Decrypt", "AWS::KMS::Key"),
        (SECRET, "secretsmanager:GetSecretValue", "AWS::SecretsManager::Secret"),
        (FUNCTION, "lambda:InvokeFunction", "AWS::Lambda::Function"),
    ],
)
def test_resource_types(arn: str, action: str, type: str) -> None:
    """Another account is found on each type, the own one is not, and everyone is public."""
    resource = f"{arn}/*" if arn == BUCKET else arn
    found = shared(arn, allow(action, resource, Principal={"AWS": OUT}))
    assert told(found) == [(f"AWS account `{OUT}`", False)]
    (finding,) = found.findings
    assert (finding.type, finding.account, finding.actions) == (type, A, (action,))
    assert finding.example.request.resource.arn.startswith(arn)
    own = shared(arn, allow(action, resource, Principal={"AWS": A}))
    assert (own.findings, [str(each) for each in own.clean]) == ((), [f"{arn}: no outsider (proved)"])
    assert told(shared(arn, allow(action, resource, Principal="*"))) == [("everyone", True)]


def test_role_is_found_by_its_trust_policy() -> None:
    """An account, a role of another account, and nobody of the own one; a service is no finding on a role."""
    outside = f"arn:aws:iam::{OUT}:role/ci"
    assert told(role_trusting(OUT, outside, A, "lambda.amazonaws.com")) == [
        (f"AWS account `{OUT}`", False),
        (f"AWS principal `{outside}`", False),
    ]
    (finding,) = role_trusting(OUT, Condition={"StringEquals": {"sts:ExternalId": "42"}}).findings
    assert finding.actions == ("sts:AssumeRole",)
    assert finding.conditions == ("sts:ExternalId StringEquals 42",)
    assert finding.example.request.value("sts:ExternalId") == "42"


def test_zone_of_trust_is_an_account_or_the_organization() -> None:
    """Accounts of the organization are outside of the account and inside of the organization."""
    statement = allow("sqs:SendMessage", QUEUE, Principal={"AWS": [B, OUT]})
    organization = accounts.organization({A: {}, B: {}})
    assert [who for who, _ in told(shared(QUEUE, statement, **organization))] == [
        f"AWS account `{B}`",
        f"AWS account `{OUT}`",
    ]
    assert told(shared(QUEUE, statement, zone="organization", **organization)) == [(f"AWS account `{OUT}`", False)]


def test_conditions_narrow_everyone() -> None:
    """An address is not public, the own organization is nobody outside, another one is found by name."""
    everyone = allow("s3:GetObject", f"{BUCKET}/*", Principal="*")
    organization = accounts.organization({A: {}, B: {}})

    def narrowed(**condition: Any) -> list[tuple[str, bool]]:
        held = {**everyone, "Condition": condition}
        return told(shared(BUCKET, held, zone="organization", **organization))

    assert narrowed(IpAddress={"aws:SourceIp": "198.51.100.0/24"}) == [("everyone", False)]
    assert narrowed(IpAddress={"aws:SourceIp": "0.0.0.0/0"}) == [("everyone", True)]
    assert narrowed(StringEquals={"aws:PrincipalOrgID": "o-example"}) == []
    assert narrowed(StringEquals={"aws:PrincipalOrgID": "o-other"}) == [("organization `o-other`", False)]
    assert narrowed(StringEquals={"aws:PrincipalAccount": OUT}) == [(f"AWS account `{OUT}`", False)]
    assert narrowed(StringEquals={"aws:PrincipalAccount": B}) == []
    assert narrowed(ArnLike={"aws:PrincipalArn": f"arn:aws:iam::{OUT}:role/ci"}) == [
        (f"AWS principal `arn:aws:iam::{OUT}:role/ci`", False)
    ]
    assert narrowed(StringEquals={"aws:SourceVpce": "vpce-1a2b3c4d"}) == [("everyone", False)]
    assert narrowed(Bool={"aws:SecureTransport": "true"}) == [("everyone", True)]


def test_deny_takes_a_grant_back() -> None:
    """A Deny of the same policy, and an RCP above it, leave nothing to find; what they spare is found."""
    everyone = allow(["s3:GetObject", "s3:PutObject"], f"{BUCKET}/*", Principal="*")
    outside = {"StringNotEquals": {"aws:PrincipalAccount": A}}
    closed = shared(BUCKET, everyone, deny("s3:*", [BUCKET, f"{BUCKET}/*"], Principal="*", Condition=outside))
    assert closed.findings == ()
    assert [each.resource for each in closed.clean] == [BUCKET]
    (finding,) = shared(BUCKET, everyone, deny("s3:PutObject", f"{BUCKET}/*", Principal="*")).findings
    assert finding.actions == ("s3:GetObject",)
    rcp = policy(deny("s3:*", Principal="*", Condition=outside))
    assert shared(BUCKET, everyone, **accounts.organization({A: {"rcp": rcp}})).findings == ()
    # The management account is exempt (E7).
    exempt = accounts.organization({A: {"rcp": rcp}}, management=A)
    exempt["Organization"]["Accounts"] = exempt["Organization"]["Accounts"][1:]
    assert told(shared(BUCKET, everyone, **exempt)) == [("everyone", True)]


def test_proof_that_no_outsider_gets_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a statement names everyone and a Deny takes it back, z3 proves it; where it cannot, the search stands."""
    monkeypatch.setattr("iamkit.analysis.exposure_proof._PROOF_SECONDS", 60.0)
    outside = {"StringNotEquals": {"aws:PrincipalAccount": A}}
    everyone = allow("sqs:SendMessage", QUEUE, Principal="*")
    closed = shared(QUEUE, everyone, deny("sqs:*", QUEUE, Principal="*", Condition=outside))
    assert [str(each) for each in closed.clean] == [f"{QUEUE}: no outsider (proved)"]
    # A bucket's ARN names no account: that it is the zone's is told beside it.
    within = {"StringEquals": {"aws:PrincipalAccount": A}}
    bucket = shared(BUCKET, allow("s3:GetObject", f"{BUCKET}/*", Principal="*", Condition=within))
    assert [str(each) for each in bucket.clean] == [f"{BUCKET}: no outsider (proved)"]


def test_service_for_anybody_is_a_confused_deputy() -> None:
    """Without aws:SourceArn or aws:SourceAccount a service comes for strangers, too (E26)."""
    statement = allow("sns:Publish", TOPIC, Principal={"Service": "s3.amazonaws.com"})
    (finding,) = shared(TOPIC, statement).findings
    assert (finding.outsider.kind, finding.risk, finding.public) == (OutsiderKind.SERVICE, Risk.CONFUSED_DEPUTY, False)
    assert "add aws:SourceArn or aws:SourceAccount (E26)" in str(finding)
    for key, value in (
        ("aws:SourceAccount", A),
        ("aws:SourceArn", f"arn:aws:sqs:us-east-1:{A}:x"),
        ("aws:SourceArn", BUCKET),
    ):
        assert (
            shared(
                TOPIC, {**statement, "Condition": {"ArnLike" if "arn" in value else "StringEquals": {key: value}}}
            ).findings
            == ()
        )
    (other,) = shared(TOPIC, {**statement, "Condition": {"StringEquals": {"aws:SourceAccount": OUT}}}).findings
    assert (str(other.outsider), other.risk) == (f"AWS service `s3.amazonaws.com for account {OUT}`", Risk.NONE)


def test_default_policy_of_a_topic_is_no_finding() -> None:
    """Everyone, if the owner of the source is the own account: nobody outside (Amazon SNS, default access policy)."""
    statement = allow("SNS:Publish", TOPIC, Principal={"AWS": "*"}, Condition={"StringEquals": {"AWS:SourceOwner": A}})
    assert shared(TOPIC, statement).findings == ()


def test_federated_providers_are_outside() -> None:
    """A provider is external; without its `sub` claim anybody on GitHub can take the role."""
    web: dict[str, Any] = {"action": "sts:AssumeRoleWithWebIdentity"}
    audience = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
    subject = {"token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:ref:refs/heads/main"}
    github = {"Federated": GITHUB}
    (open_,) = role_trusting(github, Condition={"StringEquals": audience}, **web).findings
    assert (open_.outsider.kind, open_.risk, open_.public) == (OutsiderKind.FEDERATED, Risk.ANY_SUBJECT, True)
    (held,) = role_trusting(github, Condition={"StringEquals": {**audience, **subject}}, **web).findings
    assert (held.risk, held.public) == (Risk.NONE, False)
    assert held.example.request.value("token.actions.githubusercontent.com:sub") == next(iter(subject.values()))
    (wide,) = role_trusting(
        github, Condition={"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"}}, **web
    ).findings
    assert wide.public
    saml = {"Federated": f"arn:aws:iam::{A}:saml-provider/corp"}
    (corp,) = role_trusting(saml, action="sts:AssumeRoleWithSAML").findings
    assert (corp.actions, corp.public) == (("sts:AssumeRoleWithSAML",), False)


def test_not_principal_with_allow_is_everyone_else() -> None:
    """Allow with NotPrincipal lets everyone in but those listed (P20)."""
    statement = allow("sqs:SendMessage", QUEUE, NotPrincipal={"AWS": A})
    assert told(shared(QUEUE, statement)) == [("everyone", True)]


def test_actions_are_real_ones_that_others_can_have() -> None:
    """A wildcard is told as the actions of the reference; what only the owner's account can do is not in it."""
    (finding,) = shared(QUEUE, allow("sqs:*", QUEUE, Principal={"AWS": OUT})).findings
    assert "sqs:ReceiveMessage" in finding.actions
    assert "sqs:SetQueueAttributes" not in finding.actions
    assert "sqs:ChangeMessageVisibility` and " in str(finding)


def test_actions_on_objects_and_on_the_bucket_are_told_apart() -> None:
    """A pattern for objects gives none of the bucket's own actions, however wide the actions are."""
    (finding,) = shared(BUCKET, allow("s3:Get*", f"{BUCKET}/public/*", Principal="*")).findings
    assert "s3:GetObject" in finding.actions
    assert "s3:GetBucketPolicy" not in finding.actions
    assert "s3:GetAccelerateConfiguration" not in finding.actions


def test_what_is_not_analyzed_is_said() -> None:
    """A resource of another type is named, and never taken for clean."""
    table = f"arn:aws:dynamodb:us-east-1:{A}:table/t"
    found = shared(table, allow("dynamodb:GetItem", table, Principal={"AWS": OUT}))
    assert (found.findings, found.clean, found.not_analyzed) == ((), (), (table,))
    assert f"{table}: not analyzed" in repr(found)


def test_exposure_is_told_in_words() -> None:
    """The head counts; a line each says who, what, on what, by which statement."""
    found = shared(BUCKET, allow("s3:GetObject", f"{BUCKET}/public/*", Principal="*"))
    assert repr(found) == (
        "External access (zone of trust: account): 1 finding about 1 resource, 1 public\n"
        f"  PUBLIC: everyone can `s3:GetObject` on {BUCKET}, by statement 0 of policy `policy of amzn-s3-demo-bucket`"
    )
    assert found.findings[0].example.request.resource.arn.startswith(f"{BUCKET}/public/")

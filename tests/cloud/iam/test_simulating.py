"""SimulateCustomPolicy and SimulatePrincipalPolicy, as boto3 sees them."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.store import Organization
from tests.cloud.iam.asking import ACCOUNT, OTHER, allow, arn, deny, keys, policy, refused, trust, user

OBJECT = "arn:aws:s3:::amzn-s3-demo-bucket/reports/a.txt"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:jobs"
ALICE = arn("user/alice")
# The outputs of the AWS CLI's examples (awscli, examples/iam/simulate-custom-policy.rst).
FROM_AWS = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
    '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)


@pytest.fixture(scope="module", autouse=True)
def people(iam: Any) -> None:
    """Alice has a policy of each kind; the role has one."""
    user(iam, "alice", allow("s3:GetObject"), Tags=[{"Key": "Team", "Value": "blue"}])
    iam.create_group(GroupName="writers")
    iam.put_group_policy(GroupName="writers", PolicyName="queues", PolicyDocument=allow("sqs:SendMessage"))
    iam.add_user_to_group(GroupName="writers", UserName="alice")
    iam.create_policy(PolicyName="tables", PolicyDocument=allow("dynamodb:GetItem"))
    iam.attach_user_policy(UserName="alice", PolicyArn=arn("policy/tables"))
    iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(ACCOUNT))
    iam.put_role_policy(RoleName="app", PolicyName="objects", PolicyDocument=allow("s3:*"))


def custom(iam: Any, *policies: str, actions: tuple[str, ...] = ("s3:GetObject",), **more: Any) -> list[dict[str, Any]]:
    """Simulate policies; gives the results."""
    given = iam.simulate_custom_policy(PolicyInputList=list(policies), ActionNames=list(actions), **more)
    return list(given["EvaluationResults"])


def principal(iam: Any, source: str, *actions: str, **more: Any) -> list[dict[str, Any]]:
    """Simulate a principal; gives the results."""
    given = iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=list(actions), **more)
    return list(given["EvaluationResults"])


def entry(name: str, *values: str, kind: str = "string") -> dict[str, Any]:
    """Write a context entry."""
    return {"ContextKeyName": name, "ContextKeyValues": list(values), "ContextKeyType": kind}


@pytest.mark.parametrize(
    ("time", "decision", "matched"),
    [("2019-04-25T11:00:00Z", "allowed", 1), ("2014-04-25T11:00:00Z", "implicitDeny", 0)],
)
def test_the_examples_of_aws(iam: Any, time: str, decision: str, matched: int) -> None:
    """Decision, policy and the position of the statement are those that AWS prints."""
    (result,) = custom(
        iam,
        FROM_AWS,
        actions=("dynamodb:CreateBackup",),
        ContextEntries=[entry("aws:CurrentTime", time, kind="date")],
    )
    assert (result["EvalActionName"], result["EvalResourceName"]) == ("dynamodb:CreateBackup", "*")
    assert (result["EvalDecision"], len(result["MatchedStatements"])) == (decision, matched)
    assert result["MissingContextValues"] == []
    for statement in result["MatchedStatements"]:
        assert statement["SourcePolicyId"] == "PolicyInputList.1"
        assert statement["StartPosition"] == {"Line": 1, "Column": 38}
        assert statement["EndPosition"] == {"Line": 1, "Column": 167}
    assert {"ResourceSpecificResults", "EvalDecisionDetails", "OrganizationsDecisionDetail"}.isdisjoint(result)


def test_a_deny_is_the_only_statement_shown(iam: Any) -> None:
    """E6: where a statement denies, those that allow did not determine the result."""
    (result,) = custom(iam, allow("s3:*"), deny("s3:Get*"), allow("s3:Get*"))
    assert result["EvalDecision"] == "explicitDeny"
    assert [each["SourcePolicyId"] for each in result["MatchedStatements"]] == ["PolicyInputList.2"]


def test_every_action_has_one_result_and_every_resource_its_own(iam: Any) -> None:
    """The most restrictive decision stands for all resources of an action."""
    secret = OBJECT.replace("reports", "secret")
    text = policy(
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": secret},
    )
    get, put = custom(iam, text, actions=("s3:GetObject", "s3:PutObject"), ResourceArns=[OBJECT, secret])
    assert (get["EvalDecision"], put["EvalDecision"]) == ("explicitDeny", "allowed")
    assert get["EvalResourceName"] == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"
    decided = {each["EvalResourceName"]: each["EvalResourceDecision"] for each in get["ResourceSpecificResults"]}
    assert decided == {OBJECT: "allowed", secret: "explicitDeny"}
    # Within one account the details are there, and empty.
    assert get["EvalDecisionDetails"] == {}
    assert all("EvalDecisionDetails" not in each for each in get["ResourceSpecificResults"])


def test_missing_keys_are_listed(iam: Any) -> None:
    """What a policy asks for and the call does not say is named, and denies (P24)."""
    text = allow("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    (result,) = custom(iam, text)
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", ["aws:SourceIp"])
    (result,) = custom(iam, text, ResourceArns=[OBJECT])
    assert result["ResourceSpecificResults"][0]["MissingContextValues"] == ["aws:SourceIp"]
    (result,) = custom(iam, text, ContextEntries=[entry("aws:sourceip", "203.0.113.9", kind="ip")])
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])


@pytest.mark.parametrize(
    ("kind", "values", "condition"),
    [
        ("string", ["blue"], {"StringEquals": {"aws:PrincipalTag/Team": "blue"}}),
        ("stringList", ["a", "b"], {"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b", "c"]}}),
        ("numeric", ["7"], {"NumericLessThan": {"s3:max-keys": "10"}}),
        ("numericList", ["7", "70"], {"ForAnyValue:NumericLessThan": {"s3:max-keys": "10"}}),
        ("boolean", ["true"], {"Bool": {"aws:SecureTransport": "true"}}),
        ("booleanList", ["true", "false"], {"ForAnyValue:Bool": {"aws:SecureTransport": "true"}}),
        ("ip", ["2001:db8::1"], {"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}),
        ("ipList", ["10.0.0.1", "10.0.0.2"], {"ForAllValues:IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}),
        ("binary", ["AQID"], {"BinaryEquals": {"kms:Grantee": "AQID"}}),
        ("binaryList", ["AQID", "BA=="], {"ForAnyValue:BinaryEquals": {"kms:Grantee": "BA=="}}),
        ("date", ["2026-01-01T00:00:00Z"], {"DateGreaterThan": {"aws:CurrentTime": "2025-01-01T00:00:00Z"}}),
        ("dateList", ["2026-01-01"], {"ForAnyValue:DateGreaterThan": {"aws:CurrentTime": "2025-01-01"}}),
    ],
)
def test_every_type_of_context_key(iam: Any, kind: str, values: list[str], condition: dict[str, Any]) -> None:
    """With the key the condition holds, without it nothing is allowed and the key is named."""
    (key,) = next(iter(condition.values()))
    text = allow("s3:*", Condition=condition)
    (result,) = custom(iam, text, ContextEntries=[entry(key, *values, kind=kind)])
    assert result["EvalDecision"] == "allowed"
    (result,) = custom(iam, text.replace("ForAllValues", "ForAnyValue"))
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", [key])


def test_a_boundary_limits_and_says_so(iam: Any) -> None:
    """E10, with PermissionsBoundaryDecisionDetail at both places."""
    given: dict[str, Any] = {"PermissionsBoundaryPolicyInputList": [allow("sqs:*")], "ResourceArns": [OBJECT]}
    (result,) = custom(iam, allow("*"), **given)
    assert result["EvalDecision"] == "implicitDeny"
    detail = {"AllowedByPermissionsBoundary": False}
    assert result["PermissionsBoundaryDecisionDetail"] == detail
    assert result["ResourceSpecificResults"][0]["PermissionsBoundaryDecisionDetail"] == detail
    (result,) = custom(iam, allow("*"), actions=("sqs:SendMessage",), **{**given, "ResourceArns": [QUEUE]})
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": True}
    assert result["EvalDecision"] == "allowed"


def test_a_resource_policy_alone_is_enough_in_one_account(iam: Any) -> None:
    """E8: the user is named; another user is not."""
    shared = policy({"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "s3:*", "Resource": "*"})
    given: dict[str, Any] = {"ResourceArns": [OBJECT], "ResourcePolicy": shared}
    (result,) = custom(iam, allow("sqs:*"), CallerArn=ALICE, **given)
    assert result["EvalDecision"] == "allowed"
    statement = result["MatchedStatements"][0]
    assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == ("ResourcePolicy", "resource")
    (result,) = custom(iam, allow("sqs:*"), CallerArn=arn("user/bob"), **given)
    assert result["EvalDecision"] == "implicitDeny"


def test_across_accounts_the_details_tell_both_sides(iam: Any) -> None:
    """E15: both must allow; each side's decision stands in EvalDecisionDetails."""
    shared = policy({"Effect": "Allow", "Principal": {"AWS": ALICE}, "Action": "s3:*", "Resource": "*"})
    given: dict[str, Any] = {"CallerArn": ALICE, "ResourceArns": [OBJECT], "ResourcePolicy": shared}
    (result,) = custom(iam, allow("sqs:*"), ResourceOwner=arn("root", OTHER), **given)
    assert result["EvalDecision"] == "implicitDeny"
    assert result["EvalDecisionDetails"] == {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
    (result,) = custom(iam, allow("s3:*"), ResourceOwner=OTHER, **given)
    assert result["EvalDecision"] == "allowed"
    assert result["ResourceSpecificResults"][0]["EvalDecisionDetails"] == {
        "IAM Policy": "allowed",
        "Resource Policy": "allowed",
    }


def test_simulated_service_control_policies(iam: Any) -> None:
    """E7: a level without an Allow stops everything; statements of theirs are not shown."""
    full, none = allow("*"), {"ServiceControlPolicyInputList": [deny("s3:*"), allow("*")]}
    levels = [{"ServiceControlPolicyInputList": [full]}, none]
    (result,) = custom(iam, full, OrderedOrganizationPolicyInputList=levels)
    assert (result["EvalDecision"], result["MatchedStatements"]) == ("explicitDeny", [])
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
    (result,) = custom(iam, full, actions=("sqs:SendMessage",), OrderedOrganizationPolicyInputList=levels)
    assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    assert result["EvalDecision"] == "allowed"


def test_all_policies_of_a_user(iam: Any) -> None:
    """E9: inline, customer managed, AWS managed, and those of the groups, each under its own name and type."""
    results = principal(
        iam, ALICE, "s3:GetObject", "sqs:SendMessage", "dynamodb:GetItem", "lambda:GetFunction", "ec2:RunInstances"
    )
    named = [
        (each["EvalDecision"], *[(m["SourcePolicyId"], m["SourcePolicyType"]) for m in each["MatchedStatements"]])
        for each in results
    ]
    assert named == [
        ("allowed", ("user_alice_policy-0", "user")),
        ("allowed", ("group_writers_queues", "group")),
        ("allowed", ("tables", "user-managed")),
        ("allowed", ("AWSLambda_ReadOnlyAccess", "aws-managed")),
        ("implicitDeny",),
    ]
    assert all(each["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True} for each in results)


def test_groups_and_roles(iam: Any) -> None:
    """A group has its own policies only, and so has a role."""
    assert [
        each["EvalDecision"] for each in principal(iam, arn("group/writers"), "sqs:SendMessage", "s3:GetObject")
    ] == [
        "allowed",
        "implicitDeny",
    ]
    (result,) = principal(iam, arn("role/app"), "s3:GetObject")
    assert result["MatchedStatements"][0]["SourcePolicyId"] == "role_app_objects"
    assert result["MatchedStatements"][0]["SourcePolicyType"] == "role"


def test_more_policies_beside_those_attached(iam: Any) -> None:
    """PolicyInputList adds; PolicyExclusionList leaves out."""
    (result,) = principal(iam, ALICE, "ec2:RunInstances", PolicyInputList=[allow("ec2:*")])
    assert [each["SourcePolicyId"] for each in result["MatchedStatements"]] == ["PolicyInputList.1"]
    for exclusion in (
        {"PolicyType": "inline"},
        {"InlinePolicyIdentifier": {"PolicyName": "policy-0", "AttachmentType": "User", "AttachmentName": "al*"}},
    ):
        (result,) = principal(iam, ALICE, "s3:GetObject", PolicyExclusionList=[exclusion])
        assert result["EvalDecision"] == "implicitDeny", exclusion
    (result,) = principal(iam, ALICE, "dynamodb:GetItem", PolicyExclusionList=[{"PolicyArn": arn("policy/tab*")}])
    assert result["EvalDecision"] == "implicitDeny"


def test_the_caller_is_the_user_unless_another_is_named(iam: Any) -> None:
    """Bob calls with Alice's policies; keys that follow from the caller are his."""
    text = allow("s3:PutObject", resource="arn:aws:s3:::amzn-s3-demo-bucket/${aws:username}/*")
    mine, his = (f"arn:aws:s3:::amzn-s3-demo-bucket/{name}/x" for name in ("alice", "bob"))
    given = {"PolicyInputList": [text], "ResourceArns": [mine, his]}

    def decisions(**more: Any) -> list[str]:
        (result,) = principal(iam, ALICE, "s3:PutObject", **given, **more)
        return [each["EvalResourceDecision"] for each in result["ResourceSpecificResults"]]

    assert decisions() == ["allowed", "implicitDeny"]
    assert decisions(CallerArn=arn("user/bob")) == ["implicitDeny", "allowed"]
    # A user's tags are known to IAM (E4).
    tagged = allow("ec2:*", Condition={"StringEquals": {"aws:PrincipalTag/Team": "blue"}})
    (result,) = principal(iam, ALICE, "ec2:RunInstances", PolicyInputList=[tagged])
    assert result["EvalDecision"] == "allowed"
    (result,) = custom(iam, tagged, actions=("ec2:RunInstances",), CallerArn=ALICE)
    assert (result["EvalDecision"], result["MissingContextValues"]) == ("implicitDeny", ["aws:PrincipalTag/Team"])


def test_the_attached_boundary_counts_until_another_is_simulated(iam: Any) -> None:
    """E10: an entity has one boundary at a time."""
    user(iam, "carol", allow("*"), PermissionsBoundary="arn:aws:iam::aws:policy/AmazonSQSFullAccess")
    (result,) = principal(iam, arn("user/carol"), "s3:GetObject")
    assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert result["EvalDecision"] == "implicitDeny"
    simulated = {"PermissionsBoundaryPolicyInputList": [allow("s3:*")]}
    assert principal(iam, arn("user/carol"), "s3:GetObject", **simulated)[0]["EvalDecision"] == "allowed"
    without = {"PolicyExclusionList": [{"PolicyType": "permission-boundary"}]}
    assert principal(iam, arn("user/carol"), "s3:GetObject", **without)[0]["EvalDecision"] == "allowed"


def test_service_control_policies_of_the_account(iam: Any, organization: Organization) -> None:
    """E7: those above the account count, and the result says that it was they."""
    organization.attach(
        deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}), ACCOUNT, "service_control", "tls"
    )
    try:
        given = {"ContextEntries": [entry("aws:SecureTransport", "false", kind="boolean")], "ResourceArns": [OBJECT]}
        (result,) = principal(iam, ALICE, "s3:GetObject", **given)
        assert (result["EvalDecision"], result["MatchedStatements"]) == ("explicitDeny", [])
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
        assert "EvalDecisionDetails" not in result
        (result,) = principal(iam, ALICE, "s3:GetObject")
        # What only they ask for is not told.
        assert (result["EvalDecision"], result["MissingContextValues"]) == ("allowed", [])
        without = {"PolicyExclusionList": [{"PolicyType": "scp"}]}
        assert principal(iam, ALICE, "s3:GetObject", **given, **without)[0]["EvalDecision"] == "allowed"
    finally:
        organization.detach("tls", ACCOUNT, "service_control")


def test_pages(iam: Any) -> None:
    """MaxItems and Marker, as boto3's paginator follows them."""
    actions = [f"s3:Action{number}" for number in range(7)]
    first = iam.simulate_custom_policy(PolicyInputList=[allow("s3:*")], ActionNames=actions, MaxItems=3)
    assert (first["IsTruncated"], len(first["EvaluationResults"])) == (True, 3)
    paginator = iam.get_paginator("simulate_custom_policy")
    pages = paginator.paginate(PolicyInputList=[allow("s3:*")], ActionNames=actions, PaginationConfig={"PageSize": 3})
    assert [each["EvalActionName"] for page in pages for each in page["EvaluationResults"]] == actions


@pytest.mark.parametrize(
    "scenario",
    ["EC2-VPC-InstanceStore", "EC2-VPC-InstanceStore-Subnet", "EC2-VPC-EBS", "EC2-VPC-EBS-Subnet"],
)
def test_scenarios_of_ec2_need_their_resources(iam: Any, scenario: str) -> None:
    """ResourceHandlingOption: all resources of the scenario must be there, then each is decided."""
    names = ["image/ami-1", "security-group/sg-1", "network-interface/eni-1", "volume/vol-1", "subnet/subnet-1"]
    arns = [f"arn:aws:ec2:us-east-1:{ACCOUNT}:{name}" for name in ("instance/i-1", *names)]
    given = {"PolicyInputList": [allow("ec2:*")], "ActionNames": ["ec2:RunInstances"], "ResourceArns": arns}
    result = iam.simulate_custom_policy(**given, ResourceHandlingOption=scenario)["EvaluationResults"][0]
    assert (result["EvalDecision"], len(result["ResourceSpecificResults"])) == ("allowed", 6)
    code, _, message = refused(
        iam.simulate_custom_policy, **{**given, "ResourceArns": arns[1:]}, ResourceHandlingOption=scenario
    )
    assert (code, "instance" in message) == ("InvalidInput", True)


SHARED = policy(
    {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::amzn-s3-demo-bucket/*"}
)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ActionNames": ["s3:Get*"]}, "s3:Get*"),
        ({"ActionNames": ["GetObject"]}, "GetObject"),
        ({"ResourceArns": ["bucket"]}, "bucket"),
        ({"ResourceOwner": "someone"}, "someone"),
        ({"CallerArn": f"arn:aws:sts::{ACCOUNT}:assumed-role/app/one"}, "assumed-role"),
        ({"CallerArn": f"arn:aws:sts::{ACCOUNT}:federated-user/app"}, "federated-user"),
        ({"CallerArn": "ec2.amazonaws.com"}, "ec2.amazonaws.com"),
        ({"ResourcePolicy": SHARED, "ResourceArns": [OBJECT]}, "CallerArn is required"),
        (
            {"ResourcePolicy": SHARED, "ResourceArns": [OBJECT], "CallerArn": arn("role/app")},
            "not supported for IAM roles",
        ),
        ({"ResourcePolicy": SHARED, "ResourceArns": ["arn:aws:s3:::other/k"], "CallerArn": ALICE}, "not applicable"),
        ({"PolicyInputList": ["{"]}, "PolicyInputList.1: Syntax errors in policy."),
        ({"PolicyInputList": [SHARED]}, "Has prohibited field Principal"),
        ({"PermissionsBoundaryPolicyInputList": [allow("*"), allow("*")]}, "only one policy"),
        ({"ResourceHandlingOption": "EC2-Classic"}, "EC2-Classic"),
        ({"ContextEntries": [entry("aws:SourceIp", "here", kind="ip")]}, "here"),
        ({"ContextEntries": [entry("s3:max-keys", "many", kind="numeric")]}, "many"),
        ({"ContextEntries": [entry("aws:SecureTransport", "yes", kind="boolean")]}, "yes"),
        ({"ContextEntries": [entry("aws:CurrentTime", "now", kind="date")]}, "now"),
        ({"ContextEntries": [entry("aws:TagKeys", "a", "b")]}, "more than one value"),
        ({"ContextEntries": [entry("aws:TagKeys", "a"), entry("AWS:tagkeys", "b")]}, "more than once"),
        ({"ContextEntries": [entry("SourceIp", "a")]}, "SourceIp"),
        ({"ContextEntries": [entry("aws:TagKeys", "a", kind="text")]}, "text"),
        ({"Marker": "page-from-9"}, "page-from-9"),
        ({"Marker": "x"}, "Invalid Marker"),
        ({"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [allow("*")]}] * 8}, "at most 7"),
    ],
)
def test_what_cannot_be_simulated_is_refused(iam: Any, more: dict[str, Any], said: str) -> None:
    """InvalidInput, 400, with the value that is wrong."""
    given = {"PolicyInputList": [allow("s3:*")], "ActionNames": ["s3:GetObject"], **more}
    code, status, message = refused(iam.simulate_custom_policy, **given)
    assert (code, status) == ("InvalidInput", 400)
    assert said in message


@pytest.mark.parametrize(
    "exclusion",
    [
        {"PolicyType": "trust"},
        {"PolicyArn": "arn:aws:iam::aws:policy/*a*"},
        {"PolicyArn": "arn:aws:iam::*:policy/a"},
        {"InlinePolicyIdentifier": {"PolicyName": "p", "AttachmentType": "User", "AttachmentName": "*a*"}},
    ],
)
def test_exclusions_that_are_none(iam: Any, exclusion: dict[str, Any]) -> None:
    """An identifier that says nothing is refused, not ignored."""
    given = {"ActionNames": ["s3:GetObject"], "PolicyExclusionList": [exclusion]}
    assert refused(iam.simulate_principal_policy, PolicySourceArn=ALICE, **given)[:2] == ("InvalidInput", 400)


def test_whoever_is_not_there(iam: Any) -> None:
    """NoSuchEntity, 404."""
    for path in ("user/nobody", "role/none", "group/none"):
        code, status, message = refused(
            iam.simulate_principal_policy, PolicySourceArn=arn(path), ActionNames=["s3:GetObject"]
        )
        assert (code, status) == ("NoSuchEntity", 404)
        assert path.partition("/")[2] in message


def test_simulating_needs_a_permission_of_its_own(cloud: LocalCloud, iam: Any) -> None:
    """Who may simulate policies of others is told of their permissions; simulating one's own text is another action."""
    user(iam, "dave", allow("iam:SimulateCustomPolicy"))
    dave = cloud.client("iam", keys(iam, "dave"))
    assert custom(dave, allow("s3:*"))[0]["EvalDecision"] == "allowed"
    code, status, message = refused(dave.simulate_principal_policy, PolicySourceArn=ALICE, ActionNames=["s3:GetObject"])
    assert (code, status) == ("AccessDenied", 403)
    assert f"iam:SimulatePrincipalPolicy on resource: {ALICE}" in message


def test_context_keys_of_policies(iam: Any) -> None:
    """GetContextKeysForCustomPolicy and …ForPrincipalPolicy name conditions and variables, each once."""
    text = allow("s3:*", resource="arn:aws:s3:::b/${aws:username}", Condition={"Bool": {"aws:SecureTransport": True}})
    given = iam.get_context_keys_for_custom_policy(PolicyInputList=[text, text])
    assert sorted(given["ContextKeyNames"]) == ["aws:SecureTransport", "aws:username"]
    given = iam.get_context_keys_for_principal_policy(PolicySourceArn=arn("role/app"), PolicyInputList=[text])
    assert sorted(given["ContextKeyNames"]) == ["aws:SecureTransport", "aws:username"]
    assert refused(iam.get_context_keys_for_principal_policy, PolicySourceArn=arn("user/nobody"))[0] == "NoSuchEntity"

"""For every check a policy that it finds something in, and one much like it that it does not."""

from __future__ import annotations

import json
from typing import Any

from iamkit import PolicyType

Fragment = dict[str, Any]
Given = str | Fragment | list[Fragment]

ROLE = "arn:aws:iam::111122223333:role/Deploy"
GITHUB = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
SAML = "arn:aws:iam::111122223333:saml-provider/Corporate"
SUB = "token.actions.githubusercontent.com:sub"

TYPES = {
    "identity": PolicyType.IDENTITY_BASED,
    "resource": PolicyType.RESOURCE_BASED,
    "trust": PolicyType.TRUST,
    "scp": PolicyType.SERVICE_CONTROL,
    "rcp": PolicyType.RESOURCE_CONTROL,
}
_READ: Fragment = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}
BASES: dict[str, Fragment] = {
    "identity": _READ,
    "resource": {"Principal": {"AWS": "111122223333"}, **_READ},
    "trust": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"},
    "scp": {**_READ, "Effect": "Deny"},
    "rcp": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
}


def write(type: str, given: Given) -> str:
    """Write the policy: fragments change the type's plain statement, None takes an element away; a text stays one."""
    if isinstance(given, str):
        return given
    statements = []
    for fragment in given if isinstance(given, list) else [given]:
        whole = {**BASES[type], **fragment}
        statements.append({key: value for key, value in whole.items() if value is not None})
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, indent=2)


def when(operator: str, key: str, value: Any) -> Fragment:
    """Make a condition."""
    return {"Condition": {operator: {key: value}}}


def on(resource: Any, action: Any = "s3:GetObject") -> Fragment:
    """Make a statement on other resources."""
    return {"Resource": resource, "Action": action}


def web(principal: str, condition: Fragment | None = None) -> Fragment:
    """Trust an identity provider with OpenID Connect."""
    return {
        "Principal": {"Federated": principal},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }


def service(name: str = "sns.amazonaws.com", condition: Fragment | None = None) -> Fragment:
    """Name a service."""
    return {"Principal": {"Service": name}, "Condition": condition}


_MANY = [{"Sid": f"Read{number:04}", "Resource": f"arn:aws:s3:::reports-{number:04}/*"} for number in range(220)]
_TRUSTED = [{"Sid": f"Trust{number:04}", "Principal": {"AWS": f"{number:012}"}} for number in range(60)]
_SCOPED = {"StringEquals": {SUB: "repo:example/shop:ref:refs/heads/main"}}
_LIKE = "arn:aws:iam::111122223333:role/Deploy*"
_SLR = "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*"
_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_SPARED = {"NotAction": "iam:*", "Action": None}
_SAME: list[Fragment] = [{"Sid": "A"}, {"Sid": "B", "Action": ["s3:GetObject"]}]
_NOT = {"Resource": None, "NotResource": ROLE}

# name: type of the policy, what has it, what has it not; where it matters, the resource type comes behind.
CASES: dict[str, tuple[str, Given, Given] | tuple[str, Given, Given, str]] = {
    # -- errors
    "ARN account not allowed": ("identity", on("arn:aws:s3::111122223333:reports/*"), on("arn:aws:s3:*:*:reports/*")),
    "ARN Region not allowed": (
        "identity",
        on("arn:aws:iam:us-east-1:111122223333:role/Deploy", "iam:GetRole"),
        on(ROLE, "iam:GetRole"),
    ),
    "Data type mismatch": ("identity", {"Action": 7}, {"Action": ["s3:GetObject"]}),
    "Duplicate keys with different case": (
        "identity",
        {"Condition": {"StringEquals": {"aws:username": "a", "AWS:UserName": "b"}}},
        {"Condition": {"StringEquals": {"aws:username": "a", "aws:userid": "b"}}},
    ),
    "Invalid action": ("identity", {"Action": "s3:GetObjects"}, {"Action": ["s3:getobject", "s3:Get*"]}),
    "Invalid ARN account": (
        "identity",
        on("arn:aws:sqs:eu-west-1:1111:jobs", "sqs:SendMessage"),
        on("arn:aws:sqs:eu-west-1:*:jobs", "sqs:SendMessage"),
    ),
    "Invalid ARN prefix": ("identity", on("reports/*"), on("*")),
    "Invalid ARN Region": (
        "identity",
        on("arn:aws:sqs:eu-west-9:111122223333:jobs", "sqs:SendMessage"),
        on("arn:aws:sqs:eu-*:111122223333:jobs", "sqs:SendMessage"),
    ),
    "Invalid ARN resource": (
        "identity",
        on("arn:aws:lambda:eu-west-1:111122223333:resize", "lambda:InvokeFunction"),
        on("arn:aws:lambda:eu-west-1:111122223333:function:resize", "lambda:InvokeFunction"),
    ),
    "Invalid ARN service case": ("identity", on("arn:aws:S3:::reports/*"), on("arn:aws:s3:::REPORTS/*")),
    "Invalid condition data type": (
        "identity",
        when("StringEquals", "aws:username", ["1", 1]),
        when("StringEquals", "aws:username", ["1", "2"]),
    ),
    "Invalid condition key format": (
        "identity",
        when("StringEquals", "username", "a"),
        when("StringEquals", "aws:username", "a"),
    ),
    "Invalid condition multiple Boolean": (
        "identity",
        when("Bool", "aws:SecureTransport", ["true", "false"]),
        when("Bool", "aws:SecureTransport", ["true"]),
    ),
    "Invalid condition operator": (
        "identity",
        when("StringMatches", "aws:username", "a"),
        when("StringLike", "aws:username", "a"),
    ),
    "Invalid effect": ("identity", {"Effect": "allow"}, {"Effect": "Deny"}),
    "Invalid global condition key": (
        "identity",
        when("StringEquals", "aws:PrincipalName", "a"),
        when("StringEquals", "AWS:username", "a"),
    ),
    "Invalid partition": ("identity", on("arn:amazon:s3:::reports/*"), on("arn:aws-cn:s3:::reports/*")),
    "Invalid policy element": ("identity", {"Resources": "*"}, {"Sid": "Read"}),
    "Invalid principal format": ("resource", {"Principal": "111122223333"}, {"Principal": "*"}),
    "Invalid principal key": (
        "resource",
        {"Principal": {"Aws2": "111122223333"}},
        {"Principal": {"CanonicalUser": "a1"}},
    ),
    "Invalid Region": (
        "scp",
        when("StringNotEquals", "aws:RequestedRegion", "eu-west-9"),
        when("StringNotLike", "aws:RequestedRegion", ["eu-*", "us-east-1"]),
    ),
    "Invalid service": (
        "identity",
        when("StringEquals", "s4:prefix", "a"),
        when("StringEquals", "accounts.google.com:aud", "a"),
    ),
    "Invalid service condition key": (
        "identity",
        when("StringEquals", "s3:prefixes", "a"),
        {**on("arn:aws:s3:::reports", "s3:ListBucket"), **when("StringEquals", "s3:prefix", "a")},
    ),
    "Invalid service in action": ("identity", {"Action": "s4:GetObject"}, {"Action": "S3:GetObject"}),
    "Invalid variable for operator": (
        "identity",
        when("NumericEquals", "s3:max-keys", "${aws:username}"),
        when("StringEquals", "s3:prefix", "${aws:username}"),
    ),
    "Invalid version": (
        "identity",
        '{"Version": "2012-10-18", "Statement": []}',
        '{"Version": "2008-10-17", "Statement": []}',
    ),
    "Json syntax error": ("identity", '{"Version": "2012-10-17",}', {}),
    "Missing action": ("identity", {"Action": None}, {}),
    "Missing ARN field": ("identity", on("arn:aws:s3:reports"), on("arn:aws:s3:*")),
    "Missing ARN Region": (
        "identity",
        on("arn:aws:sqs::111122223333:jobs", "sqs:SendMessage"),
        on("arn:aws:sqs:*:111122223333:jobs", "sqs:SendMessage"),
    ),
    "Missing effect": ("identity", {"Effect": None}, {}),
    "Missing principal": ("resource", {"Principal": None}, {}),
    "Missing qualifier": (
        "identity",
        when("StringEquals", "aws:TagKeys", "Team"),
        when("ForAnyValue:StringEquals", "aws:TagKeys", "Team"),
    ),
    "Missing resource": ("identity", {"Resource": None}, {}),
    "Missing statement": ("identity", '{"Version": "2012-10-17"}', {}),
    "Null with if exists": (
        "identity",
        when("NullIfExists", "aws:username", "true"),
        when("Null", "aws:username", "true"),
    ),
    "SCP syntax error principal": ("scp", {"Principal": "*"}, {}),
    "Unique Sids required": ("identity", [{"Sid": "A"}, {"Sid": "A"}], [{"Sid": "A"}, {"Sid": "B"}]),
    "Unsupported action in policy": (
        "resource",
        {"Action": ["s3:GetObject", "kms:Decrypt"]},
        {"Action": "s3:GetObject"},
        "AWS::S3::Bucket",
    ),
    "Unsupported element combination": ("identity", {"NotAction": "s3:PutObject"}, {}),
    "Unsupported principal": ("identity", {"Principal": "*"}, {}),
    "Unsupported resource ARN in policy": (
        "resource",
        on("arn:aws:sqs:eu-west-1:111122223333:jobs"),
        on(["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"]),
        "AWS::S3::Bucket",
    ),
    "Unsupported Sid": ("identity", {"Sid": "read reports"}, {"Sid": "ReadReports"}),
    "Unsupported wildcard in principal": ("resource", {"Principal": {"AWS": _LIKE}}, {"Principal": {"AWS": ROLE}}),
    "Missing brace in variable": (
        "identity",
        on("arn:aws:s3:::reports/${aws:username"),
        on("arn:aws:s3:::reports/${aws:username}"),
    ),
    "Missing quote in variable": (
        "identity",
        on("arn:aws:s3:::reports/${aws:PrincipalTag/team, none}"),
        on("arn:aws:s3:::reports/${aws:PrincipalTag/team, 'no team'}"),
    ),
    "Unsupported space in variable": (
        "identity",
        on("arn:aws:s3:::reports/${aws: username}"),
        on("arn:aws:s3:::reports/${*}"),
    ),
    "Empty variable": ("identity", on("arn:aws:s3:::reports/${}"), on("arn:aws:s3:::reports/$a")),
    "Variable unsupported in element": (
        "identity",
        on("arn:aws:s3:${aws:RequestedRegion}::reports/*"),
        on("arn:aws:s3:::reports/${aws:username}/*"),
    ),
    "Variable unsupported in version": (
        "identity",
        '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}"}}',
        on("arn:aws:s3:::${aws:username}"),
    ),
    "Private IP address": (
        "identity",
        when("IpAddress", "aws:SourceIp", "10.1.0.0/16"),
        when("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ),
    "Private NotIpAddress": (
        "identity",
        when("NotIpAddress", "aws:SourceIp", ["192.168.0.0/24"]),
        when("NotIpAddress", "aws:VpcSourceIp", ["192.168.0.0/24"]),
    ),
    "Policy size exceeds SCP quota": ("scp", _MANY[:60], _MANY[:2]),
    "Invalid service principal format": (
        "trust",
        {"Principal": {"Service": "lambda"}},
        {"Principal": {"Service": ["lambda.amazonaws.com", "logs.eu-west-1.amazonaws.com", "ec2.amazonaws.com.cn"]}},
    ),
    "Missing tag key in condition": (
        "identity",
        when("StringEquals", "aws:ResourceTag", "red"),
        when("StringEquals", "aws:ResourceTag/team", "red"),
    ),
    "Invalid vpc format": (
        "identity",
        when("StringEquals", "aws:SourceVpc", "vpc-1"),
        when("StringEquals", "aws:SourceVpc", ["vpc-111bbb22", "vpc-11223344556677889"]),
    ),
    "Invalid vpce format": (
        "identity",
        when("StringEquals", "aws:SourceVpce", "vpc-111bbb22"),
        when("StringEquals", "aws:SourceVpce", "vpce-1a2b3c4d"),
    ),
    "Federated principal not supported": ("resource", {"Principal": {"Federated": SAML}}, {}),
    "Unsupported action for condition key": (
        "identity",
        {"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*", **when("StringEquals", "s3:prefix", "a")},
        {"Action": ["s3:ListBucket", "s3:Get*"], "Resource": "*", **when("StringEquals", "s3:prefix", "a")},
    ),
    "Unsupported condition key for service principal": (
        "resource",
        service("cloudfront.amazonaws.com", {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        service("cloudfront.amazonaws.com", {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}),
    ),
    "Role trust policy syntax error notprincipal": (
        "trust",
        {"Principal": None, "NotPrincipal": {"AWS": "111122223333"}},
        {},
    ),
    "Role trust policy unsupported wildcard in principal": ("trust", {"Principal": "*"}, {"Principal": {"AWS": ROLE}}),
    "Role trust policy syntax error resource": ("trust", {"Resource": "*"}, {}),
    "Type mismatch IP range": (
        "identity",
        when("IpAddress", "aws:SourceIp", "203.0.113.0/33"),
        when("IpAddress", "aws:SourceIp", ["203.0.113.7", "2001:db8::/32"]),
    ),
    "Missing action for condition key": (
        "trust",
        when("StringLike", "sts:SourceIdentity", "ana"),
        {"Action": ["sts:AssumeRole", "sts:SetSourceIdentity"], **when("StringLike", "sts:SourceIdentity", "ana")},
    ),
    "Invalid federated principal syntax in role trust policy": (
        "trust",
        web("google"),
        {"Principal": {"Federated": ["accounts.google.com", GITHUB, SAML]}},
    ),
    "Mismatched action for principal": (
        "trust",
        {"Principal": {"Federated": SAML}, "Action": "sts:AssumeRoleWithWebIdentity"},
        {"Principal": {"Federated": SAML}, "Action": "sts:AssumeRoleWithSAML"},
    ),
    "Missing action for roles anywhere trust policy": (
        "trust",
        {"Principal": {"Service": "rolesanywhere.amazonaws.com"}},
        {
            "Principal": {"Service": "rolesanywhere.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        },
    ),
    "Policy size exceeds RCP quota": ("rcp", _MANY[:60], _MANY[:2]),
    "RCP syntax error principal": ("rcp", {"Principal": {"AWS": "111122223333"}}, {"Principal": {"AWS": "*"}}),
    "RCP syntax error allow": (
        "rcp",
        {"Effect": "Allow", "Resource": "arn:aws:s3:::reports"},
        {"Effect": "Allow", "Action": "*"},
    ),
    "RCP syntax error NotAction": ("rcp", {"Action": None, "NotAction": "s3:*"}, {}),
    "RCP syntax error action": ("rcp", {"Action": "ec2:*"}, {"Action": ["s3:*", "SQS:*"]}),
    "Missing ARN account": (
        "identity",
        on("arn:aws:sqs:eu-west-1::jobs", "sqs:SendMessage"),
        on("arn:aws:ssm:eu-west-1::parameter/aws/service/ami", "ssm:GetParameter"),
    ),
    "Invalid kms key value": (
        "resource",
        when("StringNotEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id", "alias/reports"),
        when("StringNotEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id", _KEY),
    ),
    "Variable usage too permissive": (
        "resource",
        when("StringEquals", "aws:PrincipalOrgID", "${aws:PrincipalTag/org}"),
        when("StringEquals", "aws:PrincipalOrgID", "${aws:ResourceOrgID}"),
    ),
    "Wildcard usage too permissive": (
        "resource",
        when("StringLike", "aws:PrincipalOrgID", "o-*"),
        when("StringLike", "aws:userid", "AROACKCEVSQ6C2EXAMPLE:*"),
    ),
    # -- general warnings
    "Create SLR with NotResource": (
        "identity",
        {**_NOT, "Action": "iam:CreateServiceLinkedRole"},
        on(_SLR, "iam:CreateServiceLinkedRole"),
    ),
    "Create SLR with star in action and NotResource": (
        "identity",
        {**_NOT, "Action": "iam:Create*"},
        {**_NOT, "Action": "iam:Get*"},
    ),
    "Create SLR with NotAction and NotResource": (
        "identity",
        {**_NOT, "Action": None, "NotAction": "s3:*"},
        {**_NOT, **_SPARED},
    ),
    "Create SLR with star in resource": (
        "identity",
        on("*", "iam:CreateServiceLinkedRole"),
        {**on("*", "iam:CreateServiceLinkedRole"), **when("StringEquals", "iam:AWSServiceName", "ecs.amazonaws.com")},
    ),
    "Create SLR with star in action and resource": ("identity", on("*", "iam:*"), on(_SLR, "iam:*")),
    "Create SLR with star in resource and NotAction": (
        "identity",
        {"Resource": "*", "Action": None, "NotAction": "s3:*"},
        {"Resource": "*", **_SPARED},
    ),
    "Deprecated global condition key": (
        "identity",
        when("ArnLike", "aws:ARN", ROLE),
        when("ArnLike", "aws:PrincipalArn", ROLE),
    ),
    "Invalid date value": (
        "identity",
        when("DateLessThan", "aws:CurrentTime", "1767225600"),
        when("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z"),
    ),
    "Invalid role reference": (
        "resource",
        {"Principal": {"AWS": "AROAIOSFODNN7EXAMPLE"}},
        {"Principal": {"AWS": ROLE}},
    ),
    "Invalid user reference": (
        "resource",
        {"Principal": {"AWS": "AIDAIOSFODNN7EXAMPLE"}},
        {"Principal": {"AWS": ROLE}},
    ),
    "Missing version": ("identity", '{"Statement": []}', {}),
    "Unique Sids recommended": ("resource", [{"Sid": "A"}, {"Sid": "A"}], [{"Sid": "A"}, {"Sid": "B"}]),
    "Wildcard without like operator": (
        "identity",
        when("StringEquals", "aws:username", "a*"),
        when("StringEquals", "aws:username", "a${*}"),
    ),
    "Policy size exceeds identity policy quota": ("identity", _MANY, _MANY[:2]),
    "Policy size exceeds resource policy quota": ("resource", _MANY, _MANY[:2], "AWS::S3::Bucket"),
    "Type mismatch": (
        "identity",
        when("StringEquals", "aws:SecureTransport", "true"),
        when("Bool", "aws:SecureTransport", "true"),
    ),
    "Type mismatch Boolean": (
        "identity",
        when("Bool", "aws:SecureTransport", "yes"),
        when("Bool", "aws:SecureTransport", "True"),
    ),
    "Type mismatch date": (
        "identity",
        when("DateLessThan", "aws:CurrentTime", "tomorrow"),
        when("DateLessThan", "aws:CurrentTime", "2026-12-31"),
    ),
    "Type mismatch number": (
        "identity",
        when("NumericLessThan", "aws:MultiFactorAuthAge", "1h"),
        when("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
    ),
    "Type mismatch string": (
        "identity",
        when("BinaryEquals", "aws:username", "a?b"),
        when("BinaryEquals", "aws:username", "QmluYXJ5"),
    ),
    "Specific github repo and branch recommended": (
        "trust",
        web(GITHUB, {"StringLike": {SUB: "repo:example/*"}}),
        web(GITHUB, _SCOPED),
    ),
    "Policy size exceeds role trust policy quota": ("trust", _TRUSTED, _TRUSTED[:2]),
    "RCP missing related principal condition key": (
        "rcp",
        when("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        {
            "Condition": {
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            }
        },
    ),
    "RCP missing related service principal condition key": (
        "rcp",
        when("StringNotEqualsIfExists", "aws:SourceOrgID", "o-a1b2c3d4e5"),
        {
            "Condition": {
                "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-a1b2c3d4e5"},
                "Bool": {"aws:PrincipalIsAWSService": "true"},
            }
        },
    ),
    "RCP missing service condition key null check": (
        "rcp",
        when("StringNotEqualsIfExists", "aws:SourceOrgID", "o-a1b2c3d4e5"),
        {
            "Condition": {
                "StringNotEqualsIfExists": {"aws:SourceOrgID": "o-a1b2c3d4e5"},
                "Null": {"aws:SourceAccount": "false"},
            }
        },
    ),
    "Use condition key only with supported services": (
        "identity",
        {"Action": "ec2:RunInstances", "Resource": "*", **when("StringEquals", "aws:VpceAccount", "111122223333")},
        when("StringEquals", "aws:VpceAccount", "111122223333"),
    ),
    # -- security warnings
    "Untrustworthy condition key": (
        "resource",
        when("StringLike", "aws:Referer", "https://example.com/*"),
        when("StringEquals", "aws:SourceAccount", "111122223333"),
    ),
    "Allow with NotPrincipal": (
        "resource",
        {"Principal": None, "NotPrincipal": {"AWS": "111122223333"}},
        {"Effect": "Deny", "Principal": None, "NotPrincipal": {"AWS": "111122223333"}},
    ),
    "ForAllValues with single valued key": (
        "identity",
        when("ForAllValues:StringEquals", "aws:username", "a"),
        when("ForAllValues:StringEquals", "aws:TagKeys", "a"),
    ),
    "Pass role with NotResource": ("identity", {**_NOT, "Action": "iam:PassRole"}, on(ROLE, "iam:PassRole")),
    "Pass role with star in action and NotResource": (
        "identity",
        {**_NOT, "Action": "iam:P*"},
        {**_NOT, "Action": "iam:Get*"},
    ),
    "Pass role with NotAction and NotResource": (
        "identity",
        {**_NOT, "Action": None, "NotAction": "s3:*"},
        {**_NOT, **_SPARED},
    ),
    "Pass role with star in resource": (
        "identity",
        on("*", "iam:PassRole"),
        [
            on("arn:aws:iam::*:role/Service*", "iam:PassRole"),
            {**on("*", "iam:PassRole"), **when("StringEquals", "iam:PassedToService", "ec2.amazonaws.com")},
        ],
    ),
    "Pass role with star in action and resource": ("identity", on("*", "*"), on("*", "s3:*")),
    "Pass role with star in resource and NotAction": (
        "identity",
        {"Resource": "*", "Action": None, "NotAction": "s3:*"},
        {"Resource": "*", **_SPARED},
    ),
    "Missing paired condition keys": (
        "identity",
        when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"),
        {
            "Condition": {
                "IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"},
                "StringEquals": {"aws:SourceVpc": "vpc-111bbb22"},
            }
        },
    ),
    "Deny with unsupported tag condition key for service": (
        "identity",
        {
            "Effect": "Deny",
            "Action": "sts:GetCallerIdentity",
            "Resource": "*",
            **when("StringEquals", "aws:ResourceTag/a", "b"),
        },
        {
            "Effect": "Deny",
            "Action": "ec2:StopInstances",
            "Resource": "*",
            **when("StringEquals", "aws:ResourceTag/a", "b"),
        },
    ),
    "Deny NotAction with unsupported tag condition key for service": (
        "identity",
        {"Effect": "Deny", **_SPARED, "Resource": "*", **when("StringEquals", "aws:ResourceTag/a", "b")},
        {"Effect": "Deny", **_SPARED, "Resource": "*", **when("StringEquals", "aws:PrincipalTag/a", "b")},
    ),
    "Restrict access to service principal": (
        "resource",
        service(),
        service(condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:news"}}),
    ),
    "Missing condition key for oidc principal": (
        "trust",
        web("accounts.google.com"),
        web("accounts.google.com", {"StringEquals": {"accounts.google.com:aud": "app"}}),
    ),
    "Missing github repo condition key": ("trust", web(GITHUB), web(GITHUB, _SCOPED)),
    "String like operator with ARN condition keys": (
        "identity",
        when("StringLike", "aws:PrincipalArn", _LIKE),
        when("ArnLike", "aws:PrincipalArn", _LIKE),
    ),
    "DynamoDB attributes without select": (
        "identity",
        {**on("*", "dynamodb:GetItem"), **when("ForAllValues:StringEquals", "dynamodb:Attributes", ["Id"])},
        {
            **on("*", "dynamodb:GetItem"),
            "Condition": {
                "ForAllValues:StringEquals": {"dynamodb:Attributes": ["Id"]},
                "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
            },
        },
    ),
    "S3 prefix in negative context": (
        "identity",
        {"Effect": "Deny", **on("*", "s3:ListBucket"), **when("StringLike", "s3:prefix", "private/*")},
        {"Effect": "Deny", **on("*", "s3:ListBucket"), **when("StringNotLike", "s3:prefix", "public/*")},
    ),
    "ForAnyValue with audience claim type": (
        "trust",
        web("accounts.google.com", {"ForAnyValue:StringEquals": {"accounts.google.com:aud": "app"}}),
        web("accounts.google.com", {"StringEquals": {"accounts.google.com:aud": "app"}}),
    ),
    # -- suggestions
    "Empty array action": ("identity", [{"Action": []}, {}], {}),
    "Empty array condition": (
        "identity",
        when("StringEquals", "aws:username", []),
        when("StringEquals", "aws:username", ["a"]),
    ),
    "Empty array condition ForAllValues": (
        "identity",
        when("ForAllValues:StringEquals", "aws:TagKeys", []),
        when("ForAnyValue:StringEquals", "aws:TagKeys", []),
    ),
    "Empty array condition ForAnyValue": (
        "identity",
        when("ForAnyValue:StringEquals", "aws:TagKeys", []),
        when("ForAllValues:StringEquals", "aws:TagKeys", []),
    ),
    "Empty array condition IfExists": (
        "identity",
        when("StringEqualsIfExists", "aws:username", []),
        when("StringEquals", "aws:username", []),
    ),
    "Empty array principal": ("resource", {"Principal": {"AWS": []}}, {}),
    "Empty array resource": ("identity", [{"Resource": []}, {}], {}),
    "Empty object condition": (
        "identity",
        {"Condition": {"StringEquals": {}}},
        when("StringEquals", "aws:username", "a"),
    ),
    "Empty object principal": ("resource", {"Principal": {}}, {}),
    "Empty Sid value": ("identity", {"Sid": ""}, {"Sid": "Read"}),
    "Equivalent to null false": (
        "identity",
        when("StringLike", "aws:PrincipalTag/team", "*"),
        when("StringLike", "aws:PrincipalTag/team", "?*"),
    ),
    "Equivalent to null true": (
        "identity",
        when("StringNotLike", "aws:PrincipalTag/team", "*"),
        when("StringNotEquals", "aws:PrincipalTag/team", "*"),
    ),
    "Improve IP range": (
        "identity",
        when("IpAddress", "aws:SourceIp", "203.0.113.7/24"),
        when("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "203.0.113.7"]),
    ),
    "Null with qualifier": (
        "identity",
        when("ForAnyValue:Null", "aws:TagKeys", "true"),
        when("Null", "aws:TagKeys", "true"),
    ),
    "Private IP address subset": (
        "identity",
        when("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "203.0.113.0/24"]),
        when("IpAddress", "aws:SourceIp", ["10.0.0.0/8"]),
    ),
    "Private NotIpAddress subset": (
        "identity",
        when("NotIpAddress", "aws:SourceIp", ["10.0.0.0/8", "203.0.113.0/24"]),
        when("NotIpAddress", "aws:SourceIp", ["203.0.113.0/24"]),
    ),
    "Redundant action": (
        "identity",
        {"Action": ["iam:Get*", "iam:List*", "IAM:getCredentialReport"], "Resource": "*"},
        {"Action": ["iam:Get*", "iam:List*", "iam:*CredentialReport"], "Resource": "*"},
    ),
    "Redundant condition value num": (
        "identity",
        when("NumericLessThan", "aws:MultiFactorAuthAge", ["2700", "3600"]),
        when("NumericEquals", "aws:MultiFactorAuthAge", ["2700", "3600"]),
    ),
    "Redundant resource": (
        "identity",
        on([ROLE, "arn:aws:iam::111122223333:role/D*"], "iam:GetRole"),
        on([ROLE, "arn:aws:iam::111122223333:role/E*"], "iam:GetRole"),
    ),
    "Redundant statement": (
        "identity",
        _SAME,
        [{"Sid": "A"}, {"Effect": "Deny"}],
    ),
    "Wildcard in service name": ("identity", on("arn:aws:*code*::111122223333:*", "*"), on("*", "*")),
    "Allow with unsupported tag condition key for service": (
        "identity",
        {**on("*", ["ec2:StopInstances", "sts:GetCallerIdentity"]), **when("StringEquals", "aws:ResourceTag/a", "b")},
        {**on("*", ["ec2:StopInstances", "ec2:*"]), **when("StringEquals", "aws:ResourceTag/a", "b")},
    ),
    "Allow NotAction with unsupported tag condition key for service": (
        "identity",
        {**_SPARED, "Resource": "*", **when("StringEquals", "aws:ResourceTag/a", "b")},
        {**on("*", "ec2:*"), **when("StringEquals", "aws:ResourceTag/a", "b")},
    ),
    "Recommended condition key for service principal": (
        "resource",
        service(condition={"StringEquals": {"aws:Referer": "111122223333"}}),
        service(condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    ),
    "Irrelevant condition key in policy": (
        "resource",
        when("StringEquals", "s3:ResourceAccount", "111122223333"),
        when("StringEquals", "s3:x-amz-acl", "private"),
        "AWS::S3::Bucket",
    ),
    "Redundant key due to wildcard in condition": (
        "identity",
        when("StringLikeIfExists", "aws:PrincipalTag/team", "*"),
        when("StringLikeIfExists", "aws:PrincipalTag/team", "r*"),
    ),
    "Redundant principal in role trust policy": (
        "trust",
        {"Principal": {"AWS": [ROLE, "arn:aws:sts::111122223333:assumed-role/Deploy/ana"]}},
        {"Principal": {"AWS": [ROLE, "arn:aws:sts::111122223333:assumed-role/Audit/ana"]}},
    ),
    "Redundant statement due to wildcard in condition": (
        "identity",
        [when("ForAnyValue:StringNotLike", "aws:TagKeys", "*"), {}],
        [when("ForAnyValue:StringNotLike", "aws:TagKeys", "a*"), {}],
    ),
    "Confirm audience claim type": (
        "trust",
        web("accounts.google.com", {"ForAllValues:StringEquals": {"accounts.google.com:aud": "app"}}),
        web("accounts.google.com", {"StringEquals": {"accounts.google.com:aud": "app"}}),
    ),
}

"""Policies as AWS's guides teach them, written anew in short: page, type, statements. None of them has an error."""

from __future__ import annotations

from typing import Any

A = "111122223333"
BUCKET, OBJECTS = "arn:aws:s3:::amzn-s3-demo-bucket", "arn:aws:s3:::amzn-s3-demo-bucket/*"
ROLE = f"arn:aws:iam::{A}:role/Audit"
ORG = "o-a1b2c3d4e5"
GITHUB = "token.actions.githubusercontent.com"


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Make a statement that allows; `when` is its condition, `who` its principal."""
    return _statement("Allow", action, resource, **more)


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """Make a statement that denies."""
    return _statement("Deny", action, resource, **more)


def _statement(
    effect: str, action: Any, resource: Any, *, when: Any = None, who: Any = None, **more: Any
) -> dict[str, Any]:
    whole = {"Effect": effect, "Principal": who, "Action": action, "Resource": resource, "Condition": when, **more}
    return {key: value for key, value in whole.items() if value is not None}


def trust(who: Any, action: Any = "sts:AssumeRole", when: Any = None) -> dict[str, Any]:
    """Make a statement of a trust policy."""
    return _statement("Allow", action, None, when=when, who=who)


MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
_ME = "arn:aws:iam::*:user/${aws:username}"

EXAMPLES: tuple[tuple[str, str, list[dict[str, Any]]], ...] = (
    # IAM User Guide, "Example IAM identity-based policies"
    (
        "Allows access during specific dates",
        "identity",
        [
            allow(
                "dynamodb:GetItem",
                when={
                    "DateGreaterThan": {"aws:CurrentTime": "2026-04-01T00:00:00Z"},
                    "DateLessThan": {"aws:CurrentTime": "2026-06-30T23:59:59Z"},
                },
            )
        ],
    ),
    (
        "Allows enabling and disabling AWS Regions",
        "identity",
        [
            allow(
                ["account:EnableRegion", "account:DisableRegion"],
                when={"StringEquals": {"account:TargetRegion": "ap-east-1"}},
            ),
            allow(["account:ListRegions", "account:GetRegionOptStatus"]),
        ],
    ),
    (
        "Allows MFA-authenticated users to manage their own credentials",
        "identity",
        [
            allow(["iam:ChangePassword", "iam:GetUser", "iam:CreateAccessKey"], _ME),
            deny(
                None, NotAction=["iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "sts:GetSessionToken"], when=MFA
            ),
        ],
    ),
    (
        "Allows users to rotate their keys",
        "identity",
        [allow(["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:UpdateAccessKey", "iam:ListAccessKeys"], _ME)],
    ),
    (
        "Denies access to AWS based on the source IP",
        "identity",
        [
            deny(
                "*",
                when={
                    "NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "203.0.113.0/24"]},
                    "Bool": {"aws:ViaAWSService": "false"},
                },
            )
        ],
    ),
    (
        "Denies access to AWS based on the requested Region",
        "identity",
        [
            deny(
                None,
                NotAction=["cloudfront:*", "iam:*", "route53:*", "support:*"],
                when={"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}},
            )
        ],
    ),
    (
        "Denies access to a pipeline that a user did not create",
        "identity",
        [
            allow("datapipeline:*"),
            deny(
                ["datapipeline:ActivatePipeline"],
                when={"StringNotEquals": {"datapipeline:PipelineCreator": "${aws:userid}"}},
            ),
        ],
    ),
    (
        "Allows access to a specific DynamoDB table",
        "identity",
        [
            allow(["dynamodb:List*", "dynamodb:DescribeLimits"]),
            allow(["dynamodb:BatchGet*", "dynamodb:Get*", "dynamodb:Query"], "arn:aws:dynamodb:*:*:table/Books"),
        ],
    ),
    (
        "Allows access to specific attributes in DynamoDB",
        "identity",
        [
            allow(
                ["dynamodb:GetItem", "dynamodb:Query"],
                "arn:aws:dynamodb:*:*:table/Thread",
                when={
                    "ForAllValues:StringEquals": {"dynamodb:Attributes": ["Id", "Topic"]},
                    "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"},
                },
            )
        ],
    ),
    (
        "Allows item-level access in DynamoDB based on a Cognito ID",
        "identity",
        [
            allow(
                ["dynamodb:GetItem", "dynamodb:PutItem"],
                "arn:aws:dynamodb:*:*:table/Games",
                when={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${cognito-identity.amazonaws.com:sub}"]}},
            )
        ],
    ),
    (
        "Allows attaching volumes by tags",
        "identity",
        [
            allow(
                ["ec2:AttachVolume", "ec2:DetachVolume"],
                "arn:aws:ec2:*:*:instance/*",
                when={"StringEquals": {"aws:ResourceTag/Department": "Development"}},
            ),
            allow(
                ["ec2:AttachVolume", "ec2:DetachVolume"],
                "arn:aws:ec2:*:*:volume/*",
                when={"StringEquals": {"aws:ResourceTag/VolumeUser": "${aws:username}"}},
            ),
        ],
    ),
    (
        "Allows launching EC2 instances in a subnet",
        "identity",
        [
            allow(
                "ec2:RunInstances",
                [
                    "arn:aws:ec2:*:*:subnet/subnet-0a1b2c3d",
                    "arn:aws:ec2:*:*:instance/*",
                    "arn:aws:ec2:*:*:volume/*",
                    "arn:aws:ec2:*::image/ami-*",
                    "arn:aws:ec2:*:*:network-interface/*",
                ],
            )
        ],
    ),
    (
        "Allows starting or stopping instances by tag",
        "identity",
        [
            allow(
                ["ec2:StartInstances", "ec2:StopInstances"],
                "arn:aws:ec2:*:*:instance/*",
                when={"StringEquals": {"aws:ResourceTag/Owner": "${aws:username}"}},
            ),
            allow("ec2:DescribeInstances"),
        ],
    ),
    ("EC2 access in one Region", "identity", [allow("ec2:*", when={"StringEquals": {"ec2:Region": "us-east-2"}})]),
    (
        "Restricts what a user may start with MFA for some operations",
        "identity",
        [allow("ec2:*"), deny(["ec2:StopInstances", "ec2:TerminateInstances"], when=MFA)],
    ),
    (
        "Allows assuming roles that have a tag",
        "identity",
        [allow("sts:AssumeRole", when={"StringEquals": {"iam:ResourceTag/UserRole": "ExampleCorpABC"}})],
    ),
    (
        "Limits managed policies that can be applied",
        "identity",
        [
            allow(
                ["iam:AttachUserPolicy", "iam:DetachUserPolicy"],
                when={"ArnEquals": {"iam:PolicyARN": ["arn:aws:iam::*:policy/policy1"]}},
            )
        ],
    ),
    (
        "Allows passing a role to one service",
        "identity",
        [
            allow(
                "iam:PassRole",
                f"arn:aws:iam::{A}:role/EC2-roles-for-XYZ-*",
                when={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            )
        ],
    ),
    (
        "Allows creating users only with a boundary",
        "identity",
        [
            allow(
                "iam:CreateUser",
                when={"StringEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{A}:policy/Boundary"}},
            )
        ],
    ),
    ("Allows read-only access to IAM", "identity", [allow(["iam:Get*", "iam:List*"])]),
    (
        "Allows managing a group's membership",
        "identity",
        [
            allow(
                ["iam:AddUserToGroup", "iam:RemoveUserFromGroup", "iam:GetGroup"],
                f"arn:aws:iam::{A}:group/MarketingTeam",
            )
        ],
    ),
    (
        "Allows Lambda access to a stream",
        "identity",
        [
            allow(["dynamodb:DescribeStream", "dynamodb:GetRecords"], "arn:aws:dynamodb:us-west-2:*:table/T/stream/*"),
            allow(
                ["logs:CreateLogGroup", "logs:PutLogEvents"],
                ["arn:aws:logs:*:*:*", "arn:aws:logs:us-west-2:*:log-group:/aws/lambda/F:*"],
            ),
        ],
    ),
    (
        "Allows full RDS access in a Region",
        "identity",
        [allow("rds:*", "arn:aws:rds:us-west-2:*:*"), allow("rds:Describe*")],
    ),
    (
        "Allows access to a home folder in S3",
        "identity",
        [
            allow("s3:ListBucket", BUCKET, when={"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}),
            allow("s3:*", [f"{BUCKET}/home/${{aws:username}}", f"{BUCKET}/home/${{aws:username}}/*"]),
        ],
    ),
    (
        "Limits S3 to one bucket",
        "identity",
        [allow("s3:*", [BUCKET, OBJECTS]), deny(None, None, NotAction="s3:*", NotResource=[BUCKET, OBJECTS])],
    ),
    (
        "Allows reading and writing objects of a bucket",
        "identity",
        [allow(["s3:ListBucket"], BUCKET), allow("s3:*Object", OBJECTS)],
    ),
    (
        "Controls access by resource and principal tags",
        "identity",
        [
            allow(
                ["secretsmanager:GetSecretValue"],
                when={"StringEquals": {"aws:ResourceTag/access-project": "${aws:PrincipalTag/access-project}"}},
            )
        ],
    ),
    (
        "Requires tags at creation",
        "identity",
        [
            allow(
                "ec2:CreateTags",
                "arn:aws:ec2:*:*:instance/*",
                when={
                    "StringEquals": {"aws:RequestTag/environment": ["preprod", "production"]},
                    "ForAllValues:StringEquals": {"aws:TagKeys": ["environment", "CostCenter"]},
                },
            )
        ],
    ),
    (
        "Uses a default for a missing variable",
        "identity",
        [allow("s3:*", f"{BUCKET}-${{aws:PrincipalTag/team, 'company-wide'}}/*")],
    ),
    (
        "Keeps to resources of one's own organization",
        "identity",
        [deny("s3:*", when={"StringNotEqualsIfExists": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}})],
    ),
    (
        "Reads public parameters",
        "identity",
        [allow("ssm:GetParameter", "arn:aws:ssm:*::parameter/aws/service/ami-amazon-linux-latest/*")],
    ),
    (
        "Uses a CloudFormation macro",
        "identity",
        [
            allow(
                "cloudformation:CreateChangeSet", "arn:aws:cloudformation:us-east-1:aws:transform/Serverless-2016-10-31"
            )
        ],
    ),
    # Amazon S3 User Guide, "Examples of Amazon S3 bucket policies"
    (
        "Requires SSE-KMS for all objects",
        "resource",
        [
            deny(
                "s3:PutObject",
                OBJECTS,
                who="*",
                when={"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "true"}},
            )
        ],
    ),
    (
        "Requires a full-control ACL",
        "resource",
        [
            allow(
                "s3:PutObject",
                OBJECTS,
                who={"AWS": A},
                when={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
            )
        ],
    ),
    (
        "Grants read access to anonymous users",
        "resource",
        [allow(["s3:GetObject", "s3:GetObjectVersion"], OBJECTS, who="*")],
    ),
    (
        "Requires HTTPS",
        "resource",
        [deny("s3:*", [BUCKET, OBJECTS], who="*", when={"Bool": {"aws:SecureTransport": "false"}})],
    ),
    (
        "Restricts a bucket to IP addresses",
        "resource",
        [
            deny(
                "s3:*",
                [BUCKET, OBJECTS],
                who="*",
                when={"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8:1234:5678::/64"]}},
            )
        ],
    ),
    (
        "Restricts by HTTP referer",
        "resource",
        [allow("s3:GetObject", OBJECTS, who="*", when={"StringLike": {"aws:Referer": ["https://www.example.com/*"]}})],
    ),
    (
        "Restricts to a VPC endpoint",
        "resource",
        [deny("s3:*", [BUCKET, OBJECTS], who="*", when={"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}})],
    ),
    (
        "Grants to an organization",
        "resource",
        [allow("s3:GetObject", OBJECTS, who="*", when={"StringEquals": {"aws:PrincipalOrgID": [ORG]}})],
    ),
    (
        "Requires MFA for a prefix",
        "resource",
        [
            deny(
                "s3:*",
                f"{BUCKET}/taxdocuments/*",
                who="*",
                when={"NumericGreaterThan": {"aws:MultiFactorAuthAge": 3600}},
            )
        ],
    ),
    (
        "Lets S3 deliver access logs",
        "resource",
        [
            allow(
                "s3:PutObject",
                f"{BUCKET}/logs*",
                who={"Service": "logging.s3.amazonaws.com"},
                when={"ArnLike": {"aws:SourceArn": BUCKET}, "StringEquals": {"aws:SourceAccount": A}},
            )
        ],
    ),
    (
        "Lets CloudTrail deliver",
        "resource",
        [
            allow(
                "s3:GetBucketAcl",
                BUCKET,
                who={"Service": "cloudtrail.amazonaws.com"},
                when={"StringEquals": {"aws:SourceArn": f"arn:aws:cloudtrail:us-east-1:{A}:trail/t"}},
            )
        ],
    ),
    (
        "Lets a CloudFront distribution read",
        "resource",
        [
            allow(
                "s3:GetObject",
                OBJECTS,
                who={"Service": "cloudfront.amazonaws.com"},
                when={"StringEquals": {"AWS:SourceArn": f"arn:aws:cloudfront::{A}:distribution/EDFDVBD6EXAMPLE"}},
            )
        ],
    ),
    (
        "Controls by object tags",
        "resource",
        [
            allow(
                ["s3:GetObject", "s3:GetObjectVersion"],
                OBJECTS,
                who={"AWS": ROLE},
                when={"StringEquals": {"s3:ExistingObjectTag/environment": "production"}},
            )
        ],
    ),
    (
        "Limits TLS versions",
        "resource",
        [deny("s3:*", [BUCKET, OBJECTS], who="*", when={"NumericLessThan": {"s3:TlsVersion": 1.2}})],
    ),
    # SQS, SNS, KMS, Lambda, Secrets Manager developer guides
    (
        "Lets SNS send to a queue",
        "resource",
        [
            allow(
                "sqs:SendMessage",
                f"arn:aws:sqs:us-east-2:{A}:MyQueue",
                who={"Service": "sns.amazonaws.com"},
                when={"ArnEquals": {"aws:SourceArn": f"arn:aws:sns:us-east-2:{A}:MyTopic"}},
            )
        ],
    ),
    (
        "Grants two accounts a queue",
        "resource",
        [
            allow(
                ["sqs:SendMessage", "sqs:ReceiveMessage"],
                f"arn:aws:sqs:us-east-2:{A}:queue1",
                who={"AWS": ["111122223333", "444455556666"]},
            )
        ],
    ),
    (
        "Lets S3 publish to a topic",
        "resource",
        [
            allow(
                "sns:Publish",
                f"arn:aws:sns:us-east-2:{A}:MyTopic",
                who={"Service": "s3.amazonaws.com"},
                when={
                    "ArnLike": {"aws:SourceArn": "arn:aws:s3:::amzn-s3-demo-bucket"},
                    "StringEquals": {"aws:SourceAccount": A},
                },
            )
        ],
    ),
    ("Default key policy", "resource", [allow("kms:*", who={"AWS": f"arn:aws:iam::{A}:root"})]),
    (
        "Key policy for a service's use",
        "resource",
        [
            allow(
                ["kms:CreateGrant"],
                who={"AWS": ROLE},
                when={
                    "StringEquals": {"kms:ViaService": ["ec2.us-west-2.amazonaws.com"]},
                    "Bool": {"kms:GrantIsForAWSResource": "true"},
                },
            )
        ],
    ),
    (
        "Key policy with an encryption context",
        "resource",
        [
            allow(
                "kms:Decrypt", who={"AWS": ROLE}, when={"StringEquals": {"kms:EncryptionContext:AppName": "ExampleApp"}}
            )
        ],
    ),
    (
        "Lets API Gateway invoke a function",
        "resource",
        [
            allow(
                "lambda:InvokeFunction",
                f"arn:aws:lambda:us-east-1:{A}:function:f",
                who={"Service": "apigateway.amazonaws.com"},
                when={"ArnLike": {"aws:SourceArn": f"arn:aws:execute-api:us-east-1:{A}:abc123/*/GET/x"}},
            )
        ],
    ),
    (
        "Shares a secret",
        "resource",
        [
            allow(
                "secretsmanager:GetSecretValue",
                who={"AWS": ROLE},
                when={"ForAnyValue:StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}},
            )
        ],
    ),
    # IAM User Guide, "Create a role": trust policies
    ("Trusts a service", "trust", [trust({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]})]),
    (
        "Trusts another account with an external ID",
        "trust",
        [trust({"AWS": "444455556666"}, when={"StringEquals": {"sts:ExternalId": "12345"}})],
    ),
    (
        "Trusts an account with MFA",
        "trust",
        [trust({"AWS": f"arn:aws:iam::{A}:root"}, when={"Bool": {"aws:MultiFactorAuthPresent": "true"}})],
    ),
    (
        "Trusts SAML",
        "trust",
        [
            trust(
                {"Federated": f"arn:aws:iam::{A}:saml-provider/Corp"},
                "sts:AssumeRoleWithSAML",
                {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
            )
        ],
    ),
    (
        "Trusts a Cognito identity pool",
        "trust",
        [
            trust(
                {"Federated": "cognito-identity.amazonaws.com"},
                "sts:AssumeRoleWithWebIdentity",
                {
                    "StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-2:12345678-ffff"},
                    "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"},
                },
            )
        ],
    ),
    (
        "Trusts GitHub",
        "trust",
        [
            trust(
                {"Federated": f"arn:aws:iam::{A}:oidc-provider/{GITHUB}"},
                "sts:AssumeRoleWithWebIdentity",
                {
                    "StringEquals": {
                        f"{GITHUB}:aud": "sts.amazonaws.com",
                        f"{GITHUB}:sub": "repo:example/shop:ref:refs/heads/main",
                    }
                },
            )
        ],
    ),
    (
        "Trusts a Kubernetes service account",
        "trust",
        [
            trust(
                {"Federated": f"arn:aws:iam::{A}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D"},
                "sts:AssumeRoleWithWebIdentity",
                {
                    "StringEquals": {
                        "oidc.eks.us-east-1.amazonaws.com/id/EXAMPLED539D:sub": "system:serviceaccount:default:a"
                    }
                },
            )
        ],
    ),
    (
        "Passes session tags and source identity",
        "trust",
        [
            trust(
                {"AWS": ROLE},
                ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
                {
                    "StringLike": {"sts:SourceIdentity": "ana"},
                    "ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["Project"]},
                },
            )
        ],
    ),
    # Organizations User Guide, "SCP examples" and "RCP examples"
    ("Denies leaving the organization", "scp", [deny("organizations:LeaveOrganization")]),
    ("Allows everything", "scp", [allow("*")]),
    (
        "Denies other Regions",
        "scp",
        [
            deny(
                None,
                NotAction=["iam:*", "sts:*", "support:*", "route53:*"],
                when={
                    "StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]},
                    "ArnNotLike": {"aws:PrincipalARN": ["arn:aws:iam::*:role/Admin"]},
                },
            )
        ],
    ),
    (
        "Denies the root user",
        "scp",
        [deny("ec2:*", when={"StringLike": {"aws:PrincipalArn": ["arn:aws:iam::*:root"]}})],
    ),
    (
        "Requires an instance type",
        "scp",
        [
            deny(
                "ec2:RunInstances",
                "arn:aws:ec2:*:*:instance/*",
                when={"StringNotEquals": {"ec2:InstanceType": "t2.micro"}},
            )
        ],
    ),
    (
        "Requires a tag",
        "scp",
        [
            deny(
                "ec2:RunInstances",
                ["arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:volume/*"],
                when={"Null": {"aws:RequestTag/Project": "true"}},
            )
        ],
    ),
    (
        "Protects a role",
        "scp",
        [deny(["iam:DeleteRole", "iam:*RolePolicy"], "arn:aws:iam::*:role/name-of-role-to-deny")],
    ),
    ("RCPFullAWSAccess", "rcp", [allow("*", who="*")]),
    (
        "Only the organization's principals",
        "rcp",
        [
            deny(
                ["s3:*", "sqs:*", "kms:*", "secretsmanager:*", "sts:AssumeRole"],
                who="*",
                when={
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORG},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            )
        ],
    ),
    (
        "Protects from confused deputies",
        "rcp",
        [
            deny(
                "s3:*",
                who="*",
                when={
                    "StringNotEqualsIfExists": {"aws:SourceOrgID": ORG},
                    "Null": {"aws:SourceAccount": "false"},
                    "Bool": {"aws:PrincipalIsAWSService": "true"},
                },
            )
        ],
    ),
    ("Only HTTPS", "rcp", [deny(["sts:*", "s3:*"], who="*", when={"BoolIfExists": {"aws:SecureTransport": "false"}})]),
)

"""What a real request can look like: a few actions of the services in the lessons, and which resources they act on.

A small table, not the service authorization reference: it makes counterexamples natural. What it does not know counts
as possible.
"""

from __future__ import annotations

ACTIONS: dict[str, tuple[str, ...]] = {
    "s3": (
        "GetObject", "PutObject", "DeleteObject", "ListBucket", "GetObjectVersion", "DeleteObjectVersion",
        "GetObjectTagging", "PutObjectTagging", "GetObjectAcl", "PutObjectAcl", "GetObjectAttributes",
        "GetBucketLocation", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy", "CreateBucket",
        "DeleteBucket", "ListBucketVersions", "ListAllMyBuckets", "AbortMultipartUpload",
        "ListMultipartUploadParts", "ListBucketMultipartUploads", "RestoreObject", "DeleteObjectTagging",
    ),
    "sqs": (
        "SendMessage", "ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "PurgeQueue",
        "CreateQueue", "DeleteQueue", "SetQueueAttributes", "ListQueues", "ChangeMessageVisibility",
    ),
    "sns": ("Publish", "Subscribe", "CreateTopic", "DeleteTopic", "GetTopicAttributes", "ListTopics"),
    "dynamodb": (
        "GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem",
        "DescribeTable", "CreateTable", "DeleteTable", "ListTables",
    ),
    "iam": (
        "GetUser", "CreateUser", "DeleteUser", "ListUsers", "GetRole", "CreateRole", "DeleteRole", "PassRole",
        "AttachRolePolicy", "PutRolePolicy", "PutRolePermissionsBoundary", "DeleteRolePermissionsBoundary",
        "AttachUserPolicy", "CreateAccessKey", "DeleteAccessKey", "ListAccessKeys", "ChangePassword",
        "CreatePolicyVersion", "ListRoles", "GetPolicy",
    ),
    "sts": (
        "AssumeRole", "TagSession", "SetSourceIdentity", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML",
        "GetFederationToken",
    ),
    "ec2": (
        "DescribeInstances", "RunInstances", "StartInstances", "StopInstances", "TerminateInstances",
        "CreateTags", "DescribeVolumes", "DeleteVolume",
    ),
    "lambda": (
        "InvokeFunction", "GetFunction", "CreateFunction", "UpdateFunctionCode", "DeleteFunction", "ListFunctions",
    ),
    "kms": ("Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey", "CreateGrant", "ScheduleKeyDeletion"),
    "secretsmanager": ("GetSecretValue", "PutSecretValue", "DescribeSecret", "DeleteSecret", "ListSecrets"),
    "logs": ("PutLogEvents", "CreateLogStream", "CreateLogGroup", "DeleteLogGroup", "DescribeLogGroups"),
}  # fmt: skip

# A resource of each service; ACCOUNT stands for the account of the exercise.
EXAMPLES: dict[str, tuple[str, ...]] = {
    "s3": ("arn:aws:s3:::amzn-s3-demo-bucket/file.txt", "arn:aws:s3:::amzn-s3-demo-bucket"),
    "sqs": ("arn:aws:sqs:us-east-1:ACCOUNT:example-queue",),
    "sns": ("arn:aws:sns:us-east-1:ACCOUNT:example-topic",),
    "dynamodb": ("arn:aws:dynamodb:us-east-1:ACCOUNT:table/Example",),
    "iam": ("arn:aws:iam::ACCOUNT:user/example", "arn:aws:iam::ACCOUNT:role/example"),
    "sts": ("arn:aws:iam::ACCOUNT:role/example",),
    "ec2": ("arn:aws:ec2:us-east-1:ACCOUNT:instance/i-0123456789abcdef0",),
    "lambda": ("arn:aws:lambda:us-east-1:ACCOUNT:function:example",),
    "kms": ("arn:aws:kms:us-east-1:ACCOUNT:key/1234abcd-12ab-34cd-56ef-1234567890ab",),
    "secretsmanager": ("arn:aws:secretsmanager:us-east-1:ACCOUNT:secret:example-AbCdEf",),
    "logs": ("arn:aws:logs:us-east-1:ACCOUNT:log-group:example",),
}

# Actions on resources that another service's ARNs name.
_RESOURCES_OF = {"sts": "iam"}

# Actions whose request has the resource `*` (P13).
_WITHOUT_RESOURCE = (
    "s3:ListAllMyBuckets",
    "sqs:ListQueues",
    "sts:GetFederationToken",
    "iam:ListUsers",
    "iam:ListRoles",
)

# E4: a request cannot come without these, so none is tried without them.
ALWAYS_PRESENT = frozenset({
    "aws:currenttime", "aws:epochtime", "aws:securetransport", "aws:principalisawsservice", "aws:viaawsservice",
    "aws:principaltype",
})  # fmt: skip

MULTIVALUED = frozenset(
    {"aws:tagkeys", "aws:calledvia", "aws:principalorgpaths", "aws:resourceorgpaths", "saml:edupersonorgdn"}
)

# Keys whose value is `true` or `false` and nothing else, whatever operator a policy compares them by.
BOOLEANS = frozenset({
    "aws:assumedroot", "aws:multifactorauthpresent", "aws:principalisawsservice", "aws:securetransport",
    "aws:viaawsservice",
})  # fmt: skip

# A value of a key when nothing better is known.
VALUES: dict[str, tuple[str, ...]] = {
    "aws:sourceip": ("198.51.100.7",),
    "aws:requestedregion": ("us-east-1", "eu-west-1"),
    "aws:currenttime": ("2026-01-15T12:00:00Z",),
    "aws:epochtime": ("1768478400",),
    "aws:sourcevpce": ("vpce-0123456789abcdef0",),
    "aws:sourcevpc": ("vpc-0123456789abcdef0",),
    "aws:multifactorauthage": ("300",),
    "s3:prefix": ("", "example/"),
    "s3:delimiter": ("/",),
}


def service_of(action: str) -> str:
    return action.partition(":")[0].lower()


def kind_of(resource: str) -> str:
    """Name the kind of thing an ARN stands for, as far as S3 and the service tell."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return "*"
    if parts[2] != "s3":
        return parts[2]
    bucket, slash, key = parts[5].partition("/")
    return "nothing" if not bucket or (slash and not key) else "object" if slash else "bucket"


def level_of(action: str) -> str:
    """Name the kind of thing an action acts on, in the words of `kind_of`; "" where it is not known."""
    service, _, name = action.partition(":")
    if action in _WITHOUT_RESOURCE:
        return "*"
    if service.lower() != "s3":
        return _RESOURCES_OF.get(service.lower(), service.lower())
    lowered = name.lower()
    if "bucket" in lowered:
        return "bucket"
    return "object" if "object" in lowered or "multipart" in lowered else ""


def possible(action: str, resource: str) -> bool:
    """Tell whether a request for this action can name this resource."""
    kind, level = kind_of(resource), level_of(action)
    if kind == "*":
        name = action.partition(":")[2]
        return level == "*" or (service_of(action) != "s3" and name.startswith(("List", "Describe")))
    return kind == level or (level == "" and kind in ("object", "bucket"))

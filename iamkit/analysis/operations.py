"""From an operation, as CloudTrail names it, to the actions that it needs: what is not one to one.

An operation without a row here has the action of the same name. A row lists actions; one with a condition counts only
where the event has the parameter. The S3 rows follow "Required permissions for Amazon S3 API operations" and the event
names of "Amazon S3 CloudTrail events", Lambda's suffixes "Lambda management events in CloudTrail".
"""

from __future__ import annotations

import re
from typing import NamedTuple

from iamkit import reference

# Event sources that are not their service's prefix with a domain behind it.
_PREFIXES = {
    "monitoring": "cloudwatch",
    "email": "ses",
    "tagging": "tag",
    "models.lex": "lex",
    "runtime.lex": "lex",
    "streams.dynamodb": "dynamodb",
    "entitlement.marketplace": "aws-marketplace",
    "metering.marketplace": "aws-marketplace",
    "catalog.marketplace": "aws-marketplace",
    "data.iot": "iot",
    "s3express": "s3express",
}
# `CreateFunction20150331`, `GetFunction20150331v2`, `CreateDistribution2020_05_31`.
_VERSION = re.compile(r"_?20\d\d_?\d\d_?\d\d(v\d+)?$")


class Needed(NamedTuple):
    """An action that an operation needs; `on` is what it is needed on, where that is not what the event is about."""

    action: str
    on: str = ""


class Row(NamedTuple):
    """A needed action; `given` are the parameters of which one must be there, `without` none may."""

    needed: Needed
    given: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def prefix_of(source: str) -> str:
    """Give the prefix of the actions of an event source.

    >>> prefix_of("monitoring.amazonaws.com")
    'cloudwatch'
    """
    host = source.lower().removesuffix(".cn").removesuffix(".amazonaws.com")
    return _PREFIXES.get(host, host)


def rows_of(prefix: str, operation: str) -> tuple[Row, ...]:
    """List what an operation needs; nothing where neither the table nor the reference knows it."""
    for name in dict.fromkeys((operation, _VERSION.sub("", operation))):
        tags = (_EC2_TAGS,) if prefix == "ec2" else ()
        if rows := _TABLE.get(f"{prefix}:{name}"):
            return (*rows, *tags)
        if found := reference.action(f"{prefix}:{name}"):
            return (*_of_roles(found.name), Row(Needed(found.name)), *tags)
    return ()


# Whatever EC2 makes, it can tag at once.
_EC2_TAGS = Row(Needed("ec2:CreateTags", "tagged"), ("tagSpecifications", "tagSpecificationSet", "tagSpecification"))
PASSED_ROLE = "a role that is handed to the service"


class Passing(NamedTuple):
    """Parameters that hold a role, or an instance profile, for which `iam:PassRole` is needed, and for whom."""

    parameters: tuple[str, ...]
    service: str


# IAM User Guide, "Grant a user permissions to pass a role to an AWS service". CloudTrail has no event of iam:PassRole.
_PASSING = {
    "cloudformation:CreateStack": Passing(("roleARN",), "cloudformation.amazonaws.com"),
    "cloudformation:UpdateStack": Passing(("roleARN",), "cloudformation.amazonaws.com"),
    "cloudformation:DeleteStack": Passing(("roleARN",), "cloudformation.amazonaws.com"),
    "codebuild:CreateProject": Passing(("serviceRole",), "codebuild.amazonaws.com"),
    "codebuild:UpdateProject": Passing(("serviceRole",), "codebuild.amazonaws.com"),
    "codepipeline:CreatePipeline": Passing(("roleArn",), "codepipeline.amazonaws.com"),
    "codepipeline:UpdatePipeline": Passing(("roleArn",), "codepipeline.amazonaws.com"),
    "ec2:RunInstances": Passing(("iamInstanceProfile",), "ec2.amazonaws.com"),
    "ec2:AssociateIamInstanceProfile": Passing(("iamInstanceProfile",), "ec2.amazonaws.com"),
    "ec2:ReplaceIamInstanceProfileAssociation": Passing(("iamInstanceProfile",), "ec2.amazonaws.com"),
    "ecs:RegisterTaskDefinition": Passing(("taskRoleArn", "executionRoleArn"), "ecs-tasks.amazonaws.com"),
    "ecs:RunTask": Passing(("taskRoleArn", "executionRoleArn"), "ecs-tasks.amazonaws.com"),
    "events:PutTargets": Passing(("roleArn",), "events.amazonaws.com"),
    "events:PutRule": Passing(("roleArn",), "events.amazonaws.com"),
    "firehose:CreateDeliveryStream": Passing(("roleARN",), "firehose.amazonaws.com"),
    "glue:CreateJob": Passing(("role",), "glue.amazonaws.com"),
    "glue:UpdateJob": Passing(("role",), "glue.amazonaws.com"),
    "iam:AddRoleToInstanceProfile": Passing(("roleName",), "ec2.amazonaws.com"),
    "lambda:CreateFunction": Passing(("role",), "lambda.amazonaws.com"),
    "lambda:UpdateFunctionConfiguration": Passing(("role",), "lambda.amazonaws.com"),
    "logs:PutDestination": Passing(("roleArn",), "logs.amazonaws.com"),
    "logs:PutSubscriptionFilter": Passing(("roleArn",), "logs.amazonaws.com"),
    "s3:PutReplicationConfiguration": Passing(("role",), "s3.amazonaws.com"),
    "sagemaker:CreateNotebookInstance": Passing(("roleArn",), "sagemaker.amazonaws.com"),
    "sagemaker:CreateTrainingJob": Passing(("roleArn",), "sagemaker.amazonaws.com"),
    "scheduler:CreateSchedule": Passing(("roleArn",), "scheduler.amazonaws.com"),
    "scheduler:UpdateSchedule": Passing(("roleArn",), "scheduler.amazonaws.com"),
    "states:CreateStateMachine": Passing(("roleArn",), "states.amazonaws.com"),
    "states:UpdateStateMachine": Passing(("roleArn",), "states.amazonaws.com"),
}


def passing(action: str) -> Passing | None:
    """Tell where an action's event names the role that it hands to a service."""
    return _PASSING.get(action)


def _of_roles(action: str) -> tuple[Row, ...]:
    passed = passing(action)
    return (Row(Needed("iam:PassRole", PASSED_ROLE), passed.parameters),) if passed else ()


def _read(text: str) -> dict[str, tuple[Row, ...]]:
    """Read the table: `operation operation: action action?parameter|parameter action!parameter action@place`."""
    table: dict[str, tuple[Row, ...]] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        names, _, actions = line.partition(": ")
        prefix = names.partition(":")[0]
        rows = tuple(_row(prefix, word) for word in actions.split())
        for name in names.split():
            known = name if ":" in name else f"{prefix}:{name}"
            table[known] = (*(each for row in rows for each in _of_roles(row.needed.action)), *rows)
    return table


def _row(prefix: str, word: str) -> Row:
    word, _, without = word.partition("!")
    word, _, given = word.partition("?")
    action, _, on = word.partition("@")
    full = action if ":" in action else f"{prefix}:{action}"
    return Row(Needed(full, on), tuple(filter(None, given.split("|"))), tuple(filter(None, without.split("|"))))


_GRANTS = "grantFullControl|grantRead|grantReadACP|grantWrite|grantWriteACP"
_ACL = f"acl|x-amz-acl|{_GRANTS}"
_TAGS = "tags|tagSet|tagging|tagSpecificationSet|x-amz-tagging"
_LOCK = "objectLockMode|objectLockRetainUntilDate|x-amz-object-lock-mode|x-amz-object-lock-retain-until-date"
_HOLD = "objectLockLegalHoldStatus|x-amz-object-lock-legal-hold"
_BYPASS = "BypassGovernanceRetention?bypassGovernanceRetention|x-amz-bypass-governance-retention"
_PUT = f"PutObject PutObjectAcl?{_ACL} PutObjectRetention?{_LOCK} PutObjectLegalHold?{_HOLD} PutObjectTagging?{_TAGS}"

_TABLE = _read(
    f"""
    s3:ListBuckets: ListAllMyBuckets
    s3:HeadBucket ListObjects ListObjectsV2: ListBucket
    s3:ListObjectVersions: ListBucketVersions
    s3:ListMultipartUploads: ListBucketMultipartUploads
    s3:CreateBucket: CreateBucket PutBucketAcl?aclNotPrivate|{_GRANTS} \
        PutBucketObjectLockConfiguration?objectLockEnabledForBucket PutBucketVersioning?objectLockEnabledForBucket \
        PutBucketOwnershipControls?objectOwnership|x-amz-object-ownership
    s3:GetObject HeadObject: GetObject!versionId GetObjectVersion?versionId
    s3:GetObjectAttributes: GetObject!versionId GetObjectVersion?versionId GetObjectAttributes!versionId \
        GetObjectVersionAttributes?versionId
    s3:GetObjectAcl: GetObjectAcl!versionId GetObjectVersionAcl?versionId
    s3:PutObjectAcl: PutObjectAcl!versionId PutObjectVersionAcl?versionId
    s3:GetObjectTagging: GetObjectTagging!versionId GetObjectVersionTagging?versionId
    s3:PutObjectTagging: PutObjectTagging!versionId PutObjectVersionTagging?versionId
    s3:DeleteObjectTagging: DeleteObjectTagging!versionId DeleteObjectVersionTagging?versionId
    s3:PutObjectRetention PutObjectLockRetention: PutObjectRetention {_BYPASS}
    s3:GetObjectLockRetention: GetObjectRetention
    s3:PutObjectLockLegalHold: PutObjectLegalHold
    s3:GetObjectLockLegalHold: GetObjectLegalHold
    s3:PutObject PostObject CreateMultipartUpload: {_PUT}
    s3:UploadPart CompleteMultipartUpload: PutObject
    s3:ListParts: ListMultipartUploadParts
    s3:CopyObject: GetObject@source!sourceVersionId GetObjectVersion@source?sourceVersionId {_PUT}
    s3:UploadPartCopy: GetObject@source!sourceVersionId GetObjectVersion@source?sourceVersionId PutObject
    s3:DeleteObject: DeleteObject DeleteObjectVersion?versionId {_BYPASS}
    s3:DeleteObjects: DeleteObject@each DeleteObjectVersion@each?versionId \
        BypassGovernanceRetention@each?bypassGovernanceRetention
    s3:GetBucketAccelerateConfiguration: GetAccelerateConfiguration
    s3:PutBucketAccelerateConfiguration: PutAccelerateConfiguration
    s3:GetBucketAnalyticsConfiguration ListBucketAnalyticsConfigurations: GetAnalyticsConfiguration
    s3:PutBucketAnalyticsConfiguration DeleteBucketAnalyticsConfiguration: PutAnalyticsConfiguration
    s3:GetBucketCors: GetBucketCORS
    s3:PutBucketCors DeleteBucketCors: PutBucketCORS
    s3:GetBucketEncryption: GetEncryptionConfiguration
    s3:PutBucketEncryption DeleteBucketEncryption: PutEncryptionConfiguration
    s3:GetBucketIntelligentTieringConfiguration ListBucketIntelligentTieringConfigurations: \
        GetIntelligentTieringConfiguration
    s3:PutBucketIntelligentTieringConfiguration DeleteBucketIntelligentTieringConfiguration: \
        PutIntelligentTieringConfiguration
    s3:GetBucketInventoryConfiguration ListBucketInventoryConfigurations: GetInventoryConfiguration
    s3:PutBucketInventoryConfiguration DeleteBucketInventoryConfiguration: PutInventoryConfiguration
    s3:GetBucketLifecycle GetBucketLifecycleConfiguration: GetLifecycleConfiguration
    s3:PutBucketLifecycle PutBucketLifecycleConfiguration DeleteBucketLifecycle: PutLifecycleConfiguration
    s3:GetBucketMetricsConfiguration ListBucketMetricsConfigurations: GetMetricsConfiguration
    s3:PutBucketMetricsConfiguration DeleteBucketMetricsConfiguration: PutMetricsConfiguration
    s3:GetBucketNotificationConfiguration: GetBucketNotification
    s3:PutBucketNotificationConfiguration: PutBucketNotification
    s3:DeleteBucketOwnershipControls: PutBucketOwnershipControls
    s3:GetBucketReplication: GetReplicationConfiguration
    s3:PutBucketReplication DeleteBucketReplication: PutReplicationConfiguration
    s3:DeleteBucketTagging: PutBucketTagging
    s3:GetObjectLockConfiguration: GetBucketObjectLockConfiguration
    s3:PutObjectLockConfiguration: PutBucketObjectLockConfiguration
    s3:GetPublicAccessBlock: GetBucketPublicAccessBlock
    s3:PutPublicAccessBlock DeletePublicAccessBlock DeleteBucketPublicAccessBlock: PutBucketPublicAccessBlock
    s3:DeleteAccountPublicAccessBlock: PutAccountPublicAccessBlock
    lambda:Invoke InvokeWithResponseStream: InvokeFunction
    lambda:GetLayerVersionByArn: GetLayerVersion
    lambda:CreateFunction: CreateFunction TagResource?{_TAGS} GetLayerVersion@layers?layers s3:GetObject@code?s3Bucket
    lambda:UpdateFunctionConfiguration: UpdateFunctionConfiguration GetLayerVersion@layers?layers
    lambda:UpdateFunctionCode: UpdateFunctionCode s3:GetObject@code?s3Bucket
    dynamodb:CreateTable: CreateTable TagResource?{_TAGS} PutResourcePolicy?resourcePolicy
    dynamodb:TransactGetItems: GetItem
    dynamodb:TransactWriteItems: \
        ConditionCheckItem@conditionCheck?conditionCheck DeleteItem@delete?delete PutItem@put?put \
        UpdateItem@update?update
    kms:CreateKey: CreateKey TagResource?{_TAGS} PutKeyPolicy@any-key?policy
    kms:ReEncrypt: ReEncryptFrom@sourceKeyId ReEncryptTo@destinationKeyId
    sqs:CreateQueue: CreateQueue TagQueue?{_TAGS}
    sqs:SendMessageBatch: SendMessage
    sqs:DeleteMessageBatch: DeleteMessage
    sqs:ChangeMessageVisibilityBatch: ChangeMessageVisibility
    sqs:StartMessageMoveTask: StartMessageMoveTask@sourceArn ReceiveMessage@sourceArn DeleteMessage@sourceArn \
        GetQueueAttributes@sourceArn SendMessage@destinationArn
    sns:CreateTopic: CreateTopic TagResource?{_TAGS}
    sns:PublishBatch: Publish
    secretsmanager:BatchGetSecretValue: BatchGetSecretValue GetSecretValue?secretIdList
    secretsmanager:CreateSecret: CreateSecret TagResource?{_TAGS} ReplicateSecretToRegions?addReplicaRegions
    secretsmanager:RotateSecret: RotateSecret lambda:InvokeFunction@rotationLambdaARN?rotationLambdaARN
    secretsmanager:ValidateResourcePolicy: ValidateResourcePolicy PutResourcePolicy
    logs:CreateLogGroup: CreateLogGroup TagResource?{_TAGS} AssociateKmsKey?kmsKeyId
    logs:GetLogEvents: GetLogEvents Unmask?unmask
    logs:FilterLogEvents: FilterLogEvents Unmask?unmask
    logs:PutDestination: PutDestination TagResource?{_TAGS}
    sts:AssumeRole: AssumeRole TagSession?tags|transitiveTagKeys SetSourceIdentity?sourceIdentity
    sts:GetFederationToken: GetFederationToken TagSession?tags
    iam:CreateUser: CreateUser TagUser?tags
    iam:CreateRole: CreateRole TagRole?tags
    iam:CreatePolicy: CreatePolicy TagPolicy?tags
    iam:CreateInstanceProfile: CreateInstanceProfile TagInstanceProfile?tags
    iam:CreateVirtualMFADevice: CreateVirtualMFADevice TagMFADevice?tags
    iam:CreateOpenIDConnectProvider: CreateOpenIDConnectProvider TagOpenIDConnectProvider?tags
    iam:CreateSAMLProvider: CreateSAMLProvider TagSAMLProvider?tags
    iam:UploadServerCertificate: UploadServerCertificate TagServerCertificate?tags
    ec2:RunInstances: RunInstances RunInstances@volumes
    """
)

"""What AWS's pages say of single keys, services and Regions: tables, each with its page."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# "AWS global condition context keys", section "Sensitive condition keys": no wildcard, no variable.
SENSITIVE_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalorgid",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:sourceaccount",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:vpceaccount",
        "aws:vpceorgid",
    }
)

# The same page warns of both: the caller's own client writes them.
UNTRUSTWORTHY_KEYS = frozenset({"aws:referer", "aws:useragent"})

# The same page: `aws:VpcSourceIp` "always" with one of these, since two VPCs may use the same addresses.
PAIRED_KEYS = {
    "aws:vpcsourceip": ("aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"),
    "aws:ec2instancesourceprivateipv4": ("aws:Ec2InstanceSourceVpc",),
}

# The same page, table at the top: keys newer than the table of `iamkit.reference`, and keys of one service that
# stand in the requests to others ("cross-service condition keys").
MORE_GLOBAL_KEYS = frozenset(
    {"aws:signinsessionarn", "aws:calledviaawsmcp", "aws:viaawsmcpservice", "aws:ismcpserviceaction"}
)
CROSS_SERVICE_KEYS = frozenset(
    {
        "ec2:roledelivery",
        "ec2:sourceinstancearn",
        "glue:roleassumedby",
        "glue:credentialissuingservice",
        "codebuild:buildarn",
        "codebuild:projectarn",
        "lambda:sourcefunctionarn",
        "ssm:sourceinstancearn",
        "identitystore:userid",
    }
)

# ARNs that AWS's guides use in policies and the reference has no resource type for: macros ("AWS::Include transform"),
# scaling policies ("Identity and access management for Amazon EC2 Auto Scaling").
MORE_ARNS = ("arn:*:cloudformation:*:*:transform/*", "arn:*:autoscaling:*:*:scalingPolicy:*")

# Where AWS's own resources stand under no account: documents and public parameters of Systems Manager, shared images,
# the views that services share.
WITHOUT_ACCOUNT = frozenset({"ssm", "ec2", "resource-explorer-2"})

# Lists in the reference, compared without a set operator in AWS's own examples ("Using IAM policy conditions in Amazon
# EventBridge"; "Denies access to a pipeline that a user did not create").
SINGLE_OR_LIST = frozenset(
    {
        "events:detail-type",
        "events:source",
        "datapipeline:pipelinecreator",
        "datapipeline:tag",
        "datapipeline:workergroup",
    }
)

# The check's own paragraph names the old key and its successor.
DEPRECATED_KEYS = {"aws:arn": "aws:PrincipalArn"}

# "AWS global condition context keys", the services listed under each key.
_VPCE = _words(
    """
    apprunner discovery athena servicediscovery applicationinsights cloudformation comprehendmedical
    compute-optimizer ecr ecs kinesisanalytics route53 datasync dynamodb ebs scheduler firehose gamelift
    medical-imaging healthlake omics iam iotfleetwise iotwireless kms lambda payment-cryptography polly
    acm-pca rbin rekognition servicequotas s3 shield storagegateway ssm-contacts textract transcribe transfer
    """
)
_VPCE_ORG = _VPCE | _words(
    """
    b2bi cognito-identity dms ds-data identitystore iottwinmaker cassandra network-firewall sms-voice pricing
    ses sqs workmail
    """
)
KEYS_OF_SOME_SERVICES = {
    "aws:vpceaccount": _VPCE,
    "aws:vpceorgid": _VPCE_ORG,
    "aws:vpceorgpaths": _VPCE,
}

# AWS Organizations User Guide, "List of AWS services that support RCPs".
RCP_SERVICES = _words(
    """
    appstream dsql clouddirectory cloudfront cloudsearch logs networkmonitor cognito-identity cognito-idp
    comprehend comprehendmedical firehose dynamodb dax autoscaling ecr ecr-public gamelift inspector-scan
    kendra kinesisvideo memorydb aoss personalize polly s3 swf sqs textract timestream-influxdb transcribe
    translate workspaces appconfig autoscaling-plans budgets servicediscovery cloudtrail-data codeartifact
    codebuild codecommit codepipeline compute-optimizer cost-optimization-hub events fms fis health
    rolesanywhere kms opensearch pricing pca-connector-ad resource-groups secretsmanager sts signin support
    transfer notifications wafv2 xray
    """
)

# Where a service calls for you, these say for whom ("The confused deputy problem").
SOURCE_KEYS = ("aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths")
# Keys about the caller that a service acting by itself has none of: it is in no organization and has no tags.
NOT_OF_SERVICES = re.compile(r"aws:(principalorgid|principalorgpaths|principaltag/.+|userid|username)", re.I)
PRINCIPAL_KEYS = re.compile(
    r"aws:(principalorgid|principalorgpaths|principalaccount|principalarn|principaltag/.+)", re.I
)

# A service principal, as in "AWS JSON policy elements: Principal"; other partitions have names of their own.
SERVICE_PRINCIPAL = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:amazonaws\.com(?:\.cn)?|amazon\.com|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|"
    r"csp\.hci\.ic\.gov|adc-e\.uk)"
)
SERVICE_PRINCIPAL_KEYS = frozenset(
    {
        "aws:principalservicename",
        "aws:principalservicenameslist",
        "aws:calledvia",
        "aws:calledviafirst",
        "aws:calledvialast",
    }
    | {"iam:passedtoservice", "iam:awsservicename", "kms:viaservice", "secretsmanager:viaservice"}
)

# A session's tags and source identity are permissions of their own ("Passing session tags", "Monitor and control
# actions taken with assumed roles").
ACTION_FOR_KEY = {"sts:sourceidentity": "sts:SetSourceIdentity", "sts:transitivetagkeys": "sts:TagSession"}

# Keys whose value is the ARN of a KMS key.
KMS_KEY_KEYS = frozenset({"s3:x-amz-server-side-encryption-aws-kms-key-id", "secretsmanager:kmskeyarn"})

# Of a bucket's policy the bucket's own account decides: the key says nothing there (the check's own paragraph).
IRRELEVANT_KEYS = {
    "AWS::S3::Bucket": frozenset({"s3:resourceaccount"}),
    "AWS::S3::AccessPoint": frozenset({"s3:resourceaccount"}),
}

# Which services' actions and which resource types of the reference a resource-based policy may name.
RESOURCE_TYPES = {
    "AWS::S3::Bucket": ("s3", ("bucket", "object")),
    "AWS::S3::AccessPoint": ("s3", ("accesspoint", "accesspointobject")),
    "AWS::S3::MultiRegionAccessPoint": ("s3", ("multiregionaccesspoint",)),
    "AWS::SQS::Queue": ("sqs", ("queue",)),
    "AWS::SNS::Topic": ("sns", ("topic",)),
    "AWS::KMS::Key": ("kms", ("key",)),
    "AWS::Lambda::Function": ("lambda", ("function", "function alias", "function version")),
    "AWS::DynamoDB::Table": ("dynamodb", ("table", "index", "stream")),
    "AWS::SecretsManager::Secret": ("secretsmanager", ("Secret",)),
    "AWS::ECR::Repository": ("ecr", ("repository",)),
}

# "AWS Regions", as botocore of autumn 2026 lists them in its partitions.
REGIONS = _words(
    """
    af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2
    ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7
    ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1 eu-central-2 eu-isoe-west-1 eu-north-1
    eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1 il-central-1 me-central-1 me-south-1
    me-west-1 mx-central-1 sa-east-1 sa-west-1 us-east-1 us-east-2 us-gov-east-1 us-gov-west-1 us-iso-east-1
    us-iso-west-1 us-isob-east-1 us-isob-west-1 us-isof-east-1 us-isof-south-1 us-west-1 us-west-2
    """
)

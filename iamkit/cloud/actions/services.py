"""The services that have a table."""

from __future__ import annotations

from iamkit.cloud.actions.awslambda import LAMBDA
from iamkit.cloud.actions.dynamodb import DYNAMODB
from iamkit.cloud.actions.ec2 import EC2
from iamkit.cloud.actions.iam import IAM
from iamkit.cloud.actions.kms import KMS
from iamkit.cloud.actions.logs import LOGS
from iamkit.cloud.actions.rows import Service
from iamkit.cloud.actions.s3 import S3
from iamkit.cloud.actions.secretsmanager import SECRETSMANAGER
from iamkit.cloud.actions.sns import SNS
from iamkit.cloud.actions.sqs import SQS
from iamkit.cloud.actions.sts import STS

SERVICES: dict[str, Service] = {
    service.name: service for service in (IAM, STS, S3, SQS, SNS, DYNAMODB, LAMBDA, SECRETSMANAGER, KMS, LOGS, EC2)
}

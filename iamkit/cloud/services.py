"""The services of the local cloud: what their signatures, their endpoints and botocore call them."""

from __future__ import annotations

from typing import NamedTuple


class Service(NamedTuple):
    """A service: botocore's name for it, and the host that stands for its real endpoint."""

    name: str
    host: str
    is_global: bool = False

    def endpoint(self, region: str) -> str:
        """Give the host of the service in a region, as AWS has it."""
        return self.host.format(region=region)


# By the name in a credential scope.
SERVICES = {
    service.name: service
    for service in (
        Service("iam", "iam.amazonaws.com", is_global=True),
        Service("sts", "sts.{region}.amazonaws.com"),
        Service("s3", "s3.{region}.amazonaws.com"),
        Service("sqs", "sqs.{region}.amazonaws.com"),
        Service("sns", "sns.{region}.amazonaws.com"),
        Service("dynamodb", "dynamodb.{region}.amazonaws.com"),
        Service("lambda", "lambda.{region}.amazonaws.com"),
        Service("secretsmanager", "secretsmanager.{region}.amazonaws.com"),
        Service("kms", "kms.{region}.amazonaws.com"),
        Service("logs", "logs.{region}.amazonaws.com"),
        Service("ec2", "ec2.{region}.amazonaws.com"),
    )
}

# The regions that an account has without opting in; a signature for any other is refused.
REGIONS = frozenset(
    {
        "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2",
        "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1",
        "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    }
)  # fmt: skip

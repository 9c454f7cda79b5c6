"""What can be wrong with a request's proof of identity, and the protocols that say so (A9, A11)."""

from __future__ import annotations

from enum import Enum

from iamkit.sigv4.rules import S3_NAMES


class Fault(Enum):
    """What is wrong, in the order of A9: the first fault found is the answer."""

    MALFORMED_REQUEST = "malformed request"
    NO_CREDENTIALS = "no credentials"
    TWO_MECHANISMS = "two mechanisms"
    UNSUPPORTED_ALGORITHM = "unsupported algorithm"
    INCOMPLETE = "incomplete signature"
    BAD_EXPIRES = "bad expiry"
    HOST_NOT_SIGNED = "host not signed"
    HEADERS_NOT_SIGNED = "headers not signed"
    BAD_DATE = "bad date"
    EXPIRED = "signature expired"
    NOT_YET_CURRENT = "signature not yet current"
    URL_EXPIRED = "presigned URL expired"
    URL_NOT_YET_VALID = "presigned URL not yet valid"
    BAD_CREDENTIAL = "bad credential"
    WRONG_SCOPE = "wrong scope"
    BAD_TOKEN = "bad or missing session token"
    EXPIRED_TOKEN = "expired session token"
    UNKNOWN_KEY = "unknown access key ID"
    INACTIVE_KEY = "inactive access key"
    BAD_PAYLOAD_HASH = "bad payload hash"
    PAYLOAD_MISMATCH = "body differs from its hash"
    BAD_CHUNK = "bad chunk"
    SIGNATURE_MISMATCH = "wrong signature"


class Protocol(Enum):
    """How a service talks on the wire, as far as its errors show it."""

    QUERY = "query"
    EC2 = "ec2"
    JSON = "json"
    REST_JSON = "rest-json"
    S3 = "s3"

    @staticmethod
    def of(service: str) -> Protocol:
        """Give the protocol of a service, named as in its credential scopes; an API of one's own speaks REST-JSON."""
        return _PROTOCOLS.get(service, Protocol.REST_JSON)


# fmt: off
_QUERY = (
    "autoscaling", "cloudformation", "elasticache", "elasticloadbalancing", "iam", "rds", "redshift",
    "ses", "sns", "sts"
)
_JSON = (
    "athena", "cloudtrail", "cognito-idp", "dynamodb", "ecr", "ecs", "events", "firehose", "glue", "kinesis",
    "kms", "logs", "monitoring", "organizations", "secretsmanager", "sqs", "ssm", "states"
)
# fmt: on
_PROTOCOLS = {
    **dict.fromkeys(_QUERY, Protocol.QUERY),
    "ec2": Protocol.EC2,
    **dict.fromkeys(_JSON, Protocol.JSON),
    **dict.fromkeys(S3_NAMES, Protocol.S3),
}

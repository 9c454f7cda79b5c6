"""Which calls are written down: all, but for those that certainly change nothing here.

A call that is taken for a reading one and is none would be forgotten, so the table is of readers, and short: an
operation counts as one if its name says so, the service authorization reference gives its action the access level
Read or List, and it is not among those that moto or this cloud changes something for. S3 and few others name their
actions after something else than the operation; theirs are listed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache

from iamkit import reference
from iamkit.cloud.calls import Call

_READING_NAMES = ("Get", "List", "Describe", "Head", "BatchGet", "Query", "Scan", "Select", "Search", "FilterLogEvents")
_READING_LEVELS = frozenset({"Read", "List"})
# The access level or the name says Read, and something changes all the same: a counter, a date, a key made on sight.
_CHANGING = frozenset(
    {
        "iam:GetServiceLastAccessedDetails",
        "iam:GetServiceLastAccessedDetailsWithEntities",
        "kms:DescribeKey",
        "kms:GetParametersForImport",
        "kms:ListAliases",
        "logs:GetQueryResults",
        "secretsmanager:BatchGetSecretValue",
        "secretsmanager:GetSecretValue",
        "sqs:ReceiveMessage",
        "sts:GetFederationToken",
        "sts:GetSessionToken",
    }
)
# The action has another name than the operation, or a level that is about data, not about this cloud's state.
_READING = frozenset(
    {
        "dynamodb:TransactGetItems",
        "iam:SimulateCustomPolicy",
        "iam:SimulatePrincipalPolicy",
        "kms:Decrypt",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyPair",
        "kms:GenerateDataKeyPairWithoutPlaintext",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:GenerateMac",
        "kms:GenerateRandom",
        "kms:ReEncrypt",
        "kms:Sign",
        "kms:Verify",
        "kms:VerifyMac",
        "s3:GetBucketEncryption",
        "s3:GetBucketLifecycleConfiguration",
        "s3:GetBucketNotificationConfiguration",
        "s3:GetObject",
        "s3:GetPublicAccessBlock",
        "s3:HeadBucket",
        "s3:HeadObject",
        "s3:ListBuckets",
        "s3:ListMultipartUploads",
        "s3:ListObjectVersions",
        "s3:ListObjects",
        "s3:ListObjectsV2",
        "s3:ListParts",
        "sts:DecodeAuthorizationMessage",
        "sts:GetAccessKeyInfo",
        "sts:GetCallerIdentity",
    }
)
_NEWS_AFTER = timedelta(minutes=15)


def is_written(call: Call) -> bool:
    """Tell whether a call must be written down, to be done again after a restart."""
    return not _only_reads(call.service, call.operation)


@lru_cache(maxsize=4096)
def _only_reads(service: str, operation: str) -> bool:
    name = f"{service}:{operation}"
    if name in _READING:
        return True
    if name in _CHANGING or not operation.startswith(_READING_NAMES):
        return False
    action = reference.action(name)
    return action is not None and action.access_level in _READING_LEVELS


class Uses:
    """When each access key was used last, and for what: IAM tells, so that a call that only reads changes that much.

    It is news when a key is used for another service or region, or after a quarter of an hour.
    """

    def __init__(self) -> None:
        self._last: dict[str, tuple[datetime, str, str]] = {}

    def is_news(self, access_key_id: str, service: str, region: str, now: datetime) -> bool:
        """Tell whether a use says something new, and take note of it if it does."""
        last = self._last.get(access_key_id)
        if last is not None and last[1:] == (service, region) and now - last[0] <= _NEWS_AFTER:
            return False
        self._last[access_key_id] = now, service, region
        return True

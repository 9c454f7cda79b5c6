"""What moto takes for something else: it does not look at the part of a URL that tells these from other operations.

Its Amazon S3 would delete the bucket for DeleteBucketMetricsConfiguration, and give the object for GetObjectRetention.
"""

from __future__ import annotations

from iamkit.cloud.calls import Call

_LACKING = {
    "s3": frozenset(
        {
            "DeleteBucketAnalyticsConfiguration", "DeleteBucketIntelligentTieringConfiguration",
            "DeleteBucketInventoryConfiguration", "DeleteBucketMetricsConfiguration",
            "GetBucketAnalyticsConfiguration", "GetBucketIntelligentTieringConfiguration",
            "GetBucketMetricsConfiguration", "GetBucketRequestPayment", "GetObjectRetention", "GetObjectTorrent",
            "ListBucketAnalyticsConfigurations", "ListBucketIntelligentTieringConfigurations",
            "ListBucketMetricsConfigurations", "PutBucketAnalyticsConfiguration",
            "PutBucketIntelligentTieringConfiguration", "PutBucketMetricsConfiguration", "PutBucketRequestPayment",
        }
    )
}  # fmt: skip


def is_lacking(call: Call) -> bool:
    """Tell whether moto would do something else than the call asks."""
    return call.operation in _LACKING.get(call.service, ())

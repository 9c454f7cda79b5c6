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


# Parameters that moto takes and forgets.
_FORGOTTEN = {
    ("iam", "CreateSAMLProvider"): "Tags",
    ("iam", "CreateVirtualMFADevice"): "Tags",
    ("iam", "UploadServerCertificate"): "Tags",
}


def lacking(call: Call) -> str | None:
    """Name what moto would do otherwise than the call asks; None where it has all of it."""
    if call.operation in _LACKING.get(call.service, ()):
        return f"the operation `{call.operation}` of {call.service}"
    parameter = _FORGOTTEN.get((call.service, call.operation))
    if parameter is not None and call.parameters.get(parameter):
        return f"the parameter `{parameter}` of {call.operation}"
    return None

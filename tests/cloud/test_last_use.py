"""GetAccessKeyLastUsed tells what the trail knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import LocalCloud


def test_the_last_request_that_a_key_signed(cloud: LocalCloud) -> None:
    """Never used; used; used and denied, which counts as well."""
    iam = cloud.client("iam")
    iam.create_user(UserName="app")
    key = iam.create_access_key(UserName="app")["AccessKey"]
    asked = {"AccessKeyId": key["AccessKeyId"]}
    never = iam.get_access_key_last_used(**asked)
    assert never["UserName"] == "app"
    assert never["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}

    cloud.client("sts", key, region="eu-central-1").get_caller_identity()
    used = iam.get_access_key_last_used(**asked)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("sts", "eu-central-1")
    assert abs(used["LastUsedDate"] - datetime.now(UTC)) < timedelta(minutes=1)

    with pytest.raises(ClientError):
        cloud.client("sqs", key).list_queues()
    again = iam.get_access_key_last_used(**asked)["AccessKeyLastUsed"]
    assert again["ServiceName"] == "sqs"
    assert again["LastUsedDate"] > used["LastUsedDate"]


def test_a_request_with_a_wrong_secret_is_no_use(cloud: LocalCloud) -> None:
    """Nobody has shown that they have the key."""
    iam = cloud.client("iam")
    iam.create_user(UserName="app")
    key = iam.create_access_key(UserName="app")["AccessKey"]
    with pytest.raises(ClientError):
        cloud.client("sts", key | {"SecretAccessKey": "wrong"}).get_caller_identity()
    told = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
    assert "LastUsedDate" not in told

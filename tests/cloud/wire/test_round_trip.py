"""What botocore writes for any operation of the cloud's services is read back: operation, parameters, protocol."""

from __future__ import annotations

from typing import Any

import pytest
from moto.core.utils import get_service_model

from iamkit.cloud.services import SERVICES
from iamkit.cloud.wire import read_call
from tests.cloud.wire.making import parameters, request_of

# An old operation of S3 is written as the new one that took its place is; ListDirectoryBuckets asks another endpoint.
SAME = {
    ("s3", "GetBucketLifecycle"): "GetBucketLifecycleConfiguration",
    ("s3", "GetBucketNotification"): "GetBucketNotificationConfiguration",
    ("s3", "ListDirectoryBuckets"): "ListBuckets",
    ("s3", "PutBucketLifecycle"): "PutBucketLifecycleConfiguration",
    ("s3", "PutBucketNotification"): "PutBucketNotificationConfiguration",
}
# Two lists of one name within each other, which the parser of moto takes for one; none of them has a row.
NOT_READ = {("ec2", name) for name in ("CreateFleet", "ModifyFleet", "ModifySpotFleetRequest", "RequestSpotFleet")}


@pytest.mark.parametrize("required_only", [False, True], ids=["everything", "required"])
@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_read_back(service: str, required_only: bool) -> None:
    """Text with spaces, accents and signs of its own; bytes; times; maps, lists, nested structures."""
    model = get_service_model(service)
    wrong: dict[str, Any] = {}
    for name in model.operation_names:
        given = parameters(model.operation_model(name).input_shape, required_only=required_only)
        call = read_call(request_of(service, name, given), service, "us-east-1")
        expected = SAME.get((service, name), name)
        if (call.operation, call.service, call.region) != (expected, service, "us-east-1"):
            wrong[name] = call.operation
        elif expected == name and without_length(call.parameters) != without_length(given):
            wrong[name] = call.parameters
    assert set(wrong) <= {name for other, name in NOT_READ if other == service}, wrong


def without_length(given: Any) -> dict[str, Any]:
    """Leave out the length of a body, which is the body's own; an empty list in a query is no list."""
    return {name: value for name, value in given.items() if name != "ContentLength" and value != []}

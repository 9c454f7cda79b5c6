"""Functions as the store gives them."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from iamkit.cloud.calls import NotModelled
from iamkit.cloud.store import backends, deployed
from iamkit.cloud.store.functions import add_statement, function_policy, stored_package
from tests.cloud.functions.world import ACCOUNT, OTHER, package

ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:report"


@pytest.fixture
def functions() -> Iterator[Any]:
    """One account with a function that has a version."""
    backends.reset()
    backends.open_account(ACCOUNT)
    iam = backends.backend("iam", ACCOUNT)
    role = iam.create_role("worker", "{}", "/", None, "", [], 3600)
    made = backends.backend("lambda", ACCOUNT, "us-east-1")
    made.create_function(
        {
            "FunctionName": "report",
            "Role": role.arn,
            "Runtime": "python3.13",
            "Handler": "app.handler",
            "Code": {"ZipFile": base64.b64encode(package("one"))},
            "Environment": {"Variables": {"STAGE": "test"}},
            "Publish": True,
        }
    )
    yield made
    backends.reset()


def test_what_is_kept(functions: Any) -> None:
    """Lambda's defaults where nothing was said."""
    found = deployed(ARN)
    assert found is not None
    assert (found.arn, found.name, found.version, found.runtime) == (ARN, "report", "$LATEST", "python3.13")
    assert (found.timeout, found.memory_size, found.package_type, found.reserved) == (3, 128, "Zip", None)
    assert (found.variables, found.code) == ({"STAGE": "test"}, package("one"))
    assert "STAGE" not in repr(found)


def test_qualifiers(functions: Any) -> None:
    """Versions and aliases lead to a version; the ARN that is given back has none."""
    functions.create_alias("live", "report", "1", "", None)
    for qualifier, version in {"$LATEST": "$LATEST", "1": "1", "live": "1"}.items():
        found = deployed(f"{ARN}:{qualifier}")
        assert found is not None
        assert (found.arn, found.version) == (ARN, version)


@pytest.mark.parametrize(
    "arn",
    [
        f"{ARN}:2",
        f"{ARN}:test",
        f"{ARN}s",
        f"{ARN}:1:2",
        ARN.replace(ACCOUNT, OTHER),
        ARN.replace("us-east-1", "eu-west-1"),
        f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:report",
        "report",
    ],
)
def test_what_is_not_there(functions: Any, arn: str) -> None:
    """Other versions, names, accounts, regions, things."""
    assert deployed(arn) is None


def test_shifted_traffic_is_not_modelled(functions: Any) -> None:
    """Which version runs would be chance."""
    functions.create_alias("canary", "report", "1", "", {"AdditionalVersionWeights": {"2": 0.1}})
    with pytest.raises(NotModelled):
        deployed(f"{ARN}:canary")


def test_reserved_concurrency_and_destinations_are_for_all_versions(functions: Any) -> None:
    """Lambda keeps them with the function."""
    functions.put_function_concurrency("report", 2)
    queue = f"arn:aws:sqs:us-east-1:{ACCOUNT}:q"
    functions.put_function_event_invoke_config("report", {"DestinationConfig": {"OnFailure": {"Destination": queue}}})
    for arn in (ARN, f"{ARN}:1"):
        found = deployed(arn)
        assert found is not None
        assert (found.reserved, found.has_destinations) == (2, True)


def test_a_policy_grows(functions: Any) -> None:
    """One policy for all versions, whose revision changes."""
    before = function_policy(ARN)
    add_statement(f"{ARN}:1", {"Sid": "one"})
    after = function_policy(ARN)
    assert (before.statements, after.statements) == ((), ({"Sid": "one"},))
    assert before.revision != after.revision


def test_packages_in_buckets(functions: Any) -> None:
    """An object of a bucket of the account, as it is now."""
    s3 = backends.backend("s3", ACCOUNT)
    s3.create_bucket("amzn-s3-demo-bucket", "us-east-1")
    s3.put_object("amzn-s3-demo-bucket", "a.zip", b"package")
    assert stored_package(ACCOUNT, "amzn-s3-demo-bucket", "a.zip") == b"package"
    assert stored_package(ACCOUNT, "amzn-s3-demo-bucket", "b.zip") is None
    assert stored_package(ACCOUNT, "amzn-s3-demo-bucket2", "a.zip") is None

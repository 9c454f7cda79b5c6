"""An organization from a file, and what its policies do to the accounts below them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamkit.cloud.clients import Keys, make_client
from iamkit.cloud.organization_files import MalformedOrganization, read_organization
from tests.cloud.test_local_cloud import refused
from tests.cloud.test_serving import lines, started

HOME, MEMBER, OTHER = "111122223333", "444455556666", "777788889999"
NO_QUEUES = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}}
NO_BUCKETS = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:CreateBucket", "Resource": "*"},
}
TOLD = {
    "id": "o-exampleorgid",
    "management": HOME,
    "root": {
        "rcps": {"no-buckets": NO_BUCKETS},
        "units": {"Production": {"scps": {"no-queues": NO_QUEUES}, "accounts": [MEMBER]}},
        "accounts": {OTHER: {"scps": {"no-queues": NO_QUEUES}}},
    },
}


def write(folder: Path, told: Any) -> Path:
    path = folder / "organization.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return path


def test_units_accounts_and_policies(tmp_path: Path) -> None:
    """Every level has what the file attaches, beside AWS's full access."""
    organization, accounts = read_organization(write(tmp_path, TOLD))
    assert accounts == (HOME, MEMBER, OTHER)
    levels = organization.levels(MEMBER, "service_control")
    assert levels is not None
    assert [[policy.name for policy in each] for each in levels.values()] == [
        ["FullAWSAccess"],
        ["FullAWSAccess", "no-queues"],
        ["FullAWSAccess"],
    ]
    own = organization.levels(OTHER, "service_control")
    assert own is not None
    assert [policy.name for policy in [*own.values()][-1]] == ["FullAWSAccess", "no-queues"]
    resource_control = organization.levels(MEMBER, "resource_control")
    assert resource_control is not None
    assert [policy.name for policy in next(iter(resource_control.values()))] == ["RCPFullAWSAccess", "no-buckets"]


@pytest.mark.parametrize(
    ("told", "place"),
    [
        ("{", "/: the file is not JSON"),
        ([], "/management: "),
        ({"management": "12"}, "/management: "),
        ({"management": HOME, "root": []}, "/root: "),
        ({"management": HOME, "root": {"ous": {}}}, "/root/ous: "),
        ({"management": HOME, "root": {"units": []}}, "/root/units: "),
        ({"management": HOME, "root": {"units": {"A": {"accounts": ["1"]}}}}, "/root/units/A/accounts/1: "),
        ({"management": HOME, "root": {"scps": {"p": {"Statement": {"Effect": "No"}}}}}, "/root/scps/p: "),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, told: Any, place: str) -> None:
    """A line with the place, and an example."""
    with pytest.raises(MalformedOrganization) as caught:
        read_organization(write(tmp_path, told))
    assert str(caught.value).startswith(place)
    assert "help: for example" in str(caught.value)


def test_the_cloud_keeps_to_it(tmp_path: Path) -> None:
    """`iamkit cloud --organization` opens the accounts; an SCP holds the administrator of a member, not the manager."""
    with started("--json", "--organization", str(write(tmp_path, TOLD))) as process:
        cloud = json.loads(lines(process, 1)[0])

        def client(service: str, account: str) -> Any:
            keys = cloud["administrators"][account]
            return make_client(cloud["endpoint"], service, Keys(keys["accessKeyId"], keys["secretAccessKey"]))

        client("sqs", HOME).create_queue(QueueName="q")
        denied = refused(client("sqs", MEMBER).create_queue, QueueName="q")["Error"]
        assert denied["Message"].endswith("with an explicit deny in a service control policy")
        client("s3", HOME).create_bucket(Bucket="amzn-s3-demo-bucket")
        denied = refused(client("s3", OTHER).create_bucket, Bucket="amzn-s3-demo-bucket1")["Error"]
        assert denied["Message"].endswith("with an explicit deny in a resource control policy")

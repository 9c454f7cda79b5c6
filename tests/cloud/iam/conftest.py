"""One cloud for the tests of a module: an organization, two accounts in it, and IAM's client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.store import Organization
from tests.cloud.iam.asking import ACCOUNT, MANAGEMENT, OTHER


@pytest.fixture(scope="module")
def organization() -> Organization:
    """Nothing is forbidden to its accounts at first."""
    made = Organization(MANAGEMENT)
    made.add_account(ACCOUNT)
    return made


@pytest.fixture(scope="module")
def cloud(organization: Organization) -> Iterator[LocalCloud]:
    """The account of the tests is in the organization, the other one is not."""
    with LocalCloud(accounts=(ACCOUNT, OTHER), seed=11, organization=organization) as started:
        yield started


@pytest.fixture(scope="module")
def iam(cloud: LocalCloud) -> Any:
    """The administrator's client."""
    return cloud.client("iam")

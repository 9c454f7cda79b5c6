"""A cloud for the tests that need one; it is empty for each of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from iamkit.cloud.local_cloud import LocalCloud

OTHER_ACCOUNT = "444455556666"


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    """Two accounts, the same names and keys in every run."""
    with LocalCloud(accounts=("111122223333", OTHER_ACCOUNT), seed=7) as started:
        yield started

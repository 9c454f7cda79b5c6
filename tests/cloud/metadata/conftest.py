"""One cloud for the tests of a module, and a chain that sees nothing but what it is given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.metadata.world import roles


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """A cloud with a role for every service, which may list queues."""
    with LocalCloud(accounts=("111122223333", "444455556666"), seed=7) as started:
        roles(started)
        yield started

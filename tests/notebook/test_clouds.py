"""The cloud of a kernel: one at a time, found by terminals, shown without its port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from iamkit.cloud.registry import NoCloud, find
from iamkit.notebook import local_cloud, show, stop_cloud


@pytest.fixture(autouse=True)
def _stopped() -> Iterator[None]:
    yield
    stop_cloud()


def test_a_second_one_takes_the_place_of_the_first() -> None:
    """A cell can be run again: the same names, nothing left of before."""
    keys = []
    for _ in range(2):
        iam = local_cloud(seed=5).client("iam")
        iam.create_user(UserName="carol")
        keys.append(iam.create_access_key(UserName="carol")["AccessKey"]["AccessKeyId"])
    assert keys[0] == keys[1]


def test_terminals_find_it_while_it_runs() -> None:
    """`iamkit why` explains what it refused."""
    cloud = local_cloud()
    assert find().endpoint == cloud.endpoint
    stop_cloud()
    stop_cloud()
    with pytest.raises(NoCloud):
        find()


def test_its_text_is_the_same_in_every_run() -> None:
    """No port, no secret."""
    assert repr(local_cloud(seed=3)) == "LocalCloud(seed=3, accounts=111122223333)"


def test_a_denial_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """In words outside of a notebook, all of it."""
    cloud = local_cloud()
    iam = cloud.client("iam")
    iam.create_user(UserName="carol")
    with pytest.raises(ClientError):
        cloud.client("s3", iam.create_access_key(UserName="carol")).list_buckets()
    show(cloud.why())
    assert capsys.readouterr().out == f"{cloud.why()!r}\n"

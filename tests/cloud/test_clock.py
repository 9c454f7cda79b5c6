"""The cloud's time can be moved on, while signatures are as fresh as the laptop's clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from iamkit.cloud.clock import Clock
from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.test_local_cloud import allow, refused, session, trust, user


def test_time_passes_in_the_cloud_alone() -> None:
    """The laptop's own time stays what it is."""
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    clock = Clock(lambda: noon)
    clock.let_pass(timedelta(minutes=30))
    clock.let_pass(timedelta(minutes=15))
    assert (clock(), clock.laptop()) == (noon + timedelta(minutes=45), noon)


def test_time_does_not_run_backwards() -> None:
    """A session that has ended does not come back."""
    with pytest.raises(ValueError, match="forward only"):
        Clock().let_pass(timedelta(seconds=-1))


def test_a_session_ends_when_its_time_has_passed(cloud: LocalCloud) -> None:
    """An hour later (E21) its keys are expired; a user's are not, and new sessions are as good as ever."""
    keys = user(cloud, "alice", allow("sts:AssumeRole"))
    iam = cloud.client("iam")
    iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": "111122223333"}))
    role = "arn:aws:iam::111122223333:role/App"
    sts = cloud.client("sts", session(cloud, keys, role))
    cloud.let_pass(timedelta(minutes=59))
    assert sts.get_caller_identity()["Arn"].endswith(":assumed-role/App/one")
    cloud.let_pass(timedelta(minutes=1))
    assert refused(sts.get_caller_identity)["Error"]["Code"] == "ExpiredToken"
    again = cloud.client("sts", session(cloud, keys, role))
    assert again.get_caller_identity()["Arn"].endswith(":assumed-role/App/one")


def test_policies_see_the_cloud_s_time(cloud: LocalCloud) -> None:
    """`aws:CurrentTime` is what the cloud says (E4)."""
    until = (datetime.now(UTC) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    limited = allow("s3:ListAllMyBuckets", Condition={"DateLessThan": {"aws:CurrentTime": until}})
    s3 = cloud.client("s3", user(cloud, "alice", limited))
    assert s3.list_buckets()["Buckets"] == []
    cloud.let_pass(timedelta(days=2))
    assert refused(s3.list_buckets)["Error"]["Code"] == "AccessDenied"

"""Times of credential reports, in a cloud whose clock is moved or stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.iam.credential_report import Account, CredentialReports
from iamkit.cloud.iam.last_used import LastUsed
from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.sessions import Holder
from iamkit.cloud.store import backends
from iamkit.policy import Caller
from iamkit.sigv4 import AccessKey, Credentials
from tests.cloud.iam.asking import arn
from tests.cloud.iam.test_credential_report import key, rows

NEVER = {"last_rotated": "N/A", "last_used_date": "N/A", "last_used_region": "N/A", "last_used_service": "N/A"}


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Iterator[Clock]:
    """An account, apart from any cloud, whose users are made by this clock."""
    made = Clock()
    backends.open_account("777788889999")
    yield made
    backends.reset()


def test_a_report_lasts_four_hours(clock: Clock) -> None:
    """Then it has expired, and a new one is made."""
    caller = Caller.parse(arn("user/alice", "777788889999"))
    holder = Holder(AccessKey(Credentials("AKIAEXAMPLE", "secret"), principal=caller.arn), caller)
    call: Any = None
    execute: Any = None
    reports = CredentialReports(LastUsed(), lambda _: Account(clock.now, ()), clock, execute)
    assert reports.generate(call, holder) != {"State": "COMPLETE"}
    begun = clock.now
    clock.now += timedelta(hours=4) - timedelta(seconds=1)
    assert reports.generate(call, holder) == {"State": "COMPLETE"}
    given: Any = reports.get(call, holder)
    assert given["GeneratedTime"] == begun
    clock.now += timedelta(seconds=1)
    with pytest.raises(ServiceError) as caught:
        reports.get(call, holder)
    assert (caught.value.code, caught.value.status) == ("ReportExpired", 410)
    reports.generate(call, holder)
    again: Any = reports.get(call, holder)
    assert again["GeneratedTime"] == clock.now


def test_iam_dates_by_the_clouds_clock() -> None:
    """Whoever stops the clock for a lesson gets the same dates every time."""
    moment = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)
    with LocalCloud(seed=1, clock=lambda: moment) as started:
        iam = started.client("iam")
        assert iam.create_user(UserName="alice")["User"]["CreateDate"] == moment
        iam.generate_credential_report()
        table = rows(iam.get_credential_report()["Content"])
    assert {row["user_creation_time"] for row in table.values()} == {moment.isoformat()}
    assert key(table["administrator"], 1)["last_used_date"] == moment.isoformat()
    assert key(table["alice"], 1) == {"active": "false", **NEVER}

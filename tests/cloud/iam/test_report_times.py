"""Times of credential reports, in a cloud whose clock is moved or stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.iam.asking import refused
from tests.cloud.iam.test_credential_report import key, rows

UNUSED = {
    "active": "false",
    "last_rotated": "N/A",
    "last_used_date": "N/A",
    "last_used_region": "N/A",
    "last_used_service": "N/A",
}


def test_a_report_lasts_four_hours() -> None:
    """Until then it is given again as it was; then it has expired, and a new one is made."""
    with LocalCloud(seed=1) as cloud:
        iam = cloud.client("iam")
        iam.generate_credential_report()
        first = iam.get_credential_report()
        iam.create_user(UserName="alice")
        cloud.let_pass(timedelta(hours=3, minutes=50))
        assert iam.generate_credential_report()["State"] == "COMPLETE"
        assert iam.get_credential_report()["Content"] == first["Content"]
        cloud.let_pass(timedelta(minutes=10))
        assert refused(iam.get_credential_report)[:2] == ("ReportExpired", 410)
        assert iam.generate_credential_report()["State"] == "STARTED"
        second = iam.get_credential_report()
        assert second["GeneratedTime"] - first["GeneratedTime"] >= timedelta(hours=4)
        table = rows(second["Content"])
        assert list(table) == ["<root_account>", "administrator", "alice"]
        # Keys were last used by the cloud's time.
        used = datetime.fromisoformat(key(table["administrator"], 1)["last_used_date"])
        assert used > first["GeneratedTime"] + timedelta(hours=3)


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
    assert key(table["alice"], 1) == UNUSED

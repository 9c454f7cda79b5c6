"""The credential report: columns, words, values, and how long it lasts."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

from iamkit.cloud.iam.credential_report import COLUMNS
from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.iam.asking import OTHER, arn, keys, mfa_device, refused, user

# IAM User Guide, "Generate credential reports for your AWS account".
AS_DOCUMENTED = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,"
    "cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)


def rows(content: bytes) -> dict[str, dict[str, str]]:
    """Read a report by user."""
    return {row["user"]: row for row in csv.DictReader(io.StringIO(content.decode()))}


def key(row: dict[str, str], number: int) -> dict[str, str]:
    """Take the columns of one key."""
    prefix = f"access_key_{number}_"
    return {name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)}


def test_no_report_until_one_is_made(cloud: LocalCloud, iam: Any) -> None:
    """ReportNotPresent, STARTED, COMPLETE; each account has its own."""
    assert refused(iam.get_credential_report)[:2] == ("ReportNotPresent", 410)
    begun = iam.generate_credential_report()
    assert (begun["State"], begun["Description"]) == (
        "STARTED",
        "No report exists. Starting a new report generation task",
    )
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    given = iam.get_credential_report()
    assert given["ReportFormat"] == "text/csv"
    assert abs(given["GeneratedTime"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert given["Content"].decode().splitlines()[0] == AS_DOCUMENTED == ",".join(COLUMNS)
    other = cloud.client("iam", cloud.administrator(OTHER))
    assert refused(other.get_credential_report)[0] == "ReportNotPresent"


def test_what_each_user_has(cloud: LocalCloud) -> None:
    """Passwords, devices, keys and what they were used for, as they are when the report is made."""
    iam = cloud.client("iam", cloud.administrator(OTHER))
    user(iam, "alice", Path="/staff/")
    alice = keys(iam, "alice")
    keys(iam, "alice")
    refused(cloud.client("sqs", alice, region="eu-west-1").list_queues)
    iam.create_login_profile(UserName="alice", Password="correct horse battery")
    iam.update_account_password_policy(MaxPasswordAge=90)
    user(iam, "bob")
    bob = keys(iam, "bob")
    refused(cloud.client("s3", bob, region="eu-west-1").list_buckets)
    mfa_device(iam, "bob", cloud.now())
    iam.update_access_key(UserName="bob", AccessKeyId=bob.access_key_id, Status="Inactive")
    cloud.root(OTHER)
    iam.generate_credential_report()
    table = rows(iam.get_credential_report()["Content"])
    assert list(table) == ["<root_account>", "administrator", "alice", "bob"]
    _check_alice(table["alice"])
    of_bob = table["bob"]
    assert (of_bob["mfa_active"], of_bob["password_enabled"], of_bob["password_last_used"]) == ("true", "false", "N/A")
    # S3 is in no region, says the guide; an inactive key has no date of rotation.
    first = key(of_bob, 1)
    assert (first["active"], first["last_rotated"]) == ("false", "N/A")
    assert (first["last_used_service"], first["last_used_region"]) == ("s3", "N/A")
    root = table["<root_account>"]
    assert root["arn"] == arn("root", OTHER)
    assert {root[name] for name in ("password_enabled", "password_last_changed", "password_next_rotation")} == {
        "not_supported"
    }
    assert (root["access_key_1_active"], root["access_key_2_active"]) == ("true", "false")


def _check_alice(row: dict[str, str]) -> None:
    assert row["arn"] == arn("user/staff/alice", OTHER)
    assert (row["password_enabled"], row["password_last_used"]) == ("true", "no_information")
    changed = datetime.fromisoformat(row["password_last_changed"])
    assert datetime.fromisoformat(row["password_next_rotation"]) - changed == timedelta(days=90)
    assert changed >= datetime.fromisoformat(row["user_creation_time"])
    first, second = key(row, 1), key(row, 2)
    assert (first["active"], first["last_used_service"], first["last_used_region"]) == ("true", "sqs", "eu-west-1")
    assert datetime.fromisoformat(first["last_used_date"]) >= datetime.fromisoformat(first["last_rotated"])
    assert (second["active"], second["last_used_date"], second["last_used_service"]) == ("true", "N/A", "N/A")
    assert (row["cert_1_active"], row["cert_1_last_rotated"]) == ("false", "N/A")


def test_a_password_stays_when_only_a_new_one_is_asked_for(iam: Any) -> None:
    """UpdateLoginProfile with PasswordResetRequired alone."""
    user(iam, "carol")
    iam.create_login_profile(UserName="carol", Password="correct horse battery")
    iam.update_login_profile(UserName="carol", PasswordResetRequired=True)
    assert iam.get_login_profile(UserName="carol")["LoginProfile"]["UserName"] == "carol"
    user(iam, "dave")
    assert refused(iam.update_login_profile, UserName="dave", PasswordResetRequired=True)[0] == "NoSuchEntity"

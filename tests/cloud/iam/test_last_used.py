"""When keys and roles were last used."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from iamkit.cloud.iam.last_used import LastUsed
from iamkit.cloud.local_cloud import LocalCloud
from iamkit.cloud.sessions import Holder
from iamkit.policy import Caller
from iamkit.sigv4 import AccessKey, Credentials
from tests.cloud.iam.asking import ACCOUNT, OTHER, allow, arn, keys, refused, session, trust, user

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def used(iam: Any, access_key_id: str) -> dict[str, Any]:
    """Ask for the last use of a key."""
    return dict(iam.get_access_key_last_used(AccessKeyId=access_key_id)["AccessKeyLastUsed"])


def test_a_key_is_not_used_until_it_signs(cloud: LocalCloud, iam: Any) -> None:
    """N/A, without a date; then date, service and region of the last request, denied ones included."""
    user(iam, "alice")
    alice = keys(iam, "alice")
    assert used(iam, alice.access_key_id) == {"ServiceName": "N/A", "Region": "N/A"}
    before = datetime.now(UTC).replace(microsecond=0)
    refused(cloud.client("sqs", alice, region="eu-west-1").list_queues)
    given = used(iam, alice.access_key_id)
    assert (given["ServiceName"], given["Region"]) == ("sqs", "eu-west-1")
    assert before <= given["LastUsedDate"] <= datetime.now(UTC)
    cloud.client("sts", alice).get_caller_identity()
    assert used(iam, alice.access_key_id)["ServiceName"] == "sts"
    assert iam.get_access_key_last_used(AccessKeyId=alice.access_key_id)["UserName"] == "alice"


def test_a_bad_signature_is_no_use(cloud: LocalCloud, iam: Any) -> None:
    """Only what was authenticated counts."""
    user(iam, "bob")
    bob = keys(iam, "bob")
    wrong = type(bob)(bob.access_key_id, "x" * 40)
    assert refused(cloud.client("sts", wrong).get_caller_identity)[0] == "SignatureDoesNotMatch"
    assert used(iam, bob.access_key_id)["ServiceName"] == "N/A"


def test_whose_keys_one_may_ask_about(cloud: LocalCloud, iam: Any) -> None:
    """A key of another account, or of nobody, is refused."""
    other = cloud.client("iam", cloud.administrator(OTHER))
    code, status, _ = refused(other.get_access_key_last_used, AccessKeyId=cloud.administrator().access_key_id)
    assert (code, status) == ("AccessDenied", 403)
    assert refused(iam.get_access_key_last_used, AccessKeyId="AKIAIOSFODNN7EXAMPLE")[0] == "AccessDenied"


def test_a_role_is_used_by_its_sessions(cloud: LocalCloud, iam: Any) -> None:
    """RoleLastUsed in GetRole and in the account's details; taking the role is no use of it yet."""
    user(iam, "carol")
    iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(arn("user/carol")), Path="/service/")
    iam.put_role_policy(RoleName="app", PolicyName="all", PolicyDocument=allow("*"))
    carol = keys(iam, "carol")
    app = session(cloud, carol, arn("role/service/app"))
    assert iam.get_role(RoleName="app")["Role"].get("RoleLastUsed", {}) == {}
    cloud.client("sqs", app, region="eu-central-1").list_queues()
    given = iam.get_role(RoleName="app")["Role"]["RoleLastUsed"]
    assert given["Region"] == "eu-central-1"
    assert abs(given["LastUsedDate"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"][0]["RoleLastUsed"] == given
    # The session's requests are not the user's.
    assert used(iam, carol.access_key_id)["ServiceName"] == "sts"


def test_a_report_tells_the_first_use_of_a_quarter_of_an_hour() -> None:
    """IAM User Guide, "Credential reports": access_key_1_last_used_date."""
    ledger, caller = LastUsed(), Caller.parse(arn("user/alice"))
    holder = Holder(AccessKey(Credentials("AKIAEXAMPLE", "secret"), principal=caller.arn), caller)
    for minutes, service in ((0, "s3"), (14, "sqs"), (15, "sns"), (29, "kms")):
        ledger.record(holder, service, "us-east-1", NOW + timedelta(minutes=minutes))
        told = ledger.reported("AKIAEXAMPLE")
        assert told is not None
        assert (told.service, told.time) == (("s3", NOW) if minutes < 15 else ("sns", NOW + timedelta(minutes=15)))
    assert ledger.reported("AKIAOTHER") is None


def test_reports_of_accessed_services_are_refused(iam: Any) -> None:
    """GenerateServiceLastAccessedDetails is not modelled, and says so."""
    given = {"Arn": f"arn:aws:iam::{ACCOUNT}:user/administrator"}
    assert refused(iam.generate_service_last_accessed_details, **given)[:2] == ("NotModelled", 501)
    assert refused(iam.get_service_last_accessed_details, JobId="0" * 36)[:2] == ("NotModelled", 501)

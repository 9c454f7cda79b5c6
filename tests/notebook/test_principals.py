"""Stand-ins vouch and ask as an app, an office, a laptop and a machine do; a cell with them can be run again."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from iamkit.cloud.local_cloud import LocalCloud
from iamkit.notebook import local_cloud, principals, stop_cloud
from iamkit.notebook.roles import trust

ADMINISTRATOR = "arn:aws:iam::111122223333:user/administrator"


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    yield local_cloud(seed=1)
    stop_cloud()


@pytest.fixture(scope="module")
def nobody(cloud: LocalCloud) -> Any:
    return cloud.client("sts", config=Config(signature_version=UNSIGNED))


def arn_of(cloud: LocalCloud, keys: Any) -> str:
    return str(cloud.client("sts", keys).get_caller_identity()["Arn"])


def test_a_role_trusts_whom_it_was_last_made_for(cloud: LocalCloud) -> None:
    iam = cloud.client("iam")
    arns = {
        principals.role_for(iam, "importer", {"AWS": ADMINISTRATOR}, path="/data/"),
        principals.role_for(iam, "importer", {"Service": "ec2.amazonaws.com"}, path="/data/"),
    }
    assert arns == {"arn:aws:iam::111122223333:role/data/importer"}
    policy = iam.get_role(RoleName="importer")["Role"]["AssumeRolePolicyDocument"]
    assert policy["Statement"]["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_an_app_and_an_office_vouch_twice(cloud: LocalCloud, nobody: Any) -> None:
    """For sessions of roles that trust them, and for none that trust others."""
    iam = cloud.client("iam")
    for _ in range(2):
        app, office = principals.app(cloud, "https://login.example.com", "my-app"), principals.office(cloud, "office")
        role = principals.role_for(iam, "app-user", {"Federated": app.arn}, "sts:AssumeRoleWithWebIdentity")
        asked = {"RoleArn": role, "RoleSessionName": "erin", "WebIdentityToken": app.token("user-4711")}
        assert arn_of(cloud, nobody.assume_role_with_web_identity(**asked)).endswith(":assumed-role/app-user/erin")
        staff = principals.role_for(iam, "staff", {"Federated": office.arn}, "sts:AssumeRoleWithSAML")
        proof = {"PrincipalArn": office.arn, "SAMLAssertion": office.assertion("frank", staff)}
        given = nobody.assume_role_with_saml(RoleArn=staff, **proof)
        assert arn_of(cloud, given).endswith(":assumed-role/staff/frank")
    with pytest.raises(ClientError, match="AccessDenied"):
        nobody.assume_role_with_web_identity(**asked | {"RoleArn": staff})


def test_a_laptop_keeps_a_token_for_the_portal(cloud: LocalCloud) -> None:
    center = cloud.identity_center()
    center.user("ana")
    center.permission_set("Read", managed_policies=["arn:aws:iam::aws:policy/ReadOnlyAccess"])
    center.assign("ana", "Read", "111122223333")
    portal = cloud_portal(center.endpoint)
    asked = {"roleName": "Read", "accountId": "111122223333", "accessToken": principals.laptop_token(center, "ana")}
    given = portal.get_role_credentials(**asked)["roleCredentials"]
    assert ":assumed-role/AWSReservedSSO_Read_" in arn_of(cloud, principals.as_keys(given))


def cloud_portal(endpoint: str) -> Any:
    import boto3

    return boto3.client("sso", region_name="us-east-1", endpoint_url=endpoint)


def test_a_machine_asks_for_keys(cloud: LocalCloud) -> None:
    principals.role_for(cloud.client("iam"), "web", {"Service": "ec2.amazonaws.com"})
    machine = cloud.instance("web")
    arn = arn_of(cloud, principals.instance_keys(machine))
    assert arn == f"arn:aws:sts::111122223333:assumed-role/web/{machine.instance_id}"


def test_a_directory_tells_what_else_it_knows(cloud: LocalCloud, nobody: Any) -> None:
    """Tags of the assertion reach the trust policy; nobody but the directory writes them (E23)."""
    iam, office = cloud.client("iam"), principals.office(cloud, "office")
    asked = {"StringEquals": {"aws:RequestTag/team": "billing"}}
    ledger = trust(
        iam, "ledger", {"Federated": office.arn}, ["sts:AssumeRoleWithSAML", "sts:TagSession"], Condition=asked
    )
    exchange = {"RoleArn": ledger, "PrincipalArn": office.arn}
    frank, mallory = (office.assertion("somebody", ledger, team=team) for team in ("billing", "sales"))
    assert arn_of(cloud, nobody.assume_role_with_saml(SAMLAssertion=frank, **exchange)).endswith(
        ":assumed-role/ledger/somebody"
    )
    forged = base64.b64encode(base64.b64decode(mallory).replace(b"sales", b"billing")).decode()
    for assertion, code in ((mallory, "AccessDenied"), (forged, "InvalidIdentityToken")):
        with pytest.raises(ClientError, match=code):
            nobody.assume_role_with_saml(SAMLAssertion=assertion, **exchange)


def test_a_phone_shows_the_codes_of_its_device(cloud: LocalCloud) -> None:
    """Each once, in the cloud's time; both are taken, one after the other."""
    iam = cloud.client("iam")
    iam.create_user(UserName="carol")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="carol")["VirtualMFADevice"]
    phone, before = principals.Phone(cloud, device), cloud.now()
    codes = {f"AuthenticationCode{number}": phone.next_code() for number in (1, 2)}
    assert timedelta(minutes=1) <= cloud.now() - before < timedelta(minutes=2)
    iam.enable_mfa_device(UserName="carol", SerialNumber=device["SerialNumber"], **codes)
    carol = iam.create_access_key(UserName="carol")["AccessKey"]
    shown = {"SerialNumber": device["SerialNumber"], "TokenCode": phone.next_code()}
    assert arn_of(cloud, cloud.client("sts", carol).get_session_token(**shown)).endswith(":user/carol")
    assert repr(phone) == "Phone(arn:aws:iam::111122223333:mfa/carol)"


def test_asking_tells_the_code_and_whether_policies_were_read(cloud: LocalCloud) -> None:
    """A known caller is refused by policies, an unknown one before them, and an administrator not at all."""
    iam = cloud.client("iam")
    iam.create_user(UserName="dora")
    dora = iam.create_access_key(UserName="dora")["AccessKey"]
    assert principals.ask(cloud, "iam", dora) == ("AccessDenied", True)
    assert principals.ask(cloud, "dynamodb", dora | {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE"}) == (
        "UnrecognizedClientException", False,
    )  # fmt: skip
    cloud.client("s3").create_bucket(Bucket="reports")
    held = cloud.administrator()
    keys = {"AccessKeyId": held.access_key_id, "SecretAccessKey": held.secret_access_key}
    assert principals.ask(cloud, "s3", keys) == ("", True)


def test_what_is_no_temporary_key_is_refused(cloud: LocalCloud) -> None:
    keys = {"AccessKeyId": "ASIA1", "SecretAccessKey": "s", "SessionToken": "t"}
    assert principals.as_keys(keys | {"Expiration": datetime.now(UTC)}) == keys
    with pytest.raises(ValueError, match="no temporary keys"):
        principals.as_keys({"AccessKeyId": "AKIA1", "SecretAccessKey": "s"})


def test_a_late_clock_ends_with_its_block(cloud: LocalCloud) -> None:
    with principals.late_clock(hours=1), pytest.raises(ClientError, match="Signature expired"):
        cloud.client("iam").list_users()
    assert cloud.client("iam").list_users()["Users"]


def test_the_app_stops_with_the_cloud() -> None:
    """Else each run of the cell would leave one behind."""
    own = local_cloud(seed=1)
    issuer = principals.app(own, "https://login.example.com", "my-app").issuer
    assert issuer.address
    stop_cloud()
    with pytest.raises(RuntimeError, match="does not run"):
        _ = issuer.address

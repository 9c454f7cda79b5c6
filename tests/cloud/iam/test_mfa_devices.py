"""A device is enabled by two codes in a row, and nobody enables one that they do not hold."""

from __future__ import annotations

from typing import Any

import pytest
from pyotp import TOTP

from iamkit.cloud.local_cloud import LocalCloud
from tests.cloud.iam.asking import allow, keys, mfa_device, refused, shown, user

WITH_MFA = allow("s3:ListAllMyBuckets", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})


@pytest.fixture(scope="module")
def device(iam: Any) -> tuple[str, TOTP]:
    """A device of alice's that is not enabled yet."""
    user(iam, "alice")
    made = iam.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]
    return made["SerialNumber"], TOTP(made["Base32StringSeed"].decode())


@pytest.mark.parametrize("steps", [(0, 0), (0, -1), (-2, 0), (-30, -29), (5, 6)])
def test_codes_that_are_not_of_now_in_a_row_are_refused(
    cloud: LocalCloud, iam: Any, device: tuple[str, TOTP], steps: tuple[int, int]
) -> None:
    """The same twice, the wrong way round, with one left out, old ones, and those of a clock that is ahead."""
    serial, phone = device
    codes = shown(phone, cloud.now(), *steps)
    code, status, message = refused(iam.enable_mfa_device, UserName="alice", SerialNumber=serial, **codes)
    assert (code, status, message) == (
        "InvalidAuthenticationCode", 403, "Authentication code for device is not valid",
    )  # fmt: skip
    assert iam.list_mfa_devices(UserName="alice")["MFADevices"] == []


def test_the_codes_of_another_device_are_refused(cloud: LocalCloud, iam: Any, device: tuple[str, TOTP]) -> None:
    serial, _ = device
    codes = shown(TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"), cloud.now(), -1, 0)
    answer = refused(iam.enable_mfa_device, UserName="alice", SerialNumber=serial, **codes)
    assert answer[0] == "InvalidAuthenticationCode"


def test_an_enabled_device_opens_what_asks_for_mfa(cloud: LocalCloud, iam: Any) -> None:
    """A key alone has no `aws:MultiFactorAuthPresent`, a session without a code has `false`, with one `true` (E4)."""
    user(iam, "bob", WITH_MFA)
    bob = keys(iam, "bob")
    serial, phone = mfa_device(iam, "bob", cloud.now())
    sts = cloud.client("sts", bob)
    for held in (bob, sts.get_session_token()):
        assert refused(cloud.client("s3", held).list_buckets)[0] == "AccessDenied"
    given = sts.get_session_token(SerialNumber=serial, TokenCode=phone.at(cloud.now()))
    assert cloud.client("s3", given).list_buckets()["Buckets"] == []


def test_a_device_that_does_not_exist_is_not_there(iam: Any) -> None:
    """Nor is one of hardware, whose secret nobody here knows."""
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    serial = "arn:aws:iam::111122223333:mfa/nobody"
    user(iam, "carol")
    assert refused(iam.enable_mfa_device, UserName="carol", SerialNumber=serial, **codes)[0] == "NoSuchEntity"
    assert refused(iam.enable_mfa_device, UserName="carol", SerialNumber="GAHT12345678", **codes)[0] == "NotModelled"

"""Multi-factor authentication in AssumeRole and GetSessionToken (E4, E21, E24)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest

from iamkit.cloud.sessions import Holder
from iamkit.cloud.sts import context_of
from tests.cloud.sts.world import HOME, SEED, Device, World, account_root, allow, session_of, trust

ALICE = f"arn:aws:iam::{HOME}:user/alice"
SERIAL = f"arn:aws:iam::{HOME}:mfa/alice-phone"
WITH_MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code."
UNKNOWN = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and "
    "associated with this user."
)
INCOMPLETE = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."


def world_with_device() -> tuple[World, Holder, str]:
    """Give a world where alice has a device and a role asks for it."""
    world = World()
    alice = world.add_user("alice", allow("sts:AssumeRole"))
    world.devices[ALICE] = (Device(SERIAL),)
    return world, alice, world.add_role("guarded", trust(ALICE, Condition=WITH_MFA), allow("s3:*"))


def code(world: World, steps: int = 0) -> str:
    """Read the code of the device, some steps of 30 seconds off."""
    return pyotp.TOTP(SEED).at(world.now + timedelta(seconds=30 * steps))


def test_role_that_asks_for_mfa() -> None:
    """With a code the caller has MFA, without one a long-term key has no such key at all (E4)."""
    world, alice, role = world_with_device()
    assert world.refuses("AssumeRole", alice, RoleArn=role, RoleSessionName="s1")[0] == "AccessDenied"
    assert world.evaluations[-1].missing_context_keys == ("aws:MultiFactorAuthPresent",)
    assert world.assume(alice, role, SerialNumber=SERIAL, TokenCode=code(world))
    assert world.evaluations[-1].request.value("aws:MultiFactorAuthAge") == "0"


def test_role_session_does_not_say_that_mfa_was_used() -> None:
    """MFA decides whether a role may be assumed, and is not in the context of the session's requests (E4)."""
    world, alice, role = world_with_device()
    holder = world.assume(alice, role, SerialNumber=SERIAL, TokenCode=code(world))
    context = context_of(session_of(holder), world.now)
    assert context["aws:MultiFactorAuthPresent"] == "false"
    assert "aws:MultiFactorAuthAge" not in context


@pytest.mark.parametrize("operation", ["AssumeRole", "GetSessionToken"])
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"SerialNumber": SERIAL, "TokenCode": "wrong"}, WRONG),
        ({"SerialNumber": SERIAL, "TokenCode": 2}, WRONG),
        ({"SerialNumber": SERIAL, "TokenCode": -2}, WRONG),
        ({"SerialNumber": f"{SERIAL}-2", "TokenCode": 0}, UNKNOWN),
        ({"SerialNumber": SERIAL}, INCOMPLETE),
        ({"TokenCode": 0}, INCOMPLETE),
    ],
    ids=["another code", "a minute early", "a minute late", "another device", "no code", "no device"],
)
def test_code_that_is_refused(operation: str, given: dict[str, Any], message: str) -> None:
    """Only the code of the moment, of a device of the user, is good (E21)."""
    world, alice, role = world_with_device()
    offset = given.get("TokenCode")
    if isinstance(offset, int):
        given = {**given, "TokenCode": code(world, offset)}
    if offset == "wrong":
        given = {**given, "TokenCode": f"{(int(code(world)) + 1) % 10**6:06}"}
    asked = {"RoleArn": role, "RoleSessionName": "s1"} if operation == "AssumeRole" else {}
    assert ("AccessDenied", 403, message) == world.refuses(operation, alice, **asked, **given)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_clock_of_a_device_may_be_a_step_off(offset: int) -> None:
    """A code of the step before or after is good as well."""
    world, alice, _ = world_with_device()
    assert world.call("GetSessionToken", alice, SerialNumber=SERIAL, TokenCode=code(world, offset))


def test_code_is_good_once() -> None:
    """The same code is refused a second time, the next one is taken."""
    world, alice, _ = world_with_device()
    world.call("GetSessionToken", alice, SerialNumber=SERIAL, TokenCode=code(world))
    again = {"SerialNumber": SERIAL, "TokenCode": code(world)}
    assert world.refuses("GetSessionToken", alice, **again) == ("AccessDenied", 403, WRONG)
    world.pass_time(seconds=30)
    assert world.call("GetSessionToken", alice, SerialNumber=SERIAL, TokenCode=code(world))


def test_session_token_with_mfa_opens_the_role() -> None:
    """A session of GetSessionToken with MFA counts for AssumeRole, and its age grows (E4, E24)."""
    world, alice, role = world_with_device()
    plain = world.held(world.call("GetSessionToken", alice))
    assert world.refuses("AssumeRole", plain, RoleArn=role, RoleSessionName="s1")[0] == "AccessDenied"
    strong = world.held(world.call("GetSessionToken", alice, SerialNumber=SERIAL, TokenCode=code(world)))
    world.pass_time(minutes=5)
    assert world.assume(strong, role)
    assert world.evaluations[-1].request.value("aws:MultiFactorAuthAge") == "300"


def test_session_cannot_use_a_users_device() -> None:
    """A role session has no MFA device, even with a code of the user's behind it."""
    world, alice, role = world_with_device()
    middle = world.add_role("middle", trust(account_root()), allow("sts:*"))
    session = world.assume(alice, middle)
    asked = {"RoleArn": role, "RoleSessionName": "s1", "SerialNumber": SERIAL, "TokenCode": code(world)}
    assert world.refuses("AssumeRole", session, **asked) == ("AccessDenied", 403, UNKNOWN)

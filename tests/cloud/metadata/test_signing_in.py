"""Codes, tokens and registrations end; whatever is sent is answered."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from random import Random
from threading import RLock
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.metadata.signing_in import DEVICE_CODE, REFRESH, SignIn
from iamkit.cloud.metadata.surroundings import Surroundings
from iamkit.sigv4 import HttpRequest

PORTAL = "https://d-0123456789.awsapps.com/start"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
NAMES = ["clientId", "clientSecret", "clientType", "scopes", "grantType", "deviceCode", "refreshToken", "startUrl"]


class Time:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Give the time."""
        return self.now


@pytest.fixture
def time() -> Time:
    """Begin at noon."""
    return Time()


def center(time: Time) -> SignIn:
    """Make an empty one."""
    nobody = cast(Any, None)
    return SignIn(Surroundings(nobody, time, Random(7), RLock(), "http://127.0.0.1:1", "us-east-1"), PORTAL)


def ask(sign_in: SignIn, path: str, **parameters: Any) -> tuple[int, Any]:
    """Send a request; give its status and document."""
    answer = sign_in.respond(HttpRequest("POST", path, (), json.dumps(parameters).encode()))
    assert answer is not None
    return answer.status, json.loads(answer.body)


def device(sign_in: SignIn, *scopes: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Register a client and start a device."""
    _, client = ask(sign_in, "/client/register", clientName="one", clientType="public", scopes=list(scopes))
    own = {"clientId": client["clientId"], "clientSecret": client["clientSecret"]}
    return own, ask(sign_in, "/device_authorization", **own, startUrl=PORTAL)[1]


@pytest.mark.parametrize(("after", "error"), [(599, "authorization_pending"), (600, "expired_token")])
def test_device_codes_last_ten_minutes(time: Time, after: int, error: str) -> None:
    """Then the device has to begin again, and nobody can approve it."""
    sign_in = center(time)
    own, started = device(sign_in)
    time.now += timedelta(seconds=after)
    status, told = ask(sign_in, "/token", **own, grantType=DEVICE_CODE, deviceCode=started["deviceCode"])
    assert (status, told["error"]) == (400, error)
    if after == 600:
        with pytest.raises(LookupError):
            sign_in.approve(started["userCode"], "ana")


def test_access_tokens_last_eight_hours(time: Time) -> None:
    """Then the portal knows nobody by them."""
    sign_in = center(time)
    token, _ = sign_in.sign_in("ana")
    time.now += timedelta(hours=8) - timedelta(seconds=1)
    assert sign_in.user_of(token) == "ana"
    time.now += timedelta(seconds=1)
    assert sign_in.user_of(token) is None


def test_registrations_last_ninety_days(time: Time) -> None:
    """A client that is too old is none, and its refresh tokens end with it."""
    sign_in = center(time)
    own, started = device(sign_in, "sso:account:access")
    sign_in.approve(started["userCode"], "ana")
    _, token = ask(sign_in, "/token", **own, grantType=DEVICE_CODE, deviceCode=started["deviceCode"])
    time.now += timedelta(days=90) - timedelta(seconds=1)
    status, again = ask(sign_in, "/token", **own, grantType=REFRESH, refreshToken=token["refreshToken"])
    assert status == 200
    time.now += timedelta(seconds=1)
    status, told = ask(sign_in, "/token", **own, grantType=REFRESH, refreshToken=again["refreshToken"])
    assert (status, told["error"]) == (401, "invalid_client")


def test_refresh_tokens_are_their_clients_own(time: Time) -> None:
    """Another client cannot use them."""
    sign_in = center(time)
    own, started = device(sign_in, "sso:account:access")
    sign_in.approve(started["userCode"], "ana")
    _, token = ask(sign_in, "/token", **own, grantType=DEVICE_CODE, deviceCode=started["deviceCode"])
    other, _ = device(sign_in)
    status, told = ask(sign_in, "/token", **other, grantType=REFRESH, refreshToken=token["refreshToken"])
    assert (status, told["error"]) == (400, "invalid_grant")


@given(
    st.sampled_from(["/client/register", "/device_authorization", "/token"]),
    st.dictionaries(st.sampled_from(NAMES), JSON | st.sampled_from(["public", DEVICE_CODE, REFRESH])),
)
def test_whatever_is_sent_is_answered(path: str, parameters: dict[str, Any]) -> None:
    """An OAuth error or a registration, and no token without a person."""
    status, told = ask(center(Time()), path, **parameters)
    assert (status in (400, 401) and told["error"]) or (path == "/client/register" and told["clientSecret"])
    assert "accessToken" not in told

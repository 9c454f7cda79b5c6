"""How a device without a browser signs in: the operations of `sso-oidc` (RFC 8628, as IAM Identity Center has it)."""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from iamkit.cloud.calls import Answer
from iamkit.cloud.metadata.surroundings import Surroundings, json_answer
from iamkit.sigv4 import HttpRequest

DEVICE_CODE, REFRESH = "urn:ietf:params:oauth:grant-type:device_code", "refresh_token"
# IAM Identity Center OIDC API Reference: a registration lasts 90 days, a sign-in 8 hours, a code 10 minutes.
_REGISTRATION, _SIGN_IN, _CODE = timedelta(days=90), timedelta(hours=8), timedelta(minutes=10)
_ACCOUNT_ACCESS = "sso:account:access"
_SECRET = string.ascii_letters + string.digits + "-_"
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_STATUS = {"InvalidClientException": 401}


class Refusal(Exception):
    """An error of `sso-oidc`: its shape, its OAuth code, and a sentence."""

    def __init__(self, shape: str, error: str, description: str) -> None:
        super().__init__(f"{shape}: {description}")
        self.shape, self.error, self.description = shape, error, description

    def answer(self) -> Answer:
        """Write it as the protocol does."""
        body = {"error": self.error, "error_description": self.description}
        return json_answer(_STATUS.get(self.shape, 400), body, ("x-amzn-ErrorType", self.shape))


@dataclass(slots=True)
class Client:
    """A registered client."""

    secret: str
    ends: datetime
    scopes: tuple[str, ...]


@dataclass(slots=True)
class Device:
    """A device that waits for a person; `user` has approved it, `denied` says that someone has not."""

    client_id: str
    user_code: str
    ends: datetime
    user: str | None = None
    denied: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """What an access or refresh token stands for."""

    user: str
    ends: datetime
    client_id: str = ""


@dataclass(slots=True)
class SignIn:
    """Clients, devices and tokens of one identity center; `start_url` is the portal's, `verification` where to go."""

    surroundings: Surroundings
    start_url: str
    verification: str = ""
    clients: dict[str, Client] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    access: dict[str, SignedIn] = field(default_factory=dict)
    refresh: dict[str, SignedIn] = field(default_factory=dict)

    def respond(self, request: HttpRequest) -> Answer | None:
        """Answer one of the operations; None for another path."""
        operations = {
            "/client/register": self._register,
            "/device_authorization": self._start,
            "/token": self._token,
        }
        operation = operations.get(request.path)
        if operation is None or request.method != "POST":
            return None
        try:
            return json_answer(200, operation(_parameters(request)))
        except Refusal as refusal:
            return refusal.answer()

    def approve(self, user_code: str, user: str) -> None:
        """Let a person say yes to a device; raises LookupError for a code that nothing waits with."""
        self._waiting(user_code).user = user

    def deny(self, user_code: str) -> None:
        """Let a person say no."""
        self._waiting(user_code).denied = True

    def user_of(self, access_token: str) -> str | None:
        """Tell who has signed in with a token, unless it has ended."""
        held = self.access.get(access_token)
        return held.user if held is not None and self._now < held.ends else None

    def sign_in(self, user: str, client_id: str = "") -> tuple[str, SignedIn]:
        """Make an access token."""
        signed_in = SignedIn(user, self._now + _SIGN_IN, client_id)
        token = self.surroundings.text(_SECRET, 128)
        self.access[token] = signed_in
        return token, signed_in

    @property
    def _now(self) -> datetime:
        return self.surroundings.clock()

    def _waiting(self, user_code: str) -> Device:
        for device in self.devices.values():
            if device.user_code == user_code and device.user is None and not device.denied and self._now < device.ends:
                return device
        raise LookupError(f"no device waits with the code `{user_code}`\n  help: codes last ten minutes, and once")

    def _register(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if asked.get("clientType") != "public":
            raise Refusal("InvalidClientMetadataException", "invalid_client_metadata", "The client must be public")
        scopes = asked.get("scopes") or []
        if not isinstance(scopes, list):
            raise Refusal("InvalidRequestException", "invalid_request", "The scopes are no list")
        identifier, secret = self.surroundings.text(_SECRET, 22), self.surroundings.text(_SECRET, 64)
        self.clients[identifier] = Client(secret, self._now + _REGISTRATION, tuple(map(str, scopes)))
        return {
            "clientId": identifier,
            "clientSecret": secret,
            "clientIdIssuedAt": int(self._now.timestamp()),
            "clientSecretExpiresAt": int((self._now + _REGISTRATION).timestamp()),
        }

    def _start(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        self._client(asked)
        if asked.get("startUrl") != self.start_url:
            raise Refusal("InvalidRequestException", "invalid_request", "The start URL is not this portal's")
        letters = self.surroundings.text(_LETTERS, 8)
        device = Device(str(asked["clientId"]), f"{letters[:4]}-{letters[4:]}", self._now + _CODE)
        code = self.surroundings.text(_SECRET, 64)
        self.devices[code] = device
        return {
            "deviceCode": code,
            "userCode": device.user_code,
            "verificationUri": self.verification,
            "verificationUriComplete": f"{self.verification}?user_code={device.user_code}",
            "expiresIn": int(_CODE.total_seconds()),
            "interval": 1,
        }

    def _token(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        client = self._client(asked)
        grants = {DEVICE_CODE: self._by_device, REFRESH: self._by_refresh}
        grant = grants.get(str(asked.get("grantType")))
        if grant is None:
            raise Refusal("UnsupportedGrantTypeException", "unsupported_grant_type", "No such grant is modelled here")
        user, client_id = grant(asked), str(asked["clientId"])
        token, _ = self.sign_in(user, client_id)
        answer = {"accessToken": token, "tokenType": "Bearer", "expiresIn": int(_SIGN_IN.total_seconds())}
        if _ACCOUNT_ACCESS in client.scopes:
            again = self.surroundings.text(_SECRET, 128)
            self.refresh[again] = SignedIn(user, client.ends, client_id)
            answer["refreshToken"] = again
        return answer

    def _client(self, asked: Mapping[str, Any]) -> Client:
        client = self.clients.get(str(asked.get("clientId")))
        if client is None or client.secret != asked.get("clientSecret") or self._now >= client.ends:
            raise Refusal("InvalidClientException", "invalid_client", "Invalid client provided")
        return client

    def _by_device(self, asked: Mapping[str, Any]) -> str:
        code = str(asked.get("deviceCode"))
        device = self.devices.get(code)
        if device is None or device.client_id != asked["clientId"]:
            raise Refusal("InvalidGrantException", "invalid_grant", "Invalid device code provided")
        if self._now >= device.ends:
            raise Refusal("ExpiredTokenException", "expired_token", "The device code has expired")
        if device.denied:
            raise Refusal("AccessDeniedException", "access_denied", "The person has denied the request")
        if device.user is None:
            raise Refusal("AuthorizationPendingException", "authorization_pending", "Nobody has approved it yet")
        del self.devices[code]
        return device.user

    def _by_refresh(self, asked: Mapping[str, Any]) -> str:
        held = self.refresh.get(str(asked.get("refreshToken")))
        if held is None or held.client_id != asked["clientId"] or self._now >= held.ends:
            raise Refusal("InvalidGrantException", "invalid_grant", "Invalid refresh token provided")
        del self.refresh[str(asked["refreshToken"])]
        return held.user


def _parameters(request: HttpRequest) -> Mapping[str, Any]:
    try:
        read = json.loads(request.body or b"")
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise Refusal("InvalidRequestException", "invalid_request", "The body is no JSON object")
    return read

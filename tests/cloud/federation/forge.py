"""Providers, documents and forgeries for the tests of federation."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest
from lxml import etree  # type: ignore[import-untyped]

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.federation.identity_provider import IdentityProvider
from iamkit.cloud.federation.issuer import Issuer
from iamkit.cloud.federation.refusing import reason

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACCOUNT = "111122223333"
GITHUB = "https://token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
ENTITY = "https://idp.example.com/metadata"
SAML_ARN = f"arn:aws:iam::{ACCOUNT}:saml-provider/ExampleCorp"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/staff"
ROLES = ((ROLE_ARN, SAML_ARN),)


@dataclass(frozen=True)
class Oidc:
    """An OpenID Connect provider as IAM keeps it."""

    url: str = GITHUB.removeprefix("https://")
    client_ids: tuple[str, ...] = (AUDIENCE, "other-client")
    thumbprints: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """Name it."""
        return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{self.url.removeprefix('https://')}"


@dataclass(frozen=True)
class Saml:
    """A SAML provider as IAM keeps it."""

    metadata: str = field(repr=False)
    arn: str = SAML_ARN


class Refusal(NamedTuple):
    """What a refusal looks like from outside, and the note that says why."""

    code: str
    status: int
    message: str
    why: str


def refusal(act: Callable[[], object]) -> Refusal:
    """Do what must be refused."""
    with pytest.raises(ServiceError) as caught:
        act()
    error = caught.value
    return Refusal(error.code, error.status, error.message, reason(error))


def issuer(seed: int = 7, url: str = GITHUB, algorithm: str = "ES256") -> Issuer:
    """Make an issuer that does not serve; `documents` answers for it."""
    return Issuer(lambda: NOW, url=url, seed=seed, algorithm=algorithm)


class Documents:
    """What an issuer publishes, without a server; counts what is fetched."""

    def __init__(self, made: Issuer, **discovery: Any) -> None:
        self.issuer = made
        self.discovery = {"issuer": made.url, "jwks_uri": "http://127.0.0.1:9/jwks"} | discovery
        self.keys: Any = None
        self.fetched: list[str] = []

    def __call__(self, url: str) -> bytes:
        """Fetch a document."""
        self.fetched.append(url)
        if url == f"{self.issuer.url}/.well-known/openid-configuration":
            return json.dumps(self.discovery).encode()
        if url == self.discovery["jwks_uri"]:
            return json.dumps(self.issuer.jwks() if self.keys is None else self.keys).encode()
        raise ConnectionRefusedError(url)


def base64url(raw: bytes | str) -> str:
    """Write base64url without padding."""
    data = raw.encode() if isinstance(raw, str) else raw
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def parts_of(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a token's header and claims."""
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    return header, claims


def with_header(made: Issuer, token: str, **changes: Any) -> str:
    """Sign a token's claims again under a header with changes; None leaves a member out."""
    header, claims = parts_of(token)
    merged: Mapping[str, Any] = {name: value for name, value in (header | changes).items() if value is not None}
    return made.keys[0].sign(merged, claims)


def signed_text(made: Issuer, claims: str, header: str | None = None) -> str:
    """Sign a text as it stands, be it good JSON or not."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    key = made.keys[0]
    head = header if header is not None else json.dumps({"alg": key.algorithm, "kid": key.kid})
    data = f"{base64url(head)}.{base64url(claims)}"
    assert isinstance(key.private, ec.EllipticCurvePrivateKey)
    der = key.private.sign(data.encode(), ec.ECDSA(hashes.SHA256()))
    return f"{data}.{base64url(b''.join(part.to_bytes(32, 'big') for part in decode_dss_signature(der)))}"


def identity_provider(seed: int = 7, entity_id: str = ENTITY) -> IdentityProvider:
    """Make an identity provider whose keys do not change."""
    return IdentityProvider(entity_id, lambda: NOW, seed=seed)


def tree(assertion: str) -> Any:
    """Read a response in base64."""
    return etree.fromstring(base64.b64decode(assertion))

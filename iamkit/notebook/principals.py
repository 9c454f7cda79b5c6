"""Stand-ins for those who vouch and those who ask: sign-ins, a laptop, a machine, a clock that is late.

They do what an app, an office or an SDK does outside of AWS, so that a cell shows what AWS is asked.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from iamkit.notebook.clouds import ACCOUNT, before_the_cloud_stops
from iamkit.notebook.roles import trust

if TYPE_CHECKING:
    from iamkit.cloud.federation.identity_provider import IdentityProvider
    from iamkit.cloud.federation.issuer import Issuer
    from iamkit.cloud.local_cloud import LocalCloud
    from iamkit.cloud.metadata import IdentityCenter, Instance

# What SDKs and portals call the three parts of a temporary key.
_NAMES = (
    ("AccessKeyId", "SecretAccessKey", "SessionToken"),
    ("accessKeyId", "secretAccessKey", "sessionToken"),
    ("access_key", "secret_key", "token"),
)

# The bucket is lesson 01's.
_SMALL: dict[str, tuple[str, dict[str, str]]] = {
    "iam": ("list_users", {}),
    "dynamodb": ("list_tables", {}),
    "s3": ("list_objects_v2", {"Bucket": "reports"}),
}


def role_for(iam: Any, name: str, principal: Mapping[str, str], action: str = "sts:AssumeRole", path: str = "/") -> str:
    """Make a role that trusts a principal, or let the one that is there trust it; give its ARN."""
    return trust(iam, name, principal, action, path=path)


@dataclass(frozen=True, slots=True)
class App:
    """An app's sign-in that speaks OpenID Connect, such as Google's, known to an account by its `arn`."""

    arn: str
    audience: str
    issuer: Issuer

    def token(self, subject: str) -> str:
        """Vouch for somebody who has signed in."""
        return self.issuer.token(subject, self.audience)


@dataclass(frozen=True, slots=True)
class Office:
    """A company's directory that speaks SAML, such as Active Directory, known to an account by its `arn`."""

    arn: str
    provider: IdentityProvider

    def assertion(self, user: str, role: str, **tags: str) -> str:
        """Vouch for somebody who may take on a role, and tell with tags what else is known."""
        return self.provider.assertion(user, [(role, self.arn)], tags=tags)


def app(cloud: LocalCloud, url: str, audience: str) -> App:
    """Start an app's sign-in and tell the account about it; it runs until the cloud stops."""
    from iamkit.cloud.federation.issuer import Issuer

    running = ExitStack()
    issuer = running.enter_context(Issuer(cloud.now, url=url, seed=1))
    before_the_cloud_stops(running.close)
    cloud.federation.let_stand_in(url, issuer.address)
    iam = cloud.client("iam")
    with _unless_there(iam):
        iam.create_open_id_connect_provider(Url=url, ClientIDList=[audience])
    return App(f"arn:aws:iam::{ACCOUNT}:oidc-provider/{url.partition('://')[2]}", audience, issuer)


def office(cloud: LocalCloud, name: str) -> Office:
    """Make a company's directory and tell the account about it."""
    from iamkit.cloud.federation.identity_provider import IdentityProvider

    provider = IdentityProvider(f"https://{name}.example.com", cloud.now, seed=1)
    iam = cloud.client("iam")
    with _unless_there(iam):
        iam.create_saml_provider(Name=name, SAMLMetadataDocument=provider.metadata)
    return Office(f"arn:aws:iam::{ACCOUNT}:saml-provider/{name}", provider)


class Phone:
    """An authenticator app: it holds the secret of a virtual MFA device, and shows the code of the cloud's time."""

    def __init__(self, cloud: LocalCloud, device: Mapping[str, Any]) -> None:
        from pyotp import TOTP

        self._cloud = cloud
        self._codes = TOTP(device["Base32StringSeed"].decode())
        self.serial_number = str(device["SerialNumber"])

    def __repr__(self) -> str:
        return f"Phone({self.serial_number})"

    def next_code(self) -> str:
        """Wait until the code changes, and read the new one: each is good once."""
        self._cloud.let_pass(timedelta(seconds=self._codes.interval))
        return self._codes.at(self._cloud.now())


def ask(cloud: LocalCloud, service: str, keys: Mapping[str, Any], **options: Any) -> tuple[str, bool]:
    """Send a small request; tell the code of its refusal, if any, and whether policies were read to decide it."""
    from botocore.exceptions import ClientError

    operation, parameters = _SMALL[service]
    code = ""
    try:
        getattr(cloud.client(service, keys, **options), operation)(**parameters)
    except ClientError as refused:
        code = refused.response["Error"]["Code"]
    return code, bool([*cloud.trail][-1].evaluations)


def laptop_token(center: IdentityCenter, user: str) -> str:
    """Sign in on a laptop, as `aws sso login` does; give the token that it keeps."""
    with tempfile.TemporaryDirectory() as home:
        kept = json.loads(center.sign_in(user, Path(home)).read_text(encoding="utf-8"))
    return str(kept["accessToken"])


def instance_keys(instance: Instance) -> dict[str, str]:
    """Ask a machine's metadata service for keys, as every SDK does there."""
    from botocore.utils import InstanceMetadataFetcher

    return as_keys(InstanceMetadataFetcher(base_url=instance.endpoint).retrieve_iam_role_credentials())


def as_keys(given: Mapping[str, Any]) -> dict[str, str]:
    """Call the parts of a temporary key as STS does; raises ValueError for what is none."""
    for names in _NAMES:
        if all(name in given for name in names):
            return {name: str(given[own]) for name, own in zip(_NAMES[0], names, strict=True)}
    raise ValueError("these are no temporary keys\nhelp: give what STS, a portal or a metadata service answered")


@contextmanager
def late_clock(hours: float) -> Iterator[None]:
    """Let boto3 sign as on a laptop whose clock is late."""
    clock = SimpleNamespace(now=lambda zone: datetime.now(zone) - timedelta(hours=hours))
    with patch("botocore.compat.datetime", SimpleNamespace(datetime=clock, timezone=timezone)):
        yield


def _unless_there(iam: Any) -> AbstractContextManager[None]:
    """Make something, unless a cell is run again."""
    return suppress(iam.exceptions.EntityAlreadyExistsException)

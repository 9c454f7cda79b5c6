"""Stand-ins for those who vouch and those who ask: sign-ins, a laptop, a machine, a clock that is late.

They do what an app, an office or an SDK does outside of AWS, so that a cell shows what AWS is asked.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from iamkit.notebook.clouds import ACCOUNT, before_the_cloud_stops

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


def role_for(iam: Any, name: str, principal: Mapping[str, str], action: str = "sts:AssumeRole", path: str = "/") -> str:
    """Make a role that trusts a principal, or let the one that is there trust it; give its ARN."""
    statement = {"Effect": "Allow", "Principal": dict(principal), "Action": action}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    try:
        iam.create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=document)
    except iam.exceptions.EntityAlreadyExistsException:
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


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

    def assertion(self, user: str, role: str) -> str:
        """Vouch for somebody who may take on a role."""
        return self.provider.assertion(user, [(role, self.arn)])


def app(cloud: LocalCloud, url: str, audience: str) -> App:
    """Start an app's sign-in and tell the account about it; it runs until the cloud stops."""
    from iamkit.cloud.federation.issuer import Issuer

    running = ExitStack()
    issuer = running.enter_context(Issuer(_now, url=url, seed=1))
    before_the_cloud_stops(running.close)
    cloud.federation.let_stand_in(url, issuer.address)
    iam = cloud.client("iam")
    with _unless_there(iam):
        iam.create_open_id_connect_provider(Url=url, ClientIDList=[audience])
    return App(f"arn:aws:iam::{ACCOUNT}:oidc-provider/{url.partition('://')[2]}", audience, issuer)


def office(cloud: LocalCloud, name: str) -> Office:
    """Make a company's directory and tell the account about it."""
    from iamkit.cloud.federation.identity_provider import IdentityProvider

    provider = IdentityProvider(f"https://{name}.example.com", _now, seed=1)
    iam = cloud.client("iam")
    with _unless_there(iam):
        iam.create_saml_provider(Name=name, SAMLMetadataDocument=provider.metadata)
    return Office(f"arn:aws:iam::{ACCOUNT}:saml-provider/{name}", provider)


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


def _now() -> datetime:
    return datetime.now(UTC)

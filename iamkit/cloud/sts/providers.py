"""What STS asks of others: who exists, who vouches for whom, and which policies are in force."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sessions import Holder
from iamkit.evaluation import Policies
from iamkit.policy import Caller, Policy
from iamkit.policy.variables import ContextValue


class Role(Protocol):
    """A role as IAM keeps it; `max_session_duration` is in seconds."""

    @property
    def arn(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def unique_id(self) -> str: ...
    @property
    def max_session_duration(self) -> int: ...
    @property
    def tags(self) -> Mapping[str, str]: ...


class MfaDevice(Protocol):
    """A virtual MFA device of a user; `seed` is the shared secret in base32, as an authenticator app takes it."""

    @property
    def serial_number(self) -> str: ...
    @property
    def seed(self) -> str: ...


class OidcProvider(Protocol):
    """An identity provider for OpenID Connect; `url` may come with `https://` or without."""

    @property
    def arn(self) -> str: ...
    @property
    def url(self) -> str: ...


class SamlProvider(Protocol):
    """An identity provider for SAML 2.0."""

    @property
    def arn(self) -> str: ...


class Directory(Protocol):
    """What IAM knows."""

    def holder(self, access_key_id: str) -> Holder | None:
        """Find who holds a long-term access key."""

    def role(self, arn: str) -> Role | None:
        """Find a role by its ARN."""

    def managed_policy(self, arn: str) -> Policy | None:
        """Find the default version of a managed policy, the customer's or AWS's."""

    def mfa_devices(self, user_arn: str) -> Iterable[MfaDevice]:
        """List the devices that are enabled for a user."""

    def oidc_providers(self, account: str) -> Iterable[OidcProvider]:
        """List an account's identity providers for OpenID Connect."""

    def saml_providers(self, account: str) -> Iterable[SamlProvider]:
        """List an account's identity providers for SAML."""


class Claims(Protocol):
    """What a web identity token says, once its signature, issuer, audience and times have been checked (E22)."""

    @property
    def issuer(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def audience(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]:
        """All claims by name."""


class Assertion(Protocol):
    """What a SAML assertion says, once its signature, audience, recipient and times have been checked (E23).

    `subject_type` is the format of the NameID without SAML's own prefix, `recipient` where the assertion was to be
    sent. `attributes` have AWS's full names, `https://aws.amazon.com/SAML/Attributes/Role` and so on.
    """

    @property
    def issuer(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def subject_type(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def attributes(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def session_not_on_or_after(self) -> datetime | None: ...


class Federation(Protocol):
    """Who checks what identity providers have signed; both raise ServiceError with the codes of STS."""

    def web_identity(self, token: str, provider: OidcProvider, now: datetime) -> Claims:
        """Check a token against the provider that it names."""

    def saml(self, assertion: str, provider: SamlProvider, now: datetime) -> Assertion:
        """Check an assertion, in base64, against the metadata of a provider."""


PoliciesInForce = Callable[[Holder | None, str, str, str | None], Policies]
"""From who asks, action, resource and the resource's account to every policy with a say, a role's trust policy too.

Nobody, None, stands for callers without an identity in AWS: identity providers and AWS services.
"""

OrganizationKeys = Callable[[Caller, str | None], Mapping[str, ContextValue]]
"""From caller and resource's account to the keys of their organization, aws:PrincipalOrgID and the like (E4)."""


def issuer_named_in(token: str) -> str:
    """Read the issuer that a token claims to come from; nothing of it is checked yet."""
    try:
        payload = token.split(".")[1]
        issuer = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["iss"]
    except (IndexError, KeyError, TypeError, ValueError, RecursionError, binascii.Error):
        issuer = None
    if not isinstance(issuer, str) or not issuer:
        raise ServiceError("InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this "
                           "error if you sent an Access Token)")  # fmt: skip
    return issuer


def without_scheme(url: str) -> str:
    """Name a provider as condition keys do: `token.example.com/path` (E22)."""
    return url.partition("://")[2] if "://" in url else url

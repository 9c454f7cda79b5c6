"""What identity providers said, kept: their keys may be elsewhere, or nowhere, when the call is done again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.moments import current
from iamkit.cloud.sts.providers import Assertion, Claims, Federation, OidcProvider, SamlProvider


@dataclass(frozen=True, slots=True)
class _Claims:
    issuer: str
    subject: str
    audience: str
    values: Mapping[str, Any]


class KeptFederation:
    """Check tokens and assertions, once: who is done again has the word of the first time.

    An assertion is checked against what IAM keeps, so that only tokens need it: the keys of their issuers are fetched.
    """

    def __init__(self, federation: Federation) -> None:
        self._federation = federation

    def web_identity(self, token: str, provider: OidcProvider, now: datetime) -> Claims:
        """Check a token against the provider that it names."""
        moment = current()
        if moment is None:
            return self._federation.web_identity(token, provider, now)
        return _read(moment.keep(lambda: _written(lambda: self._federation.web_identity(token, provider, now))))

    def saml(self, assertion: str, provider: SamlProvider, now: datetime) -> Assertion:
        """Check an assertion, in base64, against the metadata of a provider."""
        return self._federation.saml(assertion, provider, now)


def _written(check: Callable[[], Claims]) -> bytes:
    try:
        found = check()
    except ServiceError as refused:
        return json.dumps([refused.code, refused.message, refused.status, refused.fields]).encode()
    return json.dumps(
        {
            "issuer": found.issuer,
            "subject": found.subject,
            "audience": found.audience,
            "values": dict(found.values),
        }
    ).encode()


def _read(written: bytes) -> Claims:
    read = json.loads(written)
    if isinstance(read, list):
        raise ServiceError(*read)
    return _Claims(**read)

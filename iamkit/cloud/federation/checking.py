"""What STS asks of federation, as one thing; the libraries behind it are imported when they are first needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from iamkit.cloud.federation.fetching import Fetch, LoopbackFetch

if TYPE_CHECKING:
    from iamkit.cloud.federation.keys import KeyCache
    from iamkit.cloud.federation.oidc import Claims
    from iamkit.cloud.federation.saml import SamlAssertion


class Federation:
    """Check tokens and assertions for one cloud; keys of issuers are kept in between.

    `stand_ins` says which address on loopback answers for an issuer elsewhere, unless `fetch` is given.
    """

    def __init__(self, stand_ins: Mapping[str, str] | None = None, *, fetch: Fetch | None = None) -> None:
        self._stand_ins = dict(stand_ins or {})
        self._fetch = fetch
        self._cache: KeyCache | None = None

    def let_stand_in(self, issuer: str, address: str) -> None:
        """Let the issuer at an address on loopback answer for one elsewhere from now on."""
        LoopbackFetch({issuer: address})
        self._stand_ins[issuer] = address

    def web_identity(self, token: str, provider: object, now: datetime) -> Claims:
        """Check a token against the provider that it names (E22)."""
        from iamkit.cloud.federation import oidc
        from iamkit.cloud.federation.keys import KeyCache

        if not isinstance(provider, oidc.OidcProvider):
            raise TypeError(f"not a provider with client IDs: {provider!r}")
        self._cache = self._cache or KeyCache()
        return oidc.check(token, (provider,), self._fetch or LoopbackFetch(self._stand_ins), now, self._cache)

    def saml(self, assertion: str, provider: object, now: datetime) -> SamlAssertion:
        """Check an assertion, in base64, against the metadata of a provider (E23)."""
        from iamkit.cloud.federation import saml

        if not isinstance(provider, saml.SamlProvider):
            raise TypeError(f"not a provider with metadata: {provider!r}")
        return saml.check(assertion, (provider,), now)

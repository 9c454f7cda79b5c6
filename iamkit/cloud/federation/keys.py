"""The keys that an OpenID Connect issuer signs with: discovered, fetched, kept for a while (E22)."""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from iamkit.cloud.federation.fetching import Fetch, NotOnLoopback, on_loopback
from iamkit.cloud.federation.json_objects import read_object
from iamkit.cloud.federation.refusing import NO_KEY, invalid, unreachable

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

ALGORITHMS = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
}
"""What AWS takes: the algorithm, the type of its key, and the curve."""

KEPT_FOR = timedelta(minutes=5)
# A stranger's token names any key it likes; it cannot make the cloud ask an issuer over and over.
MOST_FETCHES, WITHIN = 10, timedelta(minutes=1)
MOST_ISSUERS = 64
# AWS takes up to 100 RSA and 100 EC keys.
MOST_KEYS = 200
LEAST_RSA_BITS = 2048
_PUBLIC = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}


@dataclass(slots=True)
class _Issuer:
    keys: tuple[Mapping[str, Any], ...] = ()
    fetched: datetime | None = None
    fetches: list[datetime] = field(default_factory=list)


class KeyCache:
    """Keys by issuer: kept for five minutes, asked for again when a token names one that is not there."""

    def __init__(self) -> None:
        self._issuers: dict[str, _Issuer] = {}
        self._lock = threading.Lock()

    def key(self, issuer: str, kid: str, algorithm: str, fetch: Fetch, now: datetime) -> RSAKey | ECKey:
        """Find the key that a token's header names; raises ServiceError where there is none for this algorithm."""
        with self._lock:
            known = self._issuers.pop(issuer, None) or _Issuer()
            self._issuers[issuer] = known
            while len(self._issuers) > MOST_ISSUERS:
                del self._issuers[next(iter(self._issuers))]
            fresh = known.fetched is not None and abs(now - known.fetched) < KEPT_FOR
            if not fresh or not _named(known.keys, kid):
                self._refresh(known, issuer, fetch, now)
            found = _named(known.keys, kid)
        return _import(found, kid, algorithm)

    def _refresh(self, known: _Issuer, issuer: str, fetch: Fetch, now: datetime) -> None:
        known.fetches = [at for at in known.fetches if abs(now - at) < WITHIN]
        if len(known.fetches) >= MOST_FETCHES:
            raise invalid(NO_KEY, f"{issuer} was asked {MOST_FETCHES} times within a minute")
        known.fetches.append(now)
        known.fetched = None
        known.keys = _fetch_keys(issuer, fetch)
        known.fetched = now


def _fetch_keys(issuer: str, fetch: Fetch) -> tuple[Mapping[str, Any], ...]:
    discovery = _document(f"{issuer.rstrip('/')}/.well-known/openid-configuration", fetch)
    if discovery.get("issuer") != issuer:
        raise invalid(NO_KEY, f"the discovery document is of the issuer `{discovery.get('issuer')}`, not `{issuer}`")
    address = discovery.get("jwks_uri")
    if not isinstance(address, str) or not on_loopback(address):
        raise invalid(NO_KEY, f"jwks_uri `{address}` is not on this laptop")
    keys = _document(address, fetch).get("keys")
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise invalid(NO_KEY, "the key set has no list of keys")
    if len(keys) > MOST_KEYS:
        raise invalid(NO_KEY, f"the key set has more than {MOST_KEYS} keys")
    return tuple(keys)


def _document(url: str, fetch: Fetch) -> dict[str, Any]:
    try:
        raw = fetch(url)
    except (NotOnLoopback, OSError) as error:
        raise unreachable(str(error)) from error
    try:
        return read_object(raw)
    except ValueError as error:
        raise invalid(NO_KEY, f"{url} cannot be read: {error}") from None


def _named(keys: tuple[Mapping[str, Any], ...], kid: str) -> list[Mapping[str, Any]]:
    return [key for key in keys if key.get("kid") == kid]


def _import(found: list[Mapping[str, Any]], kid: str, algorithm: str) -> RSAKey | ECKey:
    """Import the public part of the one key that fits; its own `alg` and `use` bind it, whatever the token says."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    kind, curve = ALGORITHMS[algorithm]
    if len(found) != 1:
        raise invalid(NO_KEY, f"the key set has {len(found) or 'no'} keys with the ID `{kid}`")
    key = found[0]
    fits = key.get("kty") == kind and key.get("crv") == curve
    if not fits or key.get("alg", algorithm) != algorithm or key.get("use", "sig") != "sig":
        raise invalid(NO_KEY, f"the key `{kid}` is not for {algorithm}")
    public = {name: key.get(name) for name in _PUBLIC[kind]}
    try:
        if kind == "RSA" and _bits(key["n"]) < LEAST_RSA_BITS:
            raise invalid(NO_KEY, f"the key `{kid}` has fewer than {LEAST_RSA_BITS} bits")
        return (RSAKey if kind == "RSA" else ECKey).import_key(public)  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise invalid(NO_KEY, f"the key `{kid}` cannot be read: {type(error).__name__}") from None


def _bits(number: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4)), "big").bit_length()

"""Check the ID tokens of OpenID Connect: who signed them, for whom, from when to when (E22)."""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable
from urllib.parse import urlsplit

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.federation.fetching import Fetch, on_loopback
from iamkit.cloud.federation.json_objects import read_object
from iamkit.cloud.federation.keys import ALGORITHMS, KeyCache
from iamkit.cloud.federation.refusing import NO_KEY, NOT_VALIDATED, expired, invalid

MOST_CHARACTERS = 20_000
NOT_A_JWT = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
REQUIRED = ("iss", "sub", "aud", "exp", "iat")
TAGS = "https://aws.amazon.com/tags"
SOURCE_IDENTITY = "https://aws.amazon.com/source_identity"
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+").fullmatch
# What would let a token bring its own key, or change what its signature means.
_NOT_IN_A_HEADER = ("crit", "jku", "jwk", "x5u", "x5c", "b64", "zip", "enc")


@runtime_checkable
class OidcProvider(Protocol):
    """An identity provider as IAM keeps it; `url` may come with `https://` or without."""

    @property
    def arn(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def client_ids(self) -> tuple[str, ...]: ...
    @property
    def thumbprints(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, after all checks.

    `issuer` has no scheme, as in condition keys. `audience` is the one of the audiences that the provider knows, or
    the first, where the authorized party `azp` is what it knows. `values` has all claims by name.
    """

    provider: str
    issuer: str
    subject: str
    audience: str
    azp: str | None
    amr: tuple[str, ...]
    values: Mapping[str, Any] = field(repr=False)

    @property
    def principal_tags(self) -> dict[str, str]:
        """Give the session tags, which come in one claim or in a claim for each; only those that can be read."""
        start = f"{TAGS}/principal_tags/"
        tags = dict(_mapping(_mapping(self.values.get(TAGS)).get("principal_tags")))
        tags |= {name.removeprefix(start): value for name, value in self.values.items() if name.startswith(start)}
        read = {key: _texts(value if isinstance(value, list) else [value]) for key, value in tags.items()}
        return {key: values[0] for key, values in read.items() if len(values) == 1}

    @property
    def transitive_tag_keys(self) -> tuple[str, ...]:
        """Name the session tags that go on when roles are chained."""
        nested = _mapping(self.values.get(TAGS)).get("transitive_tag_keys")
        return _texts(nested or self.values.get(f"{TAGS}/transitive_tag_keys"))

    @property
    def source_identity(self) -> str | None:
        """Give the source identity, if the token has one."""
        value = self.values.get(SOURCE_IDENTITY)
        return value if isinstance(value, str) else None


def check(
    token: str, providers: Sequence[OidcProvider], fetch: Fetch, now: datetime, cache: KeyCache | None = None
) -> Claims:
    """Check a token against the providers of an account; raises ServiceError with the codes of STS (E22).

    Keys are fetched anew unless a `cache` is given.
    """
    header, claimed = _unverified(token)
    provider, issuer = _provider(claimed, providers)
    algorithm, kid = _algorithm(header)
    key = (cache or KeyCache()).key(issuer, kid, algorithm, fetch, now)
    values = _verified(token, key, algorithm)
    _check_times(values, now)
    audience, authorized = _audience(values, provider)
    return Claims(
        provider.arn,
        issuer.partition("://")[2],
        _text(values, "sub"),
        audience,
        authorized,
        _texts(values.get("amr")),
        values,
    )


def _unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take a token apart and read both parts strictly; nothing of it can be trusted yet."""
    if len(token) > MOST_CHARACTERS:
        raise invalid(NOT_A_JWT, f"the token has more than {MOST_CHARACTERS:,} characters")
    parts = token.split(".")
    if len(parts) != 3:
        raise invalid(NOT_A_JWT, f"a token has three parts, not {len(parts)}")
    try:
        header, claims = (read_object(_decode(part)) for part in parts[:2])
    except ValueError as error:
        raise invalid(NOT_A_JWT, f"the token cannot be read: {error}") from None
    for name in REQUIRED:
        if claims.get(name) in (None, "", []):
            raise invalid(f"Missing a required claim: {name}", f"the token has no claim `{name}`")
    return header, claims


def _decode(part: str) -> bytes:
    """Decode base64url as RFC 7515 has it: no padding, no other characters, no bits left over."""
    if not _BASE64URL(part):
        raise ValueError("it is not base64url")
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error:
        raise ValueError("it is not base64url") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != part.encode():
        raise ValueError("it is not base64url as it should be written")
    return raw


def _provider(claims: Mapping[str, Any], providers: Sequence[OidcProvider]) -> tuple[OidcProvider, str]:
    """Find the provider whose URL the issuer is, to the letter; a trailing slash makes another issuer."""
    issuer = _text(claims, "iss")
    for provider in providers:
        if issuer in _issuers(provider.url):
            return provider, issuer
    raise invalid(f"No OpenIDConnect provider found in your account for {issuer}", "no provider has this URL")


def _issuers(url: str) -> tuple[str, ...]:
    """Give the issuers that a provider's URL stands for; without TLS only on loopback."""
    if "://" not in url:
        return (f"https://{url}", *((f"http://{url}",) if on_loopback(f"http://{url}") else ()))
    return (url,) if urlsplit(url).scheme == "https" or on_loopback(url) else ()


def _algorithm(header: Mapping[str, Any]) -> tuple[str, str]:
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise invalid(NOT_VALIDATED, f"the algorithm `{algorithm}` is not taken, only {', '.join(ALGORITHMS)}")
    for name in _NOT_IN_A_HEADER:
        if name in header:
            raise invalid(NOT_VALIDATED, f"the header has `{name}`")
    if not isinstance(kid, str) or not kid:
        raise invalid(NO_KEY, "the header names no key (`kid`)")
    return algorithm, kid


def _verified(token: str, key: Any, algorithm: str) -> dict[str, Any]:
    from joserfc import jws
    from joserfc.errors import JoseError

    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = MOST_CHARACTERS
    try:
        return read_object(jws.deserialize_compact(token.encode("ascii"), key, registry=registry).payload)
    except (JoseError, ValueError) as error:
        raise invalid(NOT_VALIDATED, f"the signature is not good: {type(error).__name__}") from None


def _check_times(values: Mapping[str, Any], now: datetime) -> None:
    at = now.timestamp()
    ends, issued = _number(values, "exp"), _number(values, "iat")
    if at >= ends:
        text = f"Token expired: current date/time {int(at)} must be before the expiration date/time{int(ends)}"
        raise expired(text, "the token has expired")
    if issued > at:
        raise invalid(NOT_VALIDATED, "the token is issued in the future (`iat`)")
    if "nbf" in values and _number(values, "nbf") > at:
        raise invalid(NOT_VALIDATED, "the token is not valid yet (`nbf`)")


def _audience(values: Mapping[str, Any], provider: OidcProvider) -> tuple[str, str | None]:
    """Find the audience that the provider knows; where the token has an authorized party, that one counts."""
    audiences = _texts([values["aud"]] if isinstance(values["aud"], str) else values["aud"])
    if not audiences:
        raise invalid("Incorrect token audience", "`aud` is neither a text nor a list of texts")
    known = [audience for audience in audiences if audience in provider.client_ids]
    authorized = values.get("azp")
    if authorized is not None:
        if not isinstance(authorized, str) or authorized not in provider.client_ids:
            raise invalid("Incorrect token audience", f"the authorized party `{authorized}` is no client ID")
        return (known or audiences)[0], authorized
    if not known:
        raise invalid("Incorrect token audience", f"no client ID is among {', '.join(audiences)}")
    return known[0], None


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values[name]
    if not isinstance(value, str):
        raise _unreadable(name)
    return value


def _number(values: Mapping[str, Any], name: str) -> float:
    """Read a NumericDate: seconds, a number and no truth value."""
    value = values[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unreadable(name)
    try:
        seconds = float(value)
    except OverflowError:
        seconds = math.inf
    if not math.isfinite(seconds):
        raise _unreadable(name)
    return seconds


def _unreadable(name: str) -> ServiceError:
    return invalid(NOT_VALIDATED, f"the claim `{name}` cannot be read")


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: Any) -> tuple[str, ...]:
    """Give a list of texts; nothing where something else is in it."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return ()
    return tuple(value)

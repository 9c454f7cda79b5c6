"""Access keys, and the chain of keys that a secret access key is turned into (A1)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

TERMINATOR = "aws4_request"

# Credentials meet few dates, regions and services at a time; where there are more, some keys are derived anew.
_SIGNERS_KEPT = 32


class KeyChain(NamedTuple):
    """The raw bytes that each step of the derivation gives; the last one signs."""

    date: bytes
    region: bytes
    service: bytes
    signing: bytes


def derive_key_chain(secret_access_key: str, date: str, region: str, service: str) -> KeyChain:
    """Derive the signing key of a day (`YYYYMMDD`), a region and a service (A1).

    >>> derive_key_chain("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam").signing.hex()[:16]
    'c4afb1cc5771d871'
    """
    of_date = hmac.digest(b"AWS4" + secret_access_key.encode(), date.encode(), "sha256")
    of_region = hmac.digest(of_date, region.encode(), "sha256")
    of_service = hmac.digest(of_region, service.encode(), "sha256")
    return KeyChain(of_date, of_region, of_service, hmac.digest(of_service, TERMINATOR.encode(), "sha256"))


class Signer:
    """Sign texts with the last key of a chain.

    HMAC hashes a text between two blocks that depend on the key alone; they are hashed once (RFC 2104).
    """

    __slots__ = ("_inner", "_outer", "keys")

    def __init__(self, keys: KeyChain) -> None:
        block = keys.signing.ljust(64, b"\0")
        self.keys = keys
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def sign(self, text: bytes) -> str:
        """Give the HMAC-SHA256 of a text, in hex."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.hexdigest()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Hold an access key ID with its secret; temporary ones have a session token too (A7).

    Derived keys are kept with the credentials they came from, so that no secret outlives them. Neither the secret nor
    the token is ever displayed. Raises ValueError for what no signature could carry.
    """

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    _signers: dict[tuple[str, str, str], Signer] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.access_key_id or any(character in "/,=" or character <= " " for character in self.access_key_id):
            raise ValueError(
                f"access key ID `{self.access_key_id}` cannot stand in a signature\n"
                "  help: it looks like AKIAIOSFODNN7EXAMPLE, without spaces, `/`, `,` or `=`"
            )

    def signer(self, date: str, region: str, service: str) -> Signer:
        """Give the signer of a scope, whose keys are derived once."""
        place = (date, region, service)
        signer = self._signers.get(place)
        if signer is None:
            for part in (region, service):
                _refuse_bad_scope_part(part)
            signer = Signer(derive_key_chain(self.secret_access_key, date, region, service))
            if len(self._signers) >= _SIGNERS_KEPT:
                self._signers.clear()
            self._signers[place] = signer
        return signer


def _refuse_bad_scope_part(part: str) -> None:
    if not part or not part.isascii() or not part.isprintable() or any(character in part for character in "/, "):
        raise ValueError(
            f"`{part}` cannot be a part of a credential scope\n"
            "  help: a scope is YYYYMMDD/region/service/aws4_request, as in 20150830/us-east-1/iam/aws4_request"
        )


@dataclass(frozen=True, slots=True)
class AccessKey:
    """Hold what a server knows of an access key: its secret, whether it is active, when it ends, whose it is."""

    credentials: Credentials
    active: bool = True
    expires: datetime | None = None
    principal: str | None = None


# From an access key ID to what is known of it; None where there is no such key.
Lookup = Callable[[str], AccessKey | None]

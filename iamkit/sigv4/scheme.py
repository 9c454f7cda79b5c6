"""How a string to sign becomes a signature (A1): the chain of keys, and what it signs with."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from iamkit.sigv4.rules import HMAC_ALGORITHM

TERMINATOR = "aws4_request"


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


class Scheme(NamedTuple):
    """An algorithm, ready for one scope. `verifies` compares a signature where it cannot be made a second time."""

    algorithm: str
    scope: str
    signature: Callable[[bytes], str]
    verifies: Callable[[bytes, str], bool] | None = None
    keys: KeyChain | None = None
    region_set: str | None = None

    def matches(self, text: bytes, signature: str) -> bool:
        """Tell whether a signature is right, in a time that does not depend on where it is wrong."""
        if self.verifies is not None:
            return self.verifies(text, signature)
        return signature.isascii() and hmac.compare_digest(self.signature(text), signature)


def hmac_scheme(secret_access_key: str, date: str, region: str, service: str) -> Scheme:
    """Give the scheme of AWS4-HMAC-SHA256 for a scope (A1).

    HMAC hashes a text between two blocks that depend on the key alone; here they are hashed once (RFC 2104).
    """
    keys = derive_key_chain(secret_access_key, date, region, service)
    block = keys.signing.ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in block))
    outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def signature(text: bytes) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(text)
        second.update(first.digest())
        return second.hexdigest()

    return Scheme(HMAC_ALGORITHM, f"{date}/{region}/{service}/{TERMINATOR}", signature, None, keys)


def string_to_sign(algorithm: str, stamp: str, scope: str, canonical: str) -> str:
    """Write the text that is signed: the algorithm, the time, the scope and the canonical request's hash (A1)."""
    return f"{algorithm}\n{stamp}\n{scope}\n{sha256(canonical.encode('utf-8', 'surrogateescape')).hexdigest()}"

"""How a string to sign becomes a signature: the two algorithms differ in this, and in their scopes (A1, A8)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from iamkit.sigv4.credentials import TERMINATOR, Credentials, KeyChain
from iamkit.sigv4.rules import HMAC_ALGORITHM


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
        return hmac.compare_digest(self.signature(text).encode(), signature.encode("utf-8", "surrogatepass"))


def hmac_scheme(credentials: Credentials, date: str, region: str, service: str) -> Scheme:
    """Give the scheme of AWS4-HMAC-SHA256 for a scope (A1)."""
    signer = credentials.signer(date, region, service)
    scope = f"{date}/{region}/{service}/{TERMINATOR}"
    return Scheme(HMAC_ALGORITHM, scope, signer.sign, None, signer.keys)


def string_to_sign(algorithm: str, stamp: str, scope: str, canonical: str) -> str:
    """Write the text that is signed: the algorithm, the time, the scope and the canonical request's hash (A1)."""
    return f"{algorithm}\n{stamp}\n{scope}\n{sha256(canonical.encode('utf-8', 'surrogateescape')).hexdigest()}"

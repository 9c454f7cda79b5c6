"""A signature's ingredients, each where a client can have taken another one, and what a usual mistake is."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from iamkit.sigv4.canonical import SignedNames
from iamkit.sigv4.credentials import Credentials
from iamkit.sigv4.presented import Presented, Received
from iamkit.sigv4.rules import HMAC_ALGORITHM, ServiceRules
from iamkit.sigv4.scheme import TERMINATOR, derive_key_chain
from iamkit.sigv4.server import Scope

Derive = Callable[[str, Scope], bytes]


def derive_signing_key(secret: str, scope: Scope) -> bytes:
    """Derive the signing key as A1 has it."""
    return derive_key_chain(secret, scope.date, scope.region, scope.service).signing


def encode_text(text: str) -> bytes:
    """Encode a text as A1 has it; what a client says it built may be no text at all."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def hmac_in_hex(key: bytes, text: bytes) -> str:
    """Sign as A1 has it."""
    return hmac.digest(key, text, "sha256").hex()


class Recipe(NamedTuple):
    """What goes into a signature; `canonical` puts the canonical request together, `signature` signs it.

    The last fields are for what cannot be said by other ingredients: `layout` puts the parts of the canonical request
    together and `encode` turns it into bytes, `to_sign` changes the string to sign, with the canonical request given
    beside it, and `finish` makes the signature from the key and the string.
    """

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    signed_headers: str
    payload: str
    timestamp: str
    scope: Scope
    secret: str
    derive: Derive = derive_signing_key
    layout: Callable[[Recipe], str] | None = None
    encode: Callable[[str], bytes] = encode_text
    to_sign: Callable[[str, str], str] | None = None
    finish: Callable[[bytes, bytes], str] = hmac_in_hex

    def canonical(self) -> str:
        """Write the canonical request (A1)."""
        if self.layout is not None:
            return self.layout(self)
        lines = "".join([f"{name}:{value}\n" for name, value in self.headers])
        return f"{self.method}\n{self.path}\n{self.query}\n{lines}\n{self.signed_headers}\n{self.payload}"

    def hashed(self, canonical: str) -> str:
        """Hash a canonical request, in hex."""
        return sha256(self.encode(canonical)).hexdigest()

    def string_to_sign(self, canonical: str, hashed: str) -> str:
        """Write the string to sign (A1)."""
        text = f"{HMAC_ALGORITHM}\n{self.timestamp}\n{'/'.join(self.scope)}\n{hashed}"
        return text if self.to_sign is None else self.to_sign(text, canonical)


class Situation(NamedTuple):
    """What is known to the one who looks for a mistake."""

    received: Received
    presented: Presented
    rules: ServiceRules
    region: str
    service: str
    credentials: Credentials
    other_keys: Sequence[Credentials]
    pairs: list[tuple[str, str]]
    names: SignedNames

    @property
    def own_scope(self) -> Scope:
        """Give the scope that the server expects."""
        return Scope(self.presented.timestamp[:8], self.region, self.service, TERMINATOR)


# Recipes in which a mistake is made, each with what the client did, in words.
Variations = Iterator[tuple[Recipe, str]]


class UsualMistake(NamedTuple):
    """A mistake's name, what helps, and how it is looked for. `alone`: it is not looked for together with others."""

    name: str
    help: str
    variations: Callable[[Recipe, Situation], Variations]
    alone: bool = False


# So many parameters or headers are looked at one by one, lest a request with thousands of them keep a server busy.
MOST_NAMES = 64

"""A signature's ingredients, each where a client can have taken another one."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
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


class Recipe(NamedTuple):
    """What goes into a signature; `write` puts the canonical request together, `signature` signs it."""

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
    to_sign: Callable[[str], str] | None = None

    def canonical(self) -> str:
        """Write the canonical request (A1)."""
        if self.layout is not None:
            return self.layout(self)
        lines = "".join([f"{name}:{value}\n" for name, value in self.headers])
        return f"{self.method}\n{self.path}\n{self.query}\n{lines}\n{self.signed_headers}\n{self.payload}"

    def string_to_sign(self) -> str:
        """Write the string to sign (A1)."""
        hashed = sha256(self.canonical().encode("utf-8", "surrogateescape")).hexdigest()
        text = f"{HMAC_ALGORITHM}\n{self.timestamp}\n{'/'.join(self.scope)}\n{hashed}"
        return text if self.to_sign is None else self.to_sign(text)

    def signature(self) -> str:
        """Sign, in hex."""
        key = self.derive(self.secret, self.scope)
        return hmac.digest(key, self.string_to_sign().encode("utf-8", "surrogateescape"), "sha256").hex()


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

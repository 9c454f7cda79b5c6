"""The chain of signatures over the chunks of a body and its trailers (A5)."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256

Trailers = Sequence[tuple[str, str]]

_EMPTY = sha256().hexdigest()


@dataclass(frozen=True, slots=True)
class ChunkContext:
    """What the chain starts from: the signature of the request, and what that was made with (A5)."""

    seed_signature: str
    signing_key: bytes = field(repr=False)
    timestamp: str
    scope: str


class SignatureChain:
    """Sign chunk after chunk: each signature covers the one before, so that none can be moved, dropped or added."""

    __slots__ = ("_key", "_middle", "_previous")

    def __init__(self, context: ChunkContext) -> None:
        self._key = context.signing_key
        self._middle = f"{context.timestamp}\n{context.scope}"
        self._previous = context.seed_signature

    def chunk(self, data: bytes) -> str:
        """Give the signature of the next chunk, in hexadecimal."""
        return self._sign("AWS4-HMAC-SHA256-PAYLOAD", f"{_EMPTY}\n{sha256(data).hexdigest()}")

    def trailers(self, trailers: Trailers) -> str:
        """Give the signature of the trailers, in hexadecimal; names are in lower case, values trimmed (A3)."""
        canonical = "".join(f"{name}:{value}\n" for name, value in sorted(trailers))
        return self._sign("AWS4-HMAC-SHA256-TRAILER", sha256(canonical.encode()).hexdigest())

    def _sign(self, algorithm: str, hashes: str) -> str:
        string_to_sign = f"{algorithm}\n{self._middle}\n{self._previous}\n{hashes}"
        self._previous = hmac.digest(self._key, string_to_sign.encode(), "sha256").hex()
        return self._previous

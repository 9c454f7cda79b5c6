"""What a verified request is, and how the body that comes after it is checked (A4, A5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from typing import BinaryIO, NamedTuple

from iamkit.sigv4.chunks import ChunkContext, InvalidChunks, decode_chunks
from iamkit.sigv4.credentials import AccessKey
from iamkit.sigv4.failures import AuthenticationFailure
from iamkit.sigv4.faults import Fault
from iamkit.sigv4.parameters import ANNOUNCED_TRAILERS, DECODED_LENGTH
from iamkit.sigv4.presented import Received
from iamkit.sigv4.rules import STREAMING, UNSIGNED_PAYLOAD
from iamkit.sigv4.server import Server, compare_hashes

_PIECE = 65_536


class Verified(NamedTuple):
    """Hold who signed a request, and what the signature covers.

    `body` is the checked body, an aws-chunked one decoded, and None where the request's was: then `read` checks it.
    """

    access_key: AccessKey
    algorithm: str
    presigned: bool
    timestamp: str
    scope: str
    signed_headers: tuple[str, ...]
    payload_hash: str
    canonical_request: str
    string_to_sign: str
    signature: str
    body: bytes | None
    trailers: tuple[tuple[str, str], ...]
    received: Received
    server: Server

    @property
    def access_key_id(self) -> str:
        """Give the access key ID."""
        return self.access_key.credentials.access_key_id

    @property
    def principal(self) -> str | None:
        """Give whose access key it is."""
        return self.access_key.principal

    def read(
        self,
        stream: BinaryIO | Iterable[bytes],
        on_trailers: Callable[[tuple[tuple[str, str], ...]], None] | None = None,
    ) -> Iterator[bytes]:
        """Read a body that the request did not hold, piece by piece, and check it (A4, A5).

        Pieces of signed chunks are checked before they are given. Where one hash covers the whole body it can be
        compared at the end only: until then nothing that was read is proved. Raises AuthenticationFailure.
        """
        if self.payload_hash not in STREAMING:
            return self._read_plain(stream)
        return self._read_chunks(stream, on_trailers)

    def _read_plain(self, stream: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
        computed = sha256()
        read = getattr(stream, "read", None)
        for piece in stream if read is None else iter(partial(read, _PIECE), b""):
            computed.update(piece)
            yield piece
        if self.payload_hash != UNSIGNED_PAYLOAD:
            compare_hashes(self.payload_hash, computed.hexdigest(), self.server)

    def _read_chunks(
        self,
        stream: BinaryIO | Iterable[bytes],
        on_trailers: Callable[[tuple[tuple[str, str], ...]], None] | None,
    ) -> Iterator[bytes]:
        values = self.received.values
        length = values.get(DECODED_LENGTH, "")
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            raise self._refuse_chunks("length")
        date, region, service, _ = self.scope.split("/")
        signing = self.access_key.credentials.signer(date, region, service).keys.signing
        try:
            yield from decode_chunks(
                stream,
                ChunkContext(self.signature, signing, self.timestamp, self.scope),
                payload=self.payload_hash,
                decoded_length=int(length),
                trailer_names=[name.strip() for name in values.get(ANNOUNCED_TRAILERS, "").split(",") if name.strip()],
                on_trailers=on_trailers,
            )
        except InvalidChunks as problem:
            raise self._refuse_chunks(_VARIANTS.get(problem.reason, "")) from problem

    def _refuse_chunks(self, variant: str) -> AuthenticationFailure:
        return self.server.refuse(Fault.BAD_CHUNK, variant)


# S3 tells three kinds of bad chunks apart.
_VARIANTS = {
    "bad-signature": "signature",
    "bad-trailer-signature": "signature",
    "bad-trailer": "trailer",
    "missing-trailer-signature": "trailer",
    "too-small": "small",
}

"""What a verified request is, and how the body that comes after it is checked (A4, A5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import NamedTuple

from iamkit.sigv4.canonical import CanonicalRequest
from iamkit.sigv4.chunk_reader import Source, pieces
from iamkit.sigv4.chunks import ChunkContext, InvalidChunks, decode_chunks
from iamkit.sigv4.credentials import AccessKey
from iamkit.sigv4.failures import AuthenticationFailure
from iamkit.sigv4.faults import Fault
from iamkit.sigv4.parameters import ANNOUNCED_TRAILERS, DECODED_LENGTH
from iamkit.sigv4.presented import Presented, Received
from iamkit.sigv4.rules import STREAMING, UNSIGNED_PAYLOAD
from iamkit.sigv4.scheme import Scheme
from iamkit.sigv4.server import Server, compare_hashes


class Verified(NamedTuple):
    """Hold who signed a request, and what the signature covers.

    `body` is the checked body, an aws-chunked one decoded, and None where the request's was: then `read` checks it.
    """

    access_key: AccessKey
    presented: Presented
    canonical: CanonicalRequest
    canonical_request: str
    string_to_sign: str
    scheme: Scheme
    body: bytes | None
    trailers: tuple[tuple[str, str], ...]
    received: Received
    server: Server

    @property
    def algorithm(self) -> str:
        """Give the name of the algorithm."""
        return self.presented.algorithm

    @property
    def presigned(self) -> bool:
        """Tell whether the signature came in the query."""
        return self.presented.presigned

    @property
    def timestamp(self) -> str:
        """Give the time of signing, as `20150830T123600Z`."""
        return self.presented.timestamp

    @property
    def scope(self) -> str:
        """Give the credential scope, as `20150830/us-east-1/iam/aws4_request`."""
        return self.scheme.scope

    @property
    def signed_headers(self) -> tuple[str, ...]:
        """List the names of the signed headers."""
        return tuple(self.canonical.signed_headers.split(";"))

    @property
    def payload_hash(self) -> str:
        """Give what the last line of the canonical request says of the body (A4)."""
        return self.canonical.payload_hash

    @property
    def signature(self) -> str:
        """Give the signature, in hex."""
        return self.presented.signature

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
        stream: Source,
        on_trailers: Callable[[tuple[tuple[str, str], ...]], None] | None = None,
    ) -> Iterator[bytes]:
        """Read a body that the request did not hold, piece by piece, and check it (A4, A5).

        Pieces of signed chunks are checked before they are given. Where one hash covers the whole body it can be
        compared at the end only: until then nothing that was read is proved. Raises AuthenticationFailure.
        """
        if self.payload_hash not in STREAMING:
            return self._read_plain(stream)
        return self._read_chunks(stream, on_trailers)

    def _read_plain(self, stream: Source) -> Iterator[bytes]:
        computed = sha256()
        for piece in pieces(stream):
            computed.update(piece)
            yield piece
        if self.payload_hash != UNSIGNED_PAYLOAD:
            compare_hashes(self.payload_hash, computed.hexdigest(), self.server)

    def _read_chunks(
        self,
        stream: Source,
        on_trailers: Callable[[tuple[tuple[str, str], ...]], None] | None,
    ) -> Iterator[bytes]:
        values = self.received.values
        length = values.get(DECODED_LENGTH, "")
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            raise self._refuse_chunks("length")
        keys = self.scheme.keys
        try:
            yield from decode_chunks(
                stream,
                ChunkContext(self.signature, keys.signing if keys else b"", self.timestamp, self.scope),
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
    "missing-signature": "signature",
    "bad-trailer-signature": "signature",
    "bad-trailer": "trailer",
    "missing-trailer-signature": "trailer",
    "too-small": "small",
}

"""The aws-chunked encoding: a body in chunks that are signed one after the other, and trailers behind them (A5).

    10000;chunk-signature=ad80…8648 CRLF            the size in hexadecimal; the signature unless chunks are unsigned
    …65,536 bytes… CRLF
    0;chunk-signature=b6c6…9df9 CRLF                the final chunk
    x-amz-checksum-crc32c:sOO8/Q== CRLF             trailers, if the payload has some,
    x-amz-trailer-signature:d81f…e435 CRLF          and their signature unless chunks are unsigned
    CRLF

The pages are "Signature calculations for the Authorization header: transferring payload in multiple chunks" and
"Signature calculations for trailing headers" of the Amazon S3 API Reference.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from iamkit.sigv4.chunk_reader import CRLF, ChunkReader, InvalidChunks, Source
from iamkit.sigv4.chunk_signatures import ChunkContext, SignatureChain, Trailers

__all__ = [
    "DEFAULT_CHUNK",
    "LARGEST_CHUNK",
    "SMALLEST_CHUNK",
    "ChunkContext",
    "InvalidChunks",
    "decode_chunks",
    "encode_chunks",
    "encoded_length",
]

OnTrailers = Callable[[tuple[tuple[str, str], ...]], object]

# S3 answers InvalidChunkSizeError to a smaller chunk, unless it is the last one with data.
SMALLEST_CHUNK = 8 * 1024
DEFAULT_CHUNK = 64 * 1024
# AWS documents no upper limit. This one bounds what is held until a signature is verified; SDKs send 64 KiB to 1 MiB.
LARGEST_CHUNK = 16 * 1024 * 1024


class _Kind(NamedTuple):
    signed: bool
    trailer: bool


_KINDS = {
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": _Kind(signed=True, trailer=False),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": _Kind(signed=True, trailer=True),
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": _Kind(signed=False, trailer=True),
}

_EXTENSION = b";chunk-signature="
_TRAILER_SIGNATURE = "x-amz-trailer-signature"
_SIGNATURE_LENGTH = 64

# Sixteen digits are more than any object has bytes, and few enough for a header to be short.
_HEADER = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?")
_HEADER_LIMIT = 128
# Spaces around a value are not signed; runs of them inside are refused, so that what is given is what was signed.
_TRAILER = re.compile(r"([A-Za-z0-9-]+):[ \t]*([!-~]+(?: [!-~]+)*)[ \t]*")
_TRAILER_LIMIT = 1024


def encode_chunks(
    source: Source,
    context: ChunkContext | None,
    *,
    payload: str,
    chunk_size: int = DEFAULT_CHUNK,
    trailers: Trailers | Callable[[], Trailers] = (),
) -> Iterator[bytes]:
    r"""Encode a body while it is read, one chunk at a time (A5); raise ValueError for arguments that make no body.

    `payload` is the value of x-amz-content-sha256; `context` may be None if that says that chunks are unsigned.
    `trailers` may be a function, called after the last byte was read: a checksum is known only then.
    S3 refuses chunks of less than 8 KiB, the last one excepted.

    >>> b"".join(encode_chunks(b"hello", None, payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailers=[("a", "b")]))
    b'5\r\nhello\r\n0\r\na:b\r\n\r\n'
    """
    kind = _kind(payload)
    chain = _chain(kind, context)
    _check_chunk_size(chunk_size)
    if callable(trailers):
        return _encode(source, chain, chunk_size, lambda: _sendable(trailers(), kind))
    sendable = _sendable(trailers, kind)
    return _encode(source, chain, chunk_size, lambda: sendable)


def encoded_length(length: int, *, payload: str, chunk_size: int = DEFAULT_CHUNK, trailers: Trailers = ()) -> int:
    """Tell how long a body of `length` bytes is once it is encoded, for Content-Length (A5).

    Of a trailer's value only the length matters, which a checksum has before it is known.

    >>> encoded_length(66560, payload="STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    66824
    """
    kind = _kind(payload)
    _check_chunk_size(chunk_size)
    if length < 0:
        raise ValueError(f"a body cannot have `{length}` bytes\n  help: give 0 or more")
    extension = len(_EXTENSION) + _SIGNATURE_LENGTH if kind.signed else 0
    lines = [f"{name}:{value}" for name, value in _sendable(trailers, kind)]
    if kind.signed and lines:
        lines.append(f"{_TRAILER_SIGNATURE}:{'f' * _SIGNATURE_LENGTH}")
    full, rest = divmod(length, chunk_size)
    total = full * (len(f"{chunk_size:x}") + extension + chunk_size + 2 * len(CRLF))
    if rest:
        total += len(f"{rest:x}") + extension + rest + 2 * len(CRLF)
    return total + len("0") + extension + 2 * len(CRLF) + sum(len(line) + len(CRLF) for line in lines)


def decode_chunks(
    source: Source,
    context: ChunkContext | None,
    *,
    payload: str,
    decoded_length: int | None,
    trailer_names: Sequence[str] = (),
    on_trailers: OnTrailers | None = None,
    smallest_chunk: int = SMALLEST_CHUNK,
) -> Iterator[bytes]:
    """Decode a body while it is read, and verify it (A5); raise `InvalidChunks` at the first thing that is wrong.

    No byte of a signed chunk is given before its signature was verified: the chunk is held until then, and may have up
    to 16 MiB. Unsigned chunks of any size pass through in pieces of up to 64 KiB. Either way a body is whole and true
    only when the iteration has ended: the end, and the trailers, are verified last.

    `payload` is the value of x-amz-content-sha256, `decoded_length` that of x-amz-decoded-content-length (no byte more
    is given), and `trailer_names` those that x-amz-trailer announces: all of them must come, and no others.
    `on_trailers` gets the trailers, names in lower case, after everything was verified. A checksum in them is the
    caller's to verify. The source must end where the body ends. Like S3, this refuses a chunk of less than 8 KiB that
    is not the last one with data; `smallest_chunk=1` does not. ValueError: the arguments make no sense.
    """
    kind = _kind(payload)
    announced = frozenset(name.lower() for name in trailer_names)
    decoder = _Decoder(ChunkReader(source), _chain(kind, context), kind, announced, decoded_length, smallest_chunk)
    return decoder.pieces(on_trailers)


def _encode(
    source: Source, chain: SignatureChain | None, chunk_size: int, get_trailers: Callable[[], Trailers]
) -> Iterator[bytes]:
    reader = ChunkReader(source)
    while data := reader.block(chunk_size):
        yield b"%b%b\r\n" % (_header(data, chain), data)
    last = _header(b"", chain)
    trailers = get_trailers()
    if chain and trailers:
        trailers = (*trailers, (_TRAILER_SIGNATURE, chain.trailers(trailers)))
    yield last + "".join(f"{name}:{value}\r\n" for name, value in trailers).encode() + CRLF


def _header(data: bytes, chain: SignatureChain | None) -> bytes:
    extension = _EXTENSION + chain.chunk(data).encode() if chain else b""
    return b"%x%b\r\n" % (len(data), extension)


def _sendable(trailers: Trailers, kind: _Kind) -> Trailers:
    """Put the names into lower case; raise ValueError for what would not arrive as it was meant."""
    if trailers and not kind.trailer:
        raise ValueError("this payload has no trailers\n  help: use the one that ends in `-TRAILER`")
    lower = tuple((name.lower(), value) for name, value in trailers)
    for name, value in lower:
        match = _TRAILER.fullmatch(f"{name}:{value}")
        if match is None or match[2] != value or name == _TRAILER_SIGNATURE or match.end() > _TRAILER_LIMIT - 2:
            raise ValueError(f"`{name}:{value}` is no trailer\n  help: give a name and a value of printable ASCII")
    if len(dict(lower)) < len(lower):
        raise ValueError("a trailer is given twice\n  help: give each name once")
    return lower


class _Decoder:
    """The one pass over a body: header, data, header, data, …, trailers, end."""

    def __init__(
        self,
        reader: ChunkReader,
        chain: SignatureChain | None,
        kind: _Kind,
        announced: frozenset[str],
        decoded_length: int | None,
        smallest_chunk: int,
    ) -> None:
        self._reader, self._chain, self._kind, self._announced = reader, chain, kind, announced
        self._expected, self._smallest = decoded_length, smallest_chunk
        self._decoded = 0  # bytes in the chunks of which the header was read
        self._last_size: int | None = None

    def pieces(self, on_trailers: OnTrailers | None) -> Iterator[bytes]:
        reader = self._reader
        size, signature = self._header()
        while size:
            if signature is None:
                yield from self._streamed(size)
            else:
                yield self._verified(size, signature)
            reader.chunk += 1
            size, signature = self._header()
        if signature is not None:
            self._verify(b"", signature)
        trailers = self._trailers()
        if not reader.ended():
            raise reader.invalid("trailing-data")
        if on_trailers is not None:
            on_trailers(trailers)

    def _header(self) -> tuple[int, bytes | None]:
        """Take a chunk's size and signature, and refuse what is wrong before any of its bytes is read."""
        reader = self._reader
        line = reader.line(_HEADER_LIMIT) or b""
        match = _HEADER.fullmatch(line)
        if match is None:
            raise reader.invalid(_fault_of_header(line))
        size, signature = int(match[1], 16), match[2]
        if (signature is not None) != self._kind.signed:
            raise reader.invalid("missing-signature" if self._kind.signed else "bad-extension")
        self._check_size(size)
        return size, signature

    def _check_size(self, size: int) -> None:
        reader = self._reader
        self._decoded += size
        expected = self._decoded if self._expected is None else self._expected
        if self._decoded > expected or (not size and self._decoded < expected):
            raise reader.invalid("wrong-length")
        if size and self._last_size is not None and self._last_size < self._smallest:
            raise InvalidChunks("too-small", reader.chunk - 1, reader.mark)
        if self._kind.signed and size > LARGEST_CHUNK:
            raise reader.invalid("too-large")
        self._last_size = size

    def _verified(self, size: int, signature: bytes) -> bytes:
        data = self._reader.block(size)
        if len(data) < size:
            raise self._reader.invalid("truncated")
        self._verify(data, signature)
        self._delimiter()
        return data

    def _streamed(self, size: int) -> Iterator[bytes]:
        for piece in self._reader.stream(size):
            size -= len(piece)
            yield piece
        if size:
            raise self._reader.invalid("truncated")
        self._delimiter()

    def _delimiter(self) -> None:
        delimiter = self._reader.block(len(CRLF))
        if delimiter != CRLF:
            raise self._reader.invalid("bad-delimiter" if len(delimiter) == len(CRLF) else "truncated")

    def _verify(self, data: bytes, signature: bytes) -> None:
        assert self._chain is not None  # what is signed has a context
        if not hmac.compare_digest(self._chain.chunk(data).encode(), signature):
            raise self._reader.invalid("bad-signature")

    def _trailers(self) -> tuple[tuple[str, str], ...]:
        """Take the lines up to the empty one, and verify that they are those announced and signed."""
        reader, found, signature = self._reader, dict[str, str](), None
        while (line := reader.line(_TRAILER_LIMIT)) != b"":
            match = _TRAILER.fullmatch((line or b"").decode("latin-1"))
            if match is None or signature is not None:
                raise reader.invalid("bad-trailer")
            name, value = match[1].lower(), match[2]
            if name == _TRAILER_SIGNATURE and self._kind.signed and self._kind.trailer:
                signature = value
            elif name in self._announced and name not in found and self._kind.trailer:
                found[name] = value
            else:
                raise reader.invalid("bad-trailer")
        if found.keys() != self._announced:
            raise reader.invalid("bad-trailer")
        trailers = tuple(found.items())
        self._verify_trailers(trailers, signature)
        return trailers

    def _verify_trailers(self, trailers: Trailers, signature: str | None) -> None:
        if self._chain is None or (signature is None and not trailers):
            return
        if signature is None:
            raise self._reader.invalid("missing-trailer-signature")
        if not hmac.compare_digest(self._chain.trailers(trailers), signature):
            raise self._reader.invalid("bad-trailer-signature")


def _fault_of_header(line: bytes) -> str:
    size, _, extension = line.partition(b";")
    if _HEADER.fullmatch(size) is None:
        return "bad-size"
    return "bad-signature" if extension.startswith(b"chunk-signature=") else "bad-extension"


def _kind(payload: str) -> _Kind:
    kind = _KINDS.get(payload)
    if kind is None:
        raise ValueError(f"`{payload}` is no payload in chunks\n  help: choose from {', '.join(_KINDS)}")
    return kind


def _chain(kind: _Kind, context: ChunkContext | None) -> SignatureChain | None:
    if not kind.signed:
        return None
    if context is None:
        raise ValueError("signed chunks need a context\n  help: give what the signed request says in `chunks`")
    return SignatureChain(context)


def _check_chunk_size(chunk_size: int) -> None:
    if not 1 <= chunk_size <= LARGEST_CHUNK:
        raise ValueError(f"a chunk of `{chunk_size}` bytes is too small or too large\n  help: use 8192…{LARGEST_CHUNK}")

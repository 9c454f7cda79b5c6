"""Read a body line by line and block by block, in constant memory, and know at each moment where one is.

This module knows neither chunks' headers nor signatures: `chunks.py` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import BinaryIO

Source = bytes | BinaryIO | Iterable[bytes]

# What is asked of a file at a time, and the largest piece of an unsigned chunk that is handed on.
PIECE = 64 * 1024
CRLF = b"\r\n"

# What is wrong, and what helps.
_REASONS = {
    "truncated": ("the body ends too early", "send the final chunk of size 0, its trailers and the empty line"),
    "bad-size": ("the chunk's size is not hexadecimal", "start each chunk with `SIZE`, or `SIZE;chunk-signature=…`"),
    "too-large": ("the chunk is too large to be verified before it is used", "send chunks of up to 16 MiB"),
    "too-small": ("the chunk is too small and not the last one with data", "send chunks of 8,192 bytes or more"),
    "bad-extension": ("the chunk has an extension that is not known", "send `chunk-signature` if chunks are signed"),
    "missing-signature": ("the chunk is not signed", "add `;chunk-signature=…` to its size"),
    "bad-signature": ("the chunk's signature does not match", "sign it with the signature before it and its bytes"),
    "bad-delimiter": ("the chunk's bytes are not followed by CRLF", "send as many bytes as the size says, then CRLF"),
    "bad-trailer": ("the trailers are not those of x-amz-trailer", "send each as `name:value` and CRLF, once"),
    "missing-trailer-signature": ("the trailers are not signed", "send `x-amz-trailer-signature:…` after them"),
    "bad-trailer-signature": ("the trailers' signature does not match", "sign them with the last chunk's signature"),
    "wrong-length": ("the length is not the one announced", "send as many bytes as x-amz-decoded-content-length says"),
    "trailing-data": ("something follows the end of the body", "end the body with the empty line"),
}


class InvalidChunks(ValueError):
    """The body is not the aws-chunked one that was announced and signed (A5).

    `reason` is a short word, `chunk` the index of the chunk and `offset` the place in the encoded body where the
    faulty line or data starts, both from 0. What follows the final chunk counts as part of it.
    """

    def __init__(self, reason: str, chunk: int, offset: int) -> None:
        super().__init__(reason, chunk, offset)
        self.reason, self.chunk, self.offset = reason, chunk, offset

    def __str__(self) -> str:
        what, help_text = _REASONS[self.reason]
        return f"chunk {self.chunk} at byte {self.offset}: {what}\n  help: {help_text}"


class ChunkReader:
    """Take lines and blocks off a source, without ever holding more of it than is asked for and one of its pieces."""

    __slots__ = ("_at", "_before", "_data", "_pieces", "chunk", "mark")

    def __init__(self, source: Source) -> None:
        self._pieces = pieces(source)
        self._data = b""  # the piece at hand,
        self._at = 0  # how much of it was taken,
        self._before = 0  # and how much came before it
        self.chunk = 0  # the index of the chunk that is being read, which the caller counts
        self.mark = 0  # where the line or the data that was taken last starts

    def invalid(self, reason: str) -> InvalidChunks:
        """Give the error that says what is wrong with what was taken last."""
        return InvalidChunks(reason, self.chunk, self.mark)

    def ended(self) -> bool:
        """Tell whether nothing is left, and mark the place."""
        self.mark = self._before + self._at
        return self._at == len(self._data) and not self._more()

    def line(self, limit: int) -> bytes | None:
        """Take a line, without the CRLF that ends it; None if it has none within `limit` bytes."""
        self.mark = self._before + self._at
        while (end := self._data.find(CRLF, self._at, self._at + limit)) < 0:
            if len(self._data) - self._at >= limit:
                return None
            if not self._more():
                raise self.invalid("truncated")
        line = self._data[self._at : end]
        self._at = end + len(CRLF)
        return line

    def block(self, size: int) -> bytes:
        """Take a block of that size, or what is left if that is less."""
        self.mark = self._before + self._at
        if self._at == len(self._data):
            self._more()
        if len(self._data) - self._at >= size:
            self._at += size
            return self._data[self._at - size : self._at]
        gathered = bytearray()
        for piece in self._slices(size):
            gathered += piece
        return bytes(gathered)

    def stream(self, size: int) -> Iterator[bytes]:
        """Take that many bytes in pieces of up to 64 KiB, or what is left if that is less."""
        self.mark = self._before + self._at
        return map(bytes, self._slices(size))

    def _slices(self, size: int) -> Iterator[memoryview]:
        while size and (self._at < len(self._data) or self._more()):
            piece = memoryview(self._data)[self._at : self._at + min(size, PIECE)]
            self._at += len(piece)
            size -= len(piece)
            yield piece

    def _more(self) -> bool:
        """Put the next piece behind what is left of the one at hand, which only a line that is cut leaves."""
        for piece in self._pieces:
            if len(piece):
                self._before += self._at
                # Bytes, whatever the piece is, and a copy of what its owner may change.
                self._data, self._at = self._data[self._at :] + piece, 0
                return True
        return False


def pieces(source: Source) -> Iterator[bytes]:
    if isinstance(source, bytes | bytearray | memoryview):
        return iter([bytes(source)])
    read: Callable[[int], bytes] | None = getattr(source, "read", None)
    return iter(source) if read is None else iter(partial(read, PIECE), b"")

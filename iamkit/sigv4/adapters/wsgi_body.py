"""The body of a WSGI request: read whole before it is verified, or verified chunk by chunk while it is read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from iamkit.sigv4 import AuthenticationFailure
from iamkit.sigv4.adapters.common import TOO_LARGE, Refusal

if TYPE_CHECKING:
    from wsgiref.types import InputStream, WSGIEnvironment

_PIECE = 64 * 1024


class CheckedBody(io.RawIOBase):
    """The body as a file that remembers the failure it raised."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.failure: AuthenticationFailure | None = None
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.failure is not None:
            raise self.failure
        try:
            while not self._left and (piece := next(self._pieces, None)) is not None:
                self._left = memoryview(piece)
        except AuthenticationFailure as failure:
            self.failure = failure
            raise
        size = min(len(buffer), len(self._left))
        buffer[:size], self._left = self._left[:size], self._left[size:]
        return size


def length_of_body(environ: WSGIEnvironment) -> int | None:
    """Give the length of the body; None for one that the server ends itself."""
    length = environ.get("CONTENT_LENGTH") or None
    if length is None and environ.get("wsgi.input_terminated"):
        return None
    if length is None and "HTTP_TRANSFER_ENCODING" in environ:
        raise Refusal(HTTPStatus.LENGTH_REQUIRED, "this server needs a Content-Length")
    if length is not None and not length.isdecimal():
        raise Refusal(HTTPStatus.BAD_REQUEST, "the Content-Length is no number")
    return int(length or 0)


def read_body(file: InputStream, length: int | None, limit: int) -> bytes:
    """Read a body whole; raises Refusal for more bytes than the limit."""
    body = b""
    if length is None or 0 < length <= limit:
        body = file.read(limit + 1 if length is None else length)
    if max(length or 0, len(body)) > limit:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
    return body


def pieces_of_body(file: InputStream, left: int | None) -> Iterator[bytes]:
    """Read the body piece by piece and not beyond its end, where the next request starts."""
    while piece := file.read(_PIECE if left is None else min(left, _PIECE)):
        left = None if left is None else left - len(piece)
        yield piece

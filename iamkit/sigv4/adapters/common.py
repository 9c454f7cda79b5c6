"""What the adapters share: the clock, the words for a body, what a client puts on the wire."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from iamkit.sigv4 import (
    STREAMING_PAYLOAD,
    UNSIGNED_PAYLOAD,
    ErrorResponse,
    HttpRequest,
    InvalidHttpRequest,
    encoded_length,
)

Clock = Callable[[], datetime]

# What RFC 3986 lets stand in a path, and escapes that are there already; a query may have `?` too.
_IN_PATH = "/:@!$&'()*+,;=~%"
DEFAULT_PORTS = {"http": 80, "https": 443}
# An adapter takes these away before it signs anew.
SIGNATURE_HEADERS = ("Authorization", "X-Amz-Date", "X-Amz-Security-Token")
CHUNK_SIZE = 64 * 1024
DECODED_LENGTH = "x-amz-decoded-content-length"
AWS_CHUNKED = "aws-chunked"


def utc_now() -> datetime:
    """Tell the time; the engine has no clock of its own."""
    return datetime.now(UTC)


def wire_text(value: str | bytes) -> str:
    """Read a header's bytes as the engine wants them; text that a client sends in Latin-1 becomes those bytes first."""
    raw = value.encode("latin-1") if isinstance(value, str) else value
    return raw.decode("utf-8", "surrogateescape")


def host_of(url: str) -> str:
    """Give the Host header for a URL as urllib3 sends it: in lower case, IPv6 in brackets, no port that is usual."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    host = f"[{host.partition('%')[0]}]" if ":" in host else host
    return host if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f"{host}:{parts.port}"


def target_of(url: str) -> str:
    """Give the target of the request line for a URL, with every character escaped that urllib3 would escape."""
    parts = urlsplit(url)
    path, query = quote(parts.path or "/", safe=_IN_PATH), quote(parts.query, safe=_IN_PATH + "?")
    return f"{path}?{query}" if query else path


def as_sent(url: str) -> str:
    """Write a URL with the target that is sent, so that nobody downstream has anything left to escape."""
    path, _, query = target_of(url).partition("?")
    return urlsplit(url)._replace(path=path, query=query).geturl()


def check_payload(payload: str | None) -> None:
    """Refuse a word for the body that a client cannot keep; None hashes it."""
    if payload not in (None, UNSIGNED_PAYLOAD, STREAMING_PAYLOAD):
        raise ValueError(
            f"payload `{payload}` is not one that this adapter signs\n"
            f"  help: leave it out to hash the body, or say {UNSIGNED_PAYLOAD} or {STREAMING_PAYLOAD}"
        )


def announce_chunks(headers: MutableMapping[str, str]) -> None:
    """Set the headers of a body that goes out in signed chunks, whose length must be known (A5)."""
    length = headers.get("Content-Length", "")
    encodings = headers.get("Content-Encoding", "")
    if AWS_CHUNKED in encodings:
        raise InvalidHttpRequest("the body is in signed chunks already", "build the request anew, with its body")
    if not length.isdecimal():
        raise InvalidHttpRequest(
            f"{STREAMING_PAYLOAD} needs the length of the body before it is sent",
            "set the Content-Length header to the number of bytes that the body has",
        )
    headers.pop("Transfer-Encoding", None)
    headers["Content-Encoding"] = f"{AWS_CHUNKED},{encodings}" if encodings else AWS_CHUNKED
    headers["Content-Length"] = str(encoded_length(int(length), payload=STREAMING_PAYLOAD, chunk_size=CHUNK_SIZE))
    headers[DECODED_LENGTH] = length


class Refusal(Exception):
    """A request that is refused before there is a signature to look at."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status

    def response(self) -> ErrorResponse:
        """Say it in plain text."""
        body = f"{self}\n".encode()
        headers = (("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))))
        return ErrorResponse(self.status, headers, body)


TOO_LARGE = "the body is larger than this server accepts"


def streams(request: HttpRequest) -> bool:
    """Tell whether the body comes in chunks that are verified one by one, while they are read (A5)."""
    return any(value.startswith("STREAMING-") for value in request.header("x-amz-content-sha256"))


def without_chunks(encodings: str) -> str:
    """Give a Content-Encoding without the encoding that verifying takes off."""
    kept = [encoding.strip() for encoding in encodings.split(",")]
    return ",".join(encoding for encoding in kept if encoding.lower() != AWS_CHUNKED)

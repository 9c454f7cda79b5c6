"""Sign what httpx sends: `httpx.get(url, auth=SigV4Auth(credentials, region="us-east-1", service="sts"))`."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterable, Iterator
from typing import Any

import httpx

from iamkit.sigv4 import STREAMING_PAYLOAD, ChunkContext, Credentials, HttpRequest, ServiceRules, encode_chunks, sign
from iamkit.sigv4.adapters.common import (
    CHUNK_SIZE,
    SIGNATURE_HEADERS,
    Clock,
    announce_chunks,
    check_payload,
    utc_now,
    wire_text,
)


class SigV4Auth(httpx.Auth):
    """Sign each request with credentials, for a region and a service; for `Client` and `AsyncClient`.

    The body is read into memory and hashed, a stream as well. A stream that is too large for that needs a word instead,
    if the service takes one, as S3 does (A4): `payload=UNSIGNED_PAYLOAD`, or `payload=STREAMING_PAYLOAD` with a
    Content-Length header, which signs chunk by chunk while the body is sent (A5).

    httpx follows redirects only when asked to, and then sends the first request's headers on, unsigned anew: refused
    by the same server, and with the session token in them to any other. Better leave that off and, where you trust the
    new place, `client.send(response.next_request, auth=auth)`.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        region: str,
        service: str,
        payload: str | None = None,
        rules: ServiceRules | None = None,
        clock: Clock = utc_now,
    ) -> None:
        check_payload(payload)
        self.credentials = credentials
        self.scope = {"region": region, "service": service}
        self.payload = payload
        self.rules = rules
        self.clock = clock
        self.requires_request_body = payload is None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request in place; httpx calls this."""
        for name in SIGNATURE_HEADERS:
            request.headers.pop(name, None)
        has_body = "Content-Length" in request.headers or "Transfer-Encoding" in request.headers
        payload = self.payload if has_body or self.payload != STREAMING_PAYLOAD else None
        if payload == STREAMING_PAYLOAD:
            announce_chunks(request.headers)
        signed = sign(
            _http_request(request, read=payload is None),
            self.credentials,
            **self.scope,
            at=self.clock(),
            payload=payload,
            rules=self.rules,
        )
        request.headers.update(signed.added_headers)
        request.headers["Authorization"] = signed.authorization or ""
        if payload == STREAMING_PAYLOAD:
            request.stream = _Chunks(request.stream, signed.chunks)
        yield request


def _http_request(request: httpx.Request, *, read: bool) -> HttpRequest:
    target: bytes = request.extensions.get("target", request.url.raw_path)  # the extension is what httpx sends then
    headers = [(wire_text(name), wire_text(value)) for name, value in request.headers.raw]
    return HttpRequest(request.method, wire_text(target), headers, request.content if read else None)


class _Chunks(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body in signed chunks, made while it is sent."""

    def __init__(self, stream: Any, context: ChunkContext) -> None:
        self.stream = stream
        self.context = context

    def __iter__(self) -> Iterator[bytes]:
        return self._encode(self.stream)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        blocks: deque[bytes] = deque()
        chunks = self._encode(iter(lambda: blocks.popleft() if blocks else b"", b""))
        async for block in _blocks(self.stream):
            blocks.append(block)
            yield next(chunks)  # one block makes one chunk, so it asks for no second
        for last in chunks:
            yield last

    def _encode(self, source: Iterable[bytes]) -> Iterator[bytes]:
        return encode_chunks(source, self.context, payload=STREAMING_PAYLOAD, chunk_size=CHUNK_SIZE)


async def _blocks(stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """Cut a stream into blocks of the size of a chunk."""
    left = b""
    async for piece in stream:
        data = left + piece
        whole = len(data) - len(data) % CHUNK_SIZE
        for start in range(0, whole, CHUNK_SIZE):
            yield data[start : start + CHUNK_SIZE]
        left = data[whole:]
    if left:
        yield left

"""The body of an ASGI request: read whole before it is verified, or verified chunk by chunk while it is received."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from threading import Lock
from typing import Any

from iamkit.sigv4 import AuthenticationFailure, Verified
from iamkit.sigv4.adapters.common import DECODED_LENGTH, TOO_LARGE, Refusal, without_chunks

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]


class ClientDisconnected(Exception):
    """The client left before its body was complete."""


class CheckedBody:
    """The body as an application receives it, which remembers the failure that it raised.

    Decoding pulls the encoded body, and a slow client makes it wait: in a thread of its own, where it holds up nobody.
    """

    def __init__(self, verified: Verified, receive: Receive) -> None:
        self.failure: AuthenticationFailure | None = None
        self._receive = receive
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1)
        self._pieces = verified.read(self._encoded())
        self._awaited: Future[Message] | None = None
        self._ended = False
        self._lock = Lock()
        self._closed = False

    async def receive(self) -> Message:
        """Give the next piece, decoded and verified; raises AuthenticationFailure for a wrong chunk."""
        if self.failure is not None:
            raise self.failure
        if self._ended:
            return await self._receive()
        try:
            piece = await self._loop.run_in_executor(self._thread, next, self._pieces, None)
        except AuthenticationFailure as failure:
            self.failure = failure
            raise
        except ClientDisconnected:
            return {"type": "http.disconnect"}
        self._ended = piece is None
        return {"type": "http.request", "body": piece or b"", "more_body": not self._ended}

    def close(self) -> None:
        """Let go of the thread, even if it waits for the client."""
        with self._lock:
            self._closed = True
            if self._awaited is not None:
                self._awaited.cancel()
        self._thread.shutdown(wait=False)

    def _encoded(self) -> Iterator[bytes]:
        more = True
        while more:
            # The loop may close the body between asking and noting what was asked for, and would cancel nothing.
            with self._lock:
                if self._closed:
                    return
                self._awaited = asyncio.run_coroutine_threadsafe(part_of_body(self._receive), self._loop)
            message = self._awaited.result()
            more = message.get("more_body", False)
            yield message.get("body", b"")


async def part_of_body(receive: Receive) -> Message:
    """Receive a part of the body; raises ClientDisconnected."""
    message = await receive()
    if message["type"] != "http.request":
        raise ClientDisconnected
    return message


async def read_body(receive: Receive, limit: int) -> bytes:
    """Receive a body whole; raises Refusal for more bytes than the limit, and ClientDisconnected."""
    body = bytearray()
    more = True
    while more:
        message = await part_of_body(receive)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE)
    return bytes(body)


def giving(body: bytes, receive: Receive) -> Receive:
    """Receive a body that was received already, then what else comes."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive_again() -> Message:
        return next(messages, None) or await receive()

    return receive_again


def decoded_headers(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Give the headers that the body has once it is decoded."""
    given = {name.lower(): value for name, value in headers}
    encodings = without_chunks(given.get(b"content-encoding", b"").decode("latin-1"))
    changed = {b"content-length": given.get(DECODED_LENGTH.encode(), b""), b"content-encoding": encodings.encode()}
    kept = [(name, value) for name, value in headers if name.lower() not in changed]
    return kept + [(name, value) for name, value in changed.items() if value]

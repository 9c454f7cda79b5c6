"""An HTTP server on loopback for the gateway: raw path and raw headers in, bounded bodies, bounded waits."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn

from iamkit.cloud.calls import Answer
from iamkit.sigv4 import HttpRequest

MOST_BYTES = 64 * 1024 * 1024
# A body that trickles in slower than this for its whole length is a client that is stuck, or wants us to be.
SECONDS_FOR_A_BODY = 60.0
THREADS = 16

Message = dict[str, Any]


class _TooLarge(Exception):
    pass


class _Gone(Exception):
    """The client hung up, or broke off in the middle: half a request is none."""


class Application:
    """The ASGI application: collect a body, let a thread answer."""

    def __init__(
        self,
        answer: Callable[[HttpRequest], Answer],
        most_bytes: int = MOST_BYTES,
        seconds_for_a_body: float = SECONDS_FOR_A_BODY,
    ) -> None:
        self.answer = answer
        self.most_bytes = most_bytes
        self.seconds_for_a_body = seconds_for_a_body
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="iamkit-cloud")

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Answer one HTTP request."""
        if scope["type"] != "http":
            return
        try:
            async with asyncio.timeout(self.seconds_for_a_body):
                body = await self._body(receive)
        except _Gone:
            return
        except _TooLarge:
            given = _plain(413, f"a body has at most {self.most_bytes:,} bytes here")
        except TimeoutError:
            given = _plain(408, f"the body did not arrive within {self.seconds_for_a_body:g} seconds")
        else:
            loop = asyncio.get_running_loop()
            given = await loop.run_in_executor(self.threads, self.answer, request_of(scope, body))
        headers = [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in given.headers]
        if scope["method"] != "HEAD" or not any(name.lower() == b"content-length" for name, _ in headers):
            headers = [pair for pair in headers if pair[0].lower() != b"content-length"]
            headers.append((b"content-length", str(len(given.body)).encode()))
        await send({"type": "http.response.start", "status": given.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else given.body})

    async def _body(self, receive: Callable[[], Awaitable[Message]]) -> bytes:
        pieces, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            piece = message.get("body", b"")
            size += len(piece)
            if size > self.most_bytes:
                raise _TooLarge
            pieces.append(piece)
            if not message.get("more_body"):
                return b"".join(pieces)


def request_of(scope: Message, body: bytes = b"") -> HttpRequest:
    """Make the request of a scope of ASGI and its body."""
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    text = [(name.decode("latin-1"), _text(value)) for name, value in scope["headers"]]
    return HttpRequest(scope["method"], _text(target), text, body)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _plain(status: int, text: str) -> Answer:
    return Answer(status, (("Content-Type", "text/plain"), ("Connection", "close")), f"{text}\n".encode())


class Server:
    """Serve in a thread until told to stop; `port` 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        # asyncio sends small answers at once only where the protocol is named; otherwise each takes 40 ms more.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind(("127.0.0.1", port))
        except OSError:
            self._socket.close()
            raise
        self.port: int = self._socket.getsockname()[1]
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    def start(self, application: Application) -> None:
        """Begin to serve; returns when connections are accepted."""
        ready = threading.Event()

        class Told(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                ready.set()

        configuration = uvicorn.Config(
            application,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=64 * 1024,
        )
        self._server = Told(configuration)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="iamkit-cloud", daemon=True
        )
        self._thread.start()
        if not ready.wait(10):
            raise RuntimeError("the local cloud did not start within 10 seconds\n  help: is the laptop very busy?")
        self._application = application

    def stop(self) -> None:
        """Stop serving, and give the port back."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(10)
            self._application.threads.shutdown(wait=False, cancel_futures=True)
        self._socket.close()

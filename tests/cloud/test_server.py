"""How the local cloud listens."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from iamkit.cloud.calls import Answer
from iamkit.cloud.server import Application, Server
from iamkit.sigv4 import HttpRequest


def test_small_answers_are_not_held_back() -> None:
    """asyncio turns Nagle's algorithm off for what is TCP by name, and the connections inherit the name."""
    server = Server()
    try:
        server._socket.listen()
        with socket.create_connection(("127.0.0.1", server.port)):
            accepted, _ = server._socket.accept()
            with accepted:
                assert accepted.proto == socket.IPPROTO_TCP
    finally:
        server.stop()


@contextmanager
def serving(**limits: float) -> Iterator[tuple[int, list[HttpRequest]]]:
    """Serve an application that keeps what it is asked; gives the port."""
    asked: list[HttpRequest] = []

    def answer(request: HttpRequest) -> Answer:
        asked.append(request)
        return Answer(200, (), b"done")

    server = Server()
    server.start(Application(answer, **limits))  # type: ignore[arg-type]
    try:
        yield server.port, asked
    finally:
        server.stop()


def talk(port: int, sent: bytes) -> bytes:
    """Send bytes and read until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        received = b""
        # Hanging up on what was not read to its end resets the connection, which is an answer too.
        with suppress(ConnectionError):
            connection.sendall(sent)
            while data := connection.recv(65536):
                received += data
        return received


def test_a_body_that_trickles_is_not_waited_for() -> None:
    """Whoever sends half of a body gets 408, the connection ends, and nothing is done."""
    with serving(seconds_for_a_body=0.1) as (port, asked):
        answer = talk(port, b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert asked == []


def test_a_body_that_is_too_large_is_not_read_to_its_end() -> None:
    """413, also where no length was announced."""
    with serving(most_bytes=100) as (port, asked):
        chunk = b"41\r\n" + b"x" * 65 + b"\r\n"
        head = b"PUT /b/k HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert talk(port, head + chunk * 2).startswith(b"HTTP/1.1 413 ")
        assert asked == []


def test_what_is_no_http_is_refused() -> None:
    """Two lengths, bad chunks, a header without an end: 400, and nothing is done."""
    with serving() as (port, asked):
        for sent in (
            b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
            b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: gzip\r\n\r\nabc",
            b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200_000,
            b"nonsense\r\n\r\n",
        ):
            answer = talk(port, sent)
            assert not answer or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ", b"HTTP/1.1 501 ")), sent[:60]
        assert asked == []


def test_half_a_request_is_none() -> None:
    """A client that breaks off in the middle of a body has asked for nothing, not for something empty."""
    with serving() as (port, asked):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        assert talk(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").endswith(b"done")
        assert [request.method for request in asked] == ["GET"]

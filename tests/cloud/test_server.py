"""How the local cloud listens."""

from __future__ import annotations

import socket

from iamkit.cloud.server import Server


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

"""Fetching: from loopback alone, bounded, without redirects and proxies."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from iamkit.cloud.federation import fetching
from iamkit.cloud.federation.fetching import LoopbackFetch, NotFetched, NotOnLoopback, on_loopback

OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@contextmanager
def serving(answer: bytes, hold: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """Answer one request with these bytes, then close; `hold` keeps the connection open until the end."""
    server = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []
    done = threading.Event()

    def serve() -> None:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            asked.append(connection.recv(65536))
            try:
                connection.sendall(answer)
                if hold:
                    done.wait(30)
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", asked
    finally:
        done.set()
        # Shutting down wakes accept(), which closing alone does not.
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(10)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:8123/path?query=1",
        "https://localhost/",
        "http://LOCALHOST:1/",
    ],
)
def test_on_loopback(url: str) -> None:
    """127.0.0.1 and localhost are this laptop."""
    assert on_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/",
        "http://example.com@127.0.0.1/",
        "http://example.com#@127.0.0.1/",
        "http://127.0.0.1\\@example.com/",
        "http://127.0.0.1 .example.com/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/",
        "http://127.1/",
        "http://2130706433/",
        "http://0.0.0.0/",
        "http://[::1]/",
        "http://[/",
        "http://localhost./",
        "http://127.0.0.1/\r\nX: y",
        "http://１２７.0.0.1/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "//127.0.0.1/",
        "127.0.0.1",
        "",
    ],
)
def test_not_on_loopback(url: str) -> None:
    """Whatever else a URL may be is not asked."""
    assert not on_loopback(url)
    with pytest.raises(NotOnLoopback):
        LoopbackFetch()(url)


def test_fetch() -> None:
    """A document is fetched with a plain GET."""
    with serving(OK + b"Content-Length: 2\r\n\r\n{}") as (url, asked):
        assert LoopbackFetch()(f"{url}/a?b=c") == b"{}"
    assert asked[0].startswith(b"GET /a?b=c HTTP/1.1\r\n")


def test_localhost_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hosts file cannot send the request elsewhere."""
    looked_up: list[object] = []
    real = socket.getaddrinfo

    def spy(host: object, *rest: object, **more: object) -> object:
        looked_up.append(host)
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", spy)
    with serving(OK + b"\r\n{}") as (url, asked):
        assert LoopbackFetch()(url.replace("127.0.0.1", "localhost") + "/") == b"{}"
    assert looked_up == ["127.0.0.1"]
    assert b"\r\nHost: localhost:" in asked[0]


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"])
def test_no_proxy_is_used(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxies are not asked."""
    with serving(OK + b"\r\nproxy") as (proxy, at_proxy), serving(OK + b"\r\n{}") as (url, _):
        monkeypatch.setenv(name, proxy)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        assert LoopbackFetch()(f"{url}/") == b"{}"
    assert at_proxy == []


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "307 Temporary", "404 Not Found", "500 Oops", "204 Empty"]
)
def test_only_ok_is_ok(status: str) -> None:
    """A redirect is not followed, even to loopback; no other status is a document."""
    with serving(OK + b"\r\n{}") as (other, at_other):
        answer = f"HTTP/1.1 {status}\r\nLocation: {other}/\r\nContent-Length: 0\r\n\r\n".encode()
        with serving(answer) as (url, _), pytest.raises(NotFetched, match=f"answers with status {status[:3]}"):
            LoopbackFetch()(f"{url}/")
        assert at_other == []


def test_large_document() -> None:
    """A document has a largest size."""
    most = fetching.MOST_BYTES
    with serving(OK + b"\r\n" + b" " * most) as (url, _):
        assert len(LoopbackFetch()(f"{url}/")) == most
    with serving(OK + b"\r\n" + b" " * (most + 1)) as (url, _), pytest.raises(NotFetched, match="is larger than"):
        LoopbackFetch()(f"{url}/")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nX: ", OK + b"Content-Length: 10\r\n\r\n{}"])
def test_slow_server(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that stops in the middle is given up."""
    monkeypatch.setattr(fetching, "SECONDS", 0.2)
    with serving(answer, hold=True) as (url, _), pytest.raises(NotFetched, match="does not answer"):
        LoopbackFetch()(f"{url}/")


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n"])
def test_what_is_not_a_web_server(answer: bytes) -> None:
    """Anything but an HTTP response is no document."""
    with serving(answer) as (url, _), pytest.raises(NotFetched, match="does not answer"):
        LoopbackFetch()(f"{url}/")


def test_nobody_there() -> None:
    """A closed port is an OSError, as `Fetch` promises."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(OSError, match="does not answer: ConnectionRefusedError"):
        LoopbackFetch()(f"http://127.0.0.1:{port}/")


def test_stand_in() -> None:
    """An issuer elsewhere is asked on loopback, by its whole name only."""
    with serving(OK + b"\r\n{}") as (url, asked):
        fetch = LoopbackFetch({"https://idp.example.com/": url})
        with pytest.raises(NotOnLoopback):
            fetch("https://idp.example.com.evil.example.com/x")
        assert fetch("https://idp.example.com/x") == b"{}"
    assert asked[0].startswith(b"GET /x HTTP/1.1\r\n")


def test_stand_in_is_on_loopback() -> None:
    """Nobody elsewhere can stand in."""
    with pytest.raises(NotOnLoopback):
        LoopbackFetch({"https://idp.example.com": "https://evil.example.com"})

"""Read what an identity provider publishes, on this laptop alone: bounded size and time, no redirects, no proxies."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import SplitResult, urlsplit

MOST_BYTES = 256 * 1024
SECONDS = 5.0
_HOSTS = frozenset({"127.0.0.1", "localhost"})

Fetch = Callable[[str], bytes]
"""From a URL to what is there; raises OSError where it cannot be had, NotOnLoopback where nobody may ask."""


class NotOnLoopback(ValueError):
    """The address is not on this laptop, which the local cloud never leaves."""


class NotFetched(OSError):
    """The address did not give a document, or not in the time and size that it may take."""


def on_loopback(url: str) -> bool:
    """Tell whether a URL names this laptop: `http` or `https`, 127.0.0.1 or localhost, no user, no fragment."""
    try:
        _parts(url)
    except NotOnLoopback:
        return False
    return True


class LoopbackFetch:
    """Fetch from loopback; `stand_ins` says who answers for an issuer elsewhere, by the beginning of its URLs.

    With `{"https://token.actions.githubusercontent.com": "http://127.0.0.1:8123"}` a lesson can trust GitHub's name
    while an issuer on loopback plays GitHub.
    """

    def __init__(self, stand_ins: Mapping[str, str] | None = None) -> None:
        self._stand_ins = dict(stand_ins or {})
        for address in self._stand_ins.values():
            _parts(address)

    def __call__(self, url: str) -> bytes:
        """Fetch a document."""
        for issuer, address in self._stand_ins.items():
            if url.startswith(issuer.rstrip("/") + "/"):
                url = address.rstrip("/") + url[len(issuer.rstrip("/")) :]
                break
        parts = _parts(url)
        try:
            return _get(parts)
        except (http.client.HTTPException, ValueError) as error:
            raise NotFetched(f"`{url}` does not answer as a web server does: {type(error).__name__}") from None
        except NotFetched:
            raise
        except OSError as error:
            raise NotFetched(f"`{url}` does not answer: {type(error).__name__}") from None


def _parts(url: str) -> SplitResult:
    clean = url.isascii() and url.isprintable() and not any(mark in url for mark in "@#\\ ")
    try:
        parts = urlsplit(url)
        there = parts.scheme in ("http", "https") and parts.hostname in _HOSTS and parts.port != 0
    except ValueError:
        there = False
    if not (there and clean):
        raise NotOnLoopback(f"`{url}` is not on this laptop, which the local cloud never leaves")
    return parts


def _get(parts: SplitResult) -> bytes:
    # 127.0.0.1 whatever the name resolves to: a hosts file cannot send the request elsewhere.
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection("127.0.0.1", parts.port or 443, timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=SECONDS)
    # The socket's own timeout starts again with every byte; this one does not.
    too_late = threading.Event()
    late = threading.Timer(SECONDS, _cut, (connection, too_late))
    late.daemon = True
    try:
        late.start()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"Host": parts.netloc, "Accept": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise NotFetched(f"`{parts.geturl()}` answers with status {response.status}")
        body = response.read(MOST_BYTES + 1)
        # A connection that was cut in the headers looks as if they ended there.
        if too_late.is_set():
            raise NotFetched(f"`{parts.geturl()}` does not answer within {SECONDS:g} seconds")
    finally:
        late.cancel()
        connection.close()
    if len(body) > MOST_BYTES:
        raise NotFetched(f"`{parts.geturl()}` is larger than {MOST_BYTES:,} bytes")
    return body


def _cut(connection: http.client.HTTPConnection, too_late: threading.Event) -> None:
    too_late.set()
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)

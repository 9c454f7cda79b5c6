"""Verify what an ASGI application receives, before the application sees it.

ASGI loses nothing that is signed: it has the raw path, the raw query, and every header in its order.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote

from iamkit.sigv4 import AuthenticationFailure, HttpRequest, Lookup, Protocol, ServiceRules, verify
from iamkit.sigv4.adapters.asgi_body import (
    CheckedBody,
    ClientDisconnected,
    Message,
    Receive,
    decoded_headers,
    giving,
    read_body,
)
from iamkit.sigv4.adapters.common import Clock, Refusal, streams, utc_now, wire_text

Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

VERIFIED = "iamkit.verified"


class VerifyingMiddleware:
    """Let verified requests through, with a `Verified` in `scope["iamkit.verified"]`; answer the others.

    A body is read, up to `max_body` bytes, before the application runs. One in aws-chunked encoding is verified while
    the application receives it, decoded and of any size (A5): receive it to its end before you believe it, and answer
    after that, because only then can a wrong chunk still become the answer. That needs asyncio and a thread.

    A WebSocket is verified by its handshake, which says nothing of the messages. Lifespan events pass.
    """

    def __init__(
        self,
        app: Application,
        lookup: Lookup,
        *,
        region: str,
        service: str,
        rules: ServiceRules | None = None,
        protocol: Protocol | None = None,
        clock: Clock = utc_now,
        max_body: int = 10 * 1024 * 1024,
    ) -> None:
        self.app = app
        self.lookup = lookup
        self.options: dict[str, Any] = {"region": region, "service": service, "rules": rules, "protocol": protocol}
        self.clock = clock
        self.max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verify one request or one handshake."""
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        body: bytes | None = b""
        try:
            request = http_request(scope)
            if scope["type"] == "http":
                body = None if streams(request) else await read_body(receive, self.max_body)
            verified = verify(request._replace(body=body), self.lookup, now=self.clock(), **self.options)
        except (AuthenticationFailure, Refusal) as refused:
            return await _answer(refused, scope, send)
        except ClientDisconnected:
            return None
        scope = {**scope, VERIFIED: verified}
        if body is None:
            return await self._stream(scope, send, CheckedBody(verified, receive))
        return await self.app(scope, receive if scope["type"] == "websocket" else giving(body, receive), send)

    async def _stream(self, scope: Scope, send: Send, body: CheckedBody) -> None:
        """Run the application on the decoded body; a wrong chunk is the answer, whatever it makes of that."""
        begun = False

        async def send_unless_failed(message: Message) -> None:
            nonlocal begun
            if body.failure is None:
                begun = True
                await send(message)

        try:
            await self.app({**scope, "headers": decoded_headers(scope["headers"])}, body.receive, send_unless_failed)
        except Exception:
            if body.failure is None:
                raise
        finally:
            body.close()
        if body.failure is None:
            return
        if begun:
            raise body.failure  # to the server, which ends the connection
        await _answer(body.failure, scope, send)


def http_request(scope: Scope) -> HttpRequest:
    """Give the request of a scope, without its body; raises Refusal."""
    raw_path = scope.get("raw_path")
    if raw_path is None:
        path = quote(scope["path"], safe="/~")  # the server keeps the raw path to itself
    elif unquote(raw_path.decode("utf-8", "replace")) != scope["path"]:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the path that was sent is not the one that the server passes on")
    else:
        path = wire_text(raw_path)
    query = wire_text(scope.get("query_string", b""))
    headers = [(wire_text(name), wire_text(value)) for name, value in scope["headers"]]
    return HttpRequest(scope.get("method", "GET"), f"{path}?{query}" if query else path, headers)


async def _answer(refused: AuthenticationFailure | Refusal, scope: Scope, send: Send) -> None:
    """Send the answer; to a handshake only where the server can, and else a closing, which clients see as 403."""
    response = refused.response()
    kind = "http.response"
    if scope["type"] == "websocket":
        if "websocket.http.response" not in (scope.get("extensions") or {}):
            await send({"type": "websocket.close", "code": 1008})
            return
        kind = "websocket.http.response"
    headers = [(name.lower().encode(), value.encode()) for name, value in response.headers]
    body = b"" if scope.get("method") == "HEAD" else response.body
    await send({"type": f"{kind}.start", "status": int(response.status), "headers": headers})
    await send({"type": f"{kind}.body", "body": body})

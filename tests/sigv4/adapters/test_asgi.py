"""The ASGI middleware: what it lets through, what it refuses, and a body that is verified while it is received."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import httpx
import pytest

from iamkit.sigv4 import STREAMING_PAYLOAD, AuthenticationFailure, HttpRequest
from iamkit.sigv4.adapters.asgi import VERIFIED, Application, Scope, Send, VerifyingMiddleware
from iamkit.sigv4.adapters.asgi_body import Message, Receive
from iamkit.sigv4.adapters.httpx import SigV4Auth
from tests.sigv4.adapters.serving import ALICE, KEY, REGION, SERVICE, TARGETS, WRONG, clock, lookup
from tests.sigv4.adapters.tampering import ACCEPTED, REFUSED, Answer, in_chunks, scope_of, signed

BODY = b"0123456789abcdef" * 4096
GONE: Message = {"type": "http.disconnect"}


async def body_of(receive: Receive) -> bytes:
    """Receive a whole body, as an application does."""
    body, more = b"", True
    while more:
        message = await receive()
        assert message["type"] == "http.request"
        body += message["body"]
        more = message["more_body"]
    return body


async def answer_with(send: Send, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    await send({"type": "http.response.body", "body": body})


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Say who asks, and what arrived."""
    body = await body_of(receive)
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    seen = {
        "principal": scope[VERIFIED].principal,
        "body": body.decode("latin-1"),
        "length": headers.get("content-length"),
        "encoding": headers.get("content-encoding"),
    }
    await answer_with(send, json.dumps(seen).encode())


def guard(app: Application = echo, service: str = SERVICE, **options: Any) -> VerifyingMiddleware:
    return VerifyingMiddleware(app, lookup, **{"region": REGION, "service": service, "clock": clock, **options})


def call(
    app: Application, request: HttpRequest, pieces: Iterable[bytes] | None = None, **changed: Any
) -> tuple[Answer, list[Message]]:
    """Call an application with a request whose body comes in pieces; the client leaves after the last one."""
    parts = [request.body or b""] if pieces is None else list(pieces)
    last = len(parts) - 1
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": number < last} for number, part in enumerate(parts)
    ]
    return asyncio.run(exchange(app, scope_of(request, **changed), messages))


async def exchange(app: Application, scope: Scope, messages: Iterable[Message]) -> tuple[Answer, list[Message]]:
    coming = iter(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        return next(coming, GONE)

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    none: Message = {"status": 0, "headers": []}
    start = next((message for message in sent if "status" in message), none)
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    body = b"".join(message.get("body", b"") for message in sent)
    return Answer(start["status"], headers, body), sent


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_good_signature_passes(name: str) -> None:
    """The application learns who asks, and receives the body as if nobody had received it before."""
    answer, _ = call(guard(), ACCEPTED[name])

    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["body"].encode() == ACCEPTED[name].body


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_signature_is_refused(name: str) -> None:
    """The application does not run, and the answer says what is wrong as AWS would."""

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError(scope)

    request, code = REFUSED[name]
    answer, _ = call(guard(never), request)

    assert (answer.status, answer.headers["x-amzn-errortype"]) == (403, code)


def test_a_replay_passes() -> None:
    """A10: the same bytes are good for 15 minutes; only TLS and an API that bears repetition help against that."""
    answers = [call(guard(), signed())[0] for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("service", [SERVICE, "s3"])
def test_any_target_passes(service: str, target: str) -> None:
    """ASGI has the raw path and the raw query."""

    async def ask() -> int:
        auth = SigV4Auth(KEY, region=REGION, service=service, clock=clock)
        transport = httpx.ASGITransport(guard(service=service))
        async with httpx.AsyncClient(transport=transport, auth=auth) as client:
            response = await client.post(f"http://api.example.com:8080{target}", content=b"content")
            return response.status_code

    assert asyncio.run(ask()) == 200


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 200),
        ({"raw_path": None}, 200),
        ({"raw_path": b"/orders%2F7"}, 403),
        ({"raw_path": b"/orders/8"}, 400),
        ({"path": "/orders/8"}, 400),
        ({"raw_path": b"/x/../orders/7"}, 400),
        ({"path": "/orders/8", "raw_path": None}, 403),
    ],
)
def test_the_raw_path_is_the_one_that_the_application_sees(changed: dict[str, Any], status: int) -> None:
    """What would be verified as one path and dispatched as another is refused."""
    answer, _ = call(guard(), signed(), **changed)

    assert answer.status == status


@pytest.mark.parametrize(("size", "status"), [(10, 200), (11, 413)])
def test_a_body_has_a_limit(size: int, status: int) -> None:
    """However many pieces it comes in."""
    answer, _ = call(guard(max_body=10), signed(body=b"x" * size), pieces=[b"x"] * size)

    assert answer.status == status


def test_a_client_that_leaves_gets_no_answer() -> None:
    """Its body is not complete, so there is nothing to verify."""
    messages: list[Message] = [{"type": "http.request", "body": b"{", "more_body": True}, GONE]

    assert asyncio.run(exchange(guard(), scope_of(signed()), messages))[1] == []


def test_the_application_hears_that_the_client_left() -> None:
    """After the body come the messages of the server."""
    heard: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        heard.extend([await receive(), await receive()])

    call(guard(app), signed())
    call(guard(app, service="s3"), in_chunks(b""))

    body: Message = {"type": "http.request", "body": signed().body, "more_body": False}
    assert heard == [body, GONE, {"type": "http.request", "body": b"", "more_body": False}, GONE]


def test_the_answer_to_head_has_no_body() -> None:
    """HTTP has none there, whatever went wrong."""
    answer, _ = call(guard(), signed(credentials=WRONG)._replace(method="HEAD"))

    assert (answer.status, answer.body) == (403, b"")


def test_lifespan_passes() -> None:
    """Starting and stopping are nobody's request."""
    scopes: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)

    asyncio.run(exchange(guard(app), {"type": "lifespan"}, []))

    assert scopes == [{"type": "lifespan"}]


def handshake(request: HttpRequest, **extra: Any) -> Scope:
    scope = scope_of(request, type="websocket", scheme="ws", **extra)
    del scope["method"]
    return scope


def test_a_websocket_is_verified_by_its_handshake() -> None:
    """A presigned URL is all that a browser can give."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope[VERIFIED].principal == ALICE
        await send({"type": "websocket.accept"})

    for name in ("URL", "no body"):
        _, sent = asyncio.run(exchange(guard(app), handshake(ACCEPTED[name]), [{"type": "websocket.connect"}]))
        assert sent == [{"type": "websocket.accept"}]


def test_a_bad_handshake_is_refused() -> None:
    """It is closed before it is accepted, or answered where the server can do that."""
    request = signed("GET", "/", body=b"", credentials=WRONG)
    connect: Message = {"type": "websocket.connect"}
    _, closed = asyncio.run(exchange(guard(), handshake(request), [connect]))
    extensions: dict[str, Any] = {"websocket.http.response": {}}
    answer, sent = asyncio.run(exchange(guard(), handshake(request, extensions=extensions), [connect]))

    assert closed == [{"type": "websocket.close", "code": 1008}]
    assert answer.status == 403
    assert [message["type"] for message in sent] == ["websocket.http.response.start", "websocket.http.response.body"]


def test_an_unknown_scope_is_not_passed_on() -> None:
    """What cannot be verified does not reach the application."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError(scope)

    with pytest.raises(KeyError):
        asyncio.run(exchange(guard(app), {"type": "webtransport"}, []))


@pytest.mark.parametrize("cut", [1, 1000, 8192, 10**6])
def test_chunks_are_verified_while_they_are_received(cut: int) -> None:
    """The application gets the decoded body, its length and what is left of its encoding; no limit counts."""
    body = BODY if cut > 1 else BODY[:9000]
    request = in_chunks(body)
    encoded = request.body or b""
    pieces = [encoded[start : start + cut] for start in range(0, len(encoded), cut)]
    answer, _ = call(guard(service="s3", max_body=10), request, pieces)

    seen = json.loads(answer.body)
    assert seen == {"principal": ALICE, "body": body.decode(), "length": str(len(body)), "encoding": "gzip"}


def test_a_chunk_arrives_before_the_next_was_sent() -> None:
    """Nothing is held back but the chunk that is being verified."""
    request = in_chunks(BODY)
    encoded = request.body or b""
    middle = len(encoded) // 2
    order: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(3):
            order.append(f"received {len((await receive())['body'])}")

    async def run() -> None:
        parts = iter([encoded[:middle], encoded[middle:]])

        async def receive() -> Message:
            part = next(parts)
            order.append("sent")
            return {"type": "http.request", "body": part, "more_body": True}

        async def send(message: Message) -> None:
            raise AssertionError(message)

        await guard(app, service="s3")(scope_of(request), receive, send)

    asyncio.run(run())
    assert order == ["sent", "received 8192", "received 8192", "received 8192"]


def tampered(at: float) -> HttpRequest:
    """Change a byte of the data of a chunk: at 0 in the first one, at 1 in the last."""
    request = in_chunks(BODY)
    body = bytearray(request.body or b"")
    place = body.index(b"\r\n") + 2 if at == 0 else body.rindex(b"\r\n0;") - 1
    body[place] ^= 1
    return request._replace(body=bytes(body))


async def swallowing(scope: Scope, receive: Receive, send: Send) -> None:
    """Take any error for the end of the body, as a careless application does."""
    try:
        await body_of(receive)
    except Exception:
        await answer_with(send, b"stored")


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("app", [echo, swallowing])
def test_a_wrong_chunk_is_the_answer(app: Application, at: float) -> None:
    """However far the application has received, and whatever it makes of the failure."""
    answer, _ = call(guard(app, service="s3"), tampered(at))

    assert answer.status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in answer.body


def test_a_failure_does_not_become_the_end_of_the_body() -> None:
    """Who receives on after a wrong chunk meets the failure again."""
    failures: list[AuthenticationFailure] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for _ in range(2):
            try:
                await body_of(receive)
            except AuthenticationFailure as failure:
                failures.append(failure)

    call(guard(app, service="s3"), tampered(0))

    assert len(failures) == 2


def test_an_answer_that_has_begun_is_broken_off() -> None:
    """The status cannot be taken back; the failure is raised to the server, which ends the connection."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": await body_of(receive)})

    with pytest.raises(AuthenticationFailure):
        call(guard(app, service="s3"), tampered(1))


def test_an_answer_that_has_begun_is_broken_off_even_if_the_failure_is_swallowed() -> None:
    """Half an answer is never completed into a good one."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await swallowing(scope, receive, send)

    with pytest.raises(AuthenticationFailure):
        call(guard(app, service="s3"), tampered(1))


def test_a_failure_of_the_application_stays_one() -> None:
    """Only what the middleware refuses itself becomes its answer."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise PermissionError("of the application")

    for service, request in ((SERVICE, signed()), ("s3", in_chunks(b"content"))):
        with pytest.raises(PermissionError, match="of the application"):
            call(guard(app, service=service), request)


def test_a_client_that_leaves_amid_its_chunks_is_reported() -> None:
    """The application hears of it as of any client that leaves."""
    heard: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        heard.extend([(await receive())["type"], (await receive())["type"]])

    request = in_chunks(BODY)
    messages: list[Message] = [
        {"type": "http.request", "body": (request.body or b"")[:9000], "more_body": True},
        GONE,
        GONE,
    ]
    asyncio.run(exchange(guard(app, service="s3"), scope_of(request), messages))

    assert heard == ["http.request", "http.disconnect"]


@pytest.mark.parametrize("leave", ["return", "cancel"])
def test_no_thread_stays_behind(leave: str) -> None:
    """Neither when the application stops receiving, nor when it is canceled while the client is slow."""
    request = in_chunks(BODY)
    before = set(threading.enumerate())

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if leave == "cancel":
            await receive()

    async def run() -> None:
        parts = iter([(request.body or b"")[:9000]])
        waits = asyncio.Event()

        async def receive() -> Message:
            for part in parts:
                return {"type": "http.request", "body": part, "more_body": True}
            waits.set()
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

        async def send(message: Message) -> None:
            raise AssertionError(message)

        task = asyncio.create_task(as_coroutine(guard(app, service="s3"), scope_of(request), receive, send))
        if leave == "cancel":
            await waits.wait()
            task.cancel()
        await asyncio.wait([task])
        for thread in set(threading.enumerate()) - before:
            thread.join(10)
            assert not thread.is_alive()

    asyncio.run(run())


async def as_coroutine(app: Callable[..., Awaitable[None]], *arguments: Any) -> None:
    await app(*arguments)


def test_a_real_client_sends_chunks() -> None:
    """httpx's asynchronous client, signed chunk by chunk, received chunk by chunk."""

    async def ask() -> httpx.Response:
        auth = SigV4Auth(KEY, region=REGION, service="s3", clock=clock, payload=STREAMING_PAYLOAD)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(guard(service="s3")), auth=auth) as client:
            return await client.put("http://amzn-s3-demo-bucket.s3.amazonaws.com/report.csv", content=BODY)

    assert asyncio.run(ask()).json()["body"] == BODY.decode()

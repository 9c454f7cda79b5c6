"""What httpx sends is what was signed, from its blocking and from its asynchronous client."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from iamkit.sigv4 import (
    EMPTY_SHA256,
    STREAMING_PAYLOAD,
    UNSIGNED_PAYLOAD,
    HttpRequest,
    InvalidHttpRequest,
    verify,
)
from iamkit.sigv4.adapters.common import wire_text
from iamkit.sigv4.adapters.httpx import SigV4Auth
from tests.sigv4.adapters.serving import (
    ALICE,
    AT,
    KEY,
    REGION,
    SERVICE,
    SESSION,
    TARGETS,
    TEMPORARY,
    WRONG,
    Loopback,
    clock,
    lookup,
    loopback,
)

CHUNK = 64 * 1024


def auth(service: str = SERVICE, **options: Any) -> SigV4Auth:
    return SigV4Auth(options.pop("credentials", KEY), region=REGION, service=service, **{"clock": clock, **options})


@pytest.fixture
def server() -> Iterator[Loopback]:
    with loopback() as server:
        yield server


@pytest.fixture
def s3() -> Iterator[Loopback]:
    with loopback("s3") as server:
        yield server


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as client:
        yield client


async def ask(method: str, url: str, **options: Any) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as client:
        return await client.request(method, url, **options)


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("service", [SERVICE, "s3"])
def test_any_target_is_signed_as_it_is_sent(client: httpx.Client, service: str, target: str) -> None:
    """Whatever httpx escapes on the way, the server finds the signature."""
    with loopback(service) as server:
        client.get(server.url + target, auth=auth(service))

    assert server.faults() == [""]
    assert server.verified.principal == ALICE


@pytest.mark.parametrize("target", ["/a/../b//c?x", "/%2e%2E/%7e", "/[1]?[2]"])
@pytest.mark.parametrize("service", [SERVICE, "s3"])
def test_a_raw_target_is_signed_as_it_is_sent(client: httpx.Client, service: str, target: str) -> None:
    """The extension `target` goes to the request line untouched, and so it is signed."""
    with loopback(service) as server:
        client.get(server.url, auth=auth(service), extensions={"target": target.encode()})

    assert server.faults() == [""]
    assert server.requests[0].target == target


def test_repeated_headers_are_signed_in_their_order(client: httpx.Client, server: Loopback) -> None:
    """httpx keeps each of them, in any spelling and any bytes, and so does the signature."""
    headers = [(b"X-Many", b"2"), (b"x-many", b"1"), (b"X-Latin", b"caf\xe9"), (b"X-Utf8", "日本".encode())]
    client.get(server.url, headers=headers, auth=auth())

    assert server.faults() == [""]
    assert server.requests[0].header("x-many") == ["2", "1"]
    assert {"x-many", "x-latin", "x-utf8"} <= set(server.verified.signed_headers)


BODIES: dict[str, dict[str, Any]] = {
    "text": {"content": "text, not only ASCII: é"},
    "bytes": {"content": b"\x00\xff bytes"},
    "form": {"data": {"form": "a b&c", "list": ["1", "2"]}},
    "json": {"json": {"key": "é"}},
    "files": {"files": {"upload": ("name.txt", b"content")}},
    "none": {},
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("service", [SERVICE, "s3"])
def test_a_body_is_hashed(client: httpx.Client, service: str, method: str, body: str) -> None:
    """The server finds the hash of the very bytes that arrive."""
    with loopback(service) as server:
        client.request(method, server.url, auth=auth(service), **BODIES[body])

    assert server.faults() == [""]
    assert (server.verified.payload_hash == EMPTY_SHA256) == (body == "none")


def test_a_stream_is_read_and_hashed(client: httpx.Client, server: Loopback) -> None:
    """A file and an iterator are read into memory, since the hash goes first."""
    client.post(server.url, content=io.BytesIO(b"a file"), auth=auth())
    client.post(server.url, content=iter([b"one", b"two"]), auth=auth())

    assert server.faults() == ["", ""]
    assert [request.body for request in server.requests] == [b"a file", b"onetwo"]


@pytest.mark.parametrize("service", [SERVICE, "s3"])
def test_the_asynchronous_client_signs_too(service: str) -> None:
    """With a body at hand, and with one that comes piece by piece."""
    with loopback(service) as server:
        asyncio.run(ask("POST", f"{server.url}/a//b", content=b"bytes", auth=auth(service)))
        asyncio.run(ask("POST", f"{server.url}/a//b", content=pieces(b"one", b"two"), auth=auth(service)))

    assert server.faults() == ["", ""]
    assert [request.body for request in server.requests] == [b"bytes", b"onetwo"]


def test_a_stream_is_sent_unsigned(client: httpx.Client, s3: Loopback) -> None:
    """S3 takes a body without a hash, which is then not read before it is sent."""
    client.put(s3.url, content=iter([b"one", b"two"]), auth=auth("s3", payload=UNSIGNED_PAYLOAD))

    assert s3.faults() == [""]
    assert s3.verified.payload_hash == UNSIGNED_PAYLOAD
    assert s3.requests[0].body == b"onetwo"


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
@pytest.mark.parametrize("cut", [1, 1000, CHUNK, 5 * CHUNK])
def test_a_stream_is_signed_chunk_by_chunk(client: httpx.Client, s3: Loopback, size: int, cut: int) -> None:
    """Both clients send the same chunks, however the stream is cut."""
    if size // cut > CHUNK:
        cut = CHUNK // 2
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    parts = [content[start : start + cut] for start in range(0, size, cut)]
    options: Any = {"headers": {"Content-Length": str(size)}, "auth": auth("s3", payload=STREAMING_PAYLOAD)}

    client.put(s3.url, content=iter(parts), **options)
    asyncio.run(ask("PUT", s3.url, content=pieces(*parts), **options))

    assert s3.faults() == ["", ""]
    assert s3.verified.body == content
    assert s3.requests[0].body == s3.requests[1].body
    assert s3.requests[0].header("Content-Encoding") == ["aws-chunked"]


def test_bytes_and_a_file_are_signed_chunk_by_chunk(client: httpx.Client, s3: Loopback) -> None:
    """httpx knows their length."""
    signer = auth("s3", payload=STREAMING_PAYLOAD)
    client.put(s3.url, content=b"bytes", auth=signer)
    client.put(s3.url, content=io.BytesIO(b"a file"), auth=signer)
    client.get(s3.url, auth=signer)

    assert s3.faults() == ["", "", ""]
    assert [outcome.body for outcome in s3.outcomes if not isinstance(outcome, Exception)] == [
        b"bytes",
        b"a file",
        b"",
    ]


def test_chunks_need_a_length(client: httpx.Client, s3: Loopback) -> None:
    """The length is announced before the first chunk, so an iterator alone is refused."""
    with pytest.raises(InvalidHttpRequest, match=r"needs the length of the body.*\n  help: set the Content-Length"):
        client.put(s3.url, content=iter([b"one"]), auth=auth("s3", payload=STREAMING_PAYLOAD))

    assert s3.requests == []


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://EXAMPLE.com:80/", "example.com"),
        ("https://example.com:443/", "example.com"),
        ("https://example.com:80/", "example.com:80"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://bücher.example/", "xn--bcher-kva.example"),
    ],
)
def test_the_host_is_the_one_that_httpx_sends(url: str, host: str) -> None:
    """Usual ports are left out, as httpx does."""

    def answer(request: httpx.Request) -> httpx.Response:
        headers = [(wire_text(name), wire_text(value)) for name, value in request.headers.raw]
        sent = HttpRequest(request.method, wire_text(request.url.raw_path), headers, request.content)
        verify(sent, lookup, region=REGION, service=SERVICE, now=AT)
        return httpx.Response(200, text=",".join(sent.header("Host")))

    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert client.get(url, auth=auth()).text == host


def test_a_session_token_is_sent_and_signed(client: httpx.Client, server: Loopback) -> None:
    """Temporary credentials come with their token."""
    client.get(server.url, auth=auth(credentials=TEMPORARY))

    assert server.verified.principal == SESSION
    assert "x-amz-security-token" in server.verified.signed_headers


def test_a_request_that_was_signed_before_is_signed_anew(client: httpx.Client, server: Loopback) -> None:
    """Neither the old date nor the token of other credentials stays behind."""
    request = client.build_request("POST", server.url, content=b"content")
    client.send(request, auth=auth(credentials=TEMPORARY, clock=lambda: AT - timedelta(days=1)))
    client.send(request, auth=auth())

    assert server.faults() == ["EXPIRED", ""]
    assert server.requests[1].header("X-Amz-Security-Token") == []


def test_the_wrong_key_is_refused(client: httpx.Client, server: Loopback) -> None:
    """The server of these tests does refuse."""
    assert client.get(server.url, auth=auth(credentials=WRONG)).status_code == 403
    assert server.faults() == ["SIGNATURE_MISMATCH"]


def test_a_redirect_can_be_signed(client: httpx.Client, server: Loopback) -> None:
    """httpx prepares the next request and leaves it to the caller, who signs it for the new place."""
    with loopback() as other:
        server.redirects["/old"] = (307, f"{other.url}/new")
        response = client.post(f"{server.url}/old", content=b"content", auth=auth(credentials=TEMPORARY))
        assert response.next_request is not None
        client.send(response.next_request, auth=auth())

    assert server.faults() == [""]
    assert other.faults() == [""]
    assert other.requests[0].header("X-Amz-Security-Token") == []


def test_a_redirect_that_httpx_follows_is_refused(client: httpx.Client, server: Loopback) -> None:
    """The first signature does not fit the second request: nothing is done twice by it."""
    server.redirects["/old"] = (307, "/new")
    response = client.get(f"{server.url}/old", auth=auth(), follow_redirects=True)

    assert response.status_code == 403
    assert server.faults() == ["", "SIGNATURE_MISMATCH"]

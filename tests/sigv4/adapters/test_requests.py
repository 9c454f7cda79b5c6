"""What requests sends is what was signed: verified by a server that looks at the bytes."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from iamkit.sigv4 import (
    EMPTY_SHA256,
    STREAMING_PAYLOAD,
    STREAMING_UNSIGNED_TRAILER,
    UNSIGNED_PAYLOAD,
    InvalidHttpRequest,
)
from iamkit.sigv4.adapters.requests import SigV4Auth
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
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("service", [SERVICE, "s3"])
def test_any_target_is_signed_as_it_is_sent(session: requests.Session, service: str, target: str) -> None:
    """Whatever requests and urllib3 escape on the way, the server finds the signature."""
    with loopback(service) as server:
        response = session.get(server.url + target, auth=auth(service))

    assert server.faults() == [""]
    assert response.url == server.url + server.requests[0].target
    assert server.verified.principal == ALICE


def test_a_prepared_url_is_signed_as_it_is_sent(session: requests.Session, server: Loopback) -> None:
    """requests resolves `/../` only while it prepares; a URL set afterwards goes out with its dots."""
    prepared = session.prepare_request(requests.Request("GET", server.url))
    prepared.url = f"{server.url}/a/./b/../c?x=[1]#fragment"

    response = session.send(auth()(prepared))

    assert server.faults() == [""]
    assert server.requests[0].target == "/a/./b/../c?x=%5B1%5D"
    assert response.url == f"{server.url}/a/./b/../c?x=%5B1%5D#fragment"


@pytest.mark.parametrize(
    "body",
    [
        {"data": "text, not only ASCII: é"},
        {"data": b"\x00\xff bytes"},
        {"data": bytearray(b"bytes that can change")},
        {"data": {"form": "a b&c", "list": ["1", "2"]}},
        {"json": {"key": "é"}},
        {"files": {"upload": ("name.txt", b"content")}},
        {"data": io.BytesIO(b"a file")},
        {"data": io.StringIO("a file of text")},
        {"data": b""},
        {},
    ],
    ids=["text", "bytes", "bytearray", "form", "json", "files", "file", "text file", "empty", "none"],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("service", [SERVICE, "s3"])
def test_a_body_is_hashed(session: requests.Session, service: str, method: str, body: dict[str, Any]) -> None:
    """The server finds the hash of the very bytes that arrive."""
    for part in body.values():
        if isinstance(part, io.IOBase):
            part.seek(0)
    with loopback(service) as server:
        session.request(method, server.url, auth=auth(service), **body)

    assert server.faults() == [""]
    assert (server.verified.payload_hash == EMPTY_SHA256) == (not body or body == {"data": b""})


def test_a_file_is_hashed_from_where_it_stands(session: requests.Session, s3: Loopback, tmp_path: Path) -> None:
    """What was read of it before is neither sent nor signed."""
    path = tmp_path / "report.csv"
    path.write_bytes(b"skipped" + b"content" * CHUNK)
    with path.open("rb") as file:
        file.seek(len("skipped"))
        session.put(f"{s3.url}/report.csv", data=file, auth=auth("s3"))

    assert s3.faults() == [""]
    assert s3.requests[0].body == b"content" * CHUNK


def test_an_iterator_cannot_be_hashed(session: requests.Session, server: Loopback) -> None:
    """It is refused before anything is sent, with what helps."""
    with pytest.raises(InvalidHttpRequest, match=r"can be read only once.*\n  help: give bytes or a file"):
        session.put(server.url, data=iter([b"one", b"two"]), auth=auth())

    assert server.requests == []


@pytest.mark.parametrize("length", [None, 6])
def test_an_iterator_is_sent_unsigned(session: requests.Session, s3: Loopback, length: int | None) -> None:
    """S3 takes a body without a hash, with or without its length."""
    headers = {} if length is None else {"Content-Length": str(length)}
    session.put(s3.url, data=iter([b"one", b"two"]), headers=headers, auth=auth("s3", payload=UNSIGNED_PAYLOAD))

    assert s3.faults() == [""]
    assert s3.verified.payload_hash == UNSIGNED_PAYLOAD
    assert s3.requests[0].body == b"onetwo"


@pytest.mark.parametrize("size", [1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
@pytest.mark.parametrize("kind", ["bytes", "file", "iterator"])
def test_a_body_is_signed_chunk_by_chunk(session: requests.Session, s3: Loopback, kind: str, size: int) -> None:
    """The server decodes the body, and every chunk carries its signature."""
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    body: Any = {"bytes": content, "file": io.BytesIO(content), "iterator": iter([content[:3], content[3:]])}[kind]
    headers = {"Content-Length": str(size)} if kind == "iterator" else {}

    session.put(s3.url, data=body, headers=headers, auth=auth("s3", payload=STREAMING_PAYLOAD))

    assert s3.faults() == [""]
    assert s3.verified.payload_hash == STREAMING_PAYLOAD
    assert s3.verified.body == content
    assert s3.requests[0].header("Content-Encoding") == ["aws-chunked"]
    assert s3.requests[0].header("Transfer-Encoding") == []


def test_chunks_keep_the_encoding_of_the_body(session: requests.Session, s3: Loopback) -> None:
    """A compressed body stays announced as one."""
    headers = {"Content-Encoding": "gzip"}
    session.put(s3.url, data=b"compressed", headers=headers, auth=auth("s3", payload=STREAMING_PAYLOAD))

    assert s3.faults() == [""]
    assert s3.requests[0].header("Content-Encoding") == ["aws-chunked,gzip"]


def test_chunks_need_a_length(session: requests.Session, s3: Loopback) -> None:
    """The length is announced before the first chunk, so an iterator alone is refused."""
    with pytest.raises(InvalidHttpRequest, match=r"needs the length of the body.*\n  help: set the Content-Length"):
        session.put(s3.url, data=iter([b"one"]), auth=auth("s3", payload=STREAMING_PAYLOAD))

    assert s3.requests == []


def test_a_request_without_a_body_has_no_chunks(session: requests.Session, s3: Loopback) -> None:
    """One auth object serves GET and PUT."""
    session.get(s3.url, auth=auth("s3", payload=STREAMING_PAYLOAD))

    assert s3.faults() == [""]
    assert s3.verified.payload_hash == EMPTY_SHA256


def test_other_words_for_the_payload_are_refused() -> None:
    """An auth object whose requests could not be sent is not made."""
    with pytest.raises(ValueError, match="payload `STREAMING-UNSIGNED-PAYLOAD-TRAILER` is not one"):
        auth("s3", payload=STREAMING_UNSIGNED_TRAILER)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://example.com/", "example.com"),
        ("http://EXAMPLE.com:80/", "example.com"),
        ("http://example.com:8080/", "example.com:8080"),
        ("http://example.com:443/", "example.com:443"),
        ("http://example.com.:8080/", "example.com:8080"),
        ("http://user:password@example.com/", "example.com"),
        ("http://[::1]/", "[::1]"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://bücher.example/", "xn--bcher-kva.example"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
    ],
)
def test_the_host_is_the_one_that_urllib3_would_send(
    session: requests.Session, server: Loopback, monkeypatch: pytest.MonkeyPatch, url: str, host: str
) -> None:
    """Signed or not, the server gets the same Host header, and the signature fits it."""

    def connect(connection: object) -> socket.socket:
        return socket.create_connection(server.address)

    monkeypatch.setattr(urllib3.connection.HTTPConnection, "_new_conn", connect)
    session.get(url, auth=lambda request: request)
    session.get(url, auth=auth())

    assert [request.header("Host") for request in server.requests] == [[host], [host]]
    assert server.faults() == ["NO_CREDENTIALS", ""]


def test_a_host_header_of_ones_own_is_signed(session: requests.Session, server: Loopback) -> None:
    """Who talks to an address may name the host that is meant."""
    session.get(server.url, headers={"Host": "api.example.com"}, auth=auth())

    assert server.faults() == [""]
    assert server.requests[0].header("Host") == ["api.example.com"]


def test_headers_and_cookies_are_signed(session: requests.Session, server: Loopback) -> None:
    """Values with spaces, in Latin-1 and as UTF-8 bytes arrive as they were signed."""
    session.cookies.set("a", "b")
    headers: dict[str, str | bytes] = {
        "X-Amz-Meta-Spaces": "  two   spaces ".strip(),
        "X-Latin": "caf\xe9",
        "X-Utf8": "日本".encode(),
        "User-Agent": "not signed",
    }
    session.get(server.url, headers=headers, auth=auth())

    assert server.faults() == [""]
    assert {"cookie", "x-amz-meta-spaces", "x-latin", "x-utf8"} <= set(server.verified.signed_headers)
    assert "user-agent" not in server.verified.signed_headers


def test_a_session_token_is_sent_and_signed(session: requests.Session, server: Loopback) -> None:
    """Temporary credentials come with their token."""
    session.get(server.url, auth=auth(credentials=TEMPORARY))

    assert server.verified.principal == SESSION
    assert "x-amz-security-token" in server.verified.signed_headers


def test_a_request_that_was_signed_before_is_signed_anew(session: requests.Session, server: Loopback) -> None:
    """Neither the old date nor the token of other credentials stays behind."""
    prepared = session.prepare_request(requests.Request("GET", server.url))
    yesterday = auth(credentials=TEMPORARY, clock=lambda: AT - timedelta(days=1))

    session.send(yesterday(prepared))
    session.send(auth()(prepared))

    assert server.faults() == ["EXPIRED", ""]
    assert server.requests[1].header("X-Amz-Security-Token") == []


def test_the_wrong_key_is_refused(session: requests.Session, server: Loopback) -> None:
    """The server of these tests does refuse."""
    response = session.get(server.url, auth=auth(credentials=WRONG))

    assert response.status_code == 403
    assert server.faults() == ["SIGNATURE_MISMATCH"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("payload", [None, STREAMING_PAYLOAD])
def test_a_redirect_is_followed_unsigned(
    session: requests.Session, s3: Loopback, status: int, payload: str | None
) -> None:
    """Neither signature nor token goes where the server points; the history keeps what was sent."""
    s3.redirects["/old"] = (status, "/new")
    signer = auth("s3", credentials=TEMPORARY, payload=payload)
    response = session.put(f"{s3.url}/old", data=b"content", auth=signer)

    assert s3.faults() == ["", "NO_CREDENTIALS"]
    followed = {name.lower() for name, _ in s3.requests[1].headers}
    assert {name for name in followed if name.startswith("x-amz-")} == set()
    assert "authorization" in CaseInsensitiveDict(response.history[0].request.headers)
    assert s3.requests[1].body == (b"content" if status in (307, 308) else b"")


def test_a_redirect_to_another_host_names_that_host(session: requests.Session, server: Loopback) -> None:
    """The Host header that was signed is not handed on, nor the token."""
    with loopback() as other:
        server.redirects["/"] = (307, f"{other.url}/")
        session.get(server.url, auth=auth(credentials=TEMPORARY))

    assert other.faults() == ["NO_CREDENTIALS"]
    assert other.requests[0].header("Host") == [f"127.0.0.1:{other.address[1]}"]
    assert other.requests[0].header("X-Amz-Security-Token") == []


@pytest.mark.parametrize("payload", [None, STREAMING_PAYLOAD])
def test_a_redirect_can_be_signed(session: requests.Session, s3: Loopback, payload: str | None) -> None:
    """Who trusts the new place signs the request that requests has prepared for it."""
    s3.redirects["/old"] = (307, "/new")
    signer = auth("s3", payload=payload)
    response = session.put(f"{s3.url}/old", data=io.BytesIO(b"content"), auth=signer, allow_redirects=False)
    assert response.next is not None
    session.send(signer(response.next))

    assert s3.faults() == ["", ""]
    assert s3.verified.body == b"content"
    assert s3.requests[1].path == "/new"


def test_the_clock_is_the_real_one_unless_told(session: requests.Session, server: Loopback) -> None:
    """Without a clock of its own the request is dated today, which this server finds far from its own."""
    session.get(server.url, auth=SigV4Auth(KEY, region=REGION, service=SERVICE))

    assert server.faults()[0] in ("EXPIRED", "NOT_YET_CURRENT")

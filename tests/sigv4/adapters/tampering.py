"""Signed requests, what can be done to them on the way, and how a server should answer."""

from __future__ import annotations

import http.client
import io
import socket
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import unquote

from iamkit.sigv4 import STREAMING_PAYLOAD, Credentials, HttpRequest, encode_chunks, encoded_length, presign, sign
from tests.sigv4.adapters.serving import AT, KEY, REGION, SERVICE, TEMPORARY, UNKNOWN, WRONG

HOST = ("Host", "api.example.com")


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


def signed(
    method: str = "POST",
    target: str = "/orders/7?expand=items",
    *headers: tuple[str, str],
    body: bytes = b'{"item": 1}',
    credentials: Credentials = KEY,
    at: datetime = AT,
    region: str = REGION,
    service: str = SERVICE,
) -> HttpRequest:
    """Make a request and sign it in its headers."""
    request = HttpRequest(method, target, (HOST, ("Content-Length", str(len(body))), *headers), body)
    return sign(request, credentials, region=region, service=service, at=at).request


def presigned(*headers: tuple[str, str], credentials: Credentials = KEY, service: str = SERVICE) -> HttpRequest:
    """Make a request and sign it in its URL."""
    request = HttpRequest("GET", "/orders/7?expand=items", (HOST, *headers))
    return presign(request, credentials, region=REGION, service=service, at=AT, expires=60).request


def in_chunks(body: bytes, *, service: str = "s3", chunk_size: int = 8192) -> HttpRequest:
    """Make a request whose body is signed chunk by chunk."""
    length = encoded_length(len(body), payload=STREAMING_PAYLOAD, chunk_size=chunk_size)
    headers = (
        HOST,
        ("Content-Length", str(length)),
        ("Content-Encoding", "aws-chunked,gzip"),
        ("X-Amz-Decoded-Content-Length", str(len(body))),
    )
    request = HttpRequest("PUT", "/report.csv", headers, None)
    done = sign(request, KEY, region=REGION, service=service, at=AT, payload=STREAMING_PAYLOAD)
    chunks = encode_chunks(io.BytesIO(body), done.chunks, payload=STREAMING_PAYLOAD, chunk_size=chunk_size)
    return done.request._replace(body=b"".join(chunks))


def without(request: HttpRequest, *names: str) -> HttpRequest:
    """Drop headers, named in lower case."""
    return request._replace(headers=tuple(pair for pair in request.headers if pair[0].lower() not in names))


def adding(request: HttpRequest, *headers: tuple[str, str]) -> HttpRequest:
    """Add headers after signing."""
    return request._replace(headers=(*request.headers, *headers))


_authorization = ("Authorization", signed().header("authorization")[0])

# Each with the error that an API of one's own answers with (A12): the REST-JSON protocol, status 403.
REFUSED: dict[str, tuple[HttpRequest, str]] = {
    "no signature": (without(signed(), "authorization", "x-amz-date"), "MissingAuthenticationTokenException"),
    "two mechanisms": (adding(presigned(), _authorization), "InvalidSignatureException"),
    "wrong key": (signed(credentials=WRONG), "InvalidSignatureException"),
    "unknown key": (signed(credentials=UNKNOWN), "UnrecognizedClientException"),
    "missing token": (without(signed(credentials=TEMPORARY), "x-amz-security-token"), "UnrecognizedClientException"),
    "wrong region": (signed(region="eu-west-1"), "InvalidSignatureException"),
    "wrong service": (signed(service="s3"), "InvalidSignatureException"),
    "changed body": (signed()._replace(body=b'{"item": 2}'), "InvalidSignatureException"),
    "changed method": (signed()._replace(method="PUT"), "InvalidSignatureException"),
    "changed path": (signed()._replace(target="/orders/8?expand=items"), "InvalidSignatureException"),
    "changed query": (signed()._replace(target="/orders/7?expand=all"), "InvalidSignatureException"),
    "added query": (signed()._replace(target="/orders/7?expand=items&expand=all"), "InvalidSignatureException"),
    "changed header": (
        adding(without(signed("POST", "/", ("X-Amz-Target", "Read")), "x-amz-target"), ("X-Amz-Target", "Delete")),
        "InvalidSignatureException",
    ),
    "repeated header": (
        adding(signed("POST", "/", ("X-Amz-Target", "Read")), ("X-Amz-Target", "Delete")),
        "InvalidSignatureException",
    ),
    "added header": (adding(signed(), ("X-Amz-Target", "Delete")), "InvalidSignatureException"),
    "changed host": (adding(without(signed(), "host"), ("Host", "other.example.com")), "InvalidSignatureException"),
    "16 minutes old": (signed(at=AT - timedelta(minutes=16)), "InvalidSignatureException"),
    "16 minutes early": (signed(at=AT + timedelta(minutes=16)), "InvalidSignatureException"),
    "URL with another method": (presigned()._replace(method="DELETE"), "InvalidSignatureException"),
}

ACCEPTED: dict[str, HttpRequest] = {
    "header": signed(),
    "URL": presigned(),
    "session token": signed(credentials=TEMPORARY),
    "session token in a URL": presigned(credentials=TEMPORARY),
    "14 minutes old": signed(at=AT - timedelta(minutes=14)),
    "14 minutes early": signed(at=AT + timedelta(minutes=14)),
    "no body": signed("GET", "/orders", body=b""),
    "repeated header": signed("POST", "/", ("X-Amz-Tag", "b"), ("X-Amz-Tag", "a")),
    "header in UTF-8": signed("POST", "/", ("X-Amz-Meta-City", "Zürich, 日本")),
    "repeated key": signed("POST", "/orders?a=2&a=1&a=&A=0&b"),
}


def exchange(address: tuple[str, int], request: HttpRequest) -> Answer:
    """Send a request to the letter over a connection of its own, and read the answer."""
    lines = [f"{request.method} {request.target} HTTP/1.1", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    head = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(head + (request.body or b""))
        connection.shutdown(socket.SHUT_WR)  # werkzeug reads on until then, if its application did not
        response = http.client.HTTPResponse(connection, method=request.method)
        response.begin()
        with response:
            return Answer(response.status, dict(response.getheaders()), response.read())


def scope_of(request: HttpRequest, **changed: Any) -> dict[str, Any]:
    """Make the ASGI scope that a server makes of a request."""
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": unquote(request.path),
        "raw_path": request.path.encode("utf-8", "surrogateescape"),
        "query_string": request.query.encode("utf-8", "surrogateescape"),
        "headers": [(name.lower().encode(), value.encode()) for name, value in request.headers],
        **changed,
    }

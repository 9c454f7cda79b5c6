"""Sign what `requests` sends: `requests.get(url, auth=SigV4Auth(credentials, region="us-east-1", service="sts"))`."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from requests import PreparedRequest, Response
from requests.auth import AuthBase

from iamkit.sigv4 import (
    STREAMING_PAYLOAD,
    Credentials,
    HttpRequest,
    InvalidHttpRequest,
    ServiceRules,
    encode_chunks,
    sign,
)
from iamkit.sigv4.adapters.common import (
    CHUNK_SIZE,
    SIGNATURE_HEADERS,
    Clock,
    announce_chunks,
    as_sent,
    check_payload,
    host_of,
    target_of,
    utc_now,
    wire_text,
)

_PIECE = 1024 * 1024


class SigV4Auth(AuthBase):
    """Sign each request with credentials, for a region and a service.

    The body is hashed: text, bytes, or a file that can be rewound. What can be read only once needs a word instead, if
    the service takes one, as S3 does (A4): `payload=UNSIGNED_PAYLOAD`, or `payload=STREAMING_PAYLOAD` with a
    Content-Length header, which signs chunk by chunk while the body is sent (A5).

    A redirect is followed without a signature and without the session token, which requests would hand to any host:
    the server chose that request, not you. Where you trust the new place, set `allow_redirects=False` and
    `session.send(auth(response.next))`.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        region: str,
        service: str,
        payload: str | None = None,
        rules: ServiceRules | None = None,
        clock: Clock = utc_now,
    ) -> None:
        check_payload(payload)
        self.credentials = credentials
        self.scope = {"region": region, "service": service}
        self.payload = payload
        self.rules = rules
        self.clock = clock

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Sign a prepared request; its URL and its Host header become what is sent, to the letter."""
        r.register_hook("response", _Undo(r))  # type: ignore[no-untyped-call]
        for name in SIGNATURE_HEADERS:
            r.headers.pop(name, None)
        r.url = as_sent(r.url or "")
        r.headers.setdefault("Host", host_of(r.url))
        if "Content-Length" in r.headers:
            r.headers.pop("Transfer-Encoding", None)  # requests announces an iterator in both ways
        body, payload = self._body(r)
        headers = [(name, wire_text(value)) for name, value in r.headers.items()]
        request = HttpRequest(r.method or "GET", target_of(r.url), headers, body)
        signed = sign(request, self.credentials, **self.scope, at=self.clock(), payload=payload, rules=self.rules)
        r.headers.update(signed.added_headers)
        r.headers["Authorization"] = signed.authorization or ""
        if payload == STREAMING_PAYLOAD:
            source: Any = r.body if body is None else body
            chunks: Any = encode_chunks(source, signed.chunks, payload=payload, chunk_size=CHUNK_SIZE)
            r.body = chunks
        return r

    def _body(self, r: PreparedRequest) -> tuple[bytes | None, str | None]:
        """Give the body where it is known whole, and the payload to sign where it is not the body's hash."""
        body: Any = r.body
        if body is None:
            return b"", None if self.payload == STREAMING_PAYLOAD else self.payload
        if self.payload == STREAMING_PAYLOAD:
            announce_chunks(r.headers)
        if isinstance(body, str | bytes | bytearray):
            return body.encode() if isinstance(body, str) else bytes(body), self.payload
        return None, self.payload or _hash(body)


class _Undo:
    """Give a request that is redirected its headers and its body from before it was signed."""

    def __init__(self, request: PreparedRequest) -> None:
        self.request = request
        self.headers = request.headers.copy()
        self.body = request.body

    def __call__(self, response: Response, *args: Any, **kwargs: Any) -> None:
        if response.is_redirect and response.request is self.request:
            response.request = self.request.copy()  # what was sent stays in the history
            self.request.headers = self.headers
            self.request.body = self.body


def _hash(file: Any) -> str:
    """Hash what a file still has to give, then go back to where it stood."""
    digest = sha256()
    try:
        start = file.tell()
        while piece := file.read(_PIECE):
            digest.update(piece.encode() if isinstance(piece, str) else piece)
        file.seek(start)
    except (AttributeError, OSError):
        raise InvalidHttpRequest(
            "the body can be read only once, so it cannot be hashed before it is sent",
            "give bytes or a file that can be rewound; S3 also takes payload=UNSIGNED_PAYLOAD or STREAMING_PAYLOAD",
        ) from None
    return digest.hexdigest()

"""Verify what a WSGI application receives, before the application sees it.

WSGI hands over less than came in. The path is decoded: it is verified as it was sent where the server also gives
`RAW_URI` (gunicorn, werkzeug) or `REQUEST_URI` (waitress, uWSGI, mod_wsgi, cheroot), and else, as under wsgiref, it is
escaped anew as AWS's clients do, which refuses a client that escaped differently. Header names come in capitals with
`-` and `_` alike, and repeated headers mostly joined with `,`, as in a canonical request (A3). Such a loss can refuse a
good signature and never accept a bad one: what is verified is what the application sees.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

from iamkit.sigv4 import AuthenticationFailure, HttpRequest, Lookup, Protocol, ServiceRules, Verified, verify
from iamkit.sigv4.adapters.common import Clock, Refusal, streams, utc_now, wire_text, without_chunks
from iamkit.sigv4.adapters.wsgi_body import CheckedBody, length_of_body, pieces_of_body, read_body

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

VERIFIED = "iamkit.verified"


class VerifyingMiddleware:
    """Let verified requests through, with a `Verified` in `environ["iamkit.verified"]`; answer the others.

    A body is read, up to `max_body` bytes, before the application runs. One in aws-chunked encoding is verified while
    the application reads it, decoded and of any size (A5): read it to its end before you believe it, and call
    `start_response` after that, because only then can a wrong chunk still become an answer.
    """

    def __init__(
        self,
        app: WSGIApplication,
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

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Verify one request."""
        try:
            request, length = http_request(environ), length_of_body(environ)
            if streams(request):
                return self._stream(environ, start_response, self._verify(request), length)
            body = read_body(environ["wsgi.input"], length, self.max_body)
            verified = self._verify(HttpRequest(request.method, request.target, request.headers, body))
        except (AuthenticationFailure, Refusal) as refused:
            return _answer(refused, environ, start_response)
        environ |= {VERIFIED: verified, "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        return self.app(environ, start_response)

    def _verify(self, request: HttpRequest) -> Verified:
        return verify(request, self.lookup, now=self.clock(), **self.options)

    def _stream(
        self, environ: WSGIEnvironment, start_response: StartResponse, verified: Verified, length: int | None
    ) -> Iterator[bytes]:
        """Run the application on the decoded body; a wrong chunk is the answer, whatever it makes of that."""
        body = CheckedBody(verified.read(pieces_of_body(environ["wsgi.input"], length)))
        environ |= {VERIFIED: verified, "wsgi.input": io.BufferedReader(body)}
        environ["CONTENT_LENGTH"] = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "")
        environ["HTTP_CONTENT_ENCODING"] = without_chunks(environ.get("HTTP_CONTENT_ENCODING", ""))

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            write = start_response(status, headers, exc_info)
            return lambda piece: write(piece) if body.failure is None else None

        result: Iterable[bytes] = ()
        try:
            result = self.app(environ, start)
            for piece in result:
                if body.failure is None:
                    yield piece
        except Exception:
            if body.failure is None:
                raise
        finally:
            if hasattr(result, "close"):
                result.close()
        if body.failure is not None:
            yield from _answer(body.failure, environ, start_response, begun=True)


def http_request(environ: WSGIEnvironment) -> HttpRequest:
    """Give the request of an environ, with its body not read yet; raises Refusal."""
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").lower(), wire_text(value))
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    ]
    path, query = _raw_path(environ), wire_text(environ.get("QUERY_STRING", ""))
    return HttpRequest(environ["REQUEST_METHOD"], f"{path}?{query}" if query else path, headers, None)


def _raw_path(environ: WSGIEnvironment) -> str:
    """Give the path as it was sent, or its decoded form encoded anew; the two must lead to the same place."""
    decoded = (environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1")
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if target is None:
        return quote_from_bytes(decoded, safe="/~") or "/"
    path = target.partition("?")[0]
    if not path.startswith("/"):
        path = urlsplit(path).path  # a proxy was sent `http://host/path`
    if unquote_to_bytes(path.encode("latin-1")) != decoded:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the path that was sent is not the one that the server passes on")
    return wire_text(path)


def _answer(
    refused: AuthenticationFailure | Refusal,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    *,
    begun: bool = False,
) -> list[bytes]:
    """Send the answer in place of one that may have begun; the server raises where its headers are on their way."""
    response = refused.response()
    status = f"{response.status} {HTTPStatus(response.status).phrase}"
    exc_info: Any = (type(refused), refused, refused.__traceback__) if begun else None
    start_response(status, list(response.headers), exc_info)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

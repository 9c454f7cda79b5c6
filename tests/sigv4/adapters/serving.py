"""A server on the loopback that verifies the bytes it gets; the keys and the clock that all tests share."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer

from iamkit.sigv4 import AccessKey, AuthenticationFailure, Credentials, HttpRequest, Verified, verify
from iamkit.sigv4.adapters.common import wire_text

AT = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
REGION = "us-east-1"
SERVICE = "execute-api"
ALICE = "arn:aws:iam::111122223333:user/alice"
SESSION = "arn:aws:sts::111122223333:assumed-role/reader/alice"

KEY = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
TEMPORARY = Credentials("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "a-session/token+==")
WRONG = Credentials(KEY.access_key_id, "another-secret")
UNKNOWN = Credentials("AKIDEXAMPLE", KEY.secret_access_key)

KEYS = {
    KEY.access_key_id: AccessKey(KEY, principal=ALICE),
    TEMPORARY.access_key_id: AccessKey(TEMPORARY, principal=SESSION, expires=AT + timedelta(hours=1)),
}

# Targets that a client, a server or a library between them might write differently.
TARGETS = (
    "/",
    "/plain/path",
    "/caf%C3%A9/%E6%97%A5%E6%9C%AC",
    "/café/日本",
    "/a%20b/c d",
    "/with%2Fslash/%2f",
    "/a//b///c",
    "/trailing/",
    "/plus+and%2Bplus",
    "/(round)[square]{curly}",
    "/~tilde/%7Etilde/%41",
    "/colon:semi;comma,equals=at@dollar$amp&bang!star*quote'",
    "/percent%25/%2525",
    "/?empty=&bare&=nameless&&",
    "/?key=2&key=1&key=10&Key=0",
    "/?plus=a+b&escaped=a%2Bb&space=a%20b",
    "/?sorted=z&a=1&A=1&%C3%A9=1&é=2",
    '/?json={"a":[1]}&url=https://example.com/?x=y/z',
    "/?x-amz-meta=1&X-Amz-Other=2&uploads",
)


def lookup(access_key_id: str) -> AccessKey | None:
    return KEYS.get(access_key_id)


def clock() -> datetime:
    return AT


def later(**by: float) -> datetime:
    return AT + timedelta(**by)


@dataclass
class Loopback:
    """What the server saw: each request to the letter, and what verifying it gave."""

    address: tuple[str, int]
    service: str
    requests: list[HttpRequest] = field(default_factory=list)
    outcomes: list[Verified | AuthenticationFailure] = field(default_factory=list)
    redirects: dict[str, tuple[int, str]] = field(default_factory=dict)
    answer: bytes = b"{}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.address[1]}"

    @property
    def verified(self) -> Verified:
        outcome = self.outcomes[-1]
        if isinstance(outcome, AuthenticationFailure):
            raise outcome
        return outcome

    def faults(self) -> list[str]:
        return [outcome.fault.name if isinstance(outcome, AuthenticationFailure) else "" for outcome in self.outcomes]

    def receive(self, request: HttpRequest) -> Verified | AuthenticationFailure:
        self.requests.append(request)
        try:
            outcome: Verified | AuthenticationFailure = verify(
                request, lookup, region=REGION, service=self.service, now=AT
            )
        except AuthenticationFailure as failure:
            outcome = failure
        self.outcomes.append(outcome)
        return outcome


class _Handler(BaseHTTPRequestHandler):
    loopback: Loopback
    timeout = 10  # whoever announces more than they send fails, and blocks nobody

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline or not self.parse_request():
            return
        # http.server shortens `//` at the start of its `path`; the line itself is untouched.
        target = self.raw_requestline.split(b" ")[1]
        headers = [(name, wire_text(value)) for name, value in self.headers.items()]
        request = HttpRequest(self.command, wire_text(target), headers, self._body())
        outcome = self.loopback.receive(request)
        status, sent, body = 200, [], self.loopback.answer
        if request.path in self.loopback.redirects:
            status, location = self.loopback.redirects[request.path]
            sent = [("Location", location)]
        elif isinstance(outcome, AuthenticationFailure):
            response = outcome.response()
            status, sent, body = response.status, list(response.headers), response.body
        self.send_response(status)
        for name, value in sent:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        if "Expect" in self.headers:
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@contextlib.contextmanager
def loopback(service: str = SERVICE) -> Iterator[Loopback]:
    """Verify on a free port, until the test is over."""
    handler: type[_Handler] = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.loopback = Loopback(("127.0.0.1", server.server_port), service)
    with running(server):
        yield handler.loopback


@contextlib.contextmanager
def running(server: BaseServer) -> Iterator[None]:
    """Let a server serve in a thread, and stop both."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""The WSGI middleware: what it lets through, what it refuses, and what a WSGI server takes away from it."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from wsgiref.validate import validator

import httpx
import pytest
import requests
from werkzeug.serving import WSGIRequestHandler as WerkzeugHandler
from werkzeug.serving import make_server

from iamkit.sigv4 import STREAMING_PAYLOAD, AuthenticationFailure, HttpRequest, sign
from iamkit.sigv4.adapters import httpx as httpx_adapter
from iamkit.sigv4.adapters import requests as requests_adapter
from iamkit.sigv4.adapters.wsgi import VERIFIED, VerifyingMiddleware
from tests.sigv4.adapters.serving import ALICE, AT, KEY, REGION, SERVICE, TARGETS, WRONG, clock, lookup, running
from tests.sigv4.adapters.tampering import ACCEPTED, REFUSED, Answer, exchange, in_chunks, signed

BODY = b"0123456789abcdef" * 4096


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Say who asks, and what arrived."""
    body = environ["wsgi.input"].read()
    seen = {
        "principal": environ[VERIFIED].principal,
        "body": body.decode("latin-1"),
        "length": environ["CONTENT_LENGTH"],
        "encoding": environ.get("HTTP_CONTENT_ENCODING"),
    }
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(seen).encode()]


def guard(app: WSGIApplication = echo, service: str = SERVICE, **options: Any) -> VerifyingMiddleware:
    return VerifyingMiddleware(app, lookup, **{"region": REGION, "service": service, "clock": clock, **options})


class QuietHandler(WSGIRequestHandler):
    """wsgiref as it is: no raw path."""

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def get_stderr(self) -> Any:
        return io.StringIO()


class RawHandler(QuietHandler):
    """wsgiref with the one line that it lacks."""

    def get_environ(self) -> Any:
        return super().get_environ() | {"RAW_URI": self.requestline.split(" ")[1]}


class QuietWerkzeug(WerkzeugHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Keep quiet."""


@contextlib.contextmanager
def serve(app: WSGIApplication, kind: str) -> Iterator[tuple[str, int]]:
    """Run an application under one of three servers."""
    if kind == "werkzeug":
        server: Any = make_server("127.0.0.1", 0, app, threaded=False, request_handler=QuietWerkzeug)
    else:
        server = WSGIServer(("127.0.0.1", 0), RawHandler if kind == "wsgiref and RAW_URI" else QuietHandler)
        server.set_app(app)
    with running(server):
        yield ("127.0.0.1", server.server_port)


SERVERS = ["wsgiref", "wsgiref and RAW_URI", "werkzeug"]


def environ_of(request: HttpRequest, **changed: Any) -> WSGIEnvironment:
    """Make the environ that a server makes of a request, as RFC 3875 and PEP 3333 have it."""
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body or b""),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in request.headers:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"] = value
    return environ | changed


def call(app: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Call an application as PEP 3333 has it, and check that it keeps to that."""
    begun: dict[str, Any] = {}
    sent: list[bytes] = []

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], object]:
        if exc_info and sent:
            raise exc_info[1]
        begun.update(status=int(status.split()[0]), headers=dict(headers))
        return sent.append

    result = validator(app)(environ, start_response)
    try:
        for piece in result:
            assert begun
            sent.append(piece)
    finally:
        result.close()  # type: ignore[attr-defined]
    return Answer(**begun, body=b"".join(sent))


@pytest.mark.parametrize("name", ACCEPTED)
@pytest.mark.parametrize("kind", SERVERS)
def test_a_good_signature_passes(kind: str, name: str) -> None:
    """The application learns who asks, and reads the body as if nobody had read it before."""
    request = ACCEPTED[name]
    with serve(guard(), kind) as address:
        answer = exchange(address, request)

    assert answer.status == 200, answer.body
    assert json.loads(answer.body)["body"].encode() == request.body
    assert json.loads(answer.body)["length"] == str(len(request.body or b""))


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("kind", SERVERS)
def test_a_bad_signature_is_refused(kind: str, name: str) -> None:
    """The application does not run, and the answer says what is wrong as AWS would."""
    request, code = REFUSED[name]
    ran: list[WSGIEnvironment] = []
    with serve(guard(lambda environ, start_response: ran.append(environ) or []), kind) as address:  # type: ignore[func-returns-value]
        answer = exchange(address, request)

    assert (answer.status, answer.headers.get("x-amzn-ErrorType")) == (403, code)
    assert ran == []


def test_a_replay_passes() -> None:
    """A10: the same bytes are good for 15 minutes; only TLS and an API that bears repetition help against that."""
    with serve(guard(), "werkzeug") as address:
        answers = [exchange(address, signed()) for _ in range(2)]

    assert [answer.status for answer in answers] == [200, 200]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("service", [SERVICE, "s3"])
@pytest.mark.parametrize("kind", SERVERS[1:])
def test_any_target_passes_where_the_server_gives_the_raw_path(kind: str, service: str, target: str) -> None:
    """Two clients that escape differently both pass."""
    with serve(guard(service=service), kind) as address:
        statuses = ask_twice(f"http://127.0.0.1:{address[1]}{target}", service)

    assert statuses == [200, 200]


# Where the rebuilt path is not the one that was sent: the answers to requests and to httpx, which escape differently.
# For S3 nothing is lost, since its rules decode the path before they encode it (A2).
LOST = {
    "/with%2Fslash/%2f": [403, 403],
    "/plus+and%2Bplus": [403, 403],
    "/(round)[square]{curly}": [403, 403],
    "/~tilde/%7Etilde/%41": [200, 403],
    "/colon:semi;comma,equals=at@dollar$amp&bang!star*quote'": [403, 403],
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("service", [SERVICE, "s3"])
def test_a_rebuilt_path_refuses_what_it_lost(service: str, target: str) -> None:
    """Under wsgiref a client passes that escapes as AWS's do; another is refused, and nobody else let in."""
    with serve(guard(service=service), "wsgiref") as address:
        statuses = ask_twice(f"http://127.0.0.1:{address[1]}{target}", service)

    assert statuses == (LOST.get(target, [200, 200]) if service == SERVICE else [200, 200])


def ask_twice(url: str, service: str) -> list[int]:
    """Ask with requests and with httpx, which escape differently."""
    options = {"region": REGION, "service": service, "clock": clock}
    with requests.Session() as session:
        session.trust_env = False
        first = session.post(url, data=b"content", auth=requests_adapter.SigV4Auth(KEY, **options))  # type: ignore[arg-type]
    with httpx.Client(trust_env=False) as client:
        second = client.post(url, content=b"content", auth=httpx_adapter.SigV4Auth(KEY, **options))  # type: ignore[arg-type]
    return [first.status_code, second.status_code]


@pytest.mark.parametrize(("key", "status"), [(KEY, 200), (WRONG, 403)])
def test_httpx_calls_the_application_without_a_server(key: Any, status: int) -> None:
    """`httpx.WSGITransport` gives no raw path; plain paths need none."""
    auth = httpx_adapter.SigV4Auth(key, region=REGION, service=SERVICE, clock=clock)
    with httpx.Client(transport=httpx.WSGITransport(guard()), auth=auth) as client:
        response = client.post("http://api.example.com/plain/path?q=a+b&q=", json={"item": 1})

    assert response.status_code == status


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        ({"RAW_URI": "/orders%2F7?expand=items"}, 403),
        ({"RAW_URI": "/orders/7?expand=items"}, 200),
        ({"REQUEST_URI": "/orders/7?expand=items"}, 200),
        ({"REQUEST_URI": "http://api.example.com/orders/7?expand=items"}, 200),
        ({"RAW_URI": "/orders/8?expand=items"}, 400),
        ({"RAW_URI": "//orders/7?expand=items"}, 400),
        ({"REQUEST_URI": "/x/../orders/7?expand=items"}, 400),
        ({"RAW_URI": "/orders/7?expand=items", "PATH_INFO": "/orders/8"}, 400),
        ({"RAW_URI": "/orders/7?expand=items", "QUERY_STRING": "expand=all"}, 403),
    ],
)
def test_the_raw_path_is_the_one_that_the_application_sees(raw: dict[str, str], status: int) -> None:
    """What would be verified as one path and dispatched as another is refused."""
    assert call(guard(), environ_of(signed(), **raw)).status == status


def test_a_mounted_application_is_verified_by_its_whole_path() -> None:
    """SCRIPT_NAME and PATH_INFO together are what the client signed."""
    environ = environ_of(signed(), SCRIPT_NAME="/orders", PATH_INFO="/7")

    assert call(guard(), environ).status == 200


def test_headers_that_differ_in_an_underscore_are_one() -> None:
    """A WSGI server may join `X_Amz_Target` with `X-Amz-Target`: the signature then fits neither."""
    request = signed("POST", "/", ("X-Amz-Target", "Read"))
    joined = environ_of(request, HTTP_X_AMZ_TARGET="Read,Delete")

    assert call(guard(), environ_of(request)).status == 200
    assert call(guard(), joined).status == 403


@pytest.mark.parametrize("size", [10, 11])
def test_a_body_has_a_limit(size: int) -> None:
    """What is longer is refused before it is read."""
    answer = call(guard(max_body=10), environ_of(signed(body=b"x" * size)))

    assert answer.status == (200 if size == 10 else 413)


@pytest.mark.parametrize("size", [10, 11])
def test_a_body_without_a_length_has_the_limit_too(size: int) -> None:
    """werkzeug and gunicorn end a chunked body themselves."""
    request = HttpRequest("POST", "/", (("Host", "api.example.com"),), b"x" * size)
    request = sign(request, KEY, region=REGION, service=SERVICE, at=AT).request
    environ = environ_of(request, **{"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"})

    assert call(guard(max_body=10), environ).status == (200 if size == 10 else 413)


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_LENGTH": ""}, 411), ({"CONTENT_LENGTH": "+1"}, 400)],
)
def test_a_body_without_an_end_is_refused(changed: dict[str, str], status: int) -> None:
    """A server that does not end the body, and a length that is none, would block or mislead."""
    environ = environ_of(signed(), **changed)
    environ["wsgi.input"].read()

    assert call(guard(), environ).status == status


def test_the_answer_to_head_has_no_body() -> None:
    """HTTP has none there, whatever went wrong."""
    answer = call(guard(), environ_of(signed(credentials=WRONG)._replace(method="HEAD")))

    assert (answer.status, answer.body) == (403, b"")


def test_a_failure_of_the_application_stays_one() -> None:
    """Only what the middleware refuses itself becomes its answer."""

    def fail(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise KeyError("of the application")

    for request in (signed(), in_chunks(b"content")):
        with pytest.raises(KeyError, match="of the application"):
            list(guard(fail, service="s3" if request.target == "/report.csv" else SERVICE)(environ_of(request), refuse))


def refuse(status: str, headers: Any, exc_info: Any = None, /) -> Callable[[bytes], object]:
    raise AssertionError(status)


def tampered(chunk: int) -> HttpRequest:
    """Change the last byte of the data of a chunk."""
    request = in_chunks(BODY)
    body = bytearray(request.body or b"")
    at = -1
    for _ in range(chunk + 1):
        at = body.index(b"\r\n", body.index(b";chunk-signature=", at + 1)) + 2
    body[at] ^= 1
    return request._replace(body=bytes(body))


@pytest.mark.parametrize("kind", SERVERS)
def test_chunks_are_verified_while_they_are_read(kind: str) -> None:
    """The application gets the decoded body, its length and what is left of its encoding; no limit counts."""
    with serve(guard(service="s3", max_body=10), kind) as address:
        answer = exchange(address, in_chunks(BODY))

    seen = json.loads(answer.body)
    assert seen == {"principal": ALICE, "body": BODY.decode(), "length": str(len(BODY)), "encoding": "gzip"}


@pytest.mark.parametrize("read", ["read", "read1", "readline", "readlines", "iterate"])
def test_chunks_are_read_in_every_way(read: str) -> None:
    """wsgi.input is a file like any other."""
    body = b"one line\n" * 2000 + b"last"

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        file = environ["wsgi.input"]
        match read:
            case "read":
                found = b"".join(iter(lambda: file.read(100), b""))
            case "readline":
                found = b"".join(iter(file.readline, b""))
            case "readlines":
                found = b"".join(file.readlines())
            case "read1":
                found = file.read(len(body))
            case _:
                found = b"".join(file)
        start_response("200 OK", [("Content-Type", "application/octet-stream")])
        return [found]

    assert call(guard(app, service="s3"), environ_of(in_chunks(body))).body == body


def swallowing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Take any error for the end of the body, as a careless application does."""
    try:
        environ["wsgi.input"].read()
    except Exception:
        environ["swallowed"] = True
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"stored"]


def reading_late(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
    """Call start_response first, and read before the first piece of the answer."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield environ["wsgi.input"].read()


def writing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer as applications did before WSGI, through what start_response returns."""
    early = start_response("200 OK", [("Content-Type", "text/plain")])
    with contextlib.suppress(AuthenticationFailure):
        environ["wsgi.input"].read()
    late = start_response("200 OK", [("Content-Type", "text/plain")])
    early(b"stored")
    late(b"stored")
    return []


@pytest.mark.parametrize("chunk", [0, 5, 7])
@pytest.mark.parametrize("app", [echo, swallowing, reading_late, writing])
@pytest.mark.parametrize("kind", SERVERS)
def test_a_wrong_chunk_is_the_answer(kind: str, app: WSGIApplication, chunk: int) -> None:
    """However far the application has read, and whatever it makes of the failure."""
    with serve(guard(app, service="s3"), kind) as address:
        answer = exchange(address, tampered(chunk))

    assert answer.status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in answer.body


def test_a_failure_does_not_become_the_end_of_the_body() -> None:
    """Who reads on after a wrong chunk meets the failure again."""
    failures: list[AuthenticationFailure] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        for _ in range(2):
            try:
                environ["wsgi.input"].read()
            except AuthenticationFailure as failure:
                failures.append(failure)
        return []

    call(guard(app, service="s3"), environ_of(tampered(0)))

    assert len(failures) == 2


def test_a_truncated_body_is_the_answer() -> None:
    """Chunks that are missing are as wrong as chunks that differ."""
    request = in_chunks(BODY)
    shorter = request._replace(body=(request.body or b"")[:-1])

    assert call(guard(service="s3"), environ_of(shorter)).status == 400


def test_an_answer_that_has_begun_is_broken_off() -> None:
    """The status cannot be taken back; the failure is raised to the server, which ends the connection."""
    closed: list[bool] = []

    class Early:
        def __init__(self, environ: WSGIEnvironment, start_response: StartResponse) -> None:
            start_response("200 OK", [("Content-Type", "text/plain")])
            self.file = environ["wsgi.input"]
            self.pieces = iter([lambda: b"begun", self.file.read])

        def __iter__(self) -> Iterator[bytes]:
            return (piece() for piece in self.pieces)

        def close(self) -> None:
            closed.append(True)

    with pytest.raises(AuthenticationFailure):
        call(guard(Early, service="s3"), environ_of(tampered(5)))
    assert closed == [True]


def test_real_clients_send_chunks() -> None:
    """requests and httpx against a real server, signed chunk by chunk."""
    options: Any = {"region": REGION, "service": "s3", "clock": clock, "payload": STREAMING_PAYLOAD}
    with serve(guard(service="s3"), "werkzeug") as (host, port):
        url = f"http://{host}:{port}/report.csv"
        with requests.Session() as session:
            session.trust_env = False
            first = session.put(url, data=io.BytesIO(BODY), auth=requests_adapter.SigV4Auth(KEY, **options))
        with httpx.Client(trust_env=False) as client:
            second = client.put(url, content=BODY, auth=httpx_adapter.SigV4Auth(KEY, **options))

    assert [response.json()["body"] for response in (first, second)] == [BODY.decode()] * 2

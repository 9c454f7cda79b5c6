"""The judge `own-api`: the signature of an API of one's own, from the side of its server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from iamkit.course.judges.cases import Call, Judge, Refusal
from iamkit.course.judges.making import LONG_TERM, Maker, Pairs
from iamkit.course.judges.servers import ACCEPTED, ask, joined_values, read_headers, refusal_of
from iamkit.sigv4 import AuthenticationFailure, Credentials, HttpRequest

HOST, TYPE, REGION, SERVICE = "api.example.com", "application/json", "local", "orders"
REFUSED = "the server refuses the changed request"


class _Asked(NamedTuple):
    """The arguments of `sign_call`."""

    method: str
    path: str
    body: bytes
    credentials: Credentials
    at: datetime

    def request(self, headers: Pairs, path: str = "", body: bytes | None = None) -> HttpRequest:
        """Put the request together that is sent, perhaps with another path or body than was signed."""
        return HttpRequest(self.method, path or self.path, headers, self.body if body is None else body)

    def ask(self, request: HttpRequest) -> Any:
        return ask(request, self.credentials, REGION, SERVICE, self.at)


# More than the server's acceptance that a case asks for: what came back right, and what was sent.
Probe = Callable[[_Asked, Pairs, Any], Refusal | None]


def _judge(feedback: str, probe: Probe | None, asked: _Asked, value: Any) -> Refusal | None:
    headers = read_headers(value)
    if isinstance(headers, Refusal):
        return headers
    refused = _wrong_header(headers)
    if refused is not None:
        return refused
    answer = asked.ask(asked.request(headers))
    if isinstance(answer, AuthenticationFailure):
        return refusal_of(answer, headers, feedback)
    return probe(asked, headers, answer) if probe else None


def _wrong_header(headers: Pairs) -> Refusal | None:
    values = joined_values(headers)
    for name, wanted in (("Host", HOST), ("Content-Type", TYPE)):
        found = values.get(name.lower())
        if found is None:
            return Refusal(f"The header `{name}` is missing: it is `{wanted}`.", ACCEPTED)
        if found != wanted:
            return Refusal(f"The header `{name}` must be `{wanted}`. Yours is `{found}`.", ACCEPTED)
    return None


def _type_is_signed(asked: _Asked, headers: Pairs, answer: Any) -> Refusal | None:
    if "content-type" in answer.signed_headers:
        return None
    told = "The server accepts it, but anybody on the way can change the type: `content-type` is not signed."
    return Refusal(told, "`content-type` among the signed headers", f"SignedHeaders={';'.join(answer.signed_headers)}")


def _other_body(asked: _Asked, headers: Pairs, answer: Any) -> Refusal | None:
    changed = asked.body.replace(b"1", b"9") + b" "
    if isinstance(asked.ask(asked.request(headers, body=changed)), AuthenticationFailure):
        return None
    told = "With the same headers somebody else's order is accepted: the body is not covered by the signature."
    return Refusal(told, REFUSED, f"the server accepts the body `{changed.decode()}`")


def _other_path(asked: _Asked, headers: Pairs, answer: Any) -> Refusal | None:
    path, mark, query = asked.path.partition("?")
    changed = f"{path}0{mark}{query}"
    if isinstance(asked.ask(asked.request(headers, path=changed)), AuthenticationFailure):
        return None
    told = "With the same headers another path is accepted: it is not covered by the signature."
    return Refusal(told, REFUSED, f"the server accepts the path `{changed}`")


def _calls(
    case: str, feedback: str, probe: Probe | None, count: int, methods: str, query: bool, temporary: bool
) -> Iterator[Call]:
    maker = Maker(f"own-api {case}")
    for _ in range(count):
        method = maker.random.choice(methods.split())
        number = maker.random.randrange(1000, 10_000)
        path = "/orders" if method == "POST" else f"/orders/{number}"
        if query:
            path += f"?{maker.random.choice((maker.shuffled_query, maker.encoded_query))(2)}"
        order = {"item": number, "count": maker.random.randrange(1, 10)}
        body = json.dumps(order).encode() if method in ("POST", "PUT") else b""
        credentials = maker.temporary() if temporary else LONG_TERM
        at = datetime.fromisoformat(maker.date()).astimezone(UTC)
        asked = _Asked(method, path, body, credentials, at)
        yield Call(tuple(asked), ACCEPTED, partial(_judge, feedback, probe, asked))


def _case(
    name: str,
    feedback: str,
    probe: Probe | None = None,
    *,
    count: int = 5,
    methods: str = "POST PUT",
    query: bool = False,
    temporary: bool = False,
) -> tuple[str, Callable[[], Iterable[Call]]]:
    return name, partial(_calls, name, feedback, probe, count, methods, query, temporary)


OWN_API = Judge(
    name="own-api",
    parameters=("method", "path", "body", "credentials", "at"),
    returns="a list of (name, value), all headers to send",
    cases=dict(
        (
            _case(
                "a GET without a body",
                "The server knows the key, region `local`, service `orders`.",
                methods="GET DELETE",
            ),
            _case("a POST with a body", "The signature covers the body: sign with it.", methods="POST"),
            _case("the content type is signed", "Sign what you send.", _type_is_signed),
            _case("a changed body is refused", "Sign what you send.", _other_body),
            _case("a changed path is refused", "Sign what you send.", _other_path, methods="GET PUT"),
            _case("paths with parameters", "The query belongs to what is signed.", methods="GET", query=True, count=15),
            _case("temporary credentials", "The session token goes along, and is signed.", temporary=True),
        )
    ),
)

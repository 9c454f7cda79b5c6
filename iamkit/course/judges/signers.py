"""The judge `broken-signer`: a server verifies what a learner's signer sends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from iamkit.course.judges.cases import Call, Judge, Refusal
from iamkit.course.judges.making import LONG_TERM, Made, Maker
from iamkit.course.judges.servers import ACCEPTED, ask, kept, read_headers, refusal_of
from iamkit.course.judges.signing_keys import REGIONS
from iamkit.sigv4 import AuthenticationFailure, Credentials, HttpRequest

_SERVICES = ("iam", "sts", "sqs", "dynamodb", "execute-api", "orders")
_MINE = ("us-east-1", "iam", "20150830T123600Z")

# Said where the server does not know which mistake leads to the signature.
_FEEDBACK = {
    "a plain GET": "Even the plainest request is refused: follow the steps from the key to the header one by one.",
    "another day, region and service": "Day, region and service are part of the scope, and of the key.",
    "a body": "The last line of the canonical request is the hash of the body that is sent.",
    "headers of its own": "Every header that is signed has its line, and its name among the signed headers.",
    "parameters out of order": "The parameters are sorted by name in the canonical query.",
    "characters that are encoded": "In the query all but letters, digits and `-._~` is encoded, in names and values.",
    "sorted as encoded": "The pairs of the query are sorted as they are encoded.",
    "a parameter that is sent twice": "Parameters with the same name all stay, sorted by value.",
    "a path that is encoded": "The path is encoded once more than it was sent, for every service but S3.",
    "temporary credentials": "A session token is a header that is sent, `X-Amz-Security-Token`, and signed.",
    "everything at once": "Each of these alone is right, but not together.",
}


def _judge(case: str, arguments: tuple[dict[str, Any], Credentials, str, str, str], value: Any) -> Refusal | None:
    request, credentials, region, service, amz_date = arguments
    headers = read_headers(value)
    if isinstance(headers, Refusal):
        return headers
    refused = kept(headers, request["headers"])
    if refused is not None:
        return refused
    sent = HttpRequest(request["method"], request["target"], headers, request["body"])
    answer = ask(sent, credentials, region, service, datetime.fromisoformat(amz_date))
    if isinstance(answer, AuthenticationFailure):
        return refusal_of(answer, headers, _FEEDBACK[case])
    if answer.timestamp != amz_date:
        told = f"The request is signed at `{answer.timestamp}`, not at the `amz_date` that was given."
        return Refusal(told, f"signed at {amz_date}")
    return None


def _calls(
    case: str, count: int, make: Callable[[Maker], Made], *, mine: bool = False, temporary: bool = False
) -> Iterator[Call]:
    """Make calls; `mine` are the scope and the date that examples have."""
    maker = Maker(f"broken-signer {case}")
    for _ in range(count):
        made = make(maker)
        scope = (maker.random.choice(REGIONS), maker.random.choice(_SERVICES), maker.date())
        made.headers[0] = ("Host", _host(*(_MINE if mine else scope)[:2]))
        request = {"method": made.method, "target": made.target, "headers": made.headers, "body": made.body}
        credentials = maker.temporary() if temporary else LONG_TERM
        arguments = (request, credentials, *(_MINE if mine else scope))
        yield Call(arguments, ACCEPTED, partial(_judge, case, arguments))


def _host(region: str, service: str) -> str:
    if service == "orders" or region == "local":
        return f"{service}.example.com"
    return "iam.amazonaws.com" if service == "iam" else f"{service}.{region}.amazonaws.com"


def _everything(case: str) -> Iterator[Call]:
    yield from _calls(case, 25, Maker.anything)
    yield from _calls(case, 25, Maker.anything, temporary=True)


def _case(name: str, count: int, make: Callable[[Maker], Made], **options: bool) -> Callable[[], Iterable[Call]]:
    return partial(_calls, name, count, make, **options)


_CASES: dict[str, Callable[[], Iterable[Call]]] = {
    name: _case(name, count, make, **options)
    for name, count, make, options in (
        ("a plain GET", 2, lambda maker: maker.request(), {"mine": True}),
        ("another day, region and service", 10, lambda maker: maker.request(), {}),
        ("a body", 8, lambda maker: maker.request(method="POST", body=maker.body()), {}),
        ("headers of its own", 8, lambda maker: maker.request(headers=maker.headers(2)), {}),
        ("parameters out of order", 8, lambda maker: maker.request(query=maker.shuffled_query(3)), {}),
        ("characters that are encoded", 12, lambda maker: maker.request(query=maker.encoded_query(2)), {}),
        ("sorted as encoded", 10, lambda maker: maker.request(query=maker.tricky_query()), {}),
        ("a parameter that is sent twice", 8, lambda maker: maker.request(query=maker.repeated_query()), {}),
        ("a path that is encoded", 10, lambda maker: maker.request(path=maker.path(2)), {}),
        ("temporary credentials", 8, lambda maker: maker.request(query=maker.sorted_query(2)), {"temporary": True}),
    )
}

BROKEN_SIGNER = Judge(
    name="broken-signer",
    parameters=("request", "credentials", "region", "service", "amz_date"),
    returns="a list of (name, value), all headers to send",
    cases={**_CASES, "everything at once": partial(_everything, "everything at once")},
)

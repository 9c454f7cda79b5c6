"""The judges accept every right answer, whatever it is made of, and say which mistake a wrong one is."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from iamkit.course.judges import JUDGES as ALL_JUDGES
from iamkit.course.judges import Call, Refusal
from iamkit.course.judges.canonical_requests import expected_text, line_names
from iamkit.course.judges.making import Made
from iamkit.course.judges.signing_keys import EXAMPLE
from iamkit.course.practice import PracticeJudge
from iamkit.policy import Caller, CallerKind
from iamkit.policy.callers import UnknownPrincipal
from iamkit.sigv4 import Credentials, HttpRequest, derive_key_chain, presign, sign
from tests.course.role_answers import followed

Answer = Callable[..., Any]

# Those that try things with real clients have tests of their own: a cloud takes seconds.
JUDGES = {name: judge for name, judge in ALL_JUDGES.items() if not isinstance(judge, PracticeJudge)}


def calls(judge: str) -> Iterator[tuple[str, Call]]:
    for case in JUDGES[judge].build():
        for call in case.calls:
            yield case.name, call


def first_refusal(judge: str, answer: Answer) -> tuple[str, Refusal]:
    """Return the first case in which the answer is refused, and why, with all that is known."""
    for case, call in calls(judge):
        refusal = call.judge(answer(*call.arguments))
        if refusal is not None:
            return case, refusal.explained() if refusal.explained else refusal
    raise AssertionError("nothing is refused")


def accepted(judge: str, answer: Answer) -> None:
    refused = [(case, call.judge(answer(*call.arguments))) for case, call in calls(judge)]
    assert [pair for pair in refused if pair[1] is not None] == []


# -- right answers, as a learner could give them


def right_key(secret: str, date: str, region: str, service: str) -> bytes:
    return derive_key_chain(secret, date, region, service).signing


def right_text(*made: Any) -> str:
    return expected_text(Made(*made))


def right_headers(
    request: dict[str, Any], credentials: Credentials, region: str, service: str, amz_date: str
) -> list[tuple[str, str]]:
    sent = HttpRequest(request["method"], request["target"], request["headers"], request["body"])
    at = datetime.fromisoformat(amz_date)
    return list(sign(sent, credentials, region=region, service=service, at=at).request.headers)


def right_url(bucket: str, key: str, credentials: Credentials, at: datetime) -> str:
    request = HttpRequest("GET", "/" + quote(key), [("Host", f"{bucket}.s3.us-east-1.amazonaws.com")])
    return presign(request, credentials, region="us-east-1", service="s3", at=at, expires=60).url


def right_call(method: str, path: str, body: bytes, credentials: Credentials, at: datetime) -> list[tuple[str, str]]:
    headers = [("Host", "api.example.com"), ("Content-Type", "application/json")]
    request = HttpRequest(method, path, headers, body)
    return list(sign(request, credentials, region="local", service="orders", at=at).request.headers)


def right_statement(message: str) -> dict[str, str] | None:
    asked = message.partition("not authorized to perform: ")[2]
    action, _, resource = asked.rpartition(" because ")[0].partition(" on resource: ")
    return {"Effect": "Allow", "Action": action, "Resource": resource or "*"} if action else None


def right_reading(arn: str) -> dict[str, str] | None:
    """Ask the engine, which knows no groups (they never ask) and more kinds than the exercise."""
    if ":group/" in arn and arn.startswith("arn:aws:iam:"):
        return {"kind": "group", "account": arn.split(":")[4], "name": arn.rpartition("/")[2]}
    try:
        caller = Caller.parse(arn)
    except UnknownPrincipal:
        return None
    if caller.kind is CallerKind.ROLE_SESSION:
        kind = "role" if caller.role_arn else "role session"
        return {"kind": kind, "account": str(caller.account), "name": caller.role_name}
    kinds = {
        CallerKind.ROOT: "root user",
        CallerKind.USER: "user",
        CallerKind.FEDERATED_USER: "federated user",
        CallerKind.SERVICE: "service",
    }
    name = caller.name or ("root" if caller.kind is CallerKind.ROOT else caller.arn)
    return {"kind": kinds[caller.kind], "account": caller.account or "", "name": name}


def right_phase(error: dict[str, str]) -> str:
    if any(
        word in error["Code"] + error["Message"] for word in ("oken", "ignature", "xpired", "AuthFailure", "Skewed")
    ):
        return "authentication"
    if "not authorized" in error["Message"]:
        return "authorization"
    return "authentication" if error["Code"] == "InvalidAccessKeyId" else "neither"


def right_comparison(one: dict[str, str], other: dict[str, str]) -> bool:
    def key(identity: dict[str, str]) -> str:
        return re.sub(r"^(AROA\w+):.*", r"\1", identity["UserId"])

    return key(one) == key(other)


def right_key_id(
    code: dict[str, str], environment: dict[str, str], credentials: dict[str, Any], config: dict[str, Any]
) -> str:
    named = code.get("profile_name")
    name = named or environment.get("AWS_PROFILE", "default")
    variable = "" if named else environment.get("AWS_ACCESS_KEY_ID", "")
    found: list[dict[str, str]] = [code, {"aws_access_key_id": variable}]
    found += [file.get(name, {}) for file in (credentials, config)]
    return next((each["aws_access_key_id"] for each in found if each.get("aws_access_key_id")), "instance metadata")


def right_keys(history: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for commit in reversed(history):
        for text in filter(None, commit["files"].values()):
            words = [word for word in re.split(r"[^A-Za-z0-9]", text) if len(word) == 20 and word.startswith("AKIA")]
            found |= {word: commit["commit"] for word in words if not word.endswith("EXAMPLE")}
    return found


def right_document(answer: dict[str, Any]) -> str:
    return json.dumps({"Version": 1, **answer}, default=datetime.isoformat, indent=2)


RIGHT: dict[str, Answer] = {
    "signing-key": right_key,
    "canonical-request": right_text,
    "broken-signer": right_headers,
    "presigned-url": right_url,
    "own-api": right_call,
    "who-really-acted": followed,
    "denial-message": right_statement,
    "read-arn": right_reading,
    "phase-of-error": right_phase,
    "same-principal": right_comparison,
    "key-that-signs": right_key_id,
    "leaked-keys": right_keys,
    "process-document": right_document,
}


def test_every_judge_has_a_right_answer_here() -> None:
    assert list(RIGHT) == list(JUDGES)


@pytest.mark.parametrize("name", JUDGES)
def test_right_answers_are_accepted(name: str) -> None:
    accepted(name, RIGHT[name])


@pytest.mark.parametrize("name", JUDGES)
def test_a_judge_makes_the_same_calls_every_time(name: str) -> None:
    """Its cases have names, at least one call each, and what should come."""
    first, second = JUDGES[name].build(), JUDGES[name].build()
    assert [(case.name, [call.arguments for call in case.calls]) for case in first] == [
        (case.name, [call.arguments for call in case.calls]) for case in second
    ]
    assert all(case.calls and all(call.expected for call in case.calls) for case in first)
    assert all(len(call.arguments) == len(JUDGES[name].parameters) for case in first for call in case.calls)


@pytest.mark.parametrize("name", JUDGES)
@pytest.mark.parametrize(
    "value", ["", b"", 7, (), [], {}, [1], [("a",)], [("a", None)], {1: 2}, object(), "\ud800", [("é\n", "\0")]]
)
def test_nonsense_is_refused_with_a_sentence(name: str, value: Any) -> None:
    """Of every type, and never an exception."""
    for _, call in calls(name):
        refusal = call.judge(value)
        assert refusal is not None
        assert refusal.feedback.endswith((".", "`"))
        assert refusal.expected


# -- signing-key


def test_a_key_may_be_a_bytearray() -> None:
    accepted("signing-key", lambda *scope: bytearray(right_key(*scope)))


def chain(
    hexed: bool = False, prefix: str = "AWS4", parts: str = "date region service end", swapped: bool = False
) -> Answer:
    def derive(secret: str, date: str, region: str, service: str) -> bytes:
        values = {"date": date, "region": region, "service": service, "end": "aws4_request"}
        key = (prefix + secret).encode()
        for part in parts.split():
            text = values[part].encode()
            made = hmac.new(text, key, "sha256") if swapped else hmac.new(key, text, "sha256")
            key = made.hexdigest().encode() if hexed else made.digest()
        return key

    return derive


@pytest.mark.parametrize(
    ("answer", "case", "told"),
    [
        (lambda *scope: right_key(*scope).hex(), 0, "This is the right key, written as hex text"),
        (lambda *scope: right_key(*scope).hex().upper(), 0, "This is the right key, written as hex text"),
        (lambda *scope: right_key(*scope).hex().encode(), 0, "The key is right, but in hex"),
        (chain(hexed=True), 0, "Between the steps the key is hex text"),
        (lambda *scope: chain(hexed=True)(*scope).decode(), 0, "Yours returned hex text. Between the steps"),
        (chain(prefix=""), 0, '`"AWS4"` is missing'),
        (chain(prefix="", hexed=True), 0, '`"AWS4"` is missing: the first key is `"AWS4"` and the secret. Between'),
        (lambda secret, *scope: chain(prefix="")(secret + "AWS4", *scope), 0, '`"AWS4"` stands before the secret'),
        (chain(parts="region date service end"), 0, "yours is the region, the date, the service."),
        (chain(parts="date region service"), 0, "`aws4_request` is still to come"),
        (chain(parts="date region"), 0, "the service and `aws4_request` are still to come"),
        (chain(parts="date"), 0, "the region, the service and `aws4_request` are still to come"),
        (chain(parts=""), 0, "No step is done yet."),
        (chain(swapped=True), 0, "Key and text are swapped"),
        (lambda *scope: right_key(EXAMPLE[0], scope[1], scope[2], scope[3]), 1, "does not depend on the secret"),
        (lambda *scope: right_key(scope[0], EXAMPLE[1], scope[2], scope[3]), 2, "does not depend on the date"),
        (lambda *scope: right_key(scope[0], scope[1], EXAMPLE[2], scope[3]), 3, "does not depend on the region"),
        (lambda *scope: right_key(scope[0], scope[1], scope[2], EXAMPLE[3]), 4, "does not depend on the service"),
        (lambda *scope: right_key(*scope)[:20], 0, "A signing key has 32 bytes; yours has 20"),
        (lambda *scope: bytes(32), 0, "none of the usual mistakes gives it"),
        (lambda *scope: "no hex", 0, "the key itself. Yours returned a text"),
        (lambda *scope: [1], 0, "must return bytes. Yours returned a list"),
    ],
)
def test_each_usual_mistake_with_the_key_has_its_sentence(answer: Answer, case: int, told: str) -> None:
    found, refusal = first_refusal("signing-key", answer)
    assert found == list(JUDGES["signing-key"].cases)[case]
    assert told in refusal.feedback


def test_the_steps_are_shown_beside_a_wrong_key() -> None:
    """The one after the last is what was expected."""
    _, refusal = first_refusal("signing-key", chain(prefix=""))
    ((name, steps),) = refusal.details
    assert name == "the steps"
    assert refusal.expected == f'bytes.fromhex("{steps.splitlines()[3].partition(": ")[2]}")'


# -- canonical-request


def test_there_are_hundreds_of_requests_in_themes() -> None:
    assert len(list(calls("canonical-request"))) >= 200


def replaced(place: int, change: Callable[[str], str]) -> Answer:
    """Answer rightly but for one line, counted from the end where it is negative."""

    def answer(*made: Any) -> str:
        lines = right_text(*made).split("\n")
        lines[place] = change(lines[place])
        return "\n".join(lines)

    return answer


@pytest.mark.parametrize(
    ("answer", "case", "place", "told"),
    [
        (replaced(0, str.lower), "a plain GET", "method", "Only capitals and small letters differ"),
        (replaced(0, lambda line: "PUT"), "a plain GET", "method", "The first line is the method"),
        (replaced(1, lambda line: ""), "a plain GET", "path", "encoded once more"),
        (replaced(3, lambda line: line.replace(":", ": ")), "a plain GET", "header `host`", "A line for each header"),
        (replaced(-2, lambda line: line.replace(";", ",")), "a plain GET", "signed headers", "joined by `;`"),
        (replaced(-1, lambda line: line[:-1]), "a plain GET", "payload hash", "SHA-256 of the body"),
        (lambda *made: right_text(*made).replace("\n", "\r\n"), "a plain GET", "method", "line feed alone"),
        (lambda *made: right_text(*made) + "\n", "a plain GET", "payload hash", "Nothing follows"),
        (lambda *made: right_text(*made).replace("\n\n", "\n"), "a plain GET", "query", "without any, an empty line"),
        (lambda *made: right_text(*made[:3], b""), "a body", "payload hash", "not of an empty one"),
    ],
)
def test_the_line_that_differs_is_named(answer: Answer, case: str, place: str, told: str) -> None:
    found, refusal = first_refusal("canonical-request", answer)
    assert refusal.difference is not None
    assert (found, refusal.difference.name) == (case, place)
    assert told in refusal.feedback


def test_every_line_of_a_canonical_request_has_a_name() -> None:
    text = right_text("GET", "/?b=1", [("Host", "a"), ("X-Amz-Date", "b")], b"")
    assert len(line_names(text)) == len(text.split("\n"))


# -- what a server verifies


@pytest.mark.parametrize("name", ["broken-signer", "own-api"])
@pytest.mark.parametrize(
    "form",
    [
        tuple,
        dict,
        lambda headers: [list(pair) for pair in headers],
        lambda headers: {name.lower(): value for name, value in reversed(headers)},
        lambda headers: [(name.encode(), value.encode()) for name, value in headers],
    ],
)
def test_headers_may_come_in_any_form(name: str, form: Callable[[Any], Any]) -> None:
    """A list or a tuple of pairs, a dict; in any order and case; as bytes. A repeated header needs pairs."""
    for case, call in calls(name):
        headers = RIGHT[name](*call.arguments)
        if len(form(headers)) == len(headers):
            assert call.judge(form(headers)) is None, case


def test_repeated_headers_may_be_joined() -> None:
    """One line `a,b` says the same as two."""

    def joined(*arguments: Any) -> dict[str, str]:
        values: dict[str, str] = {}
        for name, value in right_headers(*arguments):
            values[name.lower()] = f"{values[name.lower()]},{value.strip()}" if name.lower() in values else value
        return values

    accepted("broken-signer", joined)


def without(name: str) -> Callable[[list[tuple[str, str]]], list[tuple[str, str]]]:
    return lambda headers: [pair for pair in headers if pair[0].lower() != name]


def each_value(change: Callable[[str], str]) -> Callable[[list[tuple[str, str]]], list[tuple[str, str]]]:
    return lambda headers: [(name, change(value)) for name, value in headers]


@pytest.mark.parametrize(
    ("change", "case", "got", "told"),
    [
        (without("host"), "a plain GET", "", "those of the request too: `Host` is missing"),
        (without("authorization"), "a plain GET", "403 MissingAuthenticationToken: ", "Even the plainest request"),
        (without("x-amz-security-token"), "temporary credentials", "The security token included in", "session"),
        (each_value(lambda value: value.replace(", ", ",x,")), "a plain GET", "400 Incomplete", ""),
        (each_value(lambda value: f"{value}."), "a plain GET", "", "The header `Host` is not what"),
        (lambda headers: "Host: a", "a plain GET", "", "a list of pairs `(name, value)`. Yours returned a str."),
        (lambda headers: [*headers, "Host"], "a plain GET", "", "This one is not: `\"Host\"`."),
    ],
)  # fmt: skip
def test_what_the_server_misses_is_said(change: Callable[[Any], Any], case: str, got: str, told: str) -> None:
    found, refusal = first_refusal("broken-signer", lambda *arguments: change(right_headers(*arguments)))
    assert found == case
    assert got in refusal.got
    assert told in refusal.feedback


def test_a_signature_at_another_time_is_refused() -> None:
    """Also within the quarter of an hour that a server grants."""

    def later(request: Any, credentials: Any, region: str, service: str, amz_date: str) -> Any:
        at = datetime.fromisoformat(amz_date) + timedelta(minutes=1)
        return right_headers(request, credentials, region, service, at.strftime("%Y%m%dT%H%M%SZ"))

    _, refusal = first_refusal("broken-signer", later)
    assert "not at the `amz_date` that was given" in refusal.feedback


def by_hand(
    hexed: bool = False, body: bool = True, path: Callable[[str], str] = quote, sorted_late: bool = False
) -> Answer:
    """Sign by hand, with a mistake or without."""

    def answer(request: Any, credentials: Credentials, region: str, service: str, amz_date: str) -> Any:
        headers = [*request["headers"], ("X-Amz-Date", amz_date)]
        if credentials.session_token:
            headers.append(("X-Amz-Security-Token", credentials.session_token))
        made = Made(request["method"], request["target"], headers, request["body"] if body else b"")
        lines = right_text(*made).split("\n")
        lines[1] = path(request["target"].partition("?")[0])
        scope = f"{amz_date[:8]}/{region}/{service}/aws4_request"
        hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        key = chain(hexed)(credentials.secret_access_key, amz_date[:8], region, service)
        signature = hmac.new(key, f"AWS4-HMAC-SHA256\n{amz_date}\n{scope}\n{hashed}".encode(), "sha256").hexdigest()
        credential = f"Credential={credentials.access_key_id}/{scope}, SignedHeaders={lines[-2]}"
        return [*headers, ("Authorization", f"AWS4-HMAC-SHA256 {credential}, Signature={signature}")]

    return answer


def test_a_signer_by_hand_is_accepted() -> None:
    accepted("broken-signer", by_hand())


@pytest.mark.parametrize(
    ("answer", "case"),
    [
        (by_hand(hexed=True), "a plain GET"),
        (by_hand(body=False), "a body"),
        (by_hand(path=lambda path: path), "a path that is encoded"),
    ],
)
def test_a_wrong_signature_is_explained(answer: Answer, case: str) -> None:
    """With the server's words, the mistake that leads to it, and what the server expected."""
    found, refusal = first_refusal("broken-signer", answer)
    details = dict(refusal.details)
    assert found == case
    assert "The request signature we calculated does not match" in refusal.got
    assert re.fullmatch(r"The client .*\.", details["explanation"])
    assert details["the server's canonical request"].startswith(("GET\n/", "POST\n/"))
    assert "Authorization" in details["what you sent"]
    assert refusal.feedback.endswith(".")


def test_the_line_that_the_client_signed_otherwise_is_shown() -> None:
    _, refusal = first_refusal("broken-signer", by_hand(body=False))
    assert refusal.difference is not None
    assert refusal.difference.name == "payload hash"


# -- presigned-url


def presigned(method: str = "GET", expires: int = 60, path: Callable[[str], str] = quote, **how: Any) -> Answer:
    def answer(bucket: str, key: str, credentials: Credentials, at: datetime) -> str:
        host = how.get("host", "{}.s3.us-east-1.amazonaws.com").format(bucket)
        request = HttpRequest(method, f"/{path(key)}", [("Host", host)])
        scope = {"region": how.get("region", "us-east-1"), "service": "s3"}
        return presign(request, credentials, at=at, expires=expires, **scope).url

    return answer


def path_style(bucket: str, key: str, credentials: Credentials, at: datetime) -> str:
    request = HttpRequest("GET", f"/{bucket}/{quote(key)}", [("Host", "s3.us-east-1.amazonaws.com")])
    return presign(request, credentials, region="us-east-1", service="s3", at=at, expires=60).url


def test_path_style_is_a_url_of_the_object_too() -> None:
    accepted("presigned-url", path_style)


def ascii_quoted(key: str) -> str:
    return "".join(each if ord(each) > 127 else quote(each) for each in key)


def tokenless(bucket: str, key: str, credentials: Credentials, at: datetime) -> str:
    return right_url(bucket, key, Credentials(credentials.access_key_id, credentials.secret_access_key), at)


@pytest.mark.parametrize(
    ("answer", "case", "told"),
    [
        (presigned(method="PUT"), "opens the object", "A signature is good for one method"),
        (presigned(region="eu-west-1"), "opens the object", "sign a GET of this object, for `s3` in `us-east-1`"),
        (presigned(host="{}.example.com"), "opens the object", "Yours leads to `amzn-s3-demo"),
        (presigned(path=lambda key: ""), "opens the object", "Yours stands for `/`"),
        (lambda *a: right_url(*a).replace("https", "http"), "opens the object", "must begin with `https://`"),
        (lambda *a: right_url(*a) + "#top", "opens the object", "What follows a `#` is never sent"),
        (lambda *a: right_url(*a).partition("?")[0], "opens the object", "sign a GET of this object"),
        (lambda *a: "https://[", "opens the object", "This is no URL"),
        (presigned(expires=58), "works until the 60th second", "must work for 60 seconds"),
        (presigned(expires=62), "is refused after 60 seconds", "a minute later can still open it"),
        (presigned(path=lambda key: key.replace("%", "%25")), "keys with slashes and spaces", "has no spaces"),
        (presigned(path=lambda key: quote(key, safe="/#")), "keys with slashes and spaces", "encoded as `%23`"),
        (presigned(path=ascii_quoted), "keys in other scripts", "only ASCII"),
        (tokenless, "temporary credentials", "sign a GET"),
    ],
)  # fmt: skip
def test_each_way_to_make_the_wrong_link_is_refused(answer: Answer, case: str, told: str) -> None:
    found, refusal = first_refusal("presigned-url", answer)
    assert found == case
    assert told in refusal.feedback


# -- own-api


def own(service: str = "orders", **change: Any) -> Answer:
    def answer(method: str, path: str, body: bytes, credentials: Credentials, at: datetime) -> Any:
        headers = change.get("headers", [("Host", "api.example.com"), ("Content-Type", "application/json")])
        request = HttpRequest(method, change.get("path", str)(path), headers, change.get("body", body))
        signed = sign(request, credentials, region="local", service=service, at=at).request.headers
        return [*signed, *change.get("after", [])]

    return answer


JSON = ("Content-Type", "application/json")


@pytest.mark.parametrize(
    ("answer", "case", "told"),
    [
        (own(service="sqs"), "a GET without a body", "region `local`, service `orders`"),
        (own(headers=[("Host", "api.example.com")]), "a GET without a body", "The header `Content-Type` is missing"),
        (own(headers=[("Host", "b.example.com"), JSON]), "a GET without a body", "`Host` must be `api.example.com`"),
        (own(body=b""), "a POST with a body", "Hash the very bytes that are sent"),
        (own(headers=[("Host", "api.example.com")], after=[JSON]), "the content type is signed", "is not signed"),
        (own(path=lambda path: path.partition("?")[0]), "paths with parameters", "Sign every parameter that is sent"),
    ],
)
def test_each_gap_in_the_clients_half_is_found(answer: Answer, case: str, told: str) -> None:
    found, refusal = first_refusal("own-api", answer)
    assert found == case
    assert told in refusal.feedback


# -- denial-message


def statement(**changes: Any) -> Answer:
    """Answer rightly but for some elements of the statement."""

    def answer(message: str) -> Any:
        right = right_statement(message)
        return right and {**right, **changes}

    return answer


@pytest.mark.parametrize(
    ("answer", "case", "told"),
    [
        (statement(Action="*"), "your own message", "allows `s3:DeleteObject` as well: the message names one action."),
        (statement(Resource="*"), "your own message", "covers `arn:aws:s3:::reports/2026/february.csv` as well"),
        (statement(Action="s3:PutObject"), "your own message", "the request is still denied: `s3:GetObject` on"),
        (statement(Effect="allow"), "your own message", "IAM would not take a policy with this statement:"),
        (
            statement(Action=b"s3:GetObject"),
            "your own message",
            "IAM would not take a policy with this statement: it is",
        ),
        (lambda message: None, "your own message", "Nothing denies this request"),
        (lambda message: [right_statement(message)], "your own message", "must return a dict, the statement."),
        (
            lambda message: right_statement(message.replace(" with an explicit", " because of an explicit")),
            "an explicit deny",
            "A statement denies this request, and no Allow wins against it.",
        ),
    ],
)
def test_each_usual_mistake_with_a_message_has_its_sentence(answer: Answer, case: str, told: str) -> None:
    found, refusal = first_refusal("denial-message", answer)
    assert found == case
    assert told in refusal.feedback


def test_a_statement_may_say_the_same_in_other_words() -> None:
    """With a Sid, with arrays, and with actions in small letters."""

    def other(message: str) -> Any:
        right = right_statement(message)
        return right and {
            "Sid": "FromTheMessage",
            "Effect": "Allow",
            "Action": [right["Action"].lower()],
            "Resource": [right["Resource"]],
        }

    accepted("denial-message", other)


def test_messages_are_those_of_boto3() -> None:
    """Among them some without a resource, and one whose resource has the word in it that ends the others."""
    messages = [call.arguments[0] for _, call in calls("denial-message")]
    assert all(message.startswith("An error occurred (") for message in messages)
    assert sum(" on resource: " not in message for message in messages) >= 3
    assert any(message.count(" because ") == 2 for message in messages)


# -- read-arn, phase-of-error, same-principal


@pytest.mark.parametrize(
    ("answer", "case", "told"),
    [
        (lambda arn: None, "users", "your function finds nobody in it."),
        (lambda arn: arn, "users", "must return a dict, or None."),
        (lambda arn: {**(right_reading(arn) or {}), "account": "1"}, "users", "Read `account` again, part by part."),
        (lambda arn: {**(right_reading(arn) or {}), "path": "/"}, "users", "Return these three and nothing else:"),
        (lambda arn: right_reading(arn) or {"kind": "user"}, "what never asks", "a file `alice` in a bucket `user`"),
    ],
)
def test_each_usual_mistake_with_an_arn_has_its_sentence(answer: Answer, case: str, told: str) -> None:
    found, refusal = first_refusal("read-arn", answer)
    assert found == case
    assert told in refusal.feedback


@pytest.mark.parametrize(
    ("answer", "case", "told"),
    [
        (lambda error: "authorisation", "IAM", "Return one of three words:"),
        (lambda error: None, "IAM", "must return a str."),
        (lambda error: "authorization", "IAM", "a policy cannot be what is missing."),
        (lambda error: "authentication", "IAM", "New keys for the same user change nothing"),
    ],
)
def test_each_usual_mistake_with_a_phase_has_its_sentence(answer: Answer, case: str, told: str) -> None:
    found, refusal = first_refusal("phase-of-error", answer)
    assert found == case
    assert told in refusal.feedback


@pytest.mark.parametrize(
    ("answer", "case", "told"),
    [
        (lambda one, other: 1, "one user", "must return True or False."),
        (lambda one, other: False, "one user", "The same user, twice."),
        (lambda one, other: True, "one user", "Dave gets Carol's files."),
        (lambda one, other: one["Arn"] == other["Arn"], "renamed", "moved to another path or renamed"),
    ],
)
def test_each_usual_mistake_with_owners_has_its_sentence(answer: Answer, case: str, told: str) -> None:
    found, refusal = first_refusal("same-principal", answer)
    assert found == case
    assert told in refusal.feedback


def test_pairs_of_principals_need_their_unique_ids() -> None:
    """Each of the three values alone is wrong somewhere, in both directions."""
    made = [call.arguments for _, call in calls("same-principal")]
    for value in ("UserId", "Account", "Arn"):
        equal = {(one[value] == other[value], right_comparison(one, other)) for one, other in made}
        assert {(True, False), (False, True)} & equal

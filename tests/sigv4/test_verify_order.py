"""Every written case of tests/cases/authentication, in four protocols: fault, code, status and text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamkit.sigv4 import AccessKey, AuthenticationFailure, Fault, HttpRequest, Lookup, presign, sign, verify
from tests.sigv4.codes import SERVICES
from tests.sigv4.generated import NOON, PERMANENT, TEMPORARY
from tests.sigv4.mutating import split, with_authorization, with_header, with_more, with_parameter, with_query

Json = dict[str, Any]
CASES = Path(__file__).parents[1] / "cases" / "authentication"
FILES = sorted(CASES.glob("*.json"))
REGION = "us-east-1"


def load() -> list[Any]:
    """Load each case once for each service that it speaks of."""
    return [
        pytest.param(case, service, id=f"{path.stem}: {case['name']}: {service}")
        for path in FILES
        for case in json.loads(path.read_text("utf-8"))["requests"]
        for service in case.get("only", SERVICES)
    ]


def instant(text: str) -> datetime:
    """Read a time in ISO 8601 basic format."""
    return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def rotated(request: HttpRequest) -> HttpRequest:
    """Put the last part of the Authorization header first."""

    def turn(value: str) -> str:
        algorithm, _, rest = value.partition(" ")
        *first, last = rest.split(", ")
        return f"{algorithm} {', '.join((last, *first))}"

    return with_header(request, "Authorization", turn)


def added(request: HttpRequest, name: str, value: str) -> HttpRequest:
    """Add a parameter to the end of the query."""
    return with_query(request, [*split(request.target)[1], f"{name}={value}"])


# What a case may do to the request after it was signed.
CHANGES: dict[str, Callable[..., HttpRequest]] = {
    "replace in authorization": with_authorization,
    "rotate authorization": rotated,
    "set header": lambda request, name, value: with_header(request, name, lambda _: value),
    "remove header": lambda request, name: with_header(request, name, lambda _: None),
    "add header": lambda request, name, value: with_more(request, (name, value)),
    "set parameter": with_parameter,
    "remove parameter": with_parameter,
    "add parameter": added,
    "set target": lambda request, target: request._replace(target=target),
    "set method": lambda request, method: request._replace(method=method),
    "set body": lambda request, body: request._replace(body=body.encode()),
}


@dataclass(frozen=True)
class Prepared:
    """A case for one service: the request as it arrives, the keys that are known, the time."""

    request: HttpRequest
    lookup: Lookup
    now: datetime


def prepare(case: Json, service: str) -> Prepared:
    """Sign the request of a case and do to it what the case says."""
    given = case.get("request", {})
    headers = tuple((name, value) for name, value in given.get("headers", [["Host", "example.amazonaws.com"]]))
    request = HttpRequest(given.get("method", "GET"), given.get("target", "/"), headers, given.get("body", "").encode())
    credentials = TEMPORARY if case.get("temporary") else PERMANENT
    how = case.get("sign", "header")
    if how == "header":
        request = sign(request, credentials, region=REGION, service=service, at=NOON).request
    elif how == "query":
        expires = case.get("expires", 3600)
        request = presign(request, credentials, region=REGION, service=service, at=NOON, expires=expires).request
    for change, *arguments in case.get("changes", []):
        request = CHANGES[change](request, *(argument.replace("{service}", service) for argument in arguments))
    key = case.get("key", {})
    expires_at = instant(key["expires"]) if "expires" in key else None
    known = AccessKey(credentials, active=key.get("active", True), expires=expires_at)
    keys = {} if key.get("unknown") else {credentials.access_key_id: known}
    return Prepared(request, keys.get, instant(case["now"]) if "now" in case else NOON)


TERSE = ("AWS was not able to validate the provided access credentials", "Request has expired.")


def check_message(expected: Json, service: str, message: str) -> None:
    """Compare the whole text, or its beginning, of S3 or of the others; EC2 does not say what is wrong."""
    if service == "ec2" and message in TERSE:
        return
    prefix = "s3_" if service == "s3" else ""
    whole = expected.get("s3_message" if prefix else "message")
    if whole is not None:
        assert whole.replace("{service}", service) == message
    begins = expected.get("s3_starts" if prefix else "starts")
    if begins is not None:
        assert message.startswith(begins.replace("{service}", service)), message


@pytest.mark.parametrize(("case", "service"), load())
def test_case(case: Json, service: str) -> None:
    """The request passes, or is refused for the expected fault with the protocol's code, status and text."""
    prepared = prepare(case, service)
    expected = case["expected"]
    if expected == "passes":
        assert verify(prepared.request, prepared.lookup, region=REGION, service=service, now=prepared.now)
        return
    with pytest.raises(AuthenticationFailure) as caught:
        verify(prepared.request, prepared.lookup, region=REGION, service=service, now=prepared.now)
    failure = caught.value
    faults = [expected["fault"]] if isinstance(expected["fault"], str) else expected["fault"]
    assert failure.fault.name in faults, f"{case['rule']}, {case['reason']}: {failure.message}"
    assert SERVICES[service] is failure.protocol
    if service in expected.get("codes", {}):
        assert expected["codes"][service] == [failure.code, failure.status]
    check_message(expected, service, failure.message)
    if service == "s3":
        details = expected.get("s3_details", {})
        assert details == {name: failure.details.get(name) for name in details}


def test_every_fault_has_a_case() -> None:
    """Each fault is written down at least once; chunks have tests of their own."""
    written: set[str] = set()
    for parameter in load():
        case = parameter.values[0]
        fault = case["expected"] if isinstance(case["expected"], str) else case["expected"]["fault"]
        written |= {fault} if isinstance(fault, str) else set(fault)
    assert {fault.name for fault in Fault} - {"BAD_CHUNK"} == written - {"passes"}


def test_names_are_unique_and_rules_are_listed() -> None:
    """A case is found by its name alone, and its rule in the table of rules."""
    cases = [case for path in FILES for case in json.loads(path.read_text("utf-8"))["requests"]]
    names = [case["name"] for case in cases]
    assert sorted(set(names)) == sorted(names)
    listed = (CASES.parent / "RULES.md").read_text("utf-8")
    for case in cases:
        for rule in case["rule"].split(", "):
            assert f"| {rule.split(' ')[0]} |" in listed, rule

"""The client of the signature lab: it signs with what the learner typed, or says which field keeps it from that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from iamkit.notebook.signing.clock import UnreadableClock, read_clock
from iamkit.notebook.signing.inputs import Errors, Inputs, told
from iamkit.notebook.signing.wire import UnreadableMessage, read_headers
from iamkit.sigv4 import Credentials, HttpRequest, ServiceRules, Signed, presign, sign

LONGEST_EXPIRES = 604_800

_ENCODED_TWICE = {"once": False, "twice": True}
_ONE_LINE = ("method", "path", "query", "time", "access_key_id", "secret", "token", "region", "service", "expires")


def sign_as_client(inputs: Inputs, errors: Errors) -> Signed | None:
    """Sign as the client does; what keeps it from signing goes into `errors`, by field."""
    wrong = _unfit(inputs)
    at, headers = _time(inputs, wrong), _headers(inputs, wrong)
    credentials, expires = _credentials(inputs, wrong), _expires(inputs, wrong)
    signed = None
    if at and credentials and not wrong:
        target = f"{inputs.path}?{inputs.query}" if inputs.query else inputs.path
        request = HttpRequest(inputs.method, target, headers, inputs.body.encode())
        for name, part, scoped in _parts(request, inputs):
            # What is wrong with a part is wrong with the whole, too: it is said once.
            if name == "headers" and wrong:
                break
            try:
                signed = _sign(part, scoped, credentials, at, expires)
            except ValueError as error:
                wrong[name] = told(error)
    errors |= wrong
    return None if wrong else signed


def _sign(request: HttpRequest, inputs: Inputs, credentials: Credentials, at: datetime, expires: int) -> Signed:
    region, service, rules = inputs.region, inputs.service, ServiceRules.of(inputs.service)
    if inputs.encoding in _ENCODED_TWICE:
        rules = replace(rules, encode_path_twice=_ENCODED_TWICE[inputs.encoding])
    if inputs.style == "url":
        return presign(request, credentials, region=region, service=service, at=at, expires=expires, rules=rules)
    return sign(request, credentials, region=region, service=service, at=at, rules=rules)


def _parts(request: HttpRequest, inputs: Inputs) -> Iterator[tuple[str, HttpRequest, Inputs]]:
    """Take a request apart, so that each field is told what is wrong with it; the whole comes last."""
    plain = HttpRequest("GET", "/", (("Host", "localhost"),))
    here = replace(inputs, region="us-east-1", service="iam")
    yield "region", plain, replace(here, region=inputs.region)
    yield "service", plain, replace(here, service=inputs.service)
    yield "method", plain._replace(method=request.method), here
    yield "path", plain._replace(target=request.path), here
    yield "query", plain._replace(target=f"/?{request.query}"), here
    yield "headers", request, inputs


def _unfit(inputs: Inputs) -> Errors:
    wrong = inputs.too_long()
    for name in _ONE_LINE:
        if "\n" in getattr(inputs, name):
            wrong[name] = "a line break cannot stand here\nhelp: write it in one line"
    if "?" in inputs.path:
        wrong["path"] = "`?` ends the path\nhelp: what follows it belongs to the query"
    return wrong


def _time(inputs: Inputs, wrong: Errors) -> datetime | None:
    try:
        return read_clock(inputs.time)
    except UnreadableClock as error:
        wrong["time"] = str(error)
    return None


def _headers(inputs: Inputs, wrong: Errors) -> tuple[tuple[str, str], ...]:
    try:
        return read_headers(inputs.headers.split("\n"))
    except UnreadableMessage as error:
        wrong["headers"] = str(error)
    return ()


def _expires(inputs: Inputs, wrong: Errors) -> int:
    text = inputs.expires.strip()
    if inputs.style == "url":
        if text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= LONGEST_EXPIRES:
            return int(text)
        wrong["expires"] = f"`{inputs.expires}` is no lifetime\nhelp: 1 to {LONGEST_EXPIRES:,} seconds, which is 7 days"
    return 1


def _credentials(inputs: Inputs, wrong: Errors) -> Credentials | None:
    try:
        return Credentials(inputs.access_key_id, inputs.secret, inputs.token or None)
    except ValueError as error:
        wrong["access_key_id"] = told(error)
    return None

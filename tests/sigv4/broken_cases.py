"""Requests for the broken signers to get wrong, and a server that asks why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from iamkit.sigv4 import (
    AccessKey,
    AuthenticationFailure,
    Credentials,
    Explanation,
    Fault,
    HttpRequest,
    Lookup,
    Verified,
    verify,
)
from tests.sigv4.broken_headers import HEADERS, HOSTS, PAYLOADS
from tests.sigv4.broken_keys import KEYS, STRINGS, TEXTS
from tests.sigv4.broken_requests import METHODS, PATHS, QUERIES
from tests.sigv4.broken_signers import Broken, Case, Message, Sent, send

REQUESTS = (*METHODS, *PATHS, *QUERIES, *HOSTS, *HEADERS, *PAYLOADS, *TEXTS)
ALL = {broken.id: broken for broken in (*REQUESTS, *STRINGS, *KEYS)}
NOON = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)

# What the explanation calls a mistake: the first word that fits its name here.
NAMES = {
    "method": "method",
    "path-normalized": "path-normalization",
    "path-not-normalized": "path-normalization",
    "path-empty": "path-parts",
    "path-forgotten": "path-parts",
    "path-bucket": "path-parts",
    "path-prefix": "path-parts",
    "path-slash-": "path-parts",
    "path-with": "path-parts",
    "path-": "path-encoding",
    "query-unsorted": "query-order",
    "query-values-unsorted": "query-order",
    "query-sorted": "query-order",
    "query-without-equals": "query-parts",
    "query-missing": "query-parts",
    "query-repeats": "query-parts",
    "query-empty": "query-parts",
    "query-only": "query-parts",
    "query-without": "query-parts",
    "query-line": "layout",
    "query-": "query-encoding",
    "credential-": "query-encoding",
    "parameter-": "query-parts",
    "token-": "session-token",
    "host-": "host",
    "header-line-missing:token": "session-token",
    "header-line-missing": "header-left-out",
    "header-line-not-listed": "header-not-listed",
    "header-names": "header-names",
    "header-lost": "header-not-sent",
    "headers-unsorted": "header-names",
    "header-": "header-values",
    "signed-headers-line": "header-names",
    "signed-headers-missing": "layout",
    "content-type": "content-type",
    "accept-encoding": "header-changed",
    "payload-line": "layout",
    "payload": "payload",
    "body": "payload",
    "blank-line": "layout",
    "trailing-line-break": "layout",
    "line-breaks": "layout",
    "canonical-utf-16": "layout",
    "algorithm": "string-to-sign",
    "string": "string-to-sign",
    "canonical-": "string-to-sign",
    "time-": "time",
    "scope-to-sign:yesterday": "date",
    "scope-to-sign:region": "region",
    "scope-to-sign:service": "service",
    "scope-": "string-to-sign",
    "secret-with-aws4": "key-chain",
    "secret": "secret",
    "key-date": "date",
    "key-region": "region",
    "key-service": "service",
    "key": "key-chain",
    "signature": "signature",
}

# Requests in which nearly every mistake shows: escapes, repeats, spaces, accents, a port, dots and slashes.
PIECES = (
    "q.parser=simple",
    "q=a%20b",
    "Zone=b",
    "acl",
    "tag=b/c",
    "tag=a(1)*'!",
    "tag=~x",
    "plus=1+2",
    "~=1",
    "%C3%A9=2",
)
HEAD = (
    ("Host", "example.amazonaws.com:8443"),
    ("X-Tag", "b"),
    ("Content-Type", "application/json; charset=utf-8"),
    ("X-Note", "  Two   spaces  "),
    ("X-Tag", "a"),
    ("User-Agent", "demo/1.0"),
)
BODY = '{"b": 1, "a":"é"}\n'.encode()
API = Case("execute-api", "POST", "/prod//my%20files/./r%C3%A9sum%C3%A9~(1)*/", PIECES, HEAD, BODY)
OBJECT = Case("s3", "PUT", "/my%20files/r%C3%A9sum%C3%A9~(1)*/a//b.txt/", PIECES, HEAD, BODY)
KINDS = {
    "api": API,
    "api-url": replace(API, presigned=True),
    "s3": OBJECT,
    "s3-url": replace(OBJECT, presigned=True),
}
LIST_USERS = Case("iam", "GET", "/", ("Action=ListUsers", "Version=2010-05-08"), (("Host", "iam.amazonaws.com"),), b"")


def name_of(broken: Broken) -> str:
    """Look up what the explanation calls a mistake."""
    return next(name for start, name in NAMES.items() if broken.id.startswith(start))


def arrived(message: Message) -> HttpRequest:
    """Receive a message."""
    return HttpRequest(message.method, message.target, tuple(message.headers), message.body)


def credentials_of(case: Case) -> Credentials:
    """The key that the client was given."""
    return Credentials(case.access_key_id, case.secret, case.token)


def lookup_of(case: Case) -> Lookup:
    """Know one key."""
    return {case.access_key_id: AccessKey(credentials_of(case))}.get


def checked(case: Case, message: Message) -> Verified:
    """Verify what arrives."""
    now = datetime.strptime(case.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return verify(arrived(message), lookup_of(case), region=case.region, service=case.service, now=now)


def refused(case: Case, message: Message) -> AuthenticationFailure:
    """Verify what must not verify."""
    with pytest.raises(AuthenticationFailure) as caught:
        checked(case, message)
    return caught.value


def explained(case: Case, message: Message) -> Explanation:
    """Have the wrong signature of a request explained."""
    failure = refused(case, message)
    assert failure.fault is Fault.SIGNATURE_MISMATCH, failure.message
    assert failure.explanation is not None
    return failure.explanation


def signed(case: Case, *mistakes: Broken) -> Sent | None:
    """Sign with mistakes; None where they cannot be made or do not show."""
    try:
        right, sent = send(case), send(case, *mistakes)
    except (ValueError, OSError):
        return None
    return None if (sent.signature, sent.request) == (right.signature, right.request) else sent


def shown() -> list[Any]:
    """List each mistake with the kinds of requests in which it shows."""
    found = []
    for broken in ALL.values():
        for kind, case in KINDS.items():
            case = broken.on(case)
            if signed(case, broken) is not None:
                found.append(pytest.param(broken, case, id=f"{broken.id}-{kind}"))
    return found


SHOWN = shown()

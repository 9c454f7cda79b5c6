"""Whatever stands in the Authorization header or in the query: verify refuses it, and never breaks."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iamkit.sigv4 import AccessKey, AuthenticationFailure, Credentials, Fault, HttpRequest, presign, sign, verify
from tests.sigv4.codes import SERVICES
from tests.sigv4.generated import NOON, PERMANENT, TEMPORARY, Signing
from tests.sigv4.mutating import split, with_header
from tests.sigv4.reading import read

RUNS = settings(max_examples=6 * settings().max_examples)
SERVICE = st.sampled_from(tuple(SERVICES))
CREDENTIALS = st.sampled_from((PERMANENT, TEMPORARY))
HOST = (("Host", "example.amazonaws.com"),)
BASE = HttpRequest("GET", "/path?key=value", HOST)
# Digits of other scripts, spaces of all kinds, bytes that no header should have, half a surrogate pair.
STRANGE = "٣१２²\xa0\u2003\u2028\t\r\n\0\x7f\x1b\ufeff\ud800\udcff, ;=/%&#\"'<>"
ODD = st.text(st.sampled_from(STRANGE) | st.characters(codec="ascii"), max_size=30)
VALID = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=host, Signature="
PIECES = st.sampled_from(
    ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "AWS4-", "Credential=", "SignedHeaders=", "Signature=", "Bearer",
     "AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request", "host;x-amz-date", "host", " ", ",", ", ", ",,", "=", "/", ";",
     "\t", "0" * 64, "f" * 64, "x" * 5000, "\0", "é", "")
)  # fmt: skip
AUTHORIZATIONS = ODD | st.lists(PIECES, max_size=12).map("".join) | ODD.map(lambda text: VALID + text)
NAMES = st.sampled_from(
    ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature",
     "X-Amz-Security-Token", "x-amz-signature", "X-Amz-Region-Set", "X-Amz-Algorithm%20", "Signature", "")
)  # fmt: skip
VALUES = st.sampled_from(
    ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fiam%2Faws4_request",
     "20150830T123600Z", "3600", "%D9%A3%D9%A6", "host", "0" * 64, "x" * 5000, "%00", "%", "=", "")
) | ODD  # fmt: skip


def refused(request: HttpRequest, service: str) -> AuthenticationFailure:
    """Verify a request that must be refused, and read the answer."""
    with pytest.raises(AuthenticationFailure) as caught:
        verify(request, {"AKIDEXAMPLE": AccessKey(PERMANENT)}.get, region="us-east-1", service=service, now=NOON)
    failure = caught.value
    assert (failure.code, failure.message) != ("", "")
    answer = read(failure.protocol, failure.response(request_id="req-1"))
    assert (failure.code, "req-1") == (answer.code, answer.request_id)
    assert PERMANENT.secret_access_key not in repr(failure) + failure.response().body.decode()
    return failure


@RUNS
@given(AUTHORIZATIONS, SERVICE)
@example("", "iam")
@example("AWS4-HMAC-SHA256", "s3")
@example("AWS4-HMAC-SHA256 ", "iam")
@example(VALID + "0" * 64, "iam")
@example(VALID + "٠" * 64, "iam")
@example("x" * 100_000, "iam")
@example("AWS4-HMAC-SHA256 " + "Credential=," * 10_000, "s3")
def test_no_authorization_header_breaks_verify(value: str, service: str) -> None:
    """Random text, pieces of a valid header, a valid one with a tail."""
    for headers in ((("Authorization", value),), (("Authorization", value), ("X-Amz-Date", "20150830T123600Z"))):
        refused(BASE._replace(headers=(*HOST, *headers)), service)


@RUNS
@given(st.lists(st.tuples(NAMES, VALUES), max_size=9), SERVICE)
def test_no_query_breaks_verify(pairs: list[tuple[str, str]], service: str) -> None:
    """Signing parameters in any number, order and shape."""
    query = "&".join(f"{name}={value}" for name, value in pairs)
    refused(BASE._replace(target=f"/?{query}"), service)


@RUNS
@given(ODD, ODD, ODD, st.lists(st.tuples(ODD, ODD), max_size=4), st.binary(max_size=8), SERVICE)
def test_no_request_breaks_verify(
    method: str, path: str, date: str, headers: list[tuple[str, str]], body: bytes, service: str
) -> None:
    """Everything about the request is odd, and still only its authentication fails."""
    signing = (("Authorization", VALID + "0" * 64), ("X-Amz-Date", date))
    refused(HttpRequest(method, path, (*HOST, *headers, *signing), body), service)
    refused(HttpRequest(method, path, (*headers,), body), service)


def parts(authorization: str) -> tuple[str, Counter[str]]:
    """Take an Authorization header apart at commas, blanks and folds, in any number; order says nothing either."""
    unfolded = re.sub(r"\r?\n[ \t]+", " ", authorization).strip(" \t")
    algorithm, *rest = re.split(r"[ \t]+", unfolded, maxsplit=1)
    return algorithm, Counter(filter(None, re.split(r"[, \t]+", "".join(rest))))


def pairs_of(target: str) -> tuple[str, Counter[tuple[bytes, bytes]]]:
    """Take a target apart into its path and its decoded pairs, in no order."""
    path, pieces = split(target)
    pairs = (piece.partition("=")[::2] for piece in pieces if piece)
    return path, Counter((unquote_to_bytes(name), unquote_to_bytes(value)) for name, value in pairs)


@st.composite
def edits(draw: st.DrawFn) -> tuple[int, int, str]:
    """A place, how much is cut there and what is put in."""
    return (
        draw(st.integers(0, 600)),
        draw(st.integers(0, 3)),
        draw(st.text(st.sampled_from(STRANGE + "aA0.-"), max_size=3)),
    )


def edited(text: str, edit: tuple[int, int, str]) -> str:
    """Cut and put in."""
    place, cut, more = edit
    place %= len(text) + 1
    return text[:place] + more + text[place + cut :]


def accepted(case: Signing, request: HttpRequest) -> bool:
    """Verify a request; a refusal must be readable."""
    try:
        verify(request, case.lookup, region="us-east-1", service=case.service, now=NOON)
    except AuthenticationFailure as failure:
        assert read(failure.protocol, failure.response()).code == failure.code  # noqa: PT017
        return False
    return True


@RUNS
@given(edits(), SERVICE, CREDENTIALS)
def test_an_edited_header_is_refused_unless_it_says_the_same(
    edit: tuple[int, int, str], service: str, keys: Credentials
) -> None:
    """One edit anywhere in a valid Authorization header."""
    case = Signing(BASE, credentials=keys, service=service)
    signed = sign(BASE, keys, region="us-east-1", service=service, at=NOON)
    assert signed.authorization is not None
    value = edited(signed.authorization, edit)
    if accepted(case, with_header(signed.request, "Authorization", lambda _: value)):
        assert parts(signed.authorization) == parts(value)


@RUNS
@given(edits(), SERVICE, CREDENTIALS)
def test_an_edited_url_is_refused_unless_it_says_the_same(
    edit: tuple[int, int, str], service: str, keys: Credentials
) -> None:
    """One edit anywhere in the query of a presigned URL."""
    case = Signing(BASE, credentials=keys, service=service)
    target = presign(BASE, keys, region="us-east-1", service=service, at=NOON).request.target
    path, _, query = target.partition("?")
    request = BASE._replace(target=f"{path}?{edited(query, edit)}")
    if accepted(case, request):
        assert pairs_of(target) == pairs_of(request.target)


@RUNS
@given(ODD, ODD, st.lists(st.tuples(ODD, ODD), max_size=4), st.binary(max_size=8), SERVICE)
@example("GET", "/", [("Host", "a"), ("host", "b")], b"", "iam")
@example("GET", "/%zz", [("Host", "a")], b"", "iam")
@example("GET", "no-slash", [("Host", "a")], b"", "s3")
@example("", "/", [("Host", "a")], b"", "iam")
@example("GET", "/", [("Host", "a"), ("X-A", "b\r\nX-C: d")], b"", "iam")
def test_signing_an_odd_request_is_a_value_error_or_verifies(
    method: str, target: str, headers: list[tuple[str, str]], body: bytes, service: str
) -> None:
    """What cannot be signed is refused with ValueError; what is signed verifies."""
    request = HttpRequest(method, target, (*HOST, *headers), body)
    case = Signing(request, service=service)
    for signer in (sign, presign):
        try:
            signed = signer(request, PERMANENT, region="us-east-1", service=service, at=NOON)
        except ValueError:
            continue
        assert verify(signed.request, case.lookup, region="us-east-1", service=service, now=NOON)


@pytest.mark.parametrize("expires", [0, -1, 604_801, 10**30])
def test_presigning_for_too_short_or_too_long_is_a_value_error(expires: int) -> None:
    """A URL lives from one second to a week (A6)."""
    with pytest.raises(ValueError, match="604800"):
        presign(BASE, PERMANENT, region="us-east-1", service="s3", at=NOON, expires=expires)


def test_a_time_without_a_zone_is_a_value_error() -> None:
    """A signature's time is UTC; a naive one could be any."""
    for signer in (sign, presign):
        with pytest.raises(ValueError, match="time"):
            signer(BASE, PERMANENT, region="us-east-1", service="iam", at=datetime(2015, 8, 30))


def test_a_request_without_a_host_cannot_be_signed() -> None:
    """Without host a signature could be replayed to another (A3)."""
    for signer in (sign, presign):
        with pytest.raises(ValueError, match=r"(?i)host"):
            signer(BASE._replace(headers=()), PERMANENT, region="us-east-1", service="iam", at=NOON)


def test_the_fuzz_reaches_the_signature() -> None:
    """A well-formed header with zeros for a signature fails at the last check: the others were passed."""
    headers = (*HOST, ("X-Amz-Date", "20150830T123600Z"))
    value = VALID.replace("SignedHeaders=host", "SignedHeaders=host;x-amz-date") + "0" * 64
    failure = refused(BASE._replace(headers=(*headers, ("Authorization", value))), "iam")
    assert failure.fault is Fault.SIGNATURE_MISMATCH

"""What a client reads: every failure in the form of its protocol, whatever stands in the request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.sigv4 import (
    AccessKey,
    AuthenticationFailure,
    HttpRequest,
    Protocol,
    presign,
    sign,
    verify,
)
from tests.sigv4.codes import SERVICES
from tests.sigv4.generated import NOON, PERMANENT, TEMPORARY
from tests.sigv4.mutating import with_authorization, with_header, with_more, with_parameter
from tests.sigv4.reading import header_of, read

HOSTILE = "</Message><Code>Fine</Code>&amp;]]>\"'\\äሴ😀\x01\x0b\x7f\ufffe"
BASE = HttpRequest("GET", "/amzn-s3-demo-bucket/key?prefix=a", (("Host", "example.amazonaws.com"),))
REQUEST_ID = "c6104cbe-af31-11e0-8154-cbc7ccf896c7"


class Failing(NamedTuple):
    """A way to fail: what is done to the request, and the rest that verify is told."""

    change: Callable[[HttpRequest], HttpRequest]
    presigned: bool = False
    minutes: int = 0
    known: bool = True
    temporary: bool = False
    ends: datetime | None = None


WAYS = {
    "malformed": Failing(lambda request: request._replace(target="/%zz")),
    "no credentials": Failing(lambda request: with_header(request, "Authorization", lambda _: None)),
    "two mechanisms": Failing(lambda request: with_more(request, ("Authorization", "AWS4-HMAC-SHA256 a=b")), True),
    "algorithm": Failing(lambda request: with_authorization(request, "SHA256 ", "SHA512 ")),
    "incomplete": Failing(lambda request: with_authorization(request, "Signature=", "X=")),
    "incomplete URL": Failing(lambda request: with_parameter(request, "X-Amz-Date"), presigned=True),
    "host": Failing(lambda request: with_authorization(request, "SignedHeaders=host;", "SignedHeaders=")),
    "headers": Failing(lambda request: with_more(request, ("X-Amz-Acl", "private"))),
    "date": Failing(lambda request: with_header(request, "X-Amz-Date", lambda _: "today")),
    "expired": Failing(lambda request: request, minutes=16),
    "not yet": Failing(lambda request: request, minutes=-16),
    "URL expired": Failing(lambda request: request, presigned=True, minutes=61),
    "URL not yet": Failing(lambda request: request, presigned=True, minutes=-16),
    "expires": Failing(lambda request: with_parameter(request, "X-Amz-Expires", "0"), presigned=True),
    "five parts": Failing(lambda request: with_authorization(request, "/aws4_request", "")),
    "scope": Failing(lambda request: with_authorization(request, "/us-east-1/", "/eu-west-1/")),
    "token": Failing(lambda request: with_header(request, "X-Amz-Security-Token", lambda _: "x"), temporary=True),
    "token ended": Failing(lambda request: request, temporary=True, ends=NOON - timedelta(seconds=1)),
    "key": Failing(lambda request: request, known=False),
    "signature": Failing(lambda request: request._replace(method="PUT")),
}  # fmt: skip


def fail(way: Failing, service: str, request: HttpRequest = BASE) -> AuthenticationFailure:
    """Sign a request, spoil it, have it refused."""
    credentials = TEMPORARY if way.temporary else PERMANENT
    if way.presigned:
        signed = presign(request, credentials, region="us-east-1", service=service, at=NOON).request
    else:
        signed = sign(request, credentials, region="us-east-1", service=service, at=NOON).request
    known = AccessKey(credentials, expires=way.ends)
    keys = {credentials.access_key_id: known} if way.known else {}
    now = NOON + timedelta(minutes=way.minutes)
    with pytest.raises(AuthenticationFailure) as caught:
        verify(way.change(signed), keys.get, region="us-east-1", service=service, now=now)
    return caught.value


def printable(text: str) -> str:
    """Drop what no XML document can hold; an answer may show it in any other way."""
    return "".join(character for character in text if character >= " " and character not in "\x7f\ufffe\uffff")


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_client_reads_what_failed(way: Failing, service: str) -> None:
    """The code, the message, the request ID and S3's details stand where the protocol has them (A11, A14)."""
    failure = fail(way, service)
    response = failure.response(request_id=REQUEST_ID)
    answer = read(SERVICES[service], response)
    assert failure.status == response.status
    assert (failure.code, failure.message, REQUEST_ID) == (answer.code, answer.message, answer.request_id)
    if service == "s3":
        assert failure.details == answer.fields


@pytest.mark.parametrize("service", SERVICES)
def test_content_types(service: str) -> None:
    """A client chooses its parser by the content type (A11)."""
    found = header_of(fail(WAYS["key"], service).response(), "Content-Type")
    assert found is not None
    wanted = {
        Protocol.QUERY: ("text/xml",),
        Protocol.EC2: ("text/xml",),
        Protocol.S3: ("application/xml",),
        Protocol.JSON: ("application/x-amz-json-1.0", "application/x-amz-json-1.1"),
        Protocol.REST_JSON: ("application/json",),
    }
    assert found.partition(";")[0] in wanted[SERVICES[service]]


def test_query_errors_are_the_senders() -> None:
    """The XML of IAM and STS has the order that A11 shows, whatever its namespace."""
    root = ElementTree.fromstring(fail(WAYS["key"], "iam").response(request_id=REQUEST_ID).body)
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert tags == ["ErrorResponse", "Error", "Type", "Code", "Message", "RequestId"]


def test_json_errors_are_always_400() -> None:
    """DynamoDB answers 400 to whatever is wrong, and the names end in Exception (A11)."""
    failures = [fail(way, "dynamodb") for way in WAYS.values()]
    assert {failure.status for failure in failures} == {400}
    assert {failure.code[-9:] for failure in failures} == {"Exception"}


def test_s3_signature_mismatch_shows_what_was_compared() -> None:
    """S3 sends both texts, each once as it is and once as bytes (A14)."""
    failure = fail(WAYS["signature"], "s3")
    fields = read(Protocol.S3, failure.response()).fields
    assert list(fields) == [
        "AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest",
        "CanonicalRequestBytes",
    ]  # fmt: skip
    signed = sign(BASE._replace(method="PUT"), PERMANENT, region="us-east-1", service="s3", at=NOON)
    assert fields["AWSAccessKeyId"] == PERMANENT.access_key_id
    assert fields["CanonicalRequest"] == signed.canonical_request
    assert fields["StringToSign"] == signed.string_to_sign
    assert fields["StringToSignBytes"] == signed.string_to_sign.encode().hex(" ")
    assert fields["CanonicalRequestBytes"] == signed.canonical_request.encode().hex(" ")
    asked = sign(BASE, PERMANENT, region="us-east-1", service="s3", at=NOON)
    assert fields["SignatureProvided"] == asked.signature != signed.signature


@pytest.mark.parametrize("service", ["iam", "dynamodb", "lambda"])
def test_signature_mismatch_shows_the_canonical_string(service: str) -> None:
    """The other services put both texts into the message (A13)."""
    failure = fail(WAYS["signature"], service)
    signed = sign(BASE._replace(method="PUT"), PERMANENT, region="us-east-1", service=service, at=NOON)
    assert failure.message == (
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
        f"\n\nThe Canonical String for this request should have been\n'{signed.canonical_request}'"
        f"\n\nThe String-to-Sign should have been\n'{signed.string_to_sign}'\n"
    )
    assert signed.signature not in failure.message


@pytest.mark.parametrize("minutes", [16, -16])
def test_s3_clock_skew_says_how_far(minutes: int) -> None:
    """S3 names both times and the limit (A14)."""
    fields = read(Protocol.S3, fail(Failing(lambda request: request, minutes=minutes), "s3").response()).fields
    assert fields == {
        "RequestTime": "20150830T123600Z",
        "ServerTime": f"{NOON + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}",
        "MaxAllowedSkewMilliseconds": "900000",
    }


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "change",
    [
        lambda request: with_header(request, "Authorization", lambda _: "AWS4-HMAC-SHA256 " + HOSTILE),
        lambda request: with_header(request, "Authorization", lambda value: value + ", X=" + HOSTILE),
        lambda request: with_authorization(request, "AKIDEXAMPLE/", HOSTILE + "/"),
        lambda request: with_authorization(request, "/us-east-1/", f"/{HOSTILE}/"),
        lambda request: with_authorization(request, "SHA256 ", HOSTILE + " "),
        lambda request: with_header(request, "X-Amz-Date", lambda _: HOSTILE),
        lambda request: with_more(request, ("X-Amz-" + HOSTILE, HOSTILE)),
        lambda request: with_header(request, "Host", lambda _: HOSTILE),
        lambda request: request._replace(target="/%zz" + HOSTILE),
        lambda request: request._replace(target="/" + HOSTILE),
        lambda request: request._replace(method=HOSTILE),
    ],
)
def test_hostile_text_stays_text(change: Callable[[HttpRequest], HttpRequest], service: str) -> None:
    """Markup, quotes, control characters and other scripts in a request break no answer and add no element."""
    failure = fail(Failing(change), service)
    answer = read(SERVICES[service], failure.response(request_id=REQUEST_ID))
    assert (failure.code, REQUEST_ID) == (answer.code, answer.request_id)
    assert answer.code != "Fine"
    if SERVICES[service] in (Protocol.JSON, Protocol.REST_JSON):
        assert failure.message == answer.message
    else:
        assert printable(failure.message)[:40] == printable(answer.message)[:40]


@pytest.mark.parametrize("service", SERVICES)
@given(text=st.text(max_size=20))
def test_any_text_can_be_shown(service: str, text: str) -> None:
    """Whatever a header holds, the answer is a document and its headers are single lines."""
    value = text.encode("utf-8", "replace").decode()
    failure = fail(Failing(lambda request: with_header(request, "X-Amz-Date", lambda _: value)), service)
    assert read(SERVICES[service], failure.response(request_id=REQUEST_ID)).code == failure.code


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_answer_tells_a_secret(way: Failing, service: str) -> None:
    """Neither the secret key nor the signature that would have been right is in an answer or in a repr."""
    failure = fail(way, service)
    credentials = TEMPORARY if way.temporary else PERMANENT
    right = sign(BASE._replace(method="PUT"), PERMANENT, region="us-east-1", service=service, at=NOON).signature
    told = failure.response().body.decode() + repr(failure) + str(failure) + repr(failure.details)
    assert credentials.secret_access_key not in told
    assert right not in told


def test_an_answer_is_the_same_every_time() -> None:
    """No clock and no chance: the same failure gives the same bytes."""
    for service in SERVICES:
        first, second = (fail(WAYS["signature"], service).response(request_id=REQUEST_ID) for _ in range(2))
        assert first == second


def test_the_protocol_can_be_named() -> None:
    """A service of one's own answers in the protocol that it speaks."""
    signed = sign(BASE, PERMANENT, region="us-east-1", service="orders", at=NOON).request
    for protocol in Protocol:
        with pytest.raises(AuthenticationFailure) as caught:
            verify(signed, lambda _: None, region="us-east-1", service="orders", now=NOON, protocol=protocol)
        assert caught.value.protocol is protocol
        assert read(protocol, caught.value.response()).code == caught.value.code

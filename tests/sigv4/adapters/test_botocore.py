"""boto3 with our signers: the signatures are botocore's own, and a server finds them on the bytes that it gets."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import botocore.auth
import botocore.crt.auth
import pytest
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import NoCredentialsError

from iamkit.sigv4 import (
    EMPTY_SHA256,
    STREAMING_UNSIGNED_TRAILER,
    UNSIGNED_PAYLOAD,
    Credentials,
    HttpRequest,
    verify,
)
from iamkit.sigv4.adapters.botocore import SIGNERS, S3Signer, Signer, use_in
from tests.sigv4.adapters.serving import ALICE, AT, KEY, REGION, SESSION, TEMPORARY, clock, lookup, loopback

BUCKET = "amzn-s3-demo-bucket"
PURE = {
    "v4": botocore.auth.SigV4Auth,
    "s3v4": botocore.auth.S3SigV4Auth,
    "v4-query": botocore.auth.SigV4QueryAuth,
    "s3v4-query": botocore.auth.S3SigV4QueryAuth,
}
KEYS = ["plain", "a b+c", "é/日本", "//x/../y/./z", "100%", "(a)[b]{c}'~*!"]


@pytest.fixture(autouse=True)
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clocks of both."""

    def now(remove_tzinfo: bool = True) -> datetime:
        return AT.replace(tzinfo=None) if remove_tzinfo else AT

    monkeypatch.setattr(botocore.auth, "get_current_datetime", now)
    monkeypatch.setattr(botocore.crt.auth, "get_current_datetime", now)
    monkeypatch.setattr(Signer, "clock", staticmethod(clock))
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    table = dict(botocore.auth.AUTH_TYPE_MAPS)
    monkeypatch.setattr(botocore.auth, "AUTH_TYPE_MAPS", table)
    monkeypatch.setattr("iamkit.sigv4.adapters.botocore.AUTH_TYPE_MAPS", table)


def session_of(credentials: Credentials = KEY) -> boto3.Session:
    return boto3.Session(
        credentials.access_key_id, credentials.secret_access_key, credentials.session_token, region_name=REGION
    )


def client_of(session: boto3.Session, service: str, url: str | None = None, **options: Any) -> Any:
    options = {"retries": {"total_max_attempts": 1}, "s3": {"addressing_style": "path"}, **options}
    return session.client(service, endpoint_url=url, config=Config(**options))


CALLS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "put bytes": ("s3", lambda client: client.put_object(Bucket=BUCKET, Key="a b+c/é~", Body=b"content")),
    "put a file": ("s3", lambda client: client.put_object(Bucket=BUCKET, Key="f", Body=io.BytesIO(b"content"))),
    "put with metadata": (
        "s3",
        lambda client: client.put_object(
            Bucket=BUCKET, Key="m", Body=b"", Metadata={"a": "two   spaces"}, Tagging="x=1&y=2"
        ),
    ),
    "list": ("s3", lambda client: client.list_objects_v2(Bucket=BUCKET, Prefix="a b+c/é&=", Delimiter="/")),
    "an action in the query": ("s3", lambda client: client.get_bucket_tagging(Bucket=BUCKET)),
    "odd keys": ("s3", lambda client: [client.head_object(Bucket=BUCKET, Key=key) for key in KEYS]),
    "delete many": (
        "s3",
        lambda client: client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "a"}, {"Key": "b"}]}),
    ),
    "who am I": ("sts", lambda client: client.get_caller_identity()),
    "item": ("dynamodb", lambda client: client.put_item(TableName="orders", Item={"id": {"S": "é"}})),
    "function": ("lambda", lambda client: client.get_function(FunctionName=f"arn:aws:lambda:{REGION}:111122223333:f")),
    "user": ("iam", lambda client: client.get_user(UserName="alice")),
}


@dataclass
class Both:
    """Sign each request that a client is about to send twice more, and keep what both signers made of it."""

    signed: list[tuple[AWSRequest, AWSRequest]] = field(default_factory=list)

    def attach(self, client: Any) -> None:
        client.meta.events.register("before-sign", self.sign)
        client.meta.events.register("before-send", lambda **event: AWSResponse("", 200, {}, Empty()))

    def sign(self, request: Any, signature_version: str, region_name: str, signing_name: str, **event: Any) -> None:
        pair = []
        for signers in (PURE, SIGNERS):
            twin = AWSRequest(request.method, request.url, request.headers, request.data, request.params)
            twin.context = copy.copy(request.context)
            name = signature_version.removeprefix("iamkit-")
            credentials = ReadOnlyCredentials(TEMPORARY.access_key_id, TEMPORARY.secret_access_key, "token")
            signers[name](credentials, signing_name, region_name).add_auth(twin)
            pair.append(twin)
        self.signed.append((pair[0], pair[1]))


class Empty:
    """No content, as urllib3 would stream it."""

    def stream(self) -> Iterator[bytes]:
        yield b"<r><GetCallerIdentityResult/><GetUserResult/></r>"


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_the_signature_is_botocores(name: str, scheme: str) -> None:
    """Time, key and request alike, botocore's signer and ours write the same Authorization header."""
    service, call = CALLS[name]
    client = client_of(session_of(), service, f"{scheme}://service.example.com:8080")
    both = Both()
    both.attach(client)
    tolerating_the_answer(call, client)

    assert both.signed
    for theirs, ours in both.signed:
        assert theirs.headers["Authorization"] == ours.headers["Authorization"]
        for header in ("X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-SHA256"):
            assert theirs.headers.get_all(header) == ours.headers.get_all(header)


def tolerating_the_answer(call: Callable[[Any], Any], client: Any) -> None:
    """Make a call whose answer is nonsense: it was signed and sent before."""
    try:
        call(client)
    except botocore.parsers.ResponseParserError:
        assert client.meta.service_model.protocol in ("json", "rest-json", "smithy-rpc-v2-cbor")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("credentials", [KEY, TEMPORARY], ids=["user", "role session"])
def test_what_boto3_sends_is_verified(name: str, credentials: Credentials) -> None:
    """An unmodified session, its requests signed by us, against a server that looks at the bytes."""
    service, call = CALLS[name]
    session = session_of(credentials)
    use_in(session.events)
    with loopback(service) as server:
        server.answer = b"" if service == "s3" else ANSWERS.get(service, b"{}")
        call(client_of(session, service, server.url))

    assert set(server.faults()) == {""}
    assert server.verified.principal == (ALICE if credentials is KEY else SESSION)


ANSWERS = {
    "sts": b"<r><GetCallerIdentityResult/></r>",
    "iam": b"<r><GetUserResult><User/></GetUserResult></r>",
}


def test_our_signers_did_it() -> None:
    """Within the session every kind of request is signed here; without it none."""
    session, other = session_of(), session_of()
    use_in(session.events)
    used: list[tuple[str, str]] = []
    for name, each in (("ours", session), ("theirs", other)):
        for service in ("s3", "sts", "dynamodb"):
            client = client_of(each, service, "http://service.example.com")
            client.meta.events.register(
                "before-sign",
                lambda signature_version, name=name, **event: used.append((name, signature_version)),
            )
            client.meta.events.register("before-send", lambda **event: AWSResponse("", 200, {}, Empty()))
            tolerating_the_answer(
                {
                    "s3": lambda client: client.list_buckets(),
                    "sts": lambda client: client.get_caller_identity(),
                    "dynamodb": lambda client: client.list_tables(),
                }[service],
                client,
            )

    ours = ["iamkit-s3v4", "iamkit-v4", "iamkit-v4"]
    assert used == [("ours", name) for name in ours] + [("theirs", name.removeprefix("iamkit-")) for name in ours]


def test_one_client_can_be_signed_alone() -> None:
    """The events of a client are its own."""
    session = session_of()
    with loopback("dynamodb") as server:
        first, second = (client_of(session, "dynamodb", server.url) for _ in range(2))
        use_in(first.meta.events)
        first.list_tables()
        second.list_tables()

    assert server.faults() == ["", ""]
    # botocore's signer, as built on awscrt, writes the Host header itself and in lower case; ours as a header is named.
    assert [[name for name, _ in request.headers if name.lower() == "host"] for request in server.requests] == [
        ["Host"],
        ["host"],
    ]


def test_every_session_can_be_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of botocore takes our signers under its own names."""
    botocore.auth.AUTH_TYPE_MAPS.update(SIGNERS)
    with loopback("dynamodb") as server:
        client_of(session_of(), "dynamodb", server.url).list_tables()

    assert server.faults() == [""]
    assert "Host" in dict(server.requests[0].headers)


def test_what_is_not_signed_stays_so() -> None:
    """Who has no credentials yet gets them by an unsigned request."""
    session = session_of()
    use_in(session.events)
    with loopback("sts") as server:
        server.answer = b"<r><AssumeRoleWithWebIdentityResult/></r>"
        client = client_of(session, "sts", server.url)
        with pytest.raises(client.exceptions.ClientError, match="MissingAuthenticationToken"):
            client.assume_role_with_web_identity(
                RoleArn="arn:aws:iam::111122223333:role/reader", RoleSessionName="alice", WebIdentityToken="t.o.k"
            )
        unsigned = client_of(session, "sts", server.url, signature_version=botocore.UNSIGNED)
        with pytest.raises(client.exceptions.ClientError, match="MissingAuthenticationToken"):
            unsigned.get_caller_identity()

    assert server.faults() == ["NO_CREDENTIALS", "NO_CREDENTIALS"]


def test_a_form_to_post_stays_botocores() -> None:
    """A presigned post has a policy document instead of a canonical request."""
    session = session_of()
    use_in(session.events)
    form = client_of(session, "s3", signature_version="s3v4").generate_presigned_post(BUCKET, "key")

    assert form["fields"]["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def test_a_form_that_an_endpoint_wants_signed_stays_botocores() -> None:
    """An endpoint's own choice of signer comes without the suffix that tells a form."""
    session = session_of()
    use_in(session.events)
    client = client_of(session, "s3")
    event = {"signing_name": "s3", "region_name": REGION, "context": {"auth_type": "v4"}}
    chosen = [
        client.meta.events.emit_until_response("choose-signer.x.PutObject", signature_version=version, **event)[1]
        for version in ("s3v4", "s3v4-presign-post")
    ]

    assert chosen == ["iamkit-s3v4", "s3v4"]


PRESIGNED: dict[str, tuple[str, dict[str, Any]]] = {
    "get": ("s3", {"ClientMethod": "get_object", "Params": {"Bucket": BUCKET, "Key": "a b+c/é~//x"}}),
    "get with a query": (
        "s3",
        {
            "ClientMethod": "get_object",
            "Params": {"Bucket": BUCKET, "Key": "k", "VersionId": "1", "ResponseContentType": "text/plain; a=b+c"},
        },
    ),
    "put with headers": (
        "s3",
        {
            "ClientMethod": "put_object",
            "Params": {"Bucket": BUCKET, "Key": "k", "ContentType": "text/plain", "Metadata": {"a": "b"}},
        },
    ),
    "who am I": ("sts", {"ClientMethod": "get_caller_identity", "HttpMethod": "GET"}),
    "assume": (
        "sts",
        {
            "ClientMethod": "assume_role",
            "HttpMethod": "GET",
            "Params": {"RoleArn": "arn:aws:iam::111122223333:role/a", "RoleSessionName": "x+y"},
        },
    ),
    "tables": ("dynamodb", {"ClientMethod": "list_tables", "Params": {"Limit": 3}}),
}


@pytest.mark.parametrize("credentials", [KEY, TEMPORARY], ids=["user", "role session"])
@pytest.mark.parametrize("name", PRESIGNED)
def test_a_presigned_url_is_botocores(name: str, credentials: Credentials) -> None:
    """The same parameters in the URL, signature included, and `verify` finds it good."""
    service, call = PRESIGNED[name]
    theirs, ours = session_of(credentials), session_of(credentials)
    botocore.auth.AUTH_TYPE_MAPS.update(PURE)
    use_in(ours.events)
    headers: list[tuple[str, str]] = []
    urls = []
    for session in (theirs, ours):
        client = client_of(session, service, signature_version="s3v4" if service == "s3" else "v4")
        client.meta.events.register("before-sign", lambda request, **event: headers.extend(request.headers.items()))
        urls.append(urlsplit(client.generate_presigned_url(**call, ExpiresIn=300)))

    assert urls[0][:3] == urls[1][:3]
    assert sorted(parse_qsl(urls[0].query, keep_blank_values=True)) == sorted(
        parse_qsl(urls[1].query, keep_blank_values=True)
    )
    method = call.get("HttpMethod", {"get_object": "GET", "put_object": "PUT"}.get(call["ClientMethod"], "POST"))
    sent = [("Host", urls[1].netloc), *(pair for pair in headers[len(headers) // 2 :] if pair[0] != "User-Agent")]
    sent = [pair for pair in sent if pair[1] != "application/x-www-form-urlencoded; charset=utf-8"]
    request = HttpRequest(method, f"{urls[1].path}?{urls[1].query}", sent)
    verified = verify(request, lookup, region=REGION, service=service, now=AT)
    assert verified.presigned
    assert verified.payload_hash == (UNSIGNED_PAYLOAD if service == "s3" else EMPTY_SHA256)


def test_a_file_over_https_is_sent_with_a_trailing_checksum() -> None:
    """Then botocore encodes the body, and we sign the word for it."""
    both = Both()
    client = client_of(session_of(), "s3", "https://service.example.com")
    both.attach(client)
    client.put_object(Bucket=BUCKET, Key="f", Body=io.BytesIO(b"content"))

    assert [ours.headers["X-Amz-Content-SHA256"] for _, ours in both.signed] == [STREAMING_UNSIGNED_TRAILER]


@pytest.mark.parametrize("signer", [Signer, S3Signer])
@pytest.mark.parametrize("service", ["execute-api", "s3"])
def test_a_request_of_ones_own_is_signed(signer: type[Signer], service: str) -> None:
    """`AWSRequest` and a signer are all that a script needs; signing it again leaves no header twice."""
    credentials = ReadOnlyCredentials(KEY.access_key_id, KEY.secret_access_key, None)
    request = AWSRequest("GET", "https://api.example.com/a%20b?x=1", params={"y": "a b+c"})
    signer(credentials, service, REGION).add_auth(request)
    signer(credentials, service, REGION).add_auth(request)

    assert request.url == "https://api.example.com/a%20b?x=1&y=a%20b%2Bc"
    sent = HttpRequest("GET", "/a%20b?x=1&y=a%20b%2Bc", list(request.headers.items()))
    assert verify(sent, lookup, region=REGION, service=service, now=AT, rules=signer.rules).principal == ALICE


def test_a_body_that_changed_is_hashed_anew() -> None:
    """The hash of the first body does not stay in the header."""
    request = AWSRequest("PUT", "https://amzn-s3-demo-bucket.s3.amazonaws.com/key", data=b"first")
    signer = S3Signer(ReadOnlyCredentials(KEY.access_key_id, KEY.secret_access_key, None), "s3", REGION)
    signer.add_auth(request)
    request.data = b"second"
    signer.add_auth(request)

    sent = HttpRequest("PUT", "/key", list(request.headers.items()), b"second")
    assert verify(sent, lookup, region=REGION, service="s3", now=AT).body == b"second"


def test_no_credentials_are_botocores_error() -> None:
    """Callers know that one."""
    with pytest.raises(NoCredentialsError):
        Signer(None, "sts", REGION).add_auth(AWSRequest("GET", "https://sts.amazonaws.com/"))

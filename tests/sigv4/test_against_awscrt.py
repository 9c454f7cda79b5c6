"""The AWS Common Runtime signs what we sign, and we accept what it signs."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from awscrt import auth, http
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from iamkit.sigv4 import UNSIGNED_PAYLOAD, Credentials, HttpRequest, presign, sign, verify
from tests.sigv4.generated import EXPIRES, PERMANENT, QUERY_RAW, TEMPORARY, Signing, queries, signings

# Both clients of AWS make another path of them than RFC 3986 does.
DOTS = ("/a/.", "/a/..", "/a/b/..", "/a/./.", "/a//.", "/..", "/.")
RUNS = settings(max_examples=4 * settings().max_examples)
S3 = st.just("s3")
HEADER = auth.AwsSignatureType.HTTP_REQUEST_HEADERS
QUERY = auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS


def signed_by_crt(case: Signing, kind: auth.AwsSignatureType, expires: int | None = None) -> HttpRequest:
    """Let the Common Runtime sign a request."""
    given_headers = http.HttpHeaders(list(case.request.headers))
    body = case.request.body or b""
    message = http.HttpRequest(case.request.method, case.request.target, given_headers, BytesIO(body) if body else None)
    credentials = case.credentials
    s3 = case.service == "s3"
    config = auth.AwsSigningConfig(
        algorithm=auth.AwsSigningAlgorithm.V4,
        signature_type=kind,
        credentials_provider=auth.AwsCredentialsProvider.new_static(
            credentials.access_key_id, credentials.secret_access_key, credentials.session_token
        ),
        region=case.region,
        service=case.service,
        date=case.at,
        use_double_uri_encode=not s3,
        should_normalize_uri_path=not s3,
        signed_body_value=UNSIGNED_PAYLOAD if s3 and kind == QUERY else None,
        signed_body_header_type=(
            auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256
            if s3 and kind == HEADER
            else auth.AwsSignedBodyHeaderType.NONE
        ),
        expiration_in_seconds=expires,
    )
    signed: Any = auth.aws_sign_request(message, config).result(30)
    return HttpRequest(signed.method, signed.path, tuple(signed.headers), body)


def accepted(case: Signing, request: HttpRequest) -> None:
    """Verify it at the time of its signature."""
    verified = verify(request, case.lookup, region=case.region, service=case.service, now=case.at, rules=case.rules)
    assert case.credentials.access_key_id == verified.access_key_id
    assert case.request.body == verified.body


def authorization(request: HttpRequest) -> list[str]:
    """Find the Authorization header."""
    return request.header("Authorization")


def readable_by_crt(case: Signing) -> bool:
    """Whether the Common Runtime does not take `:/` in the target for the end of a scheme or a port."""
    return ":/" not in case.request.target


def both_sign_the_header(case: Signing) -> None:
    """Sign with both, compare, verify what the other signed."""
    assume(readable_by_crt(case))
    theirs = signed_by_crt(case, HEADER)
    ours = sign(case.request, case.credentials, region=case.region, service=case.service, at=case.at)
    assert authorization(theirs) == [ours.authorization]
    accepted(case, theirs)
    accepted(case, ours.request)


def both_sign_the_query(case: Signing, expires: int) -> None:
    """Presign with both, compare, verify what the other signed."""
    assume(readable_by_crt(case))
    theirs = signed_by_crt(case, QUERY, expires)
    ours = presign(
        case.request, case.credentials, region=case.region, service=case.service, at=case.at, expires=expires
    )
    assert theirs.target.rpartition("X-Amz-Signature=")[2] == ours.signature, ours.canonical_request
    accepted(case, theirs)
    accepted(case, ours.request)


@RUNS
@given(signings(query=queries(raw=QUERY_RAW)))
@example(Signing(HttpRequest("GET", "/", (("Host", "example.amazonaws.com"),)), TEMPORARY))
@example(Signing(HttpRequest("GET", "//a/./../b//", (("Host", "example.amazonaws.com"),)), PERMANENT))
def test_header_signatures_are_equal(case: Signing) -> None:
    """Every service but S3: the path is normalized and encoded twice."""
    both_sign_the_header(case)


@RUNS
@given(signings(query=queries(raw=QUERY_RAW)), EXPIRES)
def test_query_signatures_are_equal(case: Signing, expires: int) -> None:
    """A presigned URL of any service but S3 carries the hash of its body in the signature."""
    both_sign_the_query(case, expires)


@RUNS
@given(signings(services=S3, query=queries(raw=QUERY_RAW)))
def test_s3_header_signatures_are_equal(case: Signing) -> None:
    """S3: the path is encoded once and nothing is normalized; x-amz-content-sha256 is added."""
    both_sign_the_header(case)


@RUNS
@given(signings(services=S3, query=queries(raw=QUERY_RAW)), EXPIRES)
def test_s3_query_signatures_are_equal(case: Signing, expires: int) -> None:
    """A presigned URL of S3 leaves the payload unsigned."""
    both_sign_the_query(case, expires)


@pytest.mark.parametrize("path", DOTS)
def test_a_path_that_ends_in_dots_is_signed_alike(path: str) -> None:
    """A last segment of dots leaves no slash behind."""
    case = Signing(HttpRequest("GET", path, (("Host", "example.amazonaws.com"),)))
    ours = sign(case.request, case.credentials, region=case.region, service=case.service, at=case.at)
    assert signed_by_crt(case, HEADER).header("Authorization") == [ours.authorization], ours.canonical.path


def test_the_peer_is_able_to_disagree() -> None:
    """Another secret gives another signature: the comparison compares something."""
    case = Signing(HttpRequest("GET", "/", (("Host", "example.amazonaws.com"),)))
    other = Credentials(PERMANENT.access_key_id, PERMANENT.secret_access_key + "x")
    ours = sign(case.request, other, region=case.region, service=case.service, at=case.at)
    assert authorization(signed_by_crt(case, HEADER)) != [ours.authorization]

"""botocore signs what we sign, and we accept what it signs.

Left out, because there botocore does not do what AWS documents or what is asked of it:

- raw query: botocore sorts a query as it stands and escapes nothing, so the queries here are properly escaped;
- repeated query keys in a presigned URL: botocore keeps the first only;
- the body of a presigned URL: botocore moves it into the query;
- `baggage`, `te`, `traceparent` and other names that botocore never signs: not among the headers made here.
"""

from __future__ import annotations

from unittest.mock import patch

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from hypothesis import example, given, settings
from hypothesis import strategies as st

from iamkit.sigv4 import Credentials, HttpRequest, presign, sign, verify
from tests.sigv4.generated import EXPIRES, PERMANENT, TEMPORARY, Signing, queries, signings

# Both clients of AWS make another path of them than RFC 3986 does.
DOTS = ("/a/.", "/a/..", "/a/b/..", "/a/./.", "/a//.", "/..", "/.")
RUNS = settings(max_examples=4 * settings().max_examples)
HOST = "https://example.amazonaws.com"
S3 = st.just("s3")


def signed_by_botocore(case: Signing, expires: int | None = None) -> HttpRequest:
    """Let botocore sign a request; its clock stands still."""
    given = case.credentials
    keys = BotocoreCredentials(given.access_key_id, given.secret_access_key, given.session_token)
    if expires is None:
        signer = (S3SigV4Auth if case.service == "s3" else SigV4Auth)(keys, case.service, case.region)
    else:
        kind = S3SigV4QueryAuth if case.service == "s3" else SigV4QueryAuth
        signer = kind(keys, case.service, case.region, expires=expires)
    message = AWSRequest(case.request.method, HOST + case.request.target, data=case.request.body)
    for name, value in case.request.headers:
        message.headers.add_header(name, value)
    with patch("botocore.auth.get_current_datetime", return_value=case.at):
        signer.add_auth(message)
    target = message.url.removeprefix(HOST)
    return HttpRequest(case.request.method, target, tuple(message.headers.items()), case.request.body)


def accepted(case: Signing, request: HttpRequest) -> None:
    """Verify it at the time of its signature."""
    verified = verify(request, case.lookup, region=case.region, service=case.service, now=case.at)
    assert case.credentials.access_key_id == verified.access_key_id


def both_sign_the_header(case: Signing) -> None:
    """Sign with both, compare, verify what the other signed."""
    theirs = signed_by_botocore(case)
    ours = sign(case.request, case.credentials, region=case.region, service=case.service, at=case.at)
    assert theirs.header("Authorization") == [ours.authorization], ours.canonical_request
    accepted(case, theirs)
    accepted(case, ours.request)


def both_sign_the_query(case: Signing, expires: int) -> None:
    """Presign with both, compare, verify what the other signed."""
    case = case.with_(body=b"")
    theirs = signed_by_botocore(case, expires)
    ours = presign(
        case.request, case.credentials, region=case.region, service=case.service, at=case.at, expires=expires
    )
    assert theirs.target.rpartition("X-Amz-Signature=")[2] == ours.signature, ours.canonical_request
    accepted(case, theirs)
    accepted(case, ours.request)


@RUNS
@given(signings())
@example(Signing(HttpRequest("GET", "/", (("Host", "example.amazonaws.com"),)), TEMPORARY))
def test_header_signatures_are_equal(case: Signing) -> None:
    """Every service but S3: the path is normalized and encoded twice."""
    both_sign_the_header(case)


@RUNS
@given(signings(query=queries(unique=True)), EXPIRES)
def test_query_signatures_are_equal(case: Signing, expires: int) -> None:
    """A presigned URL of any service but S3."""
    both_sign_the_query(case, expires)


@RUNS
@given(signings(services=S3))
def test_s3_header_signatures_are_equal(case: Signing) -> None:
    """S3: the path is encoded once and nothing is normalized; x-amz-content-sha256 is added."""
    both_sign_the_header(case)


@RUNS
@given(signings(services=S3, query=queries(unique=True)), EXPIRES)
def test_s3_query_signatures_are_equal(case: Signing, expires: int) -> None:
    """A presigned URL of S3 leaves the payload unsigned."""
    both_sign_the_query(case, expires)


@pytest.mark.parametrize("path", DOTS)
def test_a_path_that_ends_in_dots_is_signed_alike(path: str) -> None:
    """A last segment of dots leaves no slash behind."""
    case = Signing(HttpRequest("GET", path, (("Host", "example.amazonaws.com"),)))
    ours = sign(case.request, case.credentials, region=case.region, service=case.service, at=case.at)
    assert signed_by_botocore(case).header("Authorization") == [ours.authorization], ours.canonical.path


def test_the_peer_is_able_to_disagree() -> None:
    """Another secret gives another signature: the comparison compares something."""
    case = Signing(HttpRequest("GET", "/", (("Host", "example.amazonaws.com"),)))
    other = Credentials(PERMANENT.access_key_id, PERMANENT.secret_access_key + "x")
    ours = sign(case.request, other, region=case.region, service=case.service, at=case.at)
    assert signed_by_botocore(case).header("Authorization") != [ours.authorization]

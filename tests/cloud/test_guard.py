"""What reaches loopback without being an SDK's request stops before anything reads it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.guard import Refused, guard
from iamkit.sigv4 import HttpRequest

PORT = 4566
HOST = ("Host", f"127.0.0.1:{PORT}")


def request(*headers: tuple[str, str], method: str = "GET", target: str = "/") -> HttpRequest:
    """Make a request to the cloud."""
    return HttpRequest(method, target, headers or (HOST,))


@pytest.mark.parametrize(
    ("host", "bucket"),
    [
        ("127.0.0.1", None),
        ("localhost", None),
        ("LOCALHOST", None),
        ("s3.localhost", None),
        ("s3.us-east-1.localhost", None),
        ("amzn-s3-demo-bucket.localhost", "amzn-s3-demo-bucket"),
        ("amzn-s3-demo-bucket.s3.localhost", "amzn-s3-demo-bucket"),
        ("amzn-s3-demo-bucket.s3.eu-west-1.localhost", "amzn-s3-demo-bucket"),
        ("with.dots.s3.localhost", "with.dots"),
    ],
)
def test_hosts_of_the_cloud(host: str, bucket: str | None) -> None:
    """Loopback by address or by name; before `.localhost` may stand a bucket."""
    assert guard(request(("Host", f"{host}:{PORT}")), PORT).bucket == bucket


@pytest.mark.parametrize(
    "host",
    [
        "iam.amazonaws.com",
        "evil.example:4566",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:45660",
        "127.0.0.1.evil.example:4566",
        "localhost.evil.example:4566",
        "evil.example#.localhost:4566",
        "a b.localhost:4566",
        "-.localhost:4566",
        "",
        "[::1]:4566",
        "169.254.169.254:4566",
    ],
)
def test_other_hosts_are_refused(host: str) -> None:
    """A page whose name was pointed at loopback (DNS rebinding) still says its own name in Host."""
    with pytest.raises(Refused) as caught:
        guard(request(("Host", host)), PORT)
    assert caught.value.status == 421


def test_no_host_is_refused() -> None:
    """Whom a request is for must be said."""
    with pytest.raises(Refused) as caught:
        guard(request(("Accept", "*/*")), PORT)
    assert caught.value.status == 421


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ((("Origin", "http://127.0.0.1:8888"),), 403),
        ((("origin", "null"),), 403),
        ((("Sec-Fetch-Site", "none"),), 403),
        ((("sec-fetch-mode", "no-cors"),), 403),
        ((("X-Moto-Account-Id", "444455556666"),), 403),
        ((("x-moto-anything", "1"),), 403),
        ((HOST,), 400),
        ((("Authorization", "a"), ("authorization", "b")), 400),
        ((("X-Amz-Target", "a"), ("x-amz-target", "a")), 400),
        ((("Content-Type", "a"), ("Content-Type", "b")), 400),
        ((("Content-Length", "1"), ("Content-Length", "1")), 400),
    ],
)
def test_headers_that_no_sdk_sends(headers: tuple[tuple[str, str], ...], status: int) -> None:
    """Pages of the browser, claims to another account, doubled headers."""
    with pytest.raises(Refused) as caught:
        guard(request(HOST, *headers), PORT)
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("OPTIONS", "/", 405),
        ("CONNECT", "127.0.0.1:22", 405),
        ("TRACE", "/", 405),
        ("GET", "http://iam.amazonaws.com/", 400),
        ("GET", "*", 400),
        ("POST", "/moto-api/reset", 404),
        ("GET", "/moto-api/data.json", 404),
    ],
)
def test_methods_and_targets_that_no_sdk_sends(method: str, target: str, status: int) -> None:
    """No preflight, no proxying, none of moto's own doors."""
    with pytest.raises(Refused) as caught:
        guard(request(method=method, target=target), PORT)
    assert caught.value.status == status


@given(st.text(max_size=40))
def test_any_host_is_ours_or_refused(host: str) -> None:
    """Whatever stands in Host: one of ours, or an answer."""
    ours = host.lower().endswith((f"localhost:{PORT}", f"127.0.0.1:{PORT}"))
    with contextlib.suppress(Refused):
        passed = guard(request(("Host", host)), PORT)
        assert ours
        assert passed.bucket is None or passed.bucket in host.lower()

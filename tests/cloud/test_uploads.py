"""An upload in chunks becomes the upload that it stands for, and its checksums are compared."""

from __future__ import annotations

import base64
import hashlib
import zlib

import pytest

from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.cloud.uploads import plain_upload
from iamkit.sigv4 import STREAMING_UNSIGNED_TRAILER, AccessKey, HttpRequest, encode_chunks, sign, verify
from tests.sigv4.generated import NOON, PERMANENT

DATA = b"0123456789" * 3000
HOST = ("Host", "127.0.0.1:4566")
# Of `body`, reckoned bit by bit from the polynomials 1EDC6F41 and AD93D23594C93659.
CRC32C = "Jj/JUA=="
CRC64NVME = "mI+Ji1NHP80="


def crc32(data: bytes) -> str:
    """As boto3 sends it."""
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def uploaded(checksum: str, *more: tuple[str, str]) -> HttpRequest:
    """Send an upload as boto3 does today: unsigned chunks, a checksum in the trailer."""
    headers = [
        HOST,
        ("Content-Encoding", "gzip,aws-chunked"),
        ("X-Amz-Decoded-Content-Length", str(len(DATA))),
        ("X-Amz-Trailer", "x-amz-checksum-crc32"),
        *more,
    ]
    kind = STREAMING_UNSIGNED_TRAILER
    request = HttpRequest("PUT", "/amzn-s3-demo-bucket/a.txt", headers, None)
    signed = sign(request, PERMANENT, region="us-east-1", service="s3", at=NOON, payload=kind)
    trailers = [("x-amz-checksum-crc32", checksum)]
    body = b"".join(encode_chunks([DATA], signed.chunks, payload=kind, trailers=trailers))
    sent = signed.request._replace(body=body)
    keys = {PERMANENT.access_key_id: AccessKey(PERMANENT)}
    verified = verify(sent, keys.get, region="us-east-1", service="s3", now=NOON)
    return plain_upload(sent, verified)


def test_the_framing_is_gone() -> None:
    """The content, its length, its own encoding and its checksum are left."""
    plain = uploaded(crc32(DATA))
    assert plain.body == DATA
    assert plain.header("content-encoding") == ["gzip"]
    assert plain.header("content-length") == [str(len(DATA))]
    assert plain.header("x-amz-checksum-crc32") == [crc32(DATA)]
    assert plain.header("x-amz-trailer") == plain.header("x-amz-decoded-content-length") == []


def test_a_wrong_checksum_is_refused() -> None:
    """S3 answers BadDigest."""
    with pytest.raises(ServiceError, match="BadDigest"):
        uploaded(crc32(DATA + b"!"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Content-MD5", base64.b64encode(hashlib.md5(b"body").digest()).decode()),
        ("x-amz-checksum-sha1", base64.b64encode(hashlib.sha1(b"body").digest()).decode()),
        ("x-amz-checksum-sha256", base64.b64encode(hashlib.sha256(b"body").digest()).decode()),
        ("x-amz-checksum-sha512", base64.b64encode(hashlib.sha512(b"body").digest()).decode()),
        ("x-amz-checksum-md5", base64.b64encode(hashlib.md5(b"body").digest()).decode()),
        ("x-amz-checksum-crc32", crc32(b"body")),
        ("x-amz-checksum-crc32c", CRC32C),
        ("x-amz-checksum-crc64nvme", CRC64NVME),
        ("x-amz-checksum-algorithm", "CRC32"),
        ("x-amz-checksum-mode", "ENABLED"),
    ],
)
def test_checksums_of_a_plain_body(name: str, value: str) -> None:
    """Right ones pass; the same of another body do not, where it is a checksum."""
    request = HttpRequest("PUT", "/", [HOST, (name, value)], b"body")
    assert plain_upload(request, None).body == b"body"
    if name not in ("x-amz-checksum-algorithm", "x-amz-checksum-mode"):
        with pytest.raises(ServiceError, match="BadDigest"):
            plain_upload(request._replace(body=b"other"), None)


@pytest.mark.parametrize("kind", ["xxhash64", "md9"])
def test_checksums_that_nobody_compares_are_refused(kind: str) -> None:
    """What cannot be checked is not believed."""
    request = HttpRequest("PUT", "/", [HOST, (f"x-amz-checksum-{kind}", "AAAA")], b"body")
    with pytest.raises(NotModelled):
        plain_upload(request, None)

"""Take the framing off an upload in chunks, and compare the checksums that came with it (A5)."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable

from iamkit.cloud.calls import NotModelled, ServiceError
from iamkit.sigv4 import HttpRequest, Verified
from iamkit.sigv4.rules import STREAMING

_FRAMING = frozenset({"x-amz-decoded-content-length", "x-amz-trailer", "content-length", "transfer-encoding"})
_CHECKSUM = "x-amz-checksum-"
_ABOUT_CHECKSUMS = frozenset({"x-amz-checksum-algorithm", "x-amz-checksum-mode", "x-amz-checksum-type"})
_DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "crc32c": lambda body: _crt("crc32c", body).to_bytes(4, "big"),
    "crc64nvme": lambda body: _crt("crc64nvme", body).to_bytes(8, "big"),
    "md5": lambda body: hashlib.md5(body, usedforsecurity=False).digest(),
    "sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "sha256": lambda body: hashlib.sha256(body).digest(),
    "sha512": lambda body: hashlib.sha512(body).digest(),
}


def _crt(name: str, body: bytes) -> int:
    """Compute a checksum that the standard library does not have, with AWS's own library."""
    try:
        from awscrt import checksums
    except ImportError:
        raise NotModelled(f"the checksum {name} without awscrt", "install iamkit[cloud]") from None
    result: int = getattr(checksums, name)(body)
    return result


def plain_upload(request: HttpRequest, verified: Verified | None) -> HttpRequest:
    """Give the request as it would be without chunks: decoded body, trailers among the headers.

    Raises ServiceError where a checksum is wrong, NotModelled for those that cannot be computed here.
    """
    body = request.body or b""
    headers = list(request.headers)
    if verified is not None:
        body = verified.body or b""
        if verified.payload_hash in STREAMING:
            headers = [pair for pair in (_unframed(*pair) for pair in headers) if pair is not None]
            headers += [("Content-Length", str(len(body))), *verified.trailers]
    _check_sums(headers, body)
    return HttpRequest(request.method, request.target, headers, body)


def _unframed(name: str, value: str) -> tuple[str, str] | None:
    lower = name.lower()
    if lower in _FRAMING:
        return None
    if lower == "content-encoding":
        kept = [part.strip() for part in value.split(",") if part.strip().lower() != "aws-chunked"]
        return (name, ",".join(kept)) if kept else None
    return name, value


def _check_sums(headers: list[tuple[str, str]], body: bytes) -> None:
    for name, value in headers:
        lower = name.lower()
        if lower == "content-md5":
            if base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() != value.strip():
                raise ServiceError("BadDigest", "The Content-MD5 you specified did not match what we received.")
        elif lower.startswith(_CHECKSUM) and lower not in _ABOUT_CHECKSUMS:
            kind = lower.removeprefix(_CHECKSUM)
            if kind not in _DIGESTS:
                raise NotModelled(f"the checksum {kind}", "let boto3 choose: it sends CRC32")
            if base64.b64encode(_DIGESTS[kind](body)).decode() != value.strip():
                problem = f"The {kind.upper()} you specified did not match the calculated checksum."
                raise ServiceError("BadDigest", problem)

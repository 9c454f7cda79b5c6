"""Uploads in chunks, from `sign` to `verify`: whole or as a stream, and S3's answer to each way they go wrong (A5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256

import pytest

from iamkit.sigv4 import (
    STREAMING_PAYLOAD,
    STREAMING_PAYLOAD_TRAILER,
    STREAMING_UNSIGNED_TRAILER,
    AccessKey,
    AuthenticationFailure,
    HttpRequest,
    Verified,
    encode_chunks,
    sign,
    verify,
)
from tests.sigv4.generated import NOON, PERMANENT

DATA = bytes(range(256)) * 80
KINDS = (STREAMING_PAYLOAD, STREAMING_PAYLOAD_TRAILER, STREAMING_UNSIGNED_TRAILER)
CHECKSUM = ("x-amz-checksum-sha256", "c2hhMjU2")
SIGNATURE = re.compile(rb"(?<=chunk-signature=)[0-9a-f]{64}")
Change = Callable[[bytes], bytes]


def upload(kind: str, length: str | None = None, chunk_size: int = 8192) -> HttpRequest:
    """Sign an upload in chunks, with its framed body."""
    trailers = (CHECKSUM,) if kind != STREAMING_PAYLOAD else ()
    headers = [
        ("Host", "amzn-s3-demo-bucket.s3.us-east-1.amazonaws.com"),
        ("Content-Encoding", "aws-chunked"),
        ("X-Amz-Decoded-Content-Length", str(len(DATA)) if length is None else length),
        *[("X-Amz-Trailer", name) for name, _ in trailers],
    ]
    request = HttpRequest("PUT", "/notes.txt", headers, None)
    signed = sign(request, PERMANENT, region="us-east-1", service="s3", at=NOON, payload=kind)
    body = b"".join(encode_chunks([DATA], signed.chunks, payload=kind, chunk_size=chunk_size, trailers=trailers))
    return signed.request._replace(body=body)


def verified(request: HttpRequest) -> Verified:
    """Verify it at noon."""
    keys = {PERMANENT.access_key_id: AccessKey(PERMANENT)}
    return verify(request, keys.get, region="us-east-1", service="s3", now=NOON)


def pieces(body: bytes, size: int = 1000) -> Iterator[bytes]:
    """Deliver a body as a network does."""
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_that_is_there_is_decoded(kind: str) -> None:
    """The application sees the content, and the trailers that were checked."""
    accepted = verified(upload(kind))
    assert accepted.body == DATA
    assert accepted.trailers == ((CHECKSUM,) if kind != STREAMING_PAYLOAD else ())


@pytest.mark.parametrize("kind", KINDS)
def test_a_body_that_is_still_to_come_is_decoded_piece_by_piece(kind: str) -> None:
    """The caller is known before the body is read; each piece is given once its chunk is proved."""
    request = upload(kind)
    accepted = verified(request._replace(body=None))
    trailers: list[tuple[tuple[str, str], ...]] = []
    read = list(accepted.read(pieces(request.body or b""), trailers.append))
    assert b"".join(read) == DATA
    assert len(read) > 1
    assert trailers == ([(CHECKSUM,)] if kind != STREAMING_PAYLOAD else [()])


def at(place: int, byte: bytes) -> Change:
    """Put another byte at a place of the framed body."""
    return lambda body: body[:place] + byte + body[place + 1 :]


def without(other: bytes) -> Change:
    """Put something else where the first signature stands."""
    return lambda body: SIGNATURE.sub(other, body, count=1)


def swapped(body: bytes) -> bytes:
    """Exchange the signatures of the first two chunks."""
    first, second = SIGNATURE.findall(body)[:2]
    return body.replace(first, b"-" * 64).replace(second, first).replace(b"-" * 64, second)


def without_the_last(body: bytes) -> bytes:
    """Cut the final, empty chunk off."""
    return body[: body.rindex(b"\r\n0;") + 2]


WRONG = {
    "a byte of the content": (STREAMING_PAYLOAD, at(200, b"!"), "SignatureDoesNotMatch", 403),
    "a signature": (STREAMING_PAYLOAD, without(b"0" * 64), "SignatureDoesNotMatch", 403),
    "signatures exchanged": (STREAMING_PAYLOAD, swapped, "SignatureDoesNotMatch", 403),
    "a signature left empty": (STREAMING_PAYLOAD, without(b""), "SignatureDoesNotMatch", 403),
    "cut in a chunk": (STREAMING_PAYLOAD, lambda body: body[:5000], "IncompleteBody", 400),
    "without its last chunk": (STREAMING_PAYLOAD, without_the_last, "IncompleteBody", 400),
    "not framed": (STREAMING_PAYLOAD, lambda _: DATA, "IncompleteBody", 400),
    "more after its end": (STREAMING_PAYLOAD, lambda body: body + b"more", "IncompleteBody", 400),
    "another trailer": (
        STREAMING_PAYLOAD_TRAILER, lambda body: body.replace(b"c2hhMjU2", b"c2hhMjU3"), "SignatureDoesNotMatch", 403,
    ),
    "an unsigned trailer that no header announced": (
        STREAMING_UNSIGNED_TRAILER,
        lambda body: body.replace(b"x-amz-checksum-sha256", b"x-amz-checksum-crc32c"),
        "MalformedTrailerError",
        400,
    ),
}  # fmt: skip


@pytest.mark.parametrize("whole", [True, False], ids=["whole", "stream"])
@pytest.mark.parametrize(("kind", "change", "code", "status"), WRONG.values(), ids=WRONG)
def test_a_spoiled_body_is_refused_as_s3_refuses_it(
    kind: str, change: Change, code: str, status: int, whole: bool
) -> None:
    """S3's codes; as a stream, whatever was given before the failure is a true beginning of the content."""
    request = upload(kind)
    spoiled = change(request.body or b"")
    assert spoiled != request.body
    read: list[bytes] = []
    take: Callable[[], object] = partial(verified, request._replace(body=spoiled))
    if not whole:
        take = partial(read.extend, verified(request._replace(body=None)).read(pieces(spoiled)))
    with pytest.raises(AuthenticationFailure) as caught:
        take()
    assert (caught.value.code, caught.value.status) == (code, status)
    assert DATA.startswith(b"".join(read))


@pytest.mark.parametrize("length", ["", "many", "-1", "٣", str(len(DATA) + 1), str(len(DATA) - 1)])
def test_the_decoded_length_must_be_said_and_true(length: str) -> None:
    """A length that is no number, or another one."""
    with pytest.raises(AuthenticationFailure) as caught:
        verified(upload(STREAMING_PAYLOAD, length=length))
    said = length.isascii() and length.isdigit()
    assert caught.value.code == ("IncompleteBody" if said else "MissingContentLength")


def test_a_small_chunk_in_the_middle_is_refused() -> None:
    """Only the last chunk that has content may be smaller than 8 KiB, however well it is signed (A5)."""
    request = upload(STREAMING_PAYLOAD, chunk_size=4096)
    with pytest.raises(AuthenticationFailure) as caught:
        verified(request)
    assert (caught.value.code, caught.value.status) == ("InvalidChunkSizeError", 403)


def test_a_body_with_one_hash_is_compared_at_its_end() -> None:
    """A plain body that is read later is checked against x-amz-content-sha256."""
    request = HttpRequest("PUT", "/notes.txt", [("Host", "amzn-s3-demo-bucket.s3.us-east-1.amazonaws.com")], None)
    digest = sha256(DATA).hexdigest()
    signed = sign(request, PERMANENT, region="us-east-1", service="s3", at=NOON, payload=digest)
    assert b"".join(verified(signed.request).read(pieces(DATA))) == DATA
    with pytest.raises(AuthenticationFailure) as caught:
        list(verified(signed.request).read(pieces(DATA + b"!")))
    assert (caught.value.code, caught.value.details["ClientComputedContentSHA256"]) == (
        "XAmzContentSHA256Mismatch",
        digest,
    )

"""Bodies in chunks: known answers, what is refused and when, and how much memory it takes."""

from __future__ import annotations

import hmac
import io
import pickle
import tracemalloc
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from zlib import crc32

import pytest
from botocore.httpchecksum import AwsChunkedWrapper, Crc32Checksum, Sha256Checksum

from iamkit.sigv4.chunks import (
    LARGEST_CHUNK,
    SMALLEST_CHUNK,
    ChunkContext,
    InvalidChunks,
    decode_chunks,
    encode_chunks,
    encoded_length,
)

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
KINDS = (SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER)

TIMESTAMP, SCOPE = "20130524T000000Z", "20130524/us-east-1/s3/aws4_request"
EXAMPLE = b"a" * 66560
CRC32C = ("x-amz-checksum-crc32c", "sOO8/Q==")


def signing_key() -> bytes:
    """Derive the key of the documented examples."""
    key = b"AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    for part in SCOPE.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


KEY = signing_key()
CONTEXT = ChunkContext("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9", KEY, TIMESTAMP, SCOPE)
WITH_TRAILER = ChunkContext("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e", KEY, TIMESTAMP, SCOPE)


def example(signatures: tuple[str, str, str], end: bytes) -> bytes:
    """Write down a documented body: 64 KiB, 1 KiB, the final chunk, and what ends it."""
    first, second, last = (f";chunk-signature={signature}\r\n".encode() for signature in signatures)
    return b"10000" + first + EXAMPLE[:65536] + b"\r\n400" + second + EXAMPLE[65536:] + b"\r\n0" + last + end


PLAIN_EXAMPLE = example(
    (
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ),
    b"\r\n",
)
TRAILER_EXAMPLE = example(
    (
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ),
    b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
    b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
)


def encode(data: bytes, payload: str, chunk_size: int = 8, trailers: Iterable[tuple[str, str]] = ()) -> bytes:
    """Encode with the example's context."""
    return b"".join(encode_chunks(data, CONTEXT, payload=payload, chunk_size=chunk_size, trailers=tuple(trailers)))


def decode(
    body: bytes | Iterable[bytes],
    payload: str,
    length: int | None = None,
    names: tuple[str, ...] = (),
    smallest: int = 1,
) -> tuple[bytes, tuple[tuple[str, str], ...]]:
    """Decode with the example's context, from small chunks too; give the data and the trailers."""
    trailers: list[tuple[tuple[str, str], ...]] = []
    pieces = decode_chunks(
        body,
        CONTEXT,
        payload=payload,
        decoded_length=length,
        trailer_names=names,
        on_trailers=trailers.append,
        smallest_chunk=smallest,
    )
    data = b"".join(pieces)
    [found] = trailers
    return data, found


def fault(
    body: bytes | Iterable[bytes],
    payload: str,
    length: int | None = None,
    names: tuple[str, ...] = (),
    smallest: int = 1,
) -> tuple[str, int, int]:
    """Give the reason, the chunk and the offset of what is wrong with a body."""
    with pytest.raises(InvalidChunks) as caught:
        decode(body, payload, length, names, smallest)
    return caught.value.reason, caught.value.chunk, caught.value.offset


def test_signed_example_of_the_documentation_is_encoded() -> None:
    """The documented upload of 65 KB in chunks of 64 KB gets the documented signatures and Content-Length."""
    assert b"".join(encode_chunks(EXAMPLE, CONTEXT, payload=SIGNED)) == PLAIN_EXAMPLE
    assert encoded_length(66560, payload=SIGNED) == 66824 == len(PLAIN_EXAMPLE)


def test_signed_example_of_the_documentation_is_decoded() -> None:
    """The documented upload is verified, under S3's own limits."""
    pieces = list(decode_chunks(PLAIN_EXAMPLE, CONTEXT, payload=SIGNED, decoded_length=66560))
    assert [len(piece) for piece in pieces] == [65536, 1024]
    assert b"".join(pieces) == EXAMPLE


def test_trailer_example_of_the_documentation_is_encoded() -> None:
    """The documented upload with a checksum behind it gets the documented signatures."""
    encoded = encode_chunks(EXAMPLE, WITH_TRAILER, payload=SIGNED_TRAILER, trailers=[CRC32C])
    assert b"".join(encoded) == TRAILER_EXAMPLE
    assert encoded_length(66560, payload=SIGNED_TRAILER, trailers=[CRC32C]) == 66946 == len(TRAILER_EXAMPLE)


def test_trailer_example_of_the_documentation_is_decoded() -> None:
    """The documented upload with a checksum behind it is verified, and hands the checksum on."""
    trailers: list[tuple[tuple[str, str], ...]] = []
    pieces = decode_chunks(
        TRAILER_EXAMPLE,
        WITH_TRAILER,
        payload=SIGNED_TRAILER,
        decoded_length=66560,
        trailer_names=["x-amz-checksum-crc32c"],
        on_trailers=trailers.append,
    )
    assert b"".join(pieces) == EXAMPLE
    assert trailers == [(CRC32C,)]


def test_trailer_signature_is_not_one_of_a_chunk() -> None:
    """The trailer signature that an old edition of the page shows, which signs `-PAYLOAD` instead, is refused."""
    old = b"63bddb248ad2590c92712055f51b8e78ab024eead08276b24f010b0efd74843f"
    body = TRAILER_EXAMPLE.replace(TRAILER_EXAMPLE[-68:-4], old)
    pieces = decode_chunks(
        body, WITH_TRAILER, payload=SIGNED_TRAILER, decoded_length=66560, trailer_names=["x-amz-checksum-crc32c"]
    )
    with pytest.raises(InvalidChunks) as caught:
        b"".join(pieces)
    assert caught.value.reason == "bad-trailer-signature"


def test_trailers_are_signed_sorted_and_trimmed() -> None:
    """The order and the spaces in which trailers travel do not matter to their signature."""
    last = sha256(b"").hexdigest()
    to_sign = ("AWS4-HMAC-SHA256-PAYLOAD", TIMESTAMP, SCOPE, CONTEXT.seed_signature, last, last)
    chunk = hmac.digest(KEY, "\n".join(to_sign).encode(), "sha256").hex()
    canonical = sha256(b"x-amz-checksum-crc32:AAAAAA==\nx-amz-meta-note:two words\n").hexdigest()
    of_trailers = "\n".join(("AWS4-HMAC-SHA256-TRAILER", TIMESTAMP, SCOPE, chunk, canonical))
    signature = hmac.digest(KEY, of_trailers.encode(), "sha256").hex()
    body = (
        f"0;chunk-signature={chunk}\r\nX-Amz-Meta-Note: \t two words \r\nx-amz-checksum-crc32: AAAAAA==\r\n"
        f"x-amz-trailer-signature:{signature}\r\n\r\n"
    ).encode()
    names = ("X-Amz-Checksum-CRC32", "x-amz-meta-note")
    expected = (("x-amz-meta-note", "two words"), ("x-amz-checksum-crc32", "AAAAAA=="))
    assert decode(body, SIGNED_TRAILER, 0, names) == (b"", expected)
    assert signature.encode() in encode(b"", SIGNED_TRAILER, trailers=expected)


@pytest.mark.parametrize("length", [0, 1, 8191, 8192, 8193, 65536, 200_000])
@pytest.mark.parametrize("chunk_size", [8192, 65536, 1024 * 1024])
@pytest.mark.parametrize("checksum", [None, Crc32Checksum, Sha256Checksum])
def test_unsigned_bodies_are_those_of_botocore(
    length: int, chunk_size: int, checksum: type[Crc32Checksum] | type[Sha256Checksum] | None
) -> None:
    """What botocore sends is decoded, and what this sends is byte for byte what botocore sends."""
    data = bytes(range(256)) * (length // 256) + bytes(length % 256)
    name = "x-amz-checksum-it"
    theirs = AwsChunkedWrapper(io.BytesIO(data), checksum, name, chunk_size).read()
    trailers: tuple[tuple[str, str], ...] = ()
    if checksum is not None:
        calculated = checksum()
        calculated.update(data)
        trailers = ((name, calculated.b64digest()),)
    else:
        theirs = theirs.removesuffix(b"0\r\n\r\n") + b"0\r\n\r\n"
    names = tuple(name for name, _ in trailers)
    assert decode(theirs, UNSIGNED_TRAILER, length, names, SMALLEST_CHUNK) == (data, trailers)
    assert encode(data, UNSIGNED_TRAILER, chunk_size, trailers) == theirs
    assert encoded_length(length, payload=UNSIGNED_TRAILER, chunk_size=chunk_size, trailers=trailers) == len(theirs)


SIGNATURE = b"0" * 64
UNSIGNED_FAULTS = {
    "nothing at all": (b"", ("truncated", 0, 0)),
    "no final chunk": (b"3\r\nabc\r\n", ("truncated", 1, 8)),
    "no empty line at the end": (b"0\r\n", ("truncated", 0, 3)),
    "half a line end": (b"0\r\n\r", ("truncated", 0, 3)),
    "fewer bytes than the size says": (b"5\r\nabc", ("truncated", 0, 3)),
    "half a delimiter": (b"3\r\nabc\r", ("truncated", 0, 6)),
    "more bytes than the size says": (b"2\r\nabc\r\n0\r\n\r\n", ("bad-delimiter", 0, 5)),
    "line feeds alone": (b"3\nabc\n0\n\n", ("truncated", 0, 0)),
    "a line feed before the line end": (b"0\n\r\n\r\n", ("bad-size", 0, 0)),
    "a delimiter of line feeds": (b"3\r\nabc\n\n0\r\n\r\n", ("bad-delimiter", 0, 6)),
    "an empty size": (b"\r\n\r\n", ("bad-size", 0, 0)),
    "a sign": (b"+3\r\nabc\r\n0\r\n\r\n", ("bad-size", 0, 0)),
    "a negative size": (b"-3\r\nabc\r\n0\r\n\r\n", ("bad-size", 0, 0)),
    "an underscore": (b"1_0\r\n", ("bad-size", 0, 0)),
    "a prefix": (b"0x3\r\nabc\r\n0\r\n\r\n", ("bad-size", 0, 0)),
    "a space before": (b" 3\r\nabc\r\n0\r\n\r\n", ("bad-size", 0, 0)),
    "a space behind": (b"3 \r\nabc\r\n0\r\n\r\n", ("bad-size", 0, 0)),
    "a digit of another script": ("\u0663\r\nabc\r\n0\r\n\r\n".encode(), ("bad-size", 0, 0)),
    "an empty line first": (b"\r\n3\r\nabc\r\n0\r\n\r\n", ("bad-size", 0, 0)),
    "a size of seventeen digits": (b"00000000000000003\r\nabc\r\n0\r\n\r\n", ("bad-size", 0, 0)),
    "a header without end": (b"3" * 200, ("bad-size", 0, 0)),
    "a header that ends beyond the limit": (b"3;" + b"x" * 200 + b"\r\n", ("bad-size", 0, 0)),
    "an extension": (b"3;name=value\r\nabc\r\n0\r\n\r\n", ("bad-extension", 0, 0)),
    "an empty extension": (b"3;\r\nabc\r\n0\r\n\r\n", ("bad-extension", 0, 0)),
    "a signature": (b"3;chunk-signature=" + SIGNATURE + b"\r\nabc\r\n0\r\n\r\n", ("bad-extension", 0, 0)),
    "a trailer that was not announced": (b"0\r\nx-a:1\r\nx-c:3\r\n\r\n", ("bad-trailer", 0, 10)),
    "a trailer that is missing": (b"0\r\n\r\n", ("bad-trailer", 0, 3)),
    "a trailer that comes twice": (b"0\r\nx-a:1\r\nX-A:1\r\nx-b:2\r\n\r\n", ("bad-trailer", 0, 10)),
    "a trailer without a colon": (b"0\r\nx-a=1\r\n\r\n", ("bad-trailer", 0, 3)),
    "a trailer without a name": (b"0\r\n:1\r\n\r\n", ("bad-trailer", 0, 3)),
    "a trailer without a value": (b"0\r\nx-a: \r\n\r\n", ("bad-trailer", 0, 3)),
    "two spaces in a trailer": (b"0\r\nx-a:1  1\r\n\r\n", ("bad-trailer", 0, 3)),
    "a tab in a trailer": (b"0\r\nx-a:1\t1\r\n\r\n", ("bad-trailer", 0, 3)),
    "a space before a trailer's name": (b"0\r\n x-a:1\r\n\r\n", ("bad-trailer", 0, 3)),
    "a space behind a trailer's name": (b"0\r\nx-a :1\r\n\r\n", ("bad-trailer", 0, 3)),
    "a line feed in a trailer": (b"0\r\nx-a:1\nx-b:2\r\n\r\n", ("bad-trailer", 0, 3)),
    "a carriage return in a trailer": (b"0\r\nx-a:1\rx\r\n\r\n", ("bad-trailer", 0, 3)),
    "a NUL in a trailer": (b"0\r\nx-a:1\x00\r\n\r\n", ("bad-trailer", 0, 3)),
    "a letter beyond ASCII in a trailer": ("0\r\nx-a:é\r\n\r\n".encode(), ("bad-trailer", 0, 3)),
    "a trailer without end": (b"0\r\nx-a:" + b"1" * 2000, ("bad-trailer", 0, 3)),
    "a signature of the trailers": (b"0\r\nx-amz-trailer-signature:" + SIGNATURE, ("truncated", 0, 3)),
    "a signature of trailers that are unsigned": (
        b"0\r\nx-a:1\r\nx-b:2\r\nx-amz-trailer-signature:" + SIGNATURE + b"\r\n\r\n",
        ("bad-trailer", 0, 17),
    ),
    "something behind the end": (b"0\r\nx-a:1\r\nx-b:2\r\n\r\n!", ("trailing-data", 0, 19)),
    "an empty line behind the end": (b"0\r\nx-a:1\r\nx-b:2\r\n\r\n\r\n", ("trailing-data", 0, 19)),
    "a second body": (b"3\r\nabc\r\n0\r\nx-a:1\r\nx-b:2\r\n\r\n0\r\n\r\n", ("trailing-data", 1, 27)),
}


@pytest.mark.parametrize("name", UNSIGNED_FAULTS)
def test_malformed_body_is_refused(name: str) -> None:
    """Whatever is not written exactly as the format says is refused, with the place where it is written."""
    body, expected = UNSIGNED_FAULTS[name]
    names = () if "trailer" not in name and "behind the end" not in name and "second" not in name else ("x-a", "x-b")
    assert fault(body, UNSIGNED_TRAILER, None, names) == expected


@pytest.mark.parametrize("size", [b"a", b"A", b"00A", b"000000000000000a"])
def test_size_is_hexadecimal_in_either_case(size: bytes) -> None:
    """A size has up to sixteen digits: some SDKs write them in upper case."""
    assert decode(size + b"\r\n0123456789\r\n0\r\n\r\n", UNSIGNED_TRAILER, 10) == (b"0123456789", ())


def flipped(body: bytes, at: int) -> bytes:
    """Change the lowest bit of one byte."""
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]


BODY = encode(b"0123456789abcdefXYZ", SIGNED)  # headers at 0, 94 and 188, the final one at 277
SIGNED_FAULTS = {
    "data of the first chunk": (flipped(BODY, 84), ("bad-signature", 0, 84)),
    "data of the last chunk": (flipped(BODY, 274), ("bad-signature", 2, 272)),
    "signature of the first chunk": (BODY.replace(BODY[18:82], SIGNATURE), ("bad-signature", 0, 84)),
    "signature of the final chunk": (BODY[:-68] + SIGNATURE + b"\r\n\r\n", ("bad-signature", 3, 277)),
    "signature in upper case": (BODY[:18] + b"ABCDEF" + BODY[24:], ("bad-signature", 0, 0)),
    "signature too short": (BODY[:18] + BODY[19:], ("bad-signature", 0, 0)),
    "signature too long": (BODY[:18] + b"0" + BODY[18:], ("bad-signature", 0, 0)),
    "signature with a space": (BODY[:18] + b" " + BODY[18:], ("bad-signature", 0, 0)),
    "signature left out": (b"8\r\n" + BODY[84:], ("missing-signature", 0, 0)),
    "signature of the final chunk left out": (BODY[:277] + b"0\r\n\r\n", ("missing-signature", 3, 277)),
    "second extension": (BODY[:82] + b";a=b" + BODY[82:], ("bad-signature", 0, 0)),
    "other extension": (BODY.replace(b"chunk-signature", b"Chunk-Signature"), ("bad-extension", 0, 0)),
    "first chunk dropped": (BODY[94:], ("bad-signature", 0, 84)),
    "middle chunk dropped": (BODY[:94] + BODY[188:], ("bad-signature", 1, 178)),
    "last chunk dropped": (BODY[:188] + BODY[277:], ("bad-signature", 2, 188)),
    "first chunk repeated": (BODY[:94] + BODY, ("bad-signature", 1, 178)),
    "chunks exchanged": (BODY[94:188] + BODY[:94] + BODY[188:], ("bad-signature", 0, 84)),
    "final chunk dropped": (BODY[:277], ("truncated", 3, 277)),
    "final chunk first": (BODY[277:], ("bad-signature", 0, 0)),
    "delimiter changed": (flipped(BODY, 92), ("bad-delimiter", 0, 92)),
    "trailer added": (BODY[:-2] + b"x-a:1\r\n\r\n", ("bad-trailer", 3, 361)),
    "trailer signature added": (
        BODY[:-2] + b"x-amz-trailer-signature:" + SIGNATURE + b"\r\n\r\n",
        ("bad-trailer", 3, 361),
    ),
    "body sent twice": (BODY + BODY, ("trailing-data", 3, 363)),
}


@pytest.mark.parametrize("name", SIGNED_FAULTS)
def test_forged_body_is_refused(name: str) -> None:
    """Whatever is changed, left out, repeated or moved breaks the chain of signatures, and the place is told."""
    body, expected = SIGNED_FAULTS[name]
    assert fault(body, SIGNED) == expected


TRAILED = encode(b"abc", SIGNED_TRAILER, trailers=[("x-a", "1"), ("x-b", "2")])  # trailers at 173, signature at 187
TRAILER_FAULTS = {
    "value changed": (TRAILED.replace(b"x-a:1", b"x-a:2"), "bad-trailer-signature"),
    "values exchanged": (TRAILED.replace(b"x-a:1\r\nx-b:2", b"x-a:2\r\nx-b:1"), "bad-trailer-signature"),
    "signature changed": (TRAILED[:211] + SIGNATURE + b"\r\n\r\n", "bad-trailer-signature"),
    "signature in upper case": (TRAILED[:211] + TRAILED[211:275].upper() + b"\r\n\r\n", "bad-trailer-signature"),
    "signature too short": (TRAILED[:211] + TRAILED[212:], "bad-trailer-signature"),
    "signature left out": (TRAILED[:187] + b"\r\n", "missing-trailer-signature"),
    "signature repeated": (TRAILED[:-2] + TRAILED[187:], "bad-trailer"),
    "signature not at the end": (TRAILED[:173] + TRAILED[187:-2] + TRAILED[173:187] + b"\r\n", "bad-trailer"),
    "trailer dropped": (TRAILED.replace(b"x-a:1\r\n", b""), "bad-trailer"),
    "trailer repeated": (TRAILED.replace(b"x-a:1\r\n", b"x-a:1\r\nx-a:1\r\n"), "bad-trailer"),
    "trailers and signature dropped": (TRAILED[:173] + b"\r\n", "bad-trailer"),
    "signature and end dropped": (TRAILED[:187], "truncated"),
}


@pytest.mark.parametrize("name", TRAILER_FAULTS)
def test_forged_trailer_is_refused(name: str) -> None:
    """Trailers are those announced, once each, and signed as they are."""
    body, reason = TRAILER_FAULTS[name]
    assert fault(body, SIGNED_TRAILER, 3, ("x-a", "x-b"))[0] == reason


def test_trailers_come_in_any_order() -> None:
    """Exchanging whole lines changes nothing that is signed."""
    body = TRAILED.replace(b"x-a:1\r\nx-b:2", b"x-b:2\r\nx-a:1")
    assert decode(body, SIGNED_TRAILER, 3, ("x-a", "x-b")) == (b"abc", (("x-b", "2"), ("x-a", "1")))


@pytest.mark.parametrize("payload", KINDS)
def test_announced_trailer_must_come(payload: str) -> None:
    """A payload without a trailer that the signed x-amz-trailer announces was stripped of it."""
    assert fault(encode(b"abc", payload), payload, 3, ("x-a",))[0] == "bad-trailer"


def test_payload_without_trailers_gets_none() -> None:
    """An announcement does not make room for a trailer, which would come unsigned, in a payload without trailers."""
    assert fault(BODY[:-2] + b"x-a:1\r\n\r\n", SIGNED, 19, ("x-a",)) == ("bad-trailer", 3, 361)


def test_trailer_signature_cannot_be_announced() -> None:
    """The signature of the trailers is none of them."""
    names = ("x-a", "x-b", "x-amz-trailer-signature")
    assert fault(TRAILED, SIGNED_TRAILER, 3, names)[0] == "bad-trailer"


def test_no_trailers_need_no_signature() -> None:
    """A payload that may have trailers, and has none, ends like one that may not; a signature there is verified."""
    body = encode(b"abc", SIGNED_TRAILER)
    assert decode(body, SIGNED_TRAILER, 3) == (b"abc", ())
    forged = body[:-2] + b"x-amz-trailer-signature:" + SIGNATURE + b"\r\n\r\n"
    assert fault(forged, SIGNED_TRAILER, 3)[0] == "bad-trailer-signature"


@pytest.mark.parametrize("payload", KINDS)
@pytest.mark.parametrize(("announced", "given"), [(0, b""), (7, b""), (8, b"01234567"), (18, b"0123456789abcdef")])
def test_no_more_than_the_announced_length_is_given(payload: str, announced: int, given: bytes) -> None:
    """A chunk that goes beyond x-amz-decoded-content-length is refused before any of its bytes is given."""
    decoded: list[bytes] = []
    body = encode(b"0123456789abcdefXYZ", payload)
    pieces = decode_chunks(body, CONTEXT, payload=payload, decoded_length=announced, smallest_chunk=1)
    with pytest.raises(InvalidChunks) as caught:
        decoded.extend(pieces)
    assert (caught.value.reason, b"".join(decoded)) == ("wrong-length", given)


@pytest.mark.parametrize("payload", KINDS)
def test_fewer_bytes_than_announced_are_refused(payload: str) -> None:
    """The final chunk comes too early when x-amz-decoded-content-length announces more."""
    body = encode(b"0123456789abcdefXYZ", payload)
    assert fault(body, payload, 20)[:2] == ("wrong-length", 3)


def only(*pieces: bytes) -> Iterator[bytes]:
    """Give these pieces, and fail when one more is asked for."""
    yield from pieces
    raise AssertionError("more was read than needed")


@pytest.mark.parametrize(
    ("header", "length", "reason"),
    [
        (b"9;chunk-signature=" + SIGNATURE, 8, "wrong-length"),
        (b"0;chunk-signature=" + SIGNATURE, 8, "wrong-length"),
        (b"%x;chunk-signature=" % (LARGEST_CHUNK + 1) + SIGNATURE, None, "too-large"),
        (b"ffffffffffffffff;chunk-signature=" + SIGNATURE, None, "too-large"),
    ],
)
def test_size_is_judged_before_data_is_read(header: bytes, length: int | None, reason: str) -> None:
    """A size that cannot be right costs neither memory nor reading."""
    assert fault(only(header + b"\r\n"), SIGNED, length) == (reason, 0, 0)


@pytest.mark.parametrize("second", [28, 100])
def test_line_is_judged_before_more_is_read(second: int) -> None:
    """A header that has no end within 128 bytes is not read to its end."""
    assert fault(only(b"1" * 100, b"1" * second), UNSIGNED_TRAILER) == ("bad-size", 0, 0)


def test_largest_signed_chunk_is_decoded() -> None:
    """A signed chunk may have 16 MiB."""
    data = bytes(LARGEST_CHUNK)
    assert decode(encode(data, SIGNED, LARGEST_CHUNK), SIGNED, LARGEST_CHUNK) == (data, ())


def test_unsigned_chunk_streams_through() -> None:
    """A chunk of any size is given as it comes when there is no signature to wait for."""
    pieces = decode_chunks(
        only(b"ffffffffffffffff\r\nsome", b"thing"), None, payload=UNSIGNED_TRAILER, decoded_length=None
    )
    assert [next(pieces), next(pieces)] == [b"some", b"thing"]


def test_unsigned_pieces_are_bounded() -> None:
    """One large piece of a source is given in pieces of 64 KiB."""
    body = encode(bytes(200_000), UNSIGNED_TRAILER, 200_000)
    pieces = list(decode_chunks(body, None, payload=UNSIGNED_TRAILER, decoded_length=200_000))
    assert [len(piece) for piece in pieces] == [65536, 65536, 65536, 3392]


def test_signed_chunk_is_given_after_it_was_verified() -> None:
    """No byte of a chunk is given before all of it came and its signature matched."""
    body = flipped(BODY, 180)
    pieces = decode_chunks(body, CONTEXT, payload=SIGNED, decoded_length=19, smallest_chunk=1)
    assert next(pieces) == b"01234567"
    with pytest.raises(InvalidChunks) as caught:
        next(pieces)
    assert (caught.value.reason, caught.value.chunk) == ("bad-signature", 1)


@pytest.mark.parametrize("payload", KINDS)
def test_small_chunk_is_only_the_last(payload: str) -> None:
    """Like S3, the decoder refuses chunks of less than 8,192 bytes before the last one with data."""
    small = encode(bytes(16384), payload, 8191)
    assert fault(small, payload, 16384, smallest=SMALLEST_CHUNK)[:2] == ("too-small", 0)
    enough = encode(bytes(16385), payload, 8192)
    assert decode(enough, payload, 16385, smallest=SMALLEST_CHUNK) == (bytes(16385), ())
    assert decode(encode(b"!", payload), payload, 1, smallest=SMALLEST_CHUNK) == (b"!", ())


def test_small_chunks_are_refused_unless_allowed() -> None:
    """S3's limit holds where none is given."""
    pieces = decode_chunks(BODY, CONTEXT, payload=SIGNED, decoded_length=19)
    assert next(pieces) == b"01234567"
    with pytest.raises(InvalidChunks, match="too small"):
        next(pieces)


def test_what_follows_the_end_is_looked_for() -> None:
    """A body does not end where a piece of its source happens to end."""
    assert fault([BODY, b"", b"!"], SIGNED, 19) == ("trailing-data", 3, 363)


class Trickle(io.RawIOBase):
    """A file that reads fewer bytes than it is asked for."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(min(size, 5))


def reusing(data: bytes) -> Iterator[memoryview]:
    """Give pieces that all share one buffer."""
    buffer = bytearray(7)
    for start in range(0, len(data), 7):
        piece = data[start : start + 7]
        buffer[: len(piece)] = piece
        yield memoryview(buffer)[: len(piece)]


SOURCES: dict[str, Callable[[bytes], object]] = {
    "bytes": bytes,
    "bytearray": bytearray,
    "memoryview": memoryview,
    "file": io.BytesIO,
    "buffered file": lambda data: io.BufferedReader(io.BytesIO(data)),
    "file with short reads": Trickle,
    "list": lambda data: [data[:10], b"", data[10:11], data[11:]],
    "generator of single bytes": lambda data: (data[at : at + 1] for at in range(len(data))),
    "one buffer, used again": reusing,
}


@pytest.mark.parametrize("name", SOURCES)
def test_sources_give_the_same(name: str) -> None:
    """Files and iterables are read alike, whatever the sizes of their pieces, in both directions."""
    make: Callable[..., bytes] = SOURCES[name]  # type: ignore[assignment]
    data = b"0123456789abcdefXYZ"
    encoded = encode_chunks(make(data), CONTEXT, payload=SIGNED, chunk_size=8)
    assert b"".join(encoded) == BODY
    assert decode(make(BODY), SIGNED, 19) == (data, ())


class NotReady(io.RawIOBase):
    """A file that does not wait, and has nothing yet."""

    def read(self, size: int = -1, /) -> None:
        return None


@pytest.mark.parametrize("source", [[0, 1], ["0\r\n\r\n"], "0\r\n\r\n", io.StringIO("0\r\n\r\n"), [None], NotReady()])
def test_source_of_something_else_is_refused(source: Iterable[bytes]) -> None:
    """Numbers, text and nothing are not taken for bytes."""
    with pytest.raises(TypeError):
        decode(source, UNSIGNED_TRAILER)


def test_failure_of_the_source_is_not_hidden() -> None:
    """An error while reading is what the caller sees."""

    def broken() -> Iterator[bytes]:
        yield b"3\r\nab"
        raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        decode(broken(), UNSIGNED_TRAILER)


def test_trailers_are_told_after_everything_was_verified() -> None:
    """A body with anything wrong in it, to the last byte, gets no call."""
    called: list[object] = []
    pieces = decode_chunks(
        TRAILED + b"!",
        CONTEXT,
        payload=SIGNED_TRAILER,
        decoded_length=3,
        trailer_names=["x-a", "x-b"],
        on_trailers=called.append,
    )
    with pytest.raises(InvalidChunks):
        b"".join(pieces)
    assert called == []


@pytest.mark.parametrize("payload", [SIGNED_TRAILER, UNSIGNED_TRAILER])
def test_trailer_may_be_known_late(payload: str) -> None:
    """A function gives the trailers after the last byte was read, so that a checksum can be taken on the way."""
    checksum = 0

    def source() -> Iterator[bytes]:
        nonlocal checksum
        for piece in (b"0123456789", b"abcdefXYZ"):
            checksum = crc32(piece, checksum)
            yield piece

    def trailers() -> list[tuple[str, str]]:
        return [("X-Amz-Checksum-CRC32", b64encode(checksum.to_bytes(4, "big")).decode())]

    body = b"".join(encode_chunks(source(), CONTEXT, payload=payload, chunk_size=8, trailers=trailers))
    expected = b64encode(crc32(b"0123456789abcdefXYZ").to_bytes(4, "big")).decode()
    name = "x-amz-checksum-crc32"
    assert decode(body, payload, 19, (name,)) == (b"0123456789abcdefXYZ", ((name, expected),))
    assert encoded_length(19, payload=payload, chunk_size=8, trailers=[(name, "?" * 8)]) == len(body)


@pytest.mark.parametrize(
    "trailers",
    [
        [("x a", "1")],
        [("", "1")],
        [("x-a", "")],
        [("x-a", " 1")],
        [("x-a", "1 ")],
        [("x-a", "1\r\nx-b:2")],
        [("x-a", "1  2")],
        [("x-a", "é")],
        [("x-a", "1"), ("X-A", "2")],
        [("x-amz-trailer-signature", "0" * 64)],
        [("x-a", "1" * 1020)],
    ],
)
def test_trailer_that_would_not_arrive_is_refused(trailers: list[tuple[str, str]]) -> None:
    """What the decoder would refuse is not sent, whether it is known early or late."""
    with pytest.raises(ValueError, match="\n  help: "):
        encode_chunks(b"", None, payload=UNSIGNED_TRAILER, trailers=trailers)
    with pytest.raises(ValueError, match="\n  help: "):
        b"".join(encode_chunks(b"", None, payload=UNSIGNED_TRAILER, trailers=lambda: trailers))


def test_longest_trailer_arrives() -> None:
    """A trailer's line may have 1,022 characters, and no more."""
    trailers = (("x-a", "1" * 1018),)
    body = encode(b"", UNSIGNED_TRAILER, trailers=trailers)
    assert decode(body, UNSIGNED_TRAILER, 0, ("x-a",)) == (b"", trailers)
    assert fault(body.replace(b":", b":1"), UNSIGNED_TRAILER, 0, ("x-a",)) == ("bad-trailer", 0, 3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: encode_chunks(b"", CONTEXT, payload="UNSIGNED-PAYLOAD"),
        lambda: encode_chunks(b"", None, payload=SIGNED),
        lambda: encode_chunks(b"", CONTEXT, payload=SIGNED, trailers=[CRC32C]),
        lambda: encode_chunks(b"", CONTEXT, payload=SIGNED, chunk_size=0),
        lambda: encode_chunks(b"", CONTEXT, payload=SIGNED, chunk_size=LARGEST_CHUNK + 1),
        lambda: encoded_length(-1, payload=SIGNED),
        lambda: encoded_length(1, payload="STREAMING"),
        lambda: encoded_length(1, payload=SIGNED, chunk_size=-1),
        lambda: encoded_length(1, payload=SIGNED, trailers=[CRC32C]),
        lambda: decode_chunks(b"", None, payload=SIGNED_TRAILER, decoded_length=0),
        lambda: decode_chunks(b"", CONTEXT, payload="", decoded_length=0),
    ],
)
def test_arguments_without_sense_are_refused_at_once(call: Callable[[], object]) -> None:
    """A mistake of the caller is a ValueError with help, before anything is read, and no fault of the body."""
    with pytest.raises(ValueError, match="\n  help: ") as caught:
        call()
    assert not isinstance(caught.value, InvalidChunks)


def test_error_says_what_and_where() -> None:
    """The message has one line, then help; the error survives pickling, as errors of workers must."""
    error = InvalidChunks("bad-signature", 2, 131250)
    expected = (
        "chunk 2 at byte 131250: the chunk's signature does not match\n"
        "  help: sign it with the signature before it and its bytes"
    )
    assert str(error) == expected
    assert str(pickle.loads(pickle.dumps(error))) == expected


def test_context_hides_its_key() -> None:
    """The signing key of a day is a secret: it is not shown."""
    assert "signing_key" not in repr(CONTEXT)
    assert repr(KEY) not in repr(CONTEXT)


def generated(length: int) -> Iterator[bytes]:
    """Give that many bytes without having them."""
    piece = bytes(64 * 1024)
    for _ in range(length // len(piece)):
        yield piece


def peak(pieces: Iterator[bytes], expected: int) -> int:
    """Use up an iterator of that many bytes, and tell how much memory was in use at most."""
    tracemalloc.start()
    try:
        assert sum(map(len, pieces)) == expected
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("payload", KINDS)
def test_memory_does_not_grow_with_the_body(payload: str) -> None:
    """Encoding and decoding 64 MiB takes the memory that 4 MiB take."""

    def both(length: int) -> Iterator[bytes]:
        encoded = encode_chunks(generated(length), CONTEXT, payload=payload)
        return decode_chunks(encoded, CONTEXT, payload=payload, decoded_length=length)

    small, large = (peak(both(size), size) for size in (4 * 1024 * 1024, 64 * 1024 * 1024))
    assert large < small + 4096
    assert large < 1024 * 1024


def test_memory_does_not_grow_with_an_unsigned_chunk() -> None:
    """One chunk of 64 MiB is never held."""

    def body(length: int) -> Iterator[bytes]:
        yield b"%x\r\n" % length
        yield from generated(length)
        yield b"\r\n0\r\n\r\n"

    size = 64 * 1024 * 1024
    assert peak(decode_chunks(body(size), None, payload=UNSIGNED_TRAILER, decoded_length=size), size) < 512 * 1024


def test_declared_size_takes_no_memory() -> None:
    """A chunk that announces 16 MiB takes the memory of what really came."""
    body = b"1000000;chunk-signature=" + SIGNATURE + b"\r\n" + bytes(1000)

    def decoded() -> Iterator[bytes]:
        with pytest.raises(InvalidChunks):
            b"".join(decode_chunks(body, CONTEXT, payload=SIGNED, decoded_length=None))
        yield b""

    assert peak(decoded(), 0) < 256 * 1024


def test_tiny_pieces_take_no_more_memory() -> None:
    """A signed chunk that comes byte by byte is held as bytes, not as pieces."""
    size = 64 * 1024
    body = encode(bytes(size), SIGNED, size)
    pieces = decode_chunks(
        (body[at : at + 2] for at in range(0, len(body), 2)), CONTEXT, payload=SIGNED, decoded_length=size
    )
    assert peak(pieces, size) < 4 * size

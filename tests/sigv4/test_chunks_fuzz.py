"""Bodies in chunks under every kind of damage: nothing but `InvalidChunks`, and nothing false taken for true."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from itertools import pairwise, permutations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.sigv4.chunks import ChunkContext, InvalidChunks, decode_chunks, encode_chunks, encoded_length

SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
KINDS = (SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER)

CONTEXT = ChunkContext("5e" * 32, bytes(range(32)), "20150830T123600Z", "20150830/us-east-1/s3/aws4_request")
DATA = b"one\r\n0\r\n two 3;"
TRAILERS = (("x-amz-checksum-crc32", "AAAAAA=="), ("x-note", "b c"))

Trailers = Sequence[tuple[str, str]]


class Outcome(NamedTuple):
    """What came of decoding: the data given, the trailers told, and where what was wrong."""

    data: bytes
    trailers: tuple[tuple[str, str], ...] | None
    fault: tuple[str, int, int] | None


def trailers_of(payload: str) -> Trailers:
    """Give the trailers that a payload of this kind may have."""
    return TRAILERS if payload.endswith("-TRAILER") else ()


def encode(payload: str, data: bytes = DATA, chunk_size: int = 5, trailers: Trailers | None = None) -> bytes:
    """Encode into small chunks."""
    trailers = trailers_of(payload) if trailers is None else trailers
    return b"".join(encode_chunks(data, CONTEXT, payload=payload, chunk_size=chunk_size, trailers=trailers))


def decode(
    body: bytes | io.BytesIO | Iterable[bytes],
    payload: str,
    length: int | None = len(DATA),
    names: Iterable[str] | None = None,
) -> Outcome:
    """Decode as far as it goes; any error other than `InvalidChunks` is a failure of the test."""
    data, told = bytearray(), list[tuple[tuple[str, str], ...]]()
    pieces = decode_chunks(
        body,
        CONTEXT,
        payload=payload,
        decoded_length=length,
        trailer_names=[name for name, _ in trailers_of(payload)] if names is None else list(names),
        on_trailers=told.append,
        smallest_chunk=1,
    )
    try:
        for piece in pieces:
            assert piece, "an empty piece"
            assert type(piece) is bytes
            data += piece
    except InvalidChunks as error:
        assert told == []
        return Outcome(bytes(data), None, (error.reason, error.chunk, error.offset))
    [trailers] = told
    return Outcome(bytes(data), trailers, None)


def split(body: bytes, cuts: Iterable[int]) -> list[bytes]:
    """Cut a body into pieces, some of them empty."""
    places = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    return [body[start:end] for start, end in pairwise(places)]


names = st.from_regex(r"[a-zA-Z0-9-]{1,20}", fullmatch=True).filter(
    lambda name: name.lower() != "x-amz-trailer-signature"
)
values = st.from_regex(r"[!-~]{1,9}( [!-~]{1,9}){0,2}", fullmatch=True)
trailer_lists = st.lists(st.tuples(names, values), max_size=3, unique_by=lambda pair: pair[0].lower())
cuts = st.lists(st.integers(0, 1500), max_size=8)


@given(st.data(), st.sampled_from(KINDS), st.binary(max_size=300), st.integers(1, 320), cuts)
def test_round_trip(draw: st.DataObject, payload: str, data: bytes, chunk_size: int, places: list[int]) -> None:
    """Any data in chunks of any size, read in any pieces, arrives; the encoded length is known before."""
    trailers = tuple(draw.draw(trailer_lists)) if payload.endswith("-TRAILER") else ()
    body = b"".join(
        encode_chunks(split(data, places), CONTEXT, payload=payload, chunk_size=chunk_size, trailers=trailers)
    )
    assert len(body) == encoded_length(len(data), payload=payload, chunk_size=chunk_size, trailers=trailers)
    assert body == encode(payload, data, chunk_size, trailers)
    lower = tuple((name.lower(), value) for name, value in trailers)
    expected = Outcome(data, lower, None)
    announced = [name for name, _ in trailers]
    assert decode(split(body, places), payload, len(data), announced) == expected
    assert decode(io.BytesIO(body), payload, None, announced) == expected


@given(st.data(), st.sampled_from(KINDS), cuts, st.sampled_from([None, 0, 7, len(DATA)]))
def test_pieces_of_the_source_change_nothing(
    draw: st.DataObject, payload: str, places: list[int], length: int | None
) -> None:
    """Wherever the pieces end, the same data is given and the same thing is found wrong at the same place."""
    body = bytearray(encode(payload) + draw.draw(st.sampled_from([b"", b"!", b"\r\n"])))
    for at, byte in draw.draw(st.lists(st.tuples(st.integers(0, len(body) - 1), st.integers(0, 255)), max_size=2)):
        body[at] = byte
    del body[draw.draw(st.integers(0, 2 * len(body))) :]
    damaged = bytes(body)
    expected = decode(damaged, payload, length)
    assert decode(split(damaged, places), payload, length) == expected
    assert decode((damaged[at : at + 1] for at in range(len(damaged))), payload, length) == expected


@pytest.mark.parametrize("payload", [SIGNED, SIGNED_TRAILER])
def test_every_changed_byte_of_a_signed_body_is_refused(payload: str) -> None:
    """Each byte, changed into each other, is refused, and only bytes that were signed are given before.

    One change says the same as what was signed: another case of a letter in a trailer's name (or in a size; here all
    of them are digits). The signatures do it without x-amz-decoded-content-length.
    """
    body = encode(payload)
    good = decode(body, payload, None)
    assert good == Outcome(DATA, tuple(trailers_of(payload)), None)
    accepted = []
    for at in range(len(body)):
        for byte in range(256):
            changed = body[:at] + bytes([byte]) + body[at + 1 :]
            outcome = decode(changed, payload, None)
            assert DATA.startswith(outcome.data)
            if outcome.fault is None and changed != body:
                assert outcome == good
                accepted.append(at)
                assert changed.lower() == body.lower()
    start = body.rindex(b"\r\n0;")
    in_names = [at for name, _ in trailers_of(payload) for at in positions(body, name.encode(), start)]
    in_names += positions(body, b"x-amz-trailer-signature", start)
    assert accepted == sorted(in_names)


def positions(body: bytes, name: bytes, start: int) -> list[int]:
    """Find where the letters of a name are."""
    at = body.find(name, start)
    return [] if at < 0 else [place for place in range(at, at + len(name)) if body[place : place + 1].isalpha()]


def test_every_changed_byte_of_an_unsigned_body_is_refused_or_seen() -> None:
    """Nothing protects unsigned data and trailers but their checksum; a change is seen there, or refused."""
    body = encode(UNSIGNED_TRAILER)
    good = decode(body, UNSIGNED_TRAILER)
    seen = 0
    for at in range(len(body)):
        for byte in range(256):
            changed = body[:at] + bytes([byte]) + body[at + 1 :]
            outcome = decode(changed, UNSIGNED_TRAILER)
            if outcome.fault is None and outcome == good:
                assert changed.lower() == body.lower()
            elif outcome.fault is None:
                seen += 1
                assert len(outcome.data) == len(DATA)
    in_values = sum(len(value) for _, value in TRAILERS)
    assert seen > 255 * len(DATA)
    assert seen < 255 * (len(DATA) + in_values)


@pytest.mark.parametrize("payload", KINDS)
@pytest.mark.parametrize("length", [len(DATA), None])
def test_every_truncated_body_is_refused(payload: str, length: int | None) -> None:
    """Cut anywhere, a body is truncated, and what was given of it is its start."""
    body = encode(payload)
    for end in range(len(body)):
        outcome = decode(body[:end], payload, length)
        assert outcome.fault is not None
        assert outcome.fault[0] == "truncated"
        assert outcome.fault[2] <= end
        assert DATA.startswith(outcome.data)


@pytest.mark.parametrize("payload", KINDS)
def test_every_left_out_byte_is_refused_or_seen(payload: str) -> None:
    """Without any one of its bytes a signed body is refused, and an unsigned one has other trailers."""
    body = encode(payload)
    for at in range(len(body)):
        outcome = decode(body[:at] + body[at + 1 :], payload)
        if outcome.fault is None:
            assert payload == UNSIGNED_TRAILER
            assert outcome.trailers != TRAILERS


@pytest.mark.parametrize("payload", KINDS)
@given(place=st.integers(0, 600), junk=st.binary(min_size=1, max_size=4))
def test_inserted_bytes_are_refused_or_seen(payload: str, place: int, junk: bytes) -> None:
    """A signed body with anything put into it is refused unless it says the same; an unsigned one says other things."""
    body = encode(payload)
    place = min(place, len(body))
    outcome = decode(body[:place] + junk + body[place:], payload)
    if outcome.fault is None and payload == UNSIGNED_TRAILER:
        assert len(outcome.data) == len(DATA)
    elif outcome.fault is None:
        # Zeros before a size, and spaces around a trailer's value, are not part of what is signed.
        assert set(junk) <= set(b"0 \t")
        assert outcome == decode(body, payload)


def chunks(body: bytes, sizes: Iterable[int], payload: str) -> list[bytes]:
    """Cut an encoded body where its chunks of these sizes end; what is left is the final chunk and the trailers."""
    found = []
    for size in sizes:
        length = encoded_length(size, payload=payload) - encoded_length(0, payload=payload)
        found.append(body[:length])
        body = body[length:]
    return [*found, body]


@pytest.mark.parametrize("payload", [SIGNED, SIGNED_TRAILER])
def test_every_other_order_of_signed_chunks_is_refused(payload: str) -> None:
    """Chunks of one size, exchanged, dropped or repeated, do not continue the chain of signatures."""
    data = b"aaabbbccc"
    parts = chunks(encode(payload, data, 3), (3, 3, 3), payload)
    assert decode(b"".join(parts), payload, 9).fault is None
    *full, end = parts
    for count in range(5):
        for order in permutations(full * 2, count):
            if list(order) == full:
                continue
            outcome = decode(b"".join((*order, end)), payload, None)
            assert outcome.fault is not None
            assert outcome.fault[0] == "bad-signature"
            assert data.startswith(outcome.data)


@pytest.mark.parametrize("payload", [SIGNED, SIGNED_TRAILER])
def test_chunks_of_another_body_are_refused(payload: str) -> None:
    """A chunk signed with the same key for another request does not fit."""
    other = ChunkContext("6f" * 32, CONTEXT.signing_key, CONTEXT.timestamp, CONTEXT.scope)
    trailers = trailers_of(payload)
    theirs = b"".join(encode_chunks(DATA, other, payload=payload, chunk_size=5, trailers=trailers))
    ours = encode(payload)
    sizes = (5, 5, 5)
    for mine, yours in zip(range(4), range(4), strict=True):
        parts = chunks(ours, sizes, payload)
        parts[mine] = chunks(theirs, sizes, payload)[yours]
        outcome = decode(b"".join(parts), payload)
        assert outcome == Outcome(
            DATA[: 5 * mine], None, ("bad-signature", mine, outcome.fault[2] if outcome.fault else 0)
        )


@pytest.mark.parametrize("payload", KINDS)
@given(length=st.integers(-5, 40))
def test_every_wrong_length_is_refused(payload: str, length: int) -> None:
    """Only the true length is accepted, and never more than it is given."""
    outcome = decode(encode(payload), payload, length)
    assert len(outcome.data) <= max(length, 0)
    reason = None if outcome.fault is None else outcome.fault[0]
    assert reason == (None if length == len(DATA) else "wrong-length")


@given(st.data(), st.sampled_from(KINDS))
def test_every_wrong_announcement_is_refused(draw: st.DataObject, payload: str) -> None:
    """The trailers are accepted only under an announcement of exactly their names."""
    sent = draw.draw(trailer_lists) if payload.endswith("-TRAILER") else []
    announced = draw.draw(st.sets(st.sampled_from([*(name for name, _ in sent), "x-a", "x-b"])))
    body = encode(payload, trailers=sent)
    outcome = decode(body, payload, names=announced)
    assert outcome.data == DATA
    if {name.lower() for name, _ in sent} == {name.lower() for name in announced}:
        assert outcome.fault is None
    else:
        assert outcome.fault is not None
        assert outcome.fault[0] == "bad-trailer"


TOKENS = (
    *(b"0", b"1", b"5", b"a", b"F", b"ffffffffffffffff", b"-", b"+", b"_", b"x", b" ", b"\t", b"\x00", b"\xff"),
    *(b"\r\n", b"\r\n", b"\r\n", b"\r", b"\n", b";", b"=", b":", b"chunk-signature=", b";chunk-signature=" + b"0" * 64),
    *(b"x-note", b"x-amz-checksum-crc32:AAAAAA==\r\n", b"x-amz-trailer-signature:" + b"f" * 64, b"0\r\n\r\n"),
    *(b"5\r\nhello\r\n", b"hello", b"A" * 130, b"A" * 1030),
)


@given(
    st.one_of(st.binary(max_size=400), st.lists(st.sampled_from(TOKENS), max_size=20).map(b"".join)),
    st.sampled_from(KINDS),
    st.one_of(st.none(), st.integers(0, 20)),
    st.sampled_from([(), ("x-note",), ("x-note", "x-amz-checksum-crc32")]),
    cuts,
)
def test_any_bytes_are_decoded_or_refused(
    body: bytes, payload: str, length: int | None, announced: tuple[str, ...], places: list[int]
) -> None:
    """Arbitrary bytes raise nothing but `InvalidChunks`; signed data never comes of them."""
    outcome = decode(split(body, places), payload, length, announced)
    assert len(outcome.data) <= len(body)
    if outcome.fault is not None:
        assert 0 <= outcome.fault[2] <= len(body)
    if payload != UNSIGNED_TRAILER:
        assert outcome.data == b""
        assert outcome.fault is not None
    elif outcome.fault is None:
        again = encode(payload, outcome.data, 400, outcome.trailers)
        assert decode(again, payload, length, announced) == outcome

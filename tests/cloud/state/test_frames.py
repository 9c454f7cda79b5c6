"""Frames: whatever is cut off at the end is no record, whatever else is not as written is damage."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.state.frames import Damaged, framed, frames

PAYLOADS = [b"one", b"", b"three" * 20, b"\n", bytes(50)]


def written(payloads: list[bytes]) -> tuple[bytes, list[int]]:
    """Write a file, and tell where each record ends."""
    file, checksum, ends = b"", 0, []
    for number, payload in enumerate(payloads):
        pieces, checksum = framed(number, [payload[:2], payload[2:]], checksum)
        file += b"".join(pieces)
        ends.append(len(file))
    return file, ends


def read(file: bytes) -> list[bytes]:
    """Read all records."""
    return [frame.payload for frame in frames(io.BytesIO(file))]


@given(st.lists(st.binary(max_size=100), max_size=6))
def test_what_is_written_is_read(payloads: list[bytes]) -> None:
    """Payloads in their order, each with its number and its end."""
    file, ends = written(payloads)
    found = list(frames(io.BytesIO(file)))
    assert [(each.number, each.payload, each.end) for each in found] == [*zip(range(9), payloads, ends)]  # noqa: B905


def test_torn_at_every_byte() -> None:
    """A file that ends early has all records that are whole, and no complaint."""
    file, ends = written(PAYLOADS)
    for size in range(len(file)):
        whole = sum(end <= size for end in ends)
        assert read(file[:size]) == PAYLOADS[:whole], size


def test_torn_in_zeros() -> None:
    """After a power cut the size may be there, and zeros in place of the last blocks."""
    file, ends = written(PAYLOADS)
    for size in range(len(file) - 1):
        torn = file[:size] + bytes(len(file) - size)
        try:
            found = read(torn)
        except Damaged:
            # Cut within a head: this cannot be told from damage.
            continue
        assert found == PAYLOADS[: len(found)]
        assert len(found) >= sum(end <= size for end in ends)
    for end in ends[:-1]:
        assert read(file[:end] + bytes(100)) == PAYLOADS[: ends.index(end) + 1]


@pytest.mark.parametrize("flip", [1, 0x80])
def test_no_flipped_bit_goes_unnoticed(flip: int) -> None:
    """Wherever a bit is wrong, in a length too, it is said where; records are not dropped in silence."""
    file, ends = written(PAYLOADS)
    starts = [0, *ends]
    for at in range(len(file)):
        damaged = bytearray(file)
        damaged[at] ^= flip
        with pytest.raises(Damaged) as caught:
            read(bytes(damaged))
        start = max(each for each in starts if each <= at)
        assert str(caught.value).startswith(f"at byte {start:,}: ")


def test_dropped_doubled_and_moved_records() -> None:
    """Every record fits only after the one that it was written after."""
    file, ends = written(PAYLOADS)
    pieces = [file[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    for wrong in ([*pieces[:1], *pieces[2:]], [pieces[0], *pieces], [pieces[1], pieces[0], *pieces[2:]]):
        with pytest.raises(Damaged):
            read(b"".join(wrong))
    other, other_ends = written([b"ONE", *PAYLOADS[1:]])
    with pytest.raises(Damaged, match="record 1 does not fit"):
        read(other[: other_ends[0]] + file[ends[0] :])

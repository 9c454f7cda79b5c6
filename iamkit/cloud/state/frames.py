"""Records in a file, one after the other, so that what is whole can be told from what is not.

A frame is a head of fixed size (number of the record, length, a checksum of these two), the checksum of the payload,
the payload, and one byte that ends it. Each checksum starts from the one before: no record can be dropped, doubled or
moved without a trace. A last frame that was cut off was never acknowledged, and is no record; anything else that does
not fit is damage.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_HEAD = struct.Struct(">QQI")
_SUM = struct.Struct(">I")
_END = b"\n"
# Bodies have at most 64 MiB, and nothing else in a record is large.
MOST_BYTES = 1 << 30


class Damaged(ValueError):
    """A file of records is not as it was written."""


class Frame(NamedTuple):
    """A record as it stands in the file; `end` is where the next one begins, `checksum` what that one starts from."""

    number: int
    payload: bytes
    end: int
    checksum: int


def framed(number: int, payload: list[bytes], before: int) -> tuple[list[bytes], int]:
    """Write a frame around a payload in pieces; gives the pieces to write and the checksum for the next one."""
    length = sum(map(len, payload))
    head = _head(number, length)
    checksum = before
    for piece in (head, *payload):
        checksum = zlib.crc32(piece, checksum)
    return [head, _SUM.pack(checksum), *payload, _END], checksum


def _head(number: int, length: int) -> bytes:
    start = struct.pack(">QQ", number, length)
    return start + _SUM.pack(zlib.crc32(start))


def frames(file: BinaryIO, start: int = 0) -> Iterator[Frame]:
    """Read frames up to the end, or to one that was cut off; raises Damaged with the place for anything else."""
    size = file.seek(0, 2)
    at, checksum, expected = start, 0, 0
    while at < size:
        file.seek(at)
        head = file.read(_HEAD.size)
        rest = size - at - _HEAD.size - _SUM.size
        if rest <= 0 or _only_zeros(file, at):
            return
        number, length, own = _HEAD.unpack(head)
        if zlib.crc32(head[:16]) != own or length > MOST_BYTES:
            raise _damaged(at, "a head does not fit its checksum")
        if number != expected:
            raise _damaged(at, f"record {number} stands where {expected} belongs")
        if rest < length + len(_END):
            return
        file.seek(at + _HEAD.size)
        (summed,) = _SUM.unpack(file.read(_SUM.size))
        payload, end = file.read(length), file.read(1)
        after = at + _HEAD.size + _SUM.size + length + len(_END)
        found = zlib.crc32(payload, zlib.crc32(head, checksum))
        if end == b"\0" and _only_zeros(file, after):
            # The size of the file had grown, its last blocks were not written.
            return
        if found != summed or end != _END:
            raise _damaged(at, f"record {number} does not fit its checksum")
        yield Frame(number, payload, after, found)
        at, checksum, expected = after, found, number + 1


def _only_zeros(file: BinaryIO, at: int) -> bool:
    """Tell whether nothing but zeros follows, as a power cut leaves it."""
    file.seek(at)
    while piece := file.read(1 << 20):
        if piece.count(0) != len(piece):
            return False
    return True


def _damaged(at: int, what: str) -> Damaged:
    return Damaged(f"at byte {at:,}: {what}")

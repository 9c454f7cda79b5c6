"""What a program prints is told apart call by call, and bounded."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from iamkit.course.printed import Printed

MARK = "0123456789abcdef"


def mark(call: int) -> bytes:
    return f"\0{MARK}{call}\0".encode()


@given(
    st.lists(st.binary(max_size=30).filter(lambda data: b"\0" not in data), min_size=1, max_size=5),
    st.lists(st.integers(0, 300), max_size=8),
)
def test_the_pieces_do_not_depend_on_how_the_stream_arrives(pieces: list[bytes], cuts: list[int]) -> None:
    """A mark may come in two halves, or several marks at once."""
    stream = b"".join([pieces[0], *(mark(number) + piece for number, piece in enumerate(pieces[1:]))])
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    printed = Printed(MARK)
    for start, end in pairwise(places):
        printed.feed(stream[start:end])
    told = [printed.of(None), *(printed.of(number) for number in range(len(pieces) - 1))]
    assert [piece.decode("utf-8", "replace").replace("\r\n", "\n") for piece in pieces] == told


def test_only_the_beginning_of_a_flood_is_kept() -> None:
    """Of each call, so that one does not hide another."""
    printed = Printed(MARK)
    for call in range(2):
        printed.feed(mark(call))
        for _ in range(100):
            printed.feed(b"x" * 1_000)
    assert [printed.of(0), printed.of(1)] == ["x" * 2_000 + "\n… and 98,000 bytes more"] * 2


def test_what_only_looks_like_a_mark_is_output() -> None:
    """Whoever does not know the secret word cannot begin a call."""
    printed = Printed(MARK)
    printed.feed(b"\0" + b"f" * 16 + b"0\0a")
    assert printed.of(None) == "\0ffffffffffffffff0\0a"


def test_a_call_that_printed_nothing_has_nothing() -> None:
    assert Printed(MARK).of(3) == ""

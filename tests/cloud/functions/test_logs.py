"""Logs are cut as CloudWatch Logs takes them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.functions.logs import batches


def test_a_line_is_an_event() -> None:
    """Lines that a carriage return holds together stay together."""
    assert list(batches("START\n[ERROR] a\r\u00a0b\n\nEND\n")) == [["START\n", "[ERROR] a\r\u00a0b\n", "END\n"]]
    assert list(batches("")) == []


def test_batches_are_bounded() -> None:
    """10,000 events, a megabyte with 26 bytes for each event, 256 KB an event."""
    assert [len(batch) for batch in batches("x\n" * 25_000)] == [10_000, 10_000, 5_000]
    large = list(batches("é" * 3_000_000))
    assert len(large) > 5
    for batch in large:
        assert sum(len(message.encode()) + 26 for message in batch) <= 1_048_576
        assert all(len(message.encode()) + 26 <= 262_144 for message in batch)
    assert sum(message.count("é") for batch in large for message in batch) == 3_000_000


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_nothing_is_lost(text: str) -> None:
    """But for empty lines."""
    lines = [line for line in text.split("\n") if line]
    assert [message for batch in batches(text) for message in batch] == [f"{line}\n" for line in lines]

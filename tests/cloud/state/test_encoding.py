"""Parameters come back as they were."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.state.encoding import decode, encode

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | ANY_TEXT
    | st.binary(max_size=50)
    | st.datetimes(timezones=st.just(UTC))
)
KEYS = st.sampled_from(["$bytes", "$time", "$pairs", "$"]) | ANY_TEXT
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_round_trip(value: dict[str, Any]) -> None:
    """Bytes, times, any text that arrived, and names that look like the encoding's own."""
    assert decode(b"".join(encode(value))) == value


def test_bytes_are_not_blown_up() -> None:
    """A large body stands in the record as it is."""
    body = bytes(range(256)) * 4096
    assert sum(map(len, encode({"Body": body}))) < len(body) + 200


def test_tuples_are_lists() -> None:
    """JSON knows no other."""
    assert decode(b"".join(encode({"a": (1, 2)}))) == {"a": [1, 2]}


@pytest.mark.parametrize("value", [{"a": object()}, {"a": {1: 2}}, {"a": {1, 2}}])
def test_what_cannot_be_read_back_is_refused(value: Any) -> None:
    """Before anything is done, not afterwards."""
    with pytest.raises(TypeError, match="a record"):
        encode(value)


@pytest.mark.parametrize("cut", [0, 5, 20, -1])
def test_other_bytes_are_refused(cut: int) -> None:
    """What is too short or too long is no record."""
    good = b"".join(encode({"a": b"12345", "now": datetime(2026, 1, 1, tzinfo=UTC)}))
    for bad in (good[:cut], good + b"x"):
        with pytest.raises(ValueError):  # noqa: PT011
            decode(bad)

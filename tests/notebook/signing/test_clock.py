"""Clocks are read with a time zone, moved, and compared in words."""

from __future__ import annotations

import pytest

from iamkit.notebook.signing.clock import UnreadableClock, difference, later, read_clock, write_clock

NOON = "2015-08-30T12:00:00Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (NOON, NOON),
        (" 2015-08-30T14:00:00+02:00 ", NOON),
        ("20150830T120000Z", NOON),
        ("2015-08-30T12:00:00.999Z", NOON),
        ("2015-08-30 12:00Z", NOON),
    ],
)
def test_a_time_is_read_as_utc(text: str, expected: str) -> None:
    """However it is written, as long as it names its offset."""
    assert expected == write_clock(read_clock(text))


@pytest.mark.parametrize("text", ["", "noon", "2015-08-30T25:00:00Z"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """With the format to write."""
    with pytest.raises(UnreadableClock, match=r"is no time\nhelp: write it as `2015-08-30T12:36:00Z`"):
        read_clock(text)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "1969-12-31T23:59:59Z", "9999-01-01T00:00:00Z"])
def test_a_time_far_from_ours_is_refused(text: str) -> None:
    """So that a quarter of an hour can be added and taken away."""
    with pytest.raises(UnreadableClock, match=r"is in no year that clocks have\nhelp: choose one after 1970"):
        read_clock(text)


@pytest.mark.parametrize("text", ["2015-08-30T12:00:00", "2015-08-30"])
def test_a_time_without_zone_is_refused(text: str) -> None:
    """A naive time is another moment in every country."""
    with pytest.raises(UnreadableClock, match=r"does not say its time zone\nhelp: end it with `Z`"):
        read_clock(text)


@pytest.mark.parametrize(
    ("text", "minutes", "expected"),
    [
        (NOON, 5, "2015-08-30T12:05:00Z"),
        (NOON, -60, "2015-08-30T11:00:00Z"),
        ("noon", 5, "noon"),
        ("9998-12-31T23:59:00Z", 5, "9999-01-01T00:04:00Z"),
    ],
)
def test_a_clock_moves(text: str, minutes: int, expected: str) -> None:
    """And what cannot be moved stays as it was typed."""
    assert expected == later(text, minutes)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (NOON, "The same as your client's clock."),
        ("2015-08-30T12:20:00Z", "20 minutes ahead of your client's clock."),
        ("2015-08-30T11:59:59Z", "1 second behind your client's clock."),
        ("2015-08-30T13:01:01Z", "1 hour 1 minute ahead of your client's clock."),
        ("2015-09-01T12:00:00Z", "2 days ahead of your client's clock."),
        ("soon", ""),
    ],
)
def test_two_clocks_are_compared_in_words(server: str, expected: str) -> None:
    """In the two largest units."""
    assert expected == difference(NOON, server)

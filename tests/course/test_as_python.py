"""Values as a learner would type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.course.as_python import as_python, call_of, kind_of
from iamkit.course.border import Foreign
from iamkit.sigv4 import Credentials
from tests.course.test_border import VALUES

# As `repr` spells what `from datetime import …` gives.
NAMES: dict[str, Any] = {"Credentials": Credentials, "datetime": datetime, "UTC": UTC, "timezone": timezone}
DELTA = "datetime.timedelta"


@given(VALUES.filter(lambda value: "inf" not in repr(value)), st.integers(10, 100))
def test_what_is_shown_can_be_pasted(value: Any, width: int) -> None:
    """It is Python, and the same value, however narrow the place."""
    text = as_python(value, width=width)
    if "…" not in text:
        pasted = text.replace("datetime.timezone", "timezone").replace(DELTA, "timedelta")
        assert eval(pasted, NAMES | {"timedelta": timedelta}) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("it's", '"it\'s"'),
        ('a "b"', "'a \"b\"'"),
        (b"plain\n", 'b"plain\\n"'),
        (b"\x00\xff", 'bytes.fromhex("00ff")'),
        (bytearray(b"a"), 'bytearray(b"a")'),
        ((1,), "(1,)"),
        ([("Host", "a")], '[("Host", "a")]'),
        ({}, "{}"),
        (datetime(2015, 8, 30, 12, 36, tzinfo=UTC), "datetime(2015, 8, 30, 12, 36, tzinfo=UTC)"),
        (Credentials("AKIDEXAMPLE", "secret"), 'Credentials("AKIDEXAMPLE", "secret")'),
        (Credentials("ASIA", "secret", "token"), 'Credentials("ASIA", "secret", "token")'),
        (Foreign("set", "{1}"), "{1}"),
    ],
)
def test_values_look_as_this_project_writes_them(value: Any, text: str) -> None:
    """Double quotes, hex for bytes that are no text, `UTC` for its zone."""
    assert as_python(value) == text


def test_what_does_not_fit_stands_on_lines_of_its_own() -> None:
    assert call_of("sign", ({"method": "GET", "headers": [("Host", "api.example.com")]}, "eu-west-1"), width=40) == (
        'sign(\n    {\n        "method": "GET",\n        "headers": [\n            ("Host", "api.example.com"),\n'
        '        ],\n    },\n    "eu-west-1",\n)'
    )


def test_too_long_is_cut() -> None:
    assert as_python("x" * 5_000).endswith("… (5,000 characters in all)")
    assert as_python([0] * 1_000).splitlines()[-2:] == ["    # … and 940 more", "]"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "None"), ("", "a str"), (1, "an int"), (Foreign("object", ""), "an object"), ({}, "a dict")],
)
def test_types_have_an_article(value: Any, text: str) -> None:
    assert kind_of(value) == text

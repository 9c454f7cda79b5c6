"""Values that cross to a learner's program and back: the same value, or something that only says what it was."""

from __future__ import annotations

import contextlib
import json
import math
from collections import OrderedDict, UserDict
from collections.abc import Iterator, Mapping
from datetime import UTC, timedelta, timezone
from enum import IntEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.course.border import DEPTH, Foreign, Unreadable, decode, encode
from iamkit.sigv4 import Credentials

# Surrogates too, alone and in pairs: what came as bytes that are no UTF-8 has them.
ANY_TEXT = st.text(st.characters(exclude_categories=()))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**2000), 2**2000)
    | st.floats(allow_nan=False)
    | ANY_TEXT
    | st.binary()
    | st.binary().map(bytearray)
    | st.datetimes(timezones=st.none() | st.just(UTC) | st.just(timezone(timedelta(hours=-7, minutes=-30))))
    | st.builds(Credentials, st.just("AKIDEXAMPLE"), ANY_TEXT, st.none() | ANY_TEXT)
)
KEYS = st.integers() | ANY_TEXT | st.binary()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.lists(inner, max_size=4).map(tuple) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=20,
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | ANY_TEXT
    | st.sampled_from(["list", "dict", "bytes", "int", "text"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=2),
    max_leaves=20,
)


def cross(value: object) -> Any:
    return decode(json.loads(json.dumps(encode(value))))


def types(value: Any) -> Any:
    """Return the types inside a value: `1 == True` and `b"" == bytearray()` are not the same here."""
    if isinstance(value, dict):
        return {key: types(item) for key, item in value.items()}
    return [type(value), *map(types, value)] if isinstance(value, list | tuple) else type(value)


@given(VALUES)
def test_data_comes_back_as_it_went(value: Any) -> None:
    """Equal, and of the same types, whatever is inside what."""
    back = cross(value)
    assert value == back
    assert types(value) == types(back)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, -0.0])
def test_odd_floats_come_back(value: float) -> None:
    assert repr(value) == repr(cross(value))


def test_two_halves_of_a_character_stay_two() -> None:
    """JSON writes both the same way."""
    assert [len(cross(text)) for text in ("\ud83d\ude00", "😀")] == [2, 1]


class Pair(NamedTuple):
    name: str
    value: str


class Level(IntEnum):
    HIGH = 3


class Name(str):
    __slots__ = ()


class Headers(UserDict[str, str]):
    pass


def test_what_derives_from_data_is_taken_for_it() -> None:
    """A program may use what it likes, as long as it means data."""
    given = [
        Pair("Host", "a"),
        Level.HIGH,
        Name("x"),
        OrderedDict(a=1),
        Headers(b="2"),
        {"c": 3}.items(),
        memoryview(b"d"),
    ]
    assert cross(given) == [("Host", "a"), 3, "x", {"a": 1}, {"b": "2"}, [("c", 3)], b"d"]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (object(), "object", "<object object>"),
        ({1}, "set", "{1}"),
        ((each for each in "ab"), "generator", "<generator object <genexpr>>"),
        (len, "builtin_function_or_method", "<built-in function len>"),
        (list, "type", "<class 'list'>"),
        (1j, "complex", "1j"),
        ({*range(200)}, "set", f"{{{', '.join(map(str, range(200)))}"[:200] + "…"),
    ],
)
def test_what_is_no_data_is_described(value: object, kind: str, text: str) -> None:
    """Shortly, and without its address."""
    assert Foreign(kind, text) == cross(value)


def test_what_is_no_data_leaves_the_rest_alone() -> None:
    assert ["a", Foreign("set", "set()")] == cross(["a", set()])


class Breaks:
    def __repr__(self) -> str:
        raise ValueError


class Trap(Mapping[str, int]):
    def __getitem__(self, key: str) -> int:
        raise RuntimeError

    def __iter__(self) -> Iterator[str]:
        return iter("a")

    def __len__(self) -> int:
        return 1


def test_what_raises_when_it_is_read_is_described() -> None:
    assert Foreign("Breaks", "Breaks whose repr raises ValueError") == cross(Breaks())
    assert Foreign("Trap", "a Trap that raises RuntimeError when it is read") == cross(Trap())


def test_what_is_too_much_is_cut_off() -> None:
    """Too deep, too many, too long, or itself inside itself: neither a hang nor a flood."""
    deep: list[Any] = []
    for _ in range(DEPTH + 5):
        deep = [deep]
    own: list[Any] = []
    own.append(own)
    for value in (deep, own, ["a"] * 100_000, "x" * 2_000_000, b"x" * 2_000_000, 1 << 10_000_000):
        written = json.dumps(encode(value))
        assert len(written) < 1_000_000
        assert "too large or too deeply nested" in written


@given(JSON)
def test_anything_else_is_refused(document: Any) -> None:
    """What a program writes past our words is never more than a value, or `Unreadable`."""
    with contextlib.suppress(Unreadable):
        decode(document)


@pytest.mark.parametrize(
    "document",
    [[], {}, 1.5, ["bytes"], ["bytes", "é"], ["bytes", 1], ["int", "x"], ["float", None], ["datetime", "noon"],
     ["pickle", "x"], ["credentials", "A", "b"], ["credentials", "", "b", None], ["dict", [1]], ["dict", [[1]]],
     ["list"], ["text", "//4="]],
)  # fmt: skip
def test_malformed_values_are_refused(document: Any) -> None:
    with pytest.raises(Unreadable):
        decode(document)


def test_a_dict_whose_keys_cannot_be_keys_here_is_described() -> None:
    assert Foreign("dict", "a dict with keys that are no texts") == decode(["dict", [[["bytearray", ""], 1]]])

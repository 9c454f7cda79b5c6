"""Telling documents apart without keeping them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.course.documents import canonical, digest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": 2}', '{ "b":2,\n"a":1 }'),
        ('{"a": [1, 2]}', {"a": (1, 2)}),
        ("{ broken", " {broken\n"),
    ],
)
def test_layout_and_order_of_keys_do_not_matter(one: object, other: object) -> None:
    """The same document in another layout is the same document."""
    assert digest(one) == digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": [1, 2]}', '{"a": [2, 1]}'),
        ('{"a": 1}', '{"a": 1, "a": 1}'),
        ("{", "["),
    ],
)
def test_other_content_is_another_document(one: object, other: object) -> None:
    """Order in lists, types and repeated keys are content."""
    assert digest(one) != digest(other)


@given(st.text() | JSON | st.binary() | st.just(object()))
def test_nothing_makes_it_raise(document: object) -> None:
    """A learner may hand in anything."""
    assert isinstance(canonical(document), str)
    assert len(digest(document)) == 12


def test_a_document_that_holds_itself_is_no_trap() -> None:
    """Recursion ends."""
    loop: list[object] = []
    loop.append(loop)

    assert len(digest(loop)) == 12
    assert len(digest("[" * 100_000)) == 12

"""A message is written, read back, edited by somebody in between, and what was edited is carried on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.notebook.signing.wire import (
    Tampering,
    UnreadableMessage,
    carry,
    read_headers,
    read_message,
    tampering,
    write_message,
)
from iamkit.sigv4 import HttpRequest

SENT = "GET /a?x=1&y=2 HTTP/1.1\nHost: example.com\nX-Amz-Date: 1\nAuthorization: one\n\n"
NEXT = "GET /b?x=1&z=3&y=2 HTTP/1.1\nHost: example.com\nAccept: */*\nX-Amz-Date: 1\nAuthorization: two\n\nbody"

NAMES = st.sampled_from(["Host", "X-Amz-Date", "x-amz-date", "Accept"])
VALUES = st.text(alphabet="ab :,\t", max_size=6)
REQUESTS = st.builds(
    HttpRequest,
    st.sampled_from(["GET", "POST"]),
    st.text(alphabet="ab%/?&= ", max_size=10).map(lambda text: f"/{text}"),
    st.lists(st.tuples(NAMES, VALUES), max_size=4).map(tuple),
    st.text(alphabet="ab\n {", max_size=8).map(str.encode),
)


@given(REQUESTS)
def test_what_is_written_is_read_back(request_: HttpRequest) -> None:
    """Nothing is trimmed, joined or lost on the way."""
    assert request_ == read_message(write_message(request_))


def test_a_message_looks_as_in_http() -> None:
    """Request line, headers, an empty line, the body."""
    request = HttpRequest("PUT", "/a b", (("Host", "h"), ("X", " two\n folded")), b"{}\n\n")
    assert write_message(request) == "PUT /a b HTTP/1.1\nHost: h\nX:  two\n folded\n\n{}\n\n"
    assert request == read_message(write_message(request))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET / HTTP/1.1", HttpRequest("GET", "/")),
        ("GET /", HttpRequest("GET", "/")),
        ("GET / HTTP/1.1\nHost:h\n", HttpRequest("GET", "/", (("Host", "h"),))),
        ("GET  HTTP/1.1\n\n", HttpRequest("GET", "")),
    ],
)
def test_what_somebody_shortened_is_still_read(text: str, expected: HttpRequest) -> None:
    """As long as it has a method and a target."""
    assert expected == read_message(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: `` has no target"),
        ("GET", "line 1: `GET` has no target"),
        ("GET / HTTP/1.1\nHost", "line 2: no colon in `Host`"),
        ("GET / HTTP/1.1\nHost: h\n: x", "line 3: `` is no name of a header"),
        ("GET / HTTP/1.1\nmy host: h", "line 2: `my host` is no name of a header"),
    ],
)
def test_what_is_no_message_is_refused(text: str, message: str) -> None:
    """With the line, what stands there, and how it is written."""
    with pytest.raises(UnreadableMessage) as caught:
        read_message(text)
    problem, help_line = str(caught.value).split("\n")
    assert message == problem
    assert help_line.startswith("help: ")


def test_empty_lines_between_headers_do_not_matter() -> None:
    """Somebody who is about to type a header has not made a mistake."""
    assert read_headers(["", "A: 1", "", "B: 2", ""]) == (("A", "1"), ("B", "2"))


@given(REQUESTS, REQUESTS)
def test_carrying_on_to_the_same_message_changes_nothing(one: HttpRequest, other: HttpRequest) -> None:
    """The three-way merge keeps what was typed, and keeps quiet where nothing was."""
    base, edited = write_message(one), write_message(other)
    assert edited == carry(base, edited, base)
    assert edited == carry(base, base, edited)


@given(REQUESTS, REQUESTS, REQUESTS)
def test_carrying_on_always_gives_a_message(one: HttpRequest, other: HttpRequest, third: HttpRequest) -> None:
    """Whatever is merged with whatever."""
    read_message(carry(*map(write_message, (one, other, third))))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Host: example.com", "Host: example.com:8443", NEXT.replace("Host: example.com", "Host: example.com:8443")),
        ("X-Amz-Date: 1\n", "", NEXT.replace("X-Amz-Date: 1\n", "")),
        ("GET ", "PUT ", NEXT.replace("GET ", "PUT ")),
        ("/a?", "/evil?", NEXT.replace("/b?", "/evil?")),
        ("x=1&", "x=9&", NEXT.replace("x=1&", "x=9&")),
        ("x=1&y=2", "y=2", NEXT.replace("x=1&", "")),
        ("&y=2", "&y=2&admin=1", NEXT.replace("&y=2", "&y=2&admin=1")),
        ("HTTP/1.1\n", "HTTP/1.1\nVia: proxy\n", NEXT.replace("HTTP/1.1\n", "HTTP/1.1\nVia: proxy\n")),
        ("Authorization: one\n", "Authorization: one\nVia: p\n", NEXT.replace("two\n", "two\nVia: p\n")),
        ("one\n\n", "one\n\nmore", NEXT.replace("body", "more")),
    ],
)
def test_a_change_on_the_way_is_made_to_the_next_message(old: str, new: str, expected: str) -> None:
    """And nothing else is: the new signature arrives."""
    assert SENT.count(old) == 1
    assert expected == carry(SENT, SENT.replace(old, new), NEXT)


def test_what_cannot_be_read_stays_as_it_was_typed() -> None:
    """A half-typed message is nobody else's to edit."""
    assert carry(SENT, "GET", NEXT) == "GET"


def test_every_kind_of_tampering_is_named() -> None:
    """In the order of a message, with what was sent and what arrived."""
    sent = read_message("GET /a?x=1 HTTP/1.1\nHost: h\nA: 1\nA: 2\nLost: me\n\nten")
    arrived = read_message("PUT /b?x=2 HTTP/1.1\nHost: h\na: 1\nA: 3\nNew: me\n\none")
    assert (
        Tampering("method", "GET", "PUT"),
        Tampering("path", "/a", "/b"),
        Tampering("query", "x=1", "x=2"),
        Tampering("header A", "2", "3"),
        Tampering("header Lost", "me", None),
        Tampering("header New", None, "me"),
        Tampering("body", "ten", "one"),
    ) == tampering(sent, arrived)
    assert tampering(sent, sent) == ()

"""A verifier that names the mistake: every broken signer is told what it did, in which line, and what it built."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sigv4.broken_cases import ALL, API, KINDS, REQUESTS, SHOWN, checked, explained, name_of, signed
from tests.sigv4.broken_headers import TOKEN
from tests.sigv4.broken_signers import Broken, Case, Message, send, sign_text


def lines_that_differ(expected: str, client: str) -> list[tuple[int, str, str, int]]:
    """Compare two canonical requests line by line: number, both lines, first column that differs."""
    ours, theirs = expected.split("\n"), client.split("\n")
    found = []
    for number in range(max(len(ours), len(theirs))):
        one = ours[number] if number < len(ours) else ""
        two = theirs[number] if number < len(theirs) else ""
        if one != two:
            column = 0
            while one[column : column + 1] == two[column : column + 1]:
                column += 1
            found.append((number + 1, one, two, column + 1))
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("token", [None, TOKEN])
def test_the_signer_is_right_without_a_mistake(kind: str, token: str | None) -> None:
    """What it signs is accepted."""
    case = replace(KINDS[kind], token=token)
    assert send(case).signature == checked(case, send(case).request).signature


def test_every_mistake_shows_somewhere() -> None:
    """No broken signer is without a request that it breaks."""
    assert set(ALL) == {parameter.values[0].id for parameter in SHOWN}
    assert len({broken.name for broken in ALL.values()}) > 120


@pytest.mark.parametrize(("broken", "case"), SHOWN)
def test_the_mistake_is_named(broken: Broken, case: Case) -> None:
    """One mistake, its name, the decisive words, what the client built, where that differs; and all of it is true."""
    sent = send(case, broken)
    explanation = explained(case, sent.request)
    assert [name_of(broken)] == [mistake.name for mistake in explanation.mistakes], explanation.sentence
    assert [word for word in broken.says if word not in explanation.sentence] == [], explanation.sentence
    assert explanation.sentence.startswith("the client ")
    assert explanation.help
    assert sent.canonical_request == explanation.likely
    found = [(one.line, one.expected, one.client, one.column) for one in explanation.differences]
    assert lines_that_differ(explanation.expected, sent.canonical_request) == found
    if broken.name == "header-lost":
        return
    accepted = with_signature(sent.request, sent.signature, sign_text(case, explanation.expected))
    assert explanation.expected == checked(case, accepted).canonical_request
    if broken in REQUESTS and broken.id != "canonical-utf-16":
        assert sent.signature == sign_text(case, sent.canonical_request)
    else:
        assert explanation.expected == explanation.likely


def with_signature(message: Message, old: str, new: str) -> Message:
    """Put another signature into a request."""
    changed = message.copy()
    changed.pieces = [piece.replace(old, new) for piece in message.pieces]
    changed.headers = [(name, value.replace(old, new)) for name, value in message.headers]
    return changed


@pytest.mark.parametrize(
    ("mistake", "name", "line"),
    [
        ("method:GET-for-PUT", "method", 1),
        ("path-encoded-once:as-sent", "canonical path", 2),
        ("query-unsorted", "canonical query", 3),
        ("content-type-charset", "header content-type", 4),
        ("host-without-port", "header host", 5),
        ("signed-headers-line:commas", "signed headers", 10),
        ("payload-empty-hash", "payload hash", 11),
    ],
)
def test_the_line_is_named(mistake: str, name: str, line: int) -> None:
    """As A1 names the parts, and headers by their names."""
    broken = ALL[mistake]
    case = broken.on(API)
    found = explained(case, send(case, broken).request).differences
    assert [(line, name)] == [(difference.line, difference.name) for difference in found]


def test_a_blank_line_that_is_missing_is_named_though_the_query_is_empty_too() -> None:
    """A line is known by its place, not by its text."""
    case = replace(API, pieces=())
    found = explained(case, send(case, ALL["blank-line-missing"]).request).differences
    assert found[0].name == "empty line"


PAIRS = (
    ("path-encoded-once:as-sent", "query-unsorted"),
    ("path-encoded-once:encoded", "payload-empty-hash"),
    ("path-encoded-twice", "query-plus-for-space"),
    ("path-not-normalized", "header-not-trimmed"),
    ("query-unsorted", "secret-line-break"),
    ("query-without-equals", "payload-unsigned"),
    ("host-without-port", "payload-empty-hash"),
    ("host-without-port", "content-type-charset"),
    ("host-with-port", "accept-encoding"),
    ("host-of-proxy", "path-prefix-missing"),
    ("content-type-charset", "body-json:compact"),
    ("header-first-value-only", "body-line-break:dropped"),
    ("header-spaces-kept", "method:GET-for-PUT"),
    ("headers-unsorted", "query-unsorted"),
    ("blank-line-missing", "path-encoded-once:as-sent"),
    ("line-breaks:crlf", "string-line-breaks:crlf"),
    ("trailing-line-break", "string-trailing-line-break"),
    ("payload-upper-case", "canonical-hash-upper-case"),
    ("canonical-hash-upper-case", "signature-upper-case"),
    ("canonical-not-hashed", "key-hex-between"),
    ("time-to-sign:iso", "key-without-aws4"),
    ("scope-to-sign:terminator", "key-terminator:missing"),
    ("key-hex-between", "payload-empty-hash"),
    ("key-without-aws4", "path-encoded-once:as-sent"),
    ("key-date:yesterday", "query-unsorted"),
    ("secret-space:end", "host-without-port"),
    ("secret-percent-encoded", "key-hex-last"),
    ("token-not-signed", "host-without-port"),
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_mistakes_are_named(kind: str, first: str, second: str) -> None:
    """Both, whatever is signed; where one of them does not show, the other alone."""
    one, two = ALL[first], ALL[second]
    case = two.on(one.on(KINDS[kind]))
    made = [broken for broken in (one, two) if signed(case, broken) is not None]
    if signed(case, *made) is None:
        assert not made
        return
    sent = send(case, *made)
    explanation = explained(case, sent.request)
    assert sorted({name_of(broken) for broken in made}) == sorted({each.name for each in explanation.mistakes})
    assert len(made) == len(explanation.mistakes)
    assert sent.canonical_request == explanation.likely
    assert explanation.sentence.count("the client ") == len(made)

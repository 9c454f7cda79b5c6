"""Version 1 is a bare GET; version 2 wants a token that only a plain PUT gets (A16)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit.cloud.calls import Answer
from iamkit.cloud.metadata.documents import Node
from iamkit.cloud.metadata.imds import MetadataOptions, Tokens, asks_for_token, respond
from iamkit.sigv4 import HttpRequest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TTL, TOKEN = "X-aws-ec2-metadata-token-ttl-seconds", "X-aws-ec2-metadata-token"
REQUIRED = MetadataOptions(http_tokens="required")


def numbers() -> Tokens:
    """Tokens that are told apart."""
    drawn: Iterator[int] = count(1)
    return Tokens(lambda: f"token-{next(drawn)}")


def root(version: str) -> Node:
    """One document, which says by which version it was read."""
    return {"latest": {"meta-data": {"version": version}}}


def ask(
    method: str,
    path: str,
    *headers: tuple[str, str],
    options: MetadataOptions | None = None,
    tokens: Tokens | None = None,
    now: datetime = NOW,
) -> Answer:
    """Send a request to the service."""
    request = HttpRequest(method, path, headers)
    return respond(request, options or MetadataOptions(), tokens or numbers(), root, now)


def headers_of(answer: Answer) -> Mapping[str, str]:
    """Give the headers by name."""
    return dict(answer.headers)


def test_version_1_is_a_bare_get() -> None:
    """Whoever can make the instance send a GET is answered."""
    answer = ask("GET", "/latest/meta-data/version")
    assert (answer.status, answer.body) == (200, b"1.0")
    assert headers_of(answer)["Content-Type"] == "text/plain"


def test_version_2_has_a_session() -> None:
    """A token from PUT, then in every GET; its lifetime is told in the header that asked for it."""
    tokens = numbers()
    token = ask("PUT", "/latest/api/token", (TTL, "60"), tokens=tokens)
    assert (token.status, headers_of(token)[TTL]) == (200, "60")
    answer = ask("GET", "/latest/meta-data/version", (TOKEN, token.body.decode()), options=REQUIRED, tokens=tokens)
    assert (answer.status, answer.body) == (200, b"2.0")


def test_required_tokens_end_version_1() -> None:
    """Without a token 401, whatever is asked."""
    for path in ("/", "/latest/meta-data/version", "/latest/meta-data/nothing"):
        assert ask("GET", path, options=REQUIRED).status == 401


@pytest.mark.parametrize("options", [MetadataOptions(), REQUIRED])
def test_wrong_tokens_are_no_bare_get(options: MetadataOptions) -> None:
    """An unknown token, two of them or an empty one: 401, also where none is needed."""
    tokens = numbers()
    good = tokens.give(60, NOW)
    for headers in ([(TOKEN, "no-token")], [(TOKEN, "")], [(TOKEN, good), (TOKEN, good)]):
        assert ask("GET", "/latest/meta-data/version", *headers, options=options, tokens=tokens).status == 401


def test_tokens_end() -> None:
    """In the second of its end a token is no longer good."""
    tokens = numbers()
    token = (TOKEN, tokens.give(60, NOW))
    before, after = NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)
    assert ask("GET", "/latest/meta-data/version", token, tokens=tokens, now=before).status == 200
    assert ask("GET", "/latest/meta-data/version", token, tokens=tokens, now=after).status == 401


def test_tokens_of_another_instance_are_worth_nothing() -> None:
    """A session is one instance's."""
    token = (TOKEN, numbers().give(60, NOW))
    assert ask("GET", "/latest/meta-data/version", token, options=REQUIRED, tokens=numbers()).status == 401


@pytest.mark.parametrize("seconds", ["0", "21601", "-1", "", "1.5", "abc", "²", "9" * 5000, " 60", "0x10", "1_0"])
def test_lifetimes_that_cannot_be(seconds: str) -> None:
    """1 to 21,600 seconds, in digits."""
    assert ask("PUT", "/latest/api/token", (TTL, seconds)).status == 400


def test_a_lifetime_must_be_given_once() -> None:
    """None is not enough, and two might be read in two ways."""
    assert ask("PUT", "/latest/api/token").status == 400
    assert ask("PUT", "/latest/api/token", (TTL, "60"), (TTL, "60")).status == 400


@given(st.integers(-100_000, 100_000))
def test_only_lifetimes_in_the_range_are_taken(seconds: int) -> None:
    """The limits of A16."""
    taken = ask("PUT", "/latest/api/token", (TTL, str(seconds))).status == 200
    assert taken == (1 <= seconds <= 21_600)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "x-forwarded-for"])
def test_proxies_get_no_token(name: str) -> None:
    """A PUT that came through a proxy is refused, however it is spelled."""
    assert ask("PUT", "/latest/api/token", (TTL, "60"), (name, "203.0.113.9")).status == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/2021-07-15/api/token", 403),
        ("PUT", "/1.0/api/token", 403),
        ("PUT", "/latest/meta-data/version", 405),
        ("PUT", "/", 405),
        ("PUT", "/latest/api/token/", 405),
        ("GET", "/latest/api/token", 405),
        ("POST", "/latest/api/token", 405),
        ("POST", "/latest/meta-data/version", 405),
        ("DELETE", "/latest/meta-data/version", 405),
        ("HEAD", "/latest/meta-data/version", 200),
    ],
)
def test_methods(method: str, path: str, status: int) -> None:
    """Tokens come by PUT and under `latest` alone, everything else by GET."""
    assert ask(method, path, (TTL, "60")).status == status


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_disabled_endpoint(method: str) -> None:
    """403 for everything."""
    disabled = MetadataOptions(http_endpoint="disabled")
    assert ask(method, "/latest/api/token", (TTL, "60"), options=disabled).status == 403


def test_errors_are_pages() -> None:
    """The page that programs have learned to recognize."""
    answer = ask("GET", "/latest/nothing")
    assert answer.status == 404
    assert b"<h1>404 - Not Found</h1>" in answer.body


def test_hop_limits_hold_back_the_answer_to_put_alone() -> None:
    """What carries a token, and nothing else."""
    assert asks_for_token(HttpRequest("PUT", "/latest/api/token"))
    assert not asks_for_token(HttpRequest("GET", "/latest/api/token"))
    assert not asks_for_token(HttpRequest("GET", "/latest/meta-data/"))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"http_tokens": "always"}, "`always` is no state of tokens"),
        ({"http_put_response_hop_limit": 0}, "`0` is no hop limit"),
        ({"http_put_response_hop_limit": 65}, "`65` is no hop limit"),
        ({"http_endpoint": "off"}, "`off` is no state of the endpoint"),
    ],
)
def test_options_that_ec2_does_not_take(options: Mapping[str, object], problem: str) -> None:
    """A misspelled option must not leave version 1 on."""
    with pytest.raises(ValueError, match=problem):
        MetadataOptions().but(**options)


def test_tokens_that_have_ended_are_forgotten() -> None:
    """Whoever asks for a token a second does not fill the memory."""
    tokens = numbers()
    for second in range(100):
        tokens.give(10, NOW + timedelta(seconds=second))
    assert len(tokens._ends) <= 11

"""The judge `presigned-url`: a link to one object for 60 seconds, tried by those who should and should not succeed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from iamkit.course.judges.cases import Call, Judge, Refusal, of_type
from iamkit.course.judges.making import LONG_TERM, Maker
from iamkit.course.judges.servers import ask, refusal_of
from iamkit.sigv4 import AuthenticationFailure, Credentials, HttpRequest

REGION, SERVICE = "us-east-1", "s3"
_BUCKETS = ("amzn-s3-demo-bucket", "amzn-s3-demo-bucket1", "amzn-s3-demo-destination-bucket")
_PLAIN = ("invoice.pdf", "report-2026.csv", "photo_17.jpg", "logo.svg")
_SPACED = ("2026/11/my invoice.pdf", "a b/c d.txt", "50% off/1+1=2.txt", "who?/what#/a&b.csv", "(draft) it's me.txt")
_SCRIPTS = ("résumé.pdf", "Zürich/Straße 7.csv", "日本/請求書.pdf", "счёт/№ 5.txt", "emoji/😀.png")


class _Asked(NamedTuple):
    """The arguments of `presigned_url`."""

    bucket: str
    key: str
    credentials: Credentials
    at: datetime


class _Try(NamedTuple):
    """Somebody opens the URL: how many seconds later, how, and whether they should succeed."""

    after: int = 0
    method: str = "GET"
    other: bool = False
    succeeds: bool = True
    told: str = ""

    @property
    def expected(self) -> str:
        if self.other:
            return "the URL with another key in its path is refused"
        later = f"{self.after} second{'' if self.after == 1 else 's'} later"
        return f"a {self.method} {later} is {'accepted' if self.succeeds else 'refused'}"


_OPENS = _Try(1, told="The server refuses the URL: sign a GET of this object, for `s3` in `us-east-1`.")
_LAST = _Try(59, told="The URL must work for 60 seconds.")
_TOO_LATE = _Try(61, succeeds=False, told="Whoever finds the link a minute later can still open it.")
_PUT = _Try(1, "PUT", succeeds=False, told="The URL also writes: whoever has it can replace the object.")
_DELETE = _Try(1, "DELETE", succeeds=False, told="The URL also deletes: whoever has it can remove the object.")
_OTHER = _Try(
    1, other=True, succeeds=False, told="The URL opens other objects too: the key must be in the signed path."
)


def _judge(tries: tuple[_Try, ...], asked: _Asked, value: Any) -> Refusal | None:
    refused = of_type(value, str, tries[0].expected, "a str, the URL")
    if refused is not None:
        return refused
    located = _locate(asked, value)
    if isinstance(located, Refusal):
        return located
    for attempt in tries:
        refused = _tried(attempt, asked, *located)
        if refused is not None:
            return refused
    return None


def _locate(asked: _Asked, url: str) -> tuple[str, str] | Refusal:
    """Find host and target of the URL; refuse one that leads elsewhere."""
    expected = f"a URL of the object: https://{asked.bucket}.s3.{REGION}.amazonaws.com/…"
    if any(character.isspace() for character in url):
        return Refusal("A URL has no spaces: percent-encode the key.", expected)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        return Refusal(f"This is no URL: {error}.", expected)
    host, path = parts.netloc, parts.path
    ways = {f"{asked.bucket}.s3.{REGION}.amazonaws.com": "/", f"s3.{REGION}.amazonaws.com": f"/{asked.bucket}/"}
    if parts.scheme != "https" or host not in ways:
        return Refusal(
            f"The URL must begin with `https://` and the host of the bucket. Yours leads to `{host}`.", expected
        )
    if parts.fragment:
        return Refusal("What follows a `#` is never sent: in a key it must be encoded as `%23`.", expected)
    if not url.isascii():
        return Refusal("A URL has only ASCII: percent-encode the key as UTF-8.", expected)
    if unquote(path) != ways[host] + asked.key:
        told = f"The path must be the key, percent-encoded but for its slashes. Yours stands for `{unquote(path)}`."
        return Refusal(told, expected)
    return host, f"{path}?{parts.query}"


def _tried(attempt: _Try, asked: _Asked, host: str, target: str) -> Refusal | None:
    path, _, query = target.partition("?")
    sent = f"{path}0?{query}" if attempt.other else target
    request = HttpRequest(attempt.method, sent, [("Host", host)])
    now = asked.at + timedelta(seconds=attempt.after)
    answer = ask(request, asked.credentials, REGION, SERVICE, now)
    if isinstance(answer, AuthenticationFailure):
        return (
            refusal_of(answer, f"https://{host}{target}", attempt.told, attempt.expected) if attempt.succeeds else None
        )
    return None if attempt.succeeds else Refusal(attempt.told, attempt.expected, "the server accepts it")


def _calls(case: str, tries: tuple[_Try, ...], keys: tuple[str, ...], temporary: bool) -> Iterator[Call]:
    maker = Maker(f"presigned-url {case}")
    for key in keys:
        credentials = maker.temporary() if temporary else LONG_TERM
        at = datetime.fromisoformat(maker.date()).astimezone(UTC)
        asked = _Asked(maker.random.choice(_BUCKETS), key, credentials, at)
        yield Call(tuple(asked), tries[0].expected, partial(_judge, tries, asked))


def _case(
    name: str, *tries: _Try, keys: tuple[str, ...] = _PLAIN, temporary: bool = False
) -> tuple[str, Callable[[], Iterable[Call]]]:
    return name, partial(_calls, name, tries, keys, temporary)


PRESIGNED_URL = Judge(
    name="presigned-url",
    parameters=("bucket", "key", "credentials", "at"),
    returns="a str, the URL",
    cases=dict(
        (
            _case("opens the object", _OPENS),
            _case("works until the 60th second", _LAST),
            _case("is refused after 60 seconds", _TOO_LATE),
            _case("opens no other object", _OTHER),
            _case("allows only GET", _PUT, _DELETE),
            _case("keys with slashes and spaces", _OPENS, _OTHER, keys=_SPACED),
            _case("keys in other scripts", _OPENS, keys=_SCRIPTS),
            _case("temporary credentials", _OPENS, _TOO_LATE, temporary=True),
        )
    ),
)

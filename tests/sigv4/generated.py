"""Requests, keys and times to generate: odd, but each one a request that a client can send."""

from __future__ import annotations

import string
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from hypothesis import strategies as st

from iamkit.sigv4 import AccessKey, Credentials, HttpRequest, Lookup, ServiceRules

UNRESERVED = string.ascii_letters + string.digits + "-._~"
# What a client may leave raw in a path or a query, and what it must escape.
PATH_RAW = "!$'()*,;=:@&"
QUERY_RAW = "!$'()*,;=:@/?+"
ESCAPED = ' "#%/<>?[]\\^`{|}+\x00\x7fäß€ሴ😀'
NOON = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "AQoDYXdzEPT//////////wEXAMPLE+token/with=signs=="
PERMANENT = Credentials("AKIDEXAMPLE", SECRET)
TEMPORARY = Credentials("ASIAIOSFODNN7EXAMPLE", SECRET[::-1], TOKEN)
HEADERS_OF_SIGNING = frozenset({"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"})


@dataclass(frozen=True)
class Signing:
    """A request and all that its signature depends on."""

    request: HttpRequest
    credentials: Credentials = PERMANENT
    region: str = "us-east-1"
    service: str = "iam"
    at: datetime = NOON

    @property
    def rules(self) -> ServiceRules:
        """What the service wants."""
        return ServiceRules.of(self.service)

    @property
    def lookup(self) -> Lookup:
        """Know the keys of this signing and no others."""
        keys = {self.credentials.access_key_id: AccessKey(self.credentials)}
        return keys.get

    def with_(self, **changes: object) -> Signing:
        """Change the request, in one or more of its parts."""
        return replace(self, request=self.request._replace(**changes))  # type: ignore[arg-type]


def escape(text: str, safe: str) -> str:
    """Escape for a path or a query, leaving `safe` as it is."""
    return quote(text.encode(), safe=safe)


def words(raw: str, *, longest: int = 6) -> st.SearchStrategy[str]:
    """Text to escape: much of it harmless, the rest from the characters that go wrong."""
    return st.text(st.sampled_from(UNRESERVED * 2 + raw + ESCAPED), max_size=longest)


def is_plain(segment: str) -> bool:
    """Whether normalizing leaves it as it is."""
    return not {"", ".", ".."} & set(segment.split("/")) and "%2" not in segment


@st.composite
def paths(draw: st.DrawFn, *, proper: bool = False, dots: bool = True) -> str:
    """A path: empty segments, dots, escapes in both cases; `proper` is a key as clients of S3 escape it."""
    odd = ("", ".", "..") if dots else ("a",)
    raw = "/" if proper else PATH_RAW
    segment = st.sampled_from(odd if proper else (*odd, "%2F", "%2e%2E")) | words(raw).map(
        lambda text: escape(text, UNRESERVED + raw)
    )
    segments = draw(st.lists(segment.filter(lambda made: dots or is_plain(made)), max_size=4))
    return "/" + "/".join(segments) + draw(st.sampled_from(("", "/") if dots else ("",)))


@st.composite
def queries(draw: st.DrawFn, *, raw: str = "", unique: bool = False, bare: bool = True) -> str:
    """A query: repeated and empty keys, empty values, keys without a value (`bare`)."""
    key = st.sampled_from(("acl", "a", "A", "a-", "a.", "b", "x-id", "list-type", "ä")) | words(raw, longest=4)
    pairs = draw(
        st.lists(
            st.tuples(key.filter(bool), words(raw)), max_size=5, unique_by=(lambda pair: pair[0]) if unique else None
        )
    )
    pieces = []
    for name, value in pairs:
        piece = escape(name, UNRESERVED + raw)
        if value or not bare or draw(st.booleans()):
            piece += "=" + escape(value, UNRESERVED + raw)
        pieces.append(piece)
    return draw(st.sampled_from(("&", "&&") if raw else ("&",))).join(pieces)


NAMES = (
    "My-Header1",
    "my-header1",
    "X-Custom",
    "Content-Type",
    "Accept",
    "X-Amz-Meta-Note",
    "x-amz-acl",
    "Range",
    "Zz",
)
NOT_SIGNED = ("User-Agent", "X-Amzn-Trace-Id", "Expect", "Connection")
VALUE = st.text(st.sampled_from(string.ascii_letters + string.digits + "  \t,;=/\"'%:äሴ"), max_size=12)


@st.composite
def header_lists(
    draw: st.DrawFn, *, folded: bool = True, repeated: bool = True, names: tuple[str, ...] = NAMES
) -> tuple[tuple[str, str], ...]:
    """Headers: Host somewhere among them, repeats, runs of spaces, folded lines."""
    value = VALUE | st.tuples(VALUE, VALUE.filter(str.strip)).map("\n  ".join) if folded else VALUE
    pair = st.tuples(st.sampled_from(names), value)
    made = draw(st.lists(pair, max_size=5, unique_by=None if repeated else (lambda header: header[0].lower())))
    host = draw(st.sampled_from(("example.amazonaws.com", "localhost:4566", "amzn-s3-demo-bucket.s3.amazonaws.com")))
    made.insert(draw(st.integers(0, len(made))), (draw(st.sampled_from(("Host", "host"))), host))
    return tuple(made)


BODIES = st.sampled_from((b"", b"Action=ListUsers&Version=2010-05-08", b"{}")) | st.binary(max_size=40)
METHODS = st.sampled_from(("GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"))
REGIONS = st.sampled_from(("us-east-1", "eu-central-1", "ap-northeast-3", "aws-global"))
SERVICES = st.sampled_from(("iam", "sts", "dynamodb", "lambda", "execute-api", "service"))
INSTANTS = st.datetimes(datetime(2012, 1, 1), datetime(2035, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)
EXPIRES = st.sampled_from((1, 60, 3600, 604_800)) | st.integers(1, 604_800)
SECRETS = st.text(st.sampled_from(string.ascii_letters + string.digits + "/+"), min_size=1, max_size=50)
KEYS = st.builds(
    Credentials,
    st.text(st.sampled_from(string.ascii_uppercase + string.digits), min_size=4, max_size=20),
    SECRETS,
    st.none() | st.text(st.sampled_from(string.ascii_letters + "/+="), min_size=1, max_size=30),
)


@st.composite
def signings(
    draw: st.DrawFn,
    *,
    path: st.SearchStrategy[str] | None = None,
    query: st.SearchStrategy[str] | None = None,
    headers: st.SearchStrategy[tuple[tuple[str, str], ...]] | None = None,
    services: st.SearchStrategy[str] = SERVICES,
) -> Signing:
    """All that a signature depends on."""
    service = draw(services)
    target = draw(path if path is not None else paths(proper=service == "s3"))
    asked = draw(query if query is not None else queries())
    request = HttpRequest(
        draw(METHODS),
        f"{target}?{asked}" if asked or draw(st.booleans()) else target,
        draw(headers if headers is not None else header_lists()),
        draw(BODIES),
    )
    return Signing(request, draw(KEYS), draw(REGIONS), service, draw(INSTANTS))


def later(moment: datetime, seconds: int) -> datetime:
    """Some seconds later, or earlier."""
    return moment + timedelta(seconds=seconds)

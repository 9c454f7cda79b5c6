"""Mistakes in the headers and in the hash of the payload."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from hashlib import md5, sha1, sha256

from tests.sigv4.broken_requests import AS_IT_IS, As, asked, of_message
from tests.sigv4.broken_signers import EMPTY, Broken, Case, Draft, Stage, trimmed, values_of

TOKEN = "AQoDYXdzEPT//////////wEXAMPLE+token/with=signs=="


def lines(name: str, made: Callable[[Draft], list[str]], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """Wrong lines of headers."""

    def change(draft: Draft) -> None:
        draft.header_lines = made(draft)

    return Broken(name, Stage.PARTS, change, says, on, slug)


def names(name: str, made: Callable[[Draft], str], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """A wrong list of signed headers in the canonical request."""

    def change(draft: Draft) -> None:
        draft.signed_names = made(draft)

    return Broken(name, Stage.PARTS, change, says, on, slug)


def with_headers(*headers: tuple[str, str], **changes: object) -> As:
    """Send further headers; one of the same name is replaced."""

    def on(case: Case) -> Case:
        replaced = {name.lower() for name, _ in headers}
        kept = tuple(pair for pair in case.headers if pair[0].lower() not in replaced)
        return replace(case, headers=(*kept, *headers), **changes)  # type: ignore[arg-type]

    return on


def signs(name: str, header: str, value: str, *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """A header that arrives with another value than was signed."""
    return of_message(name, lambda draft: draft.signed.replace_header(header, value), *says, on=on, slug=slug)


def each(draft: Draft, value: Callable[[str, list[str]], str]) -> list[str]:
    """Write the lines anew, each from its name and values."""
    made = []
    for line in draft.header_lines:
        name = line.partition(":")[0]
        made.append(f"{name}:{value(name, values_of(draft.signed, name))}")
    return made


def as_sent(draft: Draft) -> list[str]:
    """The lines in the order in which the headers are sent."""
    order = [name.lower() for name, _ in draft.signed.headers]
    return sorted(draft.header_lines, key=lambda line: order.index(line.partition(":")[0]))


def in_their_case(draft: Draft) -> list[str]:
    """The lines with names as they are sent."""
    written = {name.lower(): name for name, _ in reversed(draft.signed.headers)}
    return [f"{written[line.partition(':')[0]]}:{line.partition(':')[2]}" for line in draft.header_lines]


def without(name: str) -> Callable[[Draft], list[str]]:
    """Leave a line out."""
    return lambda draft: [line for line in draft.header_lines if not line.startswith(name + ":")]


def with_user_agent(draft: Draft) -> list[str]:
    """The lines, and one of a header that is not signed."""
    return sorted([*draft.header_lines, *(f"user-agent:{value}" for value in values_of(draft.signed, "user-agent"))])


def without_content_type(case: Case) -> Case:
    """Send no Content-Type."""
    return replace(case, headers=tuple(pair for pair in case.headers if pair[0].lower() != CONTENT_TYPE))


def repeated(draft: Draft) -> list[str]:
    """A line for each header, repeats too."""
    made = [(name.lower(), trimmed(value)) for name, value in draft.signed.headers]
    return [f"{name}:{value}" for name, value in sorted(made, key=lambda pair: pair[0]) if name != "user-agent"]


def behind_proxy(draft: Draft) -> None:
    """The client knows the public name only; the proxy puts its own and says so."""
    draft.signed.replace_header("Host", "api.example.com")
    draft.signed.replace_header("X-Forwarded-Host")


def not_sent(header: str, value: Callable[[Draft], str]) -> Callable[[Draft], None]:
    """A header that is signed and then lost."""
    return lambda draft: draft.signed.headers.append((header, value(draft)))


CONTENT_TYPE = "content-type"
HOST = "host"
TEMPORARY = asked(token=TOKEN)

HOSTS = (
    signs(
        "host-without-port",
        HOST,
        "example.amazonaws.com",
        "8443",
        on=with_headers(("Host", "example.amazonaws.com:8443")),
    ),
    signs(
        "host-with-port", HOST, "example.amazonaws.com:443", ":443", on=with_headers(("Host", "example.amazonaws.com"))
    ),
    signs(
        "host-with-port",
        HOST,
        "example.amazonaws.com:80",
        ":80",
        on=with_headers(("Host", "example.amazonaws.com")),
        slug="80",
    ),
    of_message(
        "host-of-proxy",
        behind_proxy,
        "api.example.com",
        "backend:8080",
        on=with_headers(("Host", "backend:8080"), ("X-Forwarded-Host", "api.example.com")),
    ),
    signs("host-case", HOST, "example.amazonaws.com", "case", on=with_headers(("Host", "Example.amazonaws.com"))),
    signs(
        "host-with-scheme",
        HOST,
        "https://example.amazonaws.com",
        "https://",
        on=with_headers(("Host", "example.amazonaws.com")),
    ),
)

HEADERS = (
    lines("header-not-trimmed", lambda d: each(d, lambda n, v: ",".join(v)), "space"),
    lines("header-spaces-kept", lambda d: each(d, lambda n, v: ",".join(one.strip(" ") for one in v)), "space"),
    lines("header-names-not-lower-case", in_their_case, "lowercase"),
    lines("headers-unsorted", as_sent, "sort"),
    lines("header-first-value-only", lambda d: each(d, lambda n, v: trimmed(v[0])), "x-tag"),
    lines("header-last-value-only", lambda d: each(d, lambda n, v: trimmed(v[-1])), "x-tag"),
    lines("header-joined-with-space", lambda d: each(d, lambda n, v: ", ".join(trimmed(one) for one in v)), "x-tag"),
    lines("header-values-sorted", lambda d: each(d, lambda n, v: ",".join(sorted(trimmed(one) for one in v))), "x-tag"),
    lines("header-repeats-not-joined", repeated, "x-tag"),
    lines("header-space-after-colon", lambda d: [line.replace(":", ": ", 1) for line in d.header_lines], "colon"),
    lines("header-values-lower-case", lambda d: [line.lower() for line in d.header_lines], "case"),
    lines("header-line-missing", without("content-type"), "content-type"),
    lines("header-line-missing", without("x-amz-date"), "x-amz-date", slug="date"),
    lines("header-line-missing", without("x-amz-content-sha256"), "x-amz-content-sha256", slug="hash"),
    lines("header-line-missing", without("x-amz-security-token"), "session token", on=TEMPORARY, slug="token"),
    lines("header-line-not-listed", with_user_agent, "user-agent"),
    names("signed-headers-line", lambda d: d.signed_names.replace(";", ","), ";", slug="commas"),
    names("signed-headers-line", lambda d: "", slug="empty"),
    names("signed-headers-line", lambda d: "host" if d.case.presigned else "host;x-amz-date", slug="fewer"),
    names("signed-headers-line", lambda d: ";".join(line.partition(":")[0] for line in in_their_case(d)), slug="case"),
    names("signed-headers-line", lambda d: ";".join(line.partition(":")[0] for line in as_sent(d)), slug="unsorted"),
    signs(
        "content-type-charset",
        CONTENT_TYPE,
        "application/json",
        "charset",
        on=with_headers(("Content-Type", "application/json; charset=utf-8")),
    ),
    signs(
        "content-type-charset",
        CONTENT_TYPE,
        "application/json; charset=utf-8",
        "charset",
        on=with_headers(("Content-Type", "application/json;charset=UTF-8")),
        slug="written",
    ),
    signs(
        "content-type-charset",
        CONTENT_TYPE,
        "application/json; charset=utf-8",
        "charset",
        on=with_headers(("Content-Type", "application/json")),
        slug="lost",
    ),
    signs(
        "content-type-other",
        CONTENT_TYPE,
        "",
        "application/octet-stream",
        on=with_headers(("Content-Type", "application/octet-stream")),
        slug="empty",
    ),
    signs(
        "content-type-other",
        CONTENT_TYPE,
        "application/json",
        "application/x-www-form-urlencoded",
        on=with_headers(("Content-Type", "application/x-www-form-urlencoded")),
        slug="form",
    ),
    signs(
        "content-type-other",
        CONTENT_TYPE,
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        on=with_headers(("Content-Type", "application/x-www-form-urlencoded")),
        slug="binary",
    ),
    signs(
        "accept-encoding",
        "accept-encoding",
        "identity",
        "identity",
        "gzip",
        on=with_headers(("Accept-Encoding", "gzip")),
    ),
    signs(
        "accept-encoding",
        "accept-encoding",
        "gzip, deflate",
        "gzip, deflate",
        on=with_headers(("Accept-Encoding", "gzip, br")),
        slug="br",
    ),
    of_message("header-lost", not_sent("Content-Length", lambda d: str(len(d.signed.body))), "content-length"),
    of_message(
        "header-lost",
        not_sent("Content-Type", lambda d: "application/json"),
        "content-type",
        on=without_content_type,
        slug="type",
    ),
    signs(
        "header-mojibake",
        "x-amz-meta-name",
        "r\u00c3\u00a9sum\u00c3\u00a9",
        "UTF-8",
        on=with_headers(("X-Amz-Meta-Name", "r\u00e9sum\u00e9")),
    ),
    signs(
        "header-latin-1",
        "x-amz-meta-name",
        "r\udce9sum\udce9",
        "Latin-1",
        "UTF-8",
        on=with_headers(("X-Amz-Meta-Name", "r\u00e9sum\u00e9")),
        slug="signed",
    ),
    signs(
        "header-latin-1",
        "x-amz-meta-name",
        "r\u00e9sum\u00e9",
        "Latin-1",
        on=with_headers(("X-Amz-Meta-Name", "r\udce9sum\udce9")),
    ),
)


def payload(name: str, made: Callable[[Draft], str], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """A wrong last line."""

    def change(draft: Draft) -> None:
        draft.payload = made(draft)

    return Broken(name, Stage.PARTS, change, says, on, slug)


def body(name: str, made: Callable[[bytes], bytes], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """The hash of another body than is sent."""
    return payload(name, lambda draft: sha256(made(draft.signed.body)).hexdigest(), *says, on=on, slug=slug)


def dumped(**how: object) -> Callable[[bytes], bytes]:
    """Write JSON anew."""
    return lambda raw: json.dumps(json.loads(raw), **how).encode()  # type: ignore[arg-type]


FORM = b"Version=2010-05-08&Action=ListUsers&Path=%2F"
JSON = '{"b": 1, "a":"é"}'.encode()

PAYLOADS = (
    payload("payload-empty-hash", lambda d: EMPTY, "empty"),
    payload("payload-unsigned", lambda d: "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD"),
    payload("payload-streaming", lambda d: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "STREAMING"),
    payload("payload-signed", lambda d: sha256(d.signed.body).hexdigest(), "UNSIGNED-PAYLOAD"),
    payload("payload-upper-case", lambda d: d.payload.upper(), "case"),
    payload("payload-hashed-twice", lambda d: sha256(sha256(d.signed.body).hexdigest().encode()).hexdigest(), "twice"),
    payload(
        "payload-word-hashed",
        lambda d: sha256(b"UNSIGNED-PAYLOAD").hexdigest() if len(d.payload) < 64 else d.payload,
        "UNSIGNED-PAYLOAD",
    ),
    payload("payload-base64", lambda d: b64encode(sha256(d.signed.body).digest()).decode(), "base64"),
    payload("payload-not-hashed", lambda d: d.signed.body.decode(), "hash"),
    payload("payload-left-out", lambda d: "", "empty"),
    payload("payload-md5", lambda d: md5(d.signed.body).hexdigest(), "MD5"),
    payload("payload-sha1", lambda d: sha1(d.signed.body).hexdigest(), "SHA-1"),
    body("body-json", dumped(separators=(",", ":"), ensure_ascii=False), "JSON", on=asked(body=JSON), slug="compact"),
    body("body-json", dumped(), "JSON", on=asked(body=JSON), slug="python"),
    body("body-json", dumped(ensure_ascii=False), "JSON", on=asked(body=JSON), slug="spaces"),
    body("body-json", dumped(separators=(",", ":"), sort_keys=True), "JSON", on=asked(body=JSON), slug="sorted"),
    body("body-json", dumped(indent=2, ensure_ascii=False), "JSON", on=asked(body=JSON), slug="indented"),
    body("body-json", dumped(indent=4), "JSON", on=asked(body=JSON), slug="indented-4"),
    body("body-line-break", lambda raw: raw + b"\n", "line break", on=asked(body=JSON), slug="added"),
    body("body-line-break", lambda raw: raw.rstrip(b"\n"), "line break", on=asked(body=JSON + b"\n"), slug="dropped"),
    body(
        "body-line-break", lambda raw: raw.replace(b"\n", b"\r\n"), "line break", on=asked(body=b"a\nb\n"), slug="crlf"
    ),
    body(
        "body-line-break",
        lambda raw: raw.replace(b"\r\n", b"\n"),
        "line break",
        on=asked(body=b"a\r\nb\r\n"),
        slug="lf",
    ),
    body("body-line-break", lambda raw: raw.replace(b"\n", b""), "line break", on=asked(body=b"a\nb\n"), slug="curl-d"),
    body("body-character-set", lambda raw: raw.decode().encode("utf-16-le"), "UTF-16"),
    body(
        "body-character-set", lambda raw: raw.decode().encode("latin-1"), "Latin-1", on=asked(body=JSON), slug="latin-1"
    ),
    body("body-byte-order-mark", lambda raw: b"\xef\xbb\xbf" + raw, "byte order mark"),
    body("body-empty-json", lambda raw: b"{}", "`{}`", on=asked(body=b""), slug="object"),
    body("body-empty-json", lambda raw: b"null", "`null`", on=asked(body=b""), slug="null"),
    body("body-empty-json", lambda raw: b'""', '`""`', on=asked(body=b""), slug="string"),
    body(
        "body-compressed",
        gzip.decompress,
        "gzip",
        on=with_headers(("Content-Encoding", "gzip"), body=gzip.compress(JSON, mtime=0)),
    ),
    body("body-base64", b64encode, "base64"),
    body("body-form", lambda raw: b"Action=ListUsers&Path=/&Version=2010-05-08", "form", on=asked(body=FORM)),
)

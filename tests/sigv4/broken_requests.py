"""Mistakes in the first three lines of a canonical request: the method, the path, the query."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote_plus

from tests.sigv4.broken_signers import Broken, Case, Draft, Stage, joined, normalized, pairs, quote, unquote

# What JavaScript's encodeURIComponent leaves as it is, besides the unreserved characters.
MARKS = "!*'()"
As = Callable[[Case], Case]


def asked(**changes: object) -> As:
    """Ask for something else, so that the mistake shows."""
    return lambda case: replace(case, **changes)  # type: ignore[arg-type]


AS_IT_IS = asked()


def of_method(signed: str, sent: str, **changes: object) -> Broken:
    """A request that is signed with one method and sent with another."""

    def change(draft: Draft) -> None:
        draft.method = signed

    on = asked(method=sent, **changes)
    return Broken(
        "method", Stage.PARTS, change, (f"method {signed},", f"but {sent} was sent"), on, f"{signed}-for-{sent}"
    )


def of_path(name: str, path: Callable[[Draft], str], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """A wrong canonical path."""

    def change(draft: Draft) -> None:
        draft.path = path(draft)

    return Broken(name, Stage.PARTS, change, says, on, slug)


def of_query(name: str, query: Callable[[Draft], str], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """A wrong canonical query."""

    def change(draft: Draft) -> None:
        draft.query = query(draft)

    return Broken(name, Stage.PARTS, change, says, on, slug)


def of_message(name: str, change: Callable[[Draft], None], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """A request that is not the same when it is signed and when it arrives."""
    return Broken(name, Stage.MESSAGE, change, says, on, slug)


def raw(draft: Draft) -> str:
    """The path as it is before it is encoded for the canonical request."""
    return draft.signed.path if draft.is_s3 else normalized(draft.signed.path)


def decoded(draft: Draft) -> str:
    """The path as people write it."""
    return unquote(raw(draft)).decode()


def before(draft: Draft) -> bytes:
    """What the last encoding of the path is applied to."""
    return unquote(draft.signed.path) if draft.is_s3 else raw(draft).encode()


def lower_hex(text: str) -> str:
    """Write escapes in small letters."""
    return re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), text)


def with_path(path: str, **changes: object) -> As:
    """Ask for another path."""
    return asked(path=path, **changes)


METHODS = (
    of_method("GET", "HEAD", body=b""),
    of_method("HEAD", "GET", body=b""),
    of_method("PUT", "POST"),
    of_method("GET", "PUT"),
    of_method("post", "POST"),
)

PATHS = (
    of_path("path-encoded-once", lambda d: d.path if d.is_s3 else raw(d), "twice", slug="as-sent"),
    of_path("path-encoded-once", lambda d: d.path if d.is_s3 else quote(decoded(d), "/"), "twice", slug="encoded"),
    of_path("path-encoded-twice", lambda d: quote(raw(d), "/") if d.is_s3 else d.path, "twice", "once"),
    of_path("path-not-encoded", decoded, "encode"),
    of_path("path-not-normalized", lambda d: quote(d.signed.path, "/") if not d.is_s3 else d.path, "normal"),
    of_path(
        "path-normalized",
        lambda d: normalized(unquote(d.signed.path).decode()) if d.is_s3 else d.path,
        "normal",
        on=with_path("/photos//2015/./a.jpg"),
    ),
    of_path(
        "path-normalized",
        lambda d: re.sub("//+", "/", d.path),
        on=with_path("/photos//2015//a.jpg"),
        slug="slashes",
    ),
    of_path("path-empty", lambda d: "", "`/`", on=with_path("/")),
    of_path("path-slashes-encoded", lambda d: quote(before(d)), "%2F"),
    of_path("path-lower-case-hex", lambda d: lower_hex(d.path), "%2f"),
    of_path("path-plus-for-space", lambda d: d.path.replace("%2520", "%2B").replace("%20", "+"), "%20", "+"),
    of_path("path-marks-left", lambda d: quote(before(d), "/" + MARKS), "as it is"),
    of_path("path-tilde-encoded", lambda d: d.path.replace("~", "%7E"), "~"),
    of_path("path-with-query", lambda d: d.path + "?" + "&".join(d.signed.pieces), "query"),
    of_path("path-with-host", lambda d: f"https://{d.signed.value('host')}{d.path}", "https://"),
    of_path("path-slash-dropped", lambda d: d.path.rstrip("/"), "slash at the end"),
    of_path("path-slash-added", lambda d: d.path + "/", "slash at the end", on=with_path("/prod/pets")),
    of_path("path-without-first-slash", lambda d: d.path[1:], "/"),
    of_path("path-prefix-missing", lambda d: d.path.removeprefix("/prod"), "/prod", on=with_path("/prod/pets/7")),
    of_path(
        "path-bucket-added",
        lambda d: "/amzn-s3-demo-bucket" + d.path if d.is_s3 else d.path,
        "amzn-s3-demo-bucket",
        on=with_path("/a.jpg", headers=(("Host", "amzn-s3-demo-bucket.s3.eu-central-1.amazonaws.com"),)),
    ),
    of_path("path-forgotten", lambda d: "/", "`/`"),
    of_path(
        "path-unicode-form",
        lambda d: quote(unicodedata.normalize("NFC", decoded(d)), "/") if d.is_s3 else d.path,
        "Unicode",
        on=with_path("/re%CC%81sume%CC%81.txt"),
    ),
)


def encoded(draft: Draft, safe: str = "") -> list[tuple[str, str]]:
    """The pairs of the query, encoded and in their order."""
    return [(quote(name, safe), quote(value, safe)) for name, value in pairs(draft.signed.pieces)]


def texts(draft: Draft) -> list[tuple[str, str]]:
    """The pairs of the query, decoded and in their order."""
    return [(name.decode(), value.decode()) for name, value in pairs(draft.signed.pieces)]


def bare(draft: Draft) -> list[str]:
    """Pieces as the client writes them: what has no value has no equals sign."""
    return [f"{name}={value}" if value else name for name, value in sorted(encoded(draft))]


def own(draft: Draft, mine: bool) -> str:
    """Only the parameters of signing, or only all others."""
    return joined([pair for pair in sorted(encoded(draft)) if pair[0].startswith("X-Amz-") != mine])


def presigned(case: Case) -> Case:
    """Sign in the query."""
    return replace(case, presigned=True)


def plus_read(draft: Draft) -> str:
    """Read a plus as a space, as a web form would."""
    pieces = [piece.replace("+", "%20") for piece in draft.signed.pieces]
    return joined(sorted((quote(name), quote(value)) for name, value in pairs(pieces)))


def parameter(name: str, change: Callable[[str], str]) -> Callable[[Draft], str]:
    """Encode one parameter in another way."""
    return lambda draft: joined([(n, change(value) if n == name else value) for n, value in sorted(encoded(draft))])


def drop(name: str) -> Callable[[Draft], str]:
    """Leave a parameter out."""
    return lambda draft: joined([pair for pair in sorted(encoded(draft)) if pair[0] != name])


QUERIES = (
    of_query("query-unsorted", lambda d: joined(encoded(d)), "sort"),
    of_query(
        "query-sorted-before-encoding",
        lambda d: joined([(quote(n), quote(v)) for n, v in sorted(texts(d))]),
        "sort",
        "encod",
    ),
    of_query("query-sorted-as-whole", lambda d: "&".join(sorted(f"{n}={v}" for n, v in encoded(d))), "name"),
    of_query(
        "query-sorted-ignoring-case",
        lambda d: joined(sorted(encoded(d), key=lambda pair: (pair[0].lower(), pair[1]))),
        "case",
    ),
    of_query("query-values-unsorted", lambda d: joined(sorted(encoded(d), key=lambda pair: pair[0])), "value"),
    of_query("query-plus-for-space", lambda d: d.query.replace("%20", "+"), "%20", "+"),
    of_query("query-not-encoded", lambda d: joined(sorted(texts(d))), "encode"),
    of_query("query-as-sent", lambda d: "&".join(sorted(d.signed.pieces)), slug="sorted"),
    of_query("query-as-sent", lambda d: "&".join(d.signed.pieces), slug="unsorted"),
    of_query("query-encoded-twice", lambda d: joined(sorted((quote(n), quote(v)) for n, v in encoded(d))), "twice"),
    of_query("query-without-equals", lambda d: "&".join(bare(d)), "="),
    of_query("query-missing", lambda d: "", "query"),
    of_query("query-slash-left", lambda d: joined(sorted(encoded(d, "/"))), "%2F"),
    of_query("query-marks-left", lambda d: joined(sorted(encoded(d, MARKS))), "`!`"),
    of_query("query-lower-case-hex", lambda d: lower_hex(d.query), "%2f"),
    of_query(
        "query-tilde-encoded",
        lambda d: joined(sorted((n.replace("~", "%7E"), v.replace("~", "%7E")) for n, v in encoded(d))),
        "~",
    ),
    of_query("query-plus-read-as-space", plus_read, "+"),
    of_query(
        "query-form-encoded",
        lambda d: joined(sorted((quote_plus(n), quote_plus(v)) for n, v in texts(d))),
        "+",
        on=asked(pieces=("q=a%20b",)),
    ),
    of_query("query-repeats-dropped", lambda d: joined(sorted(dict(encoded(d)).items())), "tag", slug="last"),
    of_query("query-repeats-dropped", lambda d: joined(sorted(dict(encoded(d)[::-1]).items())), "tag", slug="first"),
    of_query("query-empty-dropped", lambda d: joined([(n, v) for n, v in sorted(encoded(d)) if v]), "empty"),
    of_query("query-question-mark", lambda d: "?" + d.query, "?"),
    of_query("query-html-escaped", lambda d: d.query.replace("&", "&amp;"), "&amp;"),
    of_query("credential-encoded-twice", parameter("X-Amz-Credential", quote), "X-Amz-Credential", on=presigned),
    of_query(
        "credential-not-encoded",
        parameter("X-Amz-Credential", lambda value: unquote(value).decode()),
        "X-Amz-Credential",
        on=presigned,
    ),
    of_query("parameter-not-signed", drop("X-Amz-Expires"), "X-Amz-Expires", on=presigned, slug="expires"),
    of_query("parameter-not-signed", drop("X-Amz-SignedHeaders"), "X-Amz-SignedHeaders", on=presigned, slug="names"),
    of_query("parameter-not-signed", drop("X-Amz-Algorithm"), "X-Amz-Algorithm", on=presigned, slug="algorithm"),
    of_query(
        "token-not-signed",
        drop("X-Amz-Security-Token"),
        "token",
        on=lambda case: replace(case, presigned=True, token="AQoDYXdzEPT//example+token=="),
    ),
    of_query("query-only-signing", lambda d: own(d, mine=False), "X-Amz-", on=presigned),
    of_query("query-without-signing", lambda d: own(d, mine=True), "X-Amz-", on=presigned),
    of_message(
        "parameter-added",
        lambda d: d.signed.pieces.remove("x-id=GetObject"),
        "x-id",
        on=asked(pieces=("x-id=GetObject", "acl")),
    ),
    of_message(
        "parameter-added", lambda d: d.sent.pieces.append("utm_source=mail"), "utm_source", on=presigned, slug="at-end"
    ),
)

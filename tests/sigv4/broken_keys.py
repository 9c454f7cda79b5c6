"""Mistakes after the canonical request's parts are right: its text, the string to sign, the key, the signature."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote_plus

from tests.sigv4.broken_requests import AS_IT_IS, As, asked
from tests.sigv4.broken_signers import Broken, Case, Draft, Stage, quote


def lines(name: str, change: Callable[[list[str]], object], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """Wrong lines in the canonical request."""
    return Broken(name, Stage.LINES, lambda draft: void(change(draft.lines)), says, on, slug)


def void(nothing: object) -> None:
    """Drop a value."""


def text(name: str, made: Callable[[str], str], *says: str, slug: str = "") -> Broken:
    """A canonical request that is put together wrongly."""

    def change(draft: Draft) -> None:
        draft.text = made(draft.text)

    return Broken(name, Stage.TEXT, change, says, slug=slug)


def to_sign(
    name: str, line: int, made: Callable[[Draft], str], *says: str, on: As = AS_IT_IS, slug: str = ""
) -> Broken:
    """A wrong line of the string to sign."""

    def change(draft: Draft) -> None:
        draft.to_sign[line] = made(draft)

    return Broken(name, Stage.TO_SIGN, change, says, on, slug)


def string(name: str, made: Callable[[Draft], str], *says: str, slug: str = "") -> Broken:
    """A string to sign that is put together wrongly."""

    def change(draft: Draft) -> None:
        draft.string = made(draft)

    return Broken(name, Stage.STRING, change, says, slug=slug)


def secret(name: str, made: Callable[[str], str], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """A secret access key that is not the one it should be."""

    def change(draft: Draft) -> None:
        draft.secret = "AWS4" + made(draft.case.secret)

    return Broken(name, Stage.CHAIN, change, says, on, slug)


def instead(name: str, made: Callable[[Case], str], *says: str, on: As = AS_IT_IS) -> Broken:
    """Something else that the client has, taken for the secret access key."""

    def change(draft: Draft) -> None:
        draft.secret = "AWS4" + made(draft.case)

    return Broken(name, Stage.CHAIN, change, says, on)


def chain(name: str, change: Callable[[list[str]], object], *says: str, on: As = AS_IT_IS, slug: str = "") -> Broken:
    """Wrong parts in the derivation of the key."""
    return Broken(name, Stage.CHAIN, lambda draft: void(change(draft.chain)), says, on, slug)


def key(name: str, made: Callable[[Draft], bytes], *says: str, slug: str = "") -> Broken:
    """A wrong derivation."""

    def change(draft: Draft) -> None:
        draft.key = made(draft)

    return Broken(name, Stage.KEY, change, says, slug=slug)


def signature(name: str, made: Callable[[Draft], str], *says: str, slug: str = "") -> Broken:
    """A wrong last step."""

    def change(draft: Draft) -> None:
        draft.signature = made(draft)

    return Broken(name, Stage.SIGNATURE, change, says, slug=slug)


def put(index: int, value: str) -> Callable[[list[str]], None]:
    """Put another text into a list."""
    return lambda parts: parts.__setitem__(index, value)


def written(draft: Draft, form: str = "%Y%m%d", **later: int) -> str:
    """Write the time of the request in some form, or one so much later."""
    at = datetime.strptime(draft.case.timestamp, "%Y%m%dT%H%M%SZ")
    return (at + timedelta(**later)).strftime(form)


def scope(draft: Draft, **other: str) -> str:
    """The scope, with something else in it."""
    case = draft.case
    parts = {"date": case.timestamp[:8], "region": case.region, "service": case.service} | other
    return "/".join([*parts.values(), "aws4_request"])


def dated(date: Callable[[Draft], str], *says: str, slug: str = "") -> Broken:
    """A key that is derived for another date."""

    def change(draft: Draft) -> None:
        draft.chain[0] = date(draft)

    return Broken("key-date", Stage.CHAIN, change, says, slug=slug)


def utf16(draft: Draft) -> None:
    """Hash the bytes that .NET and SQL Server keep a text in."""
    draft.encoding = "utf-16-le"


def hex_between(draft: Draft) -> bytes:
    """Hand the hex of each step to the next."""
    made = draft.secret.encode()
    for part in draft.chain:
        made = hmac.digest(made, part.encode(), "sha256").hex().encode()
    return made


def swapped(draft: Draft) -> bytes:
    """Take the key for the message at each step."""
    made = draft.secret.encode()
    for part in draft.chain:
        made = hmac.digest(part.encode(), made, "sha256")
    return made


def hashed(draft: Draft) -> bytes:
    """The digest of the canonical request."""
    return sha256(draft.text.encode("utf-8", "surrogateescape")).digest()


NO_QUERY = asked(pieces=())
SIMPLE = {"secret": "/alrXUtnFEMI+K7MDENG/bPxRfiCYEXAMPLEKEY="}

TEXTS = (
    lines("blank-line-missing", lambda made: made.pop(-3), "blank line"),
    lines("blank-line-doubled", lambda made: made.insert(-2, ""), "blank line"),
    lines("query-line-missing", lambda made: made.pop(2), "query", on=NO_QUERY),
    lines("payload-line-missing", lambda made: made.pop(), "payload"),
    lines("signed-headers-missing", lambda made: made.pop(-2), "SignedHeaders"),
    text("trailing-line-break", lambda made: made + "\n", "end"),
    text("line-breaks", lambda made: made.replace("\n", "\r\n"), r"\r\n", slug="crlf"),
    text("line-breaks", lambda made: made.replace("\n", "\r"), r"\r", slug="cr"),
    text("line-breaks", lambda made: made.replace("\n", "\\n"), "backslash", slug="backslash"),
    text("line-breaks", lambda made: made.replace("\n", ""), slug="none"),
    Broken("canonical-utf-16", Stage.TEXT, utf16, ("UTF-16",)),
)

STRINGS = (
    to_sign("algorithm-line", 0, lambda d: "AWS4-HMAC-SHA1", "AWS4-HMAC-SHA256", slug="sha1"),
    to_sign("algorithm-line", 0, lambda d: "HmacSHA256", "AWS4-HMAC-SHA256", slug="hmac"),
    to_sign("time-to-sign", 1, lambda d: written(d, "%Y%m%dT%H%M%SZ", seconds=1), "20150830T123601Z", slug="second"),
    to_sign("time-to-sign", 1, lambda d: written(d, "%Y%m%dT%H%M%SZ", hours=2), "20150830T143600Z", slug="local"),
    to_sign("time-to-sign", 1, lambda d: written(d, "%Y-%m-%dT%H:%M:%SZ"), "2015-08-30T12:36:00Z", slug="iso"),
    to_sign("time-to-sign", 1, lambda d: d.case.timestamp[:8], "20150830", slug="date"),
    to_sign("time-to-sign", 1, lambda d: d.case.timestamp[:-1], "20150830T123600`", slug="no-z"),
    to_sign(
        "time-to-sign",
        1,
        lambda d: written(d, "%a, %d %b %Y %H:%M:%S GMT"),
        "Sun, 30 Aug 2015 12:36:00 GMT",
        slug="http",
    ),
    to_sign("scope-to-sign", 2, lambda d: d.scope.rsplit("/", 1)[0], "aws4_request", slug="terminator"),
    to_sign("scope-to-sign", 2, lambda d: f"{d.case.access_key_id}/{d.scope}", "access key ID", slug="key"),
    to_sign("scope-to-sign", 2, lambda d: scope(d, date=written(d, days=-1)), "20150829", slug="yesterday"),
    to_sign("scope-to-sign", 2, lambda d: scope(d, region="us-east-1"), "us-east-1", slug="region"),
    to_sign("scope-to-sign", 2, lambda d: scope(d, service="iam"), "iam", slug="service"),
    to_sign("scope-to-sign", 2, lambda d: scope(d, region=d.case.service, service=d.case.region), slug="swapped"),
    to_sign("scope-to-sign", 2, lambda d: scope(d, date=d.case.timestamp), "20150830T123600Z", slug="time"),
    to_sign("canonical-not-hashed", 3, lambda d: d.text, "hash"),
    to_sign("canonical-hash-upper-case", 3, lambda d: d.to_sign[3].upper(), "case"),
    to_sign("canonical-hashed-twice", 3, lambda d: sha256(d.to_sign[3].encode()).hexdigest(), "twice"),
    to_sign("canonical-hash-base64", 3, lambda d: b64encode(hashed(d)).decode(), "base64"),
    string("string-trailing-line-break", lambda d: d.string + "\n", "end"),
    string("string-line-breaks", lambda d: d.string.replace("\n", "\r\n"), r"\r\n", slug="crlf"),
    string("string-line-breaks", lambda d: d.string.replace("\n", "\r"), r"\r", slug="cr"),
    string("string-line-breaks", lambda d: d.string.replace("\n", "\\n"), "backslash", slug="backslash"),
    string("string-algorithm-missing", lambda d: "\n".join(d.to_sign[1:]), "AWS4-HMAC-SHA256"),
    string("string-scope-missing", lambda d: "\n".join([*d.to_sign[:2], d.to_sign[3]]), "scope"),
    string("canonical-signed", lambda d: d.text, "string to sign"),
)

KEYS = (
    secret("secret-line-break", lambda own: own + "\n", "line break"),
    secret("secret-line-break", lambda own: own + "\r", "line break", slug="cr"),
    secret("secret-line-break", lambda own: own + "\r\n", "line break", slug="crlf"),
    secret("secret-space", lambda own: own + " ", "space", slug="end"),
    secret("secret-space", lambda own: " " + own, "space", slug="start"),
    secret("secret-quoted", lambda own: f'"{own}"', "quot"),
    secret("secret-quoted", lambda own: f"'{own}'", "quot", slug="single"),
    secret("secret-percent-encoded", quote, "%2F"),
    secret("secret-percent-encoded", quote_plus, "%2F", on=asked(**SIMPLE), slug="plus"),
    secret("secret-plus-as-space", lambda own: own.replace("+", " "), "+", on=asked(**SIMPLE)),
    secret("secret-plus-encoded", lambda own: own.replace("+", "%2B"), "%2B", on=asked(**SIMPLE)),
    secret("secret-cut", lambda own: own[:-1], "last", slug="last"),
    secret("secret-cut", lambda own: own[1:], "first", slug="first"),
    secret("secret-case", str.lower, "case", slug="lower"),
    secret("secret-case", str.upper, "case", slug="upper"),
    secret("secret-slash-escaped", lambda own: own.replace("/", "\\/"), "\\/"),
    secret("secret-base64", lambda own: b64encode(own.encode()).decode(), "base64"),
    instead("secret-is-key-id", lambda case: case.access_key_id, "AKIDEXAMPLE"),
    secret("secret-empty", lambda own: "", "empty"),
    secret("secret-none", lambda own: "None", "None", slug="none"),
    secret("secret-none", lambda own: "undefined", "undefined", slug="undefined"),
    instead("secret-is-token", lambda case: case.token or "", "token", on=asked(token="AQoDEXAMPLE//token==")),
    secret("secret-with-aws4", lambda own: "AWS4" + own, "AWS4", slug="twice"),
    dated(lambda d: written(d, days=-1), "20150829", slug="yesterday"),
    dated(lambda d: written(d, days=1), "20150831", slug="tomorrow"),
    dated(lambda d: d.case.timestamp, "20150830T123600Z", slug="time"),
    dated(lambda d: written(d, "%Y-%m-%d"), "2015-08-30", slug="hyphens"),
    chain("key-region", put(1, "us-east-1"), "us-east-1"),
    chain("key-region", put(1, "eu-west-1"), "eu-west-1", slug="ireland"),
    chain("key-region", lambda parts: put(1, parts[1].upper())(parts), "EU-CENTRAL-1", slug="case"),
    chain("key-service", put(2, "apigateway"), "apigateway"),
    chain("key-service", put(2, "iam"), "iam", slug="iam"),
    chain("key-swapped", lambda parts: parts.insert(1, parts.pop(2)), "region", "service"),
    chain("key-terminator", lambda parts: parts.pop(), "aws4_request", slug="missing"),
    chain("key-terminator", put(3, "aws4-request"), "aws4_request", slug="hyphen"),
    key("key-without-aws4", lambda d: derived(d.case.secret, d), "AWS4"),
    key("key-aws4-lower-case", lambda d: derived("aws4" + d.case.secret, d), "AWS4"),
    key("key-aws4-at-end", lambda d: derived(d.case.secret + "AWS4", d), "AWS4"),
    key("key-hex-between", hex_between, "hex"),
    key("key-hex-last", lambda d: d.key.hex().encode(), "hex"),
    key("key-base64-last", lambda d: b64encode(d.key), "base64"),
    key("key-swapped-arguments", swapped, "message"),
    key("key-not-derived", lambda d: d.case.secret.encode(), "deriv"),
    key("key-not-derived", lambda d: b"AWS4" + d.case.secret.encode(), "deriv", slug="aws4"),
    signature("signature-upper-case", lambda d: d.signature.upper(), "case"),
    signature(
        "signature-of-hash", lambda d: hmac.digest(d.key, sha256(d.string.encode()).digest(), "sha256").hex(), "hash"
    ),
    signature("signature-without-hmac", lambda d: sha256(d.key + d.string.encode()).hexdigest(), "HMAC"),
    signature("signature-swapped", lambda d: hmac.digest(d.string.encode(), d.key, "sha256").hex(), "message"),
)


def derived(start: str, draft: Draft) -> bytes:
    """Derive from another start."""
    made = start.encode()
    for part in draft.chain:
        made = hmac.digest(made, part.encode(), "sha256")
    return made

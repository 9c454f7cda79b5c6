"""The usual mistakes in the last line of a canonical request, the payload's hash (A4, A17)."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from hashlib import md5, sha1, sha256
from itertools import accumulate

from iamkit.sigv4.canonical import decode_parameter, encode_parameter
from iamkit.sigv4.recipe import Recipe, Situation, UsualMistake, Variations
from iamkit.sigv4.rules import EMPTY_SHA256, STREAMING_PAYLOAD, STREAMING_UNSIGNED_TRAILER, UNSIGNED_PAYLOAD

# A compressed body may hold a thousand times its size, and a nested one grows with each indentation: so much of a body
# is read, and so much is written of it.
_MOST_READ = _MOST_WRITTEN = 4_194_304


def _payload(recipe: Recipe, situation: Situation) -> Variations:
    body, right = situation.received.request.body or b"", recipe.payload
    wanted = f"the service wants `{right}`" if right == UNSIGNED_PAYLOAD or len(right) != 64 else _WANTED
    words = {
        _hash(body): "the hash of the body",
        EMPTY_SHA256: "the hash of an empty body",
        UNSIGNED_PAYLOAD: f"`{UNSIGNED_PAYLOAD}`",
        STREAMING_PAYLOAD: f"`{STREAMING_PAYLOAD}`",
        STREAMING_UNSIGNED_TRAILER: f"`{STREAMING_UNSIGNED_TRAILER}`",
    }
    for word, what in words.items():
        yield recipe._replace(payload=word), f"the client ended the canonical request with {what}; {wanted}"
    yield recipe._replace(payload=""), f"the client left the payload hash empty; {wanted}"
    yield (
        recipe._replace(payload=right.upper()),
        "the client wrote the payload hash in uppercase; the service wants lowercase hex",
    )
    digest = sha256(body).digest()
    yield (
        recipe._replace(payload=b64encode(digest).decode()),
        "the client wrote the payload hash in base64; the service wants hex",
    )
    yield (
        recipe._replace(payload=_hash(_hash(body).encode())),
        "the client hashed the body twice; the service hashes it once",
    )
    yield recipe._replace(payload=_hash(digest)), "the client hashed the body twice; the service hashes it once"
    if len(right) != 64:
        what = f"the client signed the hash of the word `{right}`; the service wants the word itself"
        yield recipe._replace(payload=_hash(right.encode("utf-8", "surrogateescape"))), what
    text = body.decode("utf-8", "surrogateescape")
    yield recipe._replace(payload=text), "the client signed the body itself; the service wants its hash"
    weak = md5(body, usedforsecurity=False), sha1(body, usedforsecurity=False)
    for hashed, name in zip(weak, ("MD5", "SHA-1"), strict=True):
        what = f"the client hashed the body with {name}; the service wants SHA-256"
        yield recipe._replace(payload=hashed.hexdigest()), what
        yield recipe._replace(payload=b64encode(hashed.digest()).decode()), what


_WANTED = "the service wants the SHA-256 of the body that arrived"


def _other_body(recipe: Recipe, situation: Situation) -> Variations:
    body = situation.received.request.body or b""
    kinds = (_line_breaks, _empty_documents, _characters, _containers, _documents, _forms)
    for bodies in kinds if len(body) <= _MOST_READ else kinds[:1]:
        for other, what in bodies(body):
            yield recipe._replace(payload=_hash(other)), f"the client hashed {what}"


def _line_breaks(body: bytes) -> Iterator[tuple[bytes, str]]:
    yield body.rstrip(b"\r\n"), "the body without the line break at its end; it was sent with one"
    yield body + b"\n", "the body with a line break at its end; it was sent without one"
    yield body + b"\r\n", "the body with a line break at its end; it was sent without one"
    yield body.replace(b"\r\n", b"\n"), r"the body with line breaks `\n`; it was sent with `\r\n`"
    yield body.replace(b"\n", b"\r\n"), r"the body with line breaks `\r\n`; it was sent with `\n`"
    yield body.replace(b"\n", b"").replace(b"\r", b""), "the body without its line breaks; it was sent with them"
    yield body.strip(), "the body without the white space around it; it was sent with it"


def _empty_documents(body: bytes) -> Iterator[tuple[bytes, str]]:
    if not body:
        for text in ("{}", "null", '""', "[]", "undefined", "None", " "):
            yield text.encode(), f"the body `{text}`; no body was sent"


def _characters(body: bytes) -> Iterator[tuple[bytes, str]]:
    yield body.removeprefix(b"\xef\xbb\xbf"), "the body without its byte order mark; it was sent with one"
    yield b"\xef\xbb\xbf" + body, "the body with a byte order mark; it was sent without one"
    with suppress(UnicodeError):
        text = body.decode()
        yield text.encode("utf-16-le"), "the body in UTF-16; it was sent in UTF-8"
        yield text.encode("ascii", "replace"), "the body with `?` for what is not ASCII; it was sent in UTF-8"
        yield text.encode("latin-1"), "the body in Latin-1; it was sent in UTF-8"
    yield body.decode("latin-1").encode(), "the body in UTF-8 once more; it was sent in UTF-8 or Latin-1"


def _containers(body: bytes) -> Iterator[tuple[bytes, str]]:
    yield b64encode(body), "the body in base64; it was sent as it is"
    with suppress(ValueError):
        yield b64decode(body, validate=True), "the body out of base64; it was sent in base64"
    if body[:2] == b"\x1f\x8b":
        with suppress(zlib.error):
            plain = zlib.decompressobj(wbits=31).decompress(body, _MOST_READ)
            yield plain, "the body before gzip; it was sent compressed"


def _documents(body: bytes) -> Iterator[tuple[bytes, str]]:
    what = "the same JSON, written differently; the service wants the very bytes that are sent"
    with suppress(ValueError, RecursionError):
        document = json.loads(body)
        small = 4 * len(body) * _depth(body) <= _MOST_WRITTEN
        for separators, indent in _JSON_LAYOUTS if small else _JSON_LAYOUTS[:2]:
            for sort in (False, True):
                for ascii_only in (True, False):
                    text = json.dumps(
                        document, separators=separators, indent=indent, sort_keys=sort, ensure_ascii=ascii_only
                    )
                    yield text.encode("utf-8", "surrogatepass"), what
        yield json.dumps(body.decode()).encode(), "the JSON as a JSON string; it was sent as a document"
        if isinstance(document, str):
            yield document.encode("utf-8", "surrogatepass"), "the JSON document; it was sent as a JSON string"


_JSON_LAYOUTS = (((",", ":"), None), ((", ", ": "), None), ((",", ": "), 2), ((",", ": "), 4), ((",", ": "), "\t"))


def _depth(document: bytes) -> int:
    """Tell how deep a document is nested, or more where its texts have brackets."""
    steps = document.translate(_STEPS, delete=_NOT_BRACKETS)
    return max(accumulate((step - 1 for step in steps), initial=1))


_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = bytes.maketrans(b"[]{}", b"\x02\x00\x02\x00")


def _forms(body: bytes) -> Iterator[tuple[bytes, str]]:
    with suppress(UnicodeError, ValueError):
        text = body.decode()
        if "=" not in text or "{" in text:
            return
        what = "the same form, written differently; the service wants the very bytes that are sent"
        pieces = text.split("&")
        for order in (pieces, sorted(pieces)):
            form = "&".join(order)
            spaced = form.replace("+", " ").replace("%20", " ")
            for written in (
                form,
                form.replace("%20", "+"),
                form.replace("+", "%20"),
                decode_parameter(spaced),
                _again(spaced),
            ):
                yield written.encode(), what


def _again(form: str) -> str:
    """Encode names and values anew, every byte that may not stand in a query."""
    pairs = (piece.partition("=") for piece in form.split("&"))
    return "&".join(
        f"{encode_parameter(decode_parameter(n))}{e}{encode_parameter(decode_parameter(v))}" for n, e, v in pairs
    )


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


IN_THE_PAYLOAD = (
    UsualMistake("payload", "hash the very bytes that are sent, with SHA-256, in lowercase hex", _payload),
    UsualMistake("payload", "make the body first, then hash the very bytes that are sent", _other_body),
)

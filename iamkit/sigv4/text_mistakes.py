"""The usual mistakes in putting texts together: the canonical request and the string to sign (A1, A17)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

from iamkit.sigv4.recipe import Recipe, Situation, UsualMistake, Variations, encode_text
from iamkit.sigv4.rules import HMAC_ALGORITHM

Lines = Callable[[list[str]], str]


def _layout(recipe: Recipe, situation: Situation) -> Variations:
    for change, what in _LAYOUTS:
        yield recipe._replace(layout=_laid_out(change)), f"the client {what}"
    what = "the client hashed the canonical request in UTF-16; the service hashes its UTF-8"
    yield recipe._replace(encode=_in_utf_16), what
    if not recipe.canonical().isascii():
        what = "the client hashed the canonical request in Latin-1; the service hashes its UTF-8"
        yield recipe._replace(encode=_in_latin_1), what


def _in_utf_16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _in_latin_1(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _laid_out(change: Lines) -> Callable[[Recipe], str]:
    def layout(recipe: Recipe) -> str:
        method, path, query, headers, signed_headers, payload = recipe[:6]
        return change([method, path, query, *(f"{n}:{v}" for n, v in headers), "", signed_headers, payload])

    return layout


def _without(index: int) -> Lines:
    return lambda lines: "\n".join([*lines[:index], *(lines[index + 1 :] if index != -1 else [])])


def _joined(text: str) -> Lines:
    return text.join


_LAYOUTS: tuple[tuple[Lines, str], ...] = (
    (
        _without(-3),
        "left out the blank line after the headers; each header's line ends, then one more line break follows",
    ),
    (
        lambda lines: "\n".join([*lines[:-2], "", *lines[-2:]]),
        "put two blank lines after the headers; the service wants one",
    ),
    (
        _without(2),
        "left out the line of the query; without a query that line is empty, but it is there",
    ),
    (
        lambda lines: "\n".join(lines[:2] + lines[3:-3] + lines[-2:]),
        "left out the line of the query and the blank line after the headers; the service wants both",
    ),
    (_without(-1), "left out the payload hash, the last line"),
    (_without(-2), "left out the line of SignedHeaders, the last but one"),
    (
        lambda lines: "\n".join(lines) + "\n",
        "put a line break at the end of the canonical request; it ends with the payload hash",
    ),
    (_joined("\r\n"), "broke the lines of the canonical request with `\\r\\n`; the service wants `\\n`"),
    (_joined("\r"), "broke the lines of the canonical request with `\\r`; the service wants `\\n`"),
    (_joined("\\n"), "wrote a backslash and an `n` in the canonical request; the service wants line breaks"),
    (_joined(""), "put no line breaks into the canonical request; the service wants one after each line"),
    (_joined(" "), "put spaces for line breaks into the canonical request; the service wants `\\n`"),
    (
        lambda lines: "\n".join(lines).lower(),
        "wrote the whole canonical request in lowercase; the service keeps uppercase letters",
    ),
    (lambda lines: "\n" + "\n".join(lines), "put a line break before the canonical request; it begins with the method"),
)


def _string_to_sign(recipe: Recipe, situation: Situation) -> Variations:
    for change, what in _STRINGS:
        yield recipe._replace(to_sign=change), f"the client {what}"
    for algorithm in (
        "AWS4-HMAC-SHA1",
        "HMAC-SHA256",
        "HmacSHA256",
        "AWS4-HMAC-SHA256-PAYLOAD",
        "AWS4-ECDSA-P256-SHA256",
    ):
        what = f"the client began the string to sign with `{algorithm}`; the service wants `{HMAC_ALGORITHM}`"
        yield recipe._replace(to_sign=_put(0, algorithm)), what
    date, region, service, terminator = recipe.scope
    key, time = situation.credentials.access_key_id, recipe.timestamp
    for scope, what in (
        (
            f"{date}/{region}/{service}",
            "left out `aws4_request` in the scope of the string to sign; the scope ends with it",
        ),
        (
            f"{key}/{date}/{region}/{service}/{terminator}",
            "put the access key ID into the scope of the string to sign; only Credential has it",
        ),
        (
            f"{date}/{service}/{region}/{terminator}",
            "put the service before the region in the scope of the string to sign; the region comes first",
        ),
        (
            f"{time}/{region}/{service}/{terminator}",
            f"put the whole time `{time}` into the scope of the string to sign; the service wants the date alone",
        ),
        (
            f"{date}/{region}/{service}/{terminator}/",
            "put a slash after the scope of the string to sign; it ends with `aws4_request`",
        ),
    ):
        yield recipe._replace(to_sign=_put(2, scope)), f"the client {what}"


def _put(line: int, text: str) -> Callable[[str, str], str]:
    """Put another text in place of a line of the string to sign."""

    def change(string: str, canonical: str) -> str:
        lines = string.split("\n", 3)
        lines[line] = text
        return "\n".join(lines)

    return change


def _hash(change: Callable[[bytes, str], str]) -> Callable[[str, str], str]:
    """Write something else in place of the canonical request's hash, from its bytes or its text."""

    def to_sign(string: str, canonical: str) -> str:
        head, _, hashed = string.rpartition("\n")
        return f"{head}\n{change(bytes.fromhex(hashed), canonical)}"

    return to_sign


_STRINGS: tuple[tuple[Callable[[str, str], str], str], ...] = (
    (
        _hash(lambda raw, canonical: canonical),
        "put the canonical request itself into the string to sign; the service wants its hash",
    ),
    (
        lambda string, _: string.rpartition("\n")[2],
        "signed the hash of the canonical request alone; the string to sign has four lines",
    ),
    (
        lambda _, canonical: canonical,
        "signed the canonical request; the service signs the string to sign, which has its hash",
    ),
    (
        _hash(lambda raw, _: raw.hex().upper()),
        "wrote the hash of the canonical request in uppercase; the service wants lowercase hex",
    ),
    (
        _hash(lambda raw, _: b64encode(raw).decode()),
        "wrote the hash of the canonical request in base64; the service wants hex",
    ),
    (
        _hash(lambda raw, _: sha256(raw.hex().encode()).hexdigest()),
        "hashed the canonical request twice; the service hashes it once",
    ),
    (_hash(lambda raw, _: sha256(raw).hexdigest()), "hashed the canonical request twice; the service hashes it once"),
    (lambda string, _: f"{string}\n", "put a line break at the end of the string to sign; it ends with the hash"),
    (
        lambda string, _: string.replace("\n", "\r\n"),
        "broke the lines of the string to sign with `\\r\\n`; the service wants `\\n`",
    ),
    (
        lambda string, _: string.replace("\n", "\r"),
        "broke the lines of the string to sign with `\\r`; the service wants `\\n`",
    ),
    (
        lambda string, _: string.replace("\n", "\\n"),
        "wrote a backslash and an `n` in the string to sign; the service wants line breaks",
    ),
    (
        lambda string, _: string.replace("\n", ""),
        "put no line breaks into the string to sign; the service wants four lines",
    ),
    (lambda string, _: string.partition("\n")[2], f"left out the first line of the string to sign, `{HMAC_ALGORITHM}`"),
    (
        lambda string, _: re.sub(r"\A(.*\n.*\n).*\n", r"\1", string),
        "left out the line of the scope in the string to sign",
    ),
    (lambda string, _: re.sub(r"\A(.*\n).*\n", r"\1", string), "left out the line of the time in the string to sign"),
    (
        lambda string, _: sha256(encode_text(string)).hexdigest(),
        "signed the hash of the string to sign, in hex; the service signs the string",
    ),
)

IN_THE_TEXT = (
    UsualMistake(
        "layout", "method, path, query, a line for each header, a blank line, SignedHeaders, the payload hash", _layout
    ),
)
IN_THE_STRING = (
    UsualMistake(
        "string-to-sign",
        "four lines: algorithm, time, scope, SHA-256 of the canonical request in lowercase hex",
        _string_to_sign,
    ),
)

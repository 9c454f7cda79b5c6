"""The five steps from a request to its signature, line by line, and what changed in them since an earlier edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from iamkit.notebook.signing.changes import Compared, compare
from iamkit.notebook.signing.wire import numbered
from iamkit.sigv4 import Signed


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a step: its name, its text, and how the text is made where that is not plain."""

    name: str
    text: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is, in a sentence, and its lines."""

    title: str
    sentence: str
    rows: tuple[Row, ...]


def steps(signed: Signed, secret: str) -> tuple[Step, ...]:
    """Give the steps of a signature (A1)."""
    return (
        Step(
            "Canonical request",
            "One spelling of the request, on which client and server agree.",
            tuple(_canonical(signed)),
        ),
        Step(
            "String to sign",
            "What is signed: when, for where, and the canonical request as a hash.",
            tuple(_string_to_sign(signed)),
        ),
        Step(
            "Signing key",
            "The secret, bound to a day, a region and a service. Each key is made from the one above it.",
            tuple(_keys(signed, secret)),
        ),
        Step(
            "Signature",
            "Whoever has the key gets these 64 characters. Nobody gets the key from them.",
            (Row("signature", signed.signature, "HMAC-SHA256(signing key, string to sign)"),),
        ),
        Step(
            "Authorization header" if signed.authorization else "Presigned URL",
            "What travels: the ID of the key and the signature. The secret stays at home.",
            tuple(_authorization(signed) if signed.authorization else _url(signed)),
        ),
    )


def compare_steps(now: Sequence[Step], before: Sequence[Step] | None) -> tuple[tuple[Compared, ...], ...]:
    """Compare every row with the row of this name in an earlier state; with none, nothing is marked."""
    if before is None:
        return tuple(tuple(compare(None, row.text) for row in step.rows) for step in now)
    return tuple(_compare_rows(step.rows, earlier.rows) for step, earlier in zip(now, before, strict=True))


def _compare_rows(now: Sequence[Row], before: Sequence[Row]) -> tuple[Compared, ...]:
    earlier = dict(zip(numbered(before, _name), before, strict=True))
    texts = [earlier[key].text if key in earlier else "" for key in numbered(now, _name)]
    return tuple(compare(text, row.text) for text, row in zip(texts, now, strict=True))


def consequences(new: Signed, old: Signed, marks: Sequence[Sequence[Compared]]) -> str:
    """Say in words what an edit changed: the earliest step that it reached, and the signature."""
    if new.signature == old.signature:
        return "The signature is the same as before."
    changed = [sum(each.changed for each in row) for row in marks]
    if new.canonical_request != old.canonical_request:
        cause = f"{_characters(changed[0])} changed in the canonical request"
    elif new.string_to_sign != old.string_to_sign:
        cause = f"{_characters(changed[1])} changed in the string to sign"
    else:
        cause = "The string to sign is the same, the key is another"
    return f"{cause}; {changed[3]} of {len(new.signature)} characters of the signature changed."


def _characters(number: int) -> str:
    return f"{number:,} character{'' if number == 1 else 's'}"


def _name(row: Row) -> str:
    return row.name


def _canonical(signed: Signed) -> Iterator[Row]:
    canonical = signed.canonical
    yield Row("method", canonical.method)
    yield Row("canonical path", canonical.path)
    yield Row("canonical query", canonical.query)
    for line in canonical.headers.splitlines():
        yield Row(f"header {line.partition(':')[0]}", line)
    yield Row("empty line", "")
    yield Row("signed headers", canonical.signed_headers)
    yield Row("payload hash", canonical.payload_hash)


def _string_to_sign(signed: Signed) -> Iterator[Row]:
    algorithm, time, scope, digest = signed.string_to_sign.split("\n")
    yield Row("algorithm", algorithm)
    yield Row("time", time)
    yield Row("scope", scope)
    yield Row("hash of step 1", digest, "SHA-256(canonical request)")


def _keys(signed: Signed, secret: str) -> Iterator[Row]:
    if signed.keys is None:
        return
    date, region, service, terminator = signed.scope.split("/")
    yield Row("secret", f"AWS4{secret}", '"AWS4" + secret access key')
    yield Row("date key", signed.keys.date.hex(), f'HMAC-SHA256(secret, "{date}")')
    yield Row("region key", signed.keys.region.hex(), f'HMAC-SHA256(date key, "{region}")')
    yield Row("service key", signed.keys.service.hex(), f'HMAC-SHA256(region key, "{service}")')
    yield Row("signing key", signed.keys.signing.hex(), f'HMAC-SHA256(service key, "{terminator}")')


def _authorization(signed: Signed) -> Iterator[Row]:
    for name, value in signed.added_headers:
        yield Row(name, value)
    yield Row("Authorization", signed.algorithm)
    yield Row("Credential", f"Credential={signed.access_key_id}/{signed.scope}")
    yield Row("SignedHeaders", f"SignedHeaders={signed.signed_headers}")
    yield Row("Signature", f"Signature={signed.signature}")


def _url(signed: Signed) -> Iterator[Row]:
    address, _, query = signed.url.partition("?")
    yield Row("address", f"{address}?")
    for index, piece in enumerate(query.split("&")):
        yield Row(piece.partition("=")[0], f"{'&' if index else ''}{piece}")

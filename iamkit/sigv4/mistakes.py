"""The usual mistakes of those who sign (A17): each finds what a client that makes it would have signed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from typing import NamedTuple

from iamkit.sigv4.canonical import canonical_path, decode_parameter, encode_parameter
from iamkit.sigv4.recipe import Recipe, Situation
from iamkit.sigv4.rules import EMPTY_SHA256, UNSIGNED_PAYLOAD, ServiceRules

# A recipe in which the mistake is made, and what the client did, in words.
Variations = Iterator[tuple[Recipe, str]]


class UsualMistake(NamedTuple):
    """A mistake's name, the part of the signature it is made in, what helps, and how it is looked for."""

    name: str
    part: str
    help: str
    variations: Callable[[Recipe, Situation], Variations]


def _encoding_of_path(recipe: Recipe, situation: Situation) -> Variations:
    rules = situation.rules
    once = ServiceRules(encode_path_twice=False, normalize_path=rules.normalize_path)
    twice = ServiceRules(encode_path_twice=True, normalize_path=rules.normalize_path)
    if rules.encode_path_twice:
        yield _path(recipe, situation, once, "the client encoded the path once; this service encodes it twice")
    else:
        yield _path(recipe, situation, twice, "the client encoded the path twice; this service encodes it once")
    sent = situation.received.path or "/"
    yield recipe._replace(path=sent), "the client signed the path as it stands on the request line"
    yield recipe._replace(path=decode_parameter(sent)), "the client signed the path without any encoding"
    thrice = encode_parameter(recipe.path).replace("%2F", "/")
    yield recipe._replace(path=thrice), "the client encoded the path once too often"
    yield recipe._replace(path=recipe.path.replace("/", "%2F")), "the client encoded the slashes of the path"


def _path(recipe: Recipe, situation: Situation, rules: ServiceRules, what: str) -> tuple[Recipe, str]:
    return recipe._replace(path=canonical_path(situation.received.path, rules)), what


def _normalization(recipe: Recipe, situation: Situation) -> Variations:
    rules = situation.rules
    other = ServiceRules(rules.encode_path_twice, not rules.normalize_path)
    if rules.normalize_path:
        yield _path(recipe, situation, other, "the client kept dots or double slashes; this service resolves them")
    else:
        yield _path(recipe, situation, other, "the client resolved dots or double slashes; this service keeps them")


def _end_of_path(recipe: Recipe, situation: Situation) -> Variations:
    path = recipe.path
    changed = path.rstrip("/") if path.endswith("/") else f"{path}/"
    yield recipe._replace(path=changed), "the client signed the path with a different end: one has a slash there"
    yield recipe._replace(path="/"), "the client signed the path `/`"


def _order_of_query(recipe: Recipe, situation: Situation) -> Variations:
    pairs = situation.pairs
    decoded = [(decode_parameter(name), decode_parameter(value)) for name, value in pairs]
    order = sorted(range(len(pairs)), key=lambda n: decoded[n])
    yield recipe._replace(query=_join([pairs[n] for n in order])), "the client sorted the query before encoding it"
    yield recipe._replace(query=_join(pairs)), "the client did not sort the query"
    by_name = sorted(pairs, key=lambda pair: pair[0])
    yield recipe._replace(query=_join(by_name)), "the client sorted the query by name only, not by value"
    as_text = sorted(f"{name}={value}" for name, value in pairs)
    yield recipe._replace(query="&".join(as_text)), "the client sorted the query's pieces with their `=`"
    caseless = sorted(pairs, key=lambda pair: (pair[0].lower(), pair[1]))
    yield recipe._replace(query=_join(caseless)), "the client sorted the query without regard to case"


def _encoding_of_query(recipe: Recipe, situation: Situation) -> Variations:
    query, pairs = recipe.query, sorted(situation.pairs)
    decoded = [(decode_parameter(name), decode_parameter(value)) for name, value in pairs]
    yield recipe._replace(query=query.replace("%20", "+")), "the client encoded a space as `+` instead of `%20`"
    yield recipe._replace(query=query.replace("%2B", "%20")), "the client took a `+` for a space"
    yield recipe._replace(query=_join(decoded)), "the client did not encode the query"
    twice = [(encode_parameter(name), encode_parameter(value)) for name, value in pairs]
    yield recipe._replace(query=_join(twice)), "the client encoded the query twice"
    small = re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), query)
    yield recipe._replace(query=small), "the client wrote escapes with small letters: `%2f` instead of `%2F`"
    for kept in ("/", "~", ":", ",", "*"):
        escape = f"%{ord(kept):02X}"
        yield recipe._replace(query=query.replace(escape, kept)), f"the client left `{kept}` in the query as it is"
    yield recipe._replace(query=query.replace("~", "%7E")), "the client encoded `~`, which is left as it is"


def _missing_in_query(recipe: Recipe, situation: Situation) -> Variations:
    pairs = sorted(situation.pairs)
    yield recipe._replace(query=""), "the client left out the query"
    bare = "&".join(f"{name}={value}" if value else name for name, value in pairs)
    yield recipe._replace(query=bare), "the client left out the `=` of a parameter without value"
    full = _join([pair for pair in pairs if pair[1]])
    yield recipe._replace(query=full), "the client left out parameters without value"
    single = _join(sorted(dict(pairs).items()))
    yield recipe._replace(query=single), "the client kept one of the parameters that are repeated"
    for n, (name, _) in enumerate(pairs):
        text = f"the client did not sign the parameter `{decode_parameter(name)}`"
        yield recipe._replace(query=_join(pairs[:n] + pairs[n + 1 :])), text


def _join(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def _host(recipe: Recipe, situation: Situation) -> Variations:
    sent = situation.received.values["host"]
    name, colon, port = sent.rpartition(":")
    if colon and port.isdigit():
        yield _header(recipe, "host", name), f"the client signed the host `{name}` without the port `:{port}`"
    else:
        for port in ("443", "80", "8080", "8000", "4566", "9000", "5000"):
            host = f"{sent}:{port}"
            yield _header(recipe, "host", host), f"the client signed the host with a port: `{host}`"
    yield _header(recipe, "host", sent.lower()), f"the client signed the host in small letters: `{sent.lower()}`"
    for header in ("x-forwarded-host", "x-original-host"):
        for host in filter(None, situation.received.values.get(header, "").split(",")):
            yield (
                _header(recipe, "host", host.strip()),
                f"the client signed the host `{host.strip()}`; a proxy changed it",
            )
    service, region = situation.service, situation.region
    for host in (
        f"{service}.{region}.amazonaws.com",
        f"{service}.amazonaws.com",
        f"{sent}.{service}.{region}.amazonaws.com",
        "localhost",
        "127.0.0.1",
    ):
        yield _header(recipe, "host", host), f"the client signed another host: `{host}`"


def _header(recipe: Recipe, name: str, value: str) -> Recipe:
    return recipe._replace(headers=tuple((n, value if n == name else v) for n, v in recipe.headers))


def _content_type(recipe: Recipe, situation: Situation) -> Variations:
    sent = dict(recipe.headers).get("content-type")
    if sent is None:
        return
    bare = sent.partition(";")[0].strip()
    usual = ("application/json", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream")
    for kind in (bare, "", *(item for item in usual if item != bare)):
        for suffix in ("", "; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8"):
            value = f"{kind}{suffix}" if kind else ""
            yield (
                _header(recipe, "content-type", value),
                f"the client signed the Content-Type `{value}`, but `{sent}` was sent",
            )


def _trimming(recipe: Recipe, situation: Situation) -> Variations:
    raw = _gather(situation, lambda value: value)
    outer = _gather(situation, lambda value: value.strip(" \t\r\n"))
    yield _values(recipe, raw, ","), "the client did not trim the values of headers"
    yield _values(recipe, outer, ","), "the client did not collapse the spaces inside a header's value"
    yield _values(recipe, _gather(situation, str.strip), ", "), "the client joined repeated headers with `, `"
    for which, at in (("first", 0), ("last", -1)):
        only = {name: values[at : at + 1 or None] for name, values in outer.items()}
        yield _values(recipe, only, ","), f"the client signed only the {which} of the headers that are repeated"
    ordered = {name: sorted(values) for name, values in outer.items()}
    yield _values(recipe, ordered, ","), "the client sorted the values of headers that are repeated"


def _gather(situation: Situation, clean: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in situation.received.request.headers:
        found.setdefault(name.lower(), []).append(clean(value))
    return found


def _values(recipe: Recipe, values: dict[str, list[str]], comma: str) -> Recipe:
    headers = tuple((name, comma.join(values[name]) if name in values else value) for name, value in recipe.headers)
    return recipe._replace(headers=headers)


def _names_of_headers(recipe: Recipe, situation: Situation) -> Variations:
    sent = {name.lower(): name for name, _ in situation.received.request.headers}
    cased = tuple((sent.get(name, name), value) for name, value in recipe.headers)
    yield recipe._replace(headers=cased), "the client did not write the names of headers in small letters"
    presented = situation.presented.signed_headers
    values = dict(recipe.headers)
    as_said = [name for name in presented.split(";") if name.lower() in values]
    for names in (as_said, sorted(as_said, key=str.lower), [name for name in sent if name in values]):
        headers = tuple((name.lower(), values[name.lower()]) for name in names)
        for listed in {presented: 1, ";".join(names): 1, recipe.signed_headers: 1}:
            text = "the client did not sort the signed headers, or did not write their names in small letters"
            yield recipe._replace(headers=headers, signed_headers=listed), text
    commas = recipe.signed_headers.replace(";", ",")
    yield recipe._replace(signed_headers=commas), "the client joined the signed headers with `,` instead of `;`"


def _header_left_out(recipe: Recipe, situation: Situation) -> Variations:
    for name, value in recipe.headers:
        headers = tuple(pair for pair in recipe.headers if pair[0] != name)
        listed = ";".join(pair[0] for pair in headers)
        what = f"the client did not sign the header `{name}`, but says that it did"
        yield recipe._replace(headers=headers, signed_headers=listed), what
        yield recipe._replace(headers=headers), what
        if value:
            yield _header(recipe, name, ""), f"the client signed an empty `{name}`, but `{value}` was sent"


def _token(recipe: Recipe, situation: Situation) -> Variations:
    what = "the client added the session token after signing; this service wants it signed"
    bare = [pair for pair in situation.pairs if pair[0] != "X-Amz-Security-Token"]
    if len(bare) != len(situation.pairs):
        yield recipe._replace(query=_join(sorted(bare))), what
    headers = tuple(pair for pair in recipe.headers if pair[0] != "x-amz-security-token")
    if len(headers) != len(recipe.headers):
        yield recipe._replace(headers=headers, signed_headers=";".join(name for name, _ in headers)), what
        yield recipe._replace(headers=headers), what


def _payload(recipe: Recipe, situation: Situation) -> Variations:
    body = situation.received.request.body or b""
    yield recipe._replace(payload=EMPTY_SHA256), "the client signed the hash of an empty body"
    yield recipe._replace(payload=UNSIGNED_PAYLOAD), "the client signed UNSIGNED-PAYLOAD; this service wants a hash"
    yield (
        recipe._replace(payload=_hash(body)),
        "the client signed the hash of the body; the service expects another word",
    )
    yield recipe._replace(payload=recipe.payload.upper()), "the client wrote the payload hash in capital letters"
    yield recipe._replace(payload=""), "the client left out the payload hash"
    yield recipe._replace(payload=body.decode("utf-8", "surrogateescape")), "the client signed the body, not its hash"
    yield recipe._replace(payload=_hash(recipe.payload.encode())), "the client hashed the body twice"
    for other, what in _other_bodies(body):
        yield recipe._replace(payload=_hash(other)), f"the client hashed another body: {what}"


def _other_bodies(body: bytes) -> Iterator[tuple[bytes, str]]:
    yield body.rstrip(b"\r\n"), "without the line break at its end"
    yield body + b"\n", "with a line break at its end"
    yield body.replace(b"\r\n", b"\n"), "with line breaks `\\n` where `\\r\\n` was sent"
    yield body.replace(b"\n", b"\r\n"), "with line breaks `\\r\\n` where `\\n` was sent"
    yield body.removeprefix(b"\xef\xbb\xbf"), "without its byte order mark"
    with suppress(ValueError, RecursionError):
        document = json.loads(body)
        for separators in ((",", ":"), (", ", ": ")):
            for sort in (False, True):
                for ascii_only in (True, False):
                    text = json.dumps(document, separators=separators, sort_keys=sort, ensure_ascii=ascii_only)
                    yield text.encode("utf-8", "surrogatepass"), "the same JSON, written differently"
        yield json.dumps(body.decode()).encode(), "the JSON, encoded as JSON once more"
    with suppress(UnicodeDecodeError):
        yield body.decode("latin-1").encode(), "with another encoding of its characters"
        yield body.decode().encode("latin-1", "replace"), "with another encoding of its characters"


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


def _method(recipe: Recipe, situation: Situation) -> Variations:
    for method in ("GET", "PUT", "POST", "HEAD", "DELETE", "PATCH", "OPTIONS"):
        if method != recipe.method:
            yield recipe._replace(method=method), f"the client signed the method {method}, but {recipe.method} was sent"
    yield recipe._replace(method=recipe.method.lower()), "the client wrote the method in small letters"


IN_THE_REQUEST = (
    UsualMistake(
        "path-encoding",
        "path",
        "S3 wants the path encoded once, as it is sent; all others want what is sent encoded once more",
        _encoding_of_path,
    ),
    UsualMistake(
        "path-normalization", "path", "S3 keeps `//`, `.` and `..`; all others resolve them first", _normalization
    ),
    UsualMistake("path-end", "path", "sign the very path that is sent; a proxy may have changed it", _end_of_path),
    UsualMistake("query-order", "query", "encode names and values first, then sort by name and value", _order_of_query),
    UsualMistake(
        "query-encoding",
        "query",
        "encode every byte but letters, digits and `-._~`, once, with capital letters: a space is `%20`",
        _encoding_of_query,
    ),
    UsualMistake("session-token", "headers", "add X-Amz-Security-Token first, then sign", _token),
    UsualMistake("query-parts", "query", "sign every parameter that is sent; `?acl` is `acl=`", _missing_in_query),
    UsualMistake("method", "method", "a signature is good for one method; sign the one that is sent", _method),
    UsualMistake(
        "host", "headers", "sign the Host that arrives at the service, port included unless it is the default", _host
    ),
    UsualMistake(
        "content-type",
        "headers",
        "set Content-Type yourself before signing, or leave it unsigned: HTTP clients add to it",
        _content_type,
    ),
    UsualMistake(
        "header-values",
        "headers",
        "trim values, collapse inner spaces, join repeats with `,` in their order",
        _trimming,
    ),
    UsualMistake(
        "header-names", "headers", "write names in small letters, sort them, and join them with `;`", _names_of_headers
    ),
    UsualMistake("payload", "payload", "hash the very bytes that are sent, in small hex", _payload),
    UsualMistake(
        "header-left-out", "headers", "sign each header that SignedHeaders lists, with the value sent", _header_left_out
    ),
)

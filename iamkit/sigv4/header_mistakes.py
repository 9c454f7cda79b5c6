"""The usual mistakes in the headers of a canonical request, the session token among them (A3, A7, A17)."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import md5

from iamkit.sigv4.parameters import TOKEN
from iamkit.sigv4.recipe import MOST_NAMES, Recipe, Situation, UsualMistake, Variations

_PORTS = ("443", "80", "8080", "8443", "8000", "4566", "9000", "5000", "3000")
_TYPES = ("application/json", "application/x-www-form-urlencoded", "text/plain", "application/octet-stream")
_CHARSETS = ("", "; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8")
# What clients send and what proxies make of it, by header.
_OF_PROXIES = {
    "accept-encoding": (
        "identity",
        "gzip",
        "gzip, deflate",
        "gzip, deflate, br",
        "gzip, deflate, br, zstd",
        "gzip, br",
        "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
        "*",
    ),
    "accept": ("*/*", "application/json", "application/json, text/plain, */*"),
    "connection": ("keep-alive", "Keep-Alive", "close"),
    "cache-control": ("no-cache", "no-store", "max-age=0"),
    "expect": ("100-continue",),
    "te": ("trailers",),
    "transfer-encoding": ("chunked",),
    "x-forwarded-proto": ("http", "https"),
    "x-forwarded-port": ("80", "443"),
}


def _host(recipe: Recipe, situation: Situation) -> Variations:
    received = situation.received.values
    sent = received.get("host")
    if sent is None:
        return
    name, colon, port = sent.rpartition(":")
    if colon and port.isdigit():
        yield _header(recipe, "host", name), f"the client signed the host `{name}` without the port `:{port}`"
    else:
        for port in _PORTS:
            host = f"{sent}:{port}"
            yield _header(recipe, "host", host), f"the client signed the host with a port, `{host}`; `{sent}` was sent"
    what = f"the client signed the host in lowercase, `{sent.lower()}`; `{sent}` was sent"
    yield _header(recipe, "host", sent.lower()), what
    for host in _hosts_before_proxy(received):
        what = f"the client signed the host `{host}`; a proxy changed it to `{sent}`"
        yield _header(recipe, "host", host), what
    for start, end in (("https://", ""), ("http://", ""), ("https://", "/"), ("", "/"), ("", ".")):
        host = f"{start}{sent}{end}"
        what = f"the client signed the host as `{host}`; the service wants the name alone, `{sent}`"
        yield _header(recipe, "host", host), what
    for host in _hosts_of_service(sent, situation):
        yield _header(recipe, "host", host), f"the client signed another host, `{host}`; `{sent}` was sent"


def _hosts_before_proxy(received: Mapping[str, str]) -> Iterator[str]:
    for header in ("x-forwarded-host", "x-original-host", "x-forwarded-server"):
        for host in received.get(header, "").split(",")[:MOST_NAMES]:
            yield host.strip()
            if ":" not in host and "x-forwarded-port" in received:
                yield f"{host.strip()}:{received['x-forwarded-port']}"
    for found in re.findall(r'host="?([^";,]+)', received.get("forwarded", ""), re.IGNORECASE)[:MOST_NAMES]:
        yield found.strip()


def _hosts_of_service(sent: str, situation: Situation) -> Iterator[str]:
    service, region = situation.service, situation.region
    yield from (
        f"{service}.{region}.amazonaws.com",
        f"{service}.amazonaws.com",
        f"{sent}.{service}.{region}.amazonaws.com",
    )
    first, _, rest = sent.partition(".")
    if "." in rest:
        yield rest
    segment = situation.received.path.strip("/").partition("/")[0]
    if segment:
        yield f"{segment}.{sent}"
    yield from (
        f"{first}.{service}.amazonaws.com",
        f"{first}.{service}.{region}.amazonaws.com",
        "localhost",
        "127.0.0.1",
    )


def _header(recipe: Recipe, name: str, value: str) -> Recipe:
    return recipe._replace(headers=tuple([(n, value if n == name else v) for n, v in recipe.headers]))


def _content_type(recipe: Recipe, situation: Situation) -> Variations:
    sent = dict(recipe.headers).get("content-type")
    if sent is None:
        return
    bare = sent.partition(";")[0].strip()
    for kind in (bare, "", *(item for item in _TYPES if item != bare)):
        for charset in _CHARSETS if kind else ("",):
            value = f"{kind}{charset}"
            signed = f"the Content-Type `{value}`" if value else "an empty Content-Type"
            what = f"the client signed {signed}, but `{_short(sent)}` was sent"
            yield _header(recipe, "content-type", value), what


def _changed_on_the_way(recipe: Recipe, situation: Situation) -> Variations:
    length = str(len(situation.received.request.body or b""))
    for name, sent in recipe.headers:
        usual = ("0", "-1", length) if name == "content-length" else _OF_PROXIES.get(name, ())
        for value in usual:
            what = (
                f"the client signed `{name}: {value}`, but `{_short(sent)}` arrived: HTTP clients and proxies change it"
            )
            yield _header(recipe, name, value), what


def _lost(recipe: Recipe, situation: Situation) -> Variations:
    """Give signed headers that did not arrive what they usually say; `explain` has the words."""
    for name, _ in recipe.headers:
        if name not in situation.received.values:
            for value in _usual_values(name, situation.received.request.body or b""):
                yield _header(recipe, name, value), ""


def _usual_values(name: str, body: bytes) -> Sequence[str]:
    if name == "content-length":
        return (str(len(body)), "0")
    if name == "content-type":
        return [f"{kind}{charset}" for kind in _TYPES for charset in _CHARSETS]
    if name == "content-md5":
        return (b64encode(md5(body, usedforsecurity=False).digest()).decode(),)
    return _OF_PROXIES.get(name, ())


def _values_of_headers(recipe: Recipe, situation: Situation) -> Variations:
    raw = _gather(situation, lambda value: value)
    outer = _gather(situation, lambda value: value.strip(" \t\r\n"))
    clean = _gather(situation, _trim)
    what = "the client kept the spaces around the values of headers; the service trims them"
    yield _values(recipe, raw, ","), what
    what = "the client kept runs of spaces inside the values of headers; the service makes one space of them"
    yield _values(recipe, outer, ","), what
    twice = next((name for name, values in clean.items() if len(values) > 1), "")
    for comma in (", ", ";", "; ", " "):
        what = f"the client joined the headers named `{twice}` with `{comma}`; the service wants `,` alone"
        yield _values(recipe, clean, comma), what
    for which, at in (("first", 0), ("last", -1)):
        only = {name: [values[at]] for name, values in clean.items()}
        what = f"the client signed only the {which} of the headers named `{twice}`; the service joins all with `,`"
        yield _values(recipe, only, ","), what
    ordered = {name: sorted(values) for name, values in clean.items()}
    what = f"the client sorted the values of the headers named `{twice}`; the service keeps their order"
    yield _values(recipe, ordered, ","), what
    lines = tuple([(name, value) for name, joined in recipe.headers for value in clean.get(name, [joined])])
    what = f"the client wrote a line for each of the headers named `{twice}`; the service joins them in one"
    yield recipe._replace(headers=lines), what
    small = tuple([(name, value.lower()) for name, value in recipe.headers])
    yield (
        recipe._replace(headers=small),
        "the client wrote the values of headers in lowercase; they stay as they are",
    )
    spaced = tuple([(name, f" {value}") for name, value in recipe.headers])
    yield recipe._replace(headers=spaced), "the client put a space after each header's colon; the service wants none"


def _trim(value: str) -> str:
    return re.sub(r"[ \t\r\n]+", " ", value).strip(" ")


def _gather(situation: Situation, clean: Callable[[str], str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in situation.received.request.headers:
        found.setdefault(name.lower(), []).append(clean(value))
    return found


def _values(recipe: Recipe, values: Mapping[str, list[str]], comma: str) -> Recipe:
    headers = tuple([(name, comma.join(values[name]) if name in values else value) for name, value in recipe.headers])
    return recipe._replace(headers=headers)


def _characters_of_headers(recipe: Recipe, situation: Situation) -> Variations:
    for change in (_read_as_latin_1, _written_in_latin_1):
        headers = [(name, change(value)) for name, value in recipe.headers]
        changed = [n for n, pair in enumerate(headers) if pair != recipe.headers[n]]
        for some in (changed, *([n] for n in changed[:MOST_NAMES])):
            if some:
                chosen = frozenset(some)
                made = tuple([headers[n] if n in chosen else pair for n, pair in enumerate(recipe.headers)])
                yield recipe._replace(headers=made), _wrong_characters(*recipe.headers[some[0]], change)


def _wrong_characters(name: str, sent: str, change: Callable[[str], str]) -> str:
    if change is _written_in_latin_1:
        return f"the client signed `{name}` in Latin-1, but sent it in UTF-8"
    if sent.isprintable():
        return f"the client took the UTF-8 of `{name}` for Latin-1 and encoded it again; it arrived in UTF-8"
    return f"the client signed `{name}` in UTF-8, but sent it in Latin-1"


def _read_as_latin_1(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("latin-1")


def _written_in_latin_1(value: str) -> str:
    try:
        return value.encode("latin-1").decode("utf-8", "surrogateescape")
    except UnicodeError:
        return value


def _names_of_headers(recipe: Recipe, situation: Situation) -> Variations:
    sent = {name.lower(): name for name, _ in reversed(situation.received.request.headers)}
    values, presented = dict(recipe.headers), situation.presented.signed_headers
    names = list(values)
    as_sent = dict.fromkeys(name.lower() for name, _ in situation.received.request.headers)
    as_said = [name for name in presented.split(";") if name.lower() in values]
    by_byte = sorted(sent.get(name, name) for name in names)
    orders = []
    for order in (names, [name for name in as_sent if name in values], as_said, by_byte):
        small = [name.lower() for name in order]
        orders += [small, [sent.get(name, name) for name in small]]
    lists = dict.fromkeys((presented, *(";".join(order) for order in orders)))
    for written in orders:
        headers = tuple([(name, values[name.lower()]) for name in written])
        for listed in lists if written == names else (recipe.signed_headers, presented, ";".join(written)):
            what = _wrong_names(names, written, listed)
            yield recipe._replace(headers=headers, signed_headers=listed), f"the client {what}"


def _wrong_names(right: list[str], written: list[str], listed: str) -> str:
    lines, names = written != right, listed != ";".join(right)
    where = "list of signed headers" if names else "headers"
    if lines and names:
        where = "headers and their list"
    wrong = written if lines else listed.split(";")
    if [name.lower() for name in wrong] == right:
        return f"did not write the names in the {where} in lowercase; the service wants `host`, not `Host`"
    return f"did not sort the {where}; the service sorts by the names in lowercase"


def _list_of_headers(recipe: Recipe, situation: Situation) -> Variations:
    listed = recipe.signed_headers
    for comma in (",", ", ", "; ", " "):
        what = f"the client joined the signed headers with `{comma}`; the service joins them with `;`"
        yield recipe._replace(signed_headers=listed.replace(";", comma)), what
    arrived = f"SignedHeaders is `{_short(listed)}`"
    for shorter in ("host", "host;x-amz-date", "host;x-amz-content-sha256;x-amz-date"):
        what = f"the client wrote `{shorter}` as the line of signed headers, but {arrived}"
        yield recipe._replace(signed_headers=shorter), what
    yield recipe._replace(signed_headers=""), f"the client left the line of signed headers empty, but {arrived}"
    what = "the client put a `;` after the last of the signed headers; the service wants none there"
    yield recipe._replace(signed_headers=f"{listed};"), what


def _headers_left_out(recipe: Recipe, situation: Situation) -> Variations:
    for name, value in recipe.headers[:MOST_NAMES]:
        headers = tuple([pair for pair in recipe.headers if pair[0] != name])
        listed = ";".join([pair[0] for pair in headers])
        what = f"the client did not sign the header `{name}`, but SignedHeaders lists it"
        yield recipe._replace(headers=headers, signed_headers=listed), what
        what = f"the client left out the line of the header `{name}`; every header in SignedHeaders has a line"
        yield recipe._replace(headers=headers), what
        if value:
            what = f"the client signed an empty `{name}`, but `{_short(value)}` was sent"
            yield _header(recipe, name, ""), what


def _headers_not_listed(recipe: Recipe, situation: Situation) -> Variations:
    """What arrived beside the signed headers, in the canonical request nevertheless."""
    others = [pair for pair in situation.received.values.items() if pair[0] not in situation.names.names]
    everything = [pair for pair in others if pair[0] != "authorization"]
    for added in (everything, *([pair] for pair in everything[:MOST_NAMES])):
        headers = tuple(sorted([*recipe.headers, *added]))
        listed = ", ".join(f"`{name}`" for name, _ in added)
        what = f"the client signed {_short(listed)} too, but SignedHeaders does not list that"
        yield recipe._replace(headers=headers), what
        yield recipe._replace(headers=headers, signed_headers=";".join([name for name, _ in headers])), what


def _token(recipe: Recipe, situation: Situation) -> Variations:
    what = "the client added the session token after signing; this service wants it signed"
    bare = [pair for pair in situation.pairs if pair[0] != TOKEN]
    if len(bare) != len(situation.pairs):
        query = "&".join([f"{name}={value}" for name, value in sorted(bare)])
        yield recipe._replace(query=query), what
    headers = tuple([pair for pair in recipe.headers if pair[0] != TOKEN.lower()])
    if len(headers) != len(recipe.headers):
        yield recipe._replace(headers=headers, signed_headers=";".join([name for name, _ in headers])), what
        yield recipe._replace(headers=headers), what


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


LOST_HEADERS = (
    UsualMistake("header-not-sent", "send every header that SignedHeaders lists; a proxy may have removed it", _lost),
)
SESSION_TOKEN = UsualMistake("session-token", "add X-Amz-Security-Token first, then sign", _token)
IN_THE_HEADERS = (
    UsualMistake("host", "sign the Host that arrives at the service, port included unless it is the default", _host),
    UsualMistake(
        "content-type",
        "set Content-Type yourself before signing, or leave it unsigned: HTTP clients add to it",
        _content_type,
    ),
    UsualMistake("header-changed", "leave such headers unsigned, or send what you signed", _changed_on_the_way),
    UsualMistake(
        "header-values", "trim values, collapse inner spaces, join repeats with `,` in their order", _values_of_headers
    ),
    UsualMistake("header-values", "send ASCII alone, or keep to one encoding of characters", _characters_of_headers),
    UsualMistake("header-names", "write names in lowercase, sort them, and join them with `;`", _names_of_headers),
    UsualMistake("header-names", "write the names that SignedHeaders lists, joined with `;`", _list_of_headers),
    UsualMistake(
        "header-left-out", "sign each header that SignedHeaders lists, with the value sent", _headers_left_out
    ),
    UsualMistake("header-not-listed", "list in SignedHeaders what you sign, and nothing else", _headers_not_listed),
)

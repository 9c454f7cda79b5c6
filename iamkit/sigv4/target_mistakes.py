"""The usual mistakes in the method, the path and the query of a canonical request (A2, A17)."""

from __future__ import annotations

import re
import unicodedata

from iamkit.sigv4.canonical import canonical_path, decode_parameter, encode_parameter
from iamkit.sigv4.parameters import ALGORITHM, CREDENTIAL, DATE, EXPIRES, SIGNATURE, SIGNED_HEADERS, TOKEN
from iamkit.sigv4.recipe import MOST_NAMES, Recipe, Situation, UsualMistake, Variations
from iamkit.sigv4.rules import ServiceRules

_OF_SIGNING = (ALGORITHM, CREDENTIAL, DATE, EXPIRES, SIGNED_HEADERS, TOKEN)
# What libraries leave as it is beside the unreserved characters, the shorter lists first.
_LEFT_ALONE = ("*", "!*'()", ":", "@", ":@", ",", "=", "&", "+", "!$&'()*+,;=:@")


def _method(recipe: Recipe, situation: Situation) -> Variations:
    for method in ("GET", "PUT", "POST", "HEAD", "DELETE", "PATCH", "OPTIONS"):
        if method != recipe.method:
            yield recipe._replace(method=method), f"the client signed the method {method}, but {recipe.method} was sent"
    lower, upper = recipe.method.lower(), recipe.method.upper()
    for written, sent in ((lower, upper), (upper, lower)):
        if recipe.method == sent:
            yield recipe._replace(method=written), f"the client signed the method {written}, but {sent} was sent"


def _encoding_of_path(recipe: Recipe, situation: Situation) -> Variations:
    rules, sent = situation.rules, situation.received.path or "/"
    encoded_once = encode_parameter(decode_parameter(sent)).replace("%2F", "/")
    # What the service's last encoding is applied to: for S3 the decoded path, for others the path as it is sent.
    raw = decode_parameter(recipe.path)
    plain = decode_parameter(raw)
    if rules.encode_path_twice:
        once = ServiceRules(encode_path_twice=False, normalize_path=rules.normalize_path)
        what = "the client encoded the path once; this service encodes it twice"
        yield recipe._replace(path=canonical_path(sent, once)), what
        yield recipe._replace(path=raw), what
        yield recipe._replace(path=encoded_once), f"{what}, and resolves dots and double slashes first"
    else:
        twice = ServiceRules(encode_path_twice=True, normalize_path=rules.normalize_path)
        what = "the client encoded the path twice; this service encodes it once"
        yield recipe._replace(path=canonical_path(sent, twice)), what
    what = "the client signed the path as it is sent; this service encodes it anew"
    yield recipe._replace(path=sent), what
    yield (
        recipe._replace(path=decode_parameter(sent)),
        "the client did not encode the path; the service wants it encoded",
    )
    yield recipe._replace(path=plain), "the client did not encode the path; the service wants it encoded"
    thrice = encode_parameter(recipe.path).replace("%2F", "/")
    yield recipe._replace(path=thrice), "the client encoded the path once too often"
    slashes = encode_parameter(raw)
    yield recipe._replace(path=slashes), "the client encoded the slashes of the path as `%2F`; they stay as they are"


def _characters_of_path(recipe: Recipe, situation: Situation) -> Variations:
    path = recipe.path
    yield recipe._replace(path=_small(path)), _SMALL_ESCAPES
    yield recipe._replace(path=path.replace("~", "%7E")), "the client encoded `~` as `%7E`; it stays as it is"
    what = "the client wrote a space in the path as `+`; the service wants `%20`"
    yield recipe._replace(path=path.replace("%20", "+")), what
    yield recipe._replace(path=path.replace("%2520", "%2B")), what
    for kept in _LEFT_ALONE:
        yield recipe._replace(path=_leave(path, kept)), _left_alone(path, kept, "path")
    # A letter with its accent can be one character or two, and a file system may change the one to the other.
    for form in ("NFC", "NFD"):
        text = decode_parameter(decode_parameter(path))
        other = encode_parameter(unicodedata.normalize(form, text)).replace("%2F", "/")
        if situation.rules.encode_path_twice:
            other = encode_parameter(other).replace("%2F", "/")
        what = f"the client signed the path's accents in the Unicode form {form}, but another form was sent"
        if other != path:
            yield recipe._replace(path=other), what


def _leave(encoded: str, kept: str) -> str:
    for character in kept:
        encoded = encoded.replace(f"%{ord(character):02X}", character)
    return encoded


def _left_alone(encoded: str, kept: str, where: str) -> str:
    character = next((one for one in kept if f"%{ord(one):02X}" in encoded), kept[0])
    escape = f"%{ord(character):02X}"
    return f"the client left `{character}` in the {where} as it is; the service wants `{escape}`"


def _normalization(recipe: Recipe, situation: Situation) -> Variations:
    rules, sent = situation.rules, situation.received.path or "/"
    if rules.normalize_path:
        other = ServiceRules(rules.encode_path_twice, normalize_path=False)
        what = "the client kept dots or double slashes in the path; this service wants a normalized path"
        yield recipe._replace(path=canonical_path(sent, other)), what
    else:
        other = ServiceRules(rules.encode_path_twice, normalize_path=True)
        what = "the client normalized the path; this service keeps its dots and double slashes"
        yield recipe._replace(path=canonical_path(sent, other)), what
        what = "the client wrote `//` in the path as `/`; this service keeps it"
        yield recipe._replace(path=re.sub("//+", "/", recipe.path)), what


def _parts_of_path(recipe: Recipe, situation: Situation) -> Variations:
    path, sent = recipe.path, situation.received.path or "/"
    host = situation.received.values.get("host", "")
    if path.endswith("/"):
        what = "the client left out the slash at the end of the path; the path that arrived has one"
        yield recipe._replace(path=path.rstrip("/") or ""), what if path != "/" else _EMPTY_PATH
    else:
        what = "the client signed a slash at the end of the path; the path that arrived has none"
        yield recipe._replace(path=f"{path}/"), what
    yield recipe._replace(path="/"), f"the client signed the path `/`, but `{_short(sent)}` arrived"
    yield recipe._replace(path=""), f"the client signed no path, but `{_short(sent)}` arrived"
    yield recipe._replace(path=path[1:]), "the client left out the slash at the start of the path; it begins with `/`"
    for query in ("&".join(_raw_pieces(situation)), recipe.query):
        if query:
            what = "the client left the query in the path; it has a line of its own"
            yield recipe._replace(path=f"{path}?{query}"), what
            yield recipe._replace(path=f"{path}?{query}", query=""), what
    yield (
        recipe._replace(path=f"{path}?"),
        "the client left a `?` at the end of the path; the service wants the path alone",
    )
    for scheme in ("https://", "http://"):
        what = f"the client signed the whole URL with `{scheme}` and the host; the service wants the path alone"
        yield recipe._replace(path=f"{scheme}{host}{path}"), what
    for count in (1, 2):
        segments = path.split("/")
        if len(segments) > count + 1:
            lost = "/".join(segments[: count + 1])
            what = f"the client signed the path without `{_short(lost)}`, with which it arrived"
            yield recipe._replace(path="/" + "/".join(segments[count + 1 :])), what
    bucket = host.partition(".")[0]
    yield (
        recipe._replace(path=f"/{bucket}{path}"),
        f"the client signed the bucket `{bucket}` in the path, but it was sent in the host",
    )


_EMPTY_PATH = "the client left the path's line empty; an empty path is `/`"
_SMALL_ESCAPES = "the client wrote escapes in lowercase, as in `%2f`; the service wants uppercase, as in `%2F`"


def _order_of_query(recipe: Recipe, situation: Situation) -> Variations:
    pairs = situation.pairs
    yield recipe._replace(query=_join(pairs)), "the client did not sort the query; the service sorts it by name"
    decoded = [(decode_parameter(name), decode_parameter(value)) for name, value in pairs]
    order = sorted(range(len(pairs)), key=lambda n: decoded[n])
    what = "the client sorted the query, then encoded it; the service encodes first and sorts then"
    yield recipe._replace(query=_join([pairs[n] for n in order])), what
    by_name = sorted(pairs, key=lambda pair: pair[0])
    what = "the client sorted the query by name only; the service sorts parameters of the same name by value"
    yield recipe._replace(query=_join(by_name)), what
    what = "the client sorted the query's pieces with their `=`; the service sorts by name first, then by value"
    yield recipe._replace(query="&".join(sorted(f"{name}={value}" for name, value in pairs))), what
    what = "the client sorted the query without regard to case; the service sorts uppercase before lowercase letters"
    yield recipe._replace(query=_join(sorted(pairs, key=lambda pair: (pair[0].lower(), pair[1])))), what
    yield recipe._replace(query=_join(sorted(pairs, key=lambda pair: pair[0].lower()))), what


def _encoding_of_query(recipe: Recipe, situation: Situation) -> Variations:
    query, pairs = recipe.query, sorted(situation.pairs)
    raw = _raw_pieces(situation)
    decoded = sorted((decode_parameter(name), decode_parameter(value)) for name, value in pairs)
    yield recipe._replace(query=query.replace("%20", "+")), "the client wrote a space as `+`; the service wants `%20`"
    what = "the client took a `+` for a space; for the service it is a plus, `%2B`"
    yield recipe._replace(query=query.replace("%2B", "%20")), what
    form = "&".join(f"{_form(name)}={_form(value)}" for name, value in pairs)
    yield (
        recipe._replace(query=form),
        "the client encoded the query as forms do; the service wants `%20` and `~`, not `+` and `%7E`",
    )
    yield recipe._replace(query=_join(decoded)), "the client did not encode the query; the service wants it encoded"
    what = "the client signed the query as it is sent; the service encodes and sorts it anew"
    yield recipe._replace(query="&".join(sorted(raw))), what
    yield recipe._replace(query="&".join(raw)), what
    twice = sorted((encode_parameter(name), encode_parameter(value)) for name, value in pairs)
    yield recipe._replace(query=_join(twice)), "the client encoded the query twice; the service encodes it once"
    yield recipe._replace(query=_small(query)), _SMALL_ESCAPES
    for kept in ("/", *_LEFT_ALONE):
        left = sorted((_leave(name, kept), _leave(value, kept)) for name, value in pairs)
        yield recipe._replace(query=_join(left)), _left_alone(query, kept, "query")
    what = "the client encoded `~` as `%7E`; it stays as it is"
    yield recipe._replace(query=_join(sorted((_tilde(name), _tilde(value)) for name, value in pairs))), what
    what = "the client wrote `&amp;` between the parameters, as HTML does; the service wants `&`"
    yield recipe._replace(query=query.replace("&", "&amp;")), what
    what = "the client put a `?` before the query; the service wants the query alone"
    yield recipe._replace(query=f"?{query}"), what


def _raw_pieces(situation: Situation) -> list[str]:
    pieces = situation.received.request.query.split("&")
    return [piece for piece in pieces if piece and not piece.startswith(f"{SIGNATURE}=")]


def _form(encoded: str) -> str:
    return _tilde(encoded.replace("%20", "+").replace("%2A", "*"))


def _tilde(encoded: str) -> str:
    return encoded.replace("~", "%7E")


def _small(encoded: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), encoded)


def _encoding_of_parameters(recipe: Recipe, situation: Situation) -> Variations:
    """The parameters that a presigned URL adds hold characters that others seldom do: slashes, semicolons, pluses."""
    pairs = sorted(situation.pairs)
    for name in (CREDENTIAL, TOKEN, SIGNED_HEADERS):
        for change, what in (
            (encode_parameter, "encoded `{}` twice; the service encodes it once"),
            (decode_parameter, "did not encode `{}`; the service wants it encoded"),
            (lambda value: value.replace("%2B", "%20"), "took a `+` in `{}` for a space; the service wants `%2B`"),
        ):
            changed = [(own, change(value) if own == name else value) for own, value in pairs]
            yield recipe._replace(query=_join(changed)), f"the client {what.format(name)}"


def _parts_of_query(recipe: Recipe, situation: Situation) -> Variations:
    pairs = sorted(situation.pairs)
    yield recipe._replace(query=""), "the client left out the query; the service wants every parameter that is sent"
    bare = "&".join(f"{name}={value}" if value else name for name, value in pairs)
    yield (
        recipe._replace(query=bare),
        "the client left out the `=` of a parameter without value; `?acl` is signed as `acl=`",
    )
    what = "the client left out the parameters that have an empty value; the service wants them too"
    yield recipe._replace(query=_join([pair for pair in pairs if pair[1]])), what
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), "") if len(names) <= MOST_NAMES else ""
    for which, source in (("last", situation.pairs), ("first", situation.pairs[::-1])):
        what = f"the client kept only the {which} of the parameters named `{decode_parameter(twice)}`"
        yield recipe._replace(query=_join(sorted(dict(source).items()))), f"{what}; the service wants all of them"
    of_signing = [pair for pair in pairs if pair[0] in _OF_SIGNING]
    others = [pair for pair in pairs if pair[0] not in _OF_SIGNING]
    what = "the client signed the X-Amz- parameters alone; the service wants every parameter that is sent"
    yield recipe._replace(query=_join(of_signing)), what
    what = "the client signed the query without its X-Amz- parameters; the service wants them too"
    yield recipe._replace(query=_join(others)), what
    for n, (name, _) in enumerate(pairs[:MOST_NAMES]):
        what = f"the client did not sign the parameter `{_short(decode_parameter(name))}`; the service wants them all"
        yield recipe._replace(query=_join(pairs[:n] + pairs[n + 1 :])), what


def _join(pairs: list[tuple[str, str]]) -> str:
    return "&".join([f"{name}={value}" for name, value in pairs])


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


_ENCODE = "encode every byte but letters, digits and `-._~`, once, with uppercase letters: a space is `%20`"
IN_THE_TARGET = (
    UsualMistake("path-normalization", "S3 keeps `//`, `.` and `..`; all others resolve them first", _normalization),
    UsualMistake(
        "path-encoding",
        "S3 wants the path encoded once, as it is sent; all others want what is sent encoded once more",
        _encoding_of_path,
    ),
    UsualMistake("path-parts", "sign the very path that arrives; a proxy may have changed it", _parts_of_path),
    UsualMistake("query-order", "encode names and values first, then sort by name and value", _order_of_query),
    UsualMistake("query-encoding", _ENCODE, _encoding_of_query),
    UsualMistake("query-encoding", _ENCODE, _encoding_of_parameters),
    UsualMistake("query-parts", "sign every parameter that is sent; `?acl` is `acl=`", _parts_of_query),
    UsualMistake("method", "a signature is good for one method; sign the one that is sent", _method),
    UsualMistake("path-encoding", _ENCODE, _characters_of_path),
)

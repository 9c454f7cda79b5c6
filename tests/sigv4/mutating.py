"""A signed request with one thing changed, and the fault that the change must be refused for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from iamkit.sigv4 import Fault, HttpRequest

WRONG = frozenset({Fault.SIGNATURE_MISMATCH})
# Not in the form that A9.3 asks for, or in it and wrong: AWS's documents do not settle which is said.
MISSHAPEN = frozenset({Fault.SIGNATURE_MISMATCH, Fault.INCOMPLETE})


@dataclass(frozen=True)
class Mutation:
    """What was changed, the request that came of it, the faults that it may be refused for."""

    what: str
    request: HttpRequest
    faults: frozenset[Fault]


def one(fault: Fault) -> frozenset[Fault]:
    """Name a single fault."""
    return frozenset({fault})


def with_header(request: HttpRequest, name: str, change: Callable[[str], str | None]) -> HttpRequest:
    """Change the values of a header, or remove it where the change gives None."""
    headers = []
    for own, value in request.headers:
        new = change(value) if own.lower() == name.lower() else value
        if new is not None:
            headers.append((own, new))
    return request._replace(headers=tuple(headers))


def with_authorization(request: HttpRequest, old: str, new: str) -> HttpRequest:
    """Replace a text in the Authorization header, where it must stand once."""

    def swap(value: str) -> str:
        assert value.count(old) == 1, (old, value)
        return value.replace(old, new)

    return with_header(request, "Authorization", swap)


def with_more(request: HttpRequest, *headers: tuple[str, str]) -> HttpRequest:
    """Add headers at the end."""
    return request._replace(headers=(*request.headers, *headers))


def split(target: str) -> tuple[str, list[str]]:
    """Take a target apart into its path and the pieces of its query."""
    path, _, query = target.partition("?")
    return path, query.split("&") if query else []


def with_query(request: HttpRequest, pieces: list[str]) -> HttpRequest:
    """Put other pieces into the query."""
    path, _ = split(request.target)
    return request._replace(target=f"{path}?{'&'.join(pieces)}" if pieces else path)


def with_parameter(request: HttpRequest, name: str, *values: str) -> HttpRequest:
    """Give a query parameter these values instead; none removes it."""
    path, pieces = split(request.target)
    made: list[str] = []
    for piece in pieces:
        made += [f"{name}={value}" for value in values] if piece.partition("=")[0] == name else [piece]
    return request._replace(target=f"{path}?{'&'.join(made)}")


def changed_bodies(request: HttpRequest, faults: frozenset[Fault]) -> Iterator[Mutation]:
    """Change every byte, add one, take one away."""
    body = request.body or b""
    for index, byte in enumerate(body):
        other = body[:index] + bytes([byte ^ 1]) + body[index + 1 :]
        yield Mutation(f"body byte {index}", request._replace(body=other), faults)
    yield Mutation("a byte more", request._replace(body=body + b"\0"), faults)
    if body:
        yield Mutation("a byte less", request._replace(body=body[:-1]), faults)


def changed_paths(request: HttpRequest) -> Iterator[Mutation]:
    """Change every character; inside an escape that leaves an escape of something that is no hex digit."""
    path, _, query = request.target.partition("?")
    end = "?" + query if query else ""
    inside = {index + step for index, character in enumerate(path) if character == "%" for step in (1, 2)}
    for index in range(1, len(path)):
        other = path[:index] + ("x" if path[index] != "x" else "y") + path[index + 1 :]
        faults = one(Fault.MALFORMED_REQUEST) if index in inside else WRONG
        yield Mutation(f"path character {index}", request._replace(target=other + end), faults)
    yield Mutation("a longer path", request._replace(target=path + "x" + end), WRONG)


def changed_queries(request: HttpRequest, own: int) -> Iterator[Mutation]:
    """Change, remove, repeat each of the request's `own` first pairs, and put another before them."""
    _, pieces = split(request.target)
    for index, piece in enumerate(pieces[:own]):
        rest = [*pieces[:index], *pieces[index + 1 :]]
        yield Mutation(f"pair {index} changed", with_query(request, [*rest, piece + "x"]), WRONG)
        yield Mutation(f"pair {index} removed", with_query(request, rest), WRONG)
        yield Mutation(f"pair {index} repeated", with_query(request, [piece, *pieces]), WRONG)
    yield Mutation("a pair prepended", with_query(request, ["marker=1", *pieces]), WRONG)
    yield Mutation("a pair appended", with_query(request, [*pieces, "marker"]), WRONG)


def changed_headers(request: HttpRequest, names: tuple[str, ...]) -> Iterator[Mutation]:
    """Change, remove, rename, repeat each of these signed headers."""
    for name in names:
        yield Mutation(f"{name}: value", with_header(request, name, lambda value: value + "x"), WRONG)
        # HTTP itself asks for a Host: no document says what a service answers that gets none.
        gone = WRONG | one(Fault.HOST_NOT_SIGNED) if name == "host" else WRONG
        yield Mutation(f"{name}: removed", with_header(request, name, lambda value: None), gone)
        renamed = tuple((own + "x" if own.lower() == name else own, value) for own, value in request.headers)
        unsigned = one(Fault.HEADERS_NOT_SIGNED) if name.startswith("x-amz-") else gone
        yield Mutation(f"{name}: renamed", request._replace(headers=renamed), unsigned)
        again = Fault.INCOMPLETE if name == "host" else Fault.SIGNATURE_MISMATCH
        yield Mutation(f"{name}: repeated", with_more(request, (name, "more")), one(again))
    yield Mutation("an x-amz- header more", with_more(request, ("X-Amz-More", "1")), one(Fault.HEADERS_NOT_SIGNED))


def changed_lists(names: tuple[str, ...]) -> Iterator[tuple[str, str, frozenset[Fault]]]:
    """Change the list of signed headers: what was done, the list, the faults."""
    for name in names:
        rest = ";".join(other for other in names if other != name)
        fault = Fault.SIGNATURE_MISMATCH
        if name == "host":
            fault = Fault.HOST_NOT_SIGNED
        elif name.startswith("x-amz-"):
            fault = Fault.HEADERS_NOT_SIGNED
        # Without its only name the list is empty: there is nothing to read in it.
        yield f"{name} not listed", rest, one(fault) if rest else frozenset({fault, Fault.INCOMPLETE})
    if len(names) > 1:
        yield "list reordered", ";".join(reversed(names)), MISSHAPEN
    yield "a name that is not sent", ";".join((*names, "zzz")), WRONG
    yield "a name twice", ";".join((*names, names[-1])), MISSHAPEN
    # A3 wants the list in lower case; whether the capital name then counts as signed is not settled.
    capital = MISSHAPEN | {Fault.HOST_NOT_SIGNED, Fault.HEADERS_NOT_SIGNED}
    yield "a name in capitals", ";".join((names[0].upper(), *names[1:])), capital


def changed_signatures(signature: str) -> Iterator[tuple[str, str, frozenset[Fault]]]:
    """Change each nibble of a signature, and its shape."""
    for index, nibble in enumerate(signature):
        yield f"nibble {index}", signature[:index] + f"{int(nibble, 16) ^ 1:x}" + signature[index + 1 :], WRONG
    yield "signature cut", signature[:-1], MISSHAPEN
    yield "signature longer", signature + "0", MISSHAPEN
    yield "signature empty", "", frozenset({Fault.INCOMPLETE})
    if signature.upper() != signature:
        yield "signature in capitals", signature.upper(), MISSHAPEN


def changed_credentials(credential: str, *, temporary: bool) -> Iterator[tuple[str, str, frozenset[Fault]]]:
    """Change each part of `keyid/date/region/service/aws4_request`."""
    parts = credential.split("/")
    # With a token that belongs to another key, either may be named first.
    unknown = frozenset({Fault.UNKNOWN_KEY, Fault.BAD_TOKEN}) if temporary else one(Fault.UNKNOWN_KEY)
    yield "key ID", "/".join((parts[0] + "X", *parts[1:])), unknown
    for index, (what, other) in enumerate(
        (("date", "20150831"), ("region", "xx-east-1"), ("service", "sqs"), ("terminator", "aws5_request")), 1
    ):
        yield f"scope: {what}", "/".join((*parts[:index], other, *parts[index + 1 :])), one(Fault.WRONG_SCOPE)
        shorter = "/".join((*parts[:index], *parts[index + 1 :]))
        yield f"scope without {what}", shorter, one(Fault.BAD_CREDENTIAL)
    yield "a part more", credential + "/x", one(Fault.BAD_CREDENTIAL)
    yield "key ID alone", parts[0], one(Fault.BAD_CREDENTIAL)

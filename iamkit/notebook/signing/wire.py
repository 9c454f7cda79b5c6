"""A request as the text that travels, which somebody on the way may edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeVar

from iamkit.sigv4 import HttpRequest

T = TypeVar("T")
Header = tuple[str, str]

_VERSION = "HTTP/1.1"


class UnreadableMessage(ValueError):
    """The text is not an HTTP request."""

    def __init__(self, problem: str, help: str) -> None:
        super().__init__(f"{problem}\nhelp: {help}")


@dataclass(frozen=True, slots=True)
class Tampering:
    """One part of a message that did not arrive as it was sent; None where it was not sent or did not arrive."""

    name: str
    sent: str | None
    arrived: str | None


def write_message(request: HttpRequest) -> str:
    """Write a request as HTTP/1.1 does, with bare line feeds."""
    lines = [f"{request.method} {request.target} {_VERSION}", *map(_header_line, request.headers), ""]
    return "\n".join([*lines, (request.body or b"").decode("utf-8", "replace")])


def read_message(text: str) -> HttpRequest:
    """Read what `write_message` wrote, or what became of it; raise `UnreadableMessage`."""
    head, _, body = text.partition("\n\n")
    request_line, *header_lines = head.split("\n")
    method, space, rest = request_line.partition(" ")
    if not space:
        raise UnreadableMessage(f"line 1: `{request_line}` has no target", f"it is written as `GET / {_VERSION}`")
    target, _, version = rest.rpartition(" ")
    if not version.startswith("HTTP/"):
        target = rest
    return HttpRequest(method, target, read_headers(header_lines, first_line=2), body.encode())


def read_headers(lines: Sequence[str], first_line: int = 1) -> tuple[Header, ...]:
    """Read lines `Name: value`, keeping order, repeats and folded lines; raise `UnreadableMessage`."""
    headers: list[Header] = []
    for number, line in enumerate(lines, first_line):
        if not line:
            continue
        if line[:1] in (" ", "\t") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value}\n{line}")
            continue
        name, colon, value = line.partition(":")
        if not colon:
            raise UnreadableMessage(f"line {number}: no colon in `{line}`", "a header is written as `Name: value`")
        if not name or name != name.strip() or " " in name:
            raise UnreadableMessage(f"line {number}: `{name}` is no name of a header", "a name has no spaces")
        headers.append((name, value.removeprefix(" ")))
    return tuple(headers)


def carry(base: str, edited: str, sent: str) -> str:
    """Make the changes that lead from `base` to `edited` to another message.

    So what happens on the way stays the same when the client signs something else. Changed parts of a message that
    cannot be read stay as they are.
    """
    if edited == base:
        return sent
    if sent == base:
        return edited
    try:
        before, after, now = read_message(base), read_message(edited), read_message(sent)
    except UnreadableMessage:
        return edited
    path = after.path if after.path != before.path else now.path
    pieces = _carry_list(_pieces(before), _pieces(after), _pieces(now), _parameter_name)
    query = "&".join(pieces)
    return write_message(
        HttpRequest(
            after.method if after.method != before.method else now.method,
            f"{path}?{query}" if query else path,
            _carry_list(before.headers, after.headers, now.headers, _header_name),
            after.body if after.body != before.body else now.body,
        )
    )


def tampering(sent: HttpRequest, arrived: HttpRequest) -> tuple[Tampering, ...]:
    """List the parts that arrived changed, in the order of a message."""
    return tuple(
        Tampering(name, before, after)
        for name, before, after in (
            ("method", sent.method, arrived.method),
            ("path", sent.path, arrived.path),
            ("query", sent.query, arrived.query),
            *_header_changes(sent, arrived),
            ("body", _text(sent), _text(arrived)),
        )
        if before != after
    )


def _header_changes(sent: HttpRequest, arrived: HttpRequest) -> Iterator[tuple[str, str | None, str | None]]:
    before = dict(zip(numbered(sent.headers, _header_name), sent.headers, strict=True))
    after = dict(zip(numbered(arrived.headers, _header_name), arrived.headers, strict=True))
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        name = (old or new or key)[0]
        yield f"header {name}", old and old[1], new and new[1]


def _carry_list(before: Sequence[T], after: Sequence[T], now: Sequence[T], name_of: Callable[[T], str]) -> list[T]:
    names = numbered(before, name_of)
    replaced: dict[tuple[str, int], Sequence[T]] = {}
    # What was put after the piece of this name; None is the beginning.
    inserted: dict[tuple[str, int] | None, Sequence[T]] = {}
    matcher = SequenceMatcher(None, list(before), list(after), autojunk=False)
    for tag, start, stop, first, last in matcher.get_opcodes():
        if tag == "insert":
            inserted[names[start - 1] if start else None] = after[first:last]
        elif tag != "equal":
            replaced |= dict.fromkeys(names[start:stop], ())
            replaced[names[start]] = after[first:last]
    result = list(inserted.pop(None, ()))
    for name, piece in zip(numbered(now, name_of), now, strict=True):
        result += [*replaced.get(name, [piece]), *inserted.pop(name, ())]
    return result + [piece for pieces in inserted.values() for piece in pieces]


def numbered(pieces: Sequence[T], name_of: Callable[[T], str]) -> list[tuple[str, int]]:
    """Name each piece, with the number of those before it that have the same name."""
    names = [name_of(piece) for piece in pieces]
    return [(name, names[:index].count(name)) for index, name in enumerate(names)]


def _header_line(header: Header) -> str:
    return f"{header[0]}: {header[1]}"


def _header_name(header: Header) -> str:
    return header[0].lower()


def _pieces(request: HttpRequest) -> list[str]:
    return request.query.split("&") if request.query else []


def _parameter_name(piece: str) -> str:
    return piece.partition("=")[0]


def _text(request: HttpRequest) -> str:
    return (request.body or b"").decode("utf-8", "replace")

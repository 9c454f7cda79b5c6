"""The judge `canonical-request`: one text for every way in which a request can be written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any

from iamkit.course.judges.cases import Call, Judge, Refusal, same_text
from iamkit.course.judges.making import Made, Maker
from iamkit.sigv4 import HttpRequest, canonical_request

# What is said of a line that is not right, whatever the case; and in its own case what it is about.
_OF_LINES = {
    "method": "The first line is the method, as it is.",
    "path": "The path is encoded once more than it was sent, `%` too: `%20` becomes `%2520`. Each `/` stays.",
    "query": "The query is its pairs `name=value`, encoded, sorted and joined by `&`; without any, an empty line.",
    "header": "A line for each header, sorted: its name in small letters, `:`, its value.",
    "blank line": "Each header's line ends in a line break, the last one too: so a blank line follows them.",
    "signed headers": "The names of the headers in small letters, sorted, each once, joined by `;`.",
    "payload hash": "The last line is the SHA-256 of the body, in hex.",
}
_OF_CASES = {
    "headers in any order and case": ("header", "Headers are sorted by their names in small letters."),
    "spaces in header values": ("header", "Values are trimmed, and several spaces inside become one."),
    "a header that is sent twice": ("header", "One line for each name: the values joined by `,`, in their order."),
    "parameters out of order": (
        "query",
        "Parameters are sorted by name, and only then by value: as pairs, not as texts `name=value`.",
    ),
    "a parameter without a value": ("query", "Without a value there is an `=` all the same: `acl` becomes `acl=`."),
    "a parameter that is sent twice": ("query", "All of them stay, sorted by value."),
    "encoded characters in the query": (
        "query",
        "Decode each name and value, then encode all but letters, digits and `-._~`. A `+` is a plus: `%2B`.",
    ),
    "sorted as encoded": ("query", "Encode first, then sort: `%` stands before every letter and digit."),
}


def line_names(text: str) -> list[str]:
    """Name the lines of a canonical request."""
    lines = text.split("\n")
    headers = [f"header `{line.partition(':')[0]}`" for line in lines[3:-3]]
    return ["method", "path", "query", *headers, "blank line", "signed headers", "payload hash"]


def expected_text(made: Made) -> str:
    """Write the canonical request of every service but S3, with all headers signed."""
    request = HttpRequest(*made)
    return str(canonical_request(request, signed_headers=[name for name, _ in made.headers]))


def _judge(case: str, made: Made, value: Any) -> Refusal | None:
    wanted = expected_text(made)
    refusal = same_text(value, wanted, partial(_of_whole, made, wanted))
    if refusal is None or refusal.difference is None:
        return refusal
    names = line_names(wanted)
    name = names[min(refusal.difference.line, len(names)) - 1]
    kind = "header" if name.startswith("header") else name
    about, told = _OF_CASES.get(case, ("", ""))
    feedback = refusal.feedback or (told if about == kind else _OF_LINES[kind])
    return replace(refusal, feedback=feedback, difference=replace(refusal.difference, name=name))


def _of_whole(made: Made, wanted: str, value: str) -> str:
    """Name a mistake that only the whole text shows; "" leaves it to the line where the texts part."""
    if value.replace("\r\n", "\n") == wanted:
        return "Lines end in a line feed alone, `\\n`, without a carriage return."
    if value.rstrip("\n") == wanted:
        return "Nothing follows the payload hash, no line break either."
    if value.upper() == wanted.upper():
        return "Only capitals and small letters differ: `%2F` has capitals; hashes and names of headers have none."
    if made.body and value == wanted[:-64] + sha256(b"").hexdigest():
        return "The last line is the SHA-256 of this request's body, not of an empty one."
    return ""


def _call(case: str, made: Made) -> Call:
    return Call(tuple(made), expected_text(made), partial(_judge, case, made))


def _requests(name: str, count: int, make: Callable[[Maker], Made]) -> Iterator[Call]:
    maker = Maker(f"canonical-request {name} {count}")
    for _ in range(count):
        made = make(maker)
        yield _call(name, made._replace(headers=[*made.headers, ("X-Amz-Date", maker.date())]))


def _in_any_order(maker: Maker) -> Made:
    made = maker.request(headers=maker.headers(3))
    maker.random.shuffle(made.headers)
    return made


def _with_spaces(maker: Maker) -> Made:
    return maker.request(headers=[(name, maker.spaced(value)) for name, value in maker.headers(2)])


def _sent_twice(maker: Maker) -> Made:
    first, *others = maker.headers(2)
    return maker.request(headers=[first, *others, maker.repeated(first)])


def _names_with_a_common_beginning(maker: Maker) -> Made:
    """`a-b=1` stands before `a=2` as a text, and after it by its name."""
    name = maker.plain_pairs(1)[0][0]
    return maker.request(query=f"{name}-id=1&{name}=2&{name}1=3")


def _without_value(maker: Maker) -> Made:
    pieces = [maker.random.choice(("acl", "uploads", "versions", "tagging=")), maker.sorted_query(1)]
    maker.random.shuffle(pieces)
    return maker.request(query="&".join(pieces))


def _chain(*sources: Callable[[], Iterable[Call]]) -> Iterator[Call]:
    for source in sources:
        yield from source()


_CASES: dict[str, tuple[int, Callable[[Maker], Made]]] = {
    "a plain GET": (5, lambda maker: maker.request()),
    "a body": (12, lambda maker: maker.request(method="POST", body=maker.body())),
    "headers in any order and case": (15, _in_any_order),
    "spaces in header values": (15, _with_spaces),
    "a header that is sent twice": (12, _sent_twice),
    "parameters out of order": (15, lambda maker: maker.request(query=maker.shuffled_query(3))),
    "a parameter without a value": (10, _without_value),
    "a parameter that is sent twice": (15, lambda maker: maker.request(query=maker.repeated_query())),
    "encoded characters in the query": (25, lambda maker: maker.request(query=maker.encoded_query(2))),
    "sorted as encoded": (15, lambda maker: maker.request(query=maker.tricky_query())),
    "encoded characters in the path": (20, lambda maker: maker.request(path=maker.path(2))),
    "everything at once": (60, Maker.anything),
}


def _case(name: str) -> Callable[[], Iterable[Call]]:
    count, make = _CASES[name]
    made = partial(_requests, name, count, make)
    if name != "parameters out of order":
        return made
    return partial(_chain, made, partial(_requests, name, 3, _names_with_a_common_beginning))


CANONICAL_REQUEST = Judge(
    name="canonical-request",
    parameters=("method", "target", "headers", "body"),
    returns="a str",
    cases={name: _case(name) for name in _CASES},
)

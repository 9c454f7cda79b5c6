"""Make HTTP requests, more or less odd, the same ones for the same seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple
from urllib.parse import quote, unquote

from iamkit.sigv4 import Credentials

Pairs = list[tuple[str, str]]

# What is in these is sent as it is: nothing in it must be encoded.
_PARAMETERS = {
    "Action": ("GetUser", "ListRoles", "ListUsers"),
    "Version": ("2010-05-08", "2011-06-15"),
    "cursor": ("c3RhcnQ", "bmV4dA"),
    "filter": ("blue", "open", "z~1"),
    "limit": ("10", "2", "50"),
    "marker": ("2026-11-23", "v1.2"),
    "order": ("asc", "desc", "x_y"),
    "page": ("1", "2", "17"),
    "state": ("closed", "open", "waiting"),
    "tag": ("blue", "green", "red", "small"),
    "user": ("alice", "bob", "carol"),
}
# Written in a query as clients do: what must be encoded, what need not be, in capitals and small letters.
_ODD = (
    "a%20b", "%C3%A4", "%c3%a4", "50%25", "a%2Fb", "a%2fb", "a/b", "1+1", "%2B", "a:b", "b=c", "%41%7A", "(1)", "it's!",
    "*", "a,b", "%7E", "me@example.com", "%E2%82%AC", "%F0%9F%98%80", "a;b", "[0]", "%22q%22", "$1", "ä", "日本",
)  # fmt: skip
_SEGMENTS = (
    "my%20files", "r%C3%A9sum%C3%A9", "100%25", "a+b", "user@example.com", "v1.2", "(draft)", "a:b", "x=1", "a,b;c",
    "it's", "%2F", "日本", "%e2%82%ac", "$latest", "~home",
)  # fmt: skip
_HEADERS = {
    "Accept": ("application/json", "text/plain; q=0.5"),
    "Content-Language": ("de", "en-US"),
    "X-Amz-Meta-Color": ("blue", "dark green"),
    "X-Amz-Target": ("DynamoDB_20120810.GetItem", "AmazonSQS.SendMessage"),
    "X-Order-Id": ("4 711", "order-17"),
    "X-Request-Kind": ("dry run", "fast"),
}
_TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
LONG_TERM = Credentials("AKIDEXAMPLE", SECRET)


class Made(NamedTuple):
    """A request to sign, with its Host among the headers."""

    method: str
    target: str
    headers: Pairs
    body: bytes


class Maker:
    """Make the parts of requests from one stream of random numbers."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)

    def request(
        self,
        *,
        method: str = "GET",
        path: str = "/",
        query: str = "",
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
    ) -> Made:
        """Make a request to some host."""
        host = f"{self.random.choice(('iam', 'sts', 'sqs', 'api'))}.{self.random.choice(('amazonaws', 'example'))}.com"
        return Made(method, f"{path}?{query}" if query else path, [("Host", host), *headers], body)

    def date(self) -> str:
        """Make a time as `X-Amz-Date` has it."""
        whole = self.random.randrange
        return f"20{whole(16, 36)}{whole(1, 13):02}{whole(1, 29):02}T{whole(24):02}{whole(60):02}{whole(60):02}Z"

    def plain_pairs(self, count: int) -> Pairs:
        """Make pairs with names of their own, nothing in them to encode."""
        names = self.random.sample(list(_PARAMETERS), count)
        return [(name, self.random.choice(_PARAMETERS[name])) for name in names]

    def sorted_query(self, count: int) -> str:
        return joined(sorted(self.plain_pairs(count)))

    def shuffled_query(self, count: int) -> str:
        """Make a query whose names are not in order."""
        pairs = self.plain_pairs(count)
        while pairs == sorted(pairs):
            self.random.shuffle(pairs)
        return joined(pairs)

    def encoded_query(self, count: int) -> str:
        """Make a query with odd values, whose order is the same before and after encoding."""
        while True:
            pairs = [
                (name if self.random.random() < 0.8 else f"{name}%5B{self.random.randrange(9)}%5D", value)
                for (name, _), value in zip(self.plain_pairs(count), self.random.sample(_ODD, count), strict=True)
            ]
            if not trickily_sorted(pairs):
                return joined(pairs)

    def tricky_query(self) -> str:
        """Make a query that sorting before encoding brings into another order."""
        while True:
            pairs = self.plain_pairs(2) + self.odd_names(2)
            self.random.shuffle(pairs)
            if _order(pairs, _decoded) != _order(pairs, _encoded):
                return joined(pairs)

    def odd_names(self, count: int) -> Pairs:
        names = self.random.sample([odd for odd in _ODD if "=" not in odd], count)
        return [(name, str(self.random.randrange(10))) for name in names]

    def repeated_query(self) -> str:
        """Make a query in which a name stands several times, its values not in order."""
        name = self.random.choice([name for name, values in _PARAMETERS.items() if len(values) > 2])
        values = self.random.sample(_PARAMETERS[name], self.random.choice((2, 3)))
        while values == sorted(values):
            self.random.shuffle(values)
        return joined([(name, value) for value in values] + self.plain_pairs(1))

    def path(self, segments: int) -> str:
        """Make a path with characters to encode, those that the client has encoded already among them."""
        return "/" + "/".join(self.random.sample(_SEGMENTS, segments))

    def headers(self, count: int) -> Pairs:
        """Make headers with names in any case, in any order."""
        names = self.random.sample(list(_HEADERS), count)
        return [(self.any_case(name), self.random.choice(_HEADERS[name])) for name in names]

    def repeated(self, header: tuple[str, str]) -> tuple[str, str]:
        """Make the same header once more, with some value of its own."""
        canonical = next(name for name in _HEADERS if name.lower() == header[0].lower())
        return self.any_case(canonical), self.random.choice(_HEADERS[canonical])

    def any_case(self, name: str) -> str:
        return self.random.choice((str, str.lower, str.upper))(name)

    def spaced(self, text: str) -> str:
        """Put spaces around a text, and more of them where it has one."""
        more = " " * self.random.choice((2, 3))
        inner = text if " " in text else f"{text} {self.random.choice(('b', 'c'))}"
        return self.random.choice(("", " ", more)) + inner.replace(" ", more) + self.random.choice((" ", more))

    def body(self) -> bytes:
        """Make a body: JSON, a form, text that is not ASCII, or bytes."""
        kinds: tuple[Callable[[], bytes], ...] = (
            lambda: json.dumps(dict(self.plain_pairs(2))).encode(),
            lambda: joined(self.plain_pairs(3)).encode(),
            lambda: "Grüße, 日本\n".encode() * self.random.choice((1, 2)),
            lambda: self.random.randbytes(self.random.choice((1, 16, 33))),
        )
        return self.random.choice(kinds)()

    def method(self) -> str:
        return self.random.choice(("GET", "POST", "PUT", "DELETE"))

    def temporary(self) -> Credentials:
        """Make credentials with a session token."""
        token = "".join(self.random.choices(_TOKEN, k=48)) + "="
        return Credentials("ASIAIOSFODNN7EXAMPLE", SECRET, token)

    def anything(self) -> Made:
        """Make a request in which all of this can come together."""
        random = self.random
        queries = (
            lambda: "",
            lambda: self.encoded_query(3),
            self.tricky_query,
            self.repeated_query,
            lambda: "acl&" + self.shuffled_query(2),
        )
        headers = self.headers(random.choice((0, 2, 3)))
        if headers and random.random() < 0.5:
            name, value = self.repeated(headers[0])
            headers.append((name, self.spaced(value)))
        body = self.body() if random.random() < 0.6 else b""
        path = self.path(random.choice((1, 2))) if random.random() < 0.6 else "/"
        return self.request(method=self.method(), path=path, query=random.choice(queries)(), headers=headers, body=body)


def joined(pairs: Pairs) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)


def trickily_sorted(pairs: Pairs) -> bool:
    """Tell whether the order depends on when the pairs are sorted: as they were sent, decoded, or encoded."""
    return not _order(pairs, lambda pair: pair) == _order(pairs, _decoded) == _order(pairs, _encoded)


def _order(pairs: Pairs, form: Callable[[tuple[str, str]], tuple[str, str]]) -> list[int]:
    return sorted(range(len(pairs)), key=lambda place: form(pairs[place]))


def _decoded(pair: tuple[str, str]) -> tuple[str, str]:
    return unquote(pair[0]), unquote(pair[1])


def _encoded(pair: tuple[str, str]) -> tuple[str, str]:
    name, value = _decoded(pair)
    return quote(name, safe=""), quote(value, safe="")

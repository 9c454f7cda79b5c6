"""A request as it stands on the wire: nothing is decoded, joined or lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class InvalidHttpRequest(ValueError):
    """The request cannot be put in canonical form."""

    def __init__(self, problem: str, help: str) -> None:
        super().__init__(f"{problem}\n  help: {help}")
        self.problem = problem
        self.help = help


class HttpRequest(NamedTuple):
    """Hold a request: method, raw target, header pairs in their order with repeats, body.

    The target is what the request line has, `/path?query`, percent-encoded by the client. A body of None has not been
    read yet. Text that came as bytes is decoded as UTF-8 with `surrogateescape`.
    """

    method: str
    target: str
    headers: Sequence[tuple[str, str]] = ()
    body: bytes | None = b""

    @property
    def path(self) -> str:
        """Give the raw path."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """Give the raw query, without its question mark."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> list[str]:
        """List the values of a header, which is named in any case, in their order."""
        wanted = name.lower()
        return [value for header, value in self.headers if header.lower() == wanted]

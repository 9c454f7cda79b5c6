"""The rules of the instance metadata service, versions 1 and 2: who is answered, and how (A16).

EC2 User Guide, "Use the Instance Metadata Service", "Access instance metadata for an EC2 instance". Which documents
there are is another module's matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from iamkit.cloud.calls import Answer
from iamkit.cloud.metadata.documents import VERSIONS, Node, find, listing
from iamkit.sigv4 import HttpRequest

TOKEN_PATH = "/latest/api/token"
LONGEST = 21_600
_TTL, _TOKEN = "X-aws-ec2-metadata-token-ttl-seconds", "X-aws-ec2-metadata-token"
_FORWARDED = "x-forwarded-for"
_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
}
_PAGE = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>{title}</title>
 </head>
 <body>
  <h1>{title}</h1>
 </body>
</html>
"""
_SERVER = ("Server", "EC2ws")


@dataclass(frozen=True, slots=True)
class MetadataOptions:
    """The metadata options of an instance, by the names of ModifyInstanceMetadataOptions.

    Raises ValueError for what EC2 does not take.
    """

    http_tokens: str = "optional"
    http_put_response_hop_limit: int = 1
    http_endpoint: str = "enabled"

    def __post_init__(self) -> None:
        if self.http_tokens not in ("optional", "required"):
            raise ValueError(f"`{self.http_tokens}` is no state of tokens\n  help: optional or required")
        if not 1 <= self.http_put_response_hop_limit <= 64:
            raise ValueError(f"`{self.http_put_response_hop_limit}` is no hop limit\n  help: give 1 to 64")
        if self.http_endpoint not in ("enabled", "disabled"):
            raise ValueError(f"`{self.http_endpoint}` is no state of the endpoint\n  help: enabled or disabled")

    def but(self, **changed: object) -> MetadataOptions:
        """Change some and keep the others, which None leaves as they are."""
        return replace(self, **{name: value for name, value in changed.items() if value is not None})  # type: ignore[arg-type]


class Tokens:
    """The session tokens of one instance; nobody else's are good here."""

    def __init__(self, draw: Callable[[], str]) -> None:
        self._draw = draw
        self._ends: dict[str, datetime] = {}

    def give(self, seconds: int, now: datetime) -> str:
        """Make a token, and forget those that have ended."""
        self._ends = {token: end for token, end in self._ends.items() if end > now}
        token = self._draw()
        self._ends[token] = now + timedelta(seconds=seconds)
        return token

    def good(self, token: str, now: datetime) -> bool:
        """Tell whether a token is one of these, and has not ended."""
        end = self._ends.get(token)
        return end is not None and now < end


def has_token(request: HttpRequest) -> bool:
    """Tell whether a request brings a token, good or not."""
    return bool(request.header(_TOKEN))


def asks_for_token(request: HttpRequest) -> bool:
    """Tell a request whose answer the hop limit holds back: that of the token alone."""
    return request.method == "PUT" and request.path == TOKEN_PATH


def respond(
    request: HttpRequest, options: MetadataOptions, tokens: Tokens, root: Callable[[str], Node], now: datetime
) -> Answer:
    """Answer a request; `root` gives the documents as version 1.0 or 2.0 delivers them."""
    if options.http_endpoint == "disabled":
        return error(403)
    if request.method == "PUT":
        return _token(request, tokens, now)
    if request.method not in ("GET", "HEAD"):
        return error(405, ("Allow", "GET, HEAD"))
    if request.path == TOKEN_PATH:
        return error(405, ("Allow", "OPTIONS, PUT"))
    given = request.header(_TOKEN)
    if given and not (len(given) == 1 and tokens.good(given[0], now)):
        return error(401)
    if not given and options.http_tokens == "required":
        return error(401)
    return _document(request.path, root("2.0" if given else "1.0"))


def _token(request: HttpRequest, tokens: Tokens, now: datetime) -> Answer:
    """Give a token: never to what came through a proxy, never under a path with a version of its own."""
    parts = request.path.split("/")
    if request.header(_FORWARDED):
        return error(403)
    if request.path != TOKEN_PATH:
        versioned = parts[1] in VERSIONS and parts[2:] == ["api", "token"]
        return error(403) if versioned else error(405, ("Allow", "GET, HEAD"))
    wanted = request.header(_TTL)
    if len(wanted) != 1 or not (wanted[0].isascii() and wanted[0].isdigit()) or not 1 <= int(wanted[0][:9]) <= LONGEST:
        return error(400)
    return _text(tokens.give(int(wanted[0]), now), (_TTL, wanted[0]))


def _document(path: str, root: Node) -> Answer:
    found = find(root, path)
    if found is None:
        return error(404)
    return _text(found if isinstance(found, str) else listing(found))


def _text(content: str, *headers: tuple[str, str]) -> Answer:
    return Answer(200, (("Content-Type", "text/plain"), _SERVER, *headers), content.encode())


def error(status: int, *headers: tuple[str, str]) -> Answer:
    """Answer with the page that the service has for an error."""
    page = _PAGE.format(title=f"{status} - {_REASONS[status]}")
    return Answer(status, (("Content-Type", "text/html"), _SERVER, *headers), page.encode())

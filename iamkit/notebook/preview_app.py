"""A web app with a hole, for lesson 05: it shows a preview of any page that a visitor names, and fetches it itself.

The hole is real, what it can reach is not much: there is one address of the real world that the app leads anywhere,
that of the instance metadata, and it leads to the metadata service of an instance of the local cloud. Everything else
is refused before a connection is opened, and only programs on this machine can visit it.
"""

from __future__ import annotations

import http.client
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from iamkit.cloud.calls import Answer
from iamkit.cloud.metadata import Instance
from iamkit.cloud.metadata.endpoints import Endpoint, plain
from iamkit.sigv4 import HttpRequest

METADATA_ADDRESS = "169.254.169.254"
PAGES = {"http://news.example/": "<h1>News</h1> Nothing happened today."}
_SECONDS = 10.0
_NOWHERE = "this app reaches news.example and the metadata of its own instance, and nothing else in the world"


class Fetched(NamedTuple):
    """What a visitor gets to see."""

    status: int
    text: str


class PreviewApp(Endpoint):
    """The app, running on an instance: `GET /preview?url=…` answers with what it found at that address."""

    def __init__(self, instance: Instance) -> None:
        self._metadata = urlsplit(instance.endpoint).port or 0
        self._name = instance.instance_id
        super().__init__()

    def __repr__(self) -> str:
        return f"PreviewApp(on {self._name})"

    def visit(self, url: str) -> Fetched:
        """Be a visitor: ask the app for the preview of a page, by HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(self.endpoint).port or 0, timeout=_SECONDS)
        try:
            connection.request("GET", "/preview?" + urlencode({"url": url}))
            answer = connection.getresponse()
            return Fetched(answer.status, answer.read().decode())
        finally:
            connection.close()

    def answer(self, request: HttpRequest) -> Answer:
        """Answer a visitor. A careful app would look at the address first; this one fetches it."""
        asked = urlsplit(request.target)
        urls = parse_qs(asked.query).get("url", [])
        if request.method != "GET" or asked.path != "/preview" or len(urls) != 1:
            return plain(404, "ask for GET /preview?url=…")
        return self._fetch(urls[0])

    def _fetch(self, url: str) -> Answer:
        if url in PAGES:
            return plain(200, PAGES[url])
        wanted = urlsplit(url)
        # The whole authority is compared: no port, no user and no other spelling of the address gets through.
        if (wanted.scheme, wanted.netloc) != ("http", METADATA_ADDRESS):
            return plain(403, _NOWHERE)
        return self._from_metadata(wanted.path or "/")

    def _from_metadata(self, path: str) -> Answer:
        """Send a bare GET to the instance's metadata, as a program on it would; redirects are not followed."""
        connection = http.client.HTTPConnection("127.0.0.1", self._metadata, timeout=_SECONDS)
        try:
            connection.request("GET", path)
            found = connection.getresponse()
            return Answer(found.status, (("Content-Type", "text/plain"),), found.read())
        except (OSError, http.client.HTTPException, ValueError):
            return plain(502, "nothing answered there")
        finally:
            connection.close()

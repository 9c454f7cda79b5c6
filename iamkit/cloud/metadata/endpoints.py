"""An endpoint on loopback that hands out credentials: who may ask, what was asked, until when it listens."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from iamkit.cloud.calls import Answer
from iamkit.cloud.guard import Refused, guard_connection
from iamkit.cloud.server import Application, Server
from iamkit.evaluation import Evaluation
from iamkit.sigv4 import HttpRequest

MOST_BYTES = 64 * 1024
LOST = 0
_KEPT = 10_000
_Self = TypeVar("_Self", bound="Endpoint")


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as the endpoint saw it. `token` tells whether it proved anything, `evaluation` why a role was refused.

    `hops` is how many hops away the client stands: one in a container of its own network, else none. A status of
    LOST is an answer that did not get there.
    """

    method: str
    path: str
    token: bool
    status: int
    hops: int = 0
    evaluation: Evaluation | None = None

    def __repr__(self) -> str:
        token = "with a token" if self.token else "without a token"
        hops = f", {self.hops} hop away" if self.hops else ""
        return f"{self.method} {self.path} {token}{hops}: {self.status or 'lost'}"


def refuse_strangers(request: HttpRequest, port: int) -> None:
    """Let through what is addressed to this endpoint by no web page; raises Refused."""
    guard_connection(request, port)
    if request.header("host")[0].lower() not in (f"127.0.0.1:{port}", f"localhost:{port}"):
        raise Refused(421, "this endpoint answers for 127.0.0.1 and localhost only")


def plain(status: int, text: str) -> Answer:
    """Answer with a line of text."""
    return Answer(status, (("Content-Type", "text/plain"),), f"{text}\n".encode())


class Endpoint:
    """Listen on a port of 127.0.0.1 from the beginning, until `stop` or the end of the block.

    `requests` has what was asked, oldest first, at most the last 10,000.
    """

    def __init__(self) -> None:
        self.requests: list[Seen] = []
        self._server = Server()
        self._server.start(self.application(lambda request: self.guarded(request, self._server.port)))

    def application(self, answer: Callable[[HttpRequest], Answer]) -> Application:
        """Make the application that a server runs."""
        return Application(answer, MOST_BYTES)

    def guarded(self, request: HttpRequest, port: int) -> Answer:
        """Refuse what is meant for others, answer the rest; nothing that is refused here is in `requests`."""
        try:
            refuse_strangers(request, port)
        except Refused as refused:
            return plain(refused.status, refused.reason)
        try:
            return self.answer(request)
        except Exception:
            where = traceback.format_exc(limit=-3)
            return plain(500, f"iamkit failed on this request; please report it:\n{where}")

    def saw(self, seen: Seen) -> None:
        """Note a request."""
        self.requests.append(seen)
        del self.requests[:-_KEPT]

    def answer(self, request: HttpRequest) -> Answer:
        """Answer a request that may be answered."""
        raise NotImplementedError

    @property
    def endpoint(self) -> str:
        """Give the address."""
        return f"http://127.0.0.1:{self._server.port}"

    def stop(self) -> None:
        """Stop listening."""
        self._server.stop()

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

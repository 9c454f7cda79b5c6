"""A fence around a program: what it sends anywhere but to the local cloud is refused on the laptop.

An SDK that overlooks its endpoint setting would call the real AWS. Every SDK heeds the proxy variables, though, and
the proxy that they name here lets nothing through.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


class _Refusing(BaseHTTPRequestHandler):
    server_version = "iamkit"
    sys_version = ""
    protocol_version = "HTTP/1.0"

    def handle_one_request(self) -> None:
        """Read the request line and refuse whatever it asks for."""
        self.raw_requestline = self.rfile.readline(65537)
        self.close_connection = True
        if not self.raw_requestline or not self.parse_request():
            return
        fence = self.server
        assert isinstance(fence, _Server)
        fence.refused.append(f"{self.command} {self.path}")
        text = f"iamkit keeps this program from {self.path}: it may only call the local cloud\n".encode()
        self.send_response(403, "Refused by iamkit")
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the program's own output clean; `refused` has what was asked for."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Refusing)
        self.refused: list[str] = []


class Fence:
    """A proxy on loopback that refuses everything; `refused` lists what was asked for."""

    def __init__(self) -> None:
        self._server = _Server()
        self._thread = threading.Thread(target=self._server.serve_forever, name="iamkit-fence", daemon=True)

    @property
    def url(self) -> str:
        """Give the proxy's address."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def refused(self) -> list[str]:
        """List the requests that were refused, as `CONNECT sqs.us-east-1.amazonaws.com:443`."""
        return self._server.refused

    def __enter__(self) -> Fence:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

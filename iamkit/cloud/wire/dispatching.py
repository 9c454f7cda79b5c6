"""Find moto's handler of a request and call it: by the service that is known, not by guessing one from the host.

moto's own way in looks through the URLs of all services, and builds those of S3 anew for every request.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any
from urllib.parse import unquote

from botocore.awsrequest import AWSPreparedRequest
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    Request,
    environ_key_for_header,
    should_preserve_original_header_name,
)
from werkzeug.exceptions import HTTPException

# moto's packages have names of services, but for one that is a word of Python's.
_PACKAGES = {"lambda": "awslambda"}

Handled = tuple[int, Any, Any]
Handler = Callable[[Request, str, Any], Handled]


class _Formless(Request):
    """A request whose body is no form, whatever it says: moto would take what it reads there for the URL's query.

    Objects are whatever they are; a file with the type of a form could name another operation.
    """

    @property
    def want_form_data_parsed(self) -> bool:
        return False


def dispatch(request: AWSPreparedRequest, service: str) -> Handled | None:
    """Let moto's part for a service handle a request; None where it has no such URL."""
    scheme, _, rest = request.url.partition("://")
    host, _, target = rest.partition("/")
    path, _, query = f"/{target}".partition("?")
    url = f"{scheme}://{host}{path}"
    for pattern, handler in _handlers(service):
        if pattern.match(url):
            arrived = _arrived(request, host, path, query, _Formless if service == "s3" else Request)
            try:
                return handler(arrived, arrived.raw_url, arrived.headers)
            except HTTPException as problem:
                return int(problem.code or 500), problem.get_headers(), problem.get_body()
    return None


@cache
def _handlers(service: str) -> tuple[tuple[re.Pattern[str], Handler], ...]:
    urls = importlib.import_module(f"moto.{_PACKAGES.get(service, service)}.urls")
    return tuple(
        (re.compile(path.format(base)), handler) for base in urls.url_bases for path, handler in urls.url_paths.items()
    )


def _arrived(request: AWSPreparedRequest, host: str, path: str, query: str, kind: type[Request]) -> Request:
    """Make the request that a server would hand to moto."""
    body = request.body or b""
    data = body if isinstance(body, bytes | bytearray) else body.encode() if isinstance(body, str) else body.read()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path).encode("utf-8", "surrogateescape").decode("latin-1"),
        "RAW_URI": f"{path}?{query}" if query else path,
        "REQUEST_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "HTTP_HOST": host,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(data),
        "wsgi.input_terminated": True,
    }
    preserved: dict[str, str] = {}
    for name, given in request.headers.items():
        if name.lower() in ("transfer-encoding", "content-length"):
            continue
        value = given.decode("utf-8") if isinstance(given, bytes) else str(given)
        key = environ_key_for_header(name)
        environ[key] = f"{environ[key]}, {value}" if key in environ and key != "HTTP_HOST" else value
        if should_preserve_original_header_name(name):
            preserved[key] = name
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = preserved
    return kind(environ)

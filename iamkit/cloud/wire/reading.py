"""Read which operation a request asks for, with which parameters: one reading, or none.

What is authorized is what is executed: everything after this works on the parameters read here. A request that could
be read in two ways is refused, as a gateway and a service behind it might choose differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from botocore.utils import parse_timestamp
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    Request,
    determine_request_protocol,
    environ_key_for_header,
)
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from iamkit.cloud.calls import Call, NotModelled, ServiceError
from iamkit.cloud.services import SERVICES
from iamkit.sigv4 import HttpRequest
from iamkit.sigv4.parameters import PARAMETERS

_METADATA = "x-amz-meta-"
# They speak of the connection or of the signature, not of the operation.
_NOT_FOR_OPERATIONS = frozenset({"authorization", "connection", "expect", "host", "te", "trailer", "transfer-encoding"})
_RPC = frozenset({"query", "ec2", "json"})


def read_call(request: HttpRequest, service: str, region: str, bucket: str | None = None) -> Call:
    """Read the operation of a service that a request asks for; `bucket` is the one that the host names.

    The body is whole and decoded. Raises ServiceError where there is no operation or more than one reading.
    """
    model = get_service_model(service)
    request = _addressed_by_path(request, bucket)
    arrived = _arrived(request, SERVICES[service].endpoint(region))
    try:
        protocol = determine_request_protocol(model, arrived.content_type)
        _refuse_two_readings(arrived, protocol, request)
        operation, labels = get_service_router(service).match(arrived)
    except (HTTPException, NotImplementedError) as problem:
        raise _unknown(arrived, service) from problem
    parser = PROTOCOL_PARSERS[protocol](operation, timestamp_parser=_aware)
    try:
        parsed = parser.parse(
            {
                "method": arrived.method,
                "values": arrived.values,
                "headers": arrived.headers,
                "body": arrived.get_data() if protocol not in ("query", "ec2") else b"",
                "url_path": arrived.path,
                "url_params": labels,
            }
        )
    except ServiceError:
        raise
    except Exception as problem:
        # The parser raises whatever its libraries raise on text that is not what the model says.
        raise _malformed(protocol, f"the parameters cannot be read ({type(problem).__name__})") from problem
    parameters = _tidied(parsed, operation.input_shape)
    return Call(service, str(operation.name), parameters, protocol, region, request)


def _addressed_by_path(request: HttpRequest, bucket: str | None) -> HttpRequest:
    """Move the bucket from the host into the path."""
    return request if bucket is None else request._replace(target=f"/{bucket}{request.target}")


def _arrived(request: HttpRequest, host: str) -> Request:
    """Put a request into the form that moto's router reads, with nothing of the signature."""
    path, _, query = request.target.partition("?")
    query = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in PARAMETERS)
    body = request.body or b""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "RAW_URI": request.target,
        "QUERY_STRING": query,
        "SERVER_NAME": host,
        "SERVER_PORT": "443",
        "HTTP_HOST": host,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
    }
    names: dict[str, str] = {}
    preserved: dict[str, str] = {}
    for name, value in request.headers:
        lower = name.lower()
        if lower in _NOT_FOR_OPERATIONS or lower == "content-length":
            continue
        if "_" in lower:
            # An underscore would be read as a hyphen, and so as another header; only metadata has names of its own.
            if not lower.startswith(_METADATA):
                continue
            preserved[environ_key_for_header(lower)] = lower
        key = environ_key_for_header(lower)
        if names.setdefault(key, lower) != lower:
            raise ServiceError("InvalidArgument", f"The headers {names[key]} and {lower} cannot be told apart.")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = preserved
    arrived = Request(environ)
    # Kept before anybody looks for a form in it: a file may be sent as if it were one.
    arrived.get_data(cache=True)
    return arrived


def _refuse_two_readings(arrived: Request, protocol: str, request: HttpRequest) -> None:
    """Refuse what names an operation or a parameter in two places."""
    target = "x-amz-target" in arrived.headers
    if protocol != "json" and target:
        raise _malformed(protocol, "an X-Amz-Target header belongs to another protocol")
    if protocol not in _RPC:
        return
    path = request.path
    if path != "/":
        raise _malformed(protocol, f"this service has no path `{path}`")
    query = parse_qsl(arrived.query_string.decode("latin-1"), keep_blank_values=True)
    if protocol == "json":
        if arrived.method != "POST" or query or len(request.header("x-amz-target")) != 1:
            raise _malformed(protocol, "an operation is one X-Amz-Target header of a POST, without a query")
        return
    form = parse_qsl(arrived.get_data().decode("utf-8", "replace"), keep_blank_values=True)
    if query and form:
        raise _malformed(protocol, "parameters stand in the query and in the body")
    if form and arrived.method != "POST":
        raise _malformed(protocol, "parameters in a body are sent with POST")
    names = [name for name, _ in query or form]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _malformed(protocol, f"the parameter {twice} is given more than once")


def _aware(text: str | float) -> datetime:
    """Read a time; botocore would take one without a zone for the laptop's own."""
    read: datetime = parse_timestamp(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _tidied(parsed: Mapping[str, Any], shape: Any) -> dict[str, Any]:
    """Drop what was not sent; names of metadata are in lower case, as S3 keeps them."""
    tidy = {name: value for name, value in parsed.items() if value is not None}
    for name, member in shape.members.items() if shape else ():
        if member.serialization.get("location") == "headers":
            held = {str(key).lower(): value for key, value in tidy.get(name, {}).items()}
            tidy.pop(name, None)
            if held:
                tidy[name] = held
    return tidy


def _unknown(arrived: Request, service: str) -> ServiceError:
    asked = (
        arrived.values.get("Action") or arrived.headers.get("X-Amz-Target") or f"{arrived.method} {arrived.raw_path}"
    )
    return NotModelled(f"the operation `{asked}` of {service}", "the README lists what is modelled")


def _malformed(protocol: str, problem: str) -> ServiceError:
    code = {"query": "MalformedQueryString", "ec2": "InvalidParameterCombination", "rest-xml": "InvalidRequest"}.get(
        protocol, "SerializationException"
    )
    return ServiceError(code, f"The request cannot be read in one way only: {problem}.")

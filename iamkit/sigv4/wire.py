"""How a failure looks on the wire (A11, A14)."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple
from typing import Protocol as Shape

from iamkit.sigv4.faults import Protocol

# XML 1.0 has no way to write these, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Failure(Shape):
    """What is written: an AuthenticationFailure, or any other failure of a service."""

    @property
    def protocol(self) -> Protocol: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def details(self) -> Mapping[str, str]: ...


class ErrorResponse(NamedTuple):
    """An HTTP answer: status, header pairs and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def error_response(failure: Failure, request_id: str) -> ErrorResponse:
    """Write a failure as its protocol does."""
    return _WRITERS[failure.protocol](failure, request_id)


def _query(failure: Failure, request_id: str) -> ErrorResponse:
    error = f"<Type>Sender</Type>{_element('Code', failure.code)}{_element('Message', failure.message)}"
    body = f"<ErrorResponse><Error>{error}</Error>{_element('RequestId', request_id)}</ErrorResponse>"
    return _xml(failure.status, "text/xml", body, ("x-amzn-RequestId", request_id))


def _ec2(failure: Failure, request_id: str) -> ErrorResponse:
    error = f"<Error>{_element('Code', failure.code)}{_element('Message', failure.message)}</Error>"
    body = f"<Response><Errors>{error}</Errors>{_element('RequestID', request_id)}</Response>"
    return _xml(failure.status, "text/xml", body, ("x-amzn-RequestId", request_id))


def _s3(failure: Failure, request_id: str) -> ErrorResponse:
    host_id = b64encode(sha256(request_id.encode()).digest()).decode()
    fields = {"Code": failure.code, "Message": failure.message, **failure.details}
    fields |= {"RequestId": request_id, "HostId": host_id}
    body = "".join(_element(name, value) for name, value in fields.items())
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n'
    headers = (("x-amz-request-id", request_id), ("x-amz-id-2", host_id))
    return _xml(failure.status, "application/xml", f"{declaration}<Error>{body}</Error>", *headers)


def _json(failure: Failure, request_id: str) -> ErrorResponse:
    body = {"__type": f"com.amazon.coral.service#{failure.code}", "message": failure.message}
    headers = (("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-RequestId", request_id))
    return ErrorResponse(failure.status, headers, json.dumps(body).encode())


def _rest_json(failure: Failure, request_id: str) -> ErrorResponse:
    headers = (
        ("Content-Type", "application/json"),
        ("x-amzn-ErrorType", failure.code),
        ("x-amzn-RequestId", request_id),
    )
    return ErrorResponse(failure.status, headers, json.dumps({"message": failure.message}).encode())


def _xml(status: int, kind: str, body: str, *headers: tuple[str, str]) -> ErrorResponse:
    return ErrorResponse(status, (("Content-Type", kind), *headers), body.encode())


def _element(name: str, text: str) -> str:
    """Write an element; what XML cannot hold becomes U+FFFD."""
    clean = _NOT_IN_XML.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A bare carriage return would be read as a line feed.
    return f"<{name}>{clean.replace(chr(13), '&#13;')}</{name}>"


_WRITERS = {
    Protocol.QUERY: _query,
    Protocol.EC2: _ec2,
    Protocol.JSON: _json,
    Protocol.REST_JSON: _rest_json,
    Protocol.S3: _s3,
}

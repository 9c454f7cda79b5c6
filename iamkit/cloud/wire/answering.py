"""Write results and errors in the protocol that the client spoke (A11)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model

from iamkit.cloud.calls import Answer, Call, ServiceError
from iamkit.sigv4.faults import Protocol
from iamkit.sigv4.wire import error_response

_PROTOCOLS = {
    "query": Protocol.QUERY,
    "ec2": Protocol.EC2,
    "json": Protocol.JSON,
    "rest-json": Protocol.REST_JSON,
    "rest-xml": Protocol.S3,
}


class _Failure(NamedTuple):
    protocol: Protocol
    code: str
    message: str
    status: int
    details: Mapping[str, str]


_XML_CODE = re.compile(rb"<Code>([^<]*)</Code>")
_XML_MESSAGE = re.compile(rb"<Message>([^<]*)</Message>")


def error_in(given: Answer) -> tuple[str, str]:
    """Read code and message of an error that moto wrote; two empty texts for a result."""
    if given.status < 400:
        return "", ""
    named = next((value for name, value in given.headers if name.lower() == "x-amzn-errortype"), "")
    try:
        body = json.loads(given.body)
        code = named or str(body.get("__type", ""))
        return code.rpartition("#")[2].partition(":")[0], str(body.get("message") or body.get("Message") or "")
    except (ValueError, AttributeError):
        found, said = _XML_CODE.search(given.body), _XML_MESSAGE.search(given.body)
        code = found[1].decode("utf-8", "replace") if found else named or str(given.status)
        return code, said[1].decode("utf-8", "replace") if said else ""


def result_answer(call: Call, result: Mapping[str, Any], request_id: str) -> Answer:
    """Write a result, given as boto3 returns it."""
    operation = get_service_model(call.service).operation_model(call.operation)
    serializer = get_serializer_class(call.service, call.protocol)(
        operation_model=operation, context=SerializationContext(request_id)
    )
    written = serializer.serialize(result)
    body = written["body"]
    headers = [(name, str(value)) for name, value in written["headers"].items()]
    raw = body.encode() if isinstance(body, str) else bytes(body)
    return Answer(int(written["status_code"]), (*headers, ("x-amzn-RequestId", request_id)), raw)


def error_answer(error: ServiceError, protocol: Protocol | str, request_id: str) -> Answer:
    """Write an error; `protocol` is a call's, or that of a service whose call was not read."""
    known = protocol if isinstance(protocol, Protocol) else _PROTOCOLS[protocol]
    status, headers, body = error_response(
        _Failure(known, error.code, error.message, error.status, error.fields), request_id
    )
    if error.fields and known in (Protocol.JSON, Protocol.REST_JSON):
        # Authentication says no more than its message there; a service's error may have members.
        body = json.dumps({**json.loads(body), **error.fields}).encode()
    return Answer(status, headers, body)

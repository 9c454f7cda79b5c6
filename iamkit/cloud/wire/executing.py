"""Execute a call in moto, from a request that is built anew out of what was read and authorized."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.serialize import create_serializer
from moto.core.utils import get_service_model

from iamkit.cloud.calls import Answer, Call, NotModelled
from iamkit.cloud.services import SERVICES
from iamkit.cloud.wire.dispatching import dispatch
from iamkit.cloud.wire.lacking import lacking

# moto looks for a signature in places; it is never checked there.
_SIGNED = "AWS4-HMAC-SHA256 Credential={key}/20260101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
_NOT_PASSED_ON = frozenset({"status", "server", "date", "content-length", "connection", "transfer-encoding"}) | {
    "x-amzn-requestid",
    "x-amz-request-id",
}
# What moto says of a path that it does not know.
_NO_SUCH_PATH: tuple[int, dict[str, str], str] = (404, {}, "Not yet implemented")
# moto makes up an ID; the trail has ours.
_IN_XML = re.compile(rb"(?<=<RequestId>)[^<]*(?=</RequestId>)|(?<=<requestId>)[^<]*(?=</requestId>)")


def execute(call: Call, account: str, access_key_id: str, request_id: str) -> Answer:
    """Let moto do what a call asks, in an account; raises NotModelled where moto cannot."""
    missing = lacking(call)
    if missing is not None:
        raise NotModelled(missing, "moto has not built it")
    try:
        outcome = dispatch(_rebuilt(call, account, access_key_id), call.service)
    except NotImplementedError as problem:
        raise NotModelled(f"the operation `{call.operation}` of {call.service}", "moto has not built it") from problem
    if outcome is None or outcome == _NO_SUCH_PATH:
        raise NotModelled(f"the operation `{call.operation}` of {call.service}", "moto does not know it")
    status, headers, body = outcome
    pairs = tuple((str(name), str(value)) for name, value in headers.items() if name.lower() not in _NOT_PASSED_ON)
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogateescape")
    elif not isinstance(body, bytes):
        body = b"".join(body)
    length = headers.get("content-length") or headers.get("Content-Length")
    if call.request.method == "HEAD" and length is not None:
        pairs += (("content-length", str(length)),)
    if int(status) == 204:
        # moto writes one in places; HTTP has no room for it.
        body = b""
    # What S3 gives with a good status may be somebody's own file.
    if call.protocol in ("query", "ec2") or (call.service == "s3" and int(status) >= 400):
        body = _IN_XML.sub(request_id.encode(), body, count=1)
    return Answer(int(status), (*pairs, _named(call, request_id)), body)


def _named(call: Call, request_id: str) -> tuple[str, str]:
    return ("x-amz-request-id" if call.service == "s3" else "x-amzn-RequestId", request_id)


def _rebuilt(call: Call, account: str, access_key_id: str) -> Any:
    """Build the request as botocore would for AWS itself."""
    operation = get_service_model(call.service).operation_model(call.operation)
    made = _serializer(call.protocol).serialize_to_request(dict(call.parameters), operation)
    host = SERVICES[call.service].endpoint(call.region)
    prepare_request_dict(made, f"https://{host}")
    signed = _SIGNED.format(key=access_key_id, region=call.region, service=call.service)
    made["headers"] |= {"x-moto-account-id": account, "Authorization": signed}
    return create_request_object(made).prepare()


@lru_cache(maxsize=8)
def _serializer(protocol: str) -> Any:
    return create_serializer(protocol, include_validation=False)

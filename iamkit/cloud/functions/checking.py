"""What Lambda refuses before anything runs: parameters of Invoke, packages, variables, ways that are not modelled."""

from __future__ import annotations

import base64
import binascii
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamkit.cloud.calls import Call, NotModelled, ServiceError
from iamkit.cloud.store import Deployed

_KINDS = ("Event", "RequestResponse", "DryRun")
# API reference, Invoke: 6 MB for who waits, 1 MB for who does not.
_MOST_PAYLOAD = {"RequestResponse": 6_291_456, "Event": 1_048_576, "DryRun": 6_291_456}
_NOT_MODELLED = {
    "DurableExecutionName": "durable executions",
    "TenantId": "tenant isolation",
}
# Developer Guide, "Defined runtime environment variables".
_RESERVED = frozenset(
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a call of Invoke asks for; `event` is JSON."""

    kind: str
    tail: bool
    event: str
    client_context: Mapping[str, Any] | None


def invalid(message: str) -> ServiceError:
    """Make the error that Lambda gives for most of what it does not take."""
    return ServiceError("InvalidParameterValueException", message)


def read_invoke(call: Call) -> Wanted:
    """Read the parameters of Invoke; raises ServiceError, and NotModelled."""
    for parameter, what in _NOT_MODELLED.items():
        if call.parameters.get(parameter):
            raise NotModelled(f"{what} (`{parameter}`)", "leave the parameter out")
    kind = _chosen(call, "InvocationType", _KINDS, "RequestResponse")
    payload = call.parameters.get("Payload") or b"{}"
    if len(payload) > _MOST_PAYLOAD[kind]:
        message = f"Request must be smaller than {_MOST_PAYLOAD[kind]} bytes for the InvokeFunction operation"
        raise ServiceError("RequestTooLargeException", message, 413)
    try:
        event = payload.decode("utf-8")
        json.loads(event)
    except (ValueError, RecursionError) as problem:
        message = f"Could not parse request body into json: {problem}"
        raise ServiceError("InvalidRequestContentException", message) from None
    tail = _chosen(call, "LogType", ("None", "Tail"), "None") == "Tail"
    return Wanted(kind, tail, event, _client_context(call) if kind == "RequestResponse" else None)


def _chosen(call: Call, parameter: str, values: tuple[str, ...], otherwise: str) -> str:
    given = call.parameters.get(parameter) or otherwise
    if given not in values:
        name = parameter[0].lower() + parameter[1:]
        raise ServiceError(
            "ValidationException",
            f"1 validation error detected: Value '{given}' at '{name}' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{', '.join(values)}]",
        )
    return str(given)


def _client_context(call: Call) -> Mapping[str, Any] | None:
    given = call.parameters.get("ClientContext")
    if not given:
        return None
    try:
        read = json.loads(base64.b64decode(given, validate=True))
    except (ValueError, binascii.Error):
        read = None
    if not isinstance(read, dict):
        raise ServiceError(
            "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object."
        )
    return read


def check_runnable(function: Deployed, kind: str) -> None:
    """Refuse, loudly, what this laptop does not run."""
    if function.package_type != "Zip":
        raise NotModelled("functions that are container images", "deploy a .zip file")
    if not function.runtime.startswith("python3"):
        raise NotModelled(f"the runtime `{function.runtime or 'none'}`", "write the function in Python: python3.13")
    if function.has_layers:
        raise NotModelled("functions with layers", "put the packages into the .zip file")
    if kind == "Event" and function.has_destinations:
        raise NotModelled("destinations of asynchronous invocations", "delete the function's event invoke config")
    if kind == "Event" and function.reserved == 0:
        raise NotModelled("events that wait until a function may run again", "reserve some concurrency for it")


def check_settings(call: Call) -> None:
    """Check what CreateFunction and UpdateFunctionConfiguration have in common."""
    if (call.parameters.get("DeadLetterConfig") or {}).get("TargetArn"):
        raise NotModelled("dead-letter queues (`DeadLetterConfig`)", "leave the parameter out")
    variables = (call.parameters.get("Environment") or {}).get("Variables") or {}
    reserved = sorted(_RESERVED.intersection(variables))
    if reserved:
        raise invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have "
            "provided contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(reserved)}"
        )


def check_package(package: bytes) -> None:
    """Refuse a deployment package that cannot be unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as opened:
            opened.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise invalid("Could not unzip uploaded file. Please check your file, then try to upload again.") from None

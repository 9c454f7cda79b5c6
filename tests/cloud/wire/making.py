"""Make parameters for an operation out of its model, and the request that botocore makes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.awsrequest import create_request_object, prepare_request_dict
from botocore.serialize import create_serializer
from moto.core.utils import get_service_model

from iamkit.cloud.services import SERVICES
from iamkit.sigv4 import HttpRequest

TIME = datetime(2026, 1, 31, 12, tzinfo=UTC)
DEEPEST = 6


def parameters(shape: Any, text: str = "aé b+c", *, required_only: bool = False) -> dict[str, Any]:
    """Fill every member of an operation's input, or only those that it requires."""
    if shape is None:
        return {}
    wanted = shape.required_members if required_only else shape.members
    made = {name: value_of(shape.members[name], text, 0) for name in wanted}
    return {name: value for name, value in made.items() if value is not None}


def value_of(shape: Any, text: str, depth: int) -> Any:
    """Make a value of a shape; None where shapes contain themselves without end."""
    kind = shape.type_name
    location = shape.serialization.get("location")
    if kind in ("structure", "list", "map") and depth > DEEPEST:
        return None
    if kind == "structure":
        names = list(shape.members)[:1] if getattr(shape, "is_tagged_union", False) else shape.members
        made = {name: value_of(shape.members[name], text, depth + 1) for name in names}
        return {name: value for name, value in made.items() if value is not None}
    if kind == "list":
        item = value_of(shape.member, text, depth + 1)
        return [item, item] if item is not None else None
    if kind == "map":
        held = value_of(shape.value, "x" if location else text, depth + 1)
        key = (shape.key.enum or ["key_1"])[0] if hasattr(shape.key, "enum") else "key_1"
        return {key: held} if held is not None else None
    if kind == "string":
        return shape.enum[0] if shape.enum else ("plain" if location in ("header", "headers", "uri") else text)
    return {
        "blob": b"\x00blob",
        "timestamp": TIME,
        "boolean": True,
        "integer": 7,
        "long": 7,
        "float": 1.5,
        "double": 1.5,
    }.get(kind, text)


def request_of(service: str, operation: str, given: dict[str, Any], protocol: str | None = None) -> HttpRequest:
    """Let botocore write a request for AWS."""
    model = get_service_model(service)
    serializer = create_serializer(protocol or model.resolved_protocol, include_validation=False)
    made = serializer.serialize_to_request(given, model.operation_model(operation))
    prepare_request_dict(made, f"https://{SERVICES[service].endpoint('us-east-1')}")
    prepared = create_request_object(made).prepare()
    body = prepared.body or b""
    if not isinstance(body, bytes | str):
        body = body.read()
    target = prepared.url.split(SERVICES[service].endpoint("us-east-1"), 1)[1] or "/"
    headers = [
        (name, value.decode() if isinstance(value, bytes) else str(value)) for name, value in prepared.headers.items()
    ]
    return HttpRequest(prepared.method, target, headers, body.encode() if isinstance(body, str) else body)

"""A call: what a request asks of a service, once its protocol is read, and what is answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamkit.sigv4 import HttpRequest


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of a service with its parameters, as boto3 takes them.

    `service` is botocore's name (`s3`, `lambda`, `logs`), `protocol` the one that the client spoke (`query`, `json`,
    `rest-json`, `rest-xml`, `ec2`). `request` is what arrived, for the context keys; nothing is executed from it.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    protocol: str
    region: str
    request: HttpRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back on the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Later:
    """An answer that takes time, to a call that is decided: `finish` gives it, for the ID of the request.

    It is called when others may act again: it does nothing for the caller that still had to be decided.
    """

    finish: Callable[[str], Answer]


class ServiceError(Exception):
    """What a service answers instead of a result; the wire puts it in the protocol's shape (A11)."""

    def __init__(self, code: str, message: str, status: int = 400, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.fields = dict(fields or {})


class NotModelled(ServiceError):
    """Nothing here knows this operation, resource or way of asking: it is refused, never allowed."""

    def __init__(self, what: str, help: str) -> None:
        super().__init__("NotModelled", f"iamkit does not model {what}; help: {help}", 501)

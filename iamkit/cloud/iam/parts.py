"""What the operations of this room have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from iamkit.cloud.calls import Answer, Call, ServiceError
from iamkit.cloud.sessions import Holder

Execute = Callable[[Call, str], Answer]
# What an operation gives: its result, an answer that moto has written, or None to leave the call to moto.
Given = Mapping[str, Any] | Answer | None
Operation = Callable[..., Given]


def account_of(holder: Holder | None) -> str:
    """Name the account in which IAM is asked; nobody asks IAM without a signature."""
    return (holder.caller.account if holder else None) or ""


def invalid_input(message: str) -> ServiceError:
    """Refuse a parameter, in the words of the API reference."""
    return ServiceError("InvalidInput", message)


def no_such_entity(message: str) -> ServiceError:
    """Say that something is not there."""
    return ServiceError("NoSuchEntity", message, 404)


def paged(items: list[Any], parameters: Mapping[str, Any], default: int = 100) -> tuple[list[Any], str | None]:
    """Give one page of a list and the marker of the next page; raises InvalidInput for a marker of no page."""
    size = int(parameters.get("MaxItems") or default)
    if not 1 <= size <= 1000:
        raise ServiceError("ValidationError", f"Value '{size}' at 'maxItems' must be between 1 and 1000.")
    marker = str(parameters.get("Marker") or f"{_MARKER}0")
    start = marker.removeprefix(_MARKER)
    if not marker.startswith(_MARKER) or not start.isdecimal() or (int(start) and int(start) >= len(items)):
        raise invalid_input(f"Invalid Marker: {marker}")
    end = int(start) + size
    return items[int(start) : end], f"{_MARKER}{end}" if end < len(items) else None


_MARKER = "page-from-"

"""Everything that a learner can edit in the signature lab, as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

LONGEST = 20_000

Errors = dict[str, str]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Hold the fields of the client, of the message on the way, and of the server.

    `sent` is the message that `wire` was edited from: what happens on the way is the difference between the two.
    """

    preset: str = ""
    method: str = "GET"
    path: str = "/"
    query: str = ""
    headers: str = ""
    body: str = ""
    access_key_id: str = ""
    secret: str = ""
    token: str = ""
    time: str = ""
    region: str = ""
    service: str = ""
    # "header", or "url" for a presigned URL that lives `expires` seconds
    style: str = "header"
    expires: str = "60"
    # How the client encodes the path: "service" as the service wants it; "once" and "twice" can be mistakes
    encoding: str = "service"
    sent: str = ""
    wire: str = ""
    server_time: str = ""
    server_region: str = ""
    server_service: str = ""
    server_access_key_id: str = ""
    server_secret: str = ""
    server_token: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Inputs:
        """Take what a page sent: unknown names are passed over, lone surrogates replaced."""
        return cls(**{each.name: _clean(values[each.name]) for each in fields(cls) if each.name in values})

    def too_long(self) -> Errors:
        """Say which fields would take too long to work on."""
        return {
            each.name: f"longer than {LONGEST:,} characters\nhelp: the lab is for short requests"
            for each in fields(self)
            if len(getattr(self, each.name)) > LONGEST
        }


def _clean(value: object) -> str:
    return str(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\r\n", "\n")


def told(error: ValueError) -> str:
    """Give the message of an error, its help line not indented."""
    return "\n".join(line.strip() for line in str(error).splitlines())

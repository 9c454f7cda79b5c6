"""The network that requests seem to come through, as far as condition keys tell of it (E4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Network:
    """Where requests come from. On loopback nothing of it is real, so it is said once, for everyone to read.

    The local cloud stands for endpoints that speak TLS; `vpc_endpoint_policy` is the JSON of the endpoint's policy.
    """

    source_ip: str = "127.0.0.1"
    secure_transport: bool = True
    vpc: str | None = None
    vpc_endpoint: str | None = None
    vpc_endpoint_policy: str | None = None

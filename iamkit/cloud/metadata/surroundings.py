"""What sources of credentials need of the rest of the cloud, and what SDKs need to be told of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from threading import RLock
from typing import Any

from iamkit.cloud.calls import Answer, Call
from iamkit.cloud.sts import Sts
from iamkit.cloud.wire import error_in, execute
from iamkit.policy.variables import ContextValue
from iamkit.sigv4 import HttpRequest

_HEX = "0123456789abcdef"
_NOT_PROXIED = "127.0.0.1,localhost,.localhost"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rest of the cloud. Whoever looks at its state, or draws from `random`, holds the lock."""

    sts: Sts
    clock: Callable[[], datetime]
    random: Random
    lock: RLock
    endpoint: str
    region: str
    execute: Callable[[Call, str], Answer] = field(default=lambda call, account: execute(call, account, "iamkit", "-"))

    def do(self, service: str, operation: str, account: str, **parameters: Any) -> None:
        """Do something in an account as a service of AWS; raises LookupError with what the service said."""
        call = Call(service, operation, parameters, "query", self.region, HttpRequest("POST", "/", [], b""))
        code, message = error_in(self.execute(call, account))
        if code:
            raise LookupError(message)

    def hex(self, length: int) -> str:
        """Draw an identifier."""
        with self.lock:
            return "".join(self.random.choices(_HEX, k=length))

    def text(self, alphabet: str, length: int) -> str:
        """Draw a secret."""
        with self.lock:
            return "".join(self.random.choices(alphabet, k=length))

    def context(self) -> dict[str, ContextValue]:
        """Give the condition keys of a request that a service of AWS sends now (E4)."""
        now = self.clock()
        return {
            "aws:CurrentTime": written(now),
            "aws:EpochTime": str(int(now.timestamp())),
            "aws:RequestedRegion": self.region,
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": "false",
        }

    def environment(
        self, own: Mapping[str, str], inherited: Mapping[str, str] | None, files: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Lay a source's variables over those of the cloud, and these over what is inherited without any of AWS's.

        No file of the user's is read: the chain looks into files before it asks an endpoint (A15).
        """
        kept = {
            name: value
            for name, value in (inherited or {}).items()
            if not name.upper().startswith(("AWS_", "BOTO_")) and name.upper() != "NO_PROXY"
        }
        return {
            **kept,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "BOTO_CONFIG": os.devnull,
            "NO_PROXY": _NOT_PROXIED,
            "no_proxy": _NOT_PROXIED,
            **own,
            **(files or {}),
        }


def written(at: datetime) -> str:
    """Write a time as all of these endpoints do, in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def json_answer(status: int, content: Mapping[str, Any], *headers: tuple[str, str]) -> Answer:
    """Answer with a JSON document."""
    return Answer(status, (("Content-Type", "application/json"), *headers), json.dumps(content).encode())

"""Ask a cloud that another process runs, as its owner."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from iamkit.cloud.control import PREFIX
from iamkit.cloud.registry import NoCloud, Running

SECONDS = 30.0


class Refusal(ValueError):
    """The cloud would not do what it was asked."""


def ask(cloud: Running, operation: str, **asked: Any) -> Any:
    """Ask for an operation of `iamkit.cloud.control`; raises Refusal, and NoCloud where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(cloud.endpoint).port or 0, timeout=SECONDS)
    body = json.dumps({name: value for name, value in asked.items() if value is not None})
    try:
        connection.request("POST", PREFIX + operation, body, {"Authorization": f"Bearer {cloud.token}"})
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise NoCloud(f"the cloud at {cloud.endpoint} does not answer: {type(problem).__name__}") from problem
    finally:
        connection.close()
    if response.status != 200:
        raise Refusal(str(answer.get("error", "the cloud refused")))
    return answer

"""What a cloud does for whoever started it, beside AWS's operations: sessions for programs, denials, events.

Each cloud makes a token that nobody else has; it is shown once, to its owner. Requests are JSON, by POST.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from iamkit.cloud.calls import Answer, ServiceError
from iamkit.cloud.denials import Denial
from iamkit.cloud.guard import Refused, guard_connection
from iamkit.sigv4 import HttpRequest

if TYPE_CHECKING:
    from iamkit.cloud.local_cloud import LocalCloud
    from iamkit.cloud.metadata import Instance, InstanceOptions

PREFIX = "/_iamkit/"
Asked = Mapping[str, Any]


class Control:
    """Answer the owner of a cloud; everyone else is refused without a word about what is there."""

    def __init__(self, cloud: LocalCloud, port: int) -> None:
        self.token = secrets.token_urlsafe(32)
        self._cloud = cloud
        self._port = port
        self._instances: dict[str, Instance] = {}
        self._operations: Mapping[str, Callable[[Asked], Any]] = {
            "role-session": self._role_session,
            "denials": self._denials,
            "events": self._events,
            "open-account": self._open_account,
            "root": self._root,
            "instance": self._instance,
            "instance-requests": self._instance_requests,
            "let-pass": self._let_pass,
            "reset": self._reset,
        }

    def answers(self, request: HttpRequest) -> bool:
        """Tell whether a request is for here and not for a service of AWS."""
        return request.path.startswith(PREFIX)

    def answer(self, request: HttpRequest) -> Answer:
        """Answer a request; never raises."""
        try:
            guard_connection(request, self._port)
            self._check_token(request)
            return _json(200, self._operation(request)(_read(request)))
        except Refused as refused:
            return _json(refused.status, {"error": refused.reason})
        except ServiceError as refused:
            return _json(403, {"error": refused.message, "code": refused.code})
        except (ValueError, LookupError) as problem:
            return _json(400, {"error": str(problem.args[0]) if problem.args else "the request cannot be answered"})

    def _check_token(self, request: HttpRequest) -> None:
        given = request.header("authorization")
        if len(given) != 1 or not hmac.compare_digest(given[0].encode(), f"Bearer {self.token}".encode()):
            raise Refused(403, "only whoever started this cloud may ask that")

    def _operation(self, request: HttpRequest) -> Callable[[Asked], Any]:
        operation = self._operations.get(request.path.removeprefix(PREFIX))
        if operation is None or request.method != "POST":
            raise Refused(404, f"there is nothing here but POST of {', '.join(sorted(self._operations))}")
        return operation

    def _role_session(self, asked: Asked) -> Any:
        with self._cloud.gateway.lock:
            session = self._cloud.role_session(_text(asked, "role"), asked.get("account"), asked.get("service"))
        given = session.access_key.credentials
        return {
            "endpoint": self._cloud.endpoint,
            "arn": session.caller.arn,
            "accessKeyId": given.access_key_id,
            "secretAccessKey": given.secret_access_key,
            "sessionToken": given.session_token,
        }

    def _denials(self, asked: Asked) -> Any:
        """List denials, oldest first; of one access key, and of sessions made with it, if one is named."""
        key, after = asked.get("accessKeyId"), asked.get("after", 0)
        events = [event for event in reversed(self._cloud.trail.denials()) if event.number > after]
        kept = [event for event in events if key is None or key in event.access_keys]
        return {"denials": [Denial.of(event).as_json() for event in kept], "last": self._cloud.trail.next_number - 1}

    def _events(self, _: Asked) -> Any:
        return json.loads(self._cloud.trail.as_json())

    def _open_account(self, asked: Asked) -> Any:
        account = _text(asked, "account")
        with self._cloud.gateway.lock:
            keys = self._cloud.open_account(account)
        return {"accessKeyId": keys.access_key_id, "secretAccessKey": keys.secret_access_key}

    def _root(self, asked: Asked) -> Any:
        account = _text(asked, "account")
        with self._cloud.gateway.lock:
            if account not in self._cloud.accounts:
                raise LookupError(f"there is no account `{account}`")
            keys = self._cloud.root(account)
        return {"accessKeyId": keys.access_key_id, "secretAccessKey": keys.secret_access_key}

    def _instance(self, asked: Asked) -> Any:
        """Start the metadata service of an instance, with a role or without one (A16)."""
        options: InstanceOptions = {"http_tokens": _text(asked, "httpTokens")} if "httpTokens" in asked else {}
        started = self._cloud.instance(asked.get("role"), account=asked.get("account"), **options)
        self._instances[started.instance_id] = started
        return {"instanceId": started.instance_id, "endpoint": started.endpoint}

    def _instance_requests(self, asked: Asked) -> Any:
        """List what programs asked the metadata service of an instance, oldest first."""
        known = self._instances.get(_text(asked, "instanceId"))
        if known is None:
            raise LookupError("no such instance was started here")
        seen = [
            {"method": each.method, "path": each.path, "token": each.token, "status": each.status}
            for each in known.requests
        ]
        return {"requests": seen}

    def _reset(self, asked: Asked) -> Any:
        seed = asked.get("seed")
        if not isinstance(seed, int | None) or isinstance(seed, bool):
            raise ValueError("`seed` must be a whole number")
        self._instances.clear()
        self._cloud.reset(seed, ())
        return {}

    def _let_pass(self, asked: Asked) -> Any:
        seconds = asked.get("seconds")
        if not isinstance(seconds, int | float) or isinstance(seconds, bool):
            raise ValueError("`seconds` must be a number")
        self._cloud.let_pass(timedelta(seconds=seconds))
        return {}


def _read(request: HttpRequest) -> Asked:
    read = json.loads(request.body or b"{}")
    if not isinstance(read, dict):
        raise ValueError("the body must be a JSON object")
    return read


def _text(asked: Asked, name: str) -> str:
    value = asked.get(name)
    if not isinstance(value, str) or not value:
        raise ValueError(f"`{name}` is missing: it must be text")
    return value


def _json(status: int, body: Any) -> Answer:
    return Answer(status, (("Content-Type", "application/json"),), json.dumps(body).encode())

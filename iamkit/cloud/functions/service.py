"""Invoke functions with the session of their execution role, and check what is to be invoked when it is made.

moto keeps functions, and would run them in Docker. Here the decision and the session are made while nothing else
happens in the cloud; the function itself runs later, as it calls the cloud back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from random import Random
from typing import Any, Protocol

from iamkit.cloud.actions import Resources, authorizations
from iamkit.cloud.calls import Answer, Call, Later, NotModelled, ServiceError
from iamkit.cloud.fence import Fence
from iamkit.cloud.functions.checking import (
    Wanted,
    check_package,
    check_runnable,
    check_settings,
    invalid,
    read_invoke,
)
from iamkit.cloud.functions.concurrency import Background, Slots
from iamkit.cloud.functions.logs import FunctionLogs
from iamkit.cloud.functions.permissions import add_permission
from iamkit.cloud.functions.reporting import Report, report
from iamkit.cloud.functions.running import Invocation, Processes, Stopped
from iamkit.cloud.run import RoleCredentials
from iamkit.cloud.sessions import Holder, Session
from iamkit.cloud.store import Deployed, deployed
from iamkit.cloud.store.functions import stored_package
from iamkit.evaluation import Evaluation
from iamkit.policy.variables import ContextValue

_SERVICE = "lambda.amazonaws.com"
_NOT_ASSUMED = "The role defined for the function cannot be assumed by Lambda."
Context = Mapping[str, ContextValue]
Record = Callable[[Evaluation], None]


class Assume(Protocol):
    """STS, as far as a service uses it to act with a role."""

    def __call__(
        self,
        service: str,
        role_arn: str,
        session_name: str,
        context: Context,
        record: Record,
        *,
        session_keys: Context,
    ) -> Session:
        """Make the role session of a service, or raise ServiceError."""


@dataclass(slots=True)
class Functions:
    """The operations of Lambda that are not moto's; `endpoint` is where functions find the cloud."""

    resources: Resources
    assume: Assume
    clock: Callable[[], datetime]
    random: Random
    logs: FunctionLogs
    endpoint: str
    _fence: Fence | None = None
    _stopped: bool = False
    _fencing: threading.Lock = field(default_factory=threading.Lock)
    _processes: Processes = field(default_factory=Processes)
    _slots: Slots = field(default_factory=Slots)
    _background: Background = field(default_factory=Background)

    def handlers(self) -> Mapping[str, Callable[..., Mapping[str, Any] | Answer | Later | None]]:
        """List the operations by the name that the gateway has for them."""
        return {
            "lambda:Invoke": self.invoke,
            "lambda:InvokeAsync": _refuse,
            "lambda:InvokeWithResponseStream": _refuse,
            "lambda:CreateFunction": self.create,
            "lambda:UpdateFunctionConfiguration": self.configure,
            "lambda:UpdateFunctionCode": self.update_code,
            "lambda:AddPermission": self.add_permission,
        }

    def stop(self) -> None:
        """End the functions that run, and run no more."""
        self._processes.stop()
        self._background.stop()
        with self._fencing:
            self._stopped = True
            if self._fence is not None:
                self._fence.__exit__(None, None, None)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until all asynchronous invocations are over; False where the time was over before."""
        return self._background.wait(seconds)

    def invoke(self, call: Call, holder: Holder | None, _: Context, record: Record) -> Later:
        """Answer Invoke, once it is authorized."""
        arn, wanted = self._named(call, holder), read_invoke(call)
        function = _existing(arn)
        check_runnable(function, wanted.kind)
        if wanted.kind == "DryRun":
            return Later(lambda request_id: _answer(204, request_id))
        session = self._session(function.role, function.arn, record, "AccessDeniedException", 403)
        stream = f"{self.clock():%Y/%m/%d}/[{function.version}]{self.random.getrandbits(128):032x}"
        make = partial(self._invocation, call.region, function, arn, wanted, session, stream)
        group = f"arn:aws:logs:{call.region}:{function.arn.split(':')[4]}:log-group:/aws/lambda/{function.name}"
        begin = self._queue if wanted.kind == "Event" else self._wait_for
        return Later(partial(begin, make, self.resources.exists(group), wanted))

    def create(self, call: Call, holder: Holder | None, _: Context, record: Record) -> None:
        """Check what CreateFunction would make; moto makes it."""
        check_settings(call)
        arn = self._named(call, holder)
        self._check_code(call.parameters.get("Code") or {}, arn)
        self._check_role(call, arn, record)

    def configure(self, call: Call, holder: Holder | None, _: Context, record: Record) -> None:
        """Check what UpdateFunctionConfiguration would change; moto changes it."""
        check_settings(call)
        if call.parameters.get("Role"):
            self._check_role(call, self._named(call, holder), record)

    def update_code(self, call: Call, holder: Holder | None, *_: object) -> None:
        """Check what UpdateFunctionCode would change; moto changes it."""
        self._check_code(call.parameters, self._named(call, holder))

    def add_permission(self, call: Call, holder: Holder | None, *_: object) -> Mapping[str, Any]:
        """Answer AddPermission."""
        arn = self._named(call, holder)
        _existing(arn)
        return add_permission(call, arn)

    def _named(self, call: Call, holder: Holder | None) -> str:
        """Give the ARN of the function that the call was authorized for."""
        account = (holder.caller.account if holder else None) or ""
        return authorizations(call, self.resources, account)[0].resource

    def _check_role(self, call: Call, function_arn: str, record: Record) -> None:
        self._session(call.parameters["Role"], function_arn, record, "InvalidParameterValueException", 400)

    def _check_code(self, code: Mapping[str, Any], function_arn: str) -> None:
        package = code.get("ZipFile")
        if package is None and code.get("S3Bucket"):
            account = function_arn.split(":")[4]
            if self.resources.owner(f"arn:aws:s3:::{code['S3Bucket']}") not in (account, None):
                raise NotModelled("a deployment package in another account's bucket", "copy it to one of your own")
            package = stored_package(account, code["S3Bucket"], code.get("S3Key") or "")
            if package is None:
                raise invalid(
                    "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: "
                    "The specified key does not exist."
                )
        if package is not None:
            check_package(package)

    def _session(self, role: str, function_arn: str, record: Record, code: str, status: int) -> Session:
        """Become the execution role, which its trust policy must allow Lambda (E13, E26).

        Its requests say for which function they are made ("Using source function ARN").
        """
        arn = function_arn.split(":")
        unqualified = ":".join(arn[:7])
        source: Context = {"aws:SourceArn": unqualified, "aws:SourceAccount": arn[4]}
        session: Context = {"lambda:SourceFunctionArn": unqualified}
        try:
            return self.assume(_SERVICE, role, _session_name(arn[6]), source, record, session_keys=session)
        except ServiceError as problem:
            if problem.code != "AccessDenied":
                raise
            raise ServiceError(code, _NOT_ASSUMED, status) from None

    def _invocation(
        self,
        region: str,
        function: Deployed,
        arn: str,
        wanted: Wanted,
        session: Session,
        stream: str,
        request_id: str,
    ) -> Invocation:
        keys = session.access_key.credentials
        credentials = RoleCredentials(
            self.endpoint, region, keys.access_key_id, keys.secret_access_key, keys.session_token or ""
        )
        return Invocation(function, arn, request_id, wanted.event, wanted.client_context, stream, credentials)

    def _wait_for(
        self, make: Callable[[str], Invocation], group_exists: bool, wanted: Wanted, request_id: str
    ) -> Answer:
        """Run a function, and answer what it does."""
        invocation = make(request_id)
        done = self._run(invocation, group_exists, patient=False)
        headers = [("Content-Type", "application/json"), ("X-Amz-Executed-Version", invocation.function.version)]
        if done.failed:
            headers.append(("X-Amz-Function-Error", "Unhandled"))
        if wanted.tail:
            headers.append(("X-Amz-Log-Result", done.tail))
        return _answer(200, request_id, headers, done.payload)

    def _queue(self, make: Callable[[str], Invocation], group_exists: bool, _: Wanted, request_id: str) -> Answer:
        """Accept an event; it is tried once, and not again if the function fails."""
        invocation = make(request_id)
        self._background.put(partial(self._run_unheard, invocation, group_exists))
        return _answer(202, request_id)

    def _run_unheard(self, invocation: Invocation, group_exists: bool) -> None:
        try:
            self._run(invocation, group_exists, patient=True)
        except Stopped:
            pass
        except Exception as problem:
            # Nobody waits to be told what kept it from running; the log is all there is.
            self.logs.write(invocation, f"{invocation.request_id} {type(problem).__name__}: {problem}\n")

    def _fence_url(self) -> str:
        """Put up the fence around functions with the first of them."""
        with self._fencing:
            if self._stopped:
                raise Stopped
            if self._fence is None:
                self._fence = Fence().__enter__()
            return self._fence.url

    def _run(self, invocation: Invocation, group_exists: bool, *, patient: bool) -> Report:
        function = invocation.function
        with self._slots.one(function.arn, function.reserved, patient=patient):
            has_logs = self.logs.open(invocation, group_exists)
            finished = self._processes.run(invocation, self._fence_url())
        done = report(invocation, finished, self.clock())
        if has_logs:
            self.logs.write(invocation, done.log)
        return done


def _session_name(function: str) -> str:
    """Name a session for its function; STS takes no name of one character."""
    return function if len(function) > 1 else f"awslambda_{function}"


def _existing(arn: str) -> Deployed:
    function = deployed(arn)
    if function is None:
        raise ServiceError("ResourceNotFoundException", f"Function not found: {arn}", 404)
    return function


def _answer(status: int, request_id: str, headers: list[tuple[str, str]] | None = None, body: bytes = b"") -> Answer:
    return Answer(status, (*(headers or ()), ("x-amzn-RequestId", request_id)), body)


def _refuse(call: Call, *_: object) -> Any:
    raise NotModelled(f"the operation `{call.operation}` of {call.service}", "call Invoke")

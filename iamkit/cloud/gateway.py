"""The one way in: guard, authenticate, read, authorize, act, record.

Nothing acts that was not authorized as exactly what it is; a request that fails a step is answered there, in the
words and the shape of its service.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from iamkit.cloud.actions import Authorization
from iamkit.cloud.addressing import Address, address, protocol_of
from iamkit.cloud.authorizing import Authorizer, Denied
from iamkit.cloud.calls import Answer, Call, Later, NotModelled, ServiceError
from iamkit.cloud.clock import Clock
from iamkit.cloud.completing import completed, home_of
from iamkit.cloud.context import request_context
from iamkit.cloud.defaults import with_defaults
from iamkit.cloud.guard import Refused, guard
from iamkit.cloud.network import Network
from iamkit.cloud.polling import Polling
from iamkit.cloud.resource_policies import check_resource_policy
from iamkit.cloud.services import SERVICES
from iamkit.cloud.sessions import Holder
from iamkit.cloud.state import Act, NotKept, State
from iamkit.cloud.trail import Event, Trail
from iamkit.cloud.uploads import plain_upload
from iamkit.cloud.wire import error_answer, error_in, execute, read_call, result_answer
from iamkit.evaluation import Evaluation
from iamkit.policy.variables import ContextValue
from iamkit.sigv4 import AccessKey, AuthenticationFailure, HttpRequest, Verified, verify
from iamkit.sigv4.faults import Protocol

_GIVING_URLS = frozenset({"CreateQueue", "GetQueueUrl", "ListDeadLetterSourceQueues", "ListQueues"})
Context = Mapping[str, ContextValue]
# A service of ours gives a result as boto3 returns it; None leaves the call to moto.
Record = Callable[[Evaluation], None]
Handler = Callable[[Call, Holder | None, Context, Record], Mapping[str, Any] | Answer | Later | None]


class _Progress:
    """How far a request came, for the trail."""

    __slots__ = ("call", "evaluations", "holder", "protocol")

    def __init__(self) -> None:
        self.protocol: Protocol | str = Protocol.QUERY
        self.holder: Holder | None = None
        self.call: Call | None = None
        self.evaluations: tuple[Evaluation, ...] = ()

    def record(self, evaluation: Evaluation) -> None:
        self.evaluations += (evaluation,)


@dataclass(slots=True)
class Gateway:
    """Answer requests; `holders` tells whose an access key ID is, `handlers` have the services that are ours."""

    port: int
    authorizer: Authorizer
    holders: Callable[[str], Holder | None]
    clock: Clock
    request_ids: Callable[[], str]
    refused_for_session: Callable[[Holder, str, str], ServiceError | None]
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    network: Network = field(default_factory=Network)
    trail: Trail = field(default_factory=Trail)
    # Is told of every request whose signature was good: holder, service, region, time.
    authenticated: Callable[[Holder, str, str, datetime], None] = lambda *_: None
    # moto's state is plain dictionaries: one request at a time looks at them or changes them.
    lock: threading.RLock = field(default_factory=threading.RLock)
    state: State | None = None
    polling: Polling = field(init=False)

    def __post_init__(self) -> None:
        self.polling = Polling(self.lock, self.clock)

    def answer(self, request: HttpRequest) -> Answer:
        """Answer a request as it arrived; never raises."""
        try:
            passed = guard(request, self.port)
        except Refused as refused:
            return Answer(refused.status, (("Content-Type", "text/plain"),), f"{refused.reason}\n".encode())
        request_id, now, progress = self.request_ids(), self.clock(), _Progress()
        code = message = ""
        try:
            with self.lock:
                acted = self._act(passed.request, passed.bucket, now, progress, request_id)
            # A function that runs calls the cloud back: it must not keep the others out.
            given = acted.finish(request_id) if isinstance(acted, Later) else acted
            code, message = error_in(given)
        except AuthenticationFailure as failed:
            code, message = failed.code, failed.message
            given = Answer(*failed.response(request_id))
        except ServiceError as refused:
            if isinstance(refused, Denied):
                progress.record(refused.evaluation)
            code, message = refused.code, refused.message
            given = error_answer(refused, progress.protocol, request_id)
        except Exception:
            # A defect of ours or of moto's: it fails closed, and says where.
            where = traceback.format_exc(limit=-3)
            defect = ServiceError("InternalFailure", f"iamkit failed on this request; please report it:\n{where}", 500)
            code, message = defect.code, defect.message
            given = error_answer(defect, progress.protocol, request_id)
        try:
            # Neither what was done nor what was read leaves before it is on disk.
            if self.state is not None:
                self.state.settle()
        except NotKept as lost:
            code, message = "InternalFailure", f"{lost}; nothing more is answered until the cloud starts anew"
            given = error_answer(ServiceError(code, message, 500), progress.protocol, request_id)
        with self.lock:
            self._record(progress, request_id, now, given, code, message)
        return given

    def _act(
        self, request: HttpRequest, bucket: str | None, now: datetime, progress: _Progress, request_id: str
    ) -> Answer | Later:
        place = address(request, bucket)
        progress.protocol = protocol_of(place)
        verified = self._authenticate(request, place, progress)
        plain = plain_upload(request, verified)
        call = with_defaults(read_call(plain, place.service, place.region, bucket), progress.holder)
        progress.call, progress.protocol = call, call.protocol
        holder = progress.holder
        if holder is not None:
            refusal = self.refused_for_session(holder, call.service, call.operation)
            if refusal is not None:
                raise refusal
        context = request_context(call, holder, verified, self.network, now)
        if call.service == "sts":
            # STS decides for itself: whom a role trusts depends on what is asked of it (E13).
            return self._handled(call, holder, context, request_id, progress)
        progress.evaluations = self.authorizer.authorize(call, holder, context)
        check_resource_policy(call, holder, context, self.authorizer)
        return self._handled(call, holder, context, request_id, progress)

    def _authenticate(self, request: HttpRequest, place: Address, progress: _Progress) -> Verified | None:
        """A9: find out who signed; what may come unsigned is anonymous."""
        if not place.signed:
            return None
        holders: list[Holder] = []

        def lookup(access_key_id: str) -> AccessKey | None:
            holder = self.holders(access_key_id)
            if holder is None:
                return None
            holders.append(holder)
            key = holder.access_key
            # The signature's age is told by the laptop's clock, the session's end by the cloud's.
            return key if key.expires is None else replace(key, expires=key.expires - self.clock.ahead)

        verified = verify(request, lookup, region=place.region, service=place.service, now=self.clock.laptop())
        progress.holder = holders[-1]
        told = progress.holder, place.service, place.region, self.clock()
        if self.state is None:
            self.authenticated(*told)
        else:
            self.state.use(*told, self.authenticated)
        return verified

    def _handled(
        self,
        call: Call,
        holder: Holder | None,
        context: Context,
        request_id: str,
        progress: _Progress,
    ) -> Answer | Later:
        home = home_of(call, self.authorizer.resources)
        owners = [home, *(each.request.resource.owner for each in progress.evaluations)]
        account = next(filter(None, owners), None) or (holder.caller.account if holder else None)
        act = Act(call, holder, context, account, request_id, self.clock())
        given = self.polling.answer(act, lambda act: self.perform(act, progress.record))
        if isinstance(given, Later):
            return given
        return self._hidden(call, holder, context, self._at_home(call, given))

    def perform(self, act: Act, record: Record) -> Answer | Later:
        """Do what is allowed, and have it kept where there is a state on disk; the lock is held."""
        if self.state is None:
            return self.do(act, record)
        return self.state.perform(act, lambda act: self.do(act, record))

    def do(self, act: Act, record: Record) -> Answer | Later:
        """Do a call, now or again."""
        call, holder = act.call, act.holder
        handler = self.handlers.get(f"{call.service}:{call.operation}") or self.handlers.get(call.service)
        if handler is not None:
            result = handler(call, holder, act.context, record)
            if isinstance(result, Answer | Later):
                return result
            if result is not None:
                return result_answer(call, result, act.request_id)
        if act.account is None:
            raise NotModelled("a resource without an owner", "name one that exists")
        key = holder.access_key.credentials.access_key_id if holder else "anonymous"
        whole = completed(call, act.account, self.authorizer.resources)
        return execute(whole, act.account, key, act.request_id)

    def _at_home(self, call: Call, given: Answer) -> Answer:
        """Name this cloud in the URLs of queues: SDKs send to where these point."""
        if call.service != "sqs" or call.operation not in _GIVING_URLS:
            return given
        aws = f"https://{SERVICES['sqs'].endpoint(call.region)}/".encode()
        return Answer(given.status, given.headers, given.body.replace(aws, f"http://127.0.0.1:{self.port}/".encode()))

    def _hidden(self, call: Call, holder: Holder | None, context: Context, given: Answer) -> Answer:
        """Whoever may not list a bucket is not told which keys it lacks (S3, GetObject: "Permissions")."""
        if call.service != "s3" or given.status != 404 or call.operation not in ("GetObject", "HeadObject"):
            return given
        bucket = f"arn:aws:s3:::{call.parameters['Bucket']}"
        listing = self.authorizer.decide(Authorization("s3:ListBucket", bucket), holder, context)
        if not listing.allowed:
            raise Denied(call, listing)
        return given

    def _record(
        self, progress: _Progress, request_id: str, now: datetime, given: Answer, code: str, message: str
    ) -> None:
        self.trail.record(
            Event(
                number=self.trail.next_number,
                time=now,
                request_id=request_id,
                call=progress.call,
                holder=progress.holder,
                source_ip=self.network.source_ip,
                status=given.status,
                error_code=code,
                error_message=message,
                evaluations=progress.evaluations,
            )
        )

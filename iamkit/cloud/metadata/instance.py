"""An EC2 instance, as far as a program on it can tell: its metadata service on loopback (A15, A16)."""

from __future__ import annotations

import asyncio
import string
from collections.abc import Awaitable, Callable, Mapping
from typing import TypedDict

from iamkit.cloud.calls import Answer
from iamkit.cloud.guard import Refused
from iamkit.cloud.metadata.delivering import SIX_HOURS, Delivery
from iamkit.cloud.metadata.documents import Node
from iamkit.cloud.metadata.endpoints import LOST, MOST_BYTES, Endpoint, Seen, refuse_strangers
from iamkit.cloud.metadata.imds import MetadataOptions, Tokens, asks_for_token, has_token, respond
from iamkit.cloud.metadata.machines import Machine, MadeUp, made_up_facts
from iamkit.cloud.metadata.profiles import Profile, profile_with
from iamkit.cloud.metadata.surroundings import Surroundings
from iamkit.cloud.server import Application, Message, Server, request_of
from iamkit.evaluation import Evaluation
from iamkit.sigv4 import HttpRequest

# Nobody waits this long for the metadata service: SDKs give up after a second or so.
SECONDS_UNTIL_LOST = 5.0
_TOKEN = string.ascii_letters + string.digits + "-_"


class InstanceOptions(TypedDict, total=False):
    """How an instance is launched. `lifetime` is that of its credentials, in seconds."""

    http_tokens: str
    hop_limit: int
    http_endpoint: str
    user_data: str
    instance_type: str
    lifetime: int


class Instance(Endpoint):
    """A running instance with its metadata service; without an instance profile it has no credentials.

    `endpoint` is what a program on the instance asks, `container_endpoint` what one asks that stands a hop away.
    """

    def __init__(self, surroundings: Surroundings, machine: Machine, *, lifetime: int = SIX_HOURS) -> None:
        self._surroundings = surroundings
        self._machine = machine
        self._facts = machine.facts
        self._tokens = Tokens(lambda: "AQAEA" + surroundings.text(_TOKEN, 49) + "==")
        self._deliveries = {
            version: Delivery(
                surroundings, "ec2.amazonaws.com", self.instance_id, lifetime, self._session_keys(version)
            )
            for version in ("1.0", "2.0")
        }
        self._container: tuple[Server, _LosingTokens] | None = None
        super().__init__()

    @classmethod
    def with_role(
        cls,
        surroundings: Surroundings,
        account: str,
        role_name: str | None = None,
        *,
        http_tokens: str = "optional",
        hop_limit: int = 1,
        http_endpoint: str = "enabled",
        user_data: str | None = None,
        instance_type: str = "t3.micro",
        lifetime: int = SIX_HOURS,
    ) -> Instance:
        """Make up an instance with a role, or without one."""
        options = MetadataOptions(http_tokens, hop_limit, http_endpoint)
        held = None if role_name is None else profile_with(surroundings, account, role_name)
        facts = made_up_facts(surroundings, account, instance_type, user_data)
        return cls(surroundings, MadeUp(facts, options, held), lifetime=lifetime)

    def __repr__(self) -> str:
        return f"Instance({self.instance_id}, http_tokens={self.options.http_tokens!r})"

    @property
    def options(self) -> MetadataOptions:
        """Give the metadata options as they are now."""
        with self._surroundings.lock:
            return self._machine.options

    @property
    def instance_id(self) -> str:
        """Give the instance's ID, which is also the name of its role sessions."""
        return self._facts.instance_id

    @property
    def arn(self) -> str:
        """Give the instance's ARN, the value of ec2:SourceInstanceARN."""
        return self._facts.arn

    @property
    def container_endpoint(self) -> str:
        """Give the address at which the same service answers a container with a network of its own, a hop away.

        With a hop limit of 1 the answer to PUT does not get there: the connection stays open and nothing arrives. All
        other answers do, as on EC2, where the limit holds for the token's answer alone.
        """
        if self._container is None:
            server = Server()
            losing = _LosingTokens(lambda request: self.guarded(request, server.port), self._is_lost)
            server.start(losing)
            self._container = (server, losing)
        return f"http://127.0.0.1:{self._container[0].port}"

    def environment(
        self, inherited: Mapping[str, str] | None = None, *, from_container: bool = False
    ) -> dict[str, str]:
        """Give the variables with which an SDK finds this instance and the cloud, and none of the user's files.

        What is inherited is kept, but for the variables of AWS.
        """
        address = self.container_endpoint if from_container else self.endpoint
        own = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": address, "AWS_EC2_METADATA_DISABLED": "false"}
        return self._surroundings.environment(own, inherited)

    def modify_metadata_options(
        self,
        *,
        http_tokens: str | None = None,
        http_put_response_hop_limit: int | None = None,
        http_endpoint: str | None = None,
    ) -> MetadataOptions:
        """Change the options that are given, as ModifyInstanceMetadataOptions does; raises ValueError."""
        with self._surroundings.lock:
            changed = self._machine.options.but(
                http_tokens=http_tokens,
                http_put_response_hop_limit=http_put_response_hop_limit,
                http_endpoint=http_endpoint,
            )
            self._machine.set_options(changed)
        return changed

    def require_tokens(self) -> None:
        """Answer version 2 alone from now on."""
        self.modify_metadata_options(http_tokens="required")

    def rotate(self) -> None:
        """Deliver other credentials from now on; those that were delivered stay valid until they expire."""
        for delivery in self._deliveries.values():
            delivery.rotate()

    def answer(self, request: HttpRequest) -> Answer:
        """Answer a request of a program on the instance, or of a container."""
        evaluations: list[Evaluation] = []

        def documents(version: str) -> Node:
            held = self._machine.profile()
            profile = Profile(self._surroundings, self._facts.account, held, self._deliveries) if held else None
            return self._facts.documents(profile.documents(version, evaluations) if profile else None)

        with self._surroundings.lock:
            given = respond(request, self.options, self._tokens, documents, self._surroundings.clock())
        self._saw(request, given.status, evaluations)
        return given

    def stop(self) -> None:
        """Stop listening, for containers too."""
        if self._container is not None:
            server, losing = self._container
            losing.close()
            server.stop()
            self._container = None
        super().stop()

    def _saw(self, request: HttpRequest, status: int, evaluations: list[Evaluation]) -> None:
        hosts, container = request.header("host"), self._container
        hops = 1 if container and hosts and hosts[0].endswith(f":{container[0].port}") else 0
        evaluation = evaluations[-1] if evaluations else None
        self.saw(Seen(request.method, request.target, has_token(request), status, hops, evaluation))

    def _is_lost(self, request: HttpRequest) -> bool:
        """Tell whether the answer to a container does not get there; to the service it was answered."""
        container = self._container
        if container is None or self.options.http_put_response_hop_limit > 1 or not asks_for_token(request):
            return False
        try:
            refuse_strangers(request, container[0].port)
        except Refused:
            return False
        self._saw(request, LOST, [])
        return True

    def _session_keys(self, version: str) -> dict[str, str]:
        """Give what every request of the role's session carries (IAM User Guide, "Properties of the role session")."""
        return {
            "ec2:RoleDelivery": version,
            "ec2:SourceInstanceARN": self._facts.arn,
            "aws:Ec2InstanceSourceVpc": self._facts.vpc,
            "aws:Ec2InstanceSourcePrivateIPv4": self._facts.private_ip,
        }


class _LosingTokens(Application):
    """The network between a container and the instance: answers that carry a token get lost while `losing` says so."""

    def __init__(self, answer: Callable[[HttpRequest], Answer], lost: Callable[[HttpRequest], bool]) -> None:
        super().__init__(answer, MOST_BYTES)
        self._lost = lost
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = asyncio.Event()

    async def __call__(
        self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        """Answer a request, or let its client wait until it gives up."""
        self._loop = asyncio.get_running_loop()
        if scope["type"] != "http" or not await self._loop.run_in_executor(self.threads, self._lost, request_of(scope)):
            await super().__call__(scope, receive, send)
            return
        waiting = {asyncio.ensure_future(_gone(receive)), asyncio.ensure_future(self._closed.wait())}
        _, left = await asyncio.wait(waiting, timeout=SECONDS_UNTIL_LOST, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        # A client that waits longer than any SDK is told what happened; nothing on a real network would.
        await send({"type": "http.response.start", "status": 504, "headers": [(b"connection", b"close")]})
        await send({"type": "http.response.body", "body": b"the answer was lost: its hop limit is 1\n"})

    def close(self) -> None:
        """Let nobody wait any longer."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._closed.set)


async def _gone(receive: Callable[[], Awaitable[Message]]) -> None:
    """Wait until the client has closed the connection."""
    while (await receive())["type"] != "http.disconnect":
        pass

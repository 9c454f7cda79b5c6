"""The local cloud as one thing: start it, hand out keys, stop it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Unpack

from iamkit.arn import is_account_id
from iamkit.cloud.assembling import Foundation, assemble
from iamkit.cloud.calls import Answer, Call
from iamkit.cloud.clients import REGION, Keys, make_client
from iamkit.cloud.clock import Clock
from iamkit.cloud.control import Control
from iamkit.cloud.denials import Denial, NoDenials
from iamkit.cloud.federation import Federation
from iamkit.cloud.functions import Functions
from iamkit.cloud.gateway import Gateway
from iamkit.cloud.iam import Account
from iamkit.cloud.keeping import Keeping
from iamkit.cloud.metadata import (
    Container,
    ContainerOptions,
    IdentityCenter,
    Instance,
    InstanceOptions,
    Sources,
    Surroundings,
)
from iamkit.cloud.moments import during
from iamkit.cloud.network import Network
from iamkit.cloud.run_sessions import role_session
from iamkit.cloud.server import Application, Server
from iamkit.cloud.sessions import Holder, Session
from iamkit.cloud.state import State
from iamkit.cloud.store import Directory, Organization, backends
from iamkit.cloud.store.entities import Key
from iamkit.cloud.sts import Sts
from iamkit.cloud.trail import Trail
from iamkit.policy import Caller, CallerKind
from iamkit.sigv4 import AccessKey, Credentials, HttpRequest

if TYPE_CHECKING:
    from iamkit.analysis.landscape import Landscape

__all__ = ["ACCOUNT", "ADMINISTRATOR", "REGION", "CloudRunning", "Keys", "LocalCloud"]

ACCOUNT = "111122223333"
ADMINISTRATOR = "administrator"
_ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"


class CloudRunning(RuntimeError):
    """There is a local cloud in this process already."""


_NOT_STARTED = "the local cloud has not been started\n  help: with LocalCloud() as cloud: …"


class LocalCloud:
    """A cloud on loopback, whose requests the engine decides; as a context manager it runs while the block does.

    With a seed all names, IDs and keys are the same in every run; `clock` gives the time, aware. moto keeps its state
    in the process, so that there can be one cloud in it at a time: a second one raises CloudRunning. `state` is a
    directory in which everything is kept over restarts, also when the process is killed.
    """

    _running: LocalCloud | None = None

    def __init__(
        self,
        *,
        accounts: Sequence[str] = (ACCOUNT,),
        seed: int | None = None,
        port: int = 0,
        clock: Callable[[], datetime] | None = None,
        network: Network | None = None,
        organization: Organization | None = None,
        state: Path | str | None = None,
    ) -> None:
        self.accounts = tuple(accounts)
        self.trail = Trail()
        self.federation = Federation()
        self.organization = organization
        self._random = random.Random(seed) if seed is not None else random.SystemRandom()
        self._seed = seed
        self._port = port
        self._clock = Clock(clock)
        self._network = network or Network()
        self._server: Server | None = None
        self._sources: Sources | None = None
        self.directory = Directory()
        self.gateway: Gateway
        self.sts: Sts
        self.control: Control
        self._functions: Functions | None = None
        self._roots: dict[str, Holder] = {}
        self._root_keys: dict[str, Key] = {}
        self._opened: dict[str, datetime] = {}
        self._administrators: dict[str, Keys] = {}
        self._directory = None if state is None else Path(state).expanduser()
        self._state: State | None = None
        self._keeping: Keeping

    def __repr__(self) -> str:
        seed = "" if self._seed is None else f"seed={self._seed}, "
        return f"LocalCloud({seed}accounts={', '.join(self.accounts)})"

    def __enter__(self) -> LocalCloud:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> LocalCloud:
        """Open the accounts and begin to listen.

        Raises CloudRunning, OSError for a port that is taken, and for a state on disk what `State` raises.
        """
        if LocalCloud._running is not None:
            raise CloudRunning(
                f"a local cloud runs at {LocalCloud._running.endpoint} already\n"
                "  help: use that one, or stop it first: cloud.stop()"
            )
        server = Server(self._port)
        LocalCloud._running = self
        try:
            self._open_state()
            self._begin()
            self._server = server
            self.gateway = self._make_gateway(server.port)
            self.control = Control(self, server.port)
            self._keeping.replay()
            server.start(Application(self._answer))
        except BaseException:
            LocalCloud._running = None
            server.stop()
            self._close_state()
            raise
        return self

    def _begin(self) -> None:
        backends.reset()
        backends.seed(self._random.getrandbits(64))
        backends.use_clock(self._clock)
        self._root_keys.clear()
        for account in self.accounts:
            with self._beginning("account", account):
                self._administrators[account] = self._open(account)

    def _open_state(self) -> None:
        if self._directory is None:
            return
        told = None if self.accounts == (ACCOUNT,) else self.accounts
        self._state = state = State(self._directory, told, self._seed, self._clock)
        self.accounts = state.header.accounts or self.accounts
        self._seed = state.header.seed
        self._random = state.chance()

    def _close_state(self) -> None:
        if self._state is not None:
            self._state.close()
            self._state = None

    def _beginning(self, *of: str) -> AbstractContextManager[object]:
        """Be where what is there from the start is made: the same in every run on the same state."""
        return nullcontext() if self._state is None else during(self._state.beginning(*of))

    def reset(self, seed: int | None = None, accounts: Sequence[str] = (ACCOUNT,)) -> None:
        """Forget everything and begin again where one is, with a seed as in a cloud that was made with it."""
        gateway, server = self.gateway, self._server
        assert server is not None
        if self._state is not None:
            raise ValueError("a cloud with its state on disk is not reset\nhelp: start one with another directory")
        # Without the lock: a function that ends may still have something to say.
        self.functions.stop()
        with gateway.lock:
            self.accounts = tuple(accounts)
            self.trail = Trail()
            self._random = random.Random(seed) if seed is not None else random.SystemRandom()
            self._clock.ahead = timedelta()
            self._roots.clear()
            self._administrators.clear()
            self._begin()
            # Requests that came in before are answered by the gateway that was there then.
            self.gateway = self._make_gateway(server.port)

    def stop(self) -> None:
        """Stop listening and forget everything; does nothing for a cloud that does not run."""
        if LocalCloud._running is self and self._server is not None:
            self.functions.stop()
            self._stop_sources()
            self._server.stop()
            self._keeping.stop()
            with self.gateway.lock:
                self._close_state()
                backends.reset()
            LocalCloud._running = None

    @property
    def endpoint(self) -> str:
        """Give the address that SDKs take as `endpoint_url`."""
        if self._server is None:
            raise RuntimeError(_NOT_STARTED)
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def functions(self) -> Functions:
        """Give what runs functions, to wait for those that were invoked asynchronously."""
        if self._functions is None:
            raise RuntimeError(_NOT_STARTED)
        return self._functions

    def administrator(self, account: str | None = None) -> Keys:
        """Give the keys of an account's administrator, an IAM user who may do everything."""
        return self._administrators[account or self.accounts[0]]

    def client(
        self, service: str, keys: Keys | Mapping[str, Any] | None = None, *, region: str = REGION, **options: Any
    ) -> Any:
        """Make a boto3 client for this cloud, with an administrator's keys unless others are given (`Keys.of`)."""
        return make_client(self.endpoint, service, Keys.of(keys) if keys else self.administrator(), region, **options)

    def let_pass(self, duration: timedelta) -> None:
        """Let time pass in the cloud: sessions grow older and end, while signatures stay fresh."""
        seconds = duration.total_seconds()
        self._keeping.keep("let-pass", {"seconds": seconds}, lambda: self._clock.let_pass(duration))

    def now(self) -> datetime:
        """Tell the cloud's time, which is the laptop's and as much later as was let pass."""
        return self._clock()

    def why(self, number: int | None = None) -> Denial:
        """Explain the last call that was refused, or the one of this number in the trail; raises NoDenials."""
        denials = self.trail.denials()
        if not denials:
            raise NoDenials("nothing has been refused yet\nhelp: make a call that no policy allows")
        found = denials[:1] if number is None else [event for event in denials if event.number == number]
        if not found:
            numbers = ", ".join(str(event.number) for event in denials[:10])
            raise NoDenials(f"event {number} is no denial\nhelp: the last denials are {numbers}")
        return Denial.of(found[0])

    def landscape(self, *, without: Sequence[str] = (ADMINISTRATOR,)) -> Landscape:
        """Describe all accounts as they are now, to be analyzed; `without` names users and roles to leave out."""
        # Most clouds are never analyzed.
        from iamkit.cloud.landscape import landscape_of

        return landscape_of(self, tuple(without))

    def root(self, account: str | None = None) -> Keys:
        """Give keys of an account's root user, as nobody should have them."""
        own = account or self.accounts[0]
        if own not in self._root_keys:
            self._keeping.keep("root-key", {"account": own}, lambda: self.make_root_key(own))
        held = self._roots[self._root_keys[own].id].access_key.credentials
        return Keys(held.access_key_id, held.secret_access_key)

    def make_root_key(self, account: str) -> None:
        """Make the key of an account's root user."""
        arn = f"arn:aws:iam::{account}:root"
        held = Credentials("AKIA" + self._text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), self._text(_BASE64, 40))
        caller = Caller(CallerKind.ROOT, arn, account, unique_id=account)
        self._roots[held.access_key_id] = Holder(AccessKey(held, principal=arn), caller)
        self._root_keys[account] = Key(held.access_key_id, True, self._clock())

    def instance(
        self, role_name: str | None = None, *, account: str | None = None, **options: Unpack[InstanceOptions]
    ) -> Instance:
        """Start the metadata service of an EC2 instance with a role (A16); raises NoSuchRole, ValueError."""
        return self._beside.instance(role_name, account or self.accounts[0], **options)

    def launched(self, instance_id: str, *, account: str | None = None) -> Instance:
        """Start the metadata service of an instance that was launched with RunInstances; raises NotRunning."""
        return self._beside.launched(instance_id, account or self.accounts[0])

    def container(
        self, role_name: str, *, account: str | None = None, **options: Unpack[ContainerOptions]
    ) -> Container:
        """Start the credentials endpoint of an ECS task or an EKS pod with a role; raises NoSuchRole, ValueError."""
        return self._beside.container(role_name, account or self.accounts[0], **options)

    def identity_center(self) -> IdentityCenter:
        """Start an IAM Identity Center, for profiles with `sso`."""
        return self._beside.identity_center()

    @property
    def _beside(self) -> Sources:
        if self._sources is None:
            raise RuntimeError(_NOT_STARTED)
        return self._sources

    def _text(self, alphabet: str, length: int) -> str:
        return "".join(self._random.choices(alphabet, k=length))

    def open_account(self, account: str) -> Keys:
        """Open one more account, and give the keys of its administrator; ValueError for what is no account ID."""
        if not is_account_id(account):
            raise ValueError(f"`{account}` is no account\nhelp: an account ID has 12 digits, as in {ACCOUNT}")
        if account not in self._administrators:
            self._keeping.keep("open-account", {"account": account}, lambda: self.open_one_more(account))
        return self._administrators[account]

    def open_one_more(self, account: str) -> None:
        """Open an account that is not open."""
        self.accounts += (account,)
        self._administrators[account] = self._open(account)

    def role_session(self, role: str, account: str | None = None, service: str | None = None) -> Session:
        """Make a session of a role for a program on the laptop; raises UnknownRole, and ServiceError."""
        told = {"role": role, "account": account, "service": service}
        return self._keeping.keep("role-session", told, lambda: role_session(self, role, account, service))

    def administrator_holder(self, account: str) -> Holder:
        """Tell who an account's administrator is, as the gateway knows callers."""
        held = self.directory.holder(self.administrator(account).access_key_id)
        if held is None:
            raise LookupError(f"the administrator of {account} has been deleted")
        return held

    def _open(self, account: str) -> Keys:
        """Make an account with its administrator."""
        backends.open_account(account)
        self._opened[account] = self._clock()
        iam = backends.backend("iam", account)
        iam.create_user(REGION, ADMINISTRATOR)
        iam.attach_user_policy(_ADMINISTRATOR_ACCESS, ADMINISTRATOR)
        key = iam.create_access_key(ADMINISTRATOR)
        return Keys(key.access_key_id, key.secret_access_key)

    def _answer(self, request: HttpRequest) -> Answer:
        return self.control.answer(request) if self.control.answers(request) else self.gateway.answer(request)

    def _make_gateway(self, port: int) -> Gateway:
        foundation = Foundation(
            port,
            self.directory,
            self.organization,
            self._network,
            self.federation,
            self._clock,
            self._random,
            self.trail,
            self._roots,
            self._account,
            self._beginning,
            self._state,
        )
        parts = assemble(foundation)
        self.sts, self._functions = parts.sts, parts.functions
        self._stop_sources()
        self._keeping = keeping = Keeping(self, parts.sessions, self._state, parts.iam.join)

        def do(call: Call, account: str) -> Answer:
            return keeping.do_for_service(call, account, foundation.request_id())

        lock = parts.gateway.lock
        self._sources = Sources(Surroundings(parts.sts, self._clock, self._random, lock, self.endpoint, REGION, do))
        return parts.gateway

    def _account(self, account: str) -> Account:
        root = self._root_keys.get(account)
        return Account(self._opened[account], () if root is None else (root,))

    def _stop_sources(self) -> None:
        if self._sources is not None:
            self._sources.stop()


_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

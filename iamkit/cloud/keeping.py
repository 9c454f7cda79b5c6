"""A cloud and its state on disk: what is kept beside calls, and how all of it is done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from iamkit.cloud.calls import Answer, Call
from iamkit.cloud.moments import current
from iamkit.cloud.run_sessions import role_session
from iamkit.cloud.sessions import Session
from iamkit.cloud.state import Act, State, given_sessions
from iamkit.cloud.store import Organization
from iamkit.cloud.store.organization import Change, read, written
from iamkit.cloud.sts import Sessions

if TYPE_CHECKING:
    from iamkit.cloud.local_cloud import LocalCloud

_Given = TypeVar("_Given")
Told = Mapping[str, Any]


@dataclass(slots=True)
class Keeping:
    """Keep what a cloud does, in its state if it has one; `sessions` is its table of sessions.

    `join` tells those who look at the organization which one it is.
    """

    cloud: LocalCloud
    sessions: Sessions
    state: State | None
    join: Callable[[Organization | None], object]

    def keep(self, name: str, told: Told, do: Callable[[], _Given]) -> _Given:
        """Do something that is no call; with a state on disk it is done again from what is told."""
        state, gateway = self.state, self.cloud.gateway
        with gateway.lock:
            given = do() if state is None else state.keep(name, told, gateway.clock(), do)
        if state is not None:
            state.settle()
        return given

    def do_for_service(self, call: Call, account: str, request_id: str) -> Answer:
        """Let a service of AWS make a call, which nobody has to allow; it is kept like others."""
        gateway = self.cloud.gateway
        with gateway.lock:
            given = gateway.perform(Act(call, None, {}, account, request_id, gateway.clock()), lambda _: None)
        if self.state is not None:
            self.state.settle()
        assert isinstance(given, Answer)
        return given

    def replay(self) -> None:
        """Do again what was done before the cloud was stopped, or killed; then go on from there."""
        if self.state is None:
            return
        gateway, given = self.cloud.gateway, self.cloud.organization
        with gateway.lock:
            self._join(None)
            self.state.replay(
                lambda act: gateway.do(act, lambda _: None), self._again, gateway.authenticated, gateway.holders
            )
        self.sessions.watcher = self._keep_session
        self._keep_organization(given)

    def stop(self) -> None:
        """Keep nothing more."""
        self.sessions.watcher = None
        if self.cloud.organization is not None:
            self.cloud.organization.watcher = None

    def _again(self, name: str, told: Told) -> None:
        cloud = self.cloud
        deeds: Mapping[str, Callable[[], object]] = {
            "let-pass": lambda: cloud.gateway.clock.let_pass(timedelta(seconds=told["seconds"])),
            "open-account": lambda: cloud.open_one_more(told["account"]),
            "root-key": lambda: cloud.make_root_key(told["account"]),
            "role-session": lambda: role_session(cloud, told["role"], told["account"], told["service"]),
            "session": lambda: self.sessions.restore(given_sessions.read(told, cloud.gateway.holders)),
            "organization": lambda: self._join(read(told)),
            "organization-change": lambda: self._change(told),
        }
        deeds[name]()

    def _keep_session(self, session: Session) -> None:
        # One that a call makes is made again by it.
        if current() is None:
            self.keep("session", given_sessions.written(session), lambda: None)

    def _keep_organization(self, given: Organization | None) -> None:
        """Go on with the organization that was kept, or with another one that is given, and keep what is done to it."""
        kept = self.cloud.organization
        if given is not None and (kept is None or written(given) != written(kept)):
            self.keep("organization", written(given), lambda: None)
        self._join(given or kept)
        if self.cloud.organization is not None:
            self.cloud.organization.watcher = self._keep_change

    def _keep_change(self, change: Change) -> None:
        self.keep("organization-change", {"change": change}, lambda: None)

    def _change(self, told: Told) -> None:
        assert self.cloud.organization is not None
        self.cloud.organization.change(*told["change"])

    def _join(self, organization: Organization | None) -> None:
        self.cloud.organization = self.cloud.gateway.authorizer.organization = organization
        self.join(organization)

"""A cloud to practice in: exercises whose programs use real clients are tried in accounts of their own.

It runs in a process beside the course, as the learner's own cloud may run in this one, and ends with it.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from iamkit.course.border import Client
from iamkit.course.judges.cases import Call, Case, Judge
from iamkit.course.runner import CannotRun

if TYPE_CHECKING:
    from iamkit.cloud.clients import Keys

SEED = 1
# AWS's own examples first.
_ACCOUNTS = ("111122223333", "444455556666", "777788889999", "222233334444", "555566667777", "888899990000")


class World:
    """The accounts of one check, the same ones each time; nothing in them but their administrators."""

    def __init__(self, practice: Practice) -> None:
        self._practice = practice
        self._opened = 0

    def account(self) -> Account:
        """Open the next account."""
        from iamkit.cloud.clients import Keys

        self._opened += 1
        number = _ACCOUNTS[self._opened - 1] if self._opened <= len(_ACCOUNTS) else f"{self._opened:012d}"
        made = self._practice.ask("open-account", account=number)
        return Account(self._practice, number, Keys(made["accessKeyId"], made["secretAccessKey"]))

    def let_pass(self, duration: timedelta) -> None:
        """Let time pass in all accounts."""
        self._practice.ask("let-pass", seconds=duration.total_seconds())


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its administrator."""

    practice: Practice
    id: str
    administrator: Keys

    def client(self, service: str, keys: Keys | Mapping[str, Any] | None = None) -> Any:
        """Make a boto3 client for the judge, as the administrator unless others' keys are given."""
        from iamkit.cloud.clients import Keys, make_client

        return make_client(self.practice.endpoint, service, Keys.of(keys) if keys else self.administrator)

    def argument(self, service: str, keys: Keys | Mapping[str, Any] | None = None) -> Client:
        """Make the argument that the learner's function gets as a boto3 client."""
        from iamkit.cloud.clients import Keys

        given = Keys.of(keys) if keys else self.administrator
        return Client(
            service, self.practice.endpoint, given.access_key_id, given.secret_access_key, given.session_token
        )

    def root(self) -> Keys:
        """Make an access key of the account's root user."""
        from iamkit.cloud.clients import Keys

        made = self.practice.ask("root", account=self.id)
        return Keys(made["accessKeyId"], made["secretAccessKey"])

    def instance(self, role: str | None = None, http_tokens: str = "optional") -> PracticeInstance:
        """Start an instance with its metadata service, with a role of this account or without one."""
        made = self.practice.ask("instance", account=self.id, role=role, httpTokens=http_tokens)
        return PracticeInstance(self.practice, made["instanceId"], made["endpoint"])

    def events(self) -> list[dict[str, Any]]:
        """List what happened in this account since the check began, as CloudTrail records it."""
        records: list[dict[str, Any]] = self.practice.ask("events")["Records"]
        return [each for each in records if each["recipientAccountId"] == self.id]


@dataclass(frozen=True, slots=True)
class PracticeInstance:
    """An instance as its programs see it: `endpoint` is its metadata service."""

    practice: Practice
    id: str
    endpoint: str

    def requests(self) -> list[dict[str, Any]]:
        """List what was asked there, oldest first: method, path, whether with a token, and the status."""
        asked: list[dict[str, Any]] = self.practice.ask("instance-requests", instanceId=self.id)["requests"]
        return asked


class Practice:
    """A process with a local cloud."""

    def __init__(self) -> None:
        from iamkit.cloud.registry import Running

        command = [sys.executable, "-m", "iamkit", "cloud", "--json", "--seed", str(SEED), "--with-parent"]
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        except OSError as error:
            raise CannotRun(f"no second Python can be started here ({error.strerror or error})") from error
        atexit.register(self.stop)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise CannotRun("the cloud to practice in did not start: see what `iamkit cloud` says in a terminal")
        started = json.loads(line)
        self._running = Running(started["endpoint"], started["token"])
        self.endpoint = self._running.endpoint

    @property
    def alive(self) -> bool:
        """Tell whether the process still runs."""
        return self._process.poll() is None

    def ask(self, operation: str, **asked: Any) -> Any:
        """Ask the cloud as its owner."""
        from iamkit.cloud.remote import ask

        return ask(self._running, operation, **asked)

    def begin(self) -> World:
        """Forget everything and begin again, with the same names, keys and IDs as ever."""
        self.ask("reset", seed=SEED)
        return World(self)

    def stop(self) -> None:
        """End the process, which watches for the end of its input."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@cache
def _started() -> Practice:
    return Practice()


def practice() -> Practice:
    """Give the cloud to practice in, started when it is first needed; CannotRun where there can be none."""
    found = _started()
    if not found.alive:
        _started.cache_clear()
        found = _started()
    return found


Calls = Callable[[World], Iterable[Call]]


@dataclass(frozen=True, slots=True)
class PracticeJudge(Judge):
    """A judge whose cases are prepared, and tried, in accounts of the cloud to practice in.

    `worlds` takes the place of `cases`: what makes the calls of a case is given the world to open accounts in.
    """

    worlds: Mapping[str, Calls]

    def build(self) -> tuple[Case, ...]:
        """Prepare all cases in a fresh world."""
        world = practice().begin()
        return tuple(Case(name, tuple(calls(world))) for name, calls in self.worlds.items())


def practice_judge(name: str, parameters: tuple[str, ...], returns: str, worlds: Mapping[str, Calls]) -> PracticeJudge:
    """Make a judge of cases that are tried with real clients."""
    return PracticeJudge(name, parameters, returns, dict.fromkeys(worlds, tuple), worlds)

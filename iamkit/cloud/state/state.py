"""The state of a cloud on disk: what was done is written down, and done again when the cloud starts anew.

moto's state is thousands of Python objects that nobody promises to be able to save. What makes them can be saved: the
calls, with the time and the chance that each of them met. Every call that may have changed something is in the journal
before its answer leaves, also one that failed, as it may have changed something first.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, TypeVar

from iamkit.cloud.calls import Answer, Later
from iamkit.cloud.moments import Chance, Forgotten, Moment, current, during
from iamkit.cloud.sessions import Holder
from iamkit.cloud.state.acts import Act, act_of, digest_of, record_of
from iamkit.cloud.state.changing import Uses, is_written
from iamkit.cloud.state.encoding import decode, encode
from iamkit.cloud.state.journal import Journal, sync_directory
from iamkit.cloud.state.locking import lock
from iamkit.cloud.store.stand_ins import begin_anew, install, open_backends_in

FORMAT = 1
_SECRET_BYTES = 32
# What takes time is done after a call, when others may act again, and not done again.
Do = Callable[[Act], Answer | Later]
Holders = Callable[[str], Holder | None]
Note = Callable[[Holder, str, str, datetime], None]
Again = Callable[[str, Mapping[str, Any]], object]
_Given = TypeVar("_Given")


class DamagedState(ValueError):
    """A state on disk is not as it was written."""


class OtherState(ValueError):
    """A directory holds the state of another cloud than the one that is asked for."""


class Diverged(ValueError):
    """A call gave another answer than the first time, so that the state is not what it was."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the whole state starts from."""

    accounts: tuple[str, ...]
    seed: int | None
    secret: bytes
    opened: datetime
    versions: Mapping[str, str]


class State:
    """The state in a directory, locked for this process until it is closed.

    Raises OSError for a directory that cannot be used, DamagedState and OtherState for one that should not be.
    """

    def __init__(
        self, directory: Path, accounts: Sequence[str] | None, seed: int | None, clock: Callable[[], datetime]
    ) -> None:
        self.directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as opened:
            opened.callback(os.close, lock(directory))
            self._journal = Journal(directory / "journal")
            opened.callback(self._journal.close)
            self._records = self._journal.read()
            self.header = self._open(accounts, seed, clock)
            self._opened = opened.pop_all()
        self._readings = 0
        # Calls that only read draw from here: they are not repeated, and need not be.
        self._nonce = secrets.token_bytes(_SECRET_BYTES) if self.header.seed is None else b""
        self._uses = Uses()
        install()
        begin_anew()
        open_backends_in(lambda *of: self.beginning("backend", *of))

    def _open(self, accounts: Sequence[str] | None, seed: int | None, clock: Callable[[], datetime]) -> Header:
        """Read the first record, or write it."""
        first = self._next()
        if first is not None:
            return self._known(first, accounts, seed)
        secret = (
            secrets.token_bytes(_SECRET_BYTES) if seed is None else hashlib.sha256(f"state {seed}".encode()).digest()
        )
        header = Header(tuple(accounts or ()), seed, secret, clock(), _versions())
        self._journal.append(
            encode(
                {
                    "kind": "header",
                    "format": FORMAT,
                    "accounts": header.accounts,
                    "seed": header.seed,
                    "secret": header.secret,
                    "opened": header.opened,
                    "versions": header.versions,
                }
            )
        )
        self._journal.settle()
        sync_directory(self.directory)
        return header

    def _known(self, first: Mapping[str, Any], accounts: Sequence[str] | None, seed: int | None) -> Header:
        header = Header(tuple(first["accounts"]), first["seed"], first["secret"], first["opened"], first["versions"])
        for what, given, kept in (
            ("accounts", accounts and tuple(accounts), header.accounts),
            ("seed", seed, header.seed),
        ):
            if given is not None and given != kept:
                raise OtherState(
                    f"`{self.directory}` keeps a cloud with {what} `{_said(kept)}`, not `{_said(given)}`\n"
                    f"help: leave {what} out to go on with it, or name another directory"
                )
        return header

    def _next(self) -> dict[str, Any] | None:
        try:
            frame = next(self._records, None)
            return None if frame is None else decode(frame.payload)
        except ValueError as problem:
            raise DamagedState(
                f"`{self._journal.path}` is damaged: {problem}\n"
                "help: put a copy of it back; to give up that call and all after it, cut the file off there"
            ) from problem

    def beginning(self, *of: str) -> Moment:
        """Give the moment in which something is made that is there from the start; it is the same in every run."""
        return Moment(self.header.opened, self._random(*of))

    def _random(self, *of: object) -> Random:
        return Random(hashlib.sha256(b"\0".join([self.header.secret, *(str(each).encode() for each in of)])).digest())

    def chance(self) -> Random:
        """Give a generator that draws from the moment of a call, and never repeats itself outside of one."""
        seeded = Random(self._random("between", self._journal.next).getrandbits(256))
        return Chance(seeded if self.header.seed is not None else SystemRandom())

    def _moment(self, number: int, now: datetime) -> Moment:
        return Moment(now, self._random("call", number))

    def _reading(self, now: datetime) -> Moment:
        self._readings += 1
        random = self._random("reading", self._journal.next, self._readings, self._nonce.hex())
        return Moment(now, random, leaves_traces=False)

    def replay(self, do: Do, again: Again, note: Note, holders: Holders) -> int:
        """Do again what was done, and tell how many calls that were; raises Diverged at the first other outcome.

        `do` does a call, `again` what was kept beside calls, `note` takes note of a key that was used.
        """
        done = 0
        while (record := self._next()) is not None:
            moment = self._moment(self._journal.next, record["now"])
            moment.kept, moment.again = list(record["kept"]), True
            if record["kind"] == "call":
                self._repeat(record, moment, partial(_call_again, record, do, holders))
            elif record["name"] == "key-used":
                self._repeat(record, moment, partial(self._used_again, record, note, holders))
            else:
                self._repeat(record, moment, partial(again, record["name"], record["told"]))
            done += 1
        return done

    def _repeat(self, record: Mapping[str, Any], moment: Moment, do: Callable[[], object]) -> None:
        outcome: object
        try:
            with during(moment):
                outcome = do()
        except Exception as problem:
            outcome = problem
        if digest_of(outcome) != record["outcome"] or isinstance(outcome, Forgotten):
            raise self._diverged(record) from (outcome if isinstance(outcome, Exception) else None)

    def _used_again(self, record: Mapping[str, Any], note: Note, holders: Holders) -> None:
        told, now = record["told"], record["now"]
        holder = holders(told["access_key_id"])
        self._uses.is_news(**told, now=now)
        if holder is not None:
            note(holder, told["service"], told["region"], now)

    def _diverged(self, record: Mapping[str, Any]) -> Diverged:
        name = record.get("name") or f"{record['service']}:{record['operation']}"
        return Diverged(
            f"call {self._journal.next} in `{self._journal.path}`, `{name}`, gives another answer than the first time\n"
            f"help: it was made with {_said(self.header.versions)}, this is {_said(_versions())}; "
            "install those versions, or begin a new directory"
        )

    def perform(self, act: Act, do: Do) -> Answer | Later:
        """Do a call, and write it down if it may change something; whoever performs holds the gateway's lock.

        The answer may go out when `settle` has returned. Raises NotKept, and whatever doing the call raises.
        """
        if current() is not None:
            # Part of another call, which will do it again.
            return do(act)
        self._journal.check()
        if not is_written(act.call):
            with during(self._reading(act.now)):
                return do(act)
        # What cannot be written must not be done.
        return self._written(record_of(act), act.now, lambda: do(act))

    def use(self, holder: Holder, service: str, region: str, now: datetime, note: Note) -> None:
        """Have a use of a key noted if it is news, and write that down; otherwise it is as if it had not been."""
        key = holder.access_key.credentials.access_key_id
        if self._uses.is_news(key, service, region, now):
            told = {"access_key_id": key, "service": service, "region": region}
            self.keep("key-used", told, now, lambda: note(holder, service, region, now))

    def keep(self, name: str, told: Mapping[str, Any], now: datetime, do: Callable[[], _Given]) -> _Given:
        """Do something that is no call, and write it down, as `perform` does."""
        if current() is not None:
            return do()
        self._journal.check()
        return self._written({"kind": "deed", "name": name, "told": told, "now": now}, now, do)

    def _written(self, record: Mapping[str, Any], now: datetime, do: Callable[[], _Given]) -> _Given:
        encode(record)
        moment = self._moment(self._journal.next, now)
        try:
            with during(moment):
                given = do()
        except Exception as problem:
            self._write(record, moment, problem)
            raise
        self._write(record, moment, given)
        return given

    def _write(self, record: Mapping[str, Any], moment: Moment, outcome: object) -> None:
        self._journal.append(encode({**record, "kept": moment.kept, "outcome": digest_of(outcome)}))

    def settle(self) -> None:
        """Return when all that was done is on disk; raises NotKept."""
        self._journal.settle()

    def close(self) -> None:
        """Let go of the directory."""
        open_backends_in(None)
        self._opened.close()


def _call_again(record: Mapping[str, Any], do: Do, holders: Holders) -> Answer | Later:
    return do(act_of(record, holders))


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("iamkit", "moto", "botocore")}


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {each}" for name, each in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)

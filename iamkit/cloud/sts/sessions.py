"""The table of sessions: temporary credentials, from the moment they are given until they are long expired."""

from __future__ import annotations

import heapq
import string
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from threading import Lock

from iamkit.cloud.sessions import Holder, Session
from iamkit.policy import Caller, Policy
from iamkit.policy.variables import ContextValue
from iamkit.sigv4 import AccessKey, Credentials

# The alphabets of AWS's access key IDs (base32) and of its secrets and tokens (base64).
_ID = string.ascii_uppercase + "234567"
_SECRET = string.ascii_letters + string.digits + "+/"
_TOKEN_SIZE = 360
MAX_TOKEN_SIZE = 4096
# An expired key is still known for as long as a session can last, so that it is answered as expired and not as unknown.
_KNOWN_AFTER = timedelta(hours=36)


class Sessions:
    """Every session that can still be asked about; all keys come from the generator given, so a seed repeats them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._sessions: dict[str, Session] = {}
        self._ends: list[tuple[datetime, str]] = []
        self._lock = Lock()
        # Told of every session; a state on disk keeps those that are made beside calls.
        self.watcher: Callable[[Session], object] | None = None

    def make(
        self,
        caller: Caller,
        kind: str,
        now: datetime,
        seconds: int,
        *,
        context: Mapping[str, ContextValue] | None = None,
        session_policies: tuple[Policy, ...] | None = None,
        transitive: frozenset[str] = frozenset(),
        source_identity: str | None = None,
        maker: str = "",
        maker_session: Session | None = None,
        token_size: int = 0,
    ) -> Session:
        """Give new credentials to a caller; `kind` is the operation that asks for them.

        The context gets aws:TokenIssueTime (E25), aws:MultiFactorAuthPresent, unless it says so, and the source
        identity. `token_size` is the least length of the session token.
        """
        issued = now.replace(microsecond=0)
        keys: dict[str, ContextValue] = {
            "aws:TokenIssueTime": issued.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:MultiFactorAuthPresent": "false",
            **(context or {}),
        }
        if source_identity is not None:
            keys["aws:SourceIdentity"] = source_identity
        with self._lock:
            self._forget(now)
            session = Session(
                AccessKey(self._credentials(token_size), True, issued + timedelta(seconds=seconds), caller.arn),
                caller,
                kind,
                issued,
                keys,
                session_policies,
                transitive,
                source_identity,
                maker,
                maker_session,
            )
            self._add(session)
        if self.watcher is not None:
            self.watcher(session)
        return session

    def restore(self, session: Session) -> None:
        """Take a session that was made before."""
        with self._lock:
            self._add(session)

    def holder(self, access_key_id: str) -> Holder | None:
        """Find who holds temporary credentials, also for some time after they have expired."""
        session = self._sessions.get(access_key_id)
        return None if session is None else Holder(session.access_key, session.caller, session)

    def __len__(self) -> int:
        return len(self._sessions)

    def _credentials(self, token_size: int) -> Credentials:
        access_key_id = self._text(_ID, 16, "ASIA")
        while access_key_id in self._sessions:
            access_key_id = self._text(_ID, 16, "ASIA")
        return Credentials(access_key_id, self._text(_SECRET, 40), self._text(_SECRET, max(_TOKEN_SIZE, token_size)))

    def _text(self, alphabet: str, length: int, start: str = "") -> str:
        return start + "".join(self._random.choices(alphabet, k=length))

    def _add(self, session: Session) -> None:
        access_key_id, expires = session.access_key.credentials.access_key_id, session.access_key.expires
        self._sessions[access_key_id] = session
        if expires is not None:
            heapq.heappush(self._ends, (expires, access_key_id))

    def _forget(self, now: datetime) -> None:
        while self._ends and self._ends[0][0] + _KNOWN_AFTER < now:
            del self._sessions[heapq.heappop(self._ends)[1]]


def context_of(session: Session, now: datetime) -> dict[str, ContextValue]:
    """Give the condition keys of a session's requests; how long ago MFA was used depends on the time (E4)."""
    context = dict(session.context)
    if context.get("aws:MultiFactorAuthPresent") == "true":
        context["aws:MultiFactorAuthAge"] = str(max(0, int((now - session.issued).total_seconds())))
    return context

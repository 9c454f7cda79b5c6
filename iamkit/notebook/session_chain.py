"""The sessions behind a call, from the first to the one that signed it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iamkit.cloud.sessions import Session
    from iamkit.cloud.trail import Event


@dataclass(frozen=True, slots=True)
class Link:
    """One session of a chain; `origin` is who began it all, in words, `tags` and `transitive` as it carries them."""

    name: str
    maker: str
    origin: str
    begins: datetime
    ends: datetime
    chained: bool
    source_identity: str | None
    tags: Mapping[str, str]
    transitive: frozenset[str]

    @property
    def tags_told(self) -> str:
        """List the tags; those that go on to the next session are marked."""
        told = (f"{key}={value}{' (transitive)' if key in self.transitive else ''}" for key, value in self.tags.items())
        return ", ".join(told) or "none"


def links_of(event: Event) -> tuple[Link, ...]:
    """Give the sessions behind an event, the first one first; none for a long-term key and for nobody."""
    sessions: list[Session] = []
    session = event.holder.session if event.holder is not None else None
    while session is not None:
        sessions.insert(0, session)
        session = session.maker_session
    origin = _short(sessions[0].maker or str(sessions[0].caller)) if sessions else ""
    return tuple(_link(session, origin) for session in sessions)


def _link(session: Session, origin: str) -> Link:
    ends = session.access_key.expires
    assert ends is not None  # sessions end
    return Link(
        _short(str(session.caller)),
        _short(session.maker or str(session.caller)),
        origin,
        session.issued,
        ends,
        session.maker_session is not None,
        session.source_identity,
        dict(session.caller.tags),
        session.transitive,
    )


def _short(arn: str) -> str:
    """Leave out of an ARN what is the same in all of them."""
    return arn.rpartition(":")[2].removeprefix("assumed-role/")

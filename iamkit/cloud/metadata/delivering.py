"""A role's credentials as a service of AWS delivers them: the same for a while, new ones long before they expire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.metadata.surroundings import Surroundings, written
from iamkit.cloud.sessions import Session
from iamkit.evaluation import Evaluation
from iamkit.policy.variables import ContextValue

SIX_HOURS = 21_600
_LEAST, _MOST = 900, 43_200


class Unassumable(Exception):
    """The role's trust policy, or another one in force, does not let the service assume it."""

    def __init__(self, refused: ServiceError, evaluation: Evaluation | None) -> None:
        super().__init__(str(refused))
        self.evaluation = evaluation


class NoSuchRole(LookupError):
    """The account has no role of that name."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Credentials with the times that the documents of all endpoints name."""

    session: Session
    lifetime: int

    @property
    def access_key_id(self) -> str:
        """Give the access key ID."""
        return self.session.access_key.credentials.access_key_id

    @property
    def secret_access_key(self) -> str:
        """Give the secret access key."""
        return self.session.access_key.credentials.secret_access_key

    @property
    def token(self) -> str:
        """Give the session token."""
        return self.session.access_key.credentials.session_token or ""

    @property
    def issued(self) -> str:
        """Tell when they were made."""
        return written(self.session.issued)

    @property
    def expiration(self) -> str:
        """Tell when they end."""
        return written(self.session.issued + timedelta(seconds=self.lifetime))


@dataclass(slots=True)
class Delivery:
    """Who delivers, whose session it is, and what the session goes on to carry.

    Credentials are renewed when a sixth of their lifetime is over: every hour of six, as EC2 does. Until then a new
    trust policy changes nothing; a refusal is not kept, the role is asked for again.
    """

    surroundings: Surroundings
    service: str
    session_name: str
    lifetime: int = SIX_HOURS
    session_keys: Mapping[str, ContextValue] = field(default_factory=dict)
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    _role_arn: str = ""
    _current: Session | None = None

    def __post_init__(self) -> None:
        if not _LEAST <= self.lifetime <= _MOST:
            raise ValueError(
                f"`{self.lifetime}` is no lifetime of credentials\n"
                f"  help: give {_LEAST:,} to {_MOST:,} seconds; services of AWS take {SIX_HOURS:,}"
            )

    def rotate(self) -> None:
        """Forget the current credentials; they stay valid, but the next who ask are given others."""
        self._current = None

    def credentials(self, role_arn: str) -> Delivered:
        """Give the role's current credentials; raises Unassumable."""
        with self.surroundings.lock:
            held = self._current
            if held is None or role_arn != self._role_arn or self._is_old(held):
                held = self._assume(role_arn)
                self._current, self._role_arn = held, role_arn
            return Delivered(held, self.lifetime)

    def _is_old(self, session: Session) -> bool:
        return self.surroundings.clock() - session.issued >= timedelta(seconds=self.lifetime // 6)

    def _assume(self, role_arn: str) -> Session:
        evaluations: list[Evaluation] = []
        record: Callable[[Evaluation], None] = evaluations.append
        try:
            return self.surroundings.sts.assume_as_service(
                self.service,
                role_arn,
                self.session_name,
                {**self.surroundings.context(), **self.context},
                record,
                session_keys=self.session_keys,
                tags=self.tags,
                seconds=self.lifetime,
            )
        except ServiceError as refused:
            raise Unassumable(refused, evaluations[-1] if evaluations else None) from refused

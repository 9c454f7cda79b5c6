"""Session tags: passed, inherited in a chain, or a role's own; keys are the same in any case (E21)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from iamkit.cloud.calls import ServiceError
from iamkit.cloud.sessions import Session
from iamkit.policy.variables import ContextValue


@dataclass(frozen=True, slots=True)
class SessionTags:
    """The tags of a session to be: what the request passes, and what the caller's session hands down."""

    passed: Mapping[str, str] = field(default_factory=dict)
    passed_transitive: frozenset[str] = frozenset()
    inherited: Mapping[str, str] = field(default_factory=dict)

    @property
    def need_permission(self) -> bool:
        """Tell whether sts:TagSession must be allowed, which inherited tags need as well."""
        return bool(self.passed or self.inherited)

    @property
    def transitive(self) -> frozenset[str]:
        """Name the tags that go on to the next session of a chain."""
        return self.passed_transitive | frozenset(self.inherited)

    def keys(self) -> dict[str, ContextValue]:
        """Give the condition keys of a request that passes these tags."""
        keys: dict[str, ContextValue] = {f"aws:RequestTag/{key}": value for key, value in self.passed.items()}
        if self.passed:
            keys["aws:TagKeys"] = tuple(self.passed)
        if self.passed_transitive:
            keys["sts:TransitiveTagKeys"] = tuple(sorted(self.passed_transitive))
        return keys

    def over(self, own: Mapping[str, str]) -> dict[str, str]:
        """Lay the session tags over those of the role or user, whatever the case of the keys."""
        session = {**self.inherited, **self.passed}
        hidden = {key.casefold() for key in session}
        return {key: value for key, value in own.items() if key.casefold() not in hidden} | session


def session_tags(
    pairs: Iterable[tuple[str, str]], transitive: Iterable[str] = (), session: Session | None = None
) -> SessionTags:
    """Put tags together; refuse those that are there twice, or that would override what a chain hands down."""
    passed: dict[str, str] = {}
    names: dict[str, str] = {}
    for key, value in pairs:
        if key.casefold() in names:
            raise _invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
        if key.casefold().startswith("aws:"):
            raise _invalid("aws: prefixed tag key names are not allowed for external use.")
        names[key.casefold()] = key
        passed[key] = value
    inherited = _inherited(session)
    if any(key.casefold() in names for key in inherited):
        raise _invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
            "the calling session."
        )
    wanted = {key.casefold() for key in transitive}
    if not wanted <= names.keys():
        raise _invalid("The specified transitive tag key must be included in the requested tags.")
    return SessionTags(passed, frozenset(names[key] for key in wanted), inherited)


def tags_of(parameters: Mapping[str, Any], session: Session | None = None) -> SessionTags:
    """Read the tags that a request passes as parameters."""
    pairs = [(tag["Key"], tag["Value"]) for tag in parameters.get("Tags") or ()]
    return session_tags(pairs, parameters.get("TransitiveTagKeys") or (), session)


def _inherited(session: Session | None) -> dict[str, str]:
    if session is None:
        return {}
    return {key: value for key, value in session.caller.tags.items() if key in session.transitive}


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameterValue", message)

"""Findings of external access: who outside can do what with a resource, and a request that shows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from iamkit.analysis.outsiders import Outsider
from iamkit.evaluation import Evaluation, StatementRef

ZoneName = Literal["account", "organization"]


class Risk(Enum):
    """What makes a grant worse than that somebody outside has it."""

    NONE = ""
    CONFUSED_DEPUTY = "the service does it for anybody's resources: add aws:SourceArn or aws:SourceAccount (E26)"
    ANY_SUBJECT = "anybody with a token of the provider can: hold its `sub` claim"


@dataclass(frozen=True, slots=True)
class Finding:
    """External access to a resource: one principal by one statement, and a request that is allowed.

    `public` is what everyone can do without a condition that only some fulfill.
    """

    resource: str
    type: str
    account: str
    outsider: Outsider
    actions: tuple[str, ...]
    conditions: tuple[str, ...]
    statement: StatementRef
    example: Evaluation = field(repr=False, compare=False, hash=False)
    public: bool = False
    risk: Risk = Risk.NONE

    @property
    def key(self) -> tuple[str, int, str]:
        """Give what sorts findings."""
        return (self.resource, self.statement.index, str(self.outsider))

    def __str__(self) -> str:
        head = "PUBLIC: " if self.public else ""
        more = f" and {len(self.actions) - 1} more" if len(self.actions) > 1 else ""
        when = f", if {' and '.join(self.conditions)}" if self.conditions else ""
        risk = f"; {self.risk.value}" if self.risk is not Risk.NONE else ""
        return (
            f"{head}{self.outsider} can `{self.actions[0]}`{more} on {self.resource}{when}, by {self.statement}{risk}"
        )


@dataclass(frozen=True, slots=True)
class Clean:
    """A resource without a finding; `proved` tells whether no request at all can be allowed, or none was found."""

    resource: str
    type: str
    proved: bool

    def __str__(self) -> str:
        return f"{self.resource}: no outsider ({'proved' if self.proved else 'searched'})"


@dataclass(frozen=True, slots=True, repr=False)
class Exposure:
    """The findings of a landscape; `not_analyzed` are resources of types that are not looked at."""

    zone: ZoneName
    findings: tuple[Finding, ...]
    clean: tuple[Clean, ...]
    not_analyzed: tuple[str, ...]

    @property
    def public(self) -> tuple[Finding, ...]:
        """List the findings about what everyone can do."""
        return tuple(each for each in self.findings if each.public)

    def __repr__(self) -> str:
        resources = len({each.resource for each in self.findings})
        lines = [
            f"External access (zone of trust: {self.zone}): {_count(len(self.findings), 'finding')} about "
            f"{_count(resources, 'resource')}, {len(self.public)} public",
            *(f"  {each}" for each in self.findings),
            *(f"  {each}" for each in self.clean),
            *(f"  {each}: not analyzed" for each in self.not_analyzed),
        ]
        return "\n".join(lines)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"

"""The words of a decision: gates, steps, statements by reference, and the evaluation that holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from iamkit.policy.document import Policy
from iamkit.policy.grammar import PolicyType
from iamkit.policy.patterns import Matcher
from iamkit.policy.statement import Statement


class Decision(Enum):
    """The three decisions, in the words of AWS's own API."""

    ALLOW = "ALLOW"
    EXPLICIT_DENY = "EXPLICIT_DENY"
    IMPLICIT_DENY = "IMPLICIT_DENY"


class Gate(Enum):
    """The gates of the flow chart, in the order in which a request meets them (E5–E11, E18)."""

    VALID_POLICIES = "valid policies"
    AUTHENTICATION = "authentication"
    NO_PERMISSION_NEEDED = "no permission needed"
    EXPLICIT_DENY = "explicit deny"
    RESOURCE_CONTROL = "resource control policies"
    SERVICE_CONTROL = "service control policies"
    VPC_ENDPOINT = "VPC endpoint policy"
    RESOURCE_BASED = "resource-based policy"
    IDENTITY_BASED = "identity-based policies"
    PERMISSIONS_BOUNDARY = "permissions boundary"
    SESSION = "session policies"


class StepOutcome(Enum):
    """What a gate did with the request."""

    PASSED = "passed"
    STOPPED = "stopped"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class StatementRef:
    """Where a statement stands: the policy's name and type, the index in it, its Sid, and the group that brings it."""

    policy: str
    type: PolicyType
    index: int
    sid: str | None
    effect: str
    group: str | None = None

    def __str__(self) -> str:
        sid = f" (`{self.sid}`)" if self.sid else ""
        group = f" of group `{self.group}`" if self.group else ""
        return f"statement {self.index}{sid} of policy `{self.policy}`{group}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement in force, with the policy it comes from and the user group that brings it, if one does.

    `only_resource` is the statement's whole test, once its action element is known to cover the action, where there
    is nothing else to ask.
    """

    policy: Policy
    statement: Statement
    type: PolicyType
    group: str | None = None
    ref: StatementRef = field(init=False, repr=False, compare=False)
    only_resource: Matcher | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        statement = self.statement
        ref = StatementRef(self.policy.name, self.type, statement.index, statement.sid, statement.effect, self.group)
        object.__setattr__(self, "ref", ref)
        object.__setattr__(self, "only_resource", None if self.group else statement.only_resource)


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What a gate answers; a decision ends the evaluation. `{statement}` stands for what matched."""

    outcome: StepOutcome
    why: str
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One gate of an evaluation: what it did, why, and the statements that it rests on."""

    gate: Gate
    outcome: StepOutcome
    why: str
    statements: tuple[StatementRef, ...] = ()

    def __str__(self) -> str:
        return f"{self.gate.value}: {self.outcome.value}: {self.why}"


@dataclass(frozen=True, slots=True)
class NearMatch:
    """A statement that would have matched but for one element: what that asked for and what the request had."""

    statement: StatementRef
    element: str
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.statement}: {self.element} asks for {self.expected}, the request has {self.actual}"


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """A policy or a statement, or a part of one, that has no meaning for this request, and why."""

    policy: str
    statement: StatementRef | None
    reason: str

    def __str__(self) -> str:
        return f"{self.statement or f'policy `{self.policy}`'}: {self.reason}"

"""What `evaluate` returns: the decision at hand, and everything that explains it, worked out when it is asked for."""

from __future__ import annotations

from iamkit.evaluation import explain
from iamkit.evaluation.case import Case
from iamkit.evaluation.decision import Decision, Entry, Gate, NearMatch, NotEvaluated, StatementRef, Step
from iamkit.evaluation.messages import denial_message
from iamkit.evaluation.policies import Policies
from iamkit.request import Request


class Evaluation:
    """A decision with its reasons.

    `gate` is the gate that denied, or the one that granted; `deciding` the statement it rests on, None for an
    implicit deny. `steps` are the gates in the order in which the request met them.
    """

    __slots__ = ("_case", "_entry", "_explanation", "decision", "gate", "steps")

    def __init__(
        self, decision: Decision, gate: Gate, entry: Entry | None, steps: tuple[Step, ...], case: Case
    ) -> None:
        self.decision = decision
        self.gate = gate
        self.steps = steps
        self._entry = entry
        self._case = case
        self._explanation: explain.Explanation | None = None

    @property
    def allowed(self) -> bool:
        """Tell whether the decision is `ALLOW`."""
        return self.decision is Decision.ALLOW

    @property
    def request(self) -> Request:
        """Return the request that was decided."""
        return self._case.request

    @property
    def policies(self) -> Policies:
        """Return the policies that were in force."""
        return self._case.compiled.policies

    @property
    def deciding(self) -> StatementRef | None:
        """Name the statement that decided."""
        return self._entry.ref if self._entry else None

    @property
    def decided_by(self) -> str:
        """Name the deciding statement and its gate; without such a statement, the gate and why it decided."""
        gate = f"the gate `{self.gate.value}`"
        if self._entry is not None:
            return f"{self._entry.ref}, at {gate}"
        return f"{gate}: {next(step.why for step in self.steps if step.gate is self.gate)}"

    @property
    def explanation(self) -> explain.Explanation:
        """Look at every statement in force once more, for what the decision alone did not need."""
        if self._explanation is None:
            self._explanation = explain.explain(self._case)
        return self._explanation

    @property
    def matched_statements(self) -> tuple[StatementRef, ...]:
        """List all statements that match, of every policy that has a say."""
        return self.explanation.matched

    @property
    def nearly_matched(self) -> tuple[NearMatch, ...]:
        """List the statements that one element kept from matching."""
        return self.explanation.nearly

    @property
    def missing_context_keys(self) -> tuple[str, ...]:
        """List the condition keys that statements about this action and resource ask for and the request lacks."""
        return self.explanation.missing_keys

    @property
    def not_evaluated(self) -> tuple[NotEvaluated, ...]:
        """List the policies, statements and values that have no meaning for this request."""
        return self.explanation.not_evaluated

    @property
    def message(self) -> str:
        """Say the denial in AWS's words (E19); empty when the request is allowed."""
        return denial_message(self._case, self.decision, self.gate, self._entry)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Evaluation):
            return NotImplemented
        mine = (self.request, self.decision, self.gate, self.deciding, self.steps)
        return mine == (other.request, other.decision, other.gate, other.deciding, other.steps)

    def __hash__(self) -> int:
        return hash((self.decision, self.gate, self.deciding, self.steps))

    def __repr__(self) -> str:
        lines = [f"{self.decision.value} at the gate `{self.gate.value}`"]
        lines += [f"  {number}. {step}" for number, step in enumerate(self.steps, 1)]
        if self.message:
            lines.append(f"  {self.message}")
        lines += [f"  nearly: {near}" for near in self.nearly_matched]
        if self.missing_context_keys:
            lines.append(f"  missing context keys: {', '.join(self.missing_context_keys)}")
        lines += [f"  not evaluated: {problem}" for problem in self.not_evaluated]
        return "\n".join(lines)

"""What becomes of an attempt: an outcome, and the one thing that shows why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from iamkit.course.as_python import call_of

if TYPE_CHECKING:
    from iamkit import Decision, Evaluation, Problem, Request
    from iamkit.course.lines import LineDifference
    from iamkit.policy.variables import ContextValue


LEARNER = "your policy"
"""What the policy that is judged is called, unless it brings a name of its own."""


class Outcome(Enum):
    """What became of an attempt."""

    NOT_ATTEMPTED = "not_attempted"
    INVALID_POLICY = "invalid_policy"
    INVALID_PROGRAM = "invalid_program"
    FAILED = "failed"
    PASSED = "passed"


@dataclass(frozen=True, slots=True, repr=False)
class Counterexample:
    """One request that the policy gets wrong; `case` is the case's name, or `compare`."""

    case: str
    request: Request
    expected: str
    evaluation: Evaluation
    feedback: str

    @property
    def principal(self) -> str:
        return str(self.request.principal)

    @property
    def action(self) -> str:
        return self.request.action

    @property
    def resource(self) -> str:
        return self.request.resource.arn

    @property
    def context(self) -> Mapping[str, ContextValue]:
        return self.request.context

    @property
    def got(self) -> Decision:
        return self.evaluation.decision

    @property
    def decided_by(self) -> str:
        """Name what decided; of several policies that allow together, the learner's first."""
        evaluation = self.evaluation
        if not evaluation.allowed or evaluation.deciding is None or evaluation.deciding.policy == LEARNER:
            return evaluation.decided_by
        for step in evaluation.steps:
            for statement in step.statements:
                if statement.policy == LEARNER and statement.effect == "Allow":
                    return f"{statement}, at the gate `{step.gate.value}`, and {evaluation.decided_by}"
        return evaluation.decided_by

    def __repr__(self) -> str:
        rows = {
            "case": self.case,
            "principal": self.principal,
            "action": self.action,
            "resource": self.resource,
            "context": _shown(self.context),
            "expected": self.expected,
            "got": self.got.value,
            "decided by": self.decided_by,
            "feedback": self.feedback.strip(),
        }
        return "\n".join(f"  {name + ':':<11} {value}" for name, value in rows.items() if value)


@dataclass(frozen=True, slots=True, repr=False)
class FailedCall:
    """One call whose answer is not right.

    `expected` and `got` are Python or sentences, perhaps over several lines; `details` are more rows, such as the
    server's answer; `printed` is what the program printed during the call.
    """

    case: str
    function: str
    parameters: tuple[str, ...]
    arguments: tuple[Any, ...]
    expected: str
    got: str
    feedback: str
    difference: LineDifference | None = None
    details: tuple[tuple[str, str], ...] = ()
    printed: str = ""

    @property
    def call(self) -> str:
        """Write the call as it can be pasted into a cell."""
        return call_of(self.function, self.arguments)

    def __repr__(self) -> str:
        rows = [("case", self.case), ("call", self.call), ("expected", self.expected), ("got", self.got)]
        if self.difference is not None:
            rows.append(("differs in", repr(self.difference)))
        rows += [(name.lower(), text) for name, text in self.details]
        rows += [("feedback", self.feedback.strip()), ("printed", self.printed.rstrip())]
        return "\n".join(_row(name, text) for name, text in rows if text)


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """The outcome of a check with its reasons; `why` (Markdown) is there only after a pass.

    Policies are judged in `requests_compared` beyond the cases, or `proved` right for every request; the cases of a
    program are `calls_made`. `excerpt` are
    the lines of a program around its problem, `printed` is what it printed before any call.
    """

    slug: str
    title: str
    outcome: Outcome
    problems: tuple[Problem, ...] = ()
    counterexample: Counterexample | FailedCall | None = None
    cases_passed: int = 0
    cases_total: int = 0
    requests_compared: int = 0
    calls_made: int = 0
    why: str = ""
    note: str = ""
    excerpt: str = ""
    printed: str = ""
    proved: bool = False

    @property
    def counted(self) -> str:
        """Say how many cases passed, of how many."""
        calls = f", {self.calls_made} call{'' if self.calls_made == 1 else 's'} made" if self.calls_made else ""
        return f"{self.cases_passed} of {self.cases_total} cases passed{calls}"

    def __repr__(self) -> str:
        lines = [f"{self.title} ({self.slug}): {VERDICTS[self.outcome]}"]
        if self.outcome in (Outcome.FAILED, Outcome.PASSED):
            lines.append(f"  {self.counted}")
        lines += [f"  {line}" for problem in self.problems for line in self._said(problem).splitlines()]
        lines += [f"    {line}" for line in self.excerpt.splitlines()]
        if self.printed:
            lines.append(_row("printed", self.printed.rstrip()))
        if self.counterexample is not None:
            lines.append(repr(self.counterexample))
        lines += [text.strip() for text in (self.note, self.why) if text.strip()]
        return "\n".join(lines)

    def _said(self, problem: Problem) -> str:
        """A program has no JSON Pointers: its problems stand on lines, or nowhere in particular."""
        if self.outcome is not Outcome.INVALID_PROGRAM:
            return str(problem)
        place = f"line {problem.line}, column {problem.column}: " if problem.line is not None else ""
        return f"{place}{problem.message}" + (f"\n  help: {problem.help}" if problem.help else "")


VERDICTS = {
    Outcome.NOT_ATTEMPTED: "not attempted yet",
    Outcome.INVALID_POLICY: "not a valid policy yet",
    Outcome.INVALID_PROGRAM: "cannot be called yet",
    Outcome.FAILED: "not there yet",
    Outcome.PASSED: "passed",
}


def _row(name: str, text: str) -> str:
    """Set a row of several lines below its name."""
    if "\n" not in text:
        return f"  {name + ':':<11} {text}"
    return "\n".join([f"  {name}:", *(f"    {line}".rstrip() for line in text.split("\n"))])


def _shown(context: Mapping[str, ContextValue]) -> str:
    values = {key: value if isinstance(value, str) else ", ".join(value) for key, value in sorted(context.items())}
    return "; ".join(f"{key} = {value}" for key, value in values.items()) or "none"

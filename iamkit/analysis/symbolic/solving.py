"""The solver: formulas and choices go in, an assignment or its impossibility comes out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from iamkit.analysis.symbolic.logic import Formula

if TYPE_CHECKING:
    from iamkit.analysis.symbolic.encoding import Encoding


class NoSolver(LookupError):
    """The package `z3-solver` is not installed."""


class OutOfTime(TimeoutError):
    """The question was not answered in the time it was given."""


class Deadline:
    """How long a question may be worked on, in seconds of this thread: other work on the machine does not count."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.thread_time() + seconds

    def left(self) -> float:
        """Return the seconds left; raise `OutOfTime` when there are none."""
        left = self._end - time.thread_time()
        if left <= 0:
            raise OutOfTime(f"no answer within {self.seconds:g} seconds")
        return left


def load_solver() -> Any:
    """Import z3, which takes a moment; raise `NoSolver` where it is not installed."""
    try:
        import z3
    except ImportError:
        raise NoSolver(
            "comparing policies over all requests needs the package `z3-solver`\n"
            "  help: install it with `pip install z3-solver`, or compare on a grid of requests"
        ) from None
    return z3


class Solver:
    """One question put to z3: an encoding's rules and choices, and what has to hold.

    The formulas go in as SMT-LIB text, which is much faster than one call for each.
    """

    def __init__(self, encoding: Encoding, required: Iterable[Formula], deadline: Deadline) -> None:
        self.z3 = load_solver()
        self.encoding, self.deadline = encoding, deadline
        self._solver = self.z3.SolverFor("QF_FD", ctx=_context())
        self._solver.set("random_seed", 0)
        self._lines: list[str] = []
        self._new: list[str] = []
        self._written: dict[int, str] = {}
        self._named: dict[str, Any] = {}
        self._model: Any = None
        formulas = list(required)  # before the places are cut: a formula may look at a new pattern
        self.choices = list(encoding.choices())
        for formula in formulas:
            self._lines.append(f"(assert {self._write(formula)})")
        for choice in self.choices:
            self._choose_one([self._write(option) for option in choice.options], self._write(choice.when))
        self._flush()

    def _choose_one(self, options: list[str], when: str) -> None:
        self._lines.append(f"(assert (=> {when} (or false {' '.join(options)})))")
        if when != "true":
            self._lines += [f"(assert (=> {option} {when}))" for option in options]
        if len(options) > 1:
            self._lines.append(f"(assert ((_ at-most 1) {' '.join(options)}))")

    def _flush(self) -> None:
        """Hand over what has been written."""
        if self._new:
            self._solver.from_string("".join(f"(declare-const {name} Bool)" for name in self._new))
            self._new.clear()
        if self._lines:
            self._solver.from_string("\n".join(self._lines))
            self._lines.clear()

    def require(self, formula: Formula) -> None:
        """Ask for a formula to hold from now on."""
        term = self._term(formula)
        self._solver.add(term)

    def can(self, *formulas: Formula) -> bool:
        """Tell whether all that is required can hold together with some formulas, and keep how; may be out of time."""
        terms = [self._term(formula) for formula in formulas]
        answer = self.z3.unknown
        while answer == self.z3.unknown:
            self._solver.set("timeout", max(1, int(self.deadline.left() * 1000)))
            answer = self._solver.check(*terms)
            if answer == self.z3.unknown and self._solver.reason_unknown() not in ("timeout", "canceled"):
                raise OutOfTime(f"the solver gave up: {self._solver.reason_unknown()}")
        if answer == self.z3.sat:
            self._model = self._solver.model()
            return True
        return False

    def prefer(self, formulas: Iterable[Formula]) -> Formula | None:
        """Require the first of some formulas that can hold, and return it."""
        for formula in formulas:
            if self.holds(formula) or self.can(formula):
                self.require(formula)
                return formula
        return None

    def holds(self, formula: Formula) -> bool:
        """Tell what the assignment found last makes of a formula."""
        if self._model is None:
            return False
        return bool(self.z3.is_true(self._model.eval(self._term(formula), model_completion=True)))

    def _term(self, formula: Formula) -> Any:
        written = self._write(formula)
        self._flush()
        if written in ("true", "(not true)"):
            return self.z3.BoolVal(written == "true", ctx=_context())
        if written.startswith("(not "):
            return self.z3.Not(self._named[written[5:-1]])
        return self._named[written]

    def _write(self, formula: Formula) -> str:
        written = self._written.get(formula.number)
        if written is None:
            written = self._written[formula.number] = self._make(formula)
        return written

    def _make(self, formula: Formula) -> str:
        if formula.kind == "true":
            return "true"
        if formula.kind == "not":
            part = self._write(formula.parts[0])
            return part[5:-1] if part.startswith("(not ") else f"(not {part})"
        if formula.kind == "atom" and (meaning := self.encoding.places.meaning(formula)) is not None:
            return self._write(meaning)
        parts = " ".join(self._write(part) for part in formula.parts)
        name = f"b{formula.number}"
        self._named[name] = self.z3.Bool(name, ctx=_context())
        self._new.append(name)
        if formula.kind != "atom":
            self._lines.append(f"(assert (= {name} ({formula.kind} {parts})))")
        return name


@lru_cache(maxsize=1)
def _context() -> Any:
    """Make the one context of the process: making it takes longer than most questions."""
    return load_solver().Context()

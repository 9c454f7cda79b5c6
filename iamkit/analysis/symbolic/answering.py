"""From a question about two sets of policies to an answer: proved, a request, or why neither."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from iamkit.analysis.symbolic.encoding import Encoding
from iamkit.analysis.symbolic.globs import TooManyStates
from iamkit.analysis.symbolic.logic import Formula
from iamkit.analysis.symbolic.manners import manners
from iamkit.analysis.symbolic.scope import Scope
from iamkit.analysis.symbolic.seeing import Unsupported
from iamkit.analysis.symbolic.sides import decisions
from iamkit.analysis.symbolic.solving import Deadline, OutOfTime, Solver, load_solver
from iamkit.analysis.symbolic.tie_rules import tie_rules, trial_values
from iamkit.analysis.symbolic.writing import Writer, made_small
from iamkit.evaluation import Evaluation, Policies, evaluate
from iamkit.request import Request


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which decisions are looked for: more on my side, more on theirs, either, or (neither) an Allow on both."""

    more_mine: bool = False
    more_theirs: bool = False

    def formula(self, encoding: Encoding) -> Formula:
        """Say that one of the callers gets such decisions."""
        logic = encoding.logic
        found = []
        for index, mine, theirs in decisions(encoding):
            more = logic.both(mine, logic.no(theirs)) if self.more_mine and mine is not theirs else logic.false
            less = logic.both(theirs, logic.no(mine)) if self.more_theirs and mine is not theirs else logic.false
            both = logic.false if self.more_mine or self.more_theirs else logic.both(mine, theirs)
            found.append(logic.both(encoding.asking.caller_is(index), logic.either(more, less, both)))
        return logic.any(found)

    def met_by(self, mine: Evaluation, theirs: Evaluation) -> bool:
        """Tell whether two decisions are such."""
        if not self.more_mine and not self.more_theirs:
            return mine.allowed and theirs.allowed
        return (self.more_mine and mine.allowed and not theirs.allowed) or (
            self.more_theirs and theirs.allowed and not mine.allowed
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The end of a search: a request with its two evaluations, a proof that there is none, or `reason`."""

    proved: bool = False
    request: Request | None = None
    mine: Evaluation | None = None
    theirs: Evaluation | None = None
    invented: bool = False
    reason: str = ""


Limit = Callable[[Encoding], Iterable[Formula]]
"""More that a request has to be than a scope can say."""


def needing_permission(encoding: Encoding) -> Iterator[Formula]:
    """Leave out the action that is allowed whatever policies say (E14)."""
    yield encoding.logic.no(encoding.asks_who_it_is)


def find(
    mine: Policies, theirs: Policies, wanted: Wanted, scope: Scope, seconds: float, limit: Limit = lambda _: ()
) -> Found:
    """Look for a request with such decisions."""
    load_solver()
    try:
        return _Search(mine, theirs, wanted, scope, Deadline(seconds), limit).run()
    except (OutOfTime, TooManyStates, Unsupported) as error:
        return Found(reason=str(error))


class _Search:
    def __init__(
        self, mine: Policies, theirs: Policies, wanted: Wanted, scope: Scope, deadline: Deadline, limit: Limit
    ) -> None:
        self.mine, self.theirs, self.wanted, self.scope = mine, theirs, wanted, scope
        self.deadline, self.limit = deadline, limit

    def run(self) -> Found:
        encoding = Encoding(self.mine, self.theirs, self.scope)
        question = self.wanted.formula(encoding)
        if question is encoding.logic.false:
            return Found(proved=True)
        mannered = list(manners(encoding))
        rules = [*encoding.rules(), *self.limit(encoding), *tie_rules(encoding)]
        solver = Solver(encoding, [question, *rules], self.deadline)
        if not solver.can():
            doubts = encoding.places.doubts
            return Found(proved=True) if not doubts else Found(reason=doubts[0])
        return self._try_values(encoding) if encoding.ties.open else self._show(encoding, solver, mannered)

    def _try_values(self, open: Encoding) -> Found:
        """Look again with a few values for each policy variable: what can be so then is so."""
        encoding = Encoding(self.mine, self.theirs, self.scope, trial_values(open))
        question, mannered = self.wanted.formula(encoding), list(manners(encoding))
        solver = Solver(encoding, [question, *encoding.rules(), *self.limit(encoding)], self.deadline)
        if not solver.can():
            return Found(reason="policy variables tie texts together in a way that was not resolved")
        return self._show(encoding, solver, mannered)

    def _show(self, encoding: Encoding, solver: Solver, mannered: list[Formula]) -> Found:
        writer = Writer(encoding, solver, mannered)
        request = writer.request()
        if request is None or not self._tells(request):
            return Found(reason=f"evaluate disagrees about {request!r}")
        request = self._made_small(request, writer.invented)
        mine, theirs = evaluate(request, self.mine), evaluate(request, self.theirs)
        return Found(False, request, mine, theirs, writer.invented)

    def _made_small(self, request: Request, invented: bool) -> Request:
        """Leave keys out of a made-up request; of a real one every key left may be one that it cannot lack."""
        keep = {*self.scope.context, *self.scope.present, *(() if invented else request.context)}
        return made_small(request, dict.fromkeys(keep), self._tells)

    def _tells(self, request: Request) -> bool:
        return self.wanted.met_by(evaluate(request, self.mine), evaluate(request, self.theirs))

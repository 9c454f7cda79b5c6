"""How long a comparison takes, in Markdown: for every exercise, its solution beside each wrong answer and itself.

The solver compares over all requests, and over those of the people whom the exercise's cases are about, as the check of
an exercise does; the search that stands in where there is no solver tries requests one by one. All take turns over
several rounds, and of each pair the best counts. Times are of the processor, so that other programs do not matter.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import machine
from iamkit import InvalidPolicy, Policies, Policy
from iamkit.analysis.compare import Relation, Scope, compare
from iamkit.course.content import load_course
from iamkit.course.differences import find_difference
from iamkit.course.policy_exercises import PolicyExercise

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """An answer beside its exercise's solution."""

    exercise: PolicyExercise
    answer: str
    mine: Policies
    theirs: Policies

    @property
    def people(self) -> Scope:
        """Those whom the exercise's cases are about."""
        asked = tuple(dict.fromkeys(case.request.principal for case in self.exercise.cases))
        accounts = {case.request.resource.account for case in self.exercise.cases}
        return Scope(principals=asked, resource_account=accounts.pop() if len(accounts) == 1 else None)


def pairs(root: Path) -> list[Pair]:
    """Read the exercises; leave out wrong answers that are no policies."""
    found: list[Pair] = []
    for lesson in load_course(root).lessons:
        for exercise in lesson.exercises:
            if isinstance(exercise, PolicyExercise):
                found += _pairs_of(exercise)
    return found


def _pairs_of(exercise: PolicyExercise) -> list[Pair]:
    solution = _policies(exercise, exercise.solution)
    assert solution is not None
    texts = {"solution": exercise.solution, **{wrong.name: wrong.text for wrong in exercise.wrong}}
    answers = {name: _policies(exercise, text) for name, text in texts.items()}
    return [Pair(exercise, name, answer, solution) for name, answer in answers.items() if answer is not None]


def _policies(exercise: PolicyExercise, text: str) -> Policies | None:
    try:
        return exercise.policies(Policy.parse(text, type=exercise.type))
    except InvalidPolicy:
        return None


def over_all(pair: Pair) -> str:
    """Compare over all requests."""
    return compare(pair.mine, pair.theirs, Relation.EQUIVALENT).verdict.value


def over_people(pair: Pair) -> str:
    """Compare over the requests of some people."""
    return compare(pair.mine, pair.theirs, Relation.EQUIVALENT, scope=pair.people).verdict.value


def by_search(pair: Pair) -> str:
    """Try requests one by one, as where there is no solver."""
    seeds = [case.request for case in pair.exercise.cases]
    found = find_difference(pair.mine, pair.theirs, seeds=seeds, values=pair.exercise.values)
    return "different" if found.difference is not None else "nothing found"


WAYS: dict[str, Callable[[Pair], str]] = {
    "solver, all requests": over_all,
    "solver, the exercise's people": over_people,
    "search, 20,000 requests at most": by_search,
}


def milliseconds(way: Callable[[Pair], str], pair: Pair) -> tuple[float, str]:
    """Compare once."""
    start = time.process_time()
    verdict = way(pair)
    return (time.process_time() - start) * 1e3, verdict


def main() -> None:
    """Print the table."""
    known = pairs(Path())
    best = {way: [float("inf")] * len(known) for way in WAYS}
    verdicts: dict[str, list[str]] = {way: [""] * len(known) for way in WAYS}
    for way in WAYS.values():
        milliseconds(way, known[0])  # the solver and the reference are read once a process
    for _ in range(ROUNDS):
        for at, pair in enumerate(known):
            for name, way in WAYS.items():
                took, verdicts[name][at] = milliseconds(way, pair)
                best[name][at] = min(best[name][at], took)
    searched = statistics.median(best["search, 20,000 requests at most"])
    counted = f"{len(known)} pairs of policies, best of {ROUNDS} rounds, processor time"
    print(f"Python {sys.version.split()[0]}, {machine()}; {counted}\n")
    print("| how | answers | median, ms | 95th percentile, ms | longest, ms | × search |")
    print("|---|---|--:|--:|--:|--:|")
    for name, each in best.items():
        answers = ", ".join(f"{count} {verdict}" for verdict, count in sorted(Counter(verdicts[name]).items()))
        median, cut = statistics.median(each), statistics.quantiles(each, n=20)[-1]
        print(f"| {name} | {answers} | {median:.0f} | {cut:.0f} | {max(each):.0f} | {searched / median:.1f}× |")


if __name__ == "__main__":
    main()

"""How long a comparison takes: for every exercise, its solution against each wrong answer and against itself.

Each pair is compared over all requests, and over those of the people whom the exercise's cases are about, as the check
of an exercise does. The pairs take turns over several rounds, and of each the best counts.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.machine import machine
from iamkit import InvalidPolicy, Policies, Policy
from iamkit.analysis.compare import Comparison, Relation, Scope, compare
from iamkit.course.content import load_course
from iamkit.course.policy_exercises import PolicyExercise

ROUNDS = 3
Pair = tuple[str, Policies, Policies, Scope]


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
    people = tuple(dict.fromkeys(case.request.principal for case in exercise.cases))
    accounts = {case.request.resource.account for case in exercise.cases}
    asked = Scope(principals=people, resource_account=accounts.pop() if len(accounts) == 1 else None)
    return [
        (f"{exercise.slug}/{name}, {who}", answer, solution, scope)
        for name, answer in answers.items()
        if answer is not None
        for who, scope in (("anyone", Scope()), ("its people", asked))
    ]


def _policies(exercise: PolicyExercise, text: str) -> Policies | None:
    try:
        return exercise.policies(Policy.parse(text, type=exercise.type))
    except InvalidPolicy:
        return None


def milliseconds(pair: Pair) -> tuple[float, Comparison]:
    """Compare once."""
    _, mine, theirs, scope = pair
    start = time.process_time()
    found = compare(mine, theirs, Relation.EQUIVALENT, scope=scope)
    return (time.process_time() - start) * 1e3, found


def main() -> None:
    """Print the table."""
    known = pairs(Path())
    milliseconds(known[0])  # the solver and the reference are read once a process
    rounds = [[milliseconds(pair) for pair in known] for _ in range(ROUNDS)]
    best = [min(one[at][0] for one in rounds) for at in range(len(known))]
    verdicts = Counter(found.verdict.value for _, found in rounds[0])
    print(f"{machine()}, Python {sys.version.split()[0]}")
    print(f"{len(known)} comparisons: " + ", ".join(f"{count} {name}" for name, count in sorted(verdicts.items())))
    cuts = statistics.quantiles(best, n=20)
    print(f"median {statistics.median(best):.0f} ms, 95th percentile {cuts[-1]:.0f} ms, longest {max(best):.0f} ms")
    for at in sorted(range(len(known)), key=lambda at: -best[at])[:5]:
        print(f"  {best[at]:6.0f} ms  {known[at][0]}: {rounds[0][at][1].verdict.value}")


if __name__ == "__main__":
    main()

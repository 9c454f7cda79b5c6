"""Show that an exercise tells its solution from every policy one small step away.

Each mutant must be refused by the exercise's own check, or be proved to mean the same as the solution. What is neither
is a survivor: a mistake that the exercise calls right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING

from iamkit import Policy
from iamkit.course.checking import judge
from iamkit.course.differences import Relation
from iamkit.course.mutants import Mutant, mutants
from iamkit.course.policy_exercises import PolicyExercise
from iamkit.course.proving import compare_by_proof
from iamkit.course.results import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iamkit.course.differences import Comparer
    from iamkit.course.exercises import Exercise
    from iamkit.course.results import Result


# Nobody waits for an answer here: what is proved must not hang on how busy the machine is.
_PATIENT = partial(compare_by_proof, seconds=120)


class Fate(Enum):
    """What becomes of a mutant."""

    REFUSED = "refused"
    SAME = "proved to mean the same"
    SURVIVED = "survives"


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant, what became of it, and through what."""

    mutant: Mutant
    fate: Fate
    through: str

    def __str__(self) -> str:
        return f"{self.mutant}: {self.through}"


@dataclass(frozen=True, slots=True)
class Mutation:
    """The mutants of one exercise's solution; without a policy there are none."""

    slug: str
    judged: tuple[Judged, ...] | None

    @property
    def survivors(self) -> tuple[Judged, ...]:
        """List the mutants that the exercise lets through."""
        return tuple(one for one in self.judged or () if one.fate is Fate.SURVIVED)

    def count(self, fate: Fate) -> int:
        """Count the mutants of a fate."""
        return sum(one.fate is fate for one in self.judged or ())

    def __str__(self) -> str:
        if self.judged is None:
            return f"--    {self.slug}: not a policy: not mutated"
        counted = (
            f"{self.count(Fate.REFUSED)} of {len(self.judged)} mutants refused, {self.count(Fate.SAME)} proved same"
        )
        lines = [f"{'FAIL' if self.survivors else 'ok  '}  {self.slug}: {counted}"]
        lines += [f"      survives: {one}" for one in self.survivors]
        return "\n".join(lines)


def mutate(exercises: Iterable[Exercise], *, compare: Comparer = _PATIENT) -> Iterator[Mutation]:
    """Judge all mutants of each exercise's solution."""
    for exercise in exercises:
        if not isinstance(exercise, PolicyExercise):
            yield Mutation(exercise.slug, None)
            continue
        found = mutants(json.loads(exercise.solution))
        yield Mutation(exercise.slug, tuple(judge_mutant(exercise, mutant, compare=compare) for mutant in found))


def judge_mutant(exercise: PolicyExercise, mutant: Mutant, *, compare: Comparer = _PATIENT) -> Judged:
    """Hand the mutant in as a learner would; what passes must be proved to be the solution in other words."""
    result = judge(exercise, mutant.document, compare=compare)
    if result.outcome is not Outcome.PASSED:
        return Judged(mutant, Fate.REFUSED, _refusal(result))
    if exercise.compare == Relation.EQUIVALENT.value and result.proved:
        return Judged(mutant, Fate.SAME, "the check proves it")
    mine, theirs = (
        exercise.policies(Policy.parse(document, type=exercise.type))
        for document in (mutant.document, exercise.solution)
    )
    seeds = [case.request for case in exercise.cases]
    comparison = compare(mine, theirs, seeds=seeds, relation=Relation.EQUIVALENT, values=exercise.values)
    if comparison.proved:
        return Judged(mutant, Fate.SAME, "a comparison proves it")
    found = comparison.difference
    if found is None:
        return Judged(mutant, Fate.SURVIVED, f"nothing proves that it is the same: {comparison.reason}")
    verb = "allows" if found.mine.allowed else "denies"
    request = found.request
    return Judged(mutant, Fate.SURVIVED, f"it {verb} {request.action} on {request.resource.arn} by {request.principal}")


def _refusal(result: Result) -> str:
    if result.counterexample is not None:
        return f"`{result.counterexample.case}`"
    return result.problems[0].message if result.problems else result.outcome.value

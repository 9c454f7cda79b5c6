"""Mutants of solutions: what they are, and that every exercise of the course refuses them or proves them the same."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from iamkit import Policies, Policy, PolicyType, allows, evaluate
from iamkit.cli import main
from iamkit.course import course_root, load_course
from iamkit.course.mutants import Mutant, mutants
from iamkit.course.mutation import Fate, judge_mutant, mutate
from iamkit.course.policy_exercises import PolicyExercise
from tests.course.building import EXERCISE, SOLUTION, document, load, request, statement, write_course, write_exercise
from tests.effort import FUZZ

# All of the course takes minutes: `make fuzz` judges them all, otherwise a few of each exercise.
EACH = 8
EXERCISES = [one for one in load_course(course_root()).exercises.values() if isinstance(one, PolicyExercise)]


def steps(policy: dict[str, object]) -> list[str]:
    return [str(mutant) for mutant in mutants(policy)]


def chosen(exercise: PolicyExercise) -> list[Mutant]:
    found = list(mutants(json.loads(exercise.solution)))
    return found if FUZZ else Random(exercise.slug).sample(found, min(EACH, len(found)))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.slug)
def test_no_mutant_of_a_solution_passes_unproved(exercise: PolicyExercise) -> None:
    """Each is refused by the exercise's check, or proved to mean the same."""
    judged = [judge_mutant(exercise, mutant) for mutant in chosen(exercise)]

    assert [str(one) for one in judged if one.fate is Fate.SURVIVED] == []


def test_every_part_of_a_policy_is_changed() -> None:
    """Statements, effects, values, patterns, conditions and the version."""
    condition = {"StringEquals": {"aws:PrincipalTag/team": ["red", "blue"]}, "Bool": {"aws:SecureTransport": "true"}}
    policy = document(
        statement(["s3:GetObject", "s3:Put*"], "arn:aws:s3:::reports/2026/*", Condition=condition),
        statement("s3:*", "*", "Deny"),
    )
    found = steps(policy)

    for step in (
        "/Version: becomes `2008-10-17`",
        "/Version: is dropped",
        "/Statement/0: is dropped",
        "/Statement/1/Effect: becomes `Allow`",
        "/Statement/0/Action: becomes `NotAction`",
        "/Statement/0/Action/0: `s3:GetObject` is dropped",
        "/Statement/0/Action/0: `s3:GetObject` becomes `s3:Get*`",
        "/Statement/0/Action/1: `s3:Put*` becomes `s3:Put?`",
        "/Statement/0/Action/0: `s3:DeleteObject` joins `s3:GetObject`",
        "/Statement/0/Resource: becomes `NotResource`",
        "/Statement/0/Resource: `arn:aws:s3:::reports/2026/*` becomes `arn:aws:s3:::reports/*`",
        "/Statement/0/Resource: `arn:aws:s3:::reports/2026/*` becomes `arn:aws:s3:::reports/2026*`",
        "/Statement/0/Condition: is dropped",
        "/Statement/0/Condition/Bool: is dropped",
        "/Statement/0/Condition/Bool/aws:SecureTransport: `true` becomes `false`",
        "/Statement/0/Condition/StringEquals/aws:PrincipalTag~1team: `StringEquals` becomes `StringNotEquals`",
        "/Statement/0/Condition/StringEquals/aws:PrincipalTag~1team: `StringEquals` becomes `StringEqualsIfExists`",
        "/Statement/0/Condition/StringEquals/aws:PrincipalTag~1team: `StringEquals` becomes `ForAnyValue:StringEquals`",
        "/Statement/0/Condition/StringEquals/aws:PrincipalTag~1team/1: `blue` is dropped",
    ):
        assert step in found
    assert len(set(found)) == len(found)


def test_principals_are_changed() -> None:
    """Everyone, the account instead of its role, another kind, another name."""
    policy = document(statement("s3:GetObject", "*", Principal={"AWS": "arn:aws:iam::111122223333:role/app"}))
    found = steps(policy)

    place = "/Statement/0/Principal"
    assert f"{place}: becomes everyone" in found
    assert f"{place}/AWS: `arn:aws:iam::111122223333:role/app` becomes `111122223333`" in found
    assert f"{place}/AWS: becomes `Service`" in found
    assert f"{place}: becomes `NotPrincipal`" in found


def test_numbers_dates_and_networks_move_by_a_step() -> None:
    """Just beside what the policy says."""
    condition = {
        "NumericLessThan": {"s3:max-keys": "10"},
        "DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
        "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
    }
    found = "\n".join(steps(document(statement("s3:GetObject", Condition=condition))))

    assert "`10` becomes `11`" in found
    assert "`2026-01-01T00:00:00Z` becomes `2025-12-31T23:59:59Z`" in found
    assert "`203.0.113.0/24` becomes `203.0.113.0/23`" in found
    assert "`NumericLessThan` becomes `NumericLessThanEquals`" in found


def test_no_mutant_is_the_policy_itself() -> None:
    """A step that changes nothing is none."""
    assert all(mutant.document != SOLUTION for mutant in mutants(SOLUTION))


def test_a_mutant_that_passes_unproved_survives(tmp_path: Path) -> None:
    """Cases alone let through what they do not try; the line says what."""
    exercise = load(write_exercise(tmp_path / "03_policies" / "read-reports"))
    (mutation,) = mutate([exercise])

    one = next(one for one in mutation.survivors if one.mutant.step.endswith("becomes `arn:aws:s3:::reports*`"))
    assert one.through.startswith("it allows s3:GetObject on arn:aws:s3:::reports")
    assert str(mutation).startswith("FAIL  read-reports: ")
    assert f"      survives: {one}" in str(mutation)


def test_a_mutant_that_means_the_same_is_proved(tmp_path: Path) -> None:
    """Capitals of an action are no mistake."""
    toml = EXERCISE.replace("difficulty", 'compare = "equivalent"\ndifficulty')
    exercise = load(write_exercise(tmp_path / "03_policies" / "read-reports", toml))
    same = Mutant("/Statement/0/Action", "in capitals", document(statement("S3:GETOBJECT", "arn:aws:s3:::reports/*")))

    assert judge_mutant(exercise, same).fate is Fate.SAME
    other = Mutant("/Statement/0/Action", "another", document(statement("s3:GetObjectAcl", "arn:aws:s3:::reports/*")))
    assert judge_mutant(exercise, other).fate is Fate.REFUSED


def test_less_than_the_solution_survives_at_most(tmp_path: Path) -> None:
    """A relation that lets a narrower policy pass does not make it the same."""
    toml = EXERCISE.replace("difficulty", 'compare = "at-most"\ndifficulty')
    exercise = load(write_exercise(tmp_path / "03_policies" / "read-reports", toml))
    less = Mutant(
        "/Statement/0/Resource", "narrower", document(statement("s3:GetObject", "arn:aws:s3:::reports/2026/*"))
    )

    judged = judge_mutant(exercise, less)
    assert judged.fate is Fate.SURVIVED
    assert judged.through.startswith("it denies s3:GetObject on arn:aws:s3:::reports/")


def test_the_command_fails_where_a_mutant_survives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts, names the survivors, and says what it does not mutate."""
    monkeypatch.setattr("iamkit.course.course_root", lambda: write_course(tmp_path))
    result = CliRunner().invoke(main, ["check", "--mutate", "read-reports"])

    assert result.exit_code == 1
    assert "survives: /Statement/0/Resource: " in result.output
    assert result.output.rstrip().endswith("mutants refused or proved to mean the same")


def test_programs_are_not_mutated() -> None:
    """They are listed all the same."""
    (mutation,) = mutate([load_course(course_root()).exercise("signing-key")])

    assert str(mutation) == "--    signing-key: not a policy: not mutated"


def test_allow_and_deny_of_a_mutant_are_really_others() -> None:
    """A step changes what it says it changes: a flipped effect turns an Allow into a Deny."""
    flipped = next(mutant for mutant in mutants(SOLUTION) if mutant.place.endswith("/Effect"))
    policies = [Policies.of(Policy.parse(one, type=PolicyType.IDENTITY_BASED)) for one in (SOLUTION, flipped.document)]

    assert [allows(request(), one) for one in policies] == [True, False]
    assert evaluate(request(), policies[1]).decision.value == "EXPLICIT_DENY"

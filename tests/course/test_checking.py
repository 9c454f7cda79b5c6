"""Checking an attempt: by behavior, with one concrete counterexample."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamkit import Decision, Policies, Policy, PolicyType, Request, Resource, evaluate
from iamkit.course import Comparison, Counterexample, Exercise, Outcome, Relation, check_policy
from tests.course.building import (
    EXERCISE,
    REPORT,
    SOLUTION,
    STARTER,
    TOO_WIDE,
    document,
    load,
    statement,
    write_exercise,
    write_files,
)

READ_ALL = "arn:aws:s3:::reports/*"


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return load(write_exercise(tmp_path / "03_policies" / "read-reports"))


def comparing(tmp_path: Path, compare: str, more: str = "") -> Exercise:
    return load(comparing_folder(tmp_path, compare, more))


def comparing_folder(tmp_path: Path, compare: str, more: str = "") -> Path:
    toml = EXERCISE.replace("difficulty", f'compare = "{compare}"\n{more}\ndifficulty')
    return write_exercise(tmp_path / "03_policies" / "read-reports", toml)


@pytest.mark.parametrize("attempt", [None, "", "  ", STARTER, json.dumps(STARTER), json.dumps(STARTER, indent=7)])
def test_the_starter_unchanged_is_no_attempt(exercise: Exercise, attempt: Any) -> None:
    """An unsolved lesson survives Run All; layout is no change."""
    result = check_policy(exercise, attempt)

    assert result.outcome is Outcome.NOT_ATTEMPTED
    assert repr(result) == (
        "Read reports (read-reports): not attempted yet\n"
        "this is the policy you started from: change it, then check again"
    )


def test_a_broken_starter_unchanged_is_no_attempt(tmp_path: Path) -> None:
    """What the lesson broke is not the learner's mistake."""
    toml = EXERCISE.replace("difficulty", "starter-invalid = true\ndifficulty")
    folder = write_exercise(tmp_path / "03_policies" / "read-reports", toml, starter_json='{"Statement": [ }')

    assert check_policy(load(folder), '{ "Statement": [\n}').outcome is Outcome.NOT_ATTEMPTED
    assert check_policy(load(folder), '{ "Statement": [\n]').outcome is Outcome.INVALID_POLICY


def test_a_document_that_is_no_policy_shows_its_problems(exercise: Exercise) -> None:
    """With pointer, line and column; nothing is evaluated."""
    result = check_policy(exercise, '{"Statement": [{"Effect": "allow"}]}')

    assert result.outcome is Outcome.INVALID_POLICY
    assert "/Statement/0/Effect" in [problem.pointer for problem in result.problems]
    assert "(line 1, column 27)" in repr(result)
    assert result.counterexample is None


def test_the_first_failing_case_is_the_counterexample(exercise: Exercise) -> None:
    """Principal, action, resource, expected, got, the deciding statement and the case's feedback."""
    result = check_policy(exercise, TOO_WIDE)

    found = result.counterexample
    assert result.outcome is Outcome.FAILED
    assert (result.cases_passed, result.cases_total) == (1, 2)
    assert isinstance(found, Counterexample)
    assert (found.case, found.action, found.resource) == ("writes a report", "s3:PutObject", REPORT)
    assert (found.expected, found.got) == ("DENY", Decision.ALLOW)
    assert repr(result) == (
        "Read reports (read-reports): not there yet\n"
        "  1 of 2 cases passed\n"
        "  case:       writes a report\n"
        "  principal:  arn:aws:iam::111122223333:user/alice\n"
        "  action:     s3:PutObject\n"
        "  resource:   arn:aws:s3:::reports/2026/a.csv\n"
        "  context:    none\n"
        "  expected:   DENY\n"
        "  got:        ALLOW\n"
        "  decided by: statement 0 of policy `your policy`, at the gate `identity-based policies`\n"
        "  feedback:   Only reading was asked for."
    )


def test_without_a_deciding_statement_the_gate_is_named(exercise: Exercise) -> None:
    """An implicit deny is nobody's statement."""
    result = check_policy(exercise, document(statement("s3:GetObject", "arn:aws:s3:::reports")))

    assert isinstance(result.counterexample, Counterexample)
    assert result.counterexample.decided_by == "the gate `identity-based policies`: no statement allows it"


def test_of_policies_that_allow_together_the_learners_is_named_first() -> None:
    """Across accounts both sides must allow (E15), and the caller's own policies are asked last."""
    bucket = Policy.parse(
        document(statement("s3:GetObject", REPORT, Principal="*")), name="your policy", type=PolicyType.RESOURCE_BASED
    )
    stranger = Policies(identity_based=Policy.parse(document(statement("s3:*")), name="theirs"), resource_based=bucket)
    asked = Request("arn:aws:iam::999988887777:user/mallory", "s3:GetObject", Resource(REPORT, "111122223333"))
    found = Counterexample("a stranger", asked, "DENY", evaluate(asked, stranger), "")

    assert found.decided_by == (
        "statement 0 of policy `your policy`, at the gate `resource-based policy`, and "
        "statement 0 of policy `theirs`, at the gate `identity-based policies`"
    )


def test_a_pass_tells_why(exercise: Exercise) -> None:
    """Another text that means the same passes too."""
    result = check_policy(exercise, document(statement(["s3:GetObject"], [READ_ALL], Sid="Mine")))

    assert result.outcome is Outcome.PASSED
    assert result.why == "Objects have ARNs of their own."
    assert repr(result).startswith("Read reports (read-reports): passed\n  2 of 2 cases passed\n")


def test_a_parsed_policy_keeps_its_name(exercise: Exercise) -> None:
    """The learner's own words come back."""
    result = check_policy(exercise, Policy.parse(TOO_WIDE, name="mine"))

    assert isinstance(result.counterexample, Counterexample)
    assert "policy `mine`" in result.counterexample.decided_by


@pytest.mark.parametrize(
    ("expect", "met"),
    [
        ("DENY", True),
        ("EXPLICIT_DENY", True),
        ("IMPLICIT_DENY", False),
        ("ALLOW", False),
    ],
)
def test_a_case_may_ask_for_the_kind_of_deny(tmp_path: Path, expect: str, met: bool) -> None:
    """DENY is either kind."""
    folder = write_exercise(tmp_path / "03_policies" / "read-reports")
    toml = (folder / "exercise.toml").read_text().replace('expect = "DENY"', f'expect = "{expect}"')
    toml = toml.replace("difficulty", 'compare = "at-most"\ndifficulty')
    write_files(folder, {"exercise.toml": toml})
    attempt = document(statement("s3:GetObject", READ_ALL), statement("s3:Put*", effect="Deny"))

    assert (check_policy(load(folder), attempt).outcome is Outcome.PASSED) is met


def test_equivalent_asks_for_no_difference(tmp_path: Path) -> None:
    """The cases may pass and the policy still allow too much."""
    exercise = comparing(tmp_path, "equivalent")

    same = check_policy(exercise, document(statement("s3:getobject", [READ_ALL])))
    assert same.outcome is Outcome.PASSED
    assert same.proved
    assert same.note == "Proved for every request: no difference from the solution."

    wide = check_policy(exercise, document(statement("s3:GetObject", "*")))
    assert wide.outcome is Outcome.FAILED
    assert (wide.cases_passed, wide.cases_total) == (2, 2)
    assert wide.counterexample is not None
    assert wide.counterexample.case == "compare"
    assert (wide.counterexample.expected, wide.counterexample.got) == ("DENY", Decision.ALLOW)

    narrow = check_policy(exercise, document(statement("s3:GetObject", REPORT)))
    assert narrow.counterexample is not None
    assert (narrow.counterexample.expected, narrow.counterexample.got) == ("ALLOW", Decision.IMPLICIT_DENY)


def test_at_most_asks_for_nothing_more(tmp_path: Path) -> None:
    """A policy that allows less passes, if the cases do."""
    exercise = comparing(tmp_path, "at-most", 'compare-feedback = "That is too much."')

    assert check_policy(exercise, document(statement("s3:GetObject", REPORT))).outcome is Outcome.PASSED
    wide = check_policy(exercise, document(statement("s3:Get*", READ_ALL)))
    assert wide.counterexample is not None
    assert wide.counterexample.feedback == "That is too much."


def test_at_least_asks_for_nothing_less(tmp_path: Path) -> None:
    """A policy that allows more passes, if the cases do."""
    exercise = comparing(tmp_path, "at-least", 'compare-feedback = "Something is missing."')

    wide = check_policy(exercise, document(statement("s3:Get*", READ_ALL)))
    assert wide.outcome is Outcome.PASSED
    assert wide.note == "Proved for every request: nothing denied that the solution allows."
    narrow = check_policy(exercise, document(statement("s3:GetObject", REPORT)))
    assert narrow.counterexample is not None
    assert (narrow.counterexample.expected, narrow.counterexample.feedback) == ("ALLOW", "Something is missing.")


def test_whatever_compares_is_asked_with_both_sides(tmp_path: Path) -> None:
    """It gets the cases' requests and the relation, and its answer is told as it is."""
    asked = []
    answers = iter([Comparison(None, 0, proved=True), Comparison(None, 1_234, reason="z3 is not installed")])

    def compare(
        mine: Policies, theirs: Policies, *, seeds: Sequence[Request], relation: Relation, values: Any = None
    ) -> Any:
        asked.append((len(mine.identity_based), len(theirs.identity_based), len(seeds), relation, values))
        return next(answers)

    exercise = comparing(tmp_path, "equivalent")
    proved, searched = (check_policy(exercise, TOO_WIDE | SOLUTION, compare=compare) for _ in range(2))

    assert asked == [(1, 1, 2, Relation.EQUIVALENT, {})] * 2
    assert (proved.proved, searched.proved) == (True, False)
    assert proved.note == "Proved for every request: no difference from the solution."
    assert searched.note == (
        "Compared with the solution: no difference from the solution among 1,234 requests (z3 is not installed)."
    )


def test_an_explicit_deny_is_compared_where_a_case_asks_for_one(tmp_path: Path) -> None:
    """What nothing allows today is denied by a statement too, wherever the solution does."""
    folder = comparing_folder(tmp_path, "equivalent")
    toml = (folder / "exercise.toml").read_text().replace('expect = "DENY"', 'expect = "EXPLICIT_DENY"')
    deny_writes = statement("s3:*", READ_ALL.replace("/*", "/secret/*"), "Deny")
    put = statement("s3:Put*", "*", "Deny")
    solution = document(statement("s3:GetObject", READ_ALL), deny_writes, put)
    write_files(folder, {"exercise.toml": toml, "solution.json": json.dumps(solution)})

    lacking = document(
        statement("s3:GetObject", READ_ALL), put, statement("s3:GetObject", READ_ALL.replace("/*", "/secret/*"), "Deny")
    )
    result = check_policy(load(folder), lacking)

    assert check_policy(load(folder), solution).proved
    assert isinstance(result.counterexample, Counterexample)
    assert (result.counterexample.expected, result.counterexample.got) == ("EXPLICIT_DENY", Decision.IMPLICIT_DENY)
    assert result.counterexample.resource.startswith("arn:aws:s3:::reports/secret/")
    assert result.counterexample.feedback.endswith("The day another policy does, only a Deny still holds.")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Statement", "Effect", "Action", "Version", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(attempt=JSON | st.text() | JSON.map(json.dumps) | st.binary() | st.just({1: 2}) | st.just({"a": object()}))
def test_nothing_that_is_handed_in_makes_it_raise(attempt: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """`check` shows problems; it never raises."""
    folder = tmp_path_factory.getbasetemp() / "03_policies" / "read-reports"
    exercise = load(folder if folder.exists() else write_exercise(folder))

    assert check_policy(exercise, attempt).outcome is not Outcome.PASSED

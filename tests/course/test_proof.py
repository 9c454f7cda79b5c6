"""`iamkit check`: what is proved of a course. That the course here is right is a step of `make test` by itself."""

from __future__ import annotations

import json
from pathlib import Path

from iamkit.course import load_course, prove
from tests.course.building import (
    EXERCISE,
    SOLUTION,
    STARTER,
    TOO_WIDE,
    document,
    statement,
    write_course,
    write_exercise,
    write_prediction,
)


def failures(root: Path) -> list[str]:
    return [str(finding) for finding in prove(load_course(root)) if not finding.holds]


def test_a_right_course_is_proved_claim_by_claim(tmp_path: Path) -> None:
    """One line a claim."""
    assert [str(finding) for finding in prove(load_course(write_course(tmp_path)))] == [
        "ok    read-reports: the starter is failed",
        "ok    read-reports: the solution passes",
        "ok    read-reports: wrong/too-wide.json fails on `writes a report`",
        "ok    writing: the answer is IMPLICIT_DENY",
    ]


def test_a_starter_that_passes_is_found(tmp_path: Path) -> None:
    """There must be something to do."""
    starter = json.dumps(document(statement("s3:Get*", "arn:aws:s3:::reports/*")))
    write_exercise(write_course(tmp_path) / "exercises" / "03_policies" / "read-reports", starter_json=starter)

    (failure,) = failures(tmp_path)
    assert failure.startswith("FAIL  read-reports: the starter is failed\n      Read reports (read-reports): passed")


def test_a_solution_that_fails_is_found(tmp_path: Path) -> None:
    """The counterexample is in the line."""
    solution = json.dumps(TOO_WIDE)
    write_exercise(write_course(tmp_path) / "exercises" / "03_policies" / "read-reports", solution_json=solution)

    assert "FAIL  read-reports: the solution passes" in failures(tmp_path)[0]
    assert "writes a report" in failures(tmp_path)[0]


def test_a_wrong_policy_that_passes_or_fails_elsewhere_is_found(tmp_path: Path) -> None:
    """Each mistake is caught by the case that its author wrote for it."""
    folder = write_course(tmp_path) / "exercises" / "03_policies" / "read-reports"

    write_exercise(folder, wrong__too_wide_json=json.dumps(SOLUTION))
    assert failures(tmp_path) == [
        "FAIL  read-reports: wrong/too-wide.json fails on `writes a report`\n      its outcome is passed"
    ]
    write_exercise(folder, wrong__too_wide_json=json.dumps(STARTER))
    assert failures(tmp_path) == [
        "FAIL  read-reports: wrong/too-wide.json fails on `writes a report`\n      it fails on `reads a report` first"
    ]


def test_a_wrong_policy_can_be_left_to_the_comparison(tmp_path: Path) -> None:
    """`compare` stands for the comparison with the solution."""
    toml = EXERCISE.replace("difficulty", 'compare = "equivalent"\ndifficulty').replace("writes a report", "compare")
    wrong = json.dumps(document(statement("s3:Get*", "*")))
    write_exercise(
        write_course(tmp_path) / "exercises" / "03_policies" / "read-reports", toml, wrong__too_wide_json=wrong
    )

    assert failures(tmp_path) == []


def test_a_wrong_answer_of_a_prediction_is_found(tmp_path: Path) -> None:
    """The engine has the last word."""
    write_prediction(write_course(tmp_path) / "exercises" / "03_policies" / "predictions" / "writing", "ALLOW")

    assert failures(tmp_path) == ["FAIL  writing: the answer is ALLOW\n      the engine decides IMPLICIT_DENY"]

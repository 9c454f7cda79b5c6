"""Predictions: a guess opens the answer, and only a guess does."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamkit import Decision
from iamkit.course import MalformedExercise
from iamkit.course.predictions import Scenario, load_scenario, predict
from tests.course.building import write_files, write_prediction


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return load_scenario(write_prediction(tmp_path / "writing"), "03_policies", "predictions/writing")


@pytest.mark.parametrize("guess", ["IMPLICIT_DENY", "implicit deny", " implicit_deny ", Decision.IMPLICIT_DENY])
def test_a_right_guess_is_told_why(scenario: Scenario, guess: str | Decision) -> None:
    """The answer is what the engine decides."""
    made = predict(scenario, guess)

    assert made.correct
    assert made.answer is Decision.IMPLICIT_DENY
    assert made.evaluation is not None
    assert made.evaluation.decision is Decision.IMPLICIT_DENY
    assert repr(made).startswith("Writing: correct\n  your guess: IMPLICIT_DENY\n  decision:   IMPLICIT_DENY\n")
    assert "Nothing allows it." in repr(made)


def test_a_wrong_guess_is_shown_the_decision(scenario: Scenario) -> None:
    """Guess and decision stand under each other."""
    made = predict(scenario, "ALLOW")

    assert made.correct is False
    assert "Writing: not what AWS decides\n  your guess: ALLOW\n  decision:   IMPLICIT_DENY" in repr(made)


@pytest.mark.parametrize("guess", [None, "", "…", "perhaps", "DENY", "ALLOW!"])
def test_what_is_no_guess_opens_nothing(scenario: Scenario, guess: str | None) -> None:
    """A lesson that is run from top to bottom gives no answer away."""
    made = predict(scenario, guess)

    assert (made.guess, made.answer, made.correct, made.evaluation, made.why) == (None, None, None, None, "")
    assert "IMPLICIT_DENY" in made.note
    assert repr(made).startswith("Writing: not predicted yet\n")


@pytest.mark.parametrize(
    ("answer", "action", "more", "expected"),
    [
        ("DENY", "s3:PutObject", "", "`answer`: does not know `DENY`"),
        ("ALLOW", "s3:*", "", "`request.action`: is not an action: `s3:*`"),
        ("ALLOW", "s3:PutObject", 'tittle = "x"', "`tittle`: is not a key of this file\n  help: did you mean `title`?"),
    ],
)
def test_a_mistake_in_prediction_toml_is_named(
    tmp_path: Path, answer: str, action: str, more: str, expected: str
) -> None:
    """File, key, what is wrong, and a line of help."""
    with pytest.raises(MalformedExercise) as caught:
        load_scenario(write_prediction(tmp_path / "writing", answer, action, more), "03_policies", "x")

    assert f"x/prediction.toml: {expected}" in str(caught.value)


def test_a_file_that_the_prediction_does_not_name_is_refused(tmp_path: Path) -> None:
    """A policy that nobody reads is a misunderstanding."""
    folder = write_prediction(tmp_path / "writing")
    write_files(folder, {"other.json": "{}"})

    with pytest.raises(MalformedExercise, match=r"x/other\.json: no key or rule of the folder reads this file"):
        load_scenario(folder, "03_policies", "x")

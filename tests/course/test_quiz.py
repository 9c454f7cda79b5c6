"""The recap quiz."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamkit.course import MalformedExercise
from iamkit.course.quiz import Question, answer, load_quiz
from tests.course.building import QUIZ, write_files


def load(folder: Path, text: str = QUIZ) -> tuple[Question, ...]:
    write_files(folder, {"quiz.toml": text})
    return load_quiz(folder, "03_policies", "exercises/03_policies")


def test_a_question_shows_its_options(tmp_path: Path) -> None:
    """In plain text, with the numbers to answer with."""
    (question,) = load(tmp_path)

    assert repr(question) == "What is decided when no statement matches?\n  0. ALLOW\n  1. IMPLICIT_DENY"


@pytest.mark.parametrize("option", [1, "IMPLICIT_DENY"])
def test_the_right_option_is_right(tmp_path: Path, option: int | str) -> None:
    """An option is chosen by its number or its text."""
    given = answer(load(tmp_path)[0], option)

    assert given.correct
    assert repr(given) == "default: correct\n  your answer: IMPLICIT_DENY\nEverything is denied by default."


def test_a_wrong_option_is_told_the_right_one(tmp_path: Path) -> None:
    """Each answer is explained."""
    given = answer(load(tmp_path)[0], 0)

    assert given.correct is False
    assert "default: not correct\n  your answer: ALLOW\n  right answer: IMPLICIT_DENY\n" in repr(given)


@pytest.mark.parametrize("option", [None, 2, -1, "", "MAYBE", True])
def test_what_is_no_option_is_no_answer(tmp_path: Path, option: int | str | None) -> None:
    """Nothing is given away."""
    given = answer(load(tmp_path)[0], option)

    assert (given.chosen, given.correct, given.right_option, given.why) == (None, None, "", "")
    assert repr(given) == "default: not answered\nchoose one of the options 0 to 1"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("answer = 1", "answer = 2", "`question[0].answer`: is out of range: `2`"),
        ("answer = 1", 'answer = "1"', "`question[0].answer`: is text: `1`"),
        ('["ALLOW", "IMPLICIT_DENY"]', '["ALLOW"]', "`question[0].options`: has 1 of at least 2 options"),
        ('["ALLOW", "IMPLICIT_DENY"]', '["ALLOW", "ALLOW"]', "`question[0].options`: says one option twice"),
        ('id = "default"', "", "`question[0].id`: is missing"),
        ("why =", "because =", "`question[0].because`: is not a key of this file"),
        ("[[question]]", "[question]", "`question`: is a table: "),
        (QUIZ, "question = [1]", "`question[0]`: is not a table: `1`"),
    ],
)
def test_a_mistake_in_quiz_toml_is_named(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """File, key, what is wrong, and a line of help."""
    with pytest.raises(MalformedExercise) as caught:
        load(tmp_path, QUIZ.replace(old, new))

    assert f"exercises/03_policies/quiz.toml: {expected}" in str(caught.value)

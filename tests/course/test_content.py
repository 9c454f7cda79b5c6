"""The whole course: what is found, and all mistakes at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from iamkit.course import MalformedExercise, UnknownExercise, course_root, load_course
from tests.course.building import EXERCISE, QUIZ, write_course, write_exercise, write_files, write_prediction


def test_everything_is_found_by_its_name(tmp_path: Path) -> None:
    """Exercises and predictions by slug, questions by id, lessons by name or number."""
    content = load_course(write_course(tmp_path))

    assert content.exercise("read-reports").title == "Read reports"
    assert content.scenario("writing").title == "Writing"
    assert content.question("default").right == 1
    assert content.lesson("03") is content.lesson("03_policies")


def test_exercises_stand_from_easy_to_hard(tmp_path: Path) -> None:
    """By difficulty, then by slug."""
    lesson = write_course(tmp_path) / "exercises" / "03_policies"
    write_exercise(lesson / "a-hard-one", EXERCISE.replace("difficulty = 1", "difficulty = 3"))
    write_exercise(lesson / "another")

    slugs = [exercise.slug for exercise in load_course(tmp_path).lessons[0].exercises]
    assert slugs == ["another", "read-reports", "a-hard-one"]


def test_an_unknown_name_is_told_what_is_close(tmp_path: Path) -> None:
    """A learner mistypes."""
    content = load_course(write_course(tmp_path))

    with pytest.raises(UnknownExercise, match="there is no exercise `read-report`; did you mean `read-reports`"):
        content.exercise("read-report")
    with pytest.raises(LookupError, match="there is no lesson `99`; did you mean `03_policies`"):
        content.lesson("99")


def test_a_course_without_exercises_is_empty(tmp_path: Path) -> None:
    """No folder is not an error; a name is."""
    content = load_course(tmp_path)

    assert content.lessons == ()
    with pytest.raises(UnknownExercise, match="there is no exercise `x`; the course has none"):
        content.exercise("x")


def test_the_problems_of_all_folders_come_at_once(tmp_path: Path) -> None:
    """An author sees everything that is wrong anywhere."""
    lesson = write_course(tmp_path) / "exercises" / "03_policies"
    write_exercise(lesson / "one", task_md=None)
    write_exercise(lesson / "two", why_md=None)
    write_prediction(lesson / "predictions" / "three", answer="PERHAPS")
    write_files(lesson, {"quiz.toml": QUIZ.replace("answer = 1", "answer = 7")})

    with pytest.raises(MalformedExercise) as caught:
        load_course(tmp_path)

    places = [problem.file.removeprefix("exercises/03_policies/") for problem in caught.value.problems]
    assert places == ["one/task.md", "two/why.md", "predictions/three/prediction.toml", "quiz.toml"]
    assert isinstance(caught.value, ValueError)
    assert str(caught.value).count("\n  help: ") == 4


def test_a_name_is_used_once_in_the_whole_course(tmp_path: Path) -> None:
    """Progress is kept by name."""
    root = write_course(tmp_path)
    write_exercise(root / "exercises" / "04_conditions" / "read-reports")
    write_prediction(root / "exercises" / "04_conditions" / "predictions" / "default")

    with pytest.raises(MalformedExercise) as caught:
        load_course(root)

    assert [problem.message for problem in caught.value.problems] == [
        "the name `read-reports` is taken already, by exercises/03_policies/read-reports",
        "the name `default` is taken already, by exercises/03_policies/quiz.toml",
    ]


def test_a_folder_that_is_no_lesson_is_refused(tmp_path: Path) -> None:
    """A lesson's folder has the name of its notebook."""
    write_exercise(tmp_path / "exercises" / "policies" / "read-reports")

    with pytest.raises(MalformedExercise, match="exercises/policies: the folder's name is no lesson"):
        load_course(tmp_path)


def test_the_course_of_a_checkout_is_the_checkout() -> None:
    """Lessons and exercises are read where they are edited."""
    assert (course_root() / "exercises").is_dir()

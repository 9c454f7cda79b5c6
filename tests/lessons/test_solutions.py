"""A learner who knows every solution passes every exercise of every lesson."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from iamkit.course import Course
from lessons import build
from tests.lessons import reading

LESSONS = [path.stem for path in build.sources()]
# Their own tests run them, and say this of the same run.
ELSEWHERE = ("00_first_contact", "01_identities", "02_sigv4", "05_credentials", "10_least_privilege")


@pytest.mark.parametrize("lesson", [each for each in LESSONS if each not in ELSEWHERE])
def test_with_every_starter_replaced_by_its_solution_every_check_passes(
    lesson: str, course: Course, tmp_path: Path
) -> None:
    """The progress that the notebook leaves says so: its lesson is done, and no check of it failed."""
    reading.every_check_passes(reading.run(lesson, course), lesson, tmp_path)


@pytest.mark.parametrize("lesson", ELSEWHERE)
def test_it_is_said_of_the_others_where_they_are_run(lesson: str) -> None:
    """No lesson is left out."""
    tests = import_module(f"tests.lessons.test_lesson_{lesson[:2]}")
    assert lesson == tests.LESSON
    assert callable(tests.test_with_every_starter_replaced_by_its_solution_every_check_passes)

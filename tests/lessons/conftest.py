"""The course for one who has done nothing yet; and failures in shared code that show both sides, as in a test."""

from __future__ import annotations

import pytest

from iamkit.course import Course, Progress

pytest.register_assert_rewrite("tests.lessons.reading")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course(progress=Progress(tmp_path_factory.mktemp("progress")))

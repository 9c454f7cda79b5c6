"""The course as its learner meets it, and what is remembered."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from iamkit.course import Course, Outcome, Progress, UnknownExercise
from tests.course.building import REPORT, SOLUTION, STARTER, TOO_WIDE, document, statement, write_course

SLUG = "read-reports"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return Course(write_course(tmp_path / "root"), Progress(tmp_path / "learner"))


def attempts(count: int) -> list[str]:
    return [json.dumps(document(statement("s3:*", f"{REPORT}{number}"))) for number in range(count)]


def test_a_check_is_remembered_without_the_policy(course: Course) -> None:
    """Ids, outcomes, a digest and the time: no policy text."""
    course.check(SLUG, TOO_WIDE)
    course.check(SLUG, SOLUTION)

    lines = course.progress.path.read_text().split()
    assert [record.outcome for record in course.progress.history().records] == ["failed", "passed"]
    assert "s3:" not in "".join(lines)


def test_what_was_not_attempted_is_not_remembered(course: Course) -> None:
    """Running a lesson from top to bottom leaves no trace."""
    course.check(SLUG, None)
    course.check(SLUG, STARTER)
    course.predict("writing", None)
    course.answer("default", None)

    assert not course.progress.path.exists()


def test_progress_is_there_after_a_restart(course: Course, tmp_path: Path) -> None:
    """Another kernel reads the same file."""
    course.check(SLUG, SOLUTION)
    course.predict("writing", "ALLOW")
    course.answer("default", 1)

    again = Course(tmp_path / "root", Progress(tmp_path / "learner"))
    assert repr(again.report()) == (
        "[####################] 1 of 1 exercises passed\n"
        "  03_policies: 1 of 1 exercises, 1 of 1 predictions (0 right), 1 of 1 quiz questions right\n"
        "    passed  Read reports (read-reports)"
    )


def test_hints_climb_one_by_one_and_stay_on_the_last(course: Course) -> None:
    """Concept, where, almost."""
    hints = [course.hint(SLUG) for _ in range(4)]

    assert [hint.number for hint in hints] == [1, 2, 3, 3]
    assert repr(hints[0]) == "Hint 1 of 3: Which action reads?"
    assert repr(hints[3]) == "Hint 3 of 3: The resource ends in a wildcard.\nthis was the last hint"


def test_reset_gives_the_starter_and_closes_the_hints(course: Course) -> None:
    """Attempts and passes stay."""
    course.check(SLUG, SOLUTION)
    course.hint(SLUG)

    assert json.loads(course.reset(SLUG)) == STARTER
    assert course.hint(SLUG).number == 1
    assert course.report().done == 1


def test_the_solution_opens_after_three_different_attempts(course: Course) -> None:
    """The same policy checked again is no new attempt."""
    for attempt in attempts(2):
        course.check(SLUG, attempt)
        course.check(SLUG, attempt)

    assert not course.can_reveal(SLUG)
    closed = course.solution(SLUG)
    assert closed.text is None
    assert repr(closed) == "the solution opens after 3 different attempts or a pass; so far: 2"

    course.check(SLUG, "{ broken")
    assert course.can_reveal(SLUG)
    opened = course.solution(SLUG)
    assert opened.text is not None
    assert json.loads(opened.text) == SOLUTION
    assert "Objects have ARNs of their own." in repr(opened)


def test_the_solution_opens_after_a_pass(course: Course) -> None:
    """And stays open after a reset."""
    course.check(SLUG, SOLUTION)
    course.reset(SLUG)

    assert course.can_reveal(SLUG)


def test_answers_are_judged_and_remembered(course: Course) -> None:
    """Predictions by their first guess, questions by their best answer."""
    assert course.predict("writing", "IMPLICIT_DENY").correct
    assert course.answer("default", "ALLOW").correct is False
    assert course.answer("default", "IMPLICIT_DENY").correct

    lesson = course.report().lessons[0]
    assert (lesson.predicted_right, lesson.predictions, lesson.answered_right, lesson.questions) == (1, 1, 1, 1)


@pytest.mark.parametrize(
    "use",
    [
        lambda course: course.check("nothing", None),
        lambda course: course.hint("nothing"),
        lambda course: course.reset("nothing"),
        lambda course: course.solution("nothing"),
        lambda course: course.can_reveal("nothing"),
        lambda course: course.predict("nothing", "ALLOW"),
        lambda course: course.answer("nothing", 0),
        lambda course: course.questions("nothing"),
        lambda course: course.scenario("nothing"),
    ],
)
def test_an_unknown_name_is_an_error_that_names_the_close_ones(course: Course, use: Callable[[Course], object]) -> None:
    """Only a name the course does not have raises."""
    with pytest.raises(UnknownExercise, match=r"there is no .* `nothing`"):
        use(course)


def test_progress_that_cannot_be_saved_is_a_note(tmp_path: Path) -> None:
    """Everything else works as ever, until the kernel stops."""
    (tmp_path / "file").write_text("")
    course = Course(write_course(tmp_path / "root"), Progress(tmp_path / "file"))

    notes = [course.check(SLUG, SOLUTION).note, course.hint(SLUG).note, course.solution(SLUG).note]
    notes += [course.predict("writing", "ALLOW").note, course.answer("default", 1).note]

    assert all("your progress cannot be saved in" in note for note in notes)
    assert course.report().done == 1
    assert course.report().note.startswith("your progress cannot be read from")


def test_lines_that_cannot_be_read_are_told(course: Course) -> None:
    """Never fatal, never silent."""
    course.check(SLUG, SOLUTION)
    with course.progress.path.open("a") as file:
        file.write('{"event": "che\n')

    assert course.report().note == "1 line of your progress file cannot be read and are left out"


def test_the_learners_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument the progress is in the course folder."""
    monkeypatch.setenv("IAMKIT_COURSE_DIR", str(tmp_path / "mine"))
    course = Course(write_course(tmp_path / "root"))

    assert course.check(SLUG, SOLUTION).outcome is Outcome.PASSED
    assert (tmp_path / "mine" / "progress.jsonl").exists()
    assert repr(course) == "Course(1 exercises in 1 lessons)"

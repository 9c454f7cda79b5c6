"""How progress looks: a bar, and a table for each lesson."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.notebook import html
from iamkit.notebook.display import View
from iamkit.notebook.views.policies import count

if TYPE_CHECKING:
    from iamkit.course import ExerciseRow, LessonRow, ProgressReport


def report_view(report: ProgressReport) -> View:
    note = html.paragraph(html.inline(report.note)) if report.note else ""
    parts = [_bar(report), *(_lesson(lesson) for lesson in report.lessons), note]
    return View(repr(report), "".join(parts))


def progress_text(report: ProgressReport, lesson: str) -> str:
    """Say how many exercises of a lesson are passed."""
    row = next((row for row in report.lessons if row.lesson == lesson), None)
    return f"{row.done} of {count(row.total, 'exercise')} passed" if row else ""


def _bar(report: ProgressReport) -> str:
    done = f"{report.done} of {count(report.total, 'exercise')} passed"
    bar = f'<progress value="{report.done}" max="{max(report.total, 1)}">{done}</progress>'
    return html.paragraph(f"<label><strong>{done}</strong> {bar}</label>")


def _lesson(lesson: LessonRow) -> str:
    caption = [f"<strong>{html.escape(lesson.lesson)}</strong>: {lesson.done} of {count(lesson.total, 'exercise')}"]
    if lesson.predictions:
        right = f"{lesson.predicted_right} right"
        caption.append(f"{lesson.predicted} of {count(lesson.predictions, 'prediction')} ({right})")
    if lesson.questions:
        caption.append(f"{lesson.answered_right} of {count(lesson.questions, 'quiz question')} right")
    headers = ("Exercise", "Difficulty", "State", "Attempts", "Hints")
    return html.table(headers, map(_exercise, lesson.exercises), ", ".join(caption))


def _exercise(row: ExerciseRow) -> tuple[str, ...]:
    state = html.badge("Passed", html.GREEN) if row.passed else "open"
    name = f"{html.escape(row.title)} ({html.code(row.slug)})"
    return (name, f"{row.difficulty} of 5", state, str(row.attempts), str(row.hints))

"""What the buttons of the exercise widget do, over the course."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from iamkit.course import CodeExercise, Outcome, PolicyExercise
from iamkit.notebook import html
from iamkit.notebook.defining import define_passed
from iamkit.notebook.exercise_widget import ExerciseWidget
from iamkit.notebook.exercise_widget import Problem as Finding
from iamkit.notebook.views.programs import printed_html
from iamkit.notebook.views.reports import progress_text
from iamkit.notebook.views.results import announcement, result_html, verdict_html
from iamkit.notebook.views.texts import solution_html

if TYPE_CHECKING:
    from iamkit import Problem
    from iamkit.course import Course, Exercise, Result

_OUTCOMES: dict[Outcome, Literal["passed", "failed", "invalid", "not_attempted"]] = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.INVALID_POLICY: "invalid",
    Outcome.INVALID_PROGRAM: "invalid",
    Outcome.NOT_ATTEMPTED: "not_attempted",
}


# What a check takes beside the program's own time, on a slow machine.
_AROUND = 15
_PATIENCE = 10


def open_widget(course: Course, slug: str) -> ExerciseWidget:
    """Make the widget of an exercise as its learner left it: hints opened, passed or not."""
    exercise = course.exercise(slug)
    controller = ExerciseController(course, slug)
    controller.widget = ExerciseWidget(
        controller,
        slug=slug,
        title=exercise.title,
        task_html=html.markdown(exercise.task),
        text=exercise.starter.rstrip(),
        hints_total=len(exercise.hints),
        outcome=controller.remembered,
        language="python" if isinstance(exercise, CodeExercise) else "json",
        patience=exercise.time_limit + _AROUND if isinstance(exercise, CodeExercise) else _PATIENCE,
    )
    controller.refresh()
    return controller.widget


class ExerciseController:
    """Ask the course, then set the traits of the widget."""

    widget: ExerciseWidget

    def __init__(self, course: Course, slug: str) -> None:
        self.course = course
        self.slug = slug

    @property
    def exercise(self) -> Exercise:
        """Return what the widget is about."""
        return self.course.exercise(self.slug)

    @property
    def remembered(self) -> Literal["", "passed"]:
        """Tell the outcome that an exercise has before anything is checked in this kernel."""
        return "passed" if self.course.progress.history().passed(self.slug) else ""

    def refresh(self) -> None:
        """Show what the progress says: hints, whether the solution may be seen, how far the lesson is."""
        widget, course, exercise = self.widget, self.course, self.exercise
        opened = course.progress.history().hints(self.slug)
        widget.hints_html = [html.markdown(text) for text in exercise.hints[:opened]]
        widget.can_reveal = course.can_reveal(self.slug)
        # As long as it is closed, asking for the solution only says when it opens.
        note = "" if widget.can_reveal else course.solution(self.slug).note
        widget.reveal_note = note[:1].upper() + note[1:]
        widget.progress_text = progress_text(course.report(), exercise.lesson)

    def check(self, text: str) -> None:
        result = define_passed(self.exercise, self.course.check(self.slug, text), text)
        widget = self.widget
        widget.outcome = _OUTCOMES[result.outcome]
        marked = [_finding(self.exercise, problem) for problem in result.problems] or _warnings(self.exercise, text)
        widget.problems = [dict(each) for each in marked]
        widget.result_html = self._result(result)
        self.refresh()
        widget.announce(announcement(result))

    def hint(self) -> None:
        hint = self.course.hint(self.slug)
        self.refresh()
        self.widget.announce(repr(hint).replace("`", ""))

    def reset(self) -> None:
        widget = self.widget
        widget.text = self.course.reset(self.slug).rstrip()
        widget.problems = []
        widget.outcome = self.remembered
        widget.result_html = widget.solution_html = ""
        self.refresh()
        widget.announce(f"The {self.exercise.noun} is as it was at the start, and the hints begin again.")

    def solution(self) -> None:
        solution = self.course.solution(self.slug)
        if solution.text is None:
            self.widget.announce(solution.note)
            return
        # The result of a pass has said why already.
        told = self.widget.outcome == "passed" and self.widget.result_html != ""
        self.widget.solution_html = solution_html(replace(solution, note="") if told else solution)
        self.widget.announce("The solution stands below.")

    def _result(self, result: Result) -> str:
        if result.problems:
            # The editor marks and lists them.
            return verdict_html(result, more=f"marked in your {self.exercise.noun}") + printed_html(result)
        return verdict_html(result) + result_html(result, self.exercise)


def _finding(exercise: Exercise, problem: Problem) -> Finding:
    # A place in a document is its JSON Pointer; what concerns a whole program is said without one.
    whole = problem.message if isinstance(exercise, CodeExercise) else f"{problem.pointer or '/'}: {problem.message}"
    return {
        "line": problem.line,
        "column": problem.column,
        "severity": "error",
        "message": problem.message if problem.line is not None else whole,
        "help": problem.help,
    }


def _warnings(exercise: Exercise, text: str) -> list[Finding]:
    """Mark in a policy that the engine takes what IAM Access Analyzer would still say, but no mere suggestions."""
    if not isinstance(exercise, PolicyExercise):
        return []
    # It opens the service authorization reference: only who checks a policy waits for that.
    from iamkit.analysis.findings import Severity, findings

    return [
        {
            "line": each.line,
            "column": each.column,
            "severity": "error" if each.severity is Severity.ERROR else "warning",
            "message": f"{each.name}: {each.message}",
            "help": each.help,
        }
        for each in findings(text, type=exercise.type)
        if each.severity is not Severity.SUGGESTION
    ]

"""What one kernel keeps: the course with its learner's progress, and the widgets that are open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iamkit.course import Course

if TYPE_CHECKING:
    from iamkit.notebook.exercise_widget import ExerciseWidget


@dataclass(slots=True)
class Session:
    """A course in use; a second call for an exercise finds the widget of the first one."""

    course: Course = field(default_factory=Course)
    widgets: dict[str, ExerciseWidget] = field(default_factory=dict)

    def widget(self, slug: str) -> ExerciseWidget:
        """Return the widget of an exercise, with the learner's last text in this kernel; raise `UnknownExercise`."""
        from iamkit.notebook.controller import ExerciseController, open_widget

        self.course.exercise(slug)
        widget = self.widgets.get(slug)
        if widget is None or widget.comm is None:
            widget = self.widgets[slug] = open_widget(self.course, slug)
        elif isinstance(widget.controller, ExerciseController):
            widget.controller.refresh()
        return widget


_current: list[Session] = []


def current() -> Session:
    """Return this kernel's session; the first call reads the course."""
    if not _current:
        _current.append(Session())
    return _current[0]


def use(session: Session | None) -> None:
    """Take another session from now on; None reads the course anew."""
    _current[:] = [session] if session else []

"""The exercise widget: what the page shows and which command it sent. It knows nothing of exercises."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Protocol, TypedDict, get_args

import anywidget
import traitlets

STATIC = Path(__file__).parent / "static"

Language = Literal["json", "python"]
Outcome = Literal["", "passed", "failed", "invalid", "not_attempted"]


class Problem(TypedDict):
    """One thing that is wrong with the text; without a line it concerns the whole document."""

    line: int | None
    column: int | None
    severity: Literal["error", "warning"]
    message: str
    help: str


class Controller(Protocol):
    """Do what a button asks for, by setting the widget's traits."""

    def check(self, text: str) -> None: ...
    def hint(self) -> None: ...
    def reset(self) -> None: ...
    def solution(self) -> None: ...


class ExerciseWidget(anywidget.AnyWidget):
    """Show one exercise with an editor and pass its commands to a controller.

    The HTML traits are put into the page as they are: give only HTML of our own making.
    """

    # At module level and once: the bundle is part of every widget's state.
    _esm = STATIC / "exercise.js"
    _css = STATIC / "exercise.css"

    slug = traitlets.Unicode("").tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    task_html = traitlets.Unicode("").tag(sync=True)
    # Without the echo: it would put an older text over what the learner typed since.
    text = traitlets.Unicode("").tag(sync=True, echo_update=False)
    language = traitlets.Enum(get_args(Language), default_value="json").tag(sync=True)
    # Seconds that the page waits for an answer before it says that the kernel is silent.
    patience = traitlets.Int(10).tag(sync=True)
    problems = traitlets.List(traitlets.Dict()).tag(sync=True)
    outcome = traitlets.Enum(get_args(Outcome), default_value="").tag(sync=True)
    result_html = traitlets.Unicode("").tag(sync=True)
    result_serial = traitlets.Int(0).tag(sync=True)
    announcement = traitlets.Unicode("").tag(sync=True)
    hints_html = traitlets.List(traitlets.Unicode()).tag(sync=True)
    hints_total = traitlets.Int(0).tag(sync=True)
    can_reveal = traitlets.Bool(False).tag(sync=True)
    reveal_note = traitlets.Unicode("").tag(sync=True)
    solution_html = traitlets.Unicode("").tag(sync=True)
    progress_text = traitlets.Unicode("").tag(sync=True)

    def __init__(self, controller: Controller, **traits: Any) -> None:
        super().__init__(**traits)
        self.controller = controller
        self.on_msg(self._receive)

    def announce(self, text: str) -> None:
        """Have a screen reader say the text, also when it is the same as before."""
        self.announcement = text
        self.result_serial += 1

    def _receive(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """Obey one message of the page: `{"command", "id", "text"}`; answer `{"done": id, "error"}`."""
        command = content.get("command")
        if command not in {"edit", "check", "hint", "reset", "solution"}:
            return
        # As state from the page, so that it is not sent back to where the learner types on.
        self.set_state({"text": str(content.get("text", ""))})
        if command == "edit":
            self.problems = []
            return
        error = None
        try:
            # One update of the page for all that the controller sets.
            with self.hold_sync():
                self._obey(command)
        except Exception as exception:
            error = f"{type(exception).__name__}: {exception}"
            raise
        finally:
            self.send({"done": content.get("id"), "error": error})

    def _obey(self, command: str) -> None:
        if command == "check":
            # Held back with the rest, this makes findings equal to the last ones reach the page again.
            self.problems = []
            self.controller.check(self.text)
        else:
            getattr(self.controller, command)()

    def __repr__(self) -> str:
        """Give the call that shows this exercise: the plain text of every saved output."""
        return f'exercise("{self.slug}")'

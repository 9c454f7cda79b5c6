"""The widget passes what the page sends to its controller, and what the controller sets to the page."""

from __future__ import annotations

from typing import Any

import pytest

from iamkit.notebook.exercise_widget import ExerciseWidget

PROBLEM = {"line": 1, "column": 2, "severity": "error", "message": "`x` is wrong", "help": "remove it"}


class Recorder:
    """Remember the calls; do on `check` what a test asks for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.widget = ExerciseWidget(self, slug="read-one-prefix", text="{}")
        self.sent: list[dict[str, Any]] = []
        # What the kernel would put on the wire.
        self.widget._send = lambda msg, buffers=None: self.sent.append(msg)

    def check(self, text: str) -> None:
        self.calls.append(("check", text))
        if text == "crash":
            raise RuntimeError("boom")
        self.widget.problems = [PROBLEM]
        self.widget.outcome = "invalid"
        self.widget.announce("not valid")

    def hint(self) -> None:
        self.calls.append(("hint",))

    def reset(self) -> None:
        self.calls.append(("reset",))
        self.widget.text = "{}"

    def solution(self) -> None:
        self.calls.append(("solution",))

    def receive(self, command: str, text: str = "{}") -> None:
        self.widget._handle_custom_msg({"command": command, "id": "7", "text": text}, [])

    def updates(self) -> list[dict[str, Any]]:
        return [message["state"] for message in self.sent if message["method"] == "update"]

    def answers(self) -> list[dict[str, Any]]:
        return [message["content"] for message in self.sent if message["method"] == "custom"]


@pytest.fixture
def page() -> Recorder:
    return Recorder()


def test_repr_is_the_call_that_shows_it(page: Recorder) -> None:
    """The plain text has no address, so that saved outputs compare equal."""
    assert repr(page.widget) == 'exercise("read-one-prefix")'


def test_output_has_the_view_and_the_plain_text(page: Recorder) -> None:
    """JupyterLab shows the widget; a reader without it sees the call."""
    bundle = page.widget._repr_mimebundle_()
    assert bundle is not None
    assert bundle[0]["text/plain"] == 'exercise("read-one-prefix")'
    assert bundle[0]["application/vnd.jupyter.widget-view+json"]["model_id"] == page.widget.model_id


@pytest.mark.parametrize("command", ["hint", "reset", "solution"])
def test_command_reaches_the_controller_and_is_answered(page: Recorder, command: str) -> None:
    """Each button's command calls its method once and gets its answer last."""
    page.receive(command)
    assert page.calls == [(command,)]
    assert page.answers() == [{"done": "7", "error": None}]
    assert page.sent[-1]["method"] == "custom"


def test_check_passes_the_text_that_came_with_it(page: Recorder) -> None:
    """The command carries the policy, so that no typed letter is missing."""
    page.receive("check", '{"a": 1}')
    assert page.calls == [("check", '{"a": 1}')]
    assert page.widget.text == '{"a": 1}'


def test_check_sends_all_in_one_update(page: Recorder) -> None:
    """The page never shows half of a result."""
    page.receive("check", "x")
    assert len(page.updates()) == 1
    assert set(page.updates()[0]) == {"problems", "outcome", "announcement", "result_serial"}


def test_text_is_not_sent_back_to_the_page(page: Recorder) -> None:
    """An echo would put an older text over what was typed since."""
    page.receive("edit", "typed")
    page.receive("check", "typed more")
    assert page.widget.text == "typed more"
    assert not any("text" in message.get("state", {}) for message in page.sent)


def test_reset_sends_its_text(page: Recorder) -> None:
    """A text that the controller sets goes to the page."""
    page.receive("reset", "typed")
    assert [update["text"] for update in page.updates()] == ["{}"]


def test_edit_is_no_command(page: Recorder) -> None:
    """Typing keeps the text, takes the findings about the old one away, and calls nothing."""
    page.widget.problems = [PROBLEM]
    page.receive("edit", "typed")
    assert (page.widget.text, page.widget.problems, page.calls, page.answers()) == ("typed", [], [], [])


def test_same_findings_are_sent_again(page: Recorder) -> None:
    """The page took the marks away at an edit: equal findings must come back."""
    page.receive("check", "x")
    page.receive("check", "x")
    assert [update["problems"] for update in page.updates()] == [[PROBLEM], [PROBLEM]]


def test_same_announcement_counts_on(page: Recorder) -> None:
    """A text said twice is said twice."""
    page.widget.announce("passed")
    page.widget.announce("passed")
    assert (page.widget.announcement, page.widget.result_serial) == ("passed", 2)


def test_failing_controller_is_answered(page: Recorder) -> None:
    """A defect of ours says what it is and leaves no button waiting."""
    with pytest.raises(RuntimeError, match="boom"):
        page.widget._receive(page.widget, {"command": "check", "id": "7", "text": "crash"}, [])
    assert page.answers() == [{"done": "7", "error": "RuntimeError: boom"}]


@pytest.mark.parametrize("content", [{}, {"command": "__init__"}, {"command": "announce", "text": "x"}])
def test_unknown_command_does_nothing(page: Recorder, content: dict[str, Any]) -> None:
    """Only the four commands and the edit are obeyed."""
    page.widget._receive(page.widget, content, [])
    assert (page.calls, page.sent) == ([], [])

"""The widget of the signature lab answers every message of its page, with what changed since what the page shows."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamkit.notebook import signature_lab
from iamkit.notebook.signing import widget as module
from iamkit.notebook.signing.presets import PRESETS
from iamkit.notebook.signing.widget import SignatureLab
from iamkit.notebook.signing.words import as_text

STATIC = Path(__file__).parents[2] / "iamkit" / "notebook" / "static"


class Page:
    """Send what the page would, and keep what the kernel would put on the wire."""

    def __init__(self, preset: str = "iam-get") -> None:
        self.lab = SignatureLab(preset)
        self.sent: list[dict[str, Any]] = []
        self.lab._send = lambda msg, buffers=None: self.sent.append(msg)
        self.revision = 0

    def edit(self, wish: dict[str, Any] | None = None, since: int | None = None, **fields: str) -> dict[str, Any]:
        """Edit fields of what is shown, or press a button; return what comes back."""
        self.revision += 1
        shown = self.lab.picture
        content = {
            "view": "here",
            "revision": self.revision,
            "since": shown["serial"] if since is None else since,
            "fields": {**shown["fields"], **fields},
            **(wish or {}),
        }
        self.lab._handle_custom_msg(json.loads(json.dumps(content)), [])
        return self.lab.picture


@pytest.fixture
def page() -> Page:
    return Page()


def marks(picture: dict[str, Any]) -> int:
    return sum(changed for step in picture["steps"] for row in step["rows"] for _, changed in row["parts"])


def test_an_edit_is_answered_with_its_view_and_revision(page: Page) -> None:
    """So that the page knows whether the answer comes too late."""
    picture = page.edit(query="Action=ListRoles&Version=2010-05-08")
    assert (picture["view"], picture["revision"]) == ("here", 1)
    assert picture["fields"]["query"] == "Action=ListRoles&Version=2010-05-08"
    assert [message["method"] for message in page.sent] == ["update"]
    assert list(page.sent[0]["state"]) == ["picture"]


def test_an_edit_without_consequence_is_answered_too(page: Page) -> None:
    """The page waits for every revision."""
    first, second = page.edit(), page.edit()
    assert (first["revision"], second["revision"]) == (1, 2)
    assert len(page.sent) == 2


def test_changes_are_marked_against_what_the_page_shows(page: Page) -> None:
    """An answer that was dropped on the page does not count as seen."""
    seen = page.lab.picture["serial"]
    page.edit(body="a")
    dropped = page.edit(body="ab", since=seen)
    again = page.edit(body="ab")
    assert "changed in the canonical request" in dropped["summary"]
    assert again["summary"] == "The signature is the same as before."
    assert marks(dropped) > 0
    assert marks(again) == 0


def test_a_page_that_shows_something_old_is_answered(page: Page) -> None:
    """What is no longer remembered is compared with the last."""
    first = page.lab.picture["serial"]
    for number in range(30):
        page.edit(body=str(number))
    assert page.edit(body="29", since=first)["summary"] == "The signature is the same as before."


def test_start_opens_a_preset(page: Page) -> None:
    """With its fields, and nothing marked."""
    page.edit(body="x")
    picture = page.edit({"start": "token-lost"})
    assert picture["fields"]["preset"] == "token-lost"
    assert picture["title"] == "The session token is lost"
    assert marks(picture) == 0


def test_start_keeps_the_time_of_the_lab() -> None:
    """`at` is for all presets."""
    lab = SignatureLab("iam-get", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    lab._handle_custom_msg({"fields": {}, "start": "clock-behind"}, [])
    assert lab.picture["fields"]["time"] == "2026-01-02T03:04:05Z"
    assert lab.picture["fields"]["server_time"] == "2026-01-02T03:24:05Z"


def test_shift_moves_the_clock_of_the_server(page: Page) -> None:
    """And of nobody else."""
    picture = page.edit({"shift": -60})
    assert picture["fields"]["server_time"] == "2015-08-30T11:36:00Z"
    assert picture["fields"]["time"] == "2015-08-30T12:36:00Z"
    assert picture["answer"]["badge"] == "403"


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"fields": None},
        {"fields": []},
        "hello",
        None,
    ],
)
def test_what_is_no_edit_is_passed_over(page: Page, content: Any) -> None:
    """Nothing is sent, nothing is raised."""
    page.lab._receive(page.lab, content, [])
    assert page.sent == []


@pytest.mark.parametrize(
    "content",
    [
        {"fields": {}},
        {"fields": {"path": None, "unknown": []}, "since": "x"},
        {"fields": {"server_time": 5}, "shift": 5},
        {"fields": {}, "start": "nowhere", "shift": "late", "revision": None},
        {"fields": {"wire": "\ud83d", "sent": "GET"}},
        {"fields": {}, "since": {}, "start": {}, "shift": 10**30},
    ],
)
def test_odd_edits_are_answered(page: Page, content: dict[str, Any]) -> None:
    """Whatever comes, the page hears of it."""
    page.lab._receive(page.lab, content, [])
    assert [message["method"] for message in page.sent] == ["update"]


def test_a_defect_is_told_and_nothing_is_lost(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """It reaches the page, not the kernel's log, and the fields stay."""

    def fail(*_: object) -> None:
        raise RuntimeError("boom")

    before = page.lab.picture
    monkeypatch.setattr(module, "work", fail)
    page.edit(body="x")
    assert page.lab.picture is before
    (message,) = page.sent
    assert message["content"]["revision"] == 1
    assert "RuntimeError: boom" in message["content"]["error"]


def test_plain_text_is_the_whole_lab(page: Page) -> None:
    """A reader without widgets, and a notebook that was stored, have all of it."""
    bundle = page.lab._repr_mimebundle_()
    assert bundle is not None
    assert bundle[0]["text/plain"] == repr(page.lab) == as_text(page.lab.desk)
    assert bundle[0]["application/vnd.jupyter.widget-view+json"]["model_id"] == page.lab.model_id
    page.edit(method="PUT")
    assert "\n  PUT /?Action=ListUsers" in repr(page.lab)


def test_signature_lab_shows_and_returns_the_widget(capsys: pytest.CaptureFixture[str]) -> None:
    """Outside IPython its text is printed."""
    lab = signature_lab("presigned-url")
    assert lab is not None
    assert lab.picture["title"] == "Presigned URL"
    assert capsys.readouterr().out == f"{lab!r}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"preset": "iam-got"},
            "there is no preset `iam-got`\nhelp: did you mean `iam-get`? the presets are `iam-get`, ",
        ),
        ({"preset": None}, "there is no preset `None`\nhelp: the presets are `iam-get`, "),
        ({"at": datetime(2015, 8, 30)}, "`2015-08-30 00:00:00` is no time with a time zone\nhelp: "),
        ({"at": "noon"}, "`noon` is no time with a time zone\nhelp: "),
    ],
)
def test_a_wrong_call_is_a_sentence(
    arguments: dict[str, Any], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is raised at a learner."""
    assert signature_lab(**arguments) is None
    assert capsys.readouterr().out.startswith(message)


def test_every_preset_is_a_widget() -> None:
    """And what is put on the wire is JSON."""
    for slug in PRESETS:
        json.dumps(SignatureLab(slug).get_state(), default=str)


def test_the_page_loads_nothing() -> None:
    """No address, no import: it works without a network."""
    for name in ("signature_lab.js", "signature_lab.css"):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "@import" not in text
        assert "import " not in text
        assert "url(" not in text


def test_the_page_has_every_field() -> None:
    """What Python knows as an input can be edited, and nothing else is asked for."""
    text = (STATIC / "signature_lab.js").read_text(encoding="utf-8")
    fields = set(SignatureLab("iam-get").picture["fields"]) - {"preset", "sent"}
    table = text[text.index("const CLIENT") : text.index("const SHIFTS")]
    assert {line.split('"')[1] for line in table.splitlines() if '", "' in line and "[" in line} == fields

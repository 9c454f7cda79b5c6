"""The figure of a conversation: what the service saw, as arrows and as text."""

from __future__ import annotations

import re

import pytest

from iamkit.cloud.metadata import LOST, Seen
from iamkit.notebook import metadata_figures
from iamkit.notebook.metadata_figures import line_of

ROLES = "/latest/meta-data/iam/security-credentials/"


@pytest.mark.parametrize(
    ("seen", "shows", "outcome", "good"),
    [
        (Seen("PUT", "/latest/api/token", False, 200), "a lifetime", "200, a token", True),
        (Seen("PUT", "/latest/api/token", False, LOST, 1), "a lifetime", "lost on the way", False),
        (Seen("PUT", "/latest/api/token", False, 403), "a lifetime", "403, nothing", False),
        (Seen("GET", ROLES, True, 200), "a token", "200, the role's name", True),
        (Seen("GET", ROLES + "web", True, 200), "a token", "200, credentials", True),
        (Seen("GET", ROLES + "web", False, 401), "nothing", "401, nothing", False),
        (Seen("GET", "/latest/meta-data/ami-id", False, 200), "nothing", "200, a document", True),
    ],
)
def test_a_request_in_a_few_words(seen: Seen, shows: str, outcome: str, good: bool) -> None:
    """What it brings, and what came of it."""
    line = line_of(seen)
    assert (line.shows, line.outcome, line.good) == (shows, outcome, good)


def test_all_requests_stand_below_the_figure_as_text() -> None:
    """With whoever asked; the same requests give the same bytes, and a group without any leaves no room."""
    asked = {
        "a <stranger>, outside": [Seen("GET", ROLES + "web", False, 401)],
        "nobody": [],
        "the program": [Seen("PUT", "/latest/api/token", False, 200), Seen("GET", ROLES, True, 200)],
    }
    view = metadata_figures.conversation(asked, title="Two <ways>")
    assert view is not None
    assert re.findall(r" (GET|PUT) \S+ +.*?  +(\S.*)$", view.text, re.MULTILINE) == [
        ("GET", "401, nothing"),
        ("PUT", "200, a token"),
        ("GET", "200, the role's name"),
    ]
    assert re.findall(r'<img alt="([^"]*)"', view.html) == [
        "Two &lt;ways&gt;. 3 arrows from whoever asks to the service and the answers. All are in the table below."
    ]
    assert "<stranger>" not in view.html
    again = metadata_figures.conversation(asked, title="Two <ways>")
    assert again is not None
    assert again.html == view.html

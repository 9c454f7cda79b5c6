"""How denials and the trail look: the same in words and in HTML, nothing that JupyterLab strips."""

from __future__ import annotations

import re

from iamkit.cloud.denials import Denial
from iamkit.cloud.trail import Trail
from iamkit.notebook.views.denials import denial_view
from iamkit.notebook.views.trails import trail_view

DENIAL = Denial(
    7,
    "s3:GetObject",
    ("arn:aws:sts::111122223333:assumed-role/App/one", "arn:aws:iam::111122223333:user/<alice>"),
    "s3:GetObject",
    "arn:aws:s3:::reports/a.csv",
    "User: … is not authorized",
    "identity-based policies",
    "the gate `identity-based policies`: no statement allows it",
    changes=('an identity-based policy of App: {"Effect": "Allow"}', 'the permissions boundary: {"Effect": "Allow"}'),
    enough=True,
)


def test_all_that_is_said_in_words_is_said_in_html() -> None:
    """Names are code, statements too, and what a learner wrote is escaped."""
    view = denial_view(DENIAL)
    assert view.text == repr(DENIAL)
    assert "<alice>" not in view.html
    assert "user/&lt;alice&gt;</code>" in view.html
    assert "an identity-based policy of App: <code>{&quot;Effect&quot;: &quot;Allow&quot;}</code>" in view.html
    plain = re.sub(r"<[^>]*>", "", view.html)
    for name, text in DENIAL.rows():
        assert name.capitalize() in plain
        assert text.split(": {")[0].replace("`", "").split(" ← ")[0].partition("<")[0] in plain


def test_nothing_is_used_that_jupyterlab_strips() -> None:
    """No style sheets, drawings, roles or theme variables."""
    assert not re.search(r"<style|<svg|role=|aria-|var\(--jp", denial_view(DENIAL).html)


def test_an_empty_trail_is_a_sentence() -> None:
    """And no table without rows."""
    view = trail_view(Trail())
    assert (view.text, view.html) == ("nothing has happened yet", "<p>Nothing has happened yet.</p>")

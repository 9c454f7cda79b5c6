"""How reach and exposure look: the same facts as text and as HTML, and a picture that is the same in every run."""

from __future__ import annotations

from typing import Any

from iamkit.analysis.exposure import exposure
from iamkit.analysis.reach import blast_radius, escalations
from iamkit.notebook.display import View
from iamkit.notebook.reach_figures import reach_figure
from iamkit.notebook.views.registry import view_of
from tests.analysis.accounts import OUT, account, landscape, trust
from tests.analysis.test_reach import company


def shown(*given: Any) -> View:
    """Draw what must be drawn."""
    view = reach_figure(*given)
    assert isinstance(view, View)
    return view


def test_figure_has_all_steps_as_text() -> None:
    """Each step stands in the table, the sentences above it; the picture has alternative text."""
    view = shown(company(), "alice")
    found = blast_radius(company(), "alice")
    assert view.html == shown(found).html
    assert all(sentence in view.text for sentence in found.sentences)
    assert all(edge.method.name in view.text and edge.method.name in view.html for edge in found.steps)
    assert 'alt="What is reached from user/alice: 6 steps.' in view.html
    assert "Who can come to more than they have: 3 steps" in shown(escalations(company())).text


def test_figure_of_nothing_says_so() -> None:
    """Where nobody comes to more there is nothing to draw."""
    assert "nobody comes to more than it has" in shown(landscape(account({"alice": {}}))).text


def test_views_are_registered() -> None:
    """The last line of a cell shows findings, steps and reach; the plain text is the repr."""
    outside = landscape(account({}, {"deploy": {"trust": trust(OUT)}}))
    for value, word in (
        (exposure(outside), "external"),
        (escalations(company()), "Steps"),
        (blast_radius(company(), "alice"), "ADMINISTRATOR"),
    ):
        view = view_of(value)
        assert view is not None
        assert view.text == repr(value)
        assert word in view.html

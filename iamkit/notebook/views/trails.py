"""How the trail of the local cloud looks: a row for each event, with who really acted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from iamkit.notebook import html
from iamkit.notebook.display import View

if TYPE_CHECKING:
    from iamkit.cloud.trail import Event

HEADERS = ("Event", "Outcome", "Who", "Operation", "Resource")
# More are for programs: `trail.as_json()`.
MOST_ROWS = 50


def trail_view(events: Iterable[Event]) -> View:
    """Show events, the last ones where there are many."""
    every = list(events)
    shown = every[-MOST_ROWS:]
    caption = f"The last {len(shown)} of {len(every)} events" if len(shown) < len(every) else "What happened"
    rows = [_row(event) for event in shown]
    text = "\n".join(map(str, shown)) or "nothing has happened yet"
    return View(text, html.table(HEADERS, rows, caption) if rows else html.paragraph("Nothing has happened yet."))


def _row(event: Event) -> tuple[str, ...]:
    color = html.GREEN if event.outcome == "allowed" else html.RED if event.denied else html.BROWN
    who = " ← ".join(map(html.code, event.chain))
    where = next((arn for arn in event.wheres() if arn != "*"), "*")
    return (str(event.number), html.badge(event.outcome, color), who, html.code(event.name), html.code(where))

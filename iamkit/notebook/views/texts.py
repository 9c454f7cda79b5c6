"""How hints, solutions, starters and one-line messages look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.notebook import html, listing
from iamkit.notebook.display import View

if TYPE_CHECKING:
    from iamkit.course import Hint, Solution


class Starter(str):
    """The text that an exercise starts from."""

    __slots__ = ()


def message_view(text: str) -> View:
    """Say something in one line, or with a help line after it."""
    first, *others = text.splitlines() or [""]
    lines = [html.inline(first), *(html.inline(line.strip()) for line in others)]
    return View(text, html.paragraph("<br>".join(lines)))


def hint_view(hint: Hint) -> View:
    number = html.badge(f"Hint {hint.number} of {hint.total}", html.BROWN)
    return View(repr(hint), html.paragraph(f"{number} {html.markdown_line(hint.text)}") + _note(hint.note))


def solution_view(solution: Solution) -> View:
    if solution.text is None:
        return message_view(repr(solution))
    heading = html.paragraph(html.badge("Solution", html.BROWN))
    return View(repr(solution), heading + solution_html(solution))


def solution_html(solution: Solution) -> str:
    """Show a solution's JSON and its why."""
    text = html.preformatted((solution.text or "").strip())
    return text + html.markdown(solution.note)


def starter_view(starter: Starter) -> View:
    text = starter.strip()
    return View(text, html.paragraph("The exercise starts from:") + listing.as_html(text))


def _note(note: str) -> str:
    return html.paragraph(html.inline(note)) if note else ""

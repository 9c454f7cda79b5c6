"""How a refused call of the local cloud looks: who really asked, what stopped it, what would let it pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.notebook import html
from iamkit.notebook.display import View

if TYPE_CHECKING:
    from iamkit.cloud.denials import Denial


def denial_view(denial: Denial) -> View:
    """Show a denial; what comes in several rows becomes a list."""
    gathered: dict[str, list[str]] = {}
    for name, text in denial.rows():
        gathered.setdefault(name, []).append(html.inline(text))
    rows = {name.capitalize(): _detail(texts) for name, texts in gathered.items()}
    head = f"{html.badge('DENIED', html.RED)} {html.inline(f'`{denial.operation}`, event {denial.number}')}"
    return View(repr(denial), html.paragraph(head) + html.definitions(rows))


def _detail(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else html.items(texts)

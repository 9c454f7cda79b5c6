"""How a refused call of the local cloud looks: who really asked, what stopped it, what would let it pass."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iamkit.notebook import html
from iamkit.notebook.display import View

if TYPE_CHECKING:
    from iamkit.cloud.denials import Denial

# The rows that hold nothing but names.
_NAMES = frozenset({"who", "really", "action", "resource", "missing keys"})
_STATEMENT = re.compile(r"(.*?): (\{.*\})")


def denial_view(denial: Denial) -> View:
    """Show a denial; what comes in several rows becomes a list."""
    gathered: dict[str, list[str]] = {}
    for name, text in denial.rows():
        gathered.setdefault(name, []).append(_detail(name, text))
    rows = {
        name.capitalize(): details[0] if len(details) == 1 else html.items(details)
        for name, details in gathered.items()
    }
    head = f"{html.badge('DENIED', html.RED)} {html.inline(f'`{denial.operation}`, event {denial.number}')}"
    return View(repr(denial), html.paragraph(head) + html.definitions(rows))


def _detail(name: str, text: str) -> str:
    if name in _NAMES:
        return " ← ".join(map(html.code, text.split(" ← ")))
    if found := _STATEMENT.fullmatch(text):
        return f"{html.escape(found[1])}: {html.code(found[2])}"
    return html.inline(text)

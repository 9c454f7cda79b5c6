"""How a generated policy and what was never used look: the policy, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.notebook import html
from iamkit.notebook.display import View
from iamkit.notebook.views.policies import policy_view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iamkit.analysis.least_privilege import Generated
    from iamkit.analysis.unused import StatementUse, Unused


def generated_view(generated: Generated) -> View:
    """Show the policies of an activity, each statement with its events, and what was left out."""
    rows = [
        (
            html.code(each.sid),
            html.items(f"{html.code(name)} {count}" for name, count in each.actions),
            str(each.events),
            html.escape(each.first or "unknown"),
            html.escape(each.last or "unknown"),
        )
        for each in generated.evidence
    ]
    parts = [policy_view(each).html for each in generated.policies]
    caption = html.inline(f"What each statement rests on: {generated.window}")
    parts.append(html.table(("Statement", "Events of each action", "Events", "First", "Last"), rows, caption))
    parts.append(_lists((name, lines) for name, lines in generated.rows() if name not in ("from", "evidence")))
    return View(repr(generated), "".join(parts))


def unused_view(unused: Unused) -> View:
    """Show statement by statement what was used, and the tighter policy."""
    caption = html.inline(f"What was used: {unused.window}")
    table = html.table(
        ("Statement", "Used", "Actions", "Resources never used"), map(_statement, unused.statements), caption
    )
    rest = _lists((name, lines) for name, lines in unused.rows() if name not in ("activity", "statements"))
    suggestion = (
        html.paragraph("Nothing of it was used.") if unused.tightened is None else policy_view(unused.tightened).html
    )
    return View(repr(unused), table + rest + html.paragraph("<strong>Suggestion</strong>") + suggestion)


def _statement(use: StatementUse) -> tuple[str, ...]:
    badge = html.badge(use.window.counted, html.GREEN) if use.used else html.badge("never used", html.RED)
    note = html.paragraph(html.inline(use.why)) if use.why else ""
    resources = html.items(map(html.code, use.unused_resources)) if use.unused_resources else "none"
    actions = html.items(html.inline(str(each)) for each in use.actions) if use.actions else ""
    return (html.inline(str(use.statement)), badge, actions + note, resources)


def _lists(parts: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    return "".join(
        html.paragraph(f"<strong>{html.escape(name.capitalize())}</strong>") + html.items(map(html.inline, lines))
        for name, lines in parts
        if lines
    )

"""How a decision looks: the decision, who asked for what, every gate, and what nearly matched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.evaluation import Decision, StepOutcome
from iamkit.notebook import html, words
from iamkit.notebook.display import View

if TYPE_CHECKING:
    from iamkit import Evaluation
    from iamkit.evaluation import Step

_COLORS = {Decision.ALLOW: html.GREEN, Decision.EXPLICIT_DENY: html.RED, Decision.IMPLICIT_DENY: html.RED}


def evaluation_view(evaluation: Evaluation) -> View:
    """Show a decision with its reasons."""
    rest = [message_html(evaluation), gates_html(evaluation), reasons_html(evaluation)]
    return View(f"{words.decided(evaluation)}\n{evaluation!r}", decision_html(evaluation) + "".join(rest))


def decision_badge(decision: Decision) -> str:
    return html.badge(decision.value, _COLORS[decision])


def decision_html(evaluation: Evaluation) -> str:
    """Say the decision and what it rests on."""
    sentence = f"{words.asked(evaluation.request)}. Decided by {evaluation.decided_by}."
    return html.paragraph(f"{decision_badge(evaluation.decision)} {html.inline(sentence)}")


def message_html(evaluation: Evaluation) -> str:
    """Quote AWS's sentence about a denial."""
    if not evaluation.message:
        return ""
    return html.paragraph(f"AWS says: <q>{html.escape(evaluation.message)}</q>")


def gates_html(evaluation: Evaluation) -> str:
    """List the gates in the order in which the request met them."""
    rows = [(html.escape(step.gate.value), _outcome(step), html.inline(step.why)) for step in evaluation.steps]
    return html.table(("Gate", "Outcome", "Why"), rows, "The gates, in the order in which the request met them")


def _outcome(step: Step) -> str:
    stopped = step.outcome is StepOutcome.STOPPED
    return html.badge(step.outcome.value, html.RED) if stopped else step.outcome.value


def reasons_html(evaluation: Evaluation) -> str:
    """Show what nearly matched, what the request did not say, and what could not be read."""
    parts = []
    if evaluation.nearly_matched:
        rows = [
            (html.inline(str(near.statement)), near.element, html.inline(near.expected), html.inline(near.actual))
            for near in evaluation.nearly_matched
        ]
        headers = ("Statement", "Element", "Asks for", "The request has")
        parts.append(html.table(headers, rows, "Nearly matched: one element is different"))
    if evaluation.missing_context_keys:
        keys = ", ".join(html.code(key) for key in evaluation.missing_context_keys)
        parts.append(html.paragraph(f"Missing context keys: {keys}"))
    if evaluation.not_evaluated:
        parts.append(html.paragraph("Not evaluated:"))
        parts.append(html.items(html.inline(str(each)) for each in evaluation.not_evaluated))
    return "".join(parts)

"""How a comparison and an answer about all requests look: the verdict, then the request that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from iamkit.analysis.compare import Verdict
from iamkit.notebook import html
from iamkit.notebook.display import View
from iamkit.notebook.views.evaluations import decision_badge
from iamkit.notebook.views.policies import request_rows

if TYPE_CHECKING:
    from iamkit import Evaluation, Request
    from iamkit.analysis.compare import Answer, Comparison

_VERDICTS = {Verdict.PROVED: html.GREEN, Verdict.DIFFERENT: html.RED, Verdict.UNKNOWN: html.BROWN}
_ANSWERS = {True: ("POSSIBLE", html.GREEN), False: ("IMPOSSIBLE", html.RED), None: ("UNKNOWN", html.BROWN)}
_INVENTED = "No real request shows it: this one has an action or a resource that AWS does not have."


def comparison_view(comparison: Comparison) -> View:
    """Show whether it is proved, or the request that the two decide differently, and how each decides it."""
    sides = {"first": comparison.mine, "second": comparison.theirs}
    word, color = comparison.verdict.name, _VERDICTS[comparison.verdict]
    return _view(word, color, comparison.reason, comparison.request, sides, comparison.invented)


def answer_view(answer: Answer) -> View:
    """Show whether it is possible, with the request that is allowed."""
    word, color = _ANSWERS[answer.possible]
    return _view(word, color, answer.reason, answer.request, {"decision": answer.evaluation}, answer.invented)


def _view(
    word: str,
    color: str,
    reason: str,
    request: Request | None,
    sides: Mapping[str, Evaluation | None],
    invented: bool,
) -> View:
    text = [f"{word}: {reason}".replace("`", "")]
    shown = html.paragraph(f"{html.badge(word, color)} {html.inline(reason)}")
    if request is not None:
        decided = {side: evaluation for side, evaluation in sides.items() if evaluation is not None}
        rows = request_rows(request)
        rows["context"] = rows["context"] or "none"
        lines = rows | {side: f"{each.decision.value}, decided by {each.decided_by}" for side, each in decided.items()}
        text += [f"  {term + ':':<10} {detail.replace('`', '')}" for term, detail in lines.items()]
        cells = {term.capitalize(): html.inline(detail) for term, detail in rows.items()}
        cells |= {side.capitalize(): _decided(each) for side, each in decided.items()}
        shown += html.definitions(cells)
    if invented:
        text.append(_INVENTED)
        shown += html.paragraph(_INVENTED)
    return View("\n".join(text), shown)


def _decided(evaluation: Evaluation) -> str:
    return f"{decision_badge(evaluation.decision)} {html.inline(f'decided by {evaluation.decided_by}')}"

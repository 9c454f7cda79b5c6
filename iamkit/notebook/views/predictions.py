"""How a prediction looks: the question before a guess, the decision and its reasons after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iamkit.course.predictions import DECISIONS
from iamkit.notebook import html, words
from iamkit.notebook.display import View
from iamkit.notebook.views.evaluations import decision_badge, gates_html, reasons_html
from iamkit.notebook.views.policies import policy_view, request_view

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iamkit import Policy
    from iamkit.course import Prediction, Scenario


def scenario_view(scenario: Scenario) -> View:
    """Ask: these policies, this request, which decision?"""
    ask = f"What is the decision: {words.either(f'`{word}`' for word in DECISIONS)}?"
    views = [*(_labeled(level, policy) for level, policy in _policies(scenario)), request_view(scenario.request)]
    text = [f"Prediction: {scenario.title}", scenario.task.strip(), *map(repr, views), ask]
    title = f"{html.badge('Prediction', html.BROWN)} <strong>{html.escape(scenario.title)}</strong>"
    shown = [html.paragraph(title), html.markdown(scenario.task), *(view.html for view in views)]
    return View("\n\n".join(text), "".join([*shown, html.paragraph(html.inline(ask))]))


def prediction_view(prediction: Prediction) -> View:
    """Show guess and decision side by side, and why."""
    if prediction.evaluation is None or prediction.guess is None or prediction.answer is None:
        badge = html.badge("Not predicted yet", html.BROWN)
        shown = f"{badge} {html.escape(prediction.title)}: {html.inline(prediction.note)}"
        return View(repr(prediction), html.paragraph(shown))
    verdict = html.badge("Correct", html.GREEN) if prediction.correct else html.badge("Not what AWS decides", html.RED)
    rows = {"Your guess": html.code(prediction.guess.value), "Decision": decision_badge(prediction.answer)}
    folded = gates_html(prediction.evaluation) + reasons_html(prediction.evaluation)
    parts = [
        html.paragraph(f"{verdict} <strong>{html.escape(prediction.title)}</strong>"),
        html.definitions(rows),
        html.paragraph(html.inline(f"Decided by {prediction.evaluation.decided_by}.")),
        html.markdown(prediction.why),
        html.details("Every gate of this decision", folded),
        html.paragraph(html.inline(prediction.note)) if prediction.note else "",
    ]
    return View(repr(prediction), "".join(parts))


def _policies(scenario: Scenario) -> Iterator[tuple[str, Policy]]:
    """Yield the policies in force with their organization level, where they have one."""
    for policies in scenario.in_force.single.values():
        yield from (("", policy) for policy in policies)
    for levels in scenario.in_force.levels.values():
        yield from ((level.name, policy) for level in levels for policy in level.policies)


def _labeled(level: str, policy: Policy) -> View:
    view = policy_view(policy)
    if not level:
        return view
    label = f"At the level `{level}`:"
    return View(f"{label}\n{view.text}", html.paragraph(html.inline(label)) + view.html)

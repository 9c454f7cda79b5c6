"""Which view shows which kind of value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iamkit import Evaluation, Policy, Request
from iamkit.analysis.compare import Answer, Comparison
from iamkit.analysis.exposure import Exposure
from iamkit.analysis.least_privilege import Generated
from iamkit.analysis.reach import BlastRadius, Escalations
from iamkit.analysis.unused import Unused
from iamkit.cloud.denials import Denial
from iamkit.cloud.trail import Trail
from iamkit.course import Hint, Prediction, ProgressReport, Result, Scenario, Solution
from iamkit.notebook.display import View
from iamkit.notebook.views.comparisons import answer_view, comparison_view
from iamkit.notebook.views.denials import denial_view
from iamkit.notebook.views.evaluations import evaluation_view
from iamkit.notebook.views.least_privilege import generated_view, unused_view
from iamkit.notebook.views.policies import policy_view, request_view
from iamkit.notebook.views.predictions import prediction_view, scenario_view
from iamkit.notebook.views.quizzes import Answers, Quiz, answers_view, quiz_view
from iamkit.notebook.views.reach import blast_radius_view, escalations_view, exposure_view
from iamkit.notebook.views.reports import report_view
from iamkit.notebook.views.results import result_view
from iamkit.notebook.views.texts import Starter, hint_view, solution_view, starter_view
from iamkit.notebook.views.trails import trail_view

VIEWS: dict[type, Callable[[Any], View]] = {
    Answer: answer_view,
    Answers: answers_view,
    BlastRadius: blast_radius_view,
    Comparison: comparison_view,
    Denial: denial_view,
    Escalations: escalations_view,
    Evaluation: evaluation_view,
    Exposure: exposure_view,
    Generated: generated_view,
    Hint: hint_view,
    Policy: policy_view,
    Prediction: prediction_view,
    ProgressReport: report_view,
    Quiz: quiz_view,
    Request: request_view,
    Result: result_view,
    Scenario: scenario_view,
    Solution: solution_view,
    Starter: starter_view,
    Trail: trail_view,
    Unused: unused_view,
}


def view_of(value: object) -> View | None:
    """Return the view of a value; None for a kind that has none."""
    make = VIEWS.get(type(value))
    return make(value) if make else None

"""The decision (rules E1–E20): the flow chart, the policies in force, and the account of what happened."""

from iamkit.evaluation.decision import Decision, Gate, NearMatch, NotEvaluated, StatementRef, Step, StepOutcome
from iamkit.evaluation.evaluate import allows, evaluate
from iamkit.evaluation.evaluation import Evaluation
from iamkit.evaluation.policies import OrganizationLevel, Policies

__all__ = [
    "Decision",
    "Evaluation",
    "Gate",
    "NearMatch",
    "NotEvaluated",
    "OrganizationLevel",
    "Policies",
    "StatementRef",
    "Step",
    "StepOutcome",
    "allows",
    "evaluate",
]

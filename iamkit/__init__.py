"""iamkit: an engine that decides as AWS IAM documents it and says why, and a course that lets people play with it."""

from iamkit.arn import Arn, InvalidArn
from iamkit.evaluation import Decision, Evaluation, Gate, Policies, allows, evaluate
from iamkit.policy import Caller, CallerKind, InvalidPolicy, Policy, PolicyType, Problem, UnknownPrincipal
from iamkit.request import InvalidRequest, Request, Resource

__all__ = [
    "Arn",
    "Caller",
    "CallerKind",
    "Decision",
    "Evaluation",
    "Gate",
    "InvalidArn",
    "InvalidPolicy",
    "InvalidRequest",
    "Policies",
    "Policy",
    "PolicyType",
    "Problem",
    "Request",
    "Resource",
    "UnknownPrincipal",
    "allows",
    "evaluate",
]

__version__ = "0.1.0"
